#include "protocol/share.h"

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
#define FILE_MAX (size_t)65536

void
submission_id(const uint8_t nonce[32], struct id *out)
{
	memcpy(out->b, nonce, sizeof(out->b));
}

enum status
one_time_key(
    const char *vkey, const char *field, struct note_key *key, struct diag *d)
{
	enum status st;

	if ((st = doc_key(vkey, NOTE_ED25519, field, key, d)) != ST_OK)
		return st;
	if (strcmp(key->name, ONE_TIME_NAME) != 0)
		return diag_set(d, ST_INVALID, field, ONE_TIME_NAME,
		    "A one-time key bears the name \"one-time\" and no other.");
	return ST_OK;
}

enum status
share_parse(const struct doc *doc, struct share *out, struct diag *d)
{
	struct in {
		struct share s;
		const char *key;
		struct json_bytes token;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("request", JSON_FIELD_ID, struct in, s.request, 0, 0),
		AS("locker", JSON_FIELD_STR, struct in, s.locker, 1, 120),
		AS("manifest", JSON_FIELD_HASH, struct in, s.manifest, 0, 0),
		AS("key", JSON_FIELD_STR, struct in, key, 1, NOTE_VKEY),
		AS("token", JSON_FIELD_B64, struct in, token, TOKEN_BYTES,
		    TOKEN_BYTES),
	};
	uint8_t nonce[HASH_BYTES];
	enum status st;

	if ((st = doc_fields(doc, SHARE_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = one_time_key(in.key, "key", &in.s.key, d)) != ST_OK ||
	    (st = token_decode(in.token.p, in.token.n, &in.s.token)) != ST_OK ||
	    (st = doc_signed(doc, &in.s.key, "the one-time key", d)) != ST_OK)
		return st;
	/* The token certifies this key and no other. */
	hash_sha256(in.s.key.pub, sizeof(in.s.key.pub), nonce);
	if (!hash_equal(nonce, in.s.token.nonce, sizeof(nonce)))
		return diag_problem(d, ST_TOKEN, "token-key", "token", "",
		    "The pass was made for another one-time key.");
	*out = in.s;
	return ST_OK;
}

json_t *
share_json(const struct share *s)
{
	uint8_t token[TOKEN_BYTES];
	char key[NOTE_VKEY];

	token_encode(&s->token, token);
	note_key_text(&s->key, key);
	return json_pack("{s:o,s:s,s:o,s:s,s:o}", "request",
	    json_hex(s->request.b, ID_BYTES), "locker", s->locker, "manifest",
	    json_hex(s->manifest, sizeof(s->manifest)), "key", key, "token",
	    json_base64(token, sizeof(token)));
}

static enum status
check_clip(const struct share_clip *c, struct diag *d)
{
	if (c->end <= c->start)
		return diag_set(d, ST_INVALID, "clips.end", "",
		    "The clip %.16s ends before it begins.", c->file);
	if (strcmp(c->source, "file") != 0 && strcmp(c->source, "stated") != 0)
		return diag_set(d, ST_INVALID, "clips.source", "file, stated",
		    "The source of a clip's time is \"file\" or \"stated\".");
	return ST_OK;
}

enum status
share_clips_parse(const void *p, size_t n, struct share_clips *out,
    struct arena *a, struct diag *d)
{
	struct in {
		const char *type;
		json_t *clips;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct in, type),
		    .only = CLIPS_TYPE },
		AS("clips", JSON_FIELD_ARR, struct in, clips, 1, SHARE_CLIPS),
	};
	static const struct json_field clip_spec[] = {
		AS("file", JSON_FIELD_STR, struct share_clip, file, 5, 16),
		AS("source", JSON_FIELD_STR, struct share_clip, source, 1, 16),
		AS("start", JSON_FIELD_TIME, struct share_clip, start, 0, 0),
		AS("end", JSON_FIELD_TIME, struct share_clip, end, 0, 0),
		AS("error_s", JSON_FIELD_INT, struct share_clip, error_s, 0,
		    86400),
	};
	json_t *v = NULL;
	enum status st;
	size_t i;

	*out = (struct share_clips){ 0 };
	if (n > FILE_MAX)
		return ST_TOO_LARGE;
	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &in, a, d);
	for (i = 0; st == ST_OK && i < json_array_size(in.clips); i++) {
		st = json_fields(json_array_get(in.clips, i), clip_spec,
		    NELEMS(clip_spec), "clips", &out->v[out->n++], a, d);
		if (st == ST_OK)
			st = check_clip(&out->v[i], d);
	}
	json_decref(v);
	return st;
}

enum status
share_clips_write(const struct share_clips *c, struct buf *b)
{
	json_t *list = json_array(), *body;
	enum status st;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (json_array_append_new(list,
			json_pack("{s:s,s:s,s:o,s:o,s:I}", "file", c->v[i].file,
			    "source", c->v[i].source, "start",
			    json_time(c->v[i].start), "end",
			    json_time(c->v[i].end), "error_s",
			    (json_int_t)c->v[i].error_s)) != 0)
			break;
	body = json_pack("{s:s,s:o}", "type", CLIPS_TYPE, "clips", list);
	st = body == NULL || i < c->n ? ST_NOMEM : json_write(body, b);
	json_decref(body);
	return st;
}

enum status
share_statement_parse(
    const void *p, size_t n, const char **text, struct arena *a, struct diag *d)
{
	struct in {
		const char *type, *text;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct in, type),
		    .only = STATEMENT_TYPE },
		AS("text", JSON_FIELD_STR, struct in, text, 0, STATEMENT_MAX),
	};
	json_t *v = NULL;
	enum status st;

	if (n > FILE_MAX)
		return ST_TOO_LARGE;
	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &in, a, d);
	json_decref(v);
	if (st == ST_OK)
		*text = in.text;
	return st;
}

enum status
share_statement_write(const char *text, struct buf *b)
{
	json_t *body = json_pack(
	    "{s:s,s:s}", "type", STATEMENT_TYPE, "text", text);
	enum status st = body == NULL ? ST_NOMEM : json_write(body, b);

	json_decref(body);
	return st;
}

enum status
receipt_parse(const struct doc *doc, struct receipt *out, struct diag *d)
{
	struct in {
		struct receipt r;
		const char *key;
	} in = { 0 };
	static const struct json_field spec[] = {
		AS("submission", JSON_FIELD_ID, struct in, r.submission, 0, 0),
		AS("request", JSON_FIELD_ID, struct in, r.request, 0, 0),
		AS("time", JSON_FIELD_TIME, struct in, r.time, 0, 0),
		AS("size", JSON_FIELD_INT, struct in, r.size, 0,
		    INT64_C(1) << 40),
		AS("ciphertext", JSON_FIELD_HASH, struct in, r.ciphertext, 0,
		    0),
		AS("key", JSON_FIELD_STR, struct in, key, 1, NOTE_VKEY),
	};
	enum status st;

	if ((st = doc_fields(doc, RECEIPT_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = one_time_key(in.key, "key", &in.r.key, d)) != ST_OK)
		return st;
	*out = in.r;
	return ST_OK;
}

json_t *
receipt_json(const struct receipt *r)
{
	char key[NOTE_VKEY];

	note_key_text(&r->key, key);
	return json_pack("{s:o,s:o,s:s,s:o,s:I,s:o}", "submission",
	    json_hex(r->submission.b, ID_BYTES), "request",
	    json_hex(r->request.b, ID_BYTES), "key", key, "time",
	    json_time(r->time), "size", (json_int_t)r->size, "ciphertext",
	    json_hex(r->ciphertext, sizeof(r->ciphertext)));
}
