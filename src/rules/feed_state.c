#include <stdlib.h>
#include <string.h>

#include "rules/feed_state.h"

#define SLOTS 256 /* at first */

void *
feed_list_add(struct feed_list *l, size_t size)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
		void *v;

		if (cap > SIZE_MAX / 2 / size ||
		    (v = realloc(l->v, cap * size)) == NULL)
			return NULL;
		l->v = v;
		l->cap = cap;
	}
	return memset((char *)l->v + l->n++ * size, 0, size);
}

struct feed_name *
feed_name(const struct rules_feed *f, uint32_t name)
{
	return FEED_AT(&f->names, feed_name, name);
}

/* FNV-1a: the log decides what is in it, not whoever sends a call. */
static uint64_t
hash_of(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(1099511628211);
	return h ^ h >> 32;
}

/* Put record i at its hash in a table that has room. */
static void
slot_put(struct feed_list *slots, uint64_t hash, uint32_t i)
{
	uint32_t *v = slots->v;
	size_t at = hash & (slots->cap - 1);

	while (v[at] != 0)
		at = (at + 1) & (slots->cap - 1);
	v[at] = i + 1;
	slots->n++;
}

typedef uint64_t hash_fn(const struct rules_feed *, uint32_t);

/* Make slots twice as large, so that one more fits. */
static bool
slots_grow(const struct rules_feed *f, struct feed_list *slots, hash_fn *hash)
{
	struct feed_list old = *slots, fresh = { 0 };
	const uint32_t *v = old.v;
	size_t i;

	if (2 * (old.n + 1) <= old.cap)
		return true;
	fresh.cap = old.cap == 0 ? SLOTS : 2 * old.cap;
	if ((fresh.v = calloc(fresh.cap, sizeof(uint32_t))) == NULL)
		return false;
	for (i = 0; i < old.cap; i++)
		if (v[i] != 0)
			slot_put(&fresh, hash(f, v[i] - 1), v[i] - 1);
	free(old.v);
	*slots = fresh;
	return true;
}

static uint64_t
name_hash(const struct rules_feed *f, uint32_t i)
{
	const char *text = feed_name(f, i)->text;

	return hash_of(text, strlen(text));
}

static uint64_t
request_hash(const struct rules_feed *f, uint32_t i)
{
	return hash_of(FEED_AT(&f->requests, feed_request, i)->id.b, ID_BYTES);
}

uint32_t
feed_find_name(const struct rules_feed *f, const char *text)
{
	const uint32_t *v = f->name_slots.v;
	size_t mask = f->name_slots.cap - 1, at;

	if (f->name_slots.cap == 0)
		return FEED_NONE;
	for (at = hash_of(text, strlen(text)) & mask; v[at] != 0;
	     at = (at + 1) & mask)
		if (strcmp(feed_name(f, v[at] - 1)->text, text) == 0)
			return v[at] - 1;
	return FEED_NONE;
}

uint32_t
feed_intern(struct rules_feed *f, const char *text)
{
	uint32_t i = feed_find_name(f, text);
	struct feed_name *n;
	char *copy;

	if (i != FEED_NONE)
		return i;
	if (!slots_grow(f, &f->name_slots, name_hash) ||
	    (copy = strdup(text)) == NULL)
		return FEED_NONE;
	if ((n = feed_list_add(&f->names, sizeof(*n))) == NULL) {
		free(copy);
		return FEED_NONE;
	}
	*n = (struct feed_name){ .text = copy,
		.agency = FEED_NONE,
		.partner = FEED_NONE,
		.locker = FEED_NONE,
		.recipient = FEED_NONE };
	i = (uint32_t)(f->names.n - 1);
	slot_put(&f->name_slots, name_hash(f, i), i);
	return i;
}

struct feed_request *
feed_find_request(const struct rules_feed *f, const struct id *id)
{
	const uint32_t *v = f->request_slots.v;
	size_t mask = f->request_slots.cap - 1, at;

	if (f->request_slots.cap == 0)
		return NULL;
	for (at = hash_of(id->b, ID_BYTES) & mask; v[at] != 0;
	     at = (at + 1) & mask) {
		struct feed_request *r = FEED_AT(
		    &f->requests, feed_request, v[at] - 1);

		if (id_equal(&r->id, id))
			return r;
	}
	return NULL;
}

struct feed_request *
feed_add_request(struct rules_feed *f, const struct id *id)
{
	struct feed_request *r;
	uint32_t i;

	if (!slots_grow(f, &f->request_slots, request_hash) ||
	    (r = feed_list_add(&f->requests, sizeof(*r))) == NULL)
		return NULL;
	r->id = *id;
	i = (uint32_t)(f->requests.n - 1);
	slot_put(&f->request_slots, request_hash(f, i), i);
	return r;
}
