#include "httpc/httpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "httpc/inner.h"

#define CONNECT_MS 5000L
#define TOTAL_MS 30000L
#define STALL_S 60L
#define BODY_MAX ((size_t)1024 * 1024 * 1024) /* in memory */
#define BUFFER (256L * 1024)

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
global(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum status
httpc_new(struct httpc **out)
{
	struct httpc *c;

	(void)pthread_once(&once, global);
	if ((*out = c = calloc(1, sizeof(*c))) == NULL)
		return ST_NOMEM;
	(void)pthread_mutex_init(&c->lock, NULL);
	return ST_OK;
}

void
httpc_free(struct httpc **cp)
{
	struct httpc *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	while (c->n > 0)
		curl_easy_cleanup(c->idle[--c->n]);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

CURL *
httpc_take(struct httpc *c)
{
	CURL *e = NULL;

	(void)pthread_mutex_lock(&c->lock);
	if (c->n > 0)
		e = c->idle[--c->n];
	(void)pthread_mutex_unlock(&c->lock);
	return e != NULL ? e : curl_easy_init();
}

void
httpc_give(struct httpc *c, CURL *e)
{
	if (e == NULL)
		return;
	curl_easy_reset(e); /* keeps the connections */
	(void)pthread_mutex_lock(&c->lock);
	if (c->n < HTTPC_KEEP) {
		c->idle[c->n++] = e;
		e = NULL;
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (e != NULL)
		curl_easy_cleanup(e);
}

/* Append a line; on failure *l is left as it was. */
static bool
add_header(struct curl_slist **l, const char *line)
{
	struct curl_slist *more = curl_slist_append(*l, line);

	if (more != NULL)
		*l = more;
	return more != NULL;
}

static bool
set_headers(struct exchange *x)
{
	const struct httpc_call *call = x->call;
	const char *const *h;
	char line[256];

	for (h = call->headers; h != NULL && *h != NULL; h++) {
		PRE(strpbrk(*h, "\r\n") == NULL);
		if (!add_header(&x->headers, *h))
			return false;
	}
	if (call->content_type != NULL) {
		PRE(strpbrk(call->content_type, "\r\n") == NULL);
		(void)snprintf(
		    line, sizeof(line), "Content-Type: %s", call->content_type);
		return add_header(&x->headers, line);
	}
	/* libcurl would call a body a form's. */
	if (call->body == NULL || x->headers != NULL)
		return true;
	return add_header(&x->headers, "Content-Type:");
}

static void
set_body(CURL *e, struct exchange *x)
{
	const struct httpc_call *call = x->call;

	if (call->read != NULL) {
		(void)curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(e, CURLOPT_READFUNCTION, httpc_on_read);
		(void)curl_easy_setopt(e, CURLOPT_READDATA, x);
		(void)curl_easy_setopt(
		    e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->length);
		(void)curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER);
	} else if (call->body != NULL || strcmp(call->method, "POST") == 0) {
		(void)curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->n);
		(void)curl_easy_setopt(e, CURLOPT_POSTFIELDS,
		    call->body != NULL ? call->body : "");
	}
	if (strcmp(call->method, "HEAD") == 0)
		(void)curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	else
		(void)curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, call->method);
}

static void
set_times(CURL *e, const struct httpc_call *call)
{
	bool streams = call->read != NULL || call->write != NULL;

	(void)curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	if (call->total_ms != 0 || !streams)
		(void)curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
		    call->total_ms != 0 ? (long)call->total_ms : TOTAL_MS);
	if (streams) {
		(void)curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
		(void)curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, STALL_S);
	}
}

enum status
httpc_set(CURL *e, struct exchange *x)
{
	if (!set_headers(x))
		return ST_NOMEM;
	(void)curl_easy_setopt(e, CURLOPT_URL, x->call->url);
	(void)curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(e, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(
	    e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(e, CURLOPT_BUFFERSIZE, BUFFER);
	(void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, httpc_on_header);
	(void)curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	(void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, httpc_on_body);
	(void)curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	set_times(e, x->call);
	set_body(e, x);
	if (x->headers != NULL)
		(void)curl_easy_setopt(e, CURLOPT_HTTPHEADER, x->headers);
	return ST_OK;
}

/* The host of url, for a message; never its path, which may hold a pass. */
static void
host_of(const char *url, char *out, size_t size)
{
	CURLU *u = curl_url();
	char *host = NULL, *port = NULL;

	(void)snprintf(out, size, "the server");
	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		if (curl_url_get(u, CURLUPART_PORT, &port, 0) != CURLUE_OK)
			port = NULL;
		(void)snprintf(out, size, "%s%s%s", host,
		    port != NULL ? ":" : "", port != NULL ? port : "");
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

static const char *
what_failed(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "there is no such host";
	case CURLE_COULDNT_CONNECT:
		return "nothing answers there";
	case CURLE_OPERATION_TIMEDOUT:
		return "it did not answer in time";
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return "it broke off";
	case CURLE_PEER_FAILED_VERIFICATION:
		return "its certificate is not trusted";
	case CURLE_SSL_CONNECT_ERROR:
		return "it does not speak TLS as expected";
	default:
		return curl_easy_strerror(code);
	}
}

enum status
httpc_result(CURL *e, struct exchange *x, CURLcode code, struct diag *d)
{
	char host[200];
	long http = 0;

	(void)curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &http);
	x->out->code = http > 0 ? (unsigned)http : 0;
	if (code == CURLE_OK && http >= 100)
		return ST_OK;
	if (code == CURLE_OUT_OF_MEMORY || x->failed == ST_NOMEM)
		return ST_NOMEM;
	host_of(x->call->url, host, sizeof(host));
	if (x->failed == ST_TOO_LARGE)
		return diag_set(d, ST_PEER, "", "",
		    "%s answered with more bytes than it may.", host);
	if (x->failed != ST_OK)
		return x->failed;
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
		return diag_set(d, ST_INVALID, "url", "http or https",
		    "That is not the address of a web server.");
	return diag_set(d, ST_PEER, "", "", "%s: %s.", host, what_failed(code));
}

enum status
httpc_call(struct httpc *c, const struct httpc_call *call,
    struct httpc_reply *out, struct diag *d)
{
	struct exchange x = { .call = call, .out = out };
	enum status st = ST_NOMEM;
	uint64_t limit;
	CURL *e;

	/* Of what write() does not get, an explanation is enough. */
	limit = call->write != NULL && call->limit > 65536 ? 65536
							   : call->limit;
	httpc_reply_init(out, limit < BODY_MAX ? (size_t)limit : BODY_MAX);
	if ((e = httpc_take(c)) == NULL)
		return ST_NOMEM;
	if ((st = httpc_set(e, &x)) == ST_OK)
		st = httpc_result(e, &x, curl_easy_perform(e), d);
	httpc_give(c, e);
	curl_slist_free_all(x.headers);
	return st;
}

enum status
httpc_get(struct httpc *c, const char *url, const char *const *headers,
    size_t limit, struct httpc_reply *out, struct diag *d)
{
	struct httpc_call call = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.limit = limit,
	};

	return httpc_call(c, &call, out, d);
}

enum status
httpc_post(struct httpc *c, const char *url, const char *content_type,
    const void *body, size_t n, const char *const *headers, size_t limit,
    struct httpc_reply *out, struct diag *d)
{
	struct httpc_call call = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.content_type = content_type,
		.body = body,
		.n = n,
		.limit = limit,
	};

	return httpc_call(c, &call, out, d);
}

enum status
httpc_upload(struct httpc *c, const char *method, const char *url,
    const char *const *headers, httpc_read *read, void *arg, int64_t length,
    size_t limit, struct httpc_reply *out, struct diag *d)
{
	struct httpc_call call = {
		.method = method,
		.url = url,
		.headers = headers,
		.read = read,
		.read_arg = arg,
		.length = length,
		.limit = limit,
	};

	return httpc_call(c, &call, out, d);
}
