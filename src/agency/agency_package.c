/*
 * Exporting a submission.  That it was exported is in its custody before the
 * package is made, and so in the package.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agency/agency.h"
#include "agency/asking.h"
#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/kept.h"
#include "agency/locker/custodian.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "blob/blob.h"
#include "evidence/custody.h"
#include "evidence/finding.h"
#include "evidence/package.h"
#include "evidence/report.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "protocol/proved.h"
#include "protocol/request.h"
#include "protocol/share.h"
#include "store/store.h"
#include "tlog/proof.h"

#define TEXTS ((size_t)4 << 20)
#define CUSTODY_MAX ((size_t)2 << 20)
#define NOTES 4

static const char *const note_names[NOTES] = {
	KEPT_DIRECTORY,
	KEPT_POLICY,
	KEPT_PARTNER,
	KEPT_AGENCY,
};

struct export
{
	struct office *a;
	struct id submission, request;
	const char *receiver, *basis;
	int64_t now;
	struct diag *d;
	struct arena *mem;
	struct asking row;

	/* Rows of the submission. */
	char state[16], kind[32];
	struct package_bytes share, manifest, clips, statement, receipt,
	    finding;
	size_t n;
	struct id blobs[PACKAGE_ITEMS_MAX];
	struct report_item items[PACKAGE_ITEMS_MAX];
	int fds[PACKAGE_ITEMS_MAX];
	struct buf custody, submissions, report;
	struct buf note[NOTES], proof[NOTES];
};

/* -- reading --------------------------------------------------------------- */

static enum status
copy(struct export *x, const struct row *row, int col, struct package_bytes *to)
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
	struct export *x = arg;

	(void)snprintf(
	    x->state, sizeof(x->state), "%s", row_text_borrow(row, 0));
	(void)snprintf(x->kind, sizeof(x->kind), "%s", row_text_borrow(row, 1));
	row_id(row, 2, &x->request);
	return ST_OK;
}

static enum status
take_documents(const struct row *row, void *arg)
{
	struct export *x = arg;
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
	struct export *x = arg;

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
list_submissions(struct tx *tx, struct export *x)
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
mark_opened(struct tx *tx, struct export *x)
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
read_notes(struct tx *tx, struct export *x)
{
	enum status st = ST_OK;
	size_t i;

	/* The directory that held the key of the sharer's pass. */
	st = store_one(tx,
	    "SELECT note, proof FROM directory WHERE hash = "
	    "(SELECT directory FROM submission WHERE id = $1)",
	    (struct store_param[]){ P_ID(&x->submission) }, 1, take_pair,
	    (struct buf *[]){ &x->note[0], &x->proof[0] });
	for (i = 1; i < NOTES && st == ST_OK; i++)
		st = kept_note(
		    tx, note_names[i], &x->request, &x->note[i], &x->proof[i]);
	if (st == ST_NOTFOUND)
		return diag_problem(x->d, ST_STALE, "notes-missing", "", "",
		    "The platform's notes on this agency are not here yet: "
		    "they come with its feed while a request is open. Try "
		    "again when the platform answers.");
	return st;
}

static void
clear(struct export *x)
{
	size_t i;

	x->n = 0;
	buf_clear(&x->custody);
	buf_clear(&x->submissions);
	for (i = 0; i < NOTES; i++) {
		buf_clear(&x->note[i]);
		buf_clear(&x->proof[i]);
	}
}

static enum status
read_state(struct tx *tx, struct export *x)
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

static enum status
gather(struct tx *tx, void *arg)
{
	struct export *x = arg;
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

/* -- the report ------------------------------------------------------------ */

struct parsed {
	struct doc *request_doc, *receipt_doc, *agency_doc;
	struct request request;
	struct receipt receipt;
	struct agency agency;
	struct text text;
	struct finding finding;
	struct share_clips clips;
	const char *statement;
	uint64_t index, size;
	int64_t proof_s;
};

static enum status
parse(struct export *x, struct parsed *p)
{
	const char *origin = x->a->origin;
	struct diag *d = x->d;
	enum status st;

	if ((st = doc_open(x->row.note.p, x->row.note.n, origin,
		 &p->request_doc, d)) != ST_OK ||
	    (st = request_parse(p->request_doc, &p->request, d)) != ST_OK ||
	    (st = text_parse(x->row.body.p, x->row.body.n, NULL, &p->text,
		 x->mem, d)) != ST_OK ||
	    (st = trust_proof_verify(&x->a->trust, x->row.proof.p,
		 x->row.proof.n, x->row.note.p, x->row.note.n, x->now,
		 &p->index, &p->size, &p->proof_s, d)) != ST_OK ||
	    (st = doc_open(x->receipt.p, x->receipt.n, origin, &p->receipt_doc,
		 d)) != ST_OK ||
	    (st = receipt_parse(p->receipt_doc, &p->receipt, d)) != ST_OK ||
	    (st = doc_open(x->note[3].p, x->note[3].n, origin, &p->agency_doc,
		 d)) != ST_OK ||
	    (st = agency_parse(p->agency_doc, &p->agency, d)) != ST_OK ||
	    (st = share_clips_parse(
		 x->clips.p, x->clips.n, &p->clips, x->mem, d)) != ST_OK ||
	    (st = share_statement_parse(x->statement.p, x->statement.n,
		 &p->statement, x->mem, d)) != ST_OK)
		return st;
	return finding_parse(
	    x->finding.p, x->finding.n, &p->finding, x->mem, d);
}

static enum status
write_report(struct export *x)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct report_source s;
	enum status st;

	if (p == NULL)
		return ST_NOMEM;
	if ((st = parse(x, p)) == ST_OK) {
		s = (struct report_source){ .agency_note = &p->agency,
			.agency_name = x->a->name,
			.locker = x->a->locker,
			.origin = x->a->origin,
			.request = &p->request,
			.text = &p->text,
			.log_index = p->index,
			.proof_s = p->proof_s,
			.receipt = &p->receipt,
			.clips = &p->clips,
			.statement = p->statement,
			.finding = &p->finding,
			.n_items = x->n,
			.items = x->items,
			.custody = { x->custody.p, x->custody.n },
			.time = x->now,
			.receiver = x->receiver,
			.basis = x->basis };
		st = report_write(&s, &x->report, x->d);
	}
	doc_free(&p->request_doc);
	doc_free(&p->receipt_doc);
	doc_free(&p->agency_doc);
	free(p);
	return st;
}

/* -- the file -------------------------------------------------------------- */

static enum status
sign(void *arg, const uint8_t tagmanifest[32], struct buf *note)
{
	struct export *x = arg;
	struct package p = { .time = x->now,
		.submission = x->submission,
		.request = x->request,
		.receiver = x->receiver,
		.basis = x->basis };
	const char *keys[1] = { x->a->locker };

	memcpy(p.tagmanifest, tagmanifest, 32);
	return filing_sign(
	    x->a, package_json(&p), PACKAGE_TYPE, keys, 1, note, x->d);
}

static struct package_bytes
bytes(const struct buf *b)
{
	return (struct package_bytes){ b->p, b->n };
}

static enum status
write_package(struct export *x, int fd)
{
	struct package_source s = { .n_items = x->n,
		.item_fds = x->fds,
		.share_note = x->share,
		.share_manifest = x->manifest,
		.clips = x->clips,
		.statement = x->statement,
		.receipt = x->receipt,
		.finding = x->finding,
		.custody = bytes(&x->custody),
		.submissions = bytes(&x->submissions),
		.request_note = bytes(&x->row.note),
		.request_text = bytes(&x->row.body),
		.request_proof = bytes(&x->row.proof),
		.n_notes = NOTES,
		.report = bytes(&x->report),
		.sign = sign,
		.arg = x };
	int64_t size;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < NOTES; i++)
		s.notes[i] = (struct package_note){ note_names[i],
			bytes(&x->note[i]), bytes(&x->proof[i]) };
	for (i = 0; i < x->n && st == ST_OK; i++)
		st = blob_open(x->a->items, &x->blobs[i], &x->fds[i], &size);
	if (st == ST_OK)
		st = package_write(&s, fd, x->d);
	if (st == ST_OK && fsync(fd) != 0)
		st = ST_IO;
	return st;
}

/* Beside out_path first: it is there whole or not at all. */
static enum status
write_file(struct export *x, const char *out_path)
{
	char part[AGENCY_PATH];
	enum status st;
	int fd;

	if (snprintf(part, sizeof(part), "%s.part", out_path) >=
	    (int)sizeof(part))
		return diag_set(x->d, ST_INVALID, "out", "",
		    "The file's name is too long.");
	fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_set(x->d, ST_IO, "out", "",
		    "%.200s cannot be written: %s.", part, strerror(errno));
	st = write_package(x, fd);
	(void)close(fd);
	if (st == ST_OK && link(part, out_path) != 0)
		st = errno == EEXIST ? diag_set(x->d, ST_CONFLICT, "out", "",
					   "%.200s is there already.", out_path)
				     : diag_set(x->d, ST_IO, "out", "",
					   "%.200s cannot be written: %s.",
					   out_path, strerror(errno));
	(void)unlink(part);
	if (st == ST_OK)
		st = file_sync_parent(out_path);
	return st;
}

/* -- all of it ------------------------------------------------------------- */

static enum status
export_init(struct export *x)
{
	size_t i;

	asking_init(&x->row);
	buf_init(&x->custody, CUSTODY_MAX);
	buf_init(&x->submissions, PACKAGE_DOCUMENT_MAX);
	buf_init(&x->report, PACKAGE_DOCUMENT_MAX);
	for (i = 0; i < NOTES; i++) {
		buf_init(&x->note[i], DOC_MAX);
		buf_init(&x->proof[i], PROOF_MAX);
	}
	for (i = 0; i < PACKAGE_ITEMS_MAX; i++)
		x->fds[i] = -1;
	return (x->mem = arena_new(TEXTS)) == NULL ? ST_NOMEM : ST_OK;
}

static void
export_fini(struct export *x)
{
	size_t i;

	for (i = 0; i < PACKAGE_ITEMS_MAX; i++)
		if (x->fds[i] >= 0)
			(void)close(x->fds[i]);
	for (i = 0; i < NOTES; i++) {
		buf_fini(&x->note[i]);
		buf_fini(&x->proof[i]);
	}
	buf_fini(&x->custody);
	buf_fini(&x->submissions);
	buf_fini(&x->report);
	asking_fini(&x->row);
	arena_free(&x->mem);
}

/* The newest notes, where the platform still shows them. */
static void
refresh(struct export *x)
{
	struct request r;
	struct doc *doc = NULL;

	if (x->a->url != NULL &&
	    asking_read(x->a, &x->request, &x->row, NULL) == ST_OK &&
	    doc_open(x->row.note.p, x->row.note.n, x->a->origin, &doc, NULL) ==
		ST_OK &&
	    request_parse(doc, &r, NULL) == ST_OK)
		(void)!kept_refresh(x->a, &x->request, &r.area, NULL);
	doc_free(&doc);
}

static enum status
look(struct tx *tx, void *arg)
{
	return read_state(tx, arg);
}

static enum status
check(struct export *x, const char *out_path)
{
	size_t n = strlen(x->basis);
	enum status st;

	if ((st = package_receiver(x->receiver, x->d)) != ST_OK)
		return st;
	if (n == 0 || n > PACKAGE_BASIS_MAX)
		return diag_set(x->d, ST_INVALID, "basis", "1 to 400 bytes",
		    "Say on which legal basis the package is handed over.");
	if (access(out_path, F_OK) == 0)
		return diag_set(x->d, ST_CONFLICT, "out", "",
		    "%.200s is there already.", out_path);
	return ST_OK;
}

enum status
agency_package(struct office *a, const struct id *submission,
    const char *receiver, const char *basis, const char *out_path,
    struct diag *d)
{
	struct export *x = calloc(1, sizeof(*x));
	enum status st;

	if (x == NULL)
		return ST_NOMEM;
	x->a = a;
	x->submission = *submission;
	x->receiver = receiver;
	x->basis = basis;
	x->d = d;
	if ((st = export_init(x)) != ST_OK ||
	    (st = check(x, out_path)) != ST_OK ||
	    (st = store_read(a->store, look, x)) != ST_OK)
		goto done;
	refresh(x);
	x->now = clock_now();
	if ((st = store_run(a->store, gather, x)) != ST_OK ||
	    (st = write_report(x)) != ST_OK)
		goto done;
	st = write_file(x, out_path);
done:
	export_fini(x);
	free(x);
	return st;
}
