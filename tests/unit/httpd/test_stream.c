/* stream: bodies of any size in bounded memory, held back, broken off. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"
#include "httpd/call.h"
#include "httpd/reply.h"

#define MIB ((size_t)1024 * 1024)
#define BIG (64 * MIB)

/* What the handlers saw. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	int begun, ended, aborted;
	bool hold; /* handlers wait before they read on */
	uint64_t bytes;
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.change = PTHREAD_COND_INITIALIZER };

static struct httpd *server;
static uint16_t port;

static void
note(int *what)
{
	(void)pthread_mutex_lock(&seen.lock);
	++*what;
	(void)pthread_cond_broadcast(&seen.change);
	(void)pthread_mutex_unlock(&seen.lock);
}

static void
wait_for(const int *what, int value)
{
	(void)pthread_mutex_lock(&seen.lock);
	while (*what < value)
		(void)pthread_cond_wait(&seen.change, &seen.lock);
	(void)pthread_mutex_unlock(&seen.lock);
}

static void
hold(bool on)
{
	(void)pthread_mutex_lock(&seen.lock);
	seen.hold = on;
	(void)pthread_cond_broadcast(&seen.change);
	(void)pthread_mutex_unlock(&seen.lock);
}

static void
reset(void)
{
	(void)pthread_mutex_lock(&seen.lock);
	seen.begun = seen.ended = seen.aborted = 0;
	seen.bytes = 0;
	(void)pthread_mutex_unlock(&seen.lock);
}

static enum status
begin(struct call *call)
{
	const char *why = call_header(call, "X-Refuse");

	call_set_state(call, calloc(1, sizeof(uint64_t)));
	assert_non_null(call_state(call));
	note(&seen.begun);
	if (why == NULL)
		return ST_OK;
	free(call_state(call));
	return ST_LOCKED;
}

/* Each byte is the low one of its position over 251. */
static enum status
chunk(struct call *call, const void *p, size_t n)
{
	uint64_t *at = call_state(call);
	const uint8_t *c = p;
	size_t i;

	(void)pthread_mutex_lock(&seen.lock);
	while (seen.hold)
		(void)pthread_cond_wait(&seen.change, &seen.lock);
	seen.bytes += n;
	(void)pthread_mutex_unlock(&seen.lock);
	if (n > HTTPD_STREAM_BUFFER)
		return ST_FAIL;
	for (i = 0; i < n; i += 97)
		if (c[i] != (uint8_t)((*at + i) % 251))
			return ST_CONFLICT;
	*at += n;
	return ST_OK;
}

static enum status
end(struct call *call)
{
	uint64_t *at = call_state(call);
	char text[40];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)*at);
	free(at);
	note(&seen.ended);
	httpd_header(call, "Upload-Offset", text);
	return httpd_reply(call, 200, "text/plain", text, strlen(text));
}

static void
broken(struct call *call)
{
	free(call_state(call));
	note(&seen.aborted);
}

static const struct httpd_stream callbacks = { begin, chunk, end, broken };

/* The same by asking for it, half a KiB at a time. */
static enum status
pull(struct call *call)
{
	char piece[512], text[40];
	uint64_t all = 0;
	enum status st;
	size_t n;

	note(&seen.begun);
	do {
		if ((st = call_read(call, piece, sizeof(piece), &n)) != ST_OK)
			return st;
		all += n;
	} while (n > 0);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)all);
	return httpd_reply(call, 200, "text/plain", text, strlen(text));
}

static const struct httpd_route routes[] = {
	{ .method = "PATCH",
	    .path = "/up/{id}",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = 8ULL << 30,
	    .stream = &callbacks },
	{ .method = "PATCH",
	    .path = "/pull",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = 1000000,
	    .handler = pull },
};

static void
start_server(void)
{
	struct httpd_config c = { .streams = 4, .connection_memory = 65536 };
	struct diag d = { 0 };

	assert_int_equal(
	    httpd_start(&c, routes, NELEMS(routes), NULL, &server, &d), ST_OK);
	port = httpd_port(server);
}

static int
start(void **state)
{
	(void)state;
	start_server();
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
head(int fd, const char *path, uint64_t n, const char *more)
{
	char text[300];

	(void)snprintf(text, sizeof(text),
	    "PATCH %s HTTP/1.1\r\nHost: x\r\nContent-Length: %llu\r\n%s\r\n",
	    path, (unsigned long long)n, more);
	fixture_puts(fd, text);
}

/* n bytes of the pattern from position at. */
static void
body(int fd, uint64_t at, size_t n)
{
	static uint8_t p[251 * 1024];
	size_t i, piece;

	for (; n > 0; n -= piece, at += piece) {
		piece = n < sizeof(p) ? n : sizeof(p);
		for (i = 0; i < piece; i++)
			p[i] = (uint8_t)((at + i) % 251);
		fixture_send(fd, p, piece);
	}
}

static void
answered(int fd, unsigned code, const char *text)
{
	struct answer a;

	fixture_read(fd, false, &a);
	assert_int_equal(a.code, code);
	if (text != NULL)
		assert_string_equal(buf_text(&a.body), text);
	fixture_free(&a);
}

static long
peak_kib(void)
{
	struct rusage r;

	assert_int_equal(getrusage(RUSAGE_SELF, &r), 0);
	return r.ru_maxrss;
}

static void
big(void **state)
{
	int fd = fixture_connect(port);
	long before;

	(void)state;
	reset();
	head(fd, "/up/first", MIB, "");
	body(fd, 0, MIB);
	answered(fd, 200, "1048576");
	before = peak_kib();
	head(fd,
	    "/up/a-name-that-does-not-fit-beside-the-call-and-so-has-to-"
	    "live-elsewhere-in-its-arena",
	    BIG, "");
	body(fd, 0, BIG);
	answered(fd, 200, "67108864");
	assert_true(peak_kib() - before < 16 * 1024);
	(void)close(fd);
	assert_int_equal(seen.ended, 2);
	assert_int_equal(seen.aborted, 0);
}

static void
in_chunks(void **state)
{
	int fd = fixture_connect(port), i;
	char piece[1000];

	(void)state;
	memset(piece, 'p', sizeof(piece));
	fixture_puts(fd,
	    "PATCH /pull HTTP/1.1\r\nHost: x\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i < 900; i++) {
		fixture_puts(fd, "3e8\r\n");
		fixture_send(fd, piece, sizeof(piece));
		fixture_puts(fd, "\r\n");
	}
	fixture_puts(fd, "0\r\n\r\n");
	answered(fd, 200, "900000");
	/* One that grows over the limit as it comes. */
	fixture_puts(fd,
	    "PATCH /pull HTTP/1.1\r\nHost: x\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i < 1100; i++) {
		fixture_puts(fd, "3e8\r\n");
		fixture_send(fd, piece, sizeof(piece));
		fixture_puts(fd, "\r\n");
	}
	fixture_puts(fd, "0\r\n\r\n");
	answered(fd, 413, NULL);
	(void)close(fd);
}

static void
empty(void **state)
{
	int fd = fixture_connect(port);

	(void)state;
	head(fd, "/pull", 0, "");
	answered(fd, 200, "0");
	head(fd, "/up/x", 0, "");
	answered(fd, 200, "0");
	(void)close(fd);
}

/* A handler that does not read holds the client back. */
static void
held_back(void **state)
{
	static uint8_t p[65536];
	int fd = fixture_connect(port);
	struct pollfd w = { .fd = fd, .events = POLLOUT };
	size_t sent = 0;
	ssize_t r;

	(void)state;
	reset();
	hold(true);
	head(fd, "/up/x", BIG, "");
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (sent < BIG && poll(&w, 1, 500) == 1) {
		size_t i, n = sizeof(p);

		for (i = 0; i < n; i++)
			p[i] = (uint8_t)((sent + i) % 251);
		r = send(fd, p, n, MSG_NOSIGNAL);
		assert_true(r > 0 || errno == EAGAIN);
		sent += r > 0 ? (size_t)r : 0;
	}
	/* What the kernel holds, and the buffer. */
	assert_true(sent < 32 * MIB);
	assert_int_equal(seen.bytes, 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	hold(false);
	body(fd, sent, BIG - sent);
	answered(fd, 200, "67108864");
	(void)close(fd);
}

static void
client_leaves(void **state)
{
	int fd = fixture_connect(port);

	(void)state;
	reset();
	head(fd, "/up/x", BIG, "");
	body(fd, 0, 3 * MIB);
	wait_for(&seen.begun, 1);
	(void)close(fd);
	wait_for(&seen.aborted, 1);
	assert_int_equal(seen.ended, 0);
	/* What came before it left was delivered. */
	assert_int_equal(seen.bytes, 3 * MIB);
}

static void
refused_first(void **state)
{
	int fd = fixture_connect(port);

	(void)state;
	reset();
	/* The client waits for 100 Continue and hears why not. */
	head(fd, "/up/x", BIG, "X-Refuse: 1\r\nExpect: 100-continue\r\n");
	answered(fd, 423, NULL);
	(void)close(fd);
	/* A small body is read over, and the connection stays. */
	fd = fixture_connect(port);
	head(fd, "/up/x", 100000, "X-Refuse: 1\r\n");
	body(fd, 0, 100000);
	answered(fd, 423, NULL);
	head(fd, "/up/x", 10, "");
	body(fd, 0, 10);
	answered(fd, 200, "10");
	(void)close(fd);
	assert_int_equal(seen.begun, 3);
	assert_int_equal(seen.aborted, 0);
	assert_int_equal(seen.ended, 1);
}

static void
fails_midway(void **state)
{
	int fd = fixture_connect(port);

	(void)state;
	reset();
	head(fd, "/up/x", 2 * MIB, "");
	body(fd, 0, MIB);
	body(fd, 7, MIB); /* not the pattern */
	answered(fd, 409, NULL);
	(void)close(fd);
	assert_int_equal(seen.aborted, 1);
	assert_int_equal(seen.ended, 0);
}

static void
too_many(void **state)
{
	int fd[5], i;

	(void)state;
	reset();
	for (i = 0; i < 4; i++) {
		fd[i] = fixture_connect(port);
		head(fd[i], "/up/x", 10, "");
		wait_for(&seen.begun, i + 1);
	}
	fd[4] = fixture_connect(port);
	head(fd[4], "/up/x", 10, "");
	body(fd[4], 0, 10);
	answered(fd[4], 503, NULL);
	for (i = 0; i < 4; i++) {
		body(fd[i], 0, 10);
		answered(fd[i], 200, "10");
	}
	for (i = 0; i < 5; i++)
		(void)close(fd[i]);
}

/* The server stops although a client never ends. */
static void
stopped(void **state)
{
	int fd = fixture_connect(port);

	(void)state;
	reset();
	head(fd, "/up/x", BIG, "");
	body(fd, 0, 1000);
	wait_for(&seen.begun, 1);
	httpd_stop(&server);
	assert_int_equal(seen.aborted, 1);
	(void)close(fd);
	start_server();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(big),
		cmocka_unit_test(in_chunks),
		cmocka_unit_test(empty),
		cmocka_unit_test(held_back),
		cmocka_unit_test(client_leaves),
		cmocka_unit_test(refused_first),
		cmocka_unit_test(fails_midway),
		cmocka_unit_test(too_many),
		cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
