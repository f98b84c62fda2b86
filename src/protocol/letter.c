#include "protocol/letter.h"

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "protocol/doc.h"
#include "protocol/share.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define PLAIN_BYTES (size_t)(LETTER_BYTES - AGE_OVERHEAD)

/* The key is the submission's own where the token's nonce begins with its id. */
static enum status
check_key(const struct letter *l, struct diag *d)
{
	uint8_t nonce[HASH_BYTES];

	hash_sha256(l->key.pub, sizeof(l->key.pub), nonce);
	if (hash_equal(nonce, l->submission.b, ID_BYTES))
		return ST_OK;
	return diag_set(d, ST_SIGNATURE, "key", "",
	    "The key is not the one of that submission.");
}

enum status
letter_parse(const struct doc *doc, struct letter *out, struct diag *d)
{
	struct in {
		struct letter l;
		const char *key;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("id", JSON_FIELD_ID, struct in, l.id, 0, 0),
		AS("submission", JSON_FIELD_ID, struct in, l.submission, 0, 0),
		AS("to", JSON_FIELD_STR, struct in, l.to, 1, 120),
		AS("reply", JSON_FIELD_STR, struct in, l.reply, 62, 62),
		AS("ask", JSON_FIELD_STR, struct in, l.ask, 1, 16),
		AS("version", JSON_FIELD_INT, struct in, l.version, 0,
		    INT64_C(1000000)),
		AS("key", JSON_FIELD_STR, struct in, key, 1, NOTE_VKEY),
	};
	enum status st;

	if ((st = doc_fields(doc, LETTER_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = one_time_key(in.key, "key", &in.l.key, d)) != ST_OK ||
	    (st = doc_signed(doc, &in.l.key, "the one-time key", d)) != ST_OK ||
	    (st = check_key(&in.l, d)) != ST_OK)
		return st;
	if (strcmp(in.l.ask, "status") != 0 &&
	    strcmp(in.l.ask, "withdraw") != 0)
		return diag_set(d, ST_INVALID, "ask", "status, withdraw",
		    "A letter cannot ask for %.16s.", in.l.ask);
	*out = in.l;
	return ST_OK;
}

json_t *
letter_json(const struct letter *l)
{
	char key[NOTE_VKEY];

	note_key_text(&l->key, key);
	return json_pack("{s:o,s:o,s:s,s:s,s:s,s:I,s:s}", "id",
	    json_hex(l->id.b, ID_BYTES), "submission",
	    json_hex(l->submission.b, ID_BYTES), "to", l->to, "reply", l->reply,
	    "ask", l->ask, "version", (json_int_t)l->version, "key", key);
}

enum status
answer_parse(const struct doc *doc, struct answer *out, struct diag *d)
{
	static const char *const states[] = { "unknown", "pending", "received",
		"refused", "withdrawn" };
	static const struct json_field spec[] = {
		AS("letter", JSON_FIELD_ID, struct answer, letter, 0, 0),
		AS("submission", JSON_FIELD_ID, struct answer, submission, 0,
		    0),
		AS("state", JSON_FIELD_STR, struct answer, state, 1, 16),
		AS("version", JSON_FIELD_INT, struct answer, version, 0,
		    INT64_C(1000000)),
		AS("opened", JSON_FIELD_BOOL, struct answer, opened, 0, 0),
		{ .name = "receipt",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = 4096,
		    .offset = offsetof(struct answer, receipt),
		    .optional = 1 },
		{ .name = "problem",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = 32,
		    .offset = offsetof(struct answer, problem),
		    .optional = 1 },
		{ .name = "detail",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = 400,
		    .offset = offsetof(struct answer, detail),
		    .optional = 1 },
	};
	struct answer in = { 0 };
	enum status st;
	size_t i;

	if ((st = doc_fields(doc, ANSWER_TYPE, spec, NELEMS(spec), &in, d)) !=
	    ST_OK)
		return st;
	for (i = 0; i < NELEMS(states); i++)
		if (strcmp(in.state, states[i]) == 0)
			break;
	if (i == NELEMS(states))
		return diag_set(d, ST_INVALID, "state", "",
		    "A submission cannot be in the state %.16s.", in.state);
	*out = in;
	return ST_OK;
}

json_t *
answer_json(const struct answer *a)
{
	json_t *v = json_pack("{s:o,s:o,s:s,s:I,s:b}", "letter",
	    json_hex(a->letter.b, ID_BYTES), "submission",
	    json_hex(a->submission.b, ID_BYTES), "state", a->state, "version",
	    (json_int_t)a->version, "opened", (int)a->opened);

	if (v != NULL &&
	    ((a->receipt != NULL &&
		 json_object_set_new(v, "receipt", json_string(a->receipt)) !=
		     0) ||
		(a->problem != NULL &&
		    json_object_set_new(
			v, "problem", json_string(a->problem)) != 0) ||
		(a->detail != NULL &&
		    json_object_set_new(v, "detail", json_string(a->detail)) !=
			0))) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

enum status
letter_seal(const struct buf *note, const char *recipient, struct buf *out,
    struct diag *d)
{
	struct age_recipient to;
	struct buf plain;
	uint8_t *pad;
	enum status st;

	buf_init(&plain, PLAIN_BYTES);
	if ((st = age_recipient_parse(recipient, &to, d)) != ST_OK)
		return st;
	if (note->n > PLAIN_BYTES)
		return diag_set(d, ST_TOO_LARGE, "letter", "16 KiB",
		    "The letter does not fit into 16 KiB.");
	buf_put(&plain, note->p, note->n);
	if ((pad = buf_extend(&plain, PLAIN_BYTES - note->n)) != NULL)
		memset(pad, 0, PLAIN_BYTES - note->n);
	if ((st = buf_status(&plain)) == ST_OK)
		st = age_seal(&to, plain.p, plain.n, out, d);
	PRE(st != ST_OK || out->n == LETTER_BYTES);
	buf_wipe(&plain);
	return st;
}

size_t
letter_note_length(const void *p, size_t n)
{
	const char *text = p;

	while (n > 0 && text[n - 1] == '\0')
		n--;
	return n;
}
