#include "protocol/directory.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pre.h"
#include "protocol/account.h"
#include "protocol/doc.h"
#include "protocol/proved.h"
#include "tlog/trust.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define SPKI_MAX 400
#define EPOCH_MAX INT64_C(1000000)

struct directory_in {
	struct directory dir;
	json_t *platform, *relays, *issuers, *ended, *accounts;
};

struct keyed {
	const char *key, *name, *url;
};

static enum status
read_platform(struct directory_in *in, struct arena *a, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("key", JSON_FIELD_STR, struct keyed, key, 1, NOTE_VKEY),
		AS("url", JSON_FIELD_STR, struct keyed, url, 1, 200),
	};
	struct keyed k = { 0 };
	enum status st;

	if ((st = json_fields(in->platform, spec, NELEMS(spec), "platform", &k,
		 a, d)) != ST_OK)
		return st;
	in->dir.url = k.url;
	return doc_key(
	    k.key, NOTE_ED25519, "platform.key", &in->dir.platform, d);
}

static enum status
read_relays(struct directory_in *in, struct arena *a, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("key", JSON_FIELD_STR, struct keyed, key, 1, NOTE_VKEY),
		AS("name", JSON_FIELD_STR, struct keyed, name, 1, 120),
		AS("url", JSON_FIELD_STR, struct keyed, url, 1, 200),
	};
	struct directory_relay *r;
	enum status st;
	struct keyed k;
	size_t i;

	for (i = 0; i < json_array_size(in->relays); i++) {
		r = &in->dir.relays[in->dir.relay_count++];
		if ((st = json_fields(json_array_get(in->relays, i), spec,
			 NELEMS(spec), "relays", &k, a, d)) != ST_OK ||
		    (st = doc_key(k.key, NOTE_ED25519, "relays.key", &r->key,
			 d)) != ST_OK)
			return st;
		r->name = k.name;
		r->url = k.url;
	}
	return ST_OK;
}

static enum status
read_issuers(struct directory_in *in, struct arena *a, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("purpose", JSON_FIELD_STR, struct directory_issuer, purpose,
		    1, 16),
		AS("epoch", JSON_FIELD_INT, struct directory_issuer, epoch, 0,
		    EPOCH_MAX),
		AS("key", JSON_FIELD_B64, struct directory_issuer, spki, 1,
		    SPKI_MAX),
	};
	struct directory_issuer one;
	enum status st;
	size_t i;

	for (i = 0; i < json_array_size(in->issuers); i++) {
		st = json_fields(json_array_get(in->issuers, i), spec,
		    NELEMS(spec), "issuers", &one, a, d);
		if (st != ST_OK)
			return st;
		if (purpose_quota(one.purpose) == 0)
			return diag_set(d, ST_INVALID, "issuers.purpose",
			    "carry, share", "There are no passes for %.16s.",
			    one.purpose);
		/* A second key would split those who hold passes. */
		if (directory_issuer(&in->dir, one.purpose, one.epoch) != NULL)
			return diag_problem(d, ST_INVALID, "issuer-twice",
			    "issuers", "1",
			    "The directory lists two issuer keys for %.16s in "
			    "one week. That could be used to tell people "
			    "apart, so it is refused.",
			    one.purpose);
		in->dir.issuers[in->dir.issuer_count++] = one;
	}
	return ST_OK;
}

static enum status
read_numbers(struct directory_in *in, struct arena *a, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("epoch", JSON_FIELD_INT, struct directory_served, epoch, 0,
		    EPOCH_MAX),
		AS("served", JSON_FIELD_INT, struct directory_served, served, 0,
		    INT64_C(1000000000)),
	};
	size_t i, n = json_array_size(in->ended);
	json_int_t last = -1, v;
	enum status st;
	uint64_t *list;

	if ((list = arena_alloc(a, (n + 1) * sizeof(*list))) == NULL)
		return ST_NOMEM;
	for (i = 0; i < n; i++) {
		v = json_integer_value(json_array_get(in->ended, i));
		if (!json_is_integer(json_array_get(in->ended, i)) || v <= last)
			return diag_set(d, ST_INVALID, "ended", "",
			    "ended must be log numbers in ascending order.");
		last = v;
		list[i] = (uint64_t)v;
	}
	in->dir.ended = list;
	in->dir.ended_count = n;
	for (i = 0; i < json_array_size(in->accounts); i++) {
		st = json_fields(json_array_get(in->accounts, i), spec,
		    NELEMS(spec), "accounts",
		    &in->dir.served[in->dir.served_count++], a, d);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
directory_parse(const struct doc *doc, struct directory *out, struct diag *d)
{
#define D(member, kind, m, lo, hi) \
	AS(member, kind, struct directory_in, m, lo, hi)
	static const struct json_field spec[] = {
		D("time", JSON_FIELD_TIME, dir.time, 0, 0),
		D("policy", JSON_FIELD_INT, dir.policy, 0,
		    INT64_C(9007199254740991)),
		D("agencies", JSON_FIELD_HASH, dir.agencies, 0, 0),
		D("platform", JSON_FIELD_OBJ, platform, 0, 0),
		D("relays", JSON_FIELD_ARR, relays, 0, DIRECTORY_RELAYS),
		D("issuers", JSON_FIELD_ARR, issuers, 0, DIRECTORY_ISSUERS),
		D("ended", JSON_FIELD_ARR, ended, 0, DIRECTORY_ENDED),
		D("accounts", JSON_FIELD_ARR, accounts, 0, DIRECTORY_EPOCHS),
	};
#undef D
	struct directory_in in = { 0 };
	struct arena *a = doc->arena;
	enum status st;

	if ((st = doc_fields(
		 doc, DIRECTORY_TYPE, spec, NELEMS(spec), &in, d)) != ST_OK ||
	    (st = read_platform(&in, a, d)) != ST_OK ||
	    (st = read_relays(&in, a, d)) != ST_OK ||
	    (st = read_issuers(&in, a, d)) != ST_OK ||
	    (st = read_numbers(&in, a, d)) != ST_OK ||
	    (st = doc_signed(doc, &in.dir.platform, "the platform", d)) !=
		ST_OK)
		return st;
	*out = in.dir;
	return ST_OK;
}

/* A new list of n objects made by one(); NULL if out of memory. */
static json_t *
list_of(const struct directory *dir, size_t n,
    json_t *(*one)(const struct directory *, size_t))
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		if (json_array_append_new(list, one(dir, i)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
relay_at(const struct directory *dir, size_t i)
{
	char key[NOTE_VKEY];

	note_key_text(&dir->relays[i].key, key);
	return json_pack("{s:s,s:s,s:s}", "key", key, "name",
	    dir->relays[i].name, "url", dir->relays[i].url);
}

static json_t *
issuer_at(const struct directory *dir, size_t i)
{
	const struct directory_issuer *x = &dir->issuers[i];

	return json_pack("{s:s,s:I,s:o}", "purpose", x->purpose, "epoch",
	    (json_int_t)x->epoch, "key", json_base64(x->spki.p, x->spki.n));
}

static json_t *
ended_at(const struct directory *dir, size_t i)
{
	return json_integer((json_int_t)dir->ended[i]);
}

static json_t *
served_at(const struct directory *dir, size_t i)
{
	return json_pack("{s:I,s:I}", "epoch", (json_int_t)dir->served[i].epoch,
	    "served", (json_int_t)dir->served[i].served);
}

json_t *
directory_json(const struct directory *dir)
{
	char key[NOTE_VKEY];

	note_key_text(&dir->platform, key);
	return json_pack("{s:o,s:I,s:o,s:{s:s,s:s},s:o,s:o,s:o,s:o}", "time",
	    json_time(dir->time), "policy", (json_int_t)dir->policy, "agencies",
	    json_hex(dir->agencies, sizeof(dir->agencies)), "platform", "key",
	    key, "url", dir->url, "relays",
	    list_of(dir, dir->relay_count, relay_at), "issuers",
	    list_of(dir, dir->issuer_count, issuer_at), "ended",
	    list_of(dir, dir->ended_count, ended_at), "accounts",
	    list_of(dir, dir->served_count, served_at));
}

bool
directory_has_ended(const struct directory *dir, uint64_t index)
{
	size_t lo = 0, hi = dir->ended_count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (dir->ended[mid] == index)
			return true;
		if (dir->ended[mid] < index)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

const struct directory_issuer *
directory_issuer(
    const struct directory *dir, const char *purpose, int64_t epoch)
{
	size_t i;

	for (i = 0; i < dir->issuer_count; i++)
		if (dir->issuers[i].epoch == epoch &&
		    strcmp(dir->issuers[i].purpose, purpose) == 0)
			return &dir->issuers[i];
	return NULL;
}

int64_t
directory_served(const struct directory *dir, int64_t epoch)
{
	size_t i;

	for (i = 0; i < dir->served_count; i++)
		if (dir->served[i].epoch == epoch)
			return dir->served[i].served;
	return 0;
}

enum status
directory_open(const struct trust *trust, const void *body, size_t n,
    int64_t now_s, struct doc **doc, struct directory *out, struct diag *d)
{
	struct proved p = { 0 };
	json_t *v = NULL;
	enum status st;

	*doc = NULL;
	if ((st = json_read_canonical(body, n, &v, d)) != ST_OK ||
	    (st = proved_open(trust, v, now_s, &p, d)) != ST_OK ||
	    (st = directory_parse(p.doc, out, d)) != ST_OK)
		goto done;
	if (out->time > now_s + TRUST_AHEAD ||
	    out->time < now_s - DIRECTORY_AGE_MAX) {
		st = diag_problem(d, ST_STALE, "directory-stale", "time",
		    "48 hours",
		    "The directory is older than 48 hours (or from the "
		    "future), so its keys are not used.");
		goto done;
	}
	*doc = p.doc;
	p.doc = NULL;
done:
	proved_fini(&p);
	if (v != NULL)
		json_decref(v);
	return st;
}
