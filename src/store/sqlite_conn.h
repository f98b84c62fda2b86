/*
 * sqlite_conn: a connection, as sqlite.c and sqlite_open.c share it.  These
 * two alone see SQLite's library.
 */
#ifndef STORE_SQLITE_CONN_H
#define STORE_SQLITE_CONN_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/engine.h"

#define WAIT_MS 10000 /* for another process that writes */
#define CACHE 256     /* buckets of prepared statements */

/* Bytes that an idle write-ahead log is kept long. */
#define WAL_SPARE_MIN ((sqlite3_int64)256 << 10)
#define WAL_SPARE_MAX ((sqlite3_int64)4 << 20)

struct stmt {
	struct stmt *next;
	char *sql;
	sqlite3_stmt *st;
	bool used; /* a query's callback may run the same statement */
};

struct conn {
	sqlite3 *db;
	struct stmt *cache[CACHE];
	size_t n_cached;
	sqlite3_stmt *steps[ENGINE_STEPS];
	sqlite3_int64 spare; /* bytes; 0: never planned */
};

/* The status of a result code; one that is our bug goes to the log. */
enum status sqlite_failed(const struct conn *c, int rc, const char *sql);

void sqlite_stmt_free(struct stmt *s);

/* The engine's. */
enum status
sqlite_open(const char *where, bool write, struct conn **out, struct diag *d);
void sqlite_close(struct conn **c);

#endif /* !STORE_SQLITE_CONN_H */
