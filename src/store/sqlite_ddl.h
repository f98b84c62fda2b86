/*
 * sqlite_ddl: the common dialect's table definitions, as SQLite's.
 *
 * BYTEA, BIGINT, BOOLEAN and TEXT become types that SQLite enforces (STRICT,
 * and a check for booleans): without, it would take anything anywhere, and
 * turn text in a BYTEA into a number.  `-- unordered` right after a CREATE
 * TABLE's semicolon becomes WITHOUT ROWID, so that rows lie in the order of
 * their key.  What only one engine understands is refused, so that a
 * migration that works here works on the other one.
 */
#ifndef STORE_SQLITE_DDL_H
#define STORE_SQLITE_DDL_H

#include "base/status.h"

struct buf;
struct diag;

/* Append sql, translated, to out.  ST_OK, ST_FAIL (d), ST_NOMEM. */
enum status
sqlite_ddl(const char *sql, struct buf *out, struct diag *d) NODISCARD;

#endif /* !STORE_SQLITE_DDL_H */
