/*
 * What a person asks for: made, filed, ended.  The row is there before
 * anything is sent, so that a crash at any point leaves bytes that can be
 * filed again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agency/agency.h"
#include "agency/asking.h"
#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/kept.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "geo/area.h"
#include "keyd/keyd.h"
#include "protocol/doc.h"
#include "protocol/request.h"
#include "store/store.h"

#define SALT 32
#define FILE_ARENA (1024 * 1024)
#define LIFETIME (7 * AGENCY_DAY)

/* -- the file that a person wrote ------------------------------------------ */

struct file {
	struct request r;
	struct text t;
	json_t *area, *text, *translations, *contact;
};

#define AT(member, k, s, m, lo, hi, opt)                             \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi, .optional = opt                \
	}
#define F(member, k, m, lo, hi, opt) AT(member, k, struct file, m, lo, hi, opt)

static const struct json_field file_fields[] = {
	F("case", JSON_FIELD_STR, r.case_number, 1, 64, 0),
	F("incident", JSON_FIELD_STR, r.incident, 1, 32, 0),
	F("area", JSON_FIELD_OBJ, area, 0, 0, 0),
	F("from", JSON_FIELD_TIME, r.from, 0, 0, 0),
	F("until", JSON_FIELD_TIME, r.until, 0, 0, 0),
	F("opens", JSON_FIELD_TIME, r.opens, 0, 0, 1),
	F("expires", JSON_FIELD_TIME, r.expires, 0, 0, 1),
	F("urgent", JSON_FIELD_BOOL, r.urgent, 0, 0, 1),
	F("on_behalf_of", JSON_FIELD_STRS, r.on_behalf_of, 0,
	    REQUEST_BEHALF_MAX, 1),
	F("text", JSON_FIELD_OBJ, text, 0, 0, 0),
};

#define WORDS(s, m)                                              \
	AT("language", JSON_FIELD_STR, s, m language, 2, 16, 0), \
	    AT("title", JSON_FIELD_STR, s, m title, 1, 120, 0),  \
	    AT("details", JSON_FIELD_STR, s, m details, 0, 2000, 0)

static const struct json_field text_fields[] = {
	WORDS(struct file, t.words.),
	F("translations", JSON_FIELD_ARR, translations, 0, TEXT_TRANSLATIONS,
	    1),
	F("contact", JSON_FIELD_OBJ, contact, 0, 0, 0),
};

static const struct json_field translation_fields[] = {
	WORDS(struct text_words, ),
};

static const struct json_field contact_fields[] = {
	AT("unit", JSON_FIELD_STR, struct text, unit, 1, 120, 0),
	AT("telephone", JSON_FIELD_STR, struct text, telephone, 1, 40, 0),
};

static enum status
read_file(const json_t *v, struct file *f, struct arena *mem, struct diag *d)
{
	enum status st;
	size_t i;

	f->r.opens = clock_now();
	if ((st = json_fields(v, file_fields, NELEMS(file_fields), NULL, f, mem,
		 d)) != ST_OK ||
	    (st = json_fields(f->text, text_fields, NELEMS(text_fields), "text",
		 f, mem, d)) != ST_OK ||
	    (st = json_fields(f->contact, contact_fields,
		 NELEMS(contact_fields), "text.contact", &f->t, mem, d)) !=
		ST_OK)
		return st;
	if (f->r.expires == 0)
		f->r.expires = f->r.opens + LIFETIME;
	if (f->r.on_behalf_of.n > 0)
		return diag_set(d, ST_INVALID, "on_behalf_of", "none",
		    "A request on behalf of another agency needs that "
		    "agency's signature too, and this program cannot ask for "
		    "it.");
	f->t.translation_count = json_array_size(f->translations);
	for (i = 0; i < f->t.translation_count; i++) {
		st = json_fields(json_array_get(f->translations, i),
		    translation_fields, NELEMS(translation_fields),
		    "text.translations", &f->t.translations[i], mem, d);
		if (st != ST_OK)
			return st;
	}
	return area_parse(f->area, &f->r.area, d);
}

/* -- making ---------------------------------------------------------------- */

struct made {
	struct file f;
	uint8_t source[HASH_BYTES];
	struct buf note, text;
	bool found; /* made before, from the same file */
	struct id id;
};

static enum status
take_id(const struct row *row, void *arg)
{
	struct made *m = arg;

	row_id(row, 0, &m->id);
	m->found = true;
	return ST_OK;
}

static enum status
find_made(struct tx *tx, void *arg)
{
	struct made *m = arg;

	return store_query(tx,
	    "SELECT id FROM request WHERE source = $1 AND state <> 'refused'",
	    (struct store_param[]){ P_BYTES(m->source, HASH_BYTES) }, 1,
	    take_id, m);
}

static enum status
insert_made(struct tx *tx, void *arg)
{
	struct made *m = arg;
	const struct request *r = &m->f.r;
	enum status st;

	if ((st = find_made(tx, m)) != ST_OK || m->found)
		return st;
	return store_exec(tx,
	    "INSERT INTO request (id, source, case_number, title, opens, "
	    "expires, note, body, state, identity) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'made', TRUE)",
	    (struct store_param[]){ P_ID(&r->id),
		P_BYTES(m->source, HASH_BYTES), P_TEXT(r->case_number),
		P_TEXT(m->f.t.words.title), P_INT(r->opens), P_INT(r->expires),
		P_BYTES(m->note.p, m->note.n), P_BYTES(m->text.p, m->text.n) },
	    8);
}

/* Id, salt, identity, signatures; and read back what was made. */
static enum status
write_request(struct office *a, struct made *m, struct diag *d)
{
	const char *keys[2] = { a->name, a->locker };
	char recipient[KEYD_RECIPIENT_TEXT], name[ID_TEXT];
	struct request *r = &m->f.r, again;
	struct arena *mem = NULL;
	struct doc *doc = NULL;
	struct text text;
	uint8_t salt[SALT];
	enum status st;

	random_id(&r->id);
	random_bytes(salt, sizeof(salt));
	m->f.t.salt = (struct json_bytes){ salt, sizeof(salt) };
	if ((st = text_write(&m->f.t, &m->text)) != ST_OK)
		return st;
	hash_sha256(m->text.p, m->text.n, r->text);
	id_text(&r->id, name);
	if ((st = keyd_create_identity(
		 a->keyd, KEYD_REQUEST, name, recipient, d)) != ST_OK)
		return st;
	r->agency = a->name;
	r->recipient = recipient;
	st = filing_sign(
	    a, request_json(r), REQUEST_TYPE, keys, 2, &m->note, d);
	if (st == ST_OK && (mem = arena_new(FILE_ARENA)) == NULL)
		st = ST_NOMEM;
	if (st == ST_OK &&
	    (st = doc_open(m->note.p, m->note.n, a->origin, &doc, d)) ==
		ST_OK &&
	    (st = doc_loggable(doc, d)) == ST_OK &&
	    (st = request_parse(doc, &again, d)) == ST_OK)
		st = text_parse(
		    m->text.p, m->text.n, again.text, &text, mem, d);
	if (st != ST_OK)
		(void)!keyd_erase_identity(a->keyd, KEYD_REQUEST, name, NULL);
	r->recipient = NULL;
	doc_free(&doc);
	arena_free(&mem);
	return st;
}

enum status
agency_request_make(struct office *a, const void *json, size_t n,
    struct id *out, struct diag *d)
{
	struct made m = { 0 };
	struct arena *mem = arena_new(FILE_ARENA);
	json_t *v = NULL;
	enum status st;

	buf_init(&m.note, DOC_MAX);
	buf_init(&m.text, TEXT_MAX);
	hash_sha256(json, n, m.source);
	if (mem == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	if ((st = json_read(json, n, &v, d)) != ST_OK ||
	    (st = read_file(v, &m.f, mem, d)) != ST_OK ||
	    (st = store_read(a->store, find_made, &m)) != ST_OK)
		goto done;
	if (!m.found) {
		if ((st = write_request(a, &m, d)) != ST_OK ||
		    (st = store_run(a->store, insert_made, &m)) != ST_OK)
			goto done;
		if (!m.found)
			m.id = m.f.r.id;
	}
	*out = m.id;
done:
	json_decref(v);
	arena_free(&mem);
	buf_fini(&m.note);
	buf_fini(&m.text);
	return st;
}

/* -- filing ---------------------------------------------------------------- */

struct outcome {
	const struct id *id;
	const char *state;
	const struct filing *f;
};

static enum status
put_outcome(struct tx *tx, void *arg)
{
	const struct outcome *o = arg;

	return store_exec(tx,
	    "UPDATE request SET state = $2, log_index = $3, proof = $4 "
	    "WHERE id = $1",
	    (struct store_param[]){ P_ID(o->id), P_TEXT(o->state),
		o->f->logged ? P_INT((int64_t)o->f->index) : P_NULL,
		o->f->proof.n > 0 ? P_BYTES(o->f->proof.p, o->f->proof.n)
				  : P_NULL },
	    4);
}

static enum status
put_end_outcome(struct tx *tx, void *arg)
{
	const struct outcome *o = arg;

	return store_exec(tx,
	    "UPDATE request SET end_state = $2, end_index = $3, "
	    "end_proof = $4 WHERE id = $1",
	    (struct store_param[]){ P_ID(o->id), P_TEXT(o->state),
		o->f->logged ? P_INT((int64_t)o->f->index) : P_NULL,
		o->f->proof.n > 0 ? P_BYTES(o->f->proof.p, o->f->proof.n)
				  : P_NULL },
	    4);
}

/* The state that an answer leads to; NULL: as before. */
static const char *
state_after(enum status st)
{
	switch (st) {
	case ST_OK:
		return "logged";
	case ST_PENDING:
		return "pending";
	case ST_HELD:
		return "held";
	default:
		return filing_refused(st) ? "refused" : NULL;
	}
}

static enum status
file_and_keep(struct office *a, const struct id *id, struct filing *f,
    store_fn *put, struct agency_filed *out, struct diag *d)
{
	struct outcome o = { .id = id, .f = f };
	enum status st, kept;

	st = filing_send(a, f, d);
	if ((o.state = state_after(st)) != NULL &&
	    (kept = store_run(a->store, put, &o)) != ST_OK)
		st = kept;
	out->index = f->index;
	out->by = f->by;
	out->proof_s = f->time;
	(void)snprintf(out->rule, sizeof(out->rule), "%s", f->rule);
	buf_fini(&f->proof);
	return st;
}

/* A note that is proven already: tell what its proof tells. */
static enum status
already(struct office *a, const struct buf *note, const struct buf *proof,
    struct agency_filed *out, struct diag *d)
{
	uint64_t size;

	return trust_proof_verify(&a->trust, proof->p, proof->n, note->p,
	    note->n, clock_now(), &out->index, &size, &out->proof_s, d);
}

enum status
agency_request_publish(struct office *a, const struct id *id, unsigned wait_s,
    struct agency_filed *out, struct diag *d)
{
	struct filing f = { .wait_s = wait_s };
	struct request req;
	struct doc *doc = NULL;
	struct asking r;
	enum status st;

	*out = (struct agency_filed){ .request = *id };
	asking_init(&r);
	if ((st = asking_read(a, id, &r, d)) != ST_OK)
		goto done;
	if (r.proof.n > 0) {
		st = already(a, &r.note, &r.proof, out, d);
		goto done;
	}
	if (!r.identity) {
		st = diag_set(d, ST_GONE, "request", "",
		    "The request was refused or is over, and what would be "
		    "sealed to it could not be opened any more: make a new "
		    "one.");
		goto done;
	}
	f.note = r.note.p;
	f.note_n = r.note.n;
	f.text = r.body.p;
	f.text_n = r.body.n;
	st = file_and_keep(a, id, &f, put_outcome, out, d);
	/* The notes that packages need come with the feed, now or later. */
	if (st == ST_OK &&
	    doc_open(r.note.p, r.note.n, a->origin, &doc, NULL) == ST_OK &&
	    request_parse(doc, &req, NULL) == ST_OK)
		(void)!kept_refresh(a, id, &req.area, NULL);
done:
	doc_free(&doc);
	asking_fini(&r);
	return st;
}

struct ending {
	const struct id *id;
	const struct buf *note;
	int64_t time;
};

static enum status
put_end(struct tx *tx, void *arg)
{
	const struct ending *e = arg;

	return store_exec(tx,
	    "UPDATE request SET ended = $2, end_note = $3, "
	    "end_state = 'made' WHERE id = $1 AND ended IS NULL",
	    (struct store_param[]){
		P_ID(e->id), P_INT(e->time), P_BYTES(e->note->p, e->note->n) },
	    3);
}

static enum status
make_end(
    struct office *a, const struct id *id, const char *reason, struct diag *d)
{
	struct request_end end = {
		.time = clock_now(), .request = *id, .reason = reason
	};
	const char *keys[1] = { a->name };
	struct doc *doc = NULL;
	struct buf note;
	enum status st;

	buf_init(&note, DOC_MAX);
	if ((st = filing_sign(a, request_end_json(&end), REQUEST_END_TYPE, keys,
		 1, &note, d)) == ST_OK &&
	    (st = doc_open(note.p, note.n, a->origin, &doc, d)) == ST_OK &&
	    (st = request_end_parse(doc, &end, d)) == ST_OK)
		st = store_run(
		    a->store, put_end, &(struct ending){ id, &note, end.time });
	doc_free(&doc);
	buf_fini(&note);
	return st;
}

enum status
agency_request_end(struct office *a, const struct id *id, const char *reason,
    unsigned wait_s, struct agency_filed *out, struct diag *d)
{
	struct filing f = { .wait_s = wait_s };
	struct asking r;
	enum status st;

	*out = (struct agency_filed){ .request = *id };
	asking_init(&r);
	if ((st = asking_read(a, id, &r, d)) != ST_OK)
		goto done;
	if (r.ended == 0 &&
	    ((st = make_end(a, id, reason, d)) != ST_OK ||
		(st = asking_read(a, id, &r, d)) != ST_OK))
		goto done;
	if (r.end_proof.n > 0) {
		st = already(a, &r.end_note, &r.end_proof, out, d);
		goto done;
	}
	f.note = r.end_note.p;
	f.note_n = r.end_note.n;
	st = file_and_keep(a, id, &f, put_end_outcome, out, d);
done:
	asking_fini(&r);
	return st;
}
