/*
 * feed: from the public log to what a district shows (docs/protocol.md,
 * "Feed").
 *
 * The features of a district are a function of the cosigned log, the texts
 * that are there, and the time: whoever holds these three computes the same
 * list, so that a platform that leaves an item out, or keeps one in, can be
 * shown to be wrong.  A struct rules_feed is fed each entry of the cosigned
 * log once, in order, and answers for any district and time from then on.
 * It keeps what the rules need of each note, not the notes.
 *
 * An item is shown from `opens` until it expires, ends, is refused, or, where
 * it is urgent, urgent_s of the policy have passed; while each agency that
 * asks is in force under the key that signed, is not suspended, and its
 * locker has a letter recipient in force; and while no directory says that it
 * has ended.
 *
 * An entry by somebody who may not sign it has no effect: the log holds it,
 * the feed does not.  Not for use by two threads at once while one adds.
 */
#ifndef RULES_FEED_H
#define RULES_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "geo/district.h"

struct diag;
struct doc;
struct note_key;
struct rules_feed;

/*
 * A feed of an empty log.  platform is the operator's key; each entry's
 * signatures are checked.  With NULL they are not: for a platform that
 * checked them when it admitted the entry.  NULL if out of memory.
 */
struct rules_feed *rules_feed_new(const struct note_key *platform);

/* Free *f and set it to NULL.  NULL is fine. */
void rules_feed_free(struct rules_feed **f);

/*
 * Add the entry of log number index, greater than all before.  Types that do
 * not bear on the feed are ST_OK and do nothing.  Returns ST_OK; ST_INVALID,
 * ST_SIGNATURE, ST_NOTFOUND or ST_CONFLICT where the entry has no effect (d says
 * why);
 * ST_NOMEM.
 */
enum status rules_feed_add(struct rules_feed *f, uint64_t index,
    const struct doc *doc, struct diag *d) NODISCARD;

/* Whether the text of that SHA-256 can be delivered. */
typedef bool rules_feed_text_fn(const uint8_t hash[32], void *arg);

/* What a district shows; free with rules_feed_view_fini(). */
struct rules_feed_view {
	size_t item_count;
	uint64_t *items; /* requests' log numbers, ascending */
	size_t note_count;
	/*
	 * The policy, partners, agencies and recipients that the items need,
	 * each once, ascending.
	 */
	uint64_t *notes;
};

/*
 * The items of district t at now_s.  has_text may be NULL: all are there.
 * Returns ST_OK or ST_NOMEM.
 */
enum status rules_feed_view(const struct rules_feed *f, struct geo_district t,
    int64_t now_s, rules_feed_text_fn *has_text, void *arg,
    struct rules_feed_view *out) NODISCARD;

void rules_feed_view_fini(struct rules_feed_view *v);

/*
 * The districts that show an item at now_s, by y and then x, each once; the
 * caller frees *out.  Returns ST_OK or ST_NOMEM.
 */
enum status rules_feed_districts(const struct rules_feed *f, int64_t now_s,
    rules_feed_text_fn *has_text, void *arg, struct geo_district **out,
    size_t *n) NODISCARD;

/*
 * The next time after now_s at which some view changes by time alone, or
 * INT64_MAX: when what is cached must be made anew.
 */
int64_t rules_feed_next(const struct rules_feed *f, int64_t now_s);

/*
 * Log numbers, ascending, of notes that are unexpired at now_s but no longer
 * in force: requests that ended, were refused or lapsed; agencies' notes that
 * a newer one follows or that are suspended.  What a directory lists.  The
 * caller frees *out.  Returns ST_OK or ST_NOMEM.
 */
enum status rules_feed_ended(const struct rules_feed *f, int64_t now_s,
    uint64_t **out, size_t *n) NODISCARD;

/* The log number of the policy in force at now_s; false if there is none. */
bool
rules_feed_policy(const struct rules_feed *f, int64_t now_s, uint64_t *index);

#endif /* !RULES_FEED_H */
