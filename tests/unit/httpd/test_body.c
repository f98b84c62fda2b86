/* body: replies made once; static: a directory of them. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "httpd/body.h"
#include "httpd/call.h"
#include "httpd/reply.h"
#include "httpd/static.h"

#define SIZE 5000
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct httpd *server;
static uint16_t port;
static char text[SIZE + 1];
static struct httpd_static *web;
static char dir[] = "/tmp/test_body.XXXXXX";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct httpd_body *current;

static struct httpd_body *
make(void)
{
	struct httpd_body_spec s = {
		.type = "application/geo+json",
		.p = text,
		.n = SIZE,
		.etag = HEX,
		.cache_control = "public, max-age=60",
		.compress = true,
		.quality = 5,
		.public = true,
	};
	struct httpd_body *b = NULL;

	assert_int_equal(httpd_body_new(&s, &b), ST_OK);
	return b;
}

static enum status
feed(struct call *call)
{
	enum status st;

	(void)pthread_mutex_lock(&lock);
	st = httpd_reply_shared(call, current);
	(void)pthread_mutex_unlock(&lock);
	return st;
}

static enum status
files(struct call *call)
{
	return httpd_static_page(
	    call, web, call_param(call, "path"), "index.html");
}

static const struct httpd_route routes[] = {
	{ .method = "GET",
	    .path = "/v1/feed",
	    .handler = feed,
	    .public = true },
	{ .method = "GET",
	    .path = "/v1/worker",
	    .kind = HTTPD_WORKER,
	    .handler = feed },
	{ .method = "GET", .path = "/{path*}", .handler = files },
};

static void
not_quite_a_hash(const void *p, size_t n, char out[65])
{
	unsigned long c = crc32(0, p, (unsigned)n);

	(void)snprintf(out, 65, "%064lx", c);
}

static void
put_file(const char *name, const char *s)
{
	struct diag d = { 0 };
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_write(path, 0600, s, strlen(s), &d), ST_OK);
}

static int
start(void **state)
{
	struct httpd_config c = { 0 };
	struct diag d = { 0 };
	char path[200];
	size_t i;

	(void)state;
	for (i = 0; i < SIZE; i++)
		text[i] = "{\"type\": \"Feature\"}, "[i % 21];
	current = make();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/assets", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put_file("index.html", "<!doctype html>");
	put_file("assets/app-1a2b.js", text);
	put_file(".hidden", "no");
	assert_int_equal(httpd_static_load(dir, "default-src 'self'",
			     not_quite_a_hash, &web, &d),
	    ST_OK);
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &server, &d), ST_OK);
	port = httpd_port(server);
	return 0;
}

static int
stop(void **state)
{
	char path[200];

	(void)state;
	httpd_stop(&server);
	httpd_static_free(&web);
	httpd_body_free(&current);
	(void)snprintf(path, sizeof(path), "exec rm -r /tmp/test_body.%s",
	    dir + strlen("/tmp/test_body."));
	assert_int_equal(system(path), 0);
	return 0;
}

static void
get(const char *path, const char *more, struct answer *a)
{
	char request[600];

	(void)snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, more);
	fixture_call(port, request, a);
}

static void
plain(const char *path)
{
	struct answer a;

	get(path, "", &a);
	assert_int_equal(a.code, 200);
	assert_int_equal(a.body.n, SIZE);
	assert_memory_equal(a.body.p, text, SIZE);
	assert_string_equal(fixture_header(&a, "ETag"), "\"" HEX "\"");
	assert_string_equal(fixture_header(&a, "Vary"), "Accept-Encoding");
	assert_string_equal(
	    fixture_header(&a, "Cache-Control"), "public, max-age=60");
	assert_string_equal(
	    fixture_header(&a, "Content-Type"), "application/geo+json");
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	assert_string_equal(
	    fixture_header(&a, "X-Content-Type-Options"), "nosniff");
	fixture_free(&a);
}

static void
shared(void **state)
{
	(void)state;
	plain("/v1/feed");
	plain("/v1/worker");
}

static void
unzip(const struct buf *b)
{
	static uint8_t out[SIZE + 1];
	z_stream z = { 0 };

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = b->p;
	z.avail_in = (uInt)b->n;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, SIZE);
	assert_memory_equal(out, text, SIZE);
	(void)inflateEnd(&z);
}

static void
codings(void **state)
{
	struct answer a;

	(void)state;
	get("/v1/feed", "Accept-Encoding: deflate, gzip;q=0.5\r\n", &a);
	assert_string_equal(fixture_header(&a, "Content-Encoding"), "gzip");
	assert_string_equal(fixture_header(&a, "ETag"), "W/\"" HEX "\"");
	unzip(&a.body);
	fixture_free(&a);
	get("/v1/feed", "Accept-Encoding: gzip, deflate, br\r\n", &a);
	assert_string_equal(fixture_header(&a, "Content-Encoding"), "br");
	assert_true(a.body.n > 0 && a.body.n < SIZE / 4);
	fixture_free(&a);
	get("/v1/feed", "Accept-Encoding: br;q=0, gzip;q=0.0, x\r\n", &a);
	assert_string_equal(fixture_header(&a, "Content-Encoding"), "");
	assert_int_equal(a.body.n, SIZE);
	fixture_free(&a);
}

static void
not_modified(void **state)
{
	struct answer a;

	(void)state;
	get("/v1/feed", "If-None-Match: \"" HEX "\"\r\n", &a);
	assert_int_equal(a.code, 304);
	assert_int_equal(a.body.n, 0);
	assert_string_equal(fixture_header(&a, "ETag"), "\"" HEX "\"");
	fixture_free(&a);
	get("/v1/feed", "If-None-Match: \"no\", W/\"" HEX "\"\r\n", &a);
	assert_int_equal(a.code, 304);
	fixture_free(&a);
	get("/v1/worker", "If-None-Match: \"" HEX "\"\r\n", &a);
	assert_int_equal(a.code, 304);
	fixture_free(&a);
	get("/v1/feed", "If-None-Match: \"other\"\r\n", &a);
	assert_int_equal(a.code, 200);
	fixture_free(&a);
}

/* Swap the body while calls use it: what was sent stays whole. */
static void *
swap(void *arg)
{
	struct httpd_body *old, *fresh;
	int i;

	(void)arg;
	for (i = 0; i < 200; i++) {
		fresh = make();
		(void)pthread_mutex_lock(&lock);
		old = current;
		current = fresh;
		(void)pthread_mutex_unlock(&lock);
		httpd_body_free(&old);
	}
	return NULL;
}

static void
swapped(void **state)
{
	pthread_t t;
	int i;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, swap, NULL), 0);
	for (i = 0; i < 100; i++)
		plain(i % 2 == 0 ? "/v1/feed" : "/v1/worker");
	assert_int_equal(pthread_join(t, NULL), 0);
}

static void
static_files(void **state)
{
	struct answer a;

	(void)state;
	get("/assets/app-1a2b.js", "Accept-Encoding: br\r\n", &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(fixture_header(&a, "Cache-Control"),
	    "public, max-age=31536000, immutable");
	assert_string_equal(fixture_header(&a, "Content-Encoding"), "br");
	assert_string_equal(fixture_header(&a, "Content-Type"),
	    "text/javascript; charset=utf-8");
	fixture_free(&a);
	get("/", "", &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(buf_text(&a.body), "<!doctype html>");
	assert_string_equal(fixture_header(&a, "Content-Security-Policy"),
	    "default-src 'self'");
	assert_string_equal(fixture_header(&a, "Cache-Control"), "no-cache");
	fixture_free(&a);
	get("/sharing/3", "", &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(buf_text(&a.body), "<!doctype html>");
	fixture_free(&a);
	get("/assets/gone.js", "", &a);
	assert_int_equal(a.code, 404);
	fixture_free(&a);
	get("/.hidden", "", &a);
	assert_int_equal(a.code, 404);
	fixture_free(&a);
	get("/assets/../index.html", "", &a);
	assert_int_equal(a.code, 404);
	fixture_free(&a);
}

static void
no_directory(void **state)
{
	struct httpd_static *s = NULL;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(httpd_static_load("/tmp/test_body.nowhere", NULL,
			     not_quite_a_hash, &s, &d),
	    ST_NOTFOUND);
	assert_null(s);
	assert_string_not_equal(d.text, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared),
		cmocka_unit_test(codings),
		cmocka_unit_test(not_modified),
		cmocka_unit_test(swapped),
		cmocka_unit_test(static_files),
		cmocka_unit_test(no_directory),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
