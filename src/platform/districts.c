#include "platform/districts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "crypto/hash.h"
#include "httpd/body.h"
#include "httpd/reply.h"
#include "platform/districts_inner.h"
#include "platform/ledger.h"
#include "protocol/doc.h"
#include "protocol/request.h"
#include "tlog/checkpoint.h"

#define RENEW_S 3600
#define RENEW_AT_ONCE 200 /* so that nobody waits long for `making` */
#define EMPTY_MAX 1024    /* districts that show nothing and are kept ready */

struct districts *
districts_new(const struct districts_config *config)
{
	struct districts *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->config = *config;
	(void)pthread_mutex_init(&x->making, NULL);
	(void)pthread_rwlock_init(&x->lock, NULL);
	x->next = INT64_MAX;
	buf_init(&x->checkpoint, CHECKPOINT_NOTE);
	/* The platform admitted each entry itself: no need to check again. */
	if ((x->feed = rules_feed_new(NULL)) == NULL)
		districts_free(&x);
	return x;
}

void
districts_free(struct districts **xp)
{
	struct districts *x = *xp;
	size_t i;

	if (x == NULL)
		return;
	for (i = 0; i < x->n; i++)
		httpd_body_free(&x->v[i].body);
	free(x->v);
	httpd_body_free(&x->list);
	rules_feed_free(&x->feed);
	buf_fini(&x->checkpoint);
	(void)pthread_rwlock_destroy(&x->lock);
	(void)pthread_mutex_destroy(&x->making);
	free(x);
	*xp = NULL;
}

/* Districts are kept sorted by y, then x. */
static int
compare(struct geo_district a, struct geo_district b)
{
	if (a.y != b.y)
		return a.y < b.y ? -1 : 1;
	return a.x < b.x ? -1 : a.x > b.x;
}

static size_t
position(const struct districts *x, struct geo_district t)
{
	size_t lo = 0, hi = x->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare(x->v[mid].district, t) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct ready *
find(const struct districts *x, struct geo_district t)
{
	size_t i = position(x, t);

	return i < x->n && compare(x->v[i].district, t) == 0 ? &x->v[i] : NULL;
}

/* Forget one empty district, so that asking for many costs no memory. */
static void
drop_one_empty(struct districts *x)
{
	size_t i, start = x->n > 0 ? x->dropped++ % x->n : 0;

	for (i = 0; i < x->n; i++) {
		struct ready *r = &x->v[(start + i) % x->n];

		if (r->items > 0)
			continue;
		httpd_body_free(&r->body);
		memmove(r, r + 1, (size_t)(x->v + --x->n - r) * sizeof(*r));
		x->empty--;
		return;
	}
}

/* Put body in the place of what t showed; takes it. */
static enum status
put(struct districts *x, const struct ready *made)
{
	enum status st = ST_OK;
	struct ready *r, *v;
	size_t i;

	(void)pthread_rwlock_wrlock(&x->lock);
	if ((r = find(x, made->district)) != NULL) {
		x->empty -= r->items == 0;
		httpd_body_free(&r->body);
		*r = *made;
	} else {
		if (made->items == 0 && x->empty >= EMPTY_MAX)
			drop_one_empty(x);
		i = position(x, made->district);
		v = realloc(x->v, (x->n + 1) * sizeof(*v));
		if (v == NULL) {
			st = ST_NOMEM;
		} else {
			x->v = v;
			memmove(v + i + 1, v + i, (x->n - i) * sizeof(*v));
			v[i] = *made;
			x->n++;
		}
	}
	if (st == ST_OK)
		x->empty += made->items == 0;
	(void)pthread_rwlock_unlock(&x->lock);
	return st;
}

/* Make t's body from what is published now; `making` is held. */
static enum status
make(struct districts *x, struct geo_district t)
{
	struct ready made = { .district = t, .made = clock_now() };
	enum status st;

	if (x->checkpoint.n == 0)
		return ST_STALE;
	/* The feed is ahead of the checkpoint while entries are read again. */
	if (x->fed != x->size)
		return ST_BUSY;
	if ((st = districts_build(x, &made)) != ST_OK)
		return st;
	if ((st = put(x, &made)) != ST_OK)
		httpd_body_free(&made.body);
	return st;
}

static enum status
make_list(struct districts *x)
{
	struct httpd_body *body = NULL, *old;
	enum status st = districts_build_list(x, &body);

	if (st != ST_OK)
		return st;
	(void)pthread_rwlock_wrlock(&x->lock);
	old = x->list;
	x->list = body;
	(void)pthread_rwlock_unlock(&x->lock);
	httpd_body_free(&old);
	return ST_OK;
}

struct taking {
	struct districts *x;
	uint64_t to; /* the size of the checkpoint */
	struct buf checkpoint;
	int64_t as_of;
	struct geo_district touched[TOUCHED_MAX];
	size_t n;
	bool all; /* something that more than a few districts show changed */
};

static enum status
take_entry(uint64_t index, const void *note, size_t n, void *arg)
{
	struct taking *k = arg;
	struct geo_district near[DISTRICT_NEAR_MAX];
	struct doc *doc = NULL;
	struct request q;
	enum status st;
	size_t count, i;

	if (index >= k->to)
		return ST_GONE;
	st = doc_open(note, n, k->x->config.origin, &doc, NULL);
	/* An entry without effect is ST_OK for the log's reader. */
	if (st == ST_OK &&
	    rules_feed_add(k->x->feed, index, doc, NULL) == ST_NOMEM)
		st = ST_NOMEM;
	if (st == ST_OK && strcmp(doc->type, REQUEST_TYPE) == 0 &&
	    request_parse(doc, &q, NULL) == ST_OK &&
	    district_near_list(&q.area, DISTRICT_NEAR_M, near, &count, NULL) ==
		ST_OK) {
		for (i = 0; i < count && k->n < TOUCHED_MAX; i++)
			k->touched[k->n++] = near[i];
		k->all |= i < count;
	} else if (st == ST_OK &&
	    strcmp(doc->type, "porchlight/custody@v1") != 0) {
		k->all = true;
	}
	if (st == ST_OK)
		k->x->fed = index + 1;
	doc_free(&doc);
	return st;
}

/* Every district that is ready, or shows something by now; the caller frees. */
static enum status
all_districts(struct districts *x, struct geo_district **out, size_t *n)
{
	struct geo_district *live, *v;
	enum status st;
	size_t i, m;

	if ((st = rules_feed_districts(
		 x->feed, clock_now(), NULL, NULL, &live, &m)) != ST_OK)
		return st;
	(void)pthread_rwlock_rdlock(&x->lock);
	if ((v = realloc(live, (m + x->n + 1) * sizeof(*v))) == NULL) {
		(void)pthread_rwlock_unlock(&x->lock);
		free(live);
		return ST_NOMEM;
	}
	for (i = 0; i < x->n; i++)
		v[m++] = x->v[i].district;
	(void)pthread_rwlock_unlock(&x->lock);
	*out = v;
	*n = m;
	return ST_OK;
}

/* Whether it is not there, or its word on the log's size is old. */
static bool
is_old(struct districts *x, struct geo_district t, int64_t now)
{
	const struct ready *r;
	bool old;

	(void)pthread_rwlock_rdlock(&x->lock);
	r = find(x, t);
	old = r == NULL || r->made + RENEW_S <= now || r->made > now ||
	    /* After a time without watchers its checkpoint is what is old. */
	    (r->as_of < x->as_of && r->as_of + RENEW_S <= now);
	(void)pthread_rwlock_unlock(&x->lock);
	return old;
}

/* Whether t would show something else now than what is ready. */
static bool
has_changed(struct districts *x, struct geo_district t, int64_t now)
{
	struct rules_feed_view view = { 0 };
	uint8_t hash[HASH_BYTES];
	const struct ready *r;
	bool changed = true;

	if (districts_view(x, t, now, &view, hash) != ST_OK)
		return true;
	(void)pthread_rwlock_rdlock(&x->lock);
	if ((r = find(x, t)) != NULL)
		changed = !hash_equal(hash, r->view, sizeof(hash));
	(void)pthread_rwlock_unlock(&x->lock);
	rules_feed_view_fini(&view);
	return changed;
}

/*
 * Make anew some of the districts that are old and, with changed, all that
 * show other items than before.  ST_RETRY: more are old.
 */
static enum status
refresh(struct districts *x, bool changed)
{
	struct geo_district *v = NULL;
	enum status st, failed = ST_OK;
	int64_t now = clock_now();
	size_t i, n, renewed = 0;

	if ((st = all_districts(x, &v, &n)) != ST_OK)
		return st;
	/* Without keys all would fail, and each only after it was read. */
	for (i = 0; i < n && failed != ST_PEER; i++) {
		if (renewed < RENEW_AT_ONCE && is_old(x, v[i], now))
			renewed++;
		else if (!changed || !has_changed(x, v[i], now))
			continue;
		if ((st = make(x, v[i])) != ST_OK)
			failed = st;
	}
	free(v);
	return failed == ST_OK && renewed == RENEW_AT_ONCE ? ST_RETRY : failed;
}

/* Feed the feed what is published by now; `making` is held. */
static enum status
take_entries(struct districts *x, struct taking *k)
{
	struct buf old = x->checkpoint;
	enum status st;

	st = ledger_checkpoint(
	    x->config.ledger, &k->checkpoint, &k->to, &k->as_of);
	if (st == ST_OK && x->fed < k->to) {
		st = ledger_each(x->config.ledger, x->fed, take_entry, k);
		st = st == ST_GONE ? ST_OK : st;
	}
	if (st != ST_OK)
		return st;
	x->checkpoint = k->checkpoint;
	x->size = k->to;
	x->as_of = k->as_of;
	k->checkpoint = old;
	return ST_OK;
}

static enum status
take(struct districts *x, int64_t now)
{
	struct taking *k = calloc(1, sizeof(*k));
	uint64_t before = x->size;
	enum status st, made;
	size_t i;

	if (k == NULL)
		return ST_NOMEM;
	k->x = x;
	buf_init(&k->checkpoint, CHECKPOINT_NOTE);
	st = take_entries(x, k);
	for (i = 0; i < k->n; i++)
		if ((made = make(x, k->touched[i])) != ST_OK && st == ST_OK)
			st = made;
	if (st == ST_OK && k->all)
		st = refresh(x, true);
	if (st == ST_OK || st == ST_RETRY) {
		/* What is due by now is the next tick's. */
		if (x->next > now)
			x->next = rules_feed_next(x->feed, now);
		st = x->size > before ? make_list(x) : ST_OK;
	}
	if (st != ST_OK)
		x->next = 0;
	/* The checkpoint is new: the next tick looks for old ones. */
	x->renewed = 0;
	buf_fini(&k->checkpoint);
	free(k);
	return st;
}

/* Said once when it begins and once when it ends. */
static void
say(struct districts *x, enum status st)
{
	/* In a new instance nothing is published yet. */
	bool failing = st != ST_OK && st != ST_STALE;

	if (failing != x->failing)
		log_line(failing ? LOG_WARN : LOG_INFO, "districts",
		    "status=%s", status_name(st));
	x->failing = failing;
}

void
districts_publish(struct districts *x)
{
	(void)pthread_mutex_lock(&x->making);
	say(x, take(x, clock_now()));
	(void)pthread_mutex_unlock(&x->making);
}

void
districts_tick(struct districts *x)
{
	int64_t now = clock_now();
	enum status st = ST_OK;
	bool more = false;

	(void)pthread_mutex_lock(&x->making);
	/* Where that failed when it was published. */
	if (x->size != ledger_published(x->config.ledger))
		st = take(x, now);
	if (st == ST_OK &&
	    (now >= x->next || now >= x->renewed + RENEW_S / 4 ||
		now < x->renewed)) {
		st = refresh(x, now >= x->next);
		if ((more = st == ST_RETRY) || st == ST_OK)
			st = make_list(x);
		if (st == ST_OK) {
			x->next = rules_feed_next(x->feed, now);
			x->renewed = more ? 0 : now;
		}
	}
	say(x, st);
	(void)pthread_mutex_unlock(&x->making);
}

enum status
districts_reply(struct districts *x, struct call *call, struct geo_district t)
{
	enum status st = ST_RETRY;
	struct ready *r;

	(void)pthread_rwlock_rdlock(&x->lock);
	if ((r = find(x, t)) != NULL)
		st = httpd_reply_shared(call, r->body);
	(void)pthread_rwlock_unlock(&x->lock);
	return st;
}

enum status
districts_reply_made(
    struct districts *x, struct call *call, struct geo_district t)
{
	enum status st = ST_OK;

	(void)pthread_mutex_lock(&x->making);
	/* Somebody else may have asked for it at the same time. */
	(void)pthread_rwlock_rdlock(&x->lock);
	if (find(x, t) == NULL)
		st = ST_RETRY;
	(void)pthread_rwlock_unlock(&x->lock);
	if (st == ST_RETRY)
		st = make(x, t);
	(void)pthread_mutex_unlock(&x->making);
	return st != ST_OK ? st : districts_reply(x, call, t);
}

enum status
districts_reply_list(struct districts *x, struct call *call)
{
	enum status st = ST_STALE;

	(void)pthread_rwlock_rdlock(&x->lock);
	if (x->list != NULL)
		st = httpd_reply_shared(call, x->list);
	(void)pthread_rwlock_unlock(&x->lock);
	return st;
}

enum status
districts_ended(struct districts *x, int64_t now_s, uint64_t **out, size_t *n)
{
	enum status st;

	(void)pthread_mutex_lock(&x->making);
	st = rules_feed_ended(x->feed, now_s, out, n);
	(void)pthread_mutex_unlock(&x->making);
	return st;
}

enum status
districts_policy(struct districts *x, int64_t now_s, uint64_t *index)
{
	bool there;

	(void)pthread_mutex_lock(&x->making);
	there = rules_feed_policy(x->feed, now_s, index);
	(void)pthread_mutex_unlock(&x->making);
	return there ? ST_OK : ST_NOTFOUND;
}
