/*
 * relay: between a client, a platform and lockers, over HTTP; see scene.h.
 */
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

#include <relay_sql.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "fixture.h"
#include "protocol/account.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "scene.h"
#include "store/store.h"

#define TUS "Tus-Resumable: 1.0.0\r\n"
#define ONE "/v1/to/" SCENE_ONE
#define GONE "/v1/to/" SCENE_GONE
#define TWO "/v1/to/" SCENE_TWO

/* Send a call with these header lines and body. */
static unsigned
call(const char *method, const char *path, const char *headers,
    const void *body, size_t n, struct answer *a)
{
	int fd = fixture_connect(relay_port(scene.relay));
	char head[4096];

	(void)snprintf(head, sizeof(head),
	    "%s %s HTTP/1.1\r\nHost: relay\r\nContent-Length: %zu\r\n%s\r\n",
	    method, path, n, headers);
	fixture_puts(fd, head);
	fixture_send(fd, body, n);
	fixture_read(fd, strcmp(method, "HEAD") == 0, a);
	(void)close(fd);
	return a->code;
}

static unsigned
code_of(const char *method, const char *path, const char *headers)
{
	struct answer a;
	unsigned code = call(method, path, headers, "", 0, &a);

	fixture_free(&a);
	return code;
}

/* Create an upload of length with a pass at the path of a locker. */
static unsigned
create(
    const char *to, const char *authorization, size_t length, struct answer *a)
{
	char headers[1024], path[200];

	(void)snprintf(path, sizeof(path), "%s/uploads", to);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: %zu\r\n"
		"User-Agent: secret\r\nCookie: a=b\r\nX-Secret: 1\r\n"
		"Origin: http://me\r\nUpload-Metadata: filename YQ==\r\n"
		"X-Forwarded-For: 1.2.3.4\r\nAccept-Language: de\r\n",
	    authorization, length);
	return call("POST", path, headers, "", 0, a);
}

static unsigned
create_code(const char *to, const char *authorization, const char *problem)
{
	struct answer a;
	unsigned code = create(to, authorization, 1000, &a);

	if (problem != NULL && strstr(buf_text(&a.body), problem) == NULL)
		fail_msg("%s is not in %s", problem, buf_text(&a.body));
	fixture_free(&a);
	return code;
}

/* A new upload of length at the first locker; its path. */
static void
fresh(size_t length, char path[200])
{
	char auth[TOKEN_HEADER];
	struct answer a;

	scene_empty();
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(create(ONE, auth, length, &a), 201);
	(void)snprintf(path, 200, "%s", fixture_header(&a, "Location"));
	assert_true(
	    strncmp(path, ONE "/uploads/", sizeof(ONE "/uploads/") - 1) == 0);
	fixture_free(&a);
}

static unsigned
patch(const char *path, size_t from, const void *p, size_t n, struct answer *a)
{
	char headers[256];

	(void)snprintf(headers, sizeof(headers),
	    TUS "Upload-Offset: %zu\r\nContent-Type: "
		"application/offset+octet-stream\r\nUser-Agent: secret\r\n",
	    from);
	return call("PATCH", path, headers, p, n, a);
}

static uint8_t *
some_bytes(size_t n)
{
	uint8_t *p = malloc(n);
	size_t i;

	assert_non_null(p);
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + (i >> 8));
	return p;
}

/* -- setting up ------------------------------------------------------------ */

static void
directories(void **state)
{
	char data[100], path[120];
	struct relay_config c = { .dir = data, .trust_path = path };
	struct relay_server *r = NULL;
	struct note_key key, again;
	struct doc *doc = NULL;
	struct diag d = { 0 };
	struct relay body;
	struct buf b;

	(void)state;
	(void)snprintf(data, sizeof(data), "%s/relay", scene.dir);
	(void)snprintf(path, sizeof(path), "%s/trust.json", scene.dir);
	assert_int_equal(relay_init(data, SCENE_RELAY, &key, &d), ST_OK);
	assert_int_equal(relay_init(data, SCENE_RELAY, &again, &d), ST_OK);
	assert_true(note_key_equal(&key, &again));
	assert_int_equal(
	    relay_init(data, "other.example", &again, NULL), ST_CONFLICT);
	assert_int_equal(relay_init(data, "a b", &again, NULL), ST_INVALID);

	buf_init(&b, DOC_MAX);
	assert_int_equal(
	    relay_note(data, SCENE_ORIGIN, "http://relay", &b, &d), ST_OK);
	assert_int_equal(doc_open(b.p, b.n, SCENE_ORIGIN, &doc, &d), ST_OK);
	assert_int_equal(relay_parse(doc, &body, &d), ST_OK);
	assert_string_equal(body.name, SCENE_RELAY);
	assert_string_equal(body.url, "http://relay");
	assert_true(note_key_equal(&body.key, &key));
	assert_int_equal(doc_signed(doc, &key, "the relay", &d), ST_OK);
	assert_int_equal(doc->note.signature_count, 1);
	doc_free(&doc);
	buf_fini(&b);

	c.platform_url = "http://127.0.0.1:1";
	c.name = "other.example";
	assert_int_equal(relay_start(&c, &r, NULL), ST_CONFLICT);
	assert_null(r);
	(void)snprintf(data, sizeof(data), "%s/none", scene.dir);
	c.name = NULL;
	assert_int_equal(relay_start(&c, &r, NULL), ST_NOTFOUND);
	assert_int_equal(
	    relay_note(data, SCENE_ORIGIN, "http://relay", &b, NULL),
	    ST_NOTFOUND);
}

/* It starts before the platform does, and notices when that comes. */
static void
platform_comes_later(void **state)
{
	int64_t until;
	unsigned code;

	(void)state;
	scene_stop();
	atomic_store(&scene.platform_down, true);
	scene_start();
	assert_int_equal(code_of("HEAD", ONE "/uploads/0", TUS), 404);
	code = code_of(
	    "HEAD", ONE "/uploads/00112233445566778899aabbccddeeff", TUS);
	assert_int_equal(code, 503);
	atomic_store(&scene.platform_down, false);
	until = clock_monotonic_ms() + 20000;
	scene_empty();
	do {
		code = code_of("HEAD",
		    ONE "/uploads/00112233445566778899aabbccddeeff", TUS);
	} while (code == 503 && clock_monotonic_ms() < until);
	assert_int_equal(code, 404);
}

/* -- passes ---------------------------------------------------------------- */

static void
passes(void **state)
{
	char auth[TOKEN_HEADER], first[200];
	struct answer a;
	struct token t;

	(void)state;
	scene_empty();
	assert_int_equal(
	    code_of("POST", ONE "/uploads", TUS "Upload-Length: 5\r\n"), 401);
	assert_int_equal(
	    create_code(ONE, "PrivateToken token=\"AAAA\"", "/token"), 401);
	assert_int_equal(create_code(ONE, "Basic Zm9v", "/token"), 401);

	/* Forged: one bit of the signature, or of what it signs. */
	scene_token(SCENE_LAST, &t);
	t.authenticator[100] ^= 1;
	token_header(&t, auth);
	assert_int_equal(create_code(ONE, auth, "/token"), 401);
	t.authenticator[100] ^= 1;
	t.nonce[0] ^= 1;
	token_header(&t, auth);
	assert_int_equal(create_code(ONE, auth, "/token"), 401);
	t.nonce[0] ^= 1;
	t.challenge_digest[0] ^= 1;
	token_header(&t, auth);
	assert_int_equal(create_code(ONE, auth, "/token"), 401);

	scene_authorization(SCENE_SHARE, auth);
	assert_int_equal(create_code(ONE, auth, "/token"), 401);
	scene_authorization(SCENE_UNKNOWN, auth);
	assert_int_equal(create_code(ONE, auth, "/token"), 401);
	scene_authorization(SCENE_EXPIRED, auth);
	assert_int_equal(create_code(ONE, auth, "token-epoch"), 401);
	assert_string_equal(scene.id, ""); /* no locker was asked */

	/* A good one; again; for another locker; of this very week. */
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(create(ONE, auth, 1000, &a), 201);
	(void)snprintf(
	    first, sizeof(first), "%s", fixture_header(&a, "Location"));
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	assert_string_equal(fixture_header(&a, "Upload-Expires"),
	    "Thu, 31 Dec 2026 00:00:00 GMT");
	fixture_free(&a);
	assert_int_equal(create(ONE, auth, 1000, &a), 201);
	assert_string_equal(fixture_header(&a, "Location"), first);
	fixture_free(&a);
	assert_int_equal(create_code(TWO, auth, "token-spent"), 409);
	assert_int_equal(create(ONE, auth, 999, &a), 409);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	scene_authorization(SCENE_THIS, auth);
	assert_int_equal(create_code(TWO, auth, NULL), 201);
}

/* The upload's id is what the protocol says, and spending outlives a stop. */
static void
spent_stays(void **state)
{
	uint8_t bytes[TOKEN_BYTES], hash[HASH_BYTES];
	char auth[TOKEN_HEADER], want[200], text[ID_TEXT];
	struct answer a;
	struct token t;
	struct id id;

	(void)state;
	scene_empty();
	scene_token(SCENE_LAST, &t);
	token_header(&t, auth);
	token_encode(&t, bytes);
	hash_sha256(bytes, sizeof(bytes), hash);
	memcpy(id.b, hash, sizeof(id.b));
	id_text(&id, text);
	(void)snprintf(want, sizeof(want), ONE "/uploads/%s", text);
	assert_int_equal(create(ONE, auth, 1000, &a), 201);
	assert_string_equal(fixture_header(&a, "Location"), want);
	fixture_free(&a);
	assert_string_equal(scene.id, text);
	scene_stop();
	scene_start();
	assert_int_equal(create_code(TWO, auth, "token-spent"), 409);
	assert_int_equal(create_code(ONE, auth, NULL), 201);
}

static enum status
count(struct tx *tx, void *arg)
{
	return store_one_int(tx, "SELECT COUNT(*) FROM spent", NULL, 0, arg);
}

static int64_t
spent_count(void)
{
	struct store *s = NULL;
	struct diag d = { 0 };
	char path[120];
	int64_t n = -1;

	(void)snprintf(path, sizeof(path), "%s/relay/relay.db", scene.dir);
	assert_int_equal(
	    store_open(path, relay_sql, NELEMS(relay_sql), &s, &d), ST_OK);
	assert_int_equal(store_read(s, count, &n), ST_OK);
	store_close(&s);
	return n;
}

/* Passes that were spent are forgotten with their epoch. */
static void
spent_is_forgotten(void **state)
{
	static const int64_t shift = INT64_C(9) * EPOCH_SECONDS;
	char auth[TOKEN_HEADER];

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(create_code(ONE, auth, NULL), 201);
	scene_stop();
	assert_true(spent_count() > 0);
	clock_shift(shift);
	scene_log_directory();
	scene_start();
	assert_int_equal(create_code(ONE, auth, "token-epoch"), 401);
	scene_stop();
	assert_int_equal(spent_count(), 0);
	clock_shift(-shift);
	scene_log_directory();
	scene_start();
}

/* -- names and tus --------------------------------------------------------- */

static void
unknown_names(void **state)
{
	char auth[TOKEN_HEADER];
	uint8_t *p = some_bytes(SCENE_LETTER);
	struct answer a;

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(create_code("/v1/to/nobody", auth, "not-found"), 404);
	assert_int_equal(
	    code_of("HEAD",
		"/v1/to/nobody/uploads/00112233445566778899aabbccddeeff", TUS),
	    404);
	assert_int_equal(
	    call("POST", "/v1/to/nobody/letters", "", p, SCENE_LETTER, &a),
	    404);
	fixture_free(&a);
	assert_int_equal(
	    patch("/v1/to/nobody/uploads/00112233445566778899aabbccddeeff", 0,
		p, 10, &a),
	    404);
	fixture_free(&a);
	/* The pass is still good: it was not spent on nobody. */
	assert_int_equal(create_code(TWO, auth, NULL), 201);
	free(p);
}

static void
tus_manners(void **state)
{
	char auth[TOKEN_HEADER], headers[1024];
	struct answer a;

	(void)state;
	assert_int_equal(call("POST", ONE "/uploads", "", "", 0, &a), 412);
	assert_string_equal(fixture_header(&a, "Tus-Version"), "1.0.0");
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	assert_int_equal(
	    call("POST", ONE "/uploads", "Tus-Resumable: 0.2.2\r\n", "", 0, &a),
	    412);
	fixture_free(&a);
	assert_int_equal(
	    call("OPTIONS", ONE "/uploads", "Origin: http://me\r\n", "", 0, &a),
	    204);
	assert_string_equal(fixture_header(&a, "Tus-Version"), "1.0.0");
	assert_string_equal(
	    fixture_header(&a, "Tus-Extension"), "creation,expiration");
	assert_string_equal(fixture_header(&a, "Tus-Max-Size"), "2164260864");
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	assert_non_null(
	    strstr(fixture_header(&a, "Access-Control-Allow-Headers"),
		"Upload-Offset"));
	assert_non_null(strstr(
	    fixture_header(&a, "Access-Control-Allow-Methods"), "PATCH"));
	fixture_free(&a);
	assert_int_equal(code_of("OPTIONS", ONE "/uploads/00", ""), 204);

	/* Lengths. */
	scene_authorization(SCENE_LAST, auth);
	(void)snprintf(
	    headers, sizeof(headers), TUS "Authorization: %s\r\n", auth);
	assert_int_equal(code_of("POST", ONE "/uploads", headers), 400);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: -5\r\n", auth);
	assert_int_equal(code_of("POST", ONE "/uploads", headers), 400);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: 2164260865\r\n", auth);
	assert_int_equal(call("POST", ONE "/uploads", headers, "", 0, &a), 413);
	assert_non_null(strstr(buf_text(&a.body), "2164260864 bytes"));
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: 2164260864\r\n", auth);
	assert_int_equal(code_of("POST", ONE "/uploads", headers), 201);
	assert_int_equal(call("PATCH", ONE "/uploads/00",
			     TUS "Upload-Offset: 0\r\n"
				 "Content-Type: text/plain\r\n",
			     "x", 1, &a),
	    415);
	fixture_free(&a);
}

/* -- uploads --------------------------------------------------------------- */

static void
whole_upload(void **state)
{
	size_t n = SCENE_UPLOAD;
	uint8_t *p = some_bytes(n);
	struct answer a;
	char path[200], want[32];

	(void)state;
	fresh(n, path);
	assert_int_equal(patch(path, 0, p, n, &a), 204);
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
	assert_int_equal(patch(path, n, p, 10, &a), 413);
	fixture_free(&a);
	free(p);
}

/* A client that leaves, comes back at a wrong place, then at the right one. */
static void
interrupted(void **state)
{
	size_t n = 3000000, sent = 1200000, at;
	uint8_t *p = some_bytes(n);
	struct answer a;
	char path[200], head[400];
	int fd;

	(void)state;
	fresh(n, path);
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
		assert_int_equal(call("HEAD", path, TUS, "", 0, &a), 200);
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
	assert_int_equal(patch(path, at + 1, p + at + 1, 1000, &a), 409);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	assert_int_equal(patch(path, at, p + at, n - at, &a), 204);
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
	fresh(1000000000, path);
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
	uint8_t *p = some_bytes(SCENE_LETTER);
	char auth[TOKEN_HEADER], path[200];
	struct answer a;

	(void)state;
	fresh(1000, path);
	scene_authorization(SCENE_LAST, auth);
	atomic_store(&scene.lockers_down, true);
	assert_int_equal(create_code(ONE, auth, "/peer"), 502);
	assert_int_equal(code_of("HEAD", path, TUS), 502);
	assert_int_equal(patch(path, 0, p, 100, &a), 502);
	fixture_free(&a);
	assert_int_equal(
	    call("POST", ONE "/letters", "", p, SCENE_LETTER, &a), 502);
	assert_non_null(strstr(buf_text(&a.body), "/problems/peer"));
	fixture_free(&a);
	atomic_store(&scene.lockers_down, false);
	/* One that is not there at all. */
	assert_int_equal(
	    call("POST", GONE "/letters", "", p, SCENE_LETTER, &a), 502);
	fixture_free(&a);
	assert_int_equal(patch(GONE "/uploads/00112233445566778899aabbccddeeff",
			     0, p, 9, &a),
	    502);
	assert_null(strstr(buf_text(&a.body), "127.0.0.1"));
	fixture_free(&a);
	/* The pass was spent for this locker, so it goes on there. */
	assert_int_equal(create_code(ONE, auth, NULL), 201);
	free(p);
}

/* -- letters --------------------------------------------------------------- */

static void
letters(void **state)
{
	uint8_t *p = some_bytes(SCENE_LETTER + 1);
	struct answer a;
	size_t i;
	int was;

	(void)state;
	scene_empty();
	was = atomic_load(&scene.letters);
	assert_int_equal(
	    call("POST", ONE "/letters",
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
		    call("POST", ONE "/letters", "", p, sizes[i], &a), 400);
		assert_non_null(
		    strstr(buf_text(&a.body), "/problems/letter-size"));
		fixture_free(&a);
	}
	assert_int_equal(atomic_load(&scene.letters), was + 1);
	/* An answer of another size would tell something: it is not passed. */
	p[0] = 'S';
	assert_int_equal(
	    call("POST", ONE "/letters", "", p, SCENE_LETTER, &a), 502);
	fixture_free(&a);
	free(p);
}

static void
letters_are_limited(void **state)
{
	uint8_t *p = some_bytes(SCENE_LETTER);
	struct answer a;
	unsigned code = 200;
	int i;

	(void)state;
	for (i = 0; i < 100 && code == 200; i++) {
		code = call("POST", ONE "/letters", "", p, SCENE_LETTER, &a);
		if (code == 429)
			assert_true(
			    atoi(fixture_header(&a, "Retry-After")) > 0);
		fixture_free(&a);
	}
	assert_int_equal(code, 429);
	free(p);
}

/* -- age ------------------------------------------------------------------- */

static void
stale_directory(void **state)
{
	char auth[TOKEN_HEADER];

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	clock_shift(INT64_C(49) * 3600);
	assert_int_equal(create_code(ONE, auth, "/stale"), 503);
	assert_int_equal(
	    code_of(
		"HEAD", ONE "/uploads/00112233445566778899aabbccddeeff", TUS),
	    503);
	clock_shift(-INT64_C(49) * 3600);
	assert_int_equal(create_code(ONE, auth, NULL), 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories),
		cmocka_unit_test(platform_comes_later),
		cmocka_unit_test(passes),
		cmocka_unit_test(spent_stays),
		cmocka_unit_test(spent_is_forgotten),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(tus_manners),
		cmocka_unit_test(whole_upload),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(back_pressure),
		cmocka_unit_test(lockers_down),
		cmocka_unit_test(letters),
		cmocka_unit_test(stale_directory),
		cmocka_unit_test(letters_are_limited),
	};

	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
