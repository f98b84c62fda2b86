/* Judging checkpoints and proofs; see trust.h. */
#include "tlog/trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "tlog/proof.h"

static enum status
unsigned_by_log(struct diag *d)
{
	return diag_set(d, ST_SIGNATURE, "checkpoint", "",
	    "The checkpoint is not signed by the log's key of the trust "
	    "file.");
}

static int
newest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Times of the cosignatures that count, newest first. */
static enum status
watch(const struct trust *t, const struct note *note, int64_t now_s,
    int64_t times[TRUST_WATCHERS], size_t *count, struct diag *d)
{
	const struct trust_watcher *w;
	enum status st;
	int64_t at;

	*count = 0;
	for (w = t->watchers; w < t->watchers + t->watcher_count; w++) {
		st = note_verify_cosig(note, &w->key, &at);
		if (st == ST_NOTFOUND)
			continue;
		if (st != ST_OK)
			return diag_set(d, ST_SIGNATURE, "checkpoint", "",
			    "A cosignature of watcher %.100s is wrong.",
			    w->key.name);
		/* now_s may be small where a clock was never set. */
		if (at <= w->until && at - TRUST_AHEAD <= now_s)
			times[(*count)++] = at;
	}
	qsort(times, *count, sizeof(*times), newest_first);
	return ST_OK;
}

enum status
trust_checkpoint_verify(const struct trust *t, const void *note, size_t n,
    int64_t now_s, struct checkpoint *out, int64_t *time_s, struct diag *d)
{
	int64_t times[TRUST_WATCHERS];
	struct checkpoint c;
	struct note opened;
	enum status st;
	size_t count;

	if (n > CHECKPOINT_NOTE)
		return diag_set(d, ST_INVALID, "checkpoint", "65536 bytes",
		    "The checkpoint is too long.");
	if ((st = note_open(note, n, &opened, d)) != ST_OK)
		return st;
	if (note_verify(&opened, &t->log) != ST_OK)
		return unsigned_by_log(d);
	if ((st = checkpoint_parse(opened.text, opened.text_n, &c, d)) != ST_OK)
		return st;
	if (strcmp(c.origin, t->origin) != 0)
		return diag_set(d, ST_INVALID, "checkpoint", "",
		    "The checkpoint is of another log than the trust file.");
	if ((st = watch(t, &opened, now_s, times, &count, d)) != ST_OK)
		return st;
	*out = c;
	if (count < t->k)
		return diag_set(d, ST_PENDING, "checkpoint", "",
		    "%zu of the watchers cosigned the checkpoint; %u are "
		    "needed.",
		    count, t->k);
	*time_s = times[t->k - 1];
	return ST_OK;
}

enum status
trust_proof_verify(const struct trust *t, const void *proof, size_t n,
    const void *entry, size_t entry_n, int64_t now_s, uint64_t *index,
    uint64_t *size, int64_t *time_s, struct diag *d)
{
	struct checkpoint c;
	struct tlog_hash leaf;
	struct proof parsed;
	enum status st;
	int64_t at = 0;

	if ((st = proof_parse(proof, n, &parsed, d)) != ST_OK)
		return st;
	st = trust_checkpoint_verify(
	    t, parsed.checkpoint, parsed.checkpoint_n, now_s, &c, &at, d);
	if (st != ST_OK && st != ST_PENDING)
		return st;
	tree_leaf(entry, entry_n, &leaf);
	if (tree_verify_inclusion(parsed.index, c.size, &leaf, parsed.path.v,
		parsed.path.n, &c.root) != ST_OK) {
		/* Worse than too few watchers, and so what is told. */
		if (st == ST_PENDING && d != NULL)
			*d = (struct diag){ 0 };
		return diag_set(d, ST_SIGNATURE, "proof", "",
		    "The proof does not lead from the entry to the "
		    "checkpoint.");
	}
	*index = parsed.index;
	*size = c.size;
	if (st == ST_OK)
		*time_s = at;
	return st;
}
