/* relay: uploads and letters, and lockers that are slow or gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "scene.h"

/* -- uploads --------------------------------------------------------------- */

static void
whole_upload(void **state)
{
	size_t n = SCENE_UPLOAD;
	uint8_t *p = client_bytes(n);
	struct answer a;
	char path[200], want[32];

	(void)state;
	client_fresh(n, path);
	assert_int_equal(client_patch(path, 0, p, n, &a), 204);
	(void)snprintf(want, sizeof(want), "%zu", n);
	assert_string_equal(fixture_header(&a, "Upload-Offset"), want);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	assert_non_null(
	    strstr(fixture_header(&a, "Access-Control-Expose-Headers"),
		"Upload-Offset"));
	fixture_free(&a);
	assert_int_equal(scene.n, n);
	assert_memory_equal(scene.bytes, p, n);
	assert_false(atomic_load(&scene.told));
	/* More than the upload's length. */
	assert_int_equal(client_patch(path, n, p, 10, &a), 413);
	fixture_free(&a);
	free(p);
}

/* A client that leaves, comes back at a wrong place, then at the right one. */
static void
interrupted(void **state)
{
	size_t n = 3000000, sent = 1200000, at;
	uint8_t *p = client_bytes(n);
	struct answer a;
	char path[200], head[400];
	int fd;

	(void)state;
	client_fresh(n, path);
	fd = fixture_connect(relay_port(scene.relay));
	(void)snprintf(head, sizeof(head),
	    "PATCH %s HTTP/1.1\r\nHost: r\r\n" TUS "Upload-Offset: 0\r\n"
	    "Content-Type: application/offset+octet-stream\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    path, n);
	fixture_puts(fd, head);
	fixture_send(fd, p, sent);
	(void)close(fd);

	/* What the locker has grows until it noticed. */
	for (at = 0;;) {
		assert_int_equal(
		    client_call("HEAD", path, TUS, "", 0, &a), 200);
		assert_string_equal(
		    fixture_header(&a, "Cache-Control"), "no-store");
		assert_string_equal(
		    fixture_header(&a, "Upload-Length"), "3000000");
		if (at > 0 &&
		    at == (size_t)atoll(fixture_header(&a, "Upload-Offset")))
			break;
		at = (size_t)atoll(fixture_header(&a, "Upload-Offset"));
		fixture_free(&a);
		(void)poll(NULL, 0, 50);
	}
	fixture_free(&a);
	assert_in_range(at, 1, sent);
	assert_int_equal(client_patch(path, at + 1, p + at + 1, 1000, &a), 409);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	assert_int_equal(client_patch(path, at, p + at, n - at, &a), 204);
	assert_string_equal(fixture_header(&a, "Upload-Offset"), "3000000");
	fixture_free(&a);
	assert_memory_equal(scene.bytes, p, n);
	free(p);
}

/* A slow locker holds the client back; nothing piles up in between. */
static void
back_pressure(void **state)
{
	static uint8_t piece[65536];
	size_t sent = 0, most = 64 * 1024 * 1024;
	struct pollfd w;
	char path[200], head[400];
	ssize_t r;
	int fd;

	(void)state;
	client_fresh(1000000000, path);
	atomic_store(&scene.locker_slow, true);
	fd = fixture_connect(relay_port(scene.relay));
	(void)snprintf(head, sizeof(head),
	    "PATCH %s HTTP/1.1\r\nHost: r\r\n" TUS "Upload-Offset: 0\r\n"
	    "Content-Type: application/offset+octet-stream\r\n"
	    "Content-Length: 1000000000\r\n\r\n",
	    path);
	fixture_puts(fd, head);
	w = (struct pollfd){ .fd = fd, .events = POLLOUT };
	while (sent < most && poll(&w, 1, 1000) == 1) {
		r = send(fd, piece, sizeof(piece), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (r < 0 && errno != EAGAIN)
			break;
		sent += r > 0 ? (size_t)r : 0;
	}
	assert_true(sent < most);
	(void)close(fd);
	atomic_store(&scene.locker_slow, false);
}

static void
lockers_down(void **state)
{
	uint8_t *p = client_bytes(SCENE_LETTER);
	char auth[TOKEN_HEADER], path[200];
	struct answer a;

	(void)state;
	client_fresh(1000, path);
	scene_authorization(SCENE_LAST, auth);
	atomic_store(&scene.lockers_down, true);
	assert_int_equal(client_create_code(ONE, auth, "/peer"), 502);
	assert_int_equal(client_code("HEAD", path, TUS), 502);
	assert_int_equal(client_patch(path, 0, p, 100, &a), 502);
	fixture_free(&a);
	assert_int_equal(
	    client_call("POST", ONE "/letters", "", p, SCENE_LETTER, &a), 502);
	assert_non_null(strstr(buf_text(&a.body), "/problems/peer"));
	fixture_free(&a);
	atomic_store(&scene.lockers_down, false);
	/* One that is not there at all. */
	assert_int_equal(
	    client_call("POST", GONE "/letters", "", p, SCENE_LETTER, &a), 502);
	fixture_free(&a);
	assert_int_equal(
	    client_patch(
		GONE "/uploads/00112233445566778899aabbccddeeff", 0, p, 9, &a),
	    502);
	assert_null(strstr(buf_text(&a.body), "127.0.0.1"));
	fixture_free(&a);
	/* The pass was spent for this locker, so it goes on there. */
	assert_int_equal(client_create_code(ONE, auth, NULL), 201);
	free(p);
}

/* -- letters --------------------------------------------------------------- */

static void
letters(void **state)
{
	uint8_t *p = client_bytes(SCENE_LETTER + 1);
	struct answer a;
	size_t i;
	int was;

	(void)state;
	scene_empty();
	was = atomic_load(&scene.letters);
	assert_int_equal(
	    client_call("POST", ONE "/letters",
		"User-Agent: secret\r\nCookie: a=b\r\n", p, SCENE_LETTER, &a),
	    200);
	assert_int_equal(a.body.n, SCENE_LETTER);
	for (i = 0; i < SCENE_LETTER; i++)
		assert_int_equal(a.body.p[i], (uint8_t)~p[i]);
	fixture_free(&a);
	assert_false(atomic_load(&scene.told));
	assert_int_equal(atomic_load(&scene.letters), was + 1);

	for (i = 0; i < 3; i++) {
		static const size_t sizes[] = { 0, SCENE_LETTER - 1,
			SCENE_LETTER + 1 };

		assert_int_equal(
		    client_call("POST", ONE "/letters", "", p, sizes[i], &a),
		    400);
		assert_non_null(
		    strstr(buf_text(&a.body), "/problems/letter-size"));
		fixture_free(&a);
	}
	assert_int_equal(atomic_load(&scene.letters), was + 1);
	/* An answer of another size would tell something: it is not passed. */
	p[0] = 'S';
	assert_int_equal(
	    client_call("POST", ONE "/letters", "", p, SCENE_LETTER, &a), 502);
	fixture_free(&a);
	free(p);
}

static void
letters_are_limited(void **state)
{
	uint8_t *p = client_bytes(SCENE_LETTER);
	struct answer a;
	unsigned code = 200;
	int i;

	(void)state;
	for (i = 0; i < 100 && code == 200; i++) {
		code = client_call(
		    "POST", ONE "/letters", "", p, SCENE_LETTER, &a);
		if (code == 429)
			assert_true(
			    atoi(fixture_header(&a, "Retry-After")) > 0);
		fixture_free(&a);
	}
	assert_int_equal(code, 429);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_upload),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(back_pressure),
		cmocka_unit_test(lockers_down),
		cmocka_unit_test(letters),
		cmocka_unit_test(letters_are_limited),
	};

	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
