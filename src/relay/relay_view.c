/*
 * The view: the logged directory and the agencies' lockers, fetched at the
 * start, every minute, and when a call asks for what is not in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "crypto/blindrsa.h"
#include "httpc/httpc.h"
#include "protocol/account.h"
#include "protocol/agencies.h"
#include "protocol/doc.h"
#include "relay/inner.h"

#define EVERY_MS 60000
#define UNTIL_FIRST_MS 3000 /* while there is no view yet */
#define AT_MOST_MS 2000     /* between two fetches that calls asked for */
#define WAIT_MS 5000        /* a call waits for a fetch */
#define WAITING_MAX 4       /* calls at once: the others keep their threads */
#define FETCH_MS 10000
#define DIRECTORY_BODY (size_t)(512 * 1024)
#define PARSE_ARENA (size_t)(128 * 1024 * 1024)
#define VIEW_ARENA (size_t)(32 * 1024 * 1024)

/* -- views ----------------------------------------------------------------- */

static void
view_free(struct relay_view *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->issuer_count; i++)
		blindrsa_free(&v->issuers[i].key);
	arena_free(&v->arena);
	free(v);
}

static struct relay_view *
view_new(void)
{
	struct relay_view *v = calloc(1, sizeof(*v));

	if (v != NULL && (v->arena = arena_new(VIEW_ARENA)) == NULL) {
		free(v);
		return NULL;
	}
	if (v != NULL)
		v->refs = 1;
	return v;
}

enum status
relay_hold(struct relay_server *r, struct relay_view **out, struct diag *d)
{
	struct relay_view *v;

	(void)pthread_mutex_lock(&r->lock);
	if ((v = r->view) != NULL && clock_now() - v->time <= DIRECTORY_AGE_MAX)
		v->refs++;
	else
		v = NULL;
	(void)pthread_mutex_unlock(&r->lock);
	*out = v;
	return v != NULL
	    ? ST_OK
	    : diag_set(d, ST_STALE, "", "48 hours",
		  "This relay has no directory that is new enough, so it does "
		  "not know who runs which locker now.");
}

void
relay_let_go(struct relay_server *r, struct relay_view **vp)
{
	struct relay_view *v = *vp;
	bool last;

	*vp = NULL;
	if (v == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	last = --v->refs == 0;
	(void)pthread_mutex_unlock(&r->lock);
	if (last)
		view_free(v);
}

/* Show v, unless it is older than what is shown; takes it. */
static void
show(struct relay_server *r, struct relay_view *v)
{
	struct relay_view *old;

	(void)pthread_mutex_lock(&r->lock);
	old = v;
	if (r->view == NULL || v->time >= r->view->time) {
		old = r->view;
		r->view = v;
	}
	(void)pthread_mutex_unlock(&r->lock);
	relay_let_go(r, &old);
}

/* -- from the platform ----------------------------------------------------- */

static enum status
get(struct relay_server *r, const char *path, size_t limit,
    struct httpc_reply *out, struct diag *d)
{
	struct httpc_call call = {
		.method = "GET", .limit = limit, .total_ms = FETCH_MS
	};
	char url[sizeof(r->platform) + 64];
	enum status st;

	(void)snprintf(url, sizeof(url), "%s%s", r->platform, path);
	call.url = url;
	if ((st = httpc_call(r->httpc, &call, out, d)) != ST_OK)
		return st;
	if (out->code != 200)
		return diag_set(d, ST_PEER, "", "",
		    "The platform answered %u for %s.", out->code, path);
	return ST_OK;
}

static enum status
take_issuers(struct relay_view *v, const struct directory *dir, struct diag *d)
{
	const struct directory_issuer *in;
	struct relay_issuer *out;
	size_t i;

	for (i = 0; i < dir->issuer_count; i++) {
		in = &dir->issuers[i];
		if (strcmp(in->purpose, PURPOSE_CARRY) != 0 ||
		    v->issuer_count == DIRECTORY_EPOCHS)
			continue;
		out = &v->issuers[v->issuer_count];
		if (blindrsa_public(in->spki.p, in->spki.n, &out->key) != ST_OK)
			return diag_set(d, ST_INVALID, "issuers", "",
			    "The directory's issuer key for epoch %lld cannot "
			    "be used.",
			    (long long)in->epoch);
		out->epoch = in->epoch;
		blindrsa_key_id(out->key, out->key_id);
		v->issuer_count++;
	}
	return ST_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct relay_locker *)a)->name,
	    ((const struct relay_locker *)b)->name);
}

static enum status
copy_lockers(struct relay_view *v, size_t n, const struct relay_locker *from)
{
	struct relay_locker *to;
	size_t i;

	if ((to = arena_alloc(v->arena, (n + 1) * sizeof(*to))) == NULL)
		return ST_NOMEM;
	for (i = 0; i < n; i++)
		if ((to[i].name = arena_strdup(v->arena, from[i].name)) ==
			NULL ||
		    (to[i].url = arena_strdup(v->arena, from[i].url)) == NULL)
			return ST_NOMEM;
	v->lockers = to;
	v->locker_count = n;
	return ST_OK;
}

static enum status
fetch_lockers(struct relay_server *r, struct relay_view *v, struct diag *d)
{
	struct relay_locker *list = NULL;
	struct httpc_reply reply = { 0 };
	struct agencies all = { 0 };
	struct arena *a = NULL;
	enum status st;
	size_t i;

	if ((st = get(r, "/v1/agencies.json", AGENCIES_MAX, &reply, d)) !=
	    ST_OK)
		goto done;
	st = ST_NOMEM;
	if ((a = arena_new(PARSE_ARENA)) == NULL ||
	    (st = agencies_parse(
		 reply.body.p, reply.body.n, v->agencies, &all, a, d)) != ST_OK)
		goto done;
	st = ST_NOMEM;
	if ((list = calloc(all.n + 1, sizeof(*list))) == NULL)
		goto done;
	for (i = 0; i < all.n; i++) {
		list[i].name = all.v[i].agency.locker.name;
		list[i].url = all.v[i].agency.locker.url;
	}
	if (all.n > 0)
		qsort(list, all.n, sizeof(*list), by_name);
	st = copy_lockers(v, all.n, list);
done:
	free(list);
	arena_free(&a);
	httpc_reply_fini(&reply);
	return st;
}

/* The lockers of v: those shown now where the list is the same. */
static enum status
take_lockers(struct relay_server *r, struct relay_view *v, struct diag *d)
{
	struct relay_view *old;
	enum status st;

	(void)pthread_mutex_lock(&r->lock);
	if ((old = r->view) != NULL)
		old->refs++;
	(void)pthread_mutex_unlock(&r->lock);
	if (old != NULL &&
	    memcmp(old->agencies, v->agencies, sizeof(v->agencies)) == 0)
		st = copy_lockers(v, old->locker_count, old->lockers);
	else
		st = fetch_lockers(r, v, d);
	relay_let_go(r, &old);
	return st;
}

static enum status
fetch(struct relay_server *r, struct diag *d)
{
	struct httpc_reply reply = { 0 };
	struct relay_view *v = NULL;
	struct directory dir;
	struct doc *doc = NULL;
	enum status st;

	if ((st = get(r, "/v1/directory", DIRECTORY_BODY, &reply, d)) !=
		ST_OK ||
	    (st = directory_open(&r->trust, reply.body.p, reply.body.n,
		 clock_now(), &doc, &dir, d)) != ST_OK)
		goto done;
	st = ST_NOMEM;
	if ((v = view_new()) == NULL)
		goto done;
	v->time = dir.time;
	memcpy(v->agencies, dir.agencies, sizeof(v->agencies));
	if ((st = take_issuers(v, &dir, d)) != ST_OK ||
	    (st = take_lockers(r, v, d)) != ST_OK)
		goto done;
	show(r, v);
	v = NULL;
done:
	view_free(v);
	doc_free(&doc);
	httpc_reply_fini(&reply);
	return st;
}

/* -- the thread ------------------------------------------------------------ */

/* Under the lock: wait for the condition, at most ms. */
static void
sleep_on(struct relay_server *r, pthread_cond_t *c, int64_t ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(c, &r->lock, &t);
}

/* Tell whoever runs this when it starts and when it ceases to fail. */
static void
tell(struct relay_server *r, enum status st, const struct diag *d)
{
	if ((st != ST_OK) != r->failing)
		log_line(st != ST_OK ? LOG_WARN : LOG_INFO, "directory",
		    "status=%s detail=\"%s\"", status_name(st), d->text);
	r->failing = st != ST_OK;
}

static void
round_of(struct relay_server *r)
{
	int64_t epoch = epoch_of(clock_now());
	struct diag d = { 0 };
	enum status st;

	tell(r, fetch(r, &d), &d);
	if (epoch == r->purged)
		return;
	if ((st = relay_purge(r, clock_now())) == ST_OK)
		r->purged = epoch;
	else
		log_line(LOG_WARN, "purge", "status=%s", status_name(st));
}

void *
relay_watch(void *arg)
{
	struct relay_server *r = arg;
	int64_t due;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		r->begun++;
		r->wanted = false;
		r->last_ms = clock_monotonic_ms();
		(void)pthread_mutex_unlock(&r->lock);
		round_of(r);
		(void)pthread_mutex_lock(&r->lock);
		r->ended = r->begun;
		(void)pthread_cond_broadcast(&r->fetched);
		while (!r->stop) {
			due = r->last_ms +
			    (r->wanted                ? AT_MOST_MS
				    : r->view != NULL ? EVERY_MS
						      : UNTIL_FIRST_MS);
			if (clock_monotonic_ms() >= due)
				break;
			sleep_on(r, &r->wake, due - clock_monotonic_ms());
		}
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

bool
relay_refresh(struct relay_server *r)
{
	int64_t now = clock_monotonic_ms(), until = now + WAIT_MS;
	bool worth;
	uint64_t after;

	(void)pthread_mutex_lock(&r->lock);
	worth = !r->stop && r->waiting < WAITING_MAX;
	if (worth) {
		/* One that is under way may have asked too early. */
		after = r->begun;
		r->waiting++;
		r->wanted = true;
		(void)pthread_cond_signal(&r->wake);
		while (!r->stop && r->ended <= after &&
		    (now = clock_monotonic_ms()) < until)
			sleep_on(r, &r->fetched, until - now);
		r->waiting--;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return worth;
}

/* -- lockers --------------------------------------------------------------- */

static enum status
find(struct relay_server *r, const char *name, char *url, size_t size,
    struct diag *d)
{
	struct relay_locker key = { .name = name };
	const struct relay_locker *l = NULL;
	struct relay_view *v = NULL;
	enum status st;

	if ((st = relay_hold(r, &v, d)) != ST_OK)
		return st;
	if (v->locker_count > 0)
		l = bsearch(&key, v->lockers, v->locker_count,
		    sizeof(*v->lockers), by_name);
	if (l != NULL)
		(void)snprintf(url, size, "%s", l->url);
	else
		st = diag_set(d, ST_NOTFOUND, "", "",
		    "The directory names no locker of that name.");
	relay_let_go(r, &v);
	return st;
}

enum status
relay_find(struct relay_server *r, const char *name, char *url, size_t size,
    struct diag *d)
{
	enum status st = find(r, name, url, size, NULL);

	if (st == ST_OK)
		return st;
	(void)relay_refresh(r);
	return find(r, name, url, size, d);
}
