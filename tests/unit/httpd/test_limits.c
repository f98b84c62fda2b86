/* limits: bodies that are too large, clients that are too slow. */
#include "fixture.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"
#include "httpd/call.h"
#include "httpd/reply.h"

#define LIMIT 100000

static struct httpd *server;
static uint16_t port;
static atomic_int calls;

static enum status
count(struct call *call)
{
	char text[40];
	size_t n;

	(void)call_body(call, &n);
	atomic_fetch_add(&calls, 1);
	(void)snprintf(text, sizeof(text), "%zu", n);
	return httpd_reply(call, 200, "text/plain", text, strlen(text));
}

static enum status
small(struct call *call)
{
	return httpd_reply(call, 200, "text/plain", "small", 5);
}

static const struct httpd_route routes[] = {
	{ .method = "POST",
	    .path = "/",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = LIMIT,
	    .handler = count },
	{ .method = "GET", .path = "/", .handler = small },
	{ .method = "DELETE",
	    .path = "/",
	    .kind = HTTPD_WORKER,
	    .handler = small },
};

static int
start(void **state)
{
	struct httpd_config c = { .idle_s = 1, .body_s = 1 };
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &server, &d), ST_OK);
	port = httpd_port(server);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	httpd_stop(&server);
	return 0;
}

static void
head(int fd, long long n, const char *more)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %lld\r\n%s\r\n", n,
	    more);
	fixture_puts(fd, text);
}

static void
body(int fd, size_t n)
{
	char *p = calloc(1, n);

	assert_non_null(p);
	fixture_send(fd, p, n);
	free(p);
}

/* Read a reply: code, and the limit that a problem names. */
static void
refused(int fd, unsigned code)
{
	struct answer a;

	fixture_read(fd, false, &a);
	assert_int_equal(a.code, code);
	if (code == 413)
		assert_non_null(
		    strstr(buf_text(&a.body), "\"limit\":\"100000 bytes\""));
	fixture_free(&a);
}

static void
just_right(void **state)
{
	struct answer a;
	int fd = fixture_connect(port);

	(void)state;
	head(fd, LIMIT, "");
	body(fd, LIMIT);
	fixture_read(fd, false, &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(buf_text(&a.body), "100000");
	fixture_free(&a);
	(void)close(fd);
}

static void
early(void **state)
{
	int fd, before = atomic_load(&calls);

	(void)state;
	/* Much too large: refused before any of it. */
	fd = fixture_connect(port);
	head(fd, 1LL << 40, "");
	refused(fd, 413);
	(void)close(fd);
	/* The client waits for 100: it is told at once. */
	fd = fixture_connect(port);
	head(fd, LIMIT + 1, "Expect: 100-continue\r\n");
	refused(fd, 413);
	(void)close(fd);
	/* A little too large: read, dropped, and the connection kept. */
	fd = fixture_connect(port);
	head(fd, LIMIT + 1, "");
	body(fd, LIMIT + 1);
	refused(fd, 413);
	head(fd, 3, "");
	body(fd, 3);
	refused(fd, 200);
	(void)close(fd);
	assert_int_equal(atomic_load(&calls), before + 1);
}

static void
expected(void **state)
{
	struct answer a;
	int fd = fixture_connect(port);
	char line[26] = "";

	(void)state;
	head(fd, 5, "Expect: 100-continue\r\n");
	assert_int_equal(read(fd, line, 25), 25);
	assert_string_equal(line, "HTTP/1.1 100 Continue\r\n\r\n");
	body(fd, 5);
	fixture_read(fd, false, &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(buf_text(&a.body), "5");
	fixture_free(&a);
	(void)close(fd);
}

static void
chunks(int fd, size_t n)
{
	char *p = calloc(1, 10000);

	assert_non_null(p);
	while (n-- > 0) {
		fixture_puts(fd, "2710\r\n");
		fixture_send(fd, p, 10000);
		fixture_puts(fd, "\r\n");
	}
	fixture_puts(fd, "0\r\n\r\n");
	free(p);
}

static void
chunked(void **state)
{
	static const char start_line[] = "POST / HTTP/1.1\r\nHost: x\r\n"
					 "Transfer-Encoding: chunked\r\n\r\n";
	struct answer a;
	int fd = fixture_connect(port), before;

	(void)state;
	fixture_puts(fd, start_line);
	chunks(fd, 10);
	fixture_read(fd, false, &a);
	assert_int_equal(a.code, 200);
	assert_string_equal(buf_text(&a.body), "100000");
	fixture_free(&a);
	before = atomic_load(&calls);
	/* Late: it shows only as it comes. */
	fixture_puts(fd, start_line);
	chunks(fd, 20);
	refused(fd, 413);
	/* Far beyond, the connection is cut. */
	fixture_puts(fd, start_line);
	chunks(fd, 1000);
	fixture_read(fd, false, &a);
	assert_int_equal(a.code, 0);
	fixture_free(&a);
	(void)close(fd);
	assert_int_equal(atomic_load(&calls), before);
}

static void
misplaced_body(void **state)
{
	struct answer a;

	(void)state;
	fixture_call(port,
	    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", &a);
	assert_int_equal(a.code, 200);
	fixture_free(&a);
	/* Where a body has no place, one in chunks is refused too. */
	fixture_call(port,
	    "DELETE / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n1\r\nx\r\n0\r\n\r\n",
	    &a);
	assert_int_equal(a.code, 413);
	fixture_free(&a);
}

/* Send a byte of s every 100 ms until the server hangs up. */
static void
dribble(const char *s)
{
	int fd = fixture_connect(port), i;

	for (i = 0; i < 100 && !fixture_closed(fd, 100); i++)
		fixture_send(fd, &s[(size_t)i % strlen(s)], 1);
	assert_true(i < 100);
	(void)close(fd);
}

static void
slow_header(void **state)
{
	(void)state;
	dribble("GET / HTTP/1.1\r\nHost: x\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void
slow_body(void **state)
{
	int fd = fixture_connect(port), i, before = atomic_load(&calls);

	(void)state;
	head(fd, LIMIT, "");
	for (i = 0; i < 100 && !fixture_closed(fd, 100); i++)
		fixture_send(fd, "b", 1);
	assert_true(i < 100);
	(void)close(fd);
	assert_int_equal(atomic_load(&calls), before);
}

static void
idle(void **state)
{
	struct answer a;
	int fd = fixture_connect(port);

	(void)state;
	fixture_puts(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	fixture_read(fd, false, &a);
	assert_int_equal(a.code, 200);
	fixture_free(&a);
	assert_true(fixture_closed(fd, 10000));
	(void)close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(just_right),
		cmocka_unit_test(early),
		cmocka_unit_test(expected),
		cmocka_unit_test(chunked),
		cmocka_unit_test(misplaced_body),
		cmocka_unit_test(slow_header),
		cmocka_unit_test(slow_body),
		cmocka_unit_test(idle),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
