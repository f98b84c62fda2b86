#include "agency/asking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agency/inner.h"
#include "base/clock.h"
#include "base/diag.h"
#include "geo/area.h"
#include "keyd/keyd.h"
#include "protocol/doc.h"
#include "protocol/request.h"
#include "store/store.h"
#include "tlog/proof.h"

#include "agency/kept.h"

#define TEND_MAX 256
#define KEEP_S (20 * 3600) /* how old the kept notes may get */

void
asking_init(struct asking *r)
{
	*r = (struct asking){ .log_index = -1, .end_index = -1 };
	buf_init(&r->note, DOC_MAX);
	buf_init(&r->body, TEXT_MAX);
	buf_init(&r->proof, PROOF_MAX);
	buf_init(&r->end_note, DOC_MAX);
	buf_init(&r->end_proof, PROOF_MAX);
}

void
asking_fini(struct asking *r)
{
	buf_fini(&r->note);
	buf_fini(&r->body);
	buf_fini(&r->proof);
	buf_fini(&r->end_note);
	buf_fini(&r->end_proof);
}

static void
take_bytes(const struct row *row, int col, struct buf *b)
{
	const uint8_t *p;
	size_t n;

	buf_clear(b);
	if (row_null(row, col))
		return;
	row_bytes(row, col, &p, &n);
	buf_put(b, p, n);
}

static enum status
take_row(const struct row *row, void *arg)
{
	struct asking *r = arg;

	row_id(row, 0, &r->id);
	(void)snprintf(
	    r->state, sizeof(r->state), "%s", row_text_borrow(row, 1));
	r->opens = row_int(row, 2);
	r->expires = row_int(row, 3);
	r->ended = row_null(row, 4) ? 0 : row_int(row, 4);
	r->log_index = row_null(row, 5) ? -1 : row_int(row, 5);
	r->end_index = row_null(row, 6) ? -1 : row_int(row, 6);
	(void)snprintf(r->end_state, sizeof(r->end_state), "%s",
	    row_null(row, 7) ? "" : row_text_borrow(row, 7));
	r->identity = row_bool(row, 8);
	(void)snprintf(r->case_number, sizeof(r->case_number), "%s",
	    row_text_borrow(row, 9));
	take_bytes(row, 10, &r->note);
	take_bytes(row, 11, &r->body);
	take_bytes(row, 12, &r->proof);
	take_bytes(row, 13, &r->end_note);
	take_bytes(row, 14, &r->end_proof);
	return buf_status(&r->note);
}

enum status
asking_get(struct tx *tx, const struct id *id, struct asking *r)
{
	return store_one(tx,
	    "SELECT id, state, opens, expires, ended, log_index, end_index, "
	    "end_state, identity, case_number, note, body, proof, end_note, "
	    "end_proof FROM request WHERE id = $1",
	    (struct store_param[]){ P_ID(id) }, 1, take_row, r);
}

struct get {
	const struct id *id;
	struct asking *r;
};

static enum status
get_fn(struct tx *tx, void *arg)
{
	struct get *g = arg;

	return asking_get(tx, g->id, g->r);
}

enum status
asking_read(
    struct office *a, const struct id *id, struct asking *r, struct diag *d)
{
	enum status st = store_read(a->store, get_fn, &(struct get){ id, r });

	if (st == ST_NOTFOUND)
		return diag_set(d, st, "request", "",
		    "This agency has no request of that id.");
	return st;
}

/* -- tending --------------------------------------------------------------- */

struct tend {
	int64_t now;
	size_t n;
	struct id v[TEND_MAX];
};

static enum status
add_id(const struct row *row, void *arg)
{
	struct tend *t = arg;

	if (t->n < TEND_MAX)
		row_id(row, 0, &t->v[t->n++]);
	return ST_OK;
}

static enum status
list_pending(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id FROM request WHERE (state = 'pending' OR "
	    "state = 'held') AND ended IS NULL OR "
	    "end_state = 'made' OR end_state = 'pending'",
	    NULL, 0, add_id, arg);
}

/* Those whose uploads cannot come to an end any more. */
static enum status
list_over(struct tx *tx, void *arg)
{
	struct tend *t = arg;

	return store_query(tx,
	    "SELECT id FROM request WHERE identity AND (state = 'refused' OR "
	    "expires <= $1 OR ended <= $1)",
	    (struct store_param[]){ P_INT(t->now - AGENCY_UPLOAD_S) }, 1,
	    add_id, t);
}

static enum status
list_open(struct tx *tx, void *arg)
{
	struct tend *t = arg;

	return store_query(tx,
	    "SELECT id FROM request WHERE state = 'logged' AND "
	    "ended IS NULL AND opens <= $1 AND expires > $1",
	    (struct store_param[]){ P_INT(t->now) }, 1, add_id, t);
}

static enum status
forget_identity(struct tx *tx, void *arg)
{
	return store_exec(tx,
	    "UPDATE request SET identity = FALSE WHERE id = $1",
	    (struct store_param[]){ P_ID((const struct id *)arg) }, 1);
}

static enum status
go_on(struct office *a, const struct id *id)
{
	struct agency_filed filed;
	struct asking r;
	enum status st;

	asking_init(&r);
	if ((st = asking_read(a, id, &r, NULL)) != ST_OK)
		goto done;
	if (strcmp(r.state, "pending") == 0 || strcmp(r.state, "held") == 0)
		st = agency_request_publish(a, id, 0, &filed, NULL);
	if (r.end_state[0] != '\0' && strcmp(r.end_state, "logged") != 0)
		st = agency_request_end(a, id, "resolved", 0, &filed, NULL);
done:
	asking_fini(&r);
	return st;
}

/* Keep the notes that packages need; as fresh as an open request allows. */
static enum status
refresh(struct office *a, const struct id *id)
{
	struct request req;
	struct doc *doc = NULL;
	struct asking r;
	int64_t age;
	bool has;
	enum status st;

	asking_init(&r);
	if ((st = kept_age(a, id, &age, &has)) != ST_OK ||
	    (has && age >= 0 && age < KEEP_S))
		goto done;
	if ((st = asking_read(a, id, &r, NULL)) == ST_OK &&
	    (st = doc_open(r.note.p, r.note.n, a->origin, &doc, NULL)) ==
		ST_OK &&
	    (st = request_parse(doc, &req, NULL)) == ST_OK)
		st = kept_refresh(a, id, &req.area, NULL);
done:
	doc_free(&doc);
	asking_fini(&r);
	return st;
}

enum status
asking_tend(struct office *a)
{
	struct tend t = { .now = clock_now() };
	char name[ID_TEXT];
	enum status st;
	size_t i;

	if ((st = store_read(a->store, list_pending, &t)) != ST_OK)
		return st;
	for (i = 0; i < t.n; i++)
		(void)!go_on(a, &t.v[i]);
	t.n = 0;
	if ((st = store_read(a->store, list_over, &t)) != ST_OK)
		return st;
	for (i = 0; i < t.n; i++) {
		id_text(&t.v[i], name);
		st = keyd_erase_identity(a->keyd, KEYD_REQUEST, name, NULL);
		if (st != ST_OK && st != ST_NOTFOUND)
			return st;
		if ((st = store_run(a->store, forget_identity, &t.v[i])) !=
		    ST_OK)
			return st;
	}
	t.n = 0;
	if ((st = store_read(a->store, list_open, &t)) != ST_OK)
		return st;
	/* A platform that does not answer will not answer the next one. */
	for (i = 0; i < t.n; i++)
		if (refresh(a, &t.v[i]) == ST_PEER)
			break;
	return ST_OK;
}
