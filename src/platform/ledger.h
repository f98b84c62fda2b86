/*
 * ledger: the public log (docs/protocol.md, "Public log").
 *
 * The rows of the table entry are the log.  An entry is queued in the
 * transaction that files it and numbered in that commit; so a filed note and
 * its log entry happen together or not at all.  A thread of the ledger's own
 * then signs a checkpoint, has the watchers cosign it, keeps each new entry's
 * proof against the first checkpoint that is cosigned enough, and publishes.
 *
 * Readers see published entries alone; they are never taken back.  What an
 * entry says is not known here.
 */
#ifndef PLATFORM_LEDGER_H
#define PLATFORM_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct httpc;
struct keyd;
struct ledger;
struct store;
struct tile;
struct trust;
struct tx;

#define LEDGER_WATCHERS 16
#define LEDGER_RENEW_S 1800 /* an idle log is cosigned anew this often */

/* An entry that is being filed; must outlive the store_run() it is for. */
struct ledger_item {
	const void *note;
	size_t n;
	uint64_t index; /* its log number, set in the commit */
};

struct ledger_config {
	struct store *store; /* the ledger becomes its sequencer */
	struct keyd *keyd;   /* signs as trust->origin */
	const struct trust *trust;
	struct httpc *httpc;
	const char *const *watchers; /* base URLs */
	size_t watcher_count;
	/*
	 * Called on the ledger's thread when entries [from, to) have become
	 * part of the cosigned log, before anybody who waits for them is
	 * woken; also with from = to when the checkpoint was only renewed.
	 */
	void (*published)(void *arg, uint64_t from, uint64_t to);
	void *arg;
};

/*
 * Open the log of the store: read all entries, check them against the last
 * cosigned checkpoint.  Nothing is published before ledger_start().
 * Returns ST_OK; ST_INVALID where entries and checkpoint do not match
 * (described in d); ST_NOMEM, ST_IO.
 */
enum status ledger_open(const struct ledger_config *config, struct ledger **out,
    struct diag *d) NODISCARD;

/* Start the threads.  ST_OK or ST_FAIL. */
enum status ledger_start(struct ledger *l) NODISCARD;

/* Stop the threads and free *l; the store is still the caller's. */
void ledger_close(struct ledger **l);

/* Within a store_fn: have item logged by this commit.  ST_OK or ST_NOMEM. */
enum status ledger_queue(struct tx *tx, struct ledger_item *item) NODISCARD;

/* How many entries are durable, and how many are published. */
uint64_t ledger_committed(struct ledger *l);
uint64_t ledger_published(struct ledger *l);

/*
 * Wait up to ms until entry index is published.  ST_OK or ST_PENDING.
 */
enum status
ledger_wait(struct ledger *l, uint64_t index, unsigned ms) NODISCARD;

/*
 * Append the cosigned checkpoint to b; *size is its size and *time_s its time
 * (UTC seconds), together of one moment; both may be NULL.  ST_OK or ST_STALE
 * (none yet).
 */
enum status ledger_checkpoint(
    struct ledger *l, struct buf *b, uint64_t *size, int64_t *time_s) NODISCARD;

/* Append an entry, or its proof, to b.  ST_OK, ST_NOTFOUND, ST_IO. */
enum status
ledger_entry(struct ledger *l, uint64_t index, struct buf *b) NODISCARD;
enum status
ledger_proof(struct ledger *l, uint64_t index, struct buf *b) NODISCARD;

/* Append the bytes of a tile of the published log; memory only. */
enum status
ledger_tile(struct ledger *l, const struct tile *t, struct buf *b) NODISCARD;

/* Append an entry bundle of the published log; reads the store. */
enum status
ledger_bundle(struct ledger *l, const struct tile *t, struct buf *b) NODISCARD;

/* Call each for the durable entries from index on, in order. */
enum status ledger_each(struct ledger *l, uint64_t from,
    enum status (*each)(uint64_t index, const void *note, size_t n, void *arg),
    void *arg) NODISCARD;

#endif /* !PLATFORM_LEDGER_H */
