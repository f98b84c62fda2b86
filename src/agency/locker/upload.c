#include "agency/locker/upload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agency/inner.h"
#include "agency/locker/intake.h"
#include "base/clock.h"
#include "base/diag.h"
#include "blob/blob.h"
#include "httpd/call.h"
#include "httpd/reply.h"
#include "store/store.h"

#define KEEP_S (2 * AGENCY_UPLOAD_S) /* of a row, so that HEAD has an answer */

struct upload {
	struct id id;
	int64_t size, created;
	char state[16];
};

/* -- rows ------------------------------------------------------------------ */

static enum status
take(const struct row *row, void *arg)
{
	struct upload *u = arg;

	u->size = row_int(row, 0);
	u->created = row_int(row, 1);
	(void)snprintf(
	    u->state, sizeof(u->state), "%s", row_text_borrow(row, 2));
	return ST_OK;
}

static enum status
get(struct tx *tx, void *arg)
{
	struct upload *u = arg;

	return store_one(tx,
	    "SELECT size, created, state FROM upload WHERE id = $1",
	    (struct store_param[]){ P_ID(&u->id) }, 1, take, u);
}

static enum status
put(struct tx *tx, void *arg)
{
	const struct upload *u = arg;

	return store_exec(tx,
	    "INSERT INTO upload (id, size, created, state) "
	    "VALUES ($1, $2, $3, 'receiving') ON CONFLICT DO NOTHING",
	    (struct store_param[]){
		P_ID(&u->id), P_INT(u->size), P_INT(u->created) },
	    3);
}

static enum status
set_complete(struct tx *tx, void *arg)
{
	const struct upload *u = arg;

	return store_exec(tx,
	    "UPDATE upload SET state = 'complete' WHERE id = $1 AND "
	    "state = 'receiving'",
	    (struct store_param[]){ P_ID(&u->id) }, 1);
}

/* All bytes are there, durably: intake's turn. */
static enum status
complete(struct office *a, struct upload *u)
{
	enum status st = store_run(a->store, set_complete, u);

	if (st == ST_OK)
		intake_wake(a);
	return st;
}

/* -- what calls share ------------------------------------------------------ */

static enum status
header_int(struct call *call, const char *name, int64_t max, int64_t *out)
{
	const char *s = call_header(call, name);
	int64_t v = 0;

	if (s == NULL || *s == '\0' || strlen(s) > 18)
		return diag_set(call_diag(call), ST_INVALID, name, "",
		    "The header %s is missing or is no number.", name);
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return diag_set(call_diag(call), ST_INVALID, name, "",
			    "The header %s is no number.", name);
		v = v * 10 + (*s - '0');
	}
	if (v > max) {
		char limit[40];

		(void)snprintf(limit, sizeof(limit), "%" PRId64 " bytes", max);
		return diag_set(call_diag(call), ST_TOO_LARGE, name, limit,
		    "An upload is at most %s long.", limit);
	}
	*out = v;
	return ST_OK;
}

/* The id in the path, and its row. */
static enum status
find(struct call *call, struct upload *u)
{
	struct office *a = call_env(call);

	httpd_header(call, "Tus-Resumable", "1.0.0");
	if (id_parse(call_param(call, "id"), &u->id) != ST_OK)
		return diag_set(call_diag(call), ST_NOTFOUND, "id", "",
		    "An upload's name is 32 lower-case hex digits.");
	return store_read(a->store, get, u);
}

static void
expires(struct call *call, const struct upload *u)
{
	time_t t = (time_t)(u->created + AGENCY_UPLOAD_S);
	char text[64];
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		httpd_header(call, "Upload-Expires", text);
}

static void
offset_header(struct call *call, int64_t offset)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, offset);
	httpd_header(call, "Upload-Offset", text);
}

/* -- POST ------------------------------------------------------------------ */

enum status
upload_post(struct call *call)
{
	struct office *a = call_env(call);
	struct upload u = { 0 };
	char location[64], id[ID_TEXT];
	int64_t length = 0;
	enum status st, said;

	st = find(call, &u);
	if (st != ST_OK && st != ST_NOTFOUND)
		return st;
	if (id_parse(call_param(call, "id"), &u.id) != ST_OK)
		return ST_NOTFOUND;
	if ((said = header_int(call, "Upload-Length", UPLOAD_MAX, &length)) !=
	    ST_OK)
		return said;
	if (length == 0)
		return diag_set(call_diag(call), ST_INVALID, "Upload-Length",
		    "1 byte", "An upload holds at least one byte.");
	if (st == ST_NOTFOUND) {
		u.size = length;
		u.created = clock_now();
		/* A file without a row is swept; a row has its file. */
		st = blob_append_create(a->uploads, &u.id);
		if (st != ST_OK && st != ST_CONFLICT)
			return st;
		if ((st = store_run(a->store, put, &u)) != ST_OK ||
		    (st = store_read(a->store, get, &u)) != ST_OK)
			return st;
	}
	if (u.size != length)
		return diag_set(call_diag(call), ST_CONFLICT, "Upload-Length",
		    "", "An upload of that name and another length is here.");
	id_text(&u.id, id);
	(void)snprintf(location, sizeof(location), "/v1/uploads/%s", id);
	httpd_header(call, "Location", location);
	expires(call, &u);
	return httpd_reply_empty(call, 201);
}

/* -- HEAD ------------------------------------------------------------------ */

enum status
upload_head(struct call *call)
{
	struct office *a = call_env(call);
	struct upload u = { 0 };
	int64_t offset;
	char text[24];
	enum status st;

	if ((st = find(call, &u)) != ST_OK)
		return st;
	offset = u.size;
	if (strcmp(u.state, "receiving") == 0) {
		if (clock_now() >= u.created + AGENCY_UPLOAD_S)
			return ST_GONE;
		if ((st = blob_length(a->uploads, &u.id, &offset)) != ST_OK)
			return st;
		if (offset == u.size && (st = complete(a, &u)) != ST_OK)
			return st;
		expires(call, &u);
	}
	offset_header(call, offset);
	(void)snprintf(text, sizeof(text), "%" PRId64, u.size);
	httpd_header(call, "Upload-Length", text);
	httpd_header(call, "Cache-Control", "no-store");
	return httpd_reply_empty(call, 200);
}

/* -- PATCH ----------------------------------------------------------------- */

struct patch {
	struct upload u;
	struct blob_append *to; /* NULL: nothing is left to write */
	int64_t at;
};

static enum status
too_long(struct call *call, const struct upload *u)
{
	char limit[40];

	(void)snprintf(limit, sizeof(limit), "%" PRId64 " bytes", u->size);
	return diag_set(call_diag(call), ST_TOO_LARGE, "Upload-Offset", limit,
	    "This would make the upload longer than was said.");
}

static enum status
patch_check(struct call *call, struct patch *p)
{
	const char *type = call_header(call, "Content-Type");
	struct office *a = call_env(call);
	int64_t length = call_length(call);
	enum status st;

	if ((st = find(call, &p->u)) != ST_OK)
		return st;
	if (type == NULL ||
	    strcmp(type, "application/offset+octet-stream") != 0)
		return ST_TYPE;
	if ((st = header_int(
		 call, "Upload-Offset", INT64_C(1) << 53, &p->at)) != ST_OK)
		return st;
	if (strcmp(p->u.state, "receiving") != 0) {
		if (p->at == p->u.size && length == 0)
			return ST_OK;
		return diag_set(call_diag(call), ST_CONFLICT, "Upload-Offset",
		    "", "The upload is complete already.");
	}
	if (clock_now() >= p->u.created + AGENCY_UPLOAD_S)
		return ST_GONE;
	if (p->at <= p->u.size && length > p->u.size - p->at)
		return too_long(call, &p->u);
	return blob_append_open(a->uploads, &p->u.id, p->at, &p->to);
}

static enum status
patch_begin(struct call *call)
{
	struct patch *p = calloc(1, sizeof(*p));
	enum status st;

	if (p == NULL)
		return ST_NOMEM;
	if ((st = patch_check(call, p)) != ST_OK) {
		free(p);
		return st;
	}
	call_set_state(call, p);
	return ST_OK;
}

static enum status
patch_chunk(struct call *call, const void *bytes, size_t n)
{
	struct patch *p = call_state(call);
	enum status st;

	if (p->to == NULL || (int64_t)n > p->u.size - p->at)
		return too_long(call, &p->u);
	if ((st = blob_append_write(p->to, bytes, n)) == ST_OK)
		p->at += (int64_t)n;
	return st;
}

static enum status
patch_end(struct call *call)
{
	struct patch *p = call_state(call);
	struct office *a = call_env(call);
	int64_t offset = p->u.size;
	enum status st = ST_OK;

	call_set_state(call, NULL);
	if (p->to != NULL) {
		st = blob_append_flush(p->to, &offset);
		blob_append_close(&p->to);
	}
	if (st == ST_OK && offset == p->u.size)
		st = complete(a, &p->u);
	free(p);
	if (st != ST_OK)
		return st;
	offset_header(call, offset);
	return httpd_reply_empty(call, 204);
}

/* What came is kept: the client goes on from there. */
static void
patch_abort(struct call *call)
{
	struct patch *p = call_state(call);
	int64_t offset;

	if (p == NULL)
		return;
	call_set_state(call, NULL);
	if (p->to != NULL) {
		(void)!blob_append_flush(p->to, &offset);
		blob_append_close(&p->to);
	}
	free(p);
}

const struct httpd_stream upload_patch = {
	.begin = patch_begin,
	.chunk = patch_chunk,
	.end = patch_end,
	.abort = patch_abort,
};

/* -- keeping house --------------------------------------------------------- */

#define SOME 256

struct some {
	int64_t before;
	size_t n;
	struct upload v[SOME];
};

static enum status
add(const struct row *row, void *arg)
{
	struct some *s = arg;

	if (s->n < SOME) {
		row_id(row, 0, &s->v[s->n].id);
		s->v[s->n].size = row_int(row, 1);
		s->v[s->n].created = row_int(row, 2);
		s->n++;
	}
	return ST_OK;
}

static enum status
list_receiving(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, size, created FROM upload WHERE state = 'receiving'",
	    NULL, 0, add, arg);
}

static enum status
list_old(struct tx *tx, void *arg)
{
	struct some *s = arg;

	return store_query(tx,
	    "SELECT id, size, created FROM upload WHERE created <= $1 AND "
	    "state = 'done'",
	    (struct store_param[]){ P_INT(s->before) }, 1, add, s);
}

static enum status
forget(struct tx *tx, void *arg)
{
	return store_exec(tx, "DELETE FROM upload WHERE id = $1",
	    (struct store_param[]){ P_ID(&((struct upload *)arg)->id) }, 1);
}

/* Row first: bytes without a row are swept, a row without bytes is a 404. */
static enum status
drop(struct office *a, struct upload *u)
{
	enum status st = store_run(a->store, forget, u);

	return st != ST_OK ? st : blob_erase(a->uploads, &u->id);
}

enum status
upload_tend(struct office *a)
{
	struct some *s = calloc(1, sizeof(*s));
	int64_t now = clock_now(), length;
	enum status st = ST_NOMEM;
	size_t i;

	if (s == NULL)
		return st;
	if ((st = store_read(a->store, list_receiving, s)) != ST_OK)
		goto done;
	for (i = 0; i < s->n && st == ST_OK; i++) {
		struct upload *u = &s->v[i];

		if (now >= u->created + AGENCY_UPLOAD_S)
			st = drop(a, u);
		else if (blob_length(a->uploads, &u->id, &length) == ST_OK &&
		    length == u->size)
			st = complete(a, u);
	}
	s->n = 0;
	s->before = now - KEEP_S;
	if (st != ST_OK || (st = store_read(a->store, list_old, s)) != ST_OK)
		goto done;
	for (i = 0; i < s->n && st == ST_OK; i++)
		st = drop(a, &s->v[i]);
done:
	free(s);
	return st;
}

static enum status
sweep_one(const struct id *name, int64_t size, void *arg)
{
	struct office *a = arg;
	struct upload u = { .id = *name };
	enum status st = store_read(a->store, get, &u);

	(void)size;
	return st == ST_NOTFOUND ? blob_erase(a->uploads, name) : st;
}

enum status
upload_sweep(struct office *a)
{
	return blob_list(a->uploads, sweep_one, a);
}
