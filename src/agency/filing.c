#include "agency/filing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agency/inner.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "keyd/keyd.h"
#include "protocol/doc.h"
#include "tlog/proof.h"

#define REPLY_MAX (256 * 1024)
#define AGAIN_MS 500

enum status
filing_sign(struct office *a, json_t *body, const char *type,
    const char *const *keys, size_t n, struct buf *out, struct diag *d)
{
	size_t at = out->n, text_n, i;
	struct buf text;
	enum status st;

	buf_init(&text, DOC_MAX);
	if ((st = doc_text(body, type, a->origin, &text)) != ST_OK)
		goto done;
	text_n = text.n;
	buf_put(out, text.p, text_n);
	buf_putc(out, '\n');
	for (i = 0; i < n && st == ST_OK; i++)
		st = keyd_sign(a->keyd, keys[i], text.p, text_n, out, d);
	if (st == ST_OK)
		st = buf_status(out);
	if (st == ST_OK && out->n - at > DOC_MAX)
		st = diag_set(d, ST_TOO_LARGE, "note", "65535 bytes",
		    "The document is larger than 65,535 bytes.");
done:
	buf_fini(&text);
	return st;
}

/* -- what the platform says ------------------------------------------------ */

struct answer {
	int64_t index;
	const char *proof, *state, *rule;
	int64_t by;
};

#define AT(member, k, m, lo, hi)                                            \
	{                                                                   \
		.name = member, .kind = k,                                  \
		.offset = offsetof(struct answer, m), .min = lo, .max = hi, \
		.optional = 1                                               \
	}

static const struct json_field answer_fields[] = {
	AT("index", JSON_FIELD_INT, index, 0, INT64_C(1) << 53),
	AT("proof", JSON_FIELD_STR, proof, 1, PROOF_MAX),
	AT("state", JSON_FIELD_STR, state, 1, 16),
	AT("rule", JSON_FIELD_STR, rule, 0, 31),
	AT("by", JSON_FIELD_TIME, by, 0, 0),
};

static enum status
strange(struct diag *d)
{
	return diag_set(d, ST_PEER, "", "",
	    "The platform's answer could not be understood.");
}

/* Status and diag of a problem document. */
static enum status
read_problem(const struct httpc_reply *r, struct diag *d)
{
	static const struct {
		unsigned code;
		enum status st;
	} codes[] = {
		{ 400, ST_INVALID },
		{ 401, ST_TOKEN },
		{ 403, ST_SIGNATURE },
		{ 404, ST_NOTFOUND },
		{ 409, ST_CONFLICT },
		{ 410, ST_GONE },
		{ 413, ST_TOO_LARGE },
		{ 415, ST_TYPE },
		{ 422, ST_RULE },
		{ 429, ST_RATE },
	};
	const char *type, *detail, *field, *limit, *slash;
	enum status st = ST_PEER;
	json_t *v = NULL;
	size_t i;

	for (i = 0; i < NELEMS(codes); i++)
		if (codes[i].code == r->code)
			st = codes[i].st;
	if (json_read(r->body.p, r->body.n, &v, NULL) != ST_OK)
		return diag_set(d, st, "", "",
		    "The platform answered %u without saying why.", r->code);
	type = json_string_value(json_object_get(v, "type"));
	detail = json_string_value(json_object_get(v, "detail"));
	field = json_string_value(json_object_get(v, "field"));
	limit = json_string_value(json_object_get(v, "limit"));
	slash = type == NULL ? NULL : strrchr(type, '/');
	st = diag_problem(d, st, slash == NULL ? "" : slash + 1,
	    field == NULL ? "" : field, limit == NULL ? "" : limit, "%s",
	    detail == NULL ? status_text(st) : detail);
	json_decref(v);
	return st;
}

/* Check and keep the proof of a 201. */
static enum status
take_proof(
    struct office *a, struct filing *f, const char *proof, struct diag *d)
{
	struct diag why = { 0 };
	uint64_t index, size;
	enum status st;

	st = trust_proof_verify(&a->trust, proof, strlen(proof), f->note,
	    f->note_n, clock_now(), &index, &size, &f->time, &why);
	if (st == ST_NOMEM)
		return st;
	if (st != ST_OK || index != f->index)
		return diag_problem(d, ST_PEER, "not-in-log", "proof", "",
		    "The platform's proof that the note is in the log does "
		    "not hold by the trust file. %.200s",
		    why.text);
	buf_clear(&f->proof);
	buf_puts(&f->proof, proof);
	return buf_status(&f->proof);
}

static enum status
take_answer(struct office *a, struct filing *f, const struct httpc_reply *r,
    struct diag *d)
{
	struct answer in = { .index = -1 };
	struct arena *mem = NULL;
	json_t *v = NULL;
	enum status st;

	if (r->code != 201 && r->code != 200 && r->code != 202)
		return read_problem(r, d);
	if ((mem = arena_new(REPLY_MAX)) == NULL)
		return ST_NOMEM;
	if (json_read(r->body.p, r->body.n, &v, NULL) != ST_OK ||
	    json_fields(v, answer_fields, NELEMS(answer_fields), NULL, &in, mem,
		NULL) != ST_OK) {
		st = strange(d);
		goto done;
	}
	if (in.index >= 0) {
		f->logged = true;
		f->index = (uint64_t)in.index;
	}
	if (r->code != 202)
		st = in.index < 0 || in.proof == NULL
		    ? strange(d)
		    : take_proof(a, f, in.proof, d);
	else if (in.state != NULL && strcmp(in.state, "held") == 0) {
		(void)snprintf(f->rule, sizeof(f->rule), "%s",
		    in.rule == NULL ? "" : in.rule);
		f->by = in.by;
		st = ST_HELD;
	} else
		st = in.index < 0 ? strange(d) : ST_PENDING;
done:
	json_decref(v);
	arena_free(&mem);
	return st;
}

static enum status
make_body(const struct filing *f, struct buf *out)
{
	json_t *v = json_pack(
	    "{s:s%}", "note", (const char *)f->note, f->note_n);
	enum status st = ST_NOMEM;

	if (v != NULL &&
	    (f->text == NULL ||
		json_object_set_new(v, "text",
		    json_stringn((const char *)f->text, f->text_n)) == 0))
		st = json_write(v, out);
	json_decref(v);
	return st;
}

enum status
filing_send(struct office *a, struct filing *f, struct diag *d)
{
	int64_t until = clock_monotonic_ms() + (int64_t)f->wait_s * 1000;
	struct httpc_reply r = { 0 };
	char url[1100];
	struct buf body;
	enum status st;

	buf_init(&f->proof, PROOF_MAX);
	if (a->url == NULL)
		return diag_set(d, ST_PEER, "platform", "",
		    "No platform is configured: give its address.");
	(void)snprintf(url, sizeof(url), "%s/v1/notes", a->url);
	buf_init(&body, 1024 * 1024);
	if ((st = make_body(f, &body)) != ST_OK)
		goto done;
	for (;;) {
		struct diag why = { 0 };

		httpc_reply_fini(&r);
		st = httpc_post(a->http, url, "application/json", body.p,
		    body.n, NULL, REPLY_MAX, &r, &why);
		if (st == ST_OK)
			st = take_answer(a, f, &r, &why);
		if (st != ST_PENDING || clock_monotonic_ms() >= until) {
			if (d != NULL && d->text[0] == '\0')
				*d = why;
			break;
		}
		(void)nanosleep(
		    &(struct timespec){ 0, AGAIN_MS * 1000000L }, NULL);
	}
done:
	httpc_reply_fini(&r);
	buf_fini(&body);
	return st;
}

bool
filing_refused(enum status st)
{
	switch (st) {
	case ST_INVALID:
	case ST_SIGNATURE:
	case ST_FORBIDDEN:
	case ST_CONFLICT:
	case ST_TOO_LARGE:
	case ST_RULE:
	case ST_GONE:
		return true;
	default:
		return false;
	}
}
