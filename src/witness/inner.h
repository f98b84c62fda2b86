/*
 * inner: what a watcher's own files share.  Private to witness.
 */
#ifndef WITNESS_INNER_H
#define WITNESS_INNER_H

#include <limits.h>

#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "tlog/checkpoint.h"
#include "witness/witness.h"

struct httpd;
struct keyd;
struct store;

/* One log that it trusts. */
struct witness_log {
	char origin[CHECKPOINT_ORIGIN];
	uint8_t hash[HASH_BYTES]; /* of the origin */
	struct note_key key;
};

struct witness {
	char name[NOTE_NAME];
	struct note_key key;
	size_t log_count;
	struct witness_log logs[WITNESS_LOGS];
	struct keyd *keyd;
	struct store *store;
	struct httpd *httpd;
	struct buf page; /* GET / */
};

/* DIR/file; ST_OK or ST_INVALID (too long). */
enum status witness_path(const char *dir, const char *file, char path[PATH_MAX],
    struct diag *d) NODISCARD;

/* -- witness_logs.c -------------------------------------------------------- */

/*
 * Add a log to w.  The same again changes nothing.  ST_OK, ST_INVALID or
 * ST_CONFLICT (another key for that origin).
 */
enum status witness_add_log(struct witness *w, const char *origin,
    const char *vkey, struct diag *d) NODISCARD;

/* Add all of DIR/logs. */
enum status
witness_read_logs(struct witness *w, const char *dir, struct diag *d) NODISCARD;

/* -- witness_check.c ------------------------------------------------------- */

/*
 * Answer the n bytes of an add-checkpoint call: check, cosign and record.
 * Returns ST_OK with the cosignature's line in out; ST_INVALID (400),
 * ST_NOTFOUND (404), ST_SIGNATURE (403), ST_CONFLICT (409, with the size that
 * was cosigned in *size), ST_RULE (422); or what storage and keyd say.
 */
enum status witness_check(struct witness *w, const void *p, size_t n,
    struct buf *out, uint64_t *size, struct diag *d) NODISCARD;

/* Append the newest cosigned checkpoint of that log; ST_OK or ST_NOTFOUND. */
enum status witness_newest(struct witness *w, const uint8_t origin[HASH_BYTES],
    struct buf *out) NODISCARD;

#endif /* !WITNESS_INNER_H */
