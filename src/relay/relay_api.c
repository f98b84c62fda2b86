/*
 * Calls: uploads by tus 1.0 (core, creation, expiration) and letters; see
 * relay.h and docs/protocol.md, "Relay".
 *
 * Nothing of the client's goes onward but the numbers that are read here, so
 * no header that could tell who called is ever copied.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "httpd/call.h"
#include "httpd/limit.h"
#include "httpd/reply.h"
#include "protocol/letter.h"
#include "relay/inner.h"

#define VERSION "1.0.0"
#define EXTENSIONS "creation,expiration"
#define RESUMABLE "Tus-Resumable: " VERSION
#define MIB (INT64_C(1024) * 1024)
/* Clips of 2 GiB, what is around them, and a padding of up to 3 %. */
#define UPLOAD_MAX (2401 * MIB)
#define UPLOAD_LIMIT "2517630976 bytes"
#define URL_MAX 1024
#define REPLY_MAX 65536   /* bytes of a locker's explanation, not shown */
#define LETTER_READ 65536 /* bytes that are read, so as to say what is wrong */
#define CREATE_MS 30000

/* -- what tus wants -------------------------------------------------------- */

/* inline, before the body: the version, on every reply and every call. */
static enum status
admit_tus(struct call *call)
{
	const char *version = call_header(call, "Tus-Resumable");

	httpd_header(call, "Tus-Resumable", VERSION);
	if (version != NULL && strcmp(version, VERSION) == 0)
		return ST_OK;
	httpd_header(call, "Tus-Version", VERSION);
	return diag_set(call_diag(call), ST_PRECONDITION, "Tus-Resumable",
	    VERSION, "Uploads go by tus " VERSION ".");
}

/* inline: what this server can, also for a browser that asks beforehand. */
static enum status
options(struct call *call)
{
	char max[32];

	(void)snprintf(max, sizeof(max), "%" PRId64, UPLOAD_MAX);
	httpd_header(call, "Tus-Version", VERSION);
	httpd_header(call, "Tus-Extension", EXTENSIONS);
	httpd_header(call, "Tus-Max-Size", max);
	httpd_header(
	    call, "Access-Control-Allow-Methods", "POST, HEAD, PATCH, OPTIONS");
	httpd_header(call, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Tus-Resumable, Upload-Length, "
	    "Upload-Offset, Upload-Metadata");
	httpd_header(call, "Access-Control-Max-Age", "86400");
	return httpd_reply_empty(call, 204);
}

/* A header that holds a number from min to max. */
static enum status
read_number(struct call *call, const char *name, int64_t min, int64_t max,
    const char *limit, int64_t *out)
{
	const char *s = call_header(call, name), *at;
	int64_t v = 0;

	for (at = s; at != NULL && *at >= '0' && *at <= '9' && at - s < 16;
	     at++)
		v = v * 10 + (*at - '0');
	if (s == NULL || at == s || *at != '\0' || v < min)
		return diag_set(call_diag(call), ST_INVALID, name, limit,
		    "%s must be there and a number.", name);
	if (v > max)
		return diag_set(call_diag(call), ST_TOO_LARGE, name, limit,
		    "An upload may have 2 GiB, and 16 MiB for what is around "
		    "it.");
	*out = v;
	return ST_OK;
}

/* -- the locker's side ----------------------------------------------------- */

/* What a locker's answer means for whoever sent the upload. */
static enum status
locker_status(struct call *call, const struct httpc_reply *r)
{
	char after[24];

	if (r->code / 100 == 2)
		return ST_OK;
	if (r->retry_after_s >= 0) {
		(void)snprintf(
		    after, sizeof(after), "%" PRId64, r->retry_after_s);
		httpd_header(call, "Retry-After", after);
	}
	switch (r->code) {
	case 400:
		return ST_INVALID;
	case 403:
		return ST_FORBIDDEN;
	case 404:
		return ST_NOTFOUND;
	case 409:
		return ST_CONFLICT;
	case 410:
		return ST_GONE;
	case 413:
		return ST_TOO_LARGE;
	case 415:
		return ST_TYPE;
	case 423:
		return ST_LOCKED;
	case 429:
		return ST_RATE;
	case 503:
		return ST_BUSY;
	case 507:
		return ST_FULL;
	default:
		return diag_set(call_diag(call), ST_PEER, "", "",
		    "The locker answered %u.", r->code);
	}
}

/* A locker that cannot be reached is the locker's matter: its host is not
 * told, since that is between it and the relay. */
static enum status
unreachable(struct call *call, enum status st)
{
	if (st != ST_PEER && st != ST_INVALID)
		return st;
	return diag_set(call_diag(call), ST_PEER, "", "",
	    "The locker did not answer. What it has received so far is "
	    "kept.");
}

static void
put_number(struct call *call, const char *name, int64_t v)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, v);
	httpd_header(call, name, text);
}

/* The address of the upload that the path names, at its locker. */
static enum status
upload_url(struct call *call, char url[URL_MAX])
{
	char locker[URL_MAX - 64], text[ID_TEXT];
	struct id id;
	enum status st;

	if (id_parse(call_param(call, "id"), &id) != ST_OK)
		return ST_NOTFOUND;
	if ((st = relay_find(call_env(call), call_param(call, "name"), locker,
		 sizeof(locker), call_diag(call))) != ST_OK)
		return st;
	id_text(&id, text);
	(void)snprintf(url, URL_MAX, "%s/v1/uploads/%s", locker, text);
	return ST_OK;
}

/* -- uploads --------------------------------------------------------------- */

static enum status
create_at(
    struct call *call, const char *locker, const struct id *id, int64_t length)
{
	char url[URL_MAX], size[64], text[ID_TEXT];
	const char *const headers[] = { RESUMABLE, size, NULL };
	struct relay_server *r = call_env(call);
	struct httpc_call c = { .method = "POST",
		.url = url,
		.headers = headers,
		.limit = REPLY_MAX,
		.total_ms = CREATE_MS };
	struct httpc_reply reply = { 0 };
	enum status st;

	id_text(id, text);
	(void)snprintf(url, sizeof(url), "%s/v1/uploads/%s", locker, text);
	(void)snprintf(size, sizeof(size), "Upload-Length: %" PRId64, length);
	if ((st = httpc_call(r->httpc, &c, &reply, NULL)) != ST_OK)
		st = unreachable(call, st);
	else
		st = locker_status(call, &reply);
	if (st == ST_OK && reply.upload_expires[0] != '\0')
		httpd_header(call, "Upload-Expires", reply.upload_expires);
	httpc_reply_fini(&reply);
	return st;
}

/* worker: tus creation.  The pass is spent before anything goes onward. */
static enum status
create(struct call *call)
{
	const char *name = call_param(call, "name");
	struct relay_server *r = call_env(call);
	char locker[URL_MAX - 64], text[ID_TEXT], *location;
	int64_t length = 0;
	enum status st;
	struct id id;

	if ((st = read_number(call, "Upload-Length", 1, UPLOAD_MAX,
		 UPLOAD_LIMIT, &length)) != ST_OK ||
	    (st = relay_find(
		 r, name, locker, sizeof(locker), call_diag(call))) != ST_OK ||
	    (st = relay_spend(r, call_header(call, "Authorization"), name, &id,
		 call_diag(call))) != ST_OK ||
	    (st = create_at(call, locker, &id, length)) != ST_OK)
		goto done;
	id_text(&id, text);
	location = arena_printf(
	    call_arena(call), "/v1/to/%s/uploads/%s", name, text);
	if (location == NULL)
		return ST_NOMEM;
	httpd_header(call, "Location", location);
	return httpd_reply_empty(call, 201);
done:
	/* RFC 9577: which passes are taken here. */
	if (st == ST_TOKEN)
		httpd_header(call, "WWW-Authenticate", "PrivateToken");
	return st;
}

/* worker: how much the locker has. */
static enum status
offset(struct call *call)
{
	static const char *const headers[] = { RESUMABLE, NULL };
	struct relay_server *r = call_env(call);
	struct httpc_reply reply = { 0 };
	struct httpc_call c = {
		.method = "HEAD", .headers = headers, .limit = REPLY_MAX
	};
	char url[URL_MAX];
	enum status st;

	if ((st = upload_url(call, url)) != ST_OK)
		return st;
	c.url = url;
	if ((st = httpc_call(r->httpc, &c, &reply, NULL)) != ST_OK)
		st = unreachable(call, st);
	else if ((st = locker_status(call, &reply)) == ST_OK &&
	    (reply.upload_offset < 0 || reply.upload_length < 0))
		st = diag_set(call_diag(call), ST_PEER, "", "",
		    "The locker did not say how much it has.");
	if (st == ST_OK) {
		put_number(call, "Upload-Offset", reply.upload_offset);
		put_number(call, "Upload-Length", reply.upload_length);
		httpd_header(call, "Cache-Control", "no-store");
		if (reply.upload_expires[0] != '\0')
			httpd_header(
			    call, "Upload-Expires", reply.upload_expires);
		st = httpd_reply_empty(call, 200);
	}
	httpc_reply_fini(&reply);
	return st;
}

static enum status
read_on(void *arg, void *p, size_t max, size_t *n)
{
	return call_read(arg, p, max, n);
}

/*
 * stream: bytes go onward as they come.  The client is held back while the
 * locker is slower than it: nothing is kept here.
 */
static enum status
append(struct call *call)
{
	char url[URL_MAX], at[64];
	const char *const headers[] = { RESUMABLE, at,
		"Content-Type: application/offset+octet-stream", NULL };
	struct relay_server *r = call_env(call);
	struct httpc_reply reply = { 0 };
	int64_t from = 0;
	enum status st;

	if ((st = read_number(call, "Upload-Offset", 0, UPLOAD_MAX,
		 UPLOAD_LIMIT, &from)) != ST_OK ||
	    (st = upload_url(call, url)) != ST_OK)
		return st;
	(void)snprintf(at, sizeof(at), "Upload-Offset: %" PRId64, from);
	st = httpc_upload(r->httpc, "PATCH", url, headers, read_on, call,
	    call_length(call), REPLY_MAX, &reply, NULL);
	if (st != ST_OK)
		st = unreachable(call, st);
	else if ((st = locker_status(call, &reply)) == ST_OK &&
	    reply.upload_offset < 0)
		st = diag_set(call_diag(call), ST_PEER, "", "",
		    "The locker did not say how much it has.");
	if (st == ST_OK) {
		put_number(call, "Upload-Offset", reply.upload_offset);
		if (reply.upload_expires[0] != '\0')
			httpd_header(
			    call, "Upload-Expires", reply.upload_expires);
		st = httpd_reply_empty(call, 204);
	}
	httpc_reply_fini(&reply);
	return st;
}

/* -- letters --------------------------------------------------------------- */

static enum status
letter_size(struct call *call)
{
	return diag_problem(call_diag(call), ST_INVALID, "letter-size", "",
	    "16384 bytes", "A letter has exactly 16,384 bytes.");
}

/* inline, before the body. */
static enum status
admit_letter(struct call *call)
{
	struct relay_server *r = call_env(call);
	enum status st;

	if ((st = httpd_limit(r->letters, call)) != ST_OK)
		return st;
	if (call_length(call) >= 0 && call_length(call) != LETTER_BYTES)
		return letter_size(call);
	return ST_OK;
}

/* worker: a letter goes out, and what comes back is as long. */
static enum status
letter(struct call *call)
{
	struct relay_server *r = call_env(call);
	char locker[URL_MAX - 64], url[URL_MAX];
	struct httpc_reply reply = { 0 };
	enum status st;
	const void *p;
	size_t n;

	p = call_body(call, &n);
	if (n != LETTER_BYTES)
		return letter_size(call);
	if ((st = relay_find(r, call_param(call, "name"), locker,
		 sizeof(locker), call_diag(call))) != ST_OK)
		return st;
	(void)snprintf(url, sizeof(url), "%s/v1/letters", locker);
	st = httpc_post(r->httpc, url, "application/octet-stream", p, n, NULL,
	    REPLY_MAX, &reply, NULL);
	if (st != ST_OK)
		st = unreachable(call, st);
	else if ((st = locker_status(call, &reply)) == ST_OK &&
	    reply.body.n != LETTER_BYTES)
		st = diag_set(call_diag(call), ST_PEER, "", "16384 bytes",
		    "The locker's answer is of a wrong size.");
	if (st == ST_OK)
		st = httpd_reply_buf(
		    call, 200, "application/octet-stream", &reply.body);
	httpc_reply_fini(&reply);
	return st;
}

/* -- routes ---------------------------------------------------------------- */

static enum status
page(struct call *call)
{
	static const char text[] =
	    "This is a Porchlight relay. It passes sealed uploads and letters "
	    "on to agencies'\nlockers, so that a locker does not see where "
	    "they come from. It cannot read\nthem, and keeps no record of "
	    "calls.\n";

	return httpd_reply(
	    call, 200, "text/plain; charset=utf-8", text, sizeof(text) - 1);
}

#define UPLOADS "/v1/to/{name}/uploads"

const struct httpd_route relay_routes[] = {
	{ .method = "GET", .path = "/", .handler = page, .public = true },
	{ .method = "POST",
	    .path = UPLOADS,
	    .kind = HTTPD_WORKER,
	    .admit = admit_tus,
	    .handler = create,
	    .public = true },
	{ .method = "OPTIONS",
	    .path = UPLOADS,
	    .handler = options,
	    .public = true },
	{ .method = "HEAD",
	    .path = UPLOADS "/{id}",
	    .kind = HTTPD_WORKER,
	    .admit = admit_tus,
	    .handler = offset,
	    .public = true },
	{ .method = "PATCH",
	    .path = UPLOADS "/{id}",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = UPLOAD_MAX,
	    .type = "application/offset+octet-stream",
	    .admit = admit_tus,
	    .handler = append,
	    .public = true },
	{ .method = "OPTIONS",
	    .path = UPLOADS "/{id}",
	    .handler = options,
	    .public = true },
	{ .method = "POST",
	    .path = "/v1/to/{name}/letters",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = LETTER_READ,
	    .admit = admit_letter,
	    .handler = letter,
	    .public = true },
};

const size_t relay_route_count = NELEMS(relay_routes);
