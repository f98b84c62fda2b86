#include "httpd/reply.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "base/problem.h"
#include "httpd/inner.h"

#define REPLY_MAX ((size_t)256 * 1024 * 1024)

#define STRICT_CSP                                               \
	"default-src 'none'; style-src 'self'; img-src 'self'; " \
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

void
httpd_header(struct call *call, const char *name, const char *value)
{
	struct header *hd;

	PRE(strpbrk(name, "\r\n:") == NULL && strpbrk(value, "\r\n") == NULL);
	PRE(call->n_headers < HTTPD_HEADERS);
	if (call_arena(call) == NULL ||
	    (hd = arena_alloc(call->arena, sizeof(*hd))) == NULL ||
	    (hd->name = arena_strdup(call->arena, name)) == NULL ||
	    (hd->value = arena_strdup(call->arena, value)) == NULL)
		return; /* the reply will not fit either */
	hd->next = call->headers;
	call->headers = hd;
	call->n_headers++;
}

static bool
has_header(const struct call *call, const char *name)
{
	const struct header *hd;

	for (hd = call->headers; hd != NULL; hd = hd->next)
		if (strcasecmp(hd->name, name) == 0)
			return true;
	return false;
}

/* Add name, unless the handler set it itself. */
static void
put(struct call *call, struct MHD_Response *r, const char *name,
    const char *value)
{
	if (!has_header(call, name))
		(void)MHD_add_response_header(r, name, value);
}

static void
put_cors(struct call *call, struct MHD_Response *r)
{
	put(call, r, "Access-Control-Allow-Origin", "*");
	put(call, r, "Access-Control-Expose-Headers",
	    "ETag, Location, Retry-After, Tus-Resumable, Upload-Expires, "
	    "Upload-Length, Upload-Offset");
}

/* Forget the reply that call has, if any. */
static void
forget(struct call *call)
{
	if (call->response != NULL && !call->borrowed)
		MHD_destroy_response(call->response);
	call->response = NULL;
	call->borrowed = false;
	httpd_body_free(&call->held);
	call->code = 0;
}

/* Make r the reply, with all headers. */
static enum status
keep(struct call *call, unsigned code, const char *type, struct MHD_Response *r,
    uint64_t n)
{
	const struct header *hd;
	bool public = call->leaf != NULL && call->leaf->public;
	const char *csp = call->h->config.csp;

	if (r == NULL)
		return ST_NOMEM;
	forget(call);
	for (hd = call->headers; hd != NULL; hd = hd->next)
		(void)MHD_add_response_header(r, hd->name, hd->value);
	if (type != NULL)
		put(call, r, "Content-Type", type);
	put(call, r, "Cache-Control", "no-store");
	put(call, r, "X-Content-Type-Options", "nosniff");
	put(call, r, "Referrer-Policy", "no-referrer");
	put(call, r, "Cross-Origin-Resource-Policy",
	    public ? "cross-origin" : "same-origin");
	if (public)
		put_cors(call, r);
	if (type != NULL && strncmp(type, "text/html", 9) == 0) {
		put(call, r, "Content-Security-Policy",
		    csp != NULL ? csp : STRICT_CSP);
		put(call, r, "Cross-Origin-Opener-Policy", "same-origin");
	}
	call->code = code;
	call->response = r;
	call->reply_bytes = n;
	return ST_OK;
}

enum status
httpd_reply(
    struct call *call, unsigned code, const char *type, const void *p, size_t n)
{
	/* With MUST_COPY libmicrohttpd does not write to what it is given. */
	union {
		const void *from;
		void *to;
	} u = { .from = p };

	return keep(call, code, type,
	    MHD_create_response_from_buffer(n, n > 0 ? u.to : NULL,
		n > 0 ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT),
	    n);
}

enum status
httpd_reply_empty(struct call *call, unsigned code)
{
	return httpd_reply(call, code, NULL, NULL, 0);
}

enum status
httpd_reply_buf(
    struct call *call, unsigned code, const char *type, struct buf *b)
{
	struct MHD_Response *r;
	size_t n = b->n;
	enum status st;

	if ((st = buf_status(b)) != ST_OK) {
		buf_fini(b);
		return st;
	}
	if (n == 0) {
		buf_fini(b);
		return httpd_reply(call, code, type, NULL, 0);
	}
	r = MHD_create_response_from_buffer(n, b->p, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		buf_fini(b);
		return ST_NOMEM;
	}
	buf_init(b, b->limit);
	return keep(call, code, type, r, n);
}

static enum status
reply_value(struct call *call, unsigned code, const char *type, json_t *v)
{
	enum status st;
	struct buf b;

	if (v == NULL)
		return ST_NOMEM;
	buf_init(&b, REPLY_MAX);
	st = json_write(v, &b);
	json_decref(v);
	if (st != ST_OK) {
		buf_fini(&b);
		return st;
	}
	return httpd_reply_buf(call, code, type, &b);
}

enum status
httpd_reply_json(struct call *call, unsigned code, json_t *v)
{
	return reply_value(call, code, "application/json", v);
}

/*
 * One span of "bytes=", moved into *at and *n.  1: use it; 0: answer with
 * the whole; -1: it lies outside.
 */
static int
read_range(const char *s, uint64_t whole, uint64_t *at, uint64_t *n)
{
	uint64_t from, to = whole - 1;
	char *end;

	if (strncmp(s, "bytes=", 6) != 0 || strchr(s, ',') != NULL ||
	    whole == 0)
		return 0;
	s += 6;
	if (s[0] == '-' && s[1] >= '0' && s[1] <= '9') {
		from = strtoull(s + 1, &end, 10);
		if (from == 0 || *end != '\0')
			return *end != '\0' ? 0 : -1;
		from = from > whole ? 0 : whole - from;
	} else {
		if (s[0] < '0' || s[0] > '9')
			return 0;
		from = strtoull(s, &end, 10);
		if (*end++ != '-')
			return 0;
		if (*end >= '0' && *end <= '9')
			to = strtoull(end, &end, 10);
		if (*end != '\0' || to < from)
			return from >= whole && *end == '\0' ? -1 : 0;
		if (from >= whole)
			return -1;
		if (to >= whole)
			to = whole - 1;
	}
	*at += from;
	*n = to - from + 1;
	return 1;
}

enum status
httpd_reply_file(struct call *call, unsigned code, const char *type, int fd,
    uint64_t offset, uint64_t n)
{
	const char *range = NULL;
	uint64_t whole = n, at = offset;
	struct MHD_Response *r;
	char text[80];
	int part = 0;

	if (code == 200 && call->stream == NULL)
		range = call_header(call, "Range");
	if (range != NULL)
		part = read_range(range, whole, &at, &n);
	if (code == 200 && !has_header(call, "Accept-Ranges"))
		httpd_header(call, "Accept-Ranges", "bytes");
	if (part != 0) {
		if (part > 0)
			(void)snprintf(text, sizeof(text),
			    "bytes %llu-%llu/%llu",
			    (unsigned long long)(at - offset),
			    (unsigned long long)(at - offset + n - 1),
			    (unsigned long long)whole);
		else
			(void)snprintf(text, sizeof(text), "bytes */%llu",
			    (unsigned long long)whole);
		httpd_header(call, "Content-Range", text);
	}
	if (part < 0 || n == 0) {
		(void)close(fd);
		return httpd_reply(call, part < 0 ? 416 : code, type, NULL, 0);
	}
	r = MHD_create_response_from_fd_at_offset64(n, fd, at);
	if (r == NULL)
		(void)close(fd);
	return keep(call, part > 0 ? 206 : code, type, r, n);
}

enum status
httpd_reply_redirect(struct call *call, const char *location)
{
	httpd_header(call, "Location", location);
	return httpd_reply_empty(call, 303);
}

enum status
httpd_reply_shared(struct call *call, struct httpd_body *b)
{
	const struct httpd_route *r = call->route->r;

	PRE(call->stream == NULL);
	if (call->response != NULL)
		forget(call);
	call->response = httpd_body_choose(
	    b, call->mhd, &call->code, &call->reply_bytes);
	call->borrowed = true;
	/*
	 * On the event thread it is queued here and now, so that b need not
	 * be held: libmicrohttpd counts its users itself.
	 */
	if (r->kind == HTTPD_INLINE && call->ran)
		return httpd_send(call) == MHD_YES ? ST_OK : ST_FAIL;
	call->held = httpd_body_hold(b);
	return ST_OK;
}

enum status
httpd_reply_options(struct call *call)
{
	httpd_header(call, "Allow", call->leaf->allow);
	if (call->leaf->public) {
		httpd_header(
		    call, "Access-Control-Allow-Methods", call->leaf->allow);
		httpd_header(call, "Access-Control-Allow-Headers",
		    "Authorization, Content-Type, If-None-Match, "
		    "Tus-Resumable, Upload-Length, Upload-Metadata, "
		    "Upload-Offset");
		httpd_header(call, "Access-Control-Max-Age", "86400");
	}
	return httpd_reply_empty(call, 204);
}

/* application/problem+json from st and the call's diag (RFC 9457). */
static enum status
reply_problem(struct call *call, enum status st)
{
	static const struct diag none;
	const struct diag *d = call->diag != NULL ? call->diag : &none;
	const char *name = d->problem[0] != '\0' ? d->problem
						 : status_problem(st);
	const char *title = problem_title(name);
	char type[64];
	json_t *v;

	(void)snprintf(type, sizeof(type), "/problems/%s", name);
	v = json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title",
	    title != NULL ? title : status_text(st), "status",
	    (int)status_http(st), "detail",
	    d->text[0] != '\0' ? d->text : status_text(st));
	if (v != NULL && d->field[0] != '\0')
		(void)json_object_set_new(v, "field", json_string(d->field));
	if (v != NULL && d->limit[0] != '\0')
		(void)json_object_set_new(v, "limit", json_string(d->limit));
	return reply_value(
	    call, status_http(st), "application/problem+json", v);
}

/* One line for what is ours to mend; nothing that a client sent. */
static void
log_problem(const struct call *call, enum status st)
{
	enum log_level level = status_http(st) >= 500 && st != ST_RETRY &&
		st != ST_BUSY && st != ST_STALE
	    ? LOG_ERROR
	    : LOG_DEBUG;

	if (call->h->config.silent)
		return;
	log_line(level, "call", "route=\"%s %s\" status=%s text=\"%s\"",
	    call->m < ROUTER_METHODS ? call->method : "other",
	    call->route != NULL ? call->route->r->path : "none",
	    status_name(st),
	    level == LOG_ERROR && call->diag != NULL ? call->diag->text : "");
}

void
httpd_finish(struct call *call, enum status st)
{
	call->ran = true;
	if (call->sent)
		return;
	if (st == ST_OK && call->response != NULL)
		return;
	if (st == ST_OK)
		st = diag_set(call_diag(call), ST_FAIL, "", "",
		    "The handler gave no reply.");
	log_problem(call, st);
	forget(call);
	if (reply_problem(call, st) != ST_OK)
		forget(call);
}
