#include "agency/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agency/inner.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/json.h"
#include "geo/area.h"
#include "geo/district.h"
#include "httpc/httpc.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "store/store.h"
#include "tlog/proof.h"

#define DIRECTORY_BODY (512 * 1024)
#define REFRESH_S 3600
#define FRESH_S 60

/* -- rows ------------------------------------------------------------------ */

struct kept_row {
	const char *type, *name;
	const void *note, *proof;
	size_t note_n, proof_n;
};

static enum status
put_row(struct tx *tx, void *arg)
{
	const struct kept_row *r = arg;

	return store_exec(tx,
	    "INSERT INTO kept (type, name, note, proof, fetched) "
	    "VALUES ($1, $2, $3, $4, $5) "
	    "ON CONFLICT (type, name) DO UPDATE SET note = EXCLUDED.note, "
	    "proof = EXCLUDED.proof, fetched = EXCLUDED.fetched",
	    (struct store_param[]){ P_TEXT(r->type), P_TEXT(r->name),
		P_BYTES(r->note, r->note_n), P_BYTES(r->proof, r->proof_n),
		P_INT(clock_now()) },
	    5);
}

/* What goes with a request stays as it was first. */
static enum status
put_once(struct tx *tx, void *arg)
{
	const struct kept_row *r = arg;

	return store_exec(tx,
	    "INSERT INTO kept (type, name, note, proof, fetched) "
	    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_TEXT(r->type), P_TEXT(r->name),
		P_BYTES(r->note, r->note_n), P_BYTES(r->proof, r->proof_n),
		P_INT(clock_now()) },
	    5);
}

struct pair {
	struct buf *note, *proof;
};

static enum status
take_pair(const struct row *row, void *arg)
{
	struct pair *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(x->note, p, n);
	row_bytes(row, 1, &p, &n);
	buf_put(x->proof, p, n);
	return buf_status(x->note) != ST_OK ? buf_status(x->note)
					    : buf_status(x->proof);
}

static enum status
read_named(struct tx *tx, const char *type, const char *name, struct pair *x)
{
	return store_one(tx,
	    "SELECT note, proof FROM kept WHERE type = $1 AND name = $2",
	    (struct store_param[]){ P_TEXT(type), P_TEXT(name) }, 2, take_pair,
	    x);
}

enum status
kept_note(struct tx *tx, const char *type, const struct id *request,
    struct buf *note, struct buf *proof)
{
	struct pair x = { note, proof };
	enum status st = ST_NOTFOUND;
	char name[ID_TEXT];

	if (request != NULL) {
		id_text(request, name);
		st = read_named(tx, type, name, &x);
	}
	return st == ST_NOTFOUND ? read_named(tx, type, "", &x) : st;
}

struct age {
	const struct id *request;
	int64_t fetched; /* -1: never */
	bool has;
};

static enum status
read_age(struct tx *tx, void *arg)
{
	struct age *x = arg;
	char name[ID_TEXT];
	int64_t unused;
	enum status st;

	st = store_one_int(tx,
	    "SELECT fetched FROM kept WHERE type = 'agency' AND name = ''",
	    NULL, 0, &x->fetched);
	if (st == ST_NOTFOUND) {
		x->fetched = -1;
		st = ST_OK;
	}
	if (st != ST_OK)
		return st;
	id_text(x->request, name);
	st = store_one_int(tx,
	    "SELECT fetched FROM kept WHERE type = 'policy' AND name = $1",
	    (struct store_param[]){ P_TEXT(name) }, 1, &unused);
	x->has = st == ST_OK;
	return st == ST_NOTFOUND ? ST_OK : st;
}

enum status
kept_age(
    struct office *a, const struct id *request, int64_t *seconds, bool *has)
{
	struct age x = { .request = request };
	enum status st = store_read(a->store, read_age, &x);

	*has = x.has;
	*seconds = x.fetched < 0 ? -1 : clock_now() - x.fetched;
	return st;
}

/* -- the directory --------------------------------------------------------- */

/* Verify a body {"note","proof"} and put it in force. */
static enum status
install(struct office *a, const void *body, size_t n, struct diag *d)
{
	struct directory dir;
	struct doc *doc = NULL;
	json_t *v = NULL;
	const char *proof;
	enum status st;
	char *copy;

	st = directory_open(&a->trust, body, n, clock_now(), &doc, &dir, d);
	if (st != ST_OK)
		return st;
	if ((st = json_read(body, n, &v, d)) != ST_OK)
		goto done;
	proof = json_string_value(json_object_get(v, "proof"));
	if ((copy = strdup(proof)) == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	doc_free(&a->directory_doc);
	free(a->directory_proof);
	a->directory_doc = doc;
	a->directory = dir;
	a->directory_proof = copy;
	doc = NULL;
done:
	json_decref(v);
	doc_free(&doc);
	return st;
}

static enum status
fetch_directory(struct office *a, struct diag *d)
{
	struct httpc_reply r = { 0 };
	char url[1100];
	enum status st;

	if (a->url == NULL)
		return diag_set(d, ST_PEER, "platform", "",
		    "No platform is configured: give its address.");
	(void)snprintf(url, sizeof(url), "%s/v1/directory", a->url);
	st = httpc_get(a->http, url, NULL, DIRECTORY_BODY, &r, d);
	if (st == ST_OK && r.code != 200)
		st = diag_set(d, ST_PEER, "", "",
		    "The platform answered %u where its directory should be.",
		    r.code);
	if (st == ST_OK)
		st = install(a, r.body.p, r.body.n, d);
	httpc_reply_fini(&r);
	if (st != ST_OK)
		return st;
	a->directory_s = clock_now();
	return store_run(a->store, put_row,
	    &(struct kept_row){ .type = KEPT_DIRECTORY,
		.name = "",
		.note = a->directory_doc->bytes,
		.note_n = a->directory_doc->n,
		.proof = a->directory_proof,
		.proof_n = strlen(a->directory_proof) });
}

static enum status
read_kept_directory(struct tx *tx, void *arg)
{
	struct pair *x = arg;

	buf_clear(x->note);
	buf_clear(x->proof);
	return kept_note(tx, KEPT_DIRECTORY, NULL, x->note, x->proof);
}

/* The one that the database holds, after a restart without a platform. */
static enum status
load_directory(struct office *a, struct diag *d)
{
	struct buf note, proof, body;
	json_t *v = NULL;
	enum status st;

	buf_init(&note, DOC_MAX);
	buf_init(&proof, PROOF_MAX);
	buf_init(&body, DIRECTORY_BODY);
	st = store_read(
	    a->store, read_kept_directory, &(struct pair){ &note, &proof });
	if (st != ST_OK)
		goto done;
	v = json_pack(
	    "{s:s,s:s}", "note", buf_text(&note), "proof", buf_text(&proof));
	st = v == NULL ? ST_NOMEM : json_write(v, &body);
	if (st == ST_OK)
		st = install(a, body.p, body.n, d);
done:
	json_decref(v);
	buf_fini(&note);
	buf_fini(&proof);
	buf_fini(&body);
	return st;
}

enum status
kept_directory(
    struct office *a, int fresh, kept_use *use, void *arg, struct diag *d)
{
	int64_t now = clock_now(), age;
	struct diag why = { 0 };
	enum status st = ST_OK;

	(void)pthread_mutex_lock(&a->directory_lock);
	age = now - a->directory_s;
	if (a->directory_doc == NULL || age >= REFRESH_S || age < 0 ||
	    (fresh && age >= FRESH_S))
		st = fetch_directory(a, &why);
	if (st != ST_OK && a->directory_doc == NULL &&
	    load_directory(a, NULL) == ST_OK)
		st = ST_OK;
	if (a->directory_doc == NULL) {
		if (d != NULL && d->text[0] == '\0')
			*d = why;
		st = st == ST_OK ? ST_STALE : st;
	} else if (now - a->directory.time > DIRECTORY_AGE_MAX)
		st = diag_problem(d, ST_STALE, "directory-stale", "", "48 h",
		    "The platform's directory is older than 48 hours.");
	else
		st = use(arg, &a->directory, a->directory_doc->bytes,
		    a->directory_doc->n, a->directory_proof);
	(void)pthread_mutex_unlock(&a->directory_lock);
	return st;
}

/* -- the feed -------------------------------------------------------------- */

struct feed {
	struct office *a;
	const struct id *request;
	struct geo_district t;
	const struct httpc_reply *r;
	struct diag *d;
};

static enum status
keep_one(struct feed *f, const struct collection *c, const char *kept,
    const char *type, const char *name, const struct doc **out)
{
	const char *proof = NULL;
	const struct doc *doc = collection_note(c, type, name, &proof);
	char request[ID_TEXT];
	struct kept_row row;
	enum status st;

	if (out != NULL)
		*out = doc;
	if (doc == NULL || proof == NULL)
		return diag_set(f->d, ST_NOTFOUND, "", "",
		    "The district's feed does not carry this agency's notes: "
		    "no request of it is open there.");
	row = (struct kept_row){ .type = kept,
		.name = "",
		.note = doc->bytes,
		.note_n = doc->n,
		.proof = proof,
		.proof_n = strlen(proof) };
	st = store_run(f->a->store, put_row, &row);
	if (st != ST_OK || collection_item(c, f->request) == NULL)
		return st;
	id_text(f->request, request);
	row.name = request;
	return store_run(f->a->store, put_once, &row);
}

static enum status
keep_feed(void *arg, const struct directory *dir, const char *note,
    size_t note_n, const char *proof)
{
	struct feed *f = arg;
	struct collection *c = NULL;
	const struct doc *doc = NULL;
	struct diag *d = f->d;
	const char *partner;
	enum status st;

	(void)note;
	(void)note_n;
	(void)proof;
	st = collection_open(&f->a->trust, dir, f->t, f->r->body.p,
	    f->r->body.n, clock_now(), &c, d);
	if (st != ST_OK)
		return st;
	if ((st = keep_one(f, c, KEPT_AGENCY, AGENCY_TYPE, f->a->name, &doc)) !=
	    ST_OK)
		goto done;
	partner = json_string_value(json_object_get(doc->json, "partner"));
	if ((st = keep_one(f, c, KEPT_PARTNER, PARTNER_TYPE,
		 partner == NULL ? "" : partner, NULL)) != ST_OK)
		goto done;
	st = keep_one(f, c, KEPT_POLICY, POLICY_TYPE, "", NULL);
done:
	collection_free(&c);
	return st;
}

enum status
kept_refresh(struct office *a, const struct id *request,
    const struct geo_area *area, struct diag *d)
{
	struct feed f = {
		.a = a, .request = request, .t = district_of(area->v[0]), .d = d
	};
	char url[1100], text[DISTRICT_TEXT];
	struct httpc_reply r = { 0 };
	enum status st;

	if (a->url == NULL)
		return diag_set(d, ST_PEER, "platform", "",
		    "No platform is configured: give its address.");
	district_text(f.t, text);
	(void)snprintf(url, sizeof(url), "%s/v1/feed/%s", a->url, text);
	st = httpc_get(a->http, url, NULL, COLLECTION_MAX, &r, d);
	if (st == ST_OK && r.code != 200)
		st = diag_set(d, ST_PEER, "", "",
		    "The platform answered %u where a district's feed should "
		    "be.",
		    r.code);
	f.r = &r;
	/* A feed is judged by a directory as new as itself. */
	if (st == ST_OK)
		st = kept_directory(a, 1, keep_feed, &f, d);
	httpc_reply_fini(&r);
	return st;
}
