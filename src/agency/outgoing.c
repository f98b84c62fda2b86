#include "agency/outgoing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agency/inner.h"
#include "agency/kept.h"
#include "agency/locker/custodian.h"
#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "evidence/custody.h"
#include "protocol/doc.h"
#include "store/store.h"
#include "tlog/proof.h"

#define TEXTS ((size_t)4 << 20)
#define CUSTODY_MAX ((size_t)2 << 20)

const char *const outgoing_notes[OUTGOING_NOTES] = {
	KEPT_DIRECTORY,
	KEPT_POLICY,
	KEPT_PARTNER,
	KEPT_AGENCY,
};

enum status
outgoing_init(struct outgoing *x)
{
	size_t i;

	asking_init(&x->row);
	buf_init(&x->custody, CUSTODY_MAX);
	buf_init(&x->submissions, PACKAGE_DOCUMENT_MAX);
	buf_init(&x->report, PACKAGE_DOCUMENT_MAX);
	for (i = 0; i < OUTGOING_NOTES; i++) {
		buf_init(&x->note[i], DOC_MAX);
		buf_init(&x->proof[i], PROOF_MAX);
	}
	for (i = 0; i < PACKAGE_ITEMS_MAX; i++)
		x->fds[i] = -1;
	return (x->mem = arena_new(TEXTS)) == NULL ? ST_NOMEM : ST_OK;
}

void
outgoing_fini(struct outgoing *x)
{
	size_t i;

	for (i = 0; i < PACKAGE_ITEMS_MAX; i++)
		if (x->fds[i] >= 0)
			(void)close(x->fds[i]);
	for (i = 0; i < OUTGOING_NOTES; i++) {
		buf_fini(&x->note[i]);
		buf_fini(&x->proof[i]);
	}
	buf_fini(&x->custody);
	buf_fini(&x->submissions);
	buf_fini(&x->report);
	asking_fini(&x->row);
	arena_free(&x->mem);
}

/* -- reading --------------------------------------------------------------- */

static enum status
copy(struct outgoing *x, const struct row *row, int col,
    struct package_bytes *to)
{
	const uint8_t *p;
	size_t n;

	if (row_null(row, col))
		return ST_FAIL;
	row_bytes(row, col, &p, &n);
	to->n = n;
	to->p = arena_strndup(x->mem, (const char *)p, n);
	return to->p == NULL ? ST_NOMEM : ST_OK;
}

static enum status
take_state(const struct row *row, void *arg)
{
	struct outgoing *x = arg;

	(void)snprintf(
	    x->state, sizeof(x->state), "%s", row_text_borrow(row, 0));
	(void)snprintf(x->kind, sizeof(x->kind), "%s", row_text_borrow(row, 1));
	row_id(row, 2, &x->request);
	return ST_OK;
}

static enum status
take_documents(const struct row *row, void *arg)
{
	struct outgoing *x = arg;
	struct package_bytes *to[6] = { &x->share, &x->manifest, &x->clips,
		&x->statement, &x->receipt, &x->finding };
	enum status st = ST_OK;
	int i;

	for (i = 0; i < 6 && st == ST_OK; i++)
		st = copy(x, row, i, to[i]);
	return st;
}

static enum status
take_item(const struct row *row, void *arg)
{
	struct outgoing *x = arg;

	if (x->n == PACKAGE_ITEMS_MAX)
		return ST_FAIL;
	row_id(row, 0, &x->blobs[x->n]);
	x->items[x->n].size = (uint64_t)row_int(row, 1);
	row_fixed(row, 2, x->items[x->n].sha256, 32);
	x->n++;
	return ST_OK;
}

static enum status
take_pair(const struct row *row, void *arg)
{
	struct buf **to = arg;
	const uint8_t *p;
	size_t n;
	int i;

	for (i = 0; i < 2; i++) {
		row_bytes(row, i, &p, &n);
		buf_put(to[i], p, n);
		if (buf_status(to[i]) != ST_OK)
			return buf_status(to[i]);
	}
	return ST_OK;
}

/* -- the list of all submissions to the case ------------------------------- */

static enum status
take_listed(const struct row *row, void *arg)
{
	json_t *list = arg;
	struct id id, request;

	row_id(row, 0, &id);
	row_id(row, 1, &request);
	if (json_array_append_new(list,
		json_pack("{s:o,s:o,s:s,s:s}", "id", json_hex(id.b, ID_BYTES),
		    "request", json_hex(request.b, ID_BYTES), "state",
		    row_text_borrow(row, 2), "reason",
		    row_text_borrow(row, 3))) != 0)
		return ST_NOMEM;
	return ST_OK;
}

static enum status
list_submissions(struct tx *tx, struct outgoing *x)
{
	json_t *list = json_array(), *v = NULL;
	enum status st;

	st = store_query(tx,
	    "SELECT id, request, state, problem FROM submission WHERE request "
	    "IN (SELECT id FROM request WHERE case_number = $1) ORDER BY id",
	    (struct store_param[]){ P_TEXT(x->row.case_number) }, 1,
	    take_listed, list);
	if (st != ST_OK) {
		json_decref(list);
		return st;
	}
	v = json_pack("{s:s,s:s,s:o}", "type", SUBMISSIONS_TYPE, "case",
	    x->row.case_number, "submissions", list);
	st = v == NULL ? ST_NOMEM : json_write(v, &x->submissions);
	json_decref(v);
	return st;
}

/* -- the one transaction --------------------------------------------------- */

static enum status
mark_opened(struct tx *tx, struct outgoing *x)
{
	char detail[600];
	enum status st;

	st = store_exec(tx,
	    "UPDATE submission SET opened = TRUE, version = version + 1 "
	    "WHERE id = $1 AND NOT opened",
	    (struct store_param[]){ P_ID(&x->submission) }, 1);
	if (st != ST_OK)
		return st;
	(void)snprintf(detail, sizeof(detail), "For: %s. Legal basis: %s",
	    x->receiver, x->basis);
	return custodian_add_all(
	    tx, x->a, &x->submission, x->now, CUSTODY_EXPORTED, detail);
}

static enum status
read_notes(struct tx *tx, struct outgoing *x)
{
	enum status st = ST_OK;
	size_t i;

	/* The directory that held the key of the sharer's pass. */
	st = store_one(tx,
	    "SELECT note, proof FROM directory WHERE hash = "
	    "(SELECT directory FROM submission WHERE id = $1)",
	    (struct store_param[]){ P_ID(&x->submission) }, 1, take_pair,
	    (struct buf *[]){ &x->note[0], &x->proof[0] });
	for (i = 1; i < OUTGOING_NOTES && st == ST_OK; i++)
		st = kept_note(tx, outgoing_notes[i], &x->request, &x->note[i],
		    &x->proof[i]);
	if (st == ST_NOTFOUND)
		return diag_problem(x->d, ST_STALE, "notes-missing", "", "",
		    "The platform's notes on this agency are not here yet: "
		    "they come with its feed while a request is open. Try "
		    "again when the platform answers.");
	return st;
}

static void
clear(struct outgoing *x)
{
	size_t i;

	x->n = 0;
	buf_clear(&x->custody);
	buf_clear(&x->submissions);
	for (i = 0; i < OUTGOING_NOTES; i++) {
		buf_clear(&x->note[i]);
		buf_clear(&x->proof[i]);
	}
}

static enum status
read_state(struct tx *tx, struct outgoing *x)
{
	enum status st;

	st = store_one(tx,
	    "SELECT state, finding_kind, request FROM submission "
	    "WHERE id = $1",
	    (struct store_param[]){ P_ID(&x->submission) }, 1, take_state, x);
	if (st == ST_NOTFOUND)
		return diag_set(x->d, st, "submission", "",
		    "There is no submission of that id.");
	if (st != ST_OK)
		return st;
	if (strcmp(x->state, "received") != 0)
		return diag_problem(x->d, ST_CONFLICT, "not-received",
		    "submission", "",
		    "The submission is %s: there is nothing to export.",
		    x->state);
	if (x->kind[0] == '\0')
		return diag_problem(x->d, ST_CONFLICT, "not-inspected",
		    "submission", "",
		    "The clips are still being looked at. Try again in a "
		    "moment.");
	return ST_OK;
}

enum status
outgoing_gather(struct tx *tx, void *arg)
{
	struct outgoing *x = arg;
	enum status st;

	clear(x);
	if ((st = read_state(tx, x)) != ST_OK ||
	    (st = asking_get(tx, &x->request, &x->row)) != ST_OK ||
	    (st = read_notes(tx, x)) != ST_OK ||
	    (st = mark_opened(tx, x)) != ST_OK ||
	    (st = store_one(tx,
		 "SELECT share_note, share_manifest, clips, statement, "
		 "receipt, finding FROM submission WHERE id = $1",
		 (struct store_param[]){ P_ID(&x->submission) }, 1,
		 take_documents, x)) != ST_OK ||
	    (st = store_query(tx,
		 "SELECT id, size, sha256 FROM item WHERE submission = $1 "
		 "ORDER BY n",
		 (struct store_param[]){ P_ID(&x->submission) }, 1, take_item,
		 x)) != ST_OK ||
	    (st = custodian_lines(tx, &x->submission, &x->custody)) != ST_OK)
		return st;
	if (x->row.proof.n == 0)
		return diag_problem(x->d, ST_STALE, "notes-missing", "request",
		    "",
		    "The request's own proof is not here yet: publish it "
		    "again to fetch it.");
	return list_submissions(tx, x);
}

enum status
outgoing_look(struct tx *tx, void *arg)
{
	return read_state(tx, arg);
}
