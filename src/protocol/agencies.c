#include "protocol/agencies.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/doc.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define STR(member, m, hi) AS(member, JSON_FIELD_STR, struct in, m, 1, hi)

struct in {
	struct agencies_entry e;
	int64_t index;
	json_t *locker;
};

static enum status
read_locker(
    const json_t *v, struct locker *out, struct arena *a, struct diag *d)
{
	struct keyed {
		const char *key, *name, *url;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("key", JSON_FIELD_STR, struct keyed, key, 1, NOTE_VKEY),
		AS("name", JSON_FIELD_STR, struct keyed, name, 1, 120),
		AS("url", JSON_FIELD_STR, struct keyed, url, 1, 200),
	};
	enum status st;

	if ((st = json_fields(
		 v, spec, NELEMS(spec), "agencies.locker", &in, a, d)) != ST_OK)
		return st;
	out->name = in.name;
	out->url = in.url;
	return doc_key(
	    in.key, NOTE_ED25519, "agencies.locker.key", &out->key, d);
}

static enum status
read_entry(const json_t *v, struct agencies_entry *out, struct arena *a,
    struct diag *d)
{
	static const struct json_field spec[] = {
		STR("name", e.agency.name, 120),
		STR("legal_name", e.agency.legal_name, 120),
		STR("class", e.agency.class, 32),
		STR("telephone", e.agency.telephone, 40),
		STR("verified", e.agency.verified, 500),
		STR("partner", e.agency.partner, 120),
		AS("until", JSON_FIELD_TIME, struct in, e.agency.until, 0, 0),
		AS("jurisdiction", JSON_FIELD_HASH, struct in,
		    e.agency.jurisdiction, 0, 0),
		AS("task_forces", JSON_FIELD_STRS, struct in,
		    e.agency.task_forces, 0, 16),
		AS("suspended", JSON_FIELD_BOOL, struct in, e.suspended, 0, 0),
		AS("index", JSON_FIELD_INT, struct in, index, 0,
		    INT64_C(9007199254740991)),
		AS("locker", JSON_FIELD_OBJ, struct in, locker, 0, 0),
	};
	struct in in = { 0 };
	enum status st;

	if ((st = json_fields(v, spec, NELEMS(spec), "agencies", &in, a, d)) !=
		ST_OK ||
	    (st = read_locker(in.locker, &in.e.agency.locker, a, d)) != ST_OK)
		return st;
	*out = in.e;
	out->index = (uint64_t)in.index;
	return ST_OK;
}

enum status
agencies_parse(const void *p, size_t n, const uint8_t hash[32],
    struct agencies *out, struct arena *a, struct diag *d)
{
	struct head {
		const char *type;
		json_t *agencies, *partners;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct head, type),
		    .only = AGENCIES_TYPE },
		AS("agencies", JSON_FIELD_ARR, struct head, agencies, 0,
		    AGENCIES_COUNT),
		AS("partners", JSON_FIELD_ARR, struct head, partners, 0,
		    AGENCIES_COUNT),
	};
	uint8_t got[HASH_BYTES];
	json_t *v = NULL;
	enum status st;
	size_t i;

	*out = (struct agencies){ 0 };
	if (n > AGENCIES_MAX)
		return ST_TOO_LARGE;
	hash_sha256(p, n, got);
	if (hash != NULL && !hash_equal(got, hash, sizeof(got)))
		return diag_set(d, ST_INVALID, "agencies", "",
		    "The list of agencies is not the one that the directory "
		    "names.");
	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &in, a, d);
	out->n = st == ST_OK ? json_array_size(in.agencies) : 0;
	out->v = arena_alloc(a, (out->n + 1) * sizeof(*out->v));
	if (st == ST_OK && out->v == NULL)
		st = ST_NOMEM;
	for (i = 0; st == ST_OK && i < out->n; i++)
		st = read_entry(
		    json_array_get(in.agencies, i), &out->v[i], a, d);
	json_decref(v);
	return st;
}

const struct agencies_entry *
agencies_by_locker(const struct agencies *all, const char *locker)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->v[i].agency.locker.name, locker) == 0)
			return &all->v[i];
	return NULL;
}

json_t *
agencies_entry_json(const struct agencies_entry *e)
{
	json_t *v = agency_json(&e->agency);

	if (v == NULL)
		return NULL;
	(void)json_object_del(v, "key");
	(void)json_object_del(v, "time");
	if (json_object_set_new(
		v, "index", json_integer((json_int_t)e->index)) == 0 &&
	    json_object_set_new(v, "suspended", json_boolean(e->suspended)) ==
		0)
		return v;
	json_decref(v);
	return NULL;
}

json_t *
agencies_partner_json(const struct partner *p, uint64_t index)
{
	return json_pack("{s:I,s:s,s:s,s:s}", "index", (json_int_t)index,
	    "name", p->name, "legal_name", p->legal_name, "url", p->url);
}

enum status
agencies_write(json_t *agencies, json_t *partners, struct buf *b)
{
	json_t *v = json_pack("{s:s,s:o,s:o}", "type", AGENCIES_TYPE,
	    "agencies", agencies, "partners", partners);
	enum status st = v == NULL ? ST_NOMEM : json_write(v, b);

	json_decref(v);
	return st;
}
