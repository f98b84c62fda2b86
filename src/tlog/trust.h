/*
 * trust: whom a reader believes about the log: its origin and key, the
 * watchers, and how many of them (k of n, 2k > n) must have cosigned.
 *
 * It comes from a file that was got apart from what it judges.  The file is
 * porchlight/trust@v1, one JSON document in its RFC 8785 form:
 *
 *   {"k":2,"log":vkey,"origin":name,"type":"porchlight/trust@v1",
 *    "watchers":[{"key":vkey,"until":time}]}
 */
#ifndef TLOG_TRUST_H
#define TLOG_TRUST_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/note.h"
#include "tlog/checkpoint.h"

struct buf;
struct diag;

#define TRUST_TYPE "porchlight/trust@v1"
#define TRUST_WATCHERS 16
#define TRUST_FILE 16384 /* bytes of a trust file at most */
#define TRUST_AHEAD 300  /* seconds a cosignature may lie ahead of now */

struct trust_watcher {
	struct note_key key; /* NOTE_COSIGN */
	int64_t until;       /* later cosignatures of it count no more */
};

/* Plain data. */
struct trust {
	char origin[CHECKPOINT_ORIGIN];
	struct note_key log; /* NOTE_ED25519 */
	unsigned k;
	size_t watcher_count;
	struct trust_watcher watchers[TRUST_WATCHERS];
};

/*
 * Read a trust file; one newline behind the document is taken.  Returns
 * ST_OK, ST_INVALID (the form; k < 1; n > 16; 2k <= n; k > n; a watcher
 * twice) or ST_NOMEM.
 */
enum status trust_parse(
    const void *p, size_t n, struct trust *out, struct diag *d) NODISCARD;

/* Check t by the same rules. */
enum status trust_check(const struct trust *t, struct diag *d) NODISCARD;

/* Append t in its RFC 8785 form, without a newline. */
enum status trust_write(const struct trust *t, struct buf *b) NODISCARD;

/*
 * Check a signed checkpoint, as of now_s.  A watcher counts where its
 * cosignature is valid, not later than its `until`, and at most TRUST_AHEAD
 * ahead of now_s.  *time_s is the k-th newest of the times that count: k
 * watchers give it or a later one.
 *
 * Returns ST_OK; ST_INVALID (the form, another origin); ST_SIGNATURE (the
 * log did not sign it, or a watcher's cosignature is wrong); ST_PENDING
 * (signed by the log, but too few watchers count; *out is written then too,
 * *time_s is not).
 */
enum status trust_checkpoint_verify(const struct trust *t, const void *note,
    size_t n, int64_t now_s, struct checkpoint *out, int64_t *time_s,
    struct diag *d) NODISCARD;

/*
 * Check that the entry's bytes are in the log by their proof (tlog/proof.h).
 * Returns ST_OK with index, tree size and time of the checkpoint; ST_INVALID,
 * ST_SIGNATURE (also for a proof that does not hold) or ST_PENDING as above,
 * with index and size but no time.
 */
enum status trust_proof_verify(const struct trust *t, const void *proof,
    size_t n, const void *entry, size_t entry_n, int64_t now_s, uint64_t *index,
    uint64_t *size, int64_t *time_s, struct diag *d) NODISCARD;

#endif /* !TLOG_TRUST_H */
