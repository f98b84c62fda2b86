#include "platform/filing.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "crypto/hash.h"
#include "platform/filing_inner.h"
#include "platform/ledger.h"
#include "platform/registry.h"
#include "protocol/doc.h"
#include "protocol/request.h"

#define HELD_S (2 * 86400) /* the operator decides within two days */

struct filing *
filing_new(const struct filing_config *config)
{
	struct filing *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->config = *config;
	(void)pthread_mutex_init(&f->lock, NULL);
	return f;
}

void
filing_free(struct filing **f)
{
	if (*f == NULL)
		return;
	(void)pthread_mutex_destroy(&(*f)->lock);
	free(*f);
	*f = NULL;
}

static void
begin(struct filed *x, const char *note, const char *text,
    const char *jurisdiction)
{
	const char *beside = text != NULL ? text : jurisdiction;

	*x = (struct filed){ .item = { .note = note, .n = strlen(note) },
		.beside = beside };
	hash_sha256(note, x->item.n, x->hash);
	if (beside != NULL)
		hash_sha256(beside, strlen(beside), x->beside_hash);
}

static enum status
held_conflict(struct diag *d)
{
	return diag_problem(d, ST_CONFLICT, "request-id", "id", "",
	    "Another request with this id waits for the operator.");
}

/* The commit is durable, so what the note says is in force from here on. */
static enum status
log_it(struct filing *f, struct filed *x, struct doc **doc, struct diag *d)
{
	struct request q;
	enum status st;

	x->is_request = strcmp((*doc)->type, REQUEST_TYPE) == 0;
	if (x->is_request) {
		if ((st = request_parse(*doc, &q, d)) != ST_OK)
			return st;
		x->id = q.id;
	}
	if ((st = filing_sql_put(f, x)) == ST_CONFLICT && x->is_request)
		return held_conflict(d);
	if (st != ST_OK)
		return st;
	return registry_add(f->config.registry, x->item.index, doc);
}

static enum status
hold(struct filing *f, const struct doc *doc, struct filed *x,
    const struct diag *why, struct filing_result *out, struct diag *d)
{
	struct request q;
	enum status st;

	if ((st = request_parse(doc, &q, d)) != ST_OK)
		return st;
	(void)snprintf(out->rule, sizeof(out->rule), "%s", why->problem);
	out->by = clock_now() + HELD_S;
	st = filing_sql_hold(f, &q.id, x, out);
	if (st == ST_CONFLICT)
		return held_conflict(d);
	return st == ST_OK ? ST_HELD : st;
}

/* Under the lock: look up, check, log. */
static enum status
file_one(struct filing *f, struct filed *x, const char *text,
    const char *jurisdiction, struct filing_result *out, struct diag *d)
{
	struct registry_beside beside = { .text = text,
		.jurisdiction = jurisdiction };
	struct diag why = { 0 };
	struct doc *doc = NULL;
	enum status st;

	if ((st = filing_sql_find(f, x)) != ST_NOTFOUND)
		return st;
	if ((st = doc_open(
		 x->item.note, x->item.n, f->config.origin, &doc, d)) != ST_OK)
		return st;
	st = registry_check(
	    f->config.registry, doc, &beside, clock_now(), &why);
	if (st == ST_OK)
		st = log_it(f, x, &doc, d);
	else if (st == ST_HELD)
		st = hold(f, doc, x, &why, out, d);
	else if (d != NULL)
		*d = why;
	doc_free(&doc);
	return st;
}

enum status
filing_file(struct filing *f, const char *note, const char *text,
    const char *jurisdiction, unsigned wait_ms, struct filing_result *out,
    struct diag *d)
{
	struct filed x;
	enum status st;

	*out = (struct filing_result){ 0 };
	begin(&x, note, text, jurisdiction);
	(void)pthread_mutex_lock(&f->lock);
	st = file_one(f, &x, text, jurisdiction, out, d);
	(void)pthread_mutex_unlock(&f->lock);
	if (st != ST_OK)
		return st;
	filing_released(f, note);
	out->index = x.item.index;
	return ledger_wait(f->config.ledger, out->index, wait_ms);
}

enum status
filing_own(struct filing *f, const char *note, const char *beside,
    uint64_t *index, struct diag *d)
{
	struct doc *doc = NULL;
	struct filed x;
	enum status st;

	begin(&x, note, beside, NULL);
	(void)pthread_mutex_lock(&f->lock);
	if ((st = filing_sql_find(f, &x)) == ST_NOTFOUND &&
	    (st = doc_open(note, x.item.n, f->config.origin, &doc, d)) ==
		ST_OK &&
	    (st = doc_loggable(doc, d)) == ST_OK)
		st = log_it(f, &x, &doc, d);
	(void)pthread_mutex_unlock(&f->lock);
	doc_free(&doc);
	*index = x.item.index;
	return st;
}
