/* routes: which handler is called, with what, and how it is answered. */
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "httpd/call.h"
#include "httpd/limit.h"
#include "httpd/reply.h"

static struct httpd *server;
static uint16_t port;
static atomic_int calls;
static struct httpd_limit *limit;

/* Say what was seen. */
static enum status
echo(struct call *call)
{
	const char *q = call_query(call, "q"), *hd = call_header(call, "X-One");
	const char *text;

	atomic_fetch_add(&calls, 1);
	text = arena_printf(call_arena(call), "%s z=%s x=%s q=%s h=%s",
	    call_method(call), call_param(call, "z"), call_param(call, "x"),
	    q != NULL ? q : "-", hd != NULL ? hd : "-");
	return httpd_reply(call, 200, "text/plain", text, strlen(text));
}

static enum status
fixed(struct call *call)
{
	return httpd_reply(call, 200, "text/plain", "fixed", 5);
}

static enum status
rest(struct call *call)
{
	const char *p = call_param(call, "path");

	return httpd_reply(call, 200, "text/html; charset=utf-8", p, strlen(p));
}

static enum status
add(struct call *call)
{
	const json_t *v = call_json(call);

	atomic_fetch_add(&calls, 1);
	assert_ptr_equal(call_env(call), &calls);
	httpd_header(call, "Location", "/v1/sums/1");
	return httpd_reply_json(call, 201,
	    json_pack("{s:I}", "sum",
		json_integer_value(json_object_get(v, "a")) +
		    json_integer_value(json_object_get(v, "b"))));
}

static enum status
refuse(struct call *call)
{
	httpd_header(call, "Retry-After", "7");
	return diag_problem(call_diag(call), ST_RULE, "too-wide", "area",
	    "1 m\302\262", "The area is too wide.");
}

static enum status
nothing(struct call *call)
{
	(void)call;
	return ST_OK;
}

static enum status
wait_turn(struct call *call)
{
	enum status st = httpd_limit(limit, call);

	return st != ST_OK ? st : httpd_reply_empty(call, 204);
}

static enum status
page(struct call *call)
{
	return httpd_problem_page(call, call_param(call, "name"));
}

static enum status
pass(struct call *call)
{
	httpd_header(call, "Tus-Resumable", "1.0.0");
	return call_header(call, "Authorization") != NULL ? ST_OK : ST_TOKEN;
}

static enum status
bytes(struct call *call)
{
	size_t n;
	const void *p = call_body(call, &n);

	return httpd_reply(call, 200, "application/octet-stream", p, n);
}

static enum status
file(struct call *call)
{
	char name[] = "/tmp/test_routes.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0 && write(fd, "0123456789", 10) == 10);
	assert_int_equal(unlink(name), 0);
	return httpd_reply_file(call, 200, "text/plain", fd, 1, 8);
}

static const struct httpd_route routes[] = {
	{ .method = "GET", .path = "/v1/feed/{z}/{x}", .handler = echo },
	{ .method = "GET", .path = "/v1/feed/12/fixed", .handler = fixed },
	{ .method = "GET",
	    .path = "/v1/slow/{z}/{x}",
	    .kind = HTTPD_WORKER,
	    .handler = echo },
	{ .method = "POST",
	    .path = "/v1/sums",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_JSON,
	    .limit = 1000,
	    .handler = add },
	{ .method = "GET",
	    .path = "/v1/sums",
	    .handler = refuse,
	    .public = true },
	{ .method = "GET", .path = "/v1/nothing", .handler = nothing },
	{ .method = "GET", .path = "/v1/turn", .handler = wait_turn },
	{ .method = "GET", .path = "/files/{path*}", .handler = rest },
	{ .method = "GET", .path = "/problems/{name}", .handler = page },
	{ .method = "PUT",
	    .path = "/v1/guarded",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 100,
	    .handler = bytes,
	    .admit = pass },
	{ .method = "PUT",
	    .path = "/v1/typed",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 100,
	    .type = "text/x.note",
	    .handler = bytes },
	{ .method = "GET",
	    .path = "/v1/file",
	    .kind = HTTPD_WORKER,
	    .handler = file },
};

static int
start(void **state)
{
	struct httpd_config c = { 0 };
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(httpd_limit_new(60, 2, 100, &limit), ST_OK);
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), &calls, &server, &d),
	    ST_OK);
	port = httpd_port(server);
	assert_true(port != 0);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	httpd_stop(&server);
	assert_null(server);
	httpd_limit_free(&limit);
	return 0;
}

/* One call and what came: code, and the body if text is not NULL. */
static void
expect(const char *request, unsigned code, const char *text)
{
	struct answer a;

	fixture_call(port, request, &a);
	assert_int_equal(a.code, code);
	if (text != NULL)
		assert_string_equal(buf_text(&a.body), text);
	fixture_free(&a);
}

#define END " HTTP/1.1\r\nHost: x\r\n\r\n"

static void
parameters(void **state)
{
	(void)state;
	expect("GET /v1/feed/12/7" END, 200, "GET z=12 x=7 q=- h=-");
	expect("GET /v1/feed/12/7?q=a%20b&p=1 HTTP/1.1\r\nHost: x\r\n"
	       "x-one: two\r\n\r\n",
	    200, "GET z=12 x=7 q=a b h=two");
	expect("GET /v1/feed/12/fixed" END, 200, "fixed");
	expect("GET /v1/feed/13/fixed" END, 200, "GET z=13 x=fixed q=- h=-");
	expect("GET /v1/slow/1/2" END, 200, "GET z=1 x=2 q=- h=-");
	expect("GET /files/" END, 200, "");
	expect("GET /files/a/b.css" END, 200, "a/b.css");
}

static void
long_parameters(void **state)
{
	char request[1200], value[801];
	struct answer a;

	(void)state;
	memset(value, 'v', 800);
	value[800] = '\0';
	(void)snprintf(
	    request, sizeof(request), "GET /v1/feed/%s/7" END, value);
	fixture_call(port, request, &a);
	assert_int_equal(a.code, 200);
	assert_non_null(strstr(buf_text(&a.body), value));
	assert_non_null(strstr(buf_text(&a.body), " x=7 "));
	fixture_free(&a);
}

static void
unknown(void **state)
{
	struct answer a;

	(void)state;
	expect("GET /v1/feed/12" END, 404, NULL);
	expect("GET /v1/feed/12/" END, 404, NULL);
	expect("GET /v1/feed/12/7/" END, 404, NULL);
	expect("GET /" END, 404, NULL);
	expect("GET /v1/feedx/1/2" END, 404, NULL);
	fixture_call(port, "DELETE /v1/sums" END, &a);
	assert_int_equal(a.code, 405);
	assert_string_equal(
	    fixture_header(&a, "Allow"), "GET, HEAD, POST, OPTIONS");
	assert_non_null(strstr(buf_text(&a.body), "\"/problems/method\""));
	fixture_free(&a);
	expect("BREW /v1/sums" END, 405, NULL);
	fixture_call(port, "GET /nowhere" END, &a);
	assert_string_equal(
	    fixture_header(&a, "Content-Type"), "application/problem+json");
	assert_non_null(strstr(buf_text(&a.body), "\"/problems/not-found\""));
	fixture_free(&a);
}

static void
head(void **state)
{
	struct answer a;
	int fd = fixture_connect(port), i;

	(void)state;
	/* Twice on one connection: no byte of a body lies between. */
	for (i = 0; i < 2; i++) {
		fixture_puts(fd, "HEAD /v1/feed/12/7" END);
		fixture_read(fd, true, &a);
		assert_int_equal(a.code, 200);
		assert_string_equal(fixture_header(&a, "Content-Length"), "21");
		fixture_free(&a);
	}
	(void)close(fd);
}

static void
options(void **state)
{
	struct answer a;

	(void)state;
	fixture_call(port, "OPTIONS /v1/sums" END, &a);
	assert_int_equal(a.code, 204);
	assert_string_equal(
	    fixture_header(&a, "Allow"), "GET, HEAD, POST, OPTIONS");
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	assert_string_not_equal(
	    fixture_header(&a, "Access-Control-Allow-Headers"), "");
	fixture_free(&a);
	fixture_call(port, "OPTIONS /v1/feed/1/2" END, &a);
	assert_int_equal(a.code, 204);
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "");
	fixture_free(&a);
}

static void
headers(void **state)
{
	struct answer a;

	(void)state;
	fixture_call(port, "GET /files/x" END, &a);
	assert_string_equal(
	    fixture_header(&a, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(
	    fixture_header(&a, "Referrer-Policy"), "no-referrer");
	assert_string_equal(fixture_header(&a, "Cache-Control"), "no-store");
	assert_string_not_equal(
	    fixture_header(&a, "Content-Security-Policy"), "");
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "");
	fixture_free(&a);
}

static void
problems(void **state)
{
	struct answer a;
	struct diag d = { 0 };
	json_t *v = NULL;

	(void)state;
	fixture_call(port, "GET /v1/sums" END, &a);
	assert_int_equal(a.code, 422);
	assert_string_equal(fixture_header(&a, "Retry-After"), "7");
	assert_int_equal(json_read(a.body.p, a.body.n, &v, &d), ST_OK);
	assert_string_equal(json_string_value(json_object_get(v, "type")),
	    "/problems/too-wide");
	assert_string_equal(json_string_value(json_object_get(v, "detail")),
	    "The area is too wide.");
	assert_string_equal(
	    json_string_value(json_object_get(v, "field")), "area");
	assert_string_equal(
	    json_string_value(json_object_get(v, "limit")), "1 m\302\262");
	assert_int_equal(json_integer_value(json_object_get(v, "status")), 422);
	json_decref(v);
	fixture_free(&a);
	log_threshold(LOG_ERROR + 1);
	expect("GET /v1/nothing" END, 500, NULL);
	log_threshold(LOG_INFO);
}

static void
problem_pages(void **state)
{
	struct answer a;

	(void)state;
	fixture_call(port, "GET /problems/too-large" END, &a);
	assert_int_equal(a.code, 200);
	assert_non_null(strstr(buf_text(&a.body), "larger than the limit"));
	assert_null(strstr(buf_text(&a.body), "<script"));
	assert_null(strstr(buf_text(&a.body), "<style"));
	fixture_free(&a);
	/* One of a check's own: title and advice, from problem.tbl. */
	fixture_call(port, "GET /problems/district-stale" END, &a);
	assert_int_equal(a.code, 200);
	assert_non_null(strstr(buf_text(&a.body), "older than 24 hours"));
	assert_non_null(strstr(buf_text(&a.body), "check your clock"));
	fixture_free(&a);
	expect("GET /problems/no-such" END, 404, NULL);
	expect("GET /problems/district%20stale" END, 404, NULL);
}

static void
json_bodies(void **state)
{
	struct answer a;
	int before = atomic_load(&calls);

	(void)state;
	fixture_call(port,
	    "POST /v1/sums HTTP/1.1\r\nHost: x\r\nContent-Type: "
	    "application/json; charset=utf-8\r\n"
	    "Content-Length: 13\r\n\r\n{\"a\":1,\"b\":2}",
	    &a);
	assert_int_equal(a.code, 201);
	assert_string_equal(buf_text(&a.body), "{\"sum\":3}");
	assert_string_equal(fixture_header(&a, "Location"), "/v1/sums/1");
	fixture_free(&a);
	assert_int_equal(atomic_load(&calls), before + 1);
	expect("POST /v1/sums HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain"
	       "\r\nContent-Length: 2\r\n\r\n{}",
	    415, NULL);
	expect("POST /v1/sums HTTP/1.1\r\nHost: x\r\nContent-Type: "
	       "application/json\r\nContent-Length: 13\r\n\r\n"
	       "{\"a\":1,\"a\":2}",
	    400, NULL);
	expect("POST /v1/sums HTTP/1.1\r\nHost: x\r\nContent-Type: "
	       "application/json\r\nContent-Length: 0\r\n\r\n",
	    400, NULL);
	assert_int_equal(atomic_load(&calls), before + 1);
}

static void
admission(void **state)
{
	struct answer a;

	(void)state;
	/* What it sets is also on what is refused without it. */
	fixture_call(port,
	    "PUT /v1/guarded HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\n"
	    "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n",
	    &a);
	assert_int_equal(a.code, 413);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	expect("PUT /v1/guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
	       "\r\nhi",
	    401, NULL);
	expect("PUT /v1/guarded HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\n"
	       "Content-Length: 2\r\n\r\nhi",
	    200, "hi");
	expect("PUT /v1/typed HTTP/1.1\r\nHost: x\r\nContent-Type: "
	       "text/x.note\r\nContent-Length: 2\r\n\r\nhi",
	    200, "hi");
	expect("PUT /v1/typed HTTP/1.1\r\nHost: x\r\nContent-Type: "
	       "text/x.notes\r\nContent-Length: 2\r\n\r\nhi",
	    415, NULL);
}

static void
rates(void **state)
{
	struct answer a;

	(void)state;
	expect("GET /v1/turn" END, 204, NULL);
	expect("GET /v1/turn" END, 204, NULL);
	fixture_call(port, "GET /v1/turn" END, &a);
	assert_int_equal(a.code, 429);
	assert_true(atoi(fixture_header(&a, "Retry-After")) >= 1);
	fixture_free(&a);
}

static void
files(void **state)
{
	struct answer a;

	(void)state;
	expect("GET /v1/file" END, 200, "12345678");
	fixture_call(port,
	    "GET /v1/file HTTP/1.1\r\nHost: x\r\nRange: bytes=2-4\r\n\r\n", &a);
	assert_int_equal(a.code, 206);
	assert_string_equal(buf_text(&a.body), "345");
	assert_string_equal(fixture_header(&a, "Content-Range"), "bytes 2-4/8");
	fixture_free(&a);
	expect("GET /v1/file HTTP/1.1\r\nHost: x\r\nRange: bytes=-2\r\n\r\n",
	    206, "78");
	expect("GET /v1/file HTTP/1.1\r\nHost: x\r\nRange: bytes=7-\r\n\r\n",
	    206, "8");
	expect("GET /v1/file HTTP/1.1\r\nHost: x\r\nRange: bytes=8-\r\n\r\n",
	    416, "");
	expect("GET /v1/file HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2,4-5"
	       "\r\n\r\n",
	    200, "12345678");
}

static void
keep_alive(void **state)
{
	struct answer a;
	int fd = fixture_connect(port), i;

	(void)state;
	/* Also after a refused body, which was read and dropped. */
	for (i = 0; i < 3; i++) {
		fixture_puts(fd,
		    "POST /v1/feed/1/2 HTTP/1.1\r\nHost: x\r\n"
		    "Content-Length: 5\r\n\r\nabcde");
		fixture_read(fd, false, &a);
		assert_int_equal(a.code, 405);
		fixture_free(&a);
		fixture_puts(fd, "GET /v1/slow/1/2" END);
		fixture_read(fd, false, &a);
		assert_int_equal(a.code, 200);
		fixture_free(&a);
	}
	(void)close(fd);
}

static void
ports(void **state)
{
	struct httpd_config c = { .port = port };
	struct httpd *second = NULL;
	struct diag d = { 0 };
	char want[40];

	(void)state;
	(void)snprintf(
	    want, sizeof(want), "Port %u is in use by another", (unsigned)port);
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &second, &d),
	    ST_CONFLICT);
	assert_null(second);
	assert_non_null(strstr(d.text, want));
	c.address = "localhost";
	c.port = 0;
	d = (struct diag){ 0 };
	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &second, &d),
	    ST_INVALID);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters),
		cmocka_unit_test(long_parameters),
		cmocka_unit_test(unknown),
		cmocka_unit_test(head),
		cmocka_unit_test(options),
		cmocka_unit_test(headers),
		cmocka_unit_test(problems),
		cmocka_unit_test(problem_pages),
		cmocka_unit_test(json_bodies),
		cmocka_unit_test(admission),
		cmocka_unit_test(rates),
		cmocka_unit_test(files),
		cmocka_unit_test(keep_alive),
		cmocka_unit_test(ports),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
