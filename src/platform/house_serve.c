/* The directory and its lists, ready to be sent; see house.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "httpd/body.h"
#include "httpd/reply.h"
#include "platform/filing.h"
#include "platform/house_inner.h"
#include "platform/ledger.h"
#include "platform/registry.h"
#include "platform/serve.h"
#include "protocol/agencies.h"
#include "protocol/directory.h"
#include "protocol/doc.h"

static enum status
body_of(json_t *v, struct httpd_body **out)
{
	struct buf b;
	enum status st;

	buf_init(&b, AGENCIES_MAX);
	st = v == NULL ? ST_NOMEM : json_write(v, &b);
	if (st == ST_OK)
		st = serve_body("application/json", &b, out);
	json_decref(v);
	buf_fini(&b);
	return st;
}

/* The list that the directory at h->index names. */
static enum status
agencies_body(struct house *h, const json_t *proved, struct httpd_body **out)
{
	const char *note = json_string_value(json_object_get(proved, "note"));
	struct directory dir;
	struct doc *doc = NULL;
	enum status st;
	struct buf b;

	buf_init(&b, AGENCIES_MAX);
	if ((st = doc_open(note, strlen(note), h->config.origin, &doc, NULL)) ==
		ST_OK &&
	    (st = directory_parse(doc, &dir, NULL)) == ST_OK &&
	    (st = filing_document(h->config.store, dir.agencies, &b)) == ST_OK)
		st = serve_body("application/json", &b, out);
	doc_free(&doc);
	buf_fini(&b);
	return st;
}

static enum status
recipients_body(struct house *h, struct httpd_body **out)
{
	json_t *list = json_array(), *v = NULL;
	uint64_t *notes = NULL;
	enum status st;
	size_t i, n;

	st = registry_notes(h->config.registry, clock_now(), &notes, &n);
	for (i = 0; st == ST_OK && i < n; i++) {
		/* Those that are not published yet follow with the next. */
		if (notes[i] >= ledger_published(h->config.ledger))
			continue;
		if ((v = serve_proved(h->config.ledger, notes[i])) == NULL ||
		    json_array_append_new(list, v) != 0)
			st = ST_IO;
	}
	free(notes);
	if (st != ST_OK) {
		json_decref(list);
		return st;
	}
	return body_of(json_pack("{s:s,s:o}", "type",
			   "porchlight/recipients@v1", "notes", list),
	    out);
}

/* They change with the log, and by time with at most a minute's delay. */
static bool
recipients_old(const struct house *h, uint64_t size, int64_t now)
{
	return h->recipients == NULL || h->recipients_size != size ||
	    now < h->recipients_time || now >= h->recipients_time + 60;
}

static void
swap(struct house *h, struct httpd_body **place, struct httpd_body **body)
{
	struct httpd_body *old;

	(void)pthread_rwlock_wrlock(&h->bodies_lock);
	old = *place;
	*place = *body;
	(void)pthread_rwlock_unlock(&h->bodies_lock);
	*body = NULL;
	httpd_body_free(&old);
}

enum status
house_publish(struct house *h)
{
	struct httpd_body *directory = NULL, *agencies = NULL, *notes = NULL;
	uint64_t size = ledger_published(h->config.ledger);
	int64_t now = clock_now();
	json_t *proved;
	enum status st;

	if (size <= h->index)
		return ST_PENDING;
	if (recipients_old(h, size, now)) {
		if ((st = recipients_body(h, &notes)) != ST_OK)
			return st;
		swap(h, &h->recipients, &notes);
		h->recipients_size = size;
		h->recipients_time = now;
	}
	if (h->directory != NULL && h->served == h->index)
		return ST_OK;
	if ((proved = serve_proved(h->config.ledger, h->index)) == NULL)
		return ST_IO;
	if ((st = agencies_body(h, proved, &agencies)) == ST_OK &&
	    (st = body_of(json_incref(proved), &directory)) == ST_OK) {
		/* Agencies first: a directory is never ahead of its list. */
		swap(h, &h->agencies, &agencies);
		swap(h, &h->directory, &directory);
		h->served = h->index;
	}
	json_decref(proved);
	httpd_body_free(&directory);
	httpd_body_free(&agencies);
	return st;
}

static enum status
reply(struct house *h, struct call *call, struct httpd_body *const *place)
{
	enum status st = ST_STALE;

	(void)pthread_rwlock_rdlock(&h->bodies_lock);
	if (*place != NULL)
		st = httpd_reply_shared(call, *place);
	(void)pthread_rwlock_unlock(&h->bodies_lock);
	return st;
}

enum status
house_reply_directory(struct house *h, struct call *call)
{
	return reply(h, call, &h->directory);
}

enum status
house_reply_agencies(struct house *h, struct call *call)
{
	return reply(h, call, &h->agencies);
}

enum status
house_reply_recipients(struct house *h, struct call *call)
{
	return reply(h, call, &h->recipients);
}
