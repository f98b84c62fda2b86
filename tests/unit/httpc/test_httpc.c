/* httpc: the client, against the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"

static struct httpd *server;
static struct httpc *client;
static char base[40];
static atomic_int calls;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* What the client sent of itself. */
static enum status
seen(struct call *call)
{
	const char *ua = call_header(call, "User-Agent");
	const char *type = call_header(call, "Content-Type");
	const char *one = call_header(call, "X-One");
	const char *text;
	size_t n;

	(void)call_body(call, &n);
	atomic_fetch_add(&calls, 1);
	text = arena_printf(call_arena(call), "%s %zu ua=%s type=%s one=%s",
	    call_method(call), n, ua != NULL ? ua : "-",
	    type != NULL ? type : "-", one != NULL ? one : "-");
	httpd_header(call, "ETag", "\"e\"");
	httpd_header(call, "Retry-After", "9");
	httpd_header(call, "Upload-Offset", "123456789012");
	httpd_header(call, "Upload-Expires", "Mon, 07 Dec 2026 00:00:00 GMT");
	httpd_header(call, "Location", "/v1/there");
	return httpd_reply(call, 201, "text/plain", text, strlen(text));
}

static enum status
away(struct call *call)
{
	return httpd_reply_redirect(call, "/seen");
}

static enum status
large(struct call *call)
{
	void *p = arena_alloc(call_arena(call), 100000);

	return httpd_reply(call, 200, "application/octet-stream", p, 100000);
}

/* Answers once the gate is open. */
static enum status
slow(struct call *call)
{
	(void)pthread_mutex_lock(&gate);
	(void)pthread_mutex_unlock(&gate);
	return httpd_reply_empty(call, 204);
}

static enum status
sum(struct call *call)
{
	uint64_t all = 0, total = 0;
	const uint8_t *c;
	const void *p;
	char text[60];
	enum status st;
	size_t n, i;

	do {
		if ((st = call_next(call, &p, &n)) != ST_OK)
			return st;
		for (c = p, i = 0; i < n; i++)
			total += c[i];
		all += n;
	} while (n > 0);
	(void)snprintf(text, sizeof(text), "%llu %llu", (unsigned long long)all,
	    (unsigned long long)total);
	return httpd_reply(call, 200, "text/plain", text, strlen(text));
}

static enum status
full(struct call *call)
{
	(void)call;
	return ST_FULL;
}

static const struct httpd_route routes[] = {
	{ .method = "GET", .path = "/seen", .handler = seen },
	{ .method = "POST",
	    .path = "/seen",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 1000,
	    .handler = seen },
	{ .method = "PUT",
	    .path = "/seen",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 1000,
	    .handler = seen },
	{ .method = "GET", .path = "/away", .handler = away },
	{ .method = "GET",
	    .path = "/large",
	    .kind = HTTPD_WORKER,
	    .handler = large },
	{ .method = "GET",
	    .path = "/slow",
	    .kind = HTTPD_WORKER,
	    .handler = slow },
	{ .method = "POST",
	    .path = "/slow",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 1000,
	    .handler = slow },
	{ .method = "PATCH",
	    .path = "/sum",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = 1ULL << 33,
	    .handler = sum },
	{ .method = "PATCH",
	    .path = "/full",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = 1ULL << 33,
	    .handler = full },
};

static int
start(void **state)
{
	struct httpd_config c = { .workers = 32 };
	struct diag d = { 0 };

	(void)state;
	log_threshold(LOG_ERROR + 1); /* a case makes a server's error */
	/* A proxy that would be asked, were it not for us. */
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &server, &d), ST_OK);
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u",
	    (unsigned)httpd_port(server));
	assert_int_equal(httpc_new(&client), ST_OK);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	httpc_free(&client);
	httpd_stop(&server);
	return 0;
}

static const char *
url(const char *path)
{
	static _Thread_local char text[100];

	(void)snprintf(text, sizeof(text), "%s%s", base, path);
	return text;
}

static void
gets(void **state)
{
	static const char *const headers[] = { "X-One: two", NULL };
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    httpc_get(client, url("/seen"), headers, 1000, &r, &d), ST_OK);
	assert_int_equal(r.code, 201);
	assert_string_equal(buf_text(&r.body), "GET 0 ua=- type=- one=two");
	assert_string_equal(r.content_type, "text/plain");
	assert_string_equal(r.etag, "\"e\"");
	assert_string_equal(r.location, "/v1/there");
	assert_int_equal(r.retry_after_s, 9);
	assert_int_equal(r.upload_offset, 123456789012);
	assert_int_equal(r.upload_length, -1);
	assert_string_equal(r.upload_expires, "Mon, 07 Dec 2026 00:00:00 GMT");
	httpc_reply_fini(&r);
}

static void
posts(void **state)
{
	struct httpc_call put = {
		.method = "PUT",
		.body = "abc",
		.n = 3,
		.content_type = "text/x.note",
		.limit = 1000,
	};
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(httpc_post(client, url("/seen"), NULL, "four", 4, NULL,
			     1000, &r, &d),
	    ST_OK);
	assert_string_equal(buf_text(&r.body), "POST 4 ua=- type=- one=-");
	httpc_reply_fini(&r);
	assert_int_equal(httpc_post(client, url("/seen"), "application/json",
			     NULL, 0, NULL, 1000, &r, &d),
	    ST_OK);
	assert_string_equal(
	    buf_text(&r.body), "POST 0 ua=- type=application/json one=-");
	httpc_reply_fini(&r);
	put.url = url("/seen");
	assert_int_equal(httpc_call(client, &put, &r, &d), ST_OK);
	assert_string_equal(
	    buf_text(&r.body), "PUT 3 ua=- type=text/x.note one=-");
	httpc_reply_fini(&r);
}

static void
heads(void **state)
{
	struct httpc_call head = { .method = "HEAD", .limit = 10 };
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	head.url = url("/large");
	assert_int_equal(httpc_call(client, &head, &r, &d), ST_OK);
	assert_int_equal(r.code, 200);
	assert_int_equal(r.body.n, 0);
	assert_int_equal(r.content_length, 100000);
	httpc_reply_fini(&r);
}

static void
redirects(void **state)
{
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    httpc_get(client, url("/away"), NULL, 1000, &r, &d), ST_OK);
	assert_int_equal(r.code, 303);
	assert_string_equal(r.location, "/seen");
	httpc_reply_fini(&r);
}

static void
too_much(void **state)
{
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    httpc_get(client, url("/large"), NULL, 99999, &r, &d), ST_PEER);
	assert_non_null(strstr(d.text, "127.0.0.1"));
	httpc_reply_fini(&r);
	assert_int_equal(
	    httpc_get(client, url("/large"), NULL, 100000, &r, &d), ST_OK);
	assert_int_equal(r.body.n, 100000);
	httpc_reply_fini(&r);
}

static void
nobody(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[60], host[40];
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	/* A port that is bound but not listened at. */
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const void *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (void *)&a, &n), 0);
	(void)snprintf(
	    host, sizeof(host), "127.0.0.1:%u", (unsigned)ntohs(a.sin_port));
	(void)snprintf(text, sizeof(text), "http://%s/secret", host);
	assert_int_equal(httpc_get(client, text, NULL, 10, &r, &d), ST_PEER);
	assert_non_null(strstr(d.text, host));
	assert_null(strstr(d.text, "secret"));
	httpc_reply_fini(&r);
	(void)close(fd);
}

static void
not_web(void **state)
{
	static const char *const urls[] = { "file:///etc/passwd",
		"ftp://127.0.0.1/x", "nonsense://x", "http://" };
	struct httpc_reply r;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(urls); i++) {
		d = (struct diag){ 0 };
		assert_int_equal(
		    httpc_get(client, urls[i], NULL, 10, &r, &d), ST_INVALID);
		httpc_reply_fini(&r);
	}
}

static void
too_slow(void **state)
{
	struct httpc_call call = { .method = "GET", .total_ms = 50 };
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	call.url = url("/slow");
	(void)pthread_mutex_lock(&gate);
	assert_int_equal(httpc_call(client, &call, &r, &d), ST_PEER);
	(void)pthread_mutex_unlock(&gate);
	assert_non_null(strstr(d.text, "in time"));
	httpc_reply_fini(&r);
}

struct source {
	uint64_t left, sum;
	enum status then; /* once nothing is left */
};

static enum status
give(void *arg, void *p, size_t max, size_t *n)
{
	struct source *s = arg;
	uint8_t *c = p;
	size_t i;

	if (s->left == 0 && s->then != ST_OK)
		return s->then;
	*n = s->left < max ? (size_t)s->left : max;
	for (i = 0; i < *n; i++) {
		c[i] = (uint8_t)(s->left - i);
		s->sum += c[i];
	}
	s->left -= *n;
	return ST_OK;
}

static void
upload(int64_t length)
{
	struct source s = { .left = 5000001 };
	struct httpc_reply r;
	struct diag d = { 0 };
	char want[60];

	assert_int_equal(httpc_upload(client, "PATCH", url("/sum"), NULL, give,
			     &s, length, 1000, &r, &d),
	    ST_OK);
	assert_int_equal(r.code, 200);
	(void)snprintf(
	    want, sizeof(want), "5000001 %llu", (unsigned long long)s.sum);
	assert_string_equal(buf_text(&r.body), want);
	httpc_reply_fini(&r);
}

static void
uploads(void **state)
{
	(void)state;
	upload(5000001);
	upload(-1);
}

static void
upload_breaks(void **state)
{
	struct source s = { .left = 1000, .then = ST_GONE };
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(httpc_upload(client, "PATCH", url("/sum"), NULL, give,
			     &s, 2000, 1000, &r, &d),
	    ST_GONE);
	httpc_reply_fini(&r);
}

static void
upload_refused(void **state)
{
	struct source s = { .left = 50000000 };
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(httpc_upload(client, "PATCH", url("/full"), NULL, give,
			     &s, 50000000, 1000, &r, &d),
	    ST_OK);
	assert_int_equal(r.code, 507);
	/* It heard before it had sent all. */
	assert_true(s.left > 0);
	httpc_reply_fini(&r);
}

static enum status
keep(void *arg, const void *p, size_t n)
{
	(void)p;
	*(size_t *)arg += n;
	return ST_OK;
}

static void
downloads(void **state)
{
	size_t n = 0;
	struct httpc_call call = {
		.method = "GET",
		.write = keep,
		.write_arg = &n,
		.limit = 1 << 20,
	};
	struct httpc_reply r;
	struct diag d = { 0 };

	(void)state;
	call.url = url("/large");
	assert_int_equal(httpc_call(client, &call, &r, &d), ST_OK);
	assert_int_equal(n, 100000);
	httpc_reply_fini(&r);
	/* What explains a refusal is not what was asked for. */
	call.url = url("/nothing");
	assert_int_equal(httpc_call(client, &call, &r, &d), ST_OK);
	assert_int_equal(r.code, 404);
	assert_int_equal(n, 100000);
	assert_true(r.body.n > 0);
	httpc_reply_fini(&r);
}

#define THREADS 100

static void *
caller(void *arg)
{
	struct httpc_reply r;
	struct diag d = { 0 };
	int i, *good = arg;

	for (i = 0; i < 20; i++) {
		if (httpc_post(client, url("/seen"), "text/plain", "x", 1, NULL,
			1000, &r, &d) == ST_OK &&
		    r.code == 201)
			++*good;
		httpc_reply_fini(&r);
	}
	return NULL;
}

/* A hundred connections; each call's handler runs once. */
static void
at_once(void **state)
{
	pthread_t t[THREADS];
	int good[THREADS] = { 0 };
	int i, before = atomic_load(&calls);

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, caller, &good[i]), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(good[i], 20);
	}
	assert_int_equal(atomic_load(&calls) - before, THREADS * 20);
}

struct tally {
	int good, bad;
};

static int
tell(void *arg, size_t i, enum status st, const struct httpc_reply *r,
    const struct diag *d)
{
	struct tally *t = arg;

	(void)i;
	if (st == ST_OK && r->code == 201) {
		t->good++;
		return 1;
	}
	assert_true(st == ST_OK || d->text[0] != '\0');
	t->bad++;
	return 0;
}

static void
parallel(void **state)
{
	char a[60], s[60];
	const char *urls[] = { a, "http://127.0.0.1:1/", s, a };
	struct tally t = { 0 };
	struct diag d = { 0 };

	(void)state;
	(void)snprintf(a, sizeof(a), "%s/seen", base);
	(void)snprintf(s, sizeof(s), "%s/slow", base);
	/* Two of four answer; the slow one is not waited for. */
	(void)pthread_mutex_lock(&gate);
	assert_int_equal(httpc_parallel(client, urls, 4, "text/plain", "x", 1,
			     1000, 2, 10000, tell, &t, &d),
	    ST_OK);
	assert_int_equal(t.good, 2);
	/* Three cannot: the time is used up. */
	t = (struct tally){ 0 };
	assert_int_equal(httpc_parallel(client, urls, 4, "text/plain", "x", 1,
			     1000, 3, 300, tell, &t, &d),
	    ST_PEER);
	assert_int_equal(t.good, 2);
	(void)pthread_mutex_unlock(&gate);
	/* Nor here, and all is known before the time is over. */
	t = (struct tally){ 0 };
	assert_int_equal(httpc_parallel(client, urls, 2, "text/plain", "x", 1,
			     1000, 2, 10000, tell, &t, &d),
	    ST_PEER);
	assert_int_equal(t.bad, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets),
		cmocka_unit_test(posts),
		cmocka_unit_test(heads),
		cmocka_unit_test(redirects),
		cmocka_unit_test(too_much),
		cmocka_unit_test(nobody),
		cmocka_unit_test(not_web),
		cmocka_unit_test(too_slow),
		cmocka_unit_test(uploads),
		cmocka_unit_test(upload_breaks),
		cmocka_unit_test(upload_refused),
		cmocka_unit_test(downloads),
		cmocka_unit_test(at_once),
		cmocka_unit_test(parallel),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
