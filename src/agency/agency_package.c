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
#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/kept.h"
#include "agency/outgoing.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "blob/blob.h"
#include "evidence/finding.h"
#include "evidence/package.h"
#include "evidence/report.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "protocol/request.h"
#include "protocol/share.h"
#include "store/store.h"

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
parse(struct outgoing *x, struct parsed *p)
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
write_report(struct outgoing *x)
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
	struct outgoing *x = arg;
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
write_package(struct outgoing *x, int fd)
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
		.n_notes = OUTGOING_NOTES,
		.report = bytes(&x->report),
		.sign = sign,
		.arg = x };
	int64_t size;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < OUTGOING_NOTES; i++)
		s.notes[i] = (struct package_note){ outgoing_notes[i],
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
write_file(struct outgoing *x, const char *out_path)
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

/* The newest notes, where the platform still shows them. */
static void
refresh(struct outgoing *x)
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
check(struct outgoing *x, const char *out_path)
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
	struct outgoing *x = calloc(1, sizeof(*x));
	enum status st;

	if (x == NULL)
		return ST_NOMEM;
	x->a = a;
	x->submission = *submission;
	x->receiver = receiver;
	x->basis = basis;
	x->d = d;
	if ((st = outgoing_init(x)) != ST_OK ||
	    (st = check(x, out_path)) != ST_OK ||
	    (st = store_read(a->store, outgoing_look, x)) != ST_OK)
		goto done;
	refresh(x);
	x->now = clock_now();
	if ((st = store_run(a->store, outgoing_gather, x)) != ST_OK ||
	    (st = write_report(x)) != ST_OK)
		goto done;
	st = write_file(x, out_path);
done:
	outgoing_fini(x);
	free(x);
	return st;
}
