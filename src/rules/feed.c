#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "rules/feed.h"
#include "rules/feed_state.h"

struct rules_feed *
rules_feed_new(const struct note_key *platform)
{
	struct rules_feed *f = calloc(1, sizeof(*f));

	if (f != NULL && platform != NULL) {
		f->check = true;
		f->platform = *platform;
	}
	return f;
}

void
rules_feed_free(struct rules_feed **f)
{
	size_t i;

	if (*f == NULL)
		return;
	for (i = 0; i < (*f)->names.n; i++)
		free(feed_name(*f, (uint32_t)i)->text);
	free((*f)->names.v);
	free((*f)->policies.v);
	free((*f)->partners.v);
	free((*f)->agencies.v);
	free((*f)->recipients.v);
	free((*f)->requests.v);
	free((*f)->ended.v);
	free((*f)->name_slots.v);
	free((*f)->request_slots.v);
	free(*f);
	*f = NULL;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
has_ended(const struct rules_feed *f, uint64_t index)
{
	return f->ended.n > 0 &&
	    bsearch(&index, f->ended.v, f->ended.n, sizeof(index), by_number) !=
	    NULL;
}

/* The newest policy that is in force at t, or NULL. */
static const struct feed_policy *
policy_at(const struct rules_feed *f, int64_t t)
{
	size_t i;

	for (i = f->policies.n; i-- > 0;) {
		const struct feed_policy *p = FEED_AT(
		    &f->policies, feed_policy, i);

		if (p->force_from <= t)
			return p;
	}
	return NULL;
}

/* The agency of that name, if it is in force under the key pub. */
static const struct feed_agency *
agency_at(const struct rules_feed *f, uint32_t name, const uint8_t pub[32],
    int64_t now)
{
	const struct feed_name *n = feed_name(f, name);
	const struct feed_agency *a = FEED_AT(
	    &f->agencies, feed_agency, n->agency);
	const struct feed_partner *partner;

	if (n->suspended || a->until <= now || has_ended(f, a->index) ||
	    memcmp(a->key.pub, pub, sizeof(a->key.pub)) != 0)
		return NULL;
	/* A partner that changed its key attests anew. */
	partner = FEED_AT(
	    &f->partners, feed_partner, feed_name(f, a->partner)->partner);
	if (has_ended(f, partner->index) ||
	    memcmp(partner->key.pub, a->partner_pub, sizeof(a->partner_pub)) !=
		0)
		return NULL;
	return a;
}

/* The newest letter recipient of a's locker in force, or NULL. */
static const struct feed_recipient *
recipient_at(
    const struct rules_feed *f, const struct feed_agency *a, int64_t now)
{
	uint32_t i = feed_name(f, a->locker)->recipient;

	while (i != FEED_NONE) {
		const struct feed_recipient *r = FEED_AT(
		    &f->recipients, feed_recipient, i);

		if (r->from <= now && now < r->until &&
		    !has_ended(f, r->index) &&
		    memcmp(r->pub, a->locker_key.pub, sizeof(r->pub)) == 0)
			return r;
		i = r->previous;
	}
	return NULL;
}

/* When r leaves the feed by time: it expires or, urgent, lapses. */
static int64_t
leaves_at(const struct rules_feed *f, const struct feed_request *r)
{
	const struct feed_policy *p = policy_at(f, r->opens);
	int64_t lapse = r->opens + (p == NULL ? 0 : p->urgent_s);

	return r->urgent && lapse < r->expires ? lapse : r->expires;
}

/* What one item needs beside it. */
struct needs {
	const struct feed_policy *policy;
	const struct feed_agency *agencies[REQUEST_BEHALF_MAX + 1];
	const struct feed_recipient *recipient;
};

struct asking {
	const struct rules_feed *f;
	int64_t now;
	rules_feed_text_fn *has_text;
	void *arg;
};

/* Whether r is shown, wherever; needs may be NULL. */
static bool
is_shown(
    const struct asking *q, const struct feed_request *r, struct needs *needs)
{
	const struct feed_agency *first = NULL, *a;
	const struct feed_recipient *recipient;
	const struct feed_policy *policy;
	size_t i;

	if (r->closed || q->now < r->opens || q->now >= leaves_at(q->f, r) ||
	    has_ended(q->f, r->index) ||
	    (policy = policy_at(q->f, q->now)) == NULL)
		return false;
	for (i = 0; i < r->agency_count; i++) {
		a = agency_at(q->f, r->agencies[i], r->pubs[i], q->now);
		if (a == NULL)
			return false;
		if (i == 0)
			first = a;
		if (needs != NULL)
			needs->agencies[i] = a;
	}
	PRE(first != NULL);
	if (memcmp(first->locker_key.pub, r->locker_pub,
		sizeof(r->locker_pub)) != 0 ||
	    (recipient = recipient_at(q->f, first, q->now)) == NULL)
		return false;
	if (q->has_text != NULL && !q->has_text(r->text, q->arg))
		return false;
	if (needs != NULL) {
		needs->policy = policy;
		needs->recipient = recipient;
	}
	return true;
}

static bool
lies_in(const struct feed_request *r, struct geo_district t)
{
	size_t i;

	for (i = 0; i < r->district_count; i++)
		if (district_equal(r->districts[i], t))
			return true;
	return false;
}

static bool
put(struct feed_list *l, uint64_t number)
{
	uint64_t *one = feed_list_add(l, sizeof(*one));

	if (one == NULL)
		return false;
	*one = number;
	return true;
}

static bool
put_needs(const struct rules_feed *f, const struct feed_request *r,
    const struct needs *needs, struct feed_list *notes)
{
	bool ok = put(notes, needs->policy->index) &&
	    put(notes, needs->recipient->index);
	size_t i;

	for (i = 0; i < r->agency_count; i++) {
		const struct feed_agency *a = needs->agencies[i];

		ok = ok && put(notes, a->index) &&
		    put(notes,
			FEED_AT(&f->partners, feed_partner,
			    feed_name(f, a->partner)->partner)
			    ->index);
	}
	return ok;
}

/* Ascending, each once. */
static void
tidy(struct feed_list *l)
{
	uint64_t *v = l->v;
	size_t i, n = 0;

	if (l->n == 0)
		return;
	qsort(v, l->n, sizeof(*v), by_number);
	for (i = 0; i < l->n; i++)
		if (n == 0 || v[n - 1] != v[i])
			v[n++] = v[i];
	l->n = n;
}

enum status
rules_feed_view(const struct rules_feed *f, struct geo_district t,
    int64_t now_s, rules_feed_text_fn *has_text, void *arg,
    struct rules_feed_view *out)
{
	const struct asking q = { f, now_s, has_text, arg };
	struct feed_list items = { 0 }, notes = { 0 };
	struct needs needs = { 0 };
	size_t i;

	for (i = 0; i < f->requests.n; i++) {
		const struct feed_request *r = FEED_AT(
		    &f->requests, feed_request, i);

		if (!lies_in(r, t) || !is_shown(&q, r, &needs))
			continue;
		if (!put(&items, r->index) ||
		    !put_needs(f, r, &needs, &notes)) {
			free(items.v);
			free(notes.v);
			return ST_NOMEM;
		}
	}
	tidy(&notes);
	*out = (struct rules_feed_view){ items.n, items.v, notes.n, notes.v };
	return ST_OK;
}

void
rules_feed_view_fini(struct rules_feed_view *v)
{
	free(v->items);
	free(v->notes);
	*v = (struct rules_feed_view){ 0 };
}

enum status
rules_feed_districts(const struct rules_feed *f, int64_t now_s,
    rules_feed_text_fn *has_text, void *arg, struct geo_district **out,
    size_t *n)
{
	const struct asking q = { f, now_s, has_text, arg };
	struct feed_list keys = { 0 };
	struct geo_district *v;
	size_t i, k;

	/* A number a district, in their order. */
	for (i = 0; i < f->requests.n; i++) {
		const struct feed_request *r = FEED_AT(
		    &f->requests, feed_request, i);

		if (!is_shown(&q, r, NULL))
			continue;
		for (k = 0; k < r->district_count; k++)
			if (!put(&keys,
				(uint64_t)r->districts[k].y * DISTRICT_COUNT +
				    (uint64_t)r->districts[k].x)) {
				free(keys.v);
				return ST_NOMEM;
			}
	}
	tidy(&keys);
	if ((v = calloc(keys.n + 1, sizeof(*v))) == NULL) {
		free(keys.v);
		return ST_NOMEM;
	}
	for (i = 0; i < keys.n; i++) {
		uint64_t key = ((const uint64_t *)keys.v)[i];

		v[i] = (struct geo_district){ DISTRICT_ZOOM,
			(int32_t)(key % DISTRICT_COUNT),
			(int32_t)(key / DISTRICT_COUNT) };
	}
	*out = v;
	*n = keys.n;
	free(keys.v);
	return ST_OK;
}

static void
sooner(int64_t *next, int64_t now, int64_t t)
{
	if (t > now && t < *next)
		*next = t;
}

int64_t
rules_feed_next(const struct rules_feed *f, int64_t now_s)
{
	int64_t next = INT64_MAX;
	size_t i;

	for (i = 0; i < f->requests.n; i++) {
		const struct feed_request *r = FEED_AT(
		    &f->requests, feed_request, i);

		if (r->closed || r->expires <= now_s)
			continue;
		sooner(&next, now_s, r->opens);
		sooner(&next, now_s, leaves_at(f, r));
	}
	for (i = 0; i < f->agencies.n; i++)
		sooner(
		    &next, now_s, FEED_AT(&f->agencies, feed_agency, i)->until);
	for (i = 0; i < f->policies.n; i++)
		sooner(&next, now_s,
		    FEED_AT(&f->policies, feed_policy, i)->force_from);
	for (i = 0; i < f->recipients.n; i++) {
		const struct feed_recipient *r = FEED_AT(
		    &f->recipients, feed_recipient, i);

		sooner(&next, now_s, r->from);
		sooner(&next, now_s, r->until);
	}
	return next;
}

/* Whether a newer note follows the i-th agency's, or it is suspended. */
static bool
agency_ended(const struct rules_feed *f, size_t i)
{
	const struct feed_name *n = feed_name(
	    f, FEED_AT(&f->agencies, feed_agency, i)->name);

	return n->agency != i || n->suspended;
}

enum status
rules_feed_ended(
    const struct rules_feed *f, int64_t now_s, uint64_t **out, size_t *n)
{
	struct feed_list l = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < f->requests.n; i++) {
		const struct feed_request *r = FEED_AT(
		    &f->requests, feed_request, i);

		if (r->expires > now_s &&
		    (r->closed || leaves_at(f, r) <= now_s))
			ok = put(&l, r->index);
	}
	for (i = 0; ok && i < f->agencies.n; i++) {
		const struct feed_agency *a = FEED_AT(
		    &f->agencies, feed_agency, i);

		if (a->until > now_s && agency_ended(f, i))
			ok = put(&l, a->index);
	}
	if (!ok) {
		free(l.v);
		return ST_NOMEM;
	}
	tidy(&l);
	*out = l.v;
	*n = l.n;
	return ST_OK;
}

bool
rules_feed_policy(const struct rules_feed *f, int64_t now_s, uint64_t *index)
{
	const struct feed_policy *p = policy_at(f, now_s);

	if (p != NULL)
		*index = p->index;
	return p != NULL;
}
