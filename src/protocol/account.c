#include "protocol/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/pre.h"
#include "protocol/doc.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

const char *const purposes[PURPOSE_COUNT] = { PURPOSE_CARRY, PURPOSE_SHARE };

int64_t
epoch_of(int64_t t_s)
{
	return t_s / EPOCH_SECONDS;
}

size_t
purpose_quota(const char *purpose)
{
	if (strcmp(purpose, PURPOSE_CARRY) == 0)
		return 32;
	if (strcmp(purpose, PURPOSE_SHARE) == 0)
		return 16;
	return 0;
}

enum status
epoch_good(int64_t epoch, int64_t now_s, bool *early, struct diag *d)
{
	int64_t now = epoch_of(now_s);

	*early = epoch == now;
	if (epoch <= now && now - epoch <= EPOCH_GOOD_FOR)
		return ST_OK;
	return diag_problem(d, ST_TOKEN, "token-epoch", "token", "8 weeks",
	    "The pass is of week %" PRId64 ", and this is week %" PRId64
	    ": passes are good for the eight weeks after their own.",
	    epoch, now);
}

static enum status
account_key(const char *vkey, const struct doc *doc, struct note_key *key,
    struct diag *d)
{
	enum status st;

	if ((st = doc_key(vkey, NOTE_ED25519, "key", key, d)) != ST_OK)
		return st;
	if (strcmp(key->name, ACCOUNT_NAME) != 0)
		return diag_set(d, ST_INVALID, "key", ACCOUNT_NAME,
		    "An account's key bears the name \"account\" and no other, "
		    "so that it tells nothing.");
	return doc_signed(doc, key, "the account", d);
}

enum status
account_parse(const struct doc *doc, struct account *out, struct diag *d)
{
	struct in {
		const char *key, *kind;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("key", JSON_FIELD_STR, struct in, key, 1, NOTE_VKEY),
		{ .name = "kind",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct in, kind),
		    .only = "recorder" },
	};
	enum status st;

	if ((st = doc_fields(doc, ACCOUNT_TYPE, spec, NELEMS(spec), &in, d)) !=
	    ST_OK)
		return st;
	out->kind = in.kind;
	return account_key(in.key, doc, &out->key, d);
}

json_t *
account_json(const struct account *a)
{
	char key[NOTE_VKEY];

	note_key_text(&a->key, key);
	return json_pack("{s:s,s:s}", "key", key, "kind", a->kind);
}

static enum status
read_blinded(const json_t *list, struct take *out, struct diag *d)
{
	size_t i, quota = purpose_quota(out->purpose), n;
	const json_t *v;
	char limit[16];

	(void)snprintf(limit, sizeof(limit), "%zu", quota);
	if (quota == 0)
		return diag_set(d, ST_INVALID, "purpose", "carry, share",
		    "There are no passes for %.16s.", out->purpose);
	/* The whole quota always, so that its size tells nothing. */
	if (json_array_size(list) != quota)
		return diag_set(d, ST_INVALID, "blinded", limit,
		    "Passes for %s are taken %zu at once, never fewer or "
		    "more.",
		    out->purpose, quota);
	for (i = 0; i < quota; i++) {
		v = json_array_get(list, i);
		if (!json_is_string(v) ||
		    enc_unbase64(json_string_value(v), json_string_length(v),
			out->blinded[i], BLINDED_BYTES, &n) != ST_OK ||
		    n != BLINDED_BYTES)
			return diag_set(d, ST_INVALID, "blinded", "256 bytes",
			    "Each blinded message is 256 bytes in base64.");
	}
	out->n = quota;
	return ST_OK;
}

enum status
take_parse(const struct doc *doc, struct take *out, struct diag *d)
{
	struct in {
		const char *key, *purpose;
		int64_t epoch;
		json_t *blinded;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("key", JSON_FIELD_STR, struct in, key, 1, NOTE_VKEY),
		AS("purpose", JSON_FIELD_STR, struct in, purpose, 1, 16),
		AS("epoch", JSON_FIELD_INT, struct in, epoch, 0, 1000000),
		AS("blinded", JSON_FIELD_ARR, struct in, blinded, 0, QUOTA_MAX),
	};
	enum status st;

	if ((st = doc_fields(doc, TAKE_TYPE, spec, NELEMS(spec), &in, d)) !=
	    ST_OK)
		return st;
	out->purpose = in.purpose;
	out->epoch = in.epoch;
	if ((st = account_key(in.key, doc, &out->key, d)) != ST_OK)
		return st;
	return read_blinded(in.blinded, out, d);
}

json_t *
take_json(const struct take *t)
{
	json_t *list = json_array();
	char key[NOTE_VKEY];
	size_t i;

	for (i = 0; i < t->n; i++)
		if (json_array_append_new(
			list, json_base64(t->blinded[i], BLINDED_BYTES)) != 0)
			break;
	note_key_text(&t->key, key);
	return json_pack("{s:s,s:s,s:I,s:o}", "key", key, "purpose", t->purpose,
	    "epoch", (json_int_t)t->epoch, "blinded", list);
}
