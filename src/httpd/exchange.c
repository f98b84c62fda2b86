/*
 * exchange: libmicrohttpd's view of a call.
 *
 * libmicrohttpd calls httpd_on_call() first when the header is there, then
 * with each piece of the body, then once more when all has come; and again
 * whenever the connection is resumed.  A reply that is queued at the first of
 * these closes the connection afterwards, so replies wait for the end of the
 * body, unless it is so large that reading on would be worse.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag.h"
#include "httpd/inner.h"

void
httpd_on_connection(void *cls, struct MHD_Connection *mhd, void **ctx,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct httpd *h = cls;
	struct conn *c = *ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(
		    mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		if ((c = calloc(1, sizeof(*c))) == NULL || info == NULL) {
			free(c);
			return; /* its first call will close it */
		}
		c->fd = info->connect_fd;
		httpd_deadline(h, c, h->config.idle_s);
		(void)pthread_mutex_lock(&h->lock);
		c->next = h->conns;
		if (c->next != NULL)
			c->next->prev = c;
		h->conns = c;
		(void)pthread_mutex_unlock(&h->lock);
		*ctx = c;
		return;
	}
	if (c == NULL)
		return;
	/* Under the lock, so that the sweeper never sees a stale socket. */
	(void)pthread_mutex_lock(&h->lock);
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		h->conns = c->next;
	(void)pthread_mutex_unlock(&h->lock);
	free(c);
	*ctx = NULL;
}

void
httpd_call_fini(struct call *call)
{
	if (call->spooled > 0)
		atomic_fetch_sub(&call->h->spooled, call->spooled);
	if (call->response != NULL && !call->borrowed)
		MHD_destroy_response(call->response);
	httpd_body_free(&call->held);
	if (call->json != NULL)
		json_decref(call->json);
	buf_fini(&call->body);
	arena_free(&call->arena);
}

void
httpd_on_end(void *cls, struct MHD_Connection *mhd, void **ctx,
    enum MHD_RequestTerminationCode code)
{
	struct httpd *h = cls;
	struct call *call = *ctx;
	struct conn *conn;

	(void)mhd;
	(void)code;
	if (call == NULL)
		return;
	*ctx = NULL;
	conn = call->conn;
	if (call->stream != NULL) {
		(void)pthread_mutex_lock(&h->lock);
		conn->streaming = NULL;
		(void)pthread_mutex_unlock(&h->lock);
		httpd_stream_leave(call);
	} else {
		httpd_call_fini(call);
		memset(call, 0, offsetof(struct call, text));
	}
	atomic_store_explicit(&conn->busy, false, memory_order_release);
	httpd_deadline(h, conn, h->config.idle_s);
}

bool
httpd_refuse_now(const struct call *call)
{
	return call->length != 0 &&
	    (call->expect || call->length > HTTPD_DRAIN);
}

enum MHD_Result
httpd_send(struct call *call)
{
	enum MHD_Result r;

	if (call->sent)
		return MHD_YES;
	if (call->response == NULL)
		return MHD_NO;
	httpd_deadline(call->h, call->conn,
	    HTTPD_REPLY_S + (unsigned)(call->reply_bytes / HTTPD_RATE));
	r = MHD_queue_response(call->mhd, call->code, call->response);
	call->sent = r == MHD_YES;
	return r;
}

/* The parameters as strings of their own. */
static enum status
keep_params(struct call *call, const struct router_value *v, size_t n)
{
	size_t used = 0, i;
	char *to;

	for (i = 0; i < n; i++) {
		if (v[i].n < sizeof(call->text) - used) {
			to = call->text + used;
			memcpy(to, v[i].p, v[i].n);
			to[v[i].n] = '\0';
			used += v[i].n + 1;
		} else if (call_arena(call) == NULL ||
		    (to = arena_strndup(call->arena, v[i].p, v[i].n)) == NULL) {
			return ST_NOMEM;
		}
		call->params[i] = to;
	}
	return ST_OK;
}

/* What the header says of the body. */
static void
measure(struct call *call)
{
	const char *s;

	if (call->m == ROUTER_GET || call->m == ROUTER_HEAD)
		return; /* one that comes all the same is dropped */
	if (call_header(call, "Transfer-Encoding") != NULL)
		call->length = -1;
	else if ((s = call_header(call, "Content-Length")) != NULL)
		call->length = (int64_t)strtoull(s, NULL, 10);
	if (call->length < -1)
		call->length = INT64_MAX;
	s = call->length != 0 ? call_header(call, "Expect") : NULL;
	call->expect = s != NULL && strcasecmp(s, "100-continue") == 0;
}

static enum status
check_type(struct call *call)
{
	const struct httpd_route *r = call->route->r;
	const char *want = r->body == HTTPD_JSON ? "application/json" : r->type;
	const char *is;
	size_t n;

	if (want == NULL || (call->length == 0 && r->body != HTTPD_JSON))
		return ST_OK;
	n = strlen(want);
	is = call_header(call, "Content-Type");
	if (is != NULL && strncasecmp(is, want, n) == 0 &&
	    (is[n] == '\0' || is[n] == ';' || is[n] == ' '))
		return ST_OK;
	return diag_set(call_diag(call), ST_TYPE, "Content-Type", want,
	    "This address takes %s.", want);
}

/* All that can be refused before the body. */
static enum status
check(struct call *call)
{
	const struct httpd_route *r;
	char limit[40];
	uint64_t max;
	enum status st;

	if (call->leaf == NULL)
		return ST_NOTFOUND;
	if (call->route == NULL) {
		if (call->m == ROUTER_OPTIONS)
			return ST_OK;
		httpd_header(call, "Allow", call->leaf->allow);
		return ST_METHOD;
	}
	r = call->route->r;
	max = r->body == HTTPD_NONE ? 0 : r->limit;
	/* First, so that its headers are also on what is refused below. */
	if (r->admit != NULL && (st = r->admit(call)) != ST_OK)
		return st;
	if ((call->length > 0 && (uint64_t)call->length > max) ||
	    (call->length < 0 && max == 0)) {
		(void)snprintf(limit, sizeof(limit), "%llu bytes",
		    (unsigned long long)max);
		return diag_set(call_diag(call), ST_TOO_LARGE, "", limit,
		    "The body is larger than this address takes.");
	}
	if (call->length != 0 || r->body == HTTPD_JSON)
		if ((st = check_type(call)) != ST_OK)
			return st;
	if (r->kind == HTTPD_WORKER && call->length != 0) {
		/* Bodies in memory are bounded over all calls. */
		call->spooled = call->length > 0 ? (size_t)call->length
						 : (size_t)r->limit;
		if (atomic_fetch_add(&call->h->spooled, call->spooled) +
			call->spooled >
		    HTTPD_SPOOL)
			return ST_BUSY;
	}
	return ST_OK;
}

/* Give the call memory of its own, which its thread may keep. */
static enum status
start_stream(struct call *call, void **ctx)
{
	struct call *own;
	enum status st;
	size_t i;

	if ((own = malloc(sizeof(*own))) == NULL)
		return ST_NOMEM;
	*own = *call;
	for (i = 0; i < call->route->n; i++)
		if (call->params[i] >= call->text &&
		    call->params[i] < call->text + sizeof(call->text))
			own->params[i] = own->text +
			    (call->params[i] - call->text);
	if ((st = httpd_stream_start(own)) != ST_OK) {
		free(own);
		return st;
	}
	memset(call, 0, offsetof(struct call, text));
	*ctx = own;
	return ST_OK;
}

/* The header is there. */
static enum MHD_Result
begin(struct httpd *h, struct MHD_Connection *mhd, const char *url,
    const char *method, void **ctx)
{
	const union MHD_ConnectionInfo *info;
	const struct router_leaf *leaf;
	const struct router_route *route = NULL;
	struct router_value v[ROUTER_PARAMS];
	enum router_method m;
	struct call *call;
	struct conn *conn;

	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info == NULL || (conn = info->socket_context) == NULL ||
	    atomic_load_explicit(&h->stopping, memory_order_relaxed))
		return MHD_NO;
	m = router_method(method);
	leaf = router_match(h->router, url, v);
	if (leaf != NULL && m < ROUTER_METHODS)
		route = leaf->by[m];
	call = &conn->call;
	call->h = h;
	call->conn = conn;
	call->mhd = mhd;
	call->leaf = leaf;
	call->route = route;
	call->method = method;
	call->m = m;
	atomic_store_explicit(&conn->busy, true, memory_order_relaxed);
	*ctx = call;
	measure(call);
	if (route != NULL)
		call->early = keep_params(call, v, route->n);
	if (call->early == ST_OK)
		call->early = check(call);
	if (call->length != 0)
		httpd_deadline(h, conn, h->config.body_s);
	if (route != NULL && route->r->kind == HTTPD_STREAM &&
	    call->early == ST_OK)
		call->early = start_stream(call, ctx);
	if (call->early != ST_OK && httpd_refuse_now(call)) {
		httpd_finish(call, call->early);
		return httpd_send(call);
	}
	return MHD_YES;
}

static enum MHD_Result
drop(struct call *call, size_t *n)
{
	call->drained += *n;
	*n = 0;
	return call->drained <= HTTPD_DRAIN ? MHD_YES : MHD_NO;
}

/* A piece of the body of a call that is no stream. */
static enum MHD_Result
take(struct call *call, const char *data, size_t *n)
{
	const struct httpd_route *r;
	char limit[40];

	r = call->route != NULL ? call->route->r : NULL;
	if (call->early != ST_OK || r == NULL || r->body == HTTPD_NONE ||
	    call->length == 0)
		return drop(call, n);
	if (call->body.limit == 0)
		buf_init(&call->body, (size_t)r->limit);
	buf_put(&call->body, data, *n);
	if ((call->early = buf_status(&call->body)) != ST_OK) {
		(void)snprintf(limit, sizeof(limit), "%llu bytes",
		    (unsigned long long)r->limit);
		if (call->early == ST_TOO_LARGE)
			(void)diag_set(call_diag(call), call->early, "", limit,
			    "The body is larger than this address takes.");
		buf_fini(&call->body);
	}
	*n = 0;
	return MHD_YES;
}

/* The body is there, or another thread has ended with the call. */
static enum MHD_Result
proceed(struct call *call)
{
	if (call->ran)
		return httpd_send(call);
	if (call->early == ST_OK && call->route == NULL) {
		call->early = httpd_reply_options(call);
		httpd_finish(call, call->early);
	} else if (call->early != ST_OK) {
		httpd_finish(call, call->early);
	} else if (call->route->r->kind == HTTPD_WORKER) {
		httpd_work_put(call);
		return MHD_YES;
	} else {
		const struct httpd_route *r = call->route->r;
		enum status st;

		call->ran = true;
		st = r->handler(call);
		if (st == ST_RETRY && r->slow != NULL) {
			call->ran = false;
			httpd_work_put(call);
			return MHD_YES;
		}
		httpd_finish(call, st);
	}
	return httpd_send(call);
}

enum MHD_Result
httpd_on_call(void *cls, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **ctx)
{
	struct call *call = *ctx;

	(void)version;
	if (call == NULL)
		return begin(cls, mhd, url, method, ctx);
	if (call->stream != NULL)
		return *n > 0 ? httpd_stream_take(call, data, n)
			      : httpd_stream_proceed(call);
	return *n > 0 ? take(call, data, n) : proceed(call);
}
