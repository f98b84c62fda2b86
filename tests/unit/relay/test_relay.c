/*
 * relay: setting up, passes, names and the manners of tus, over HTTP between a
 * platform and lockers; see scene.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <relay_sql.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "client.h"
#include "crypto/hash.h"
#include "protocol/account.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "scene.h"
#include "store/store.h"

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
	assert_int_equal(client_code("HEAD", ONE "/uploads/0", TUS), 404);
	code = client_code(
	    "HEAD", ONE "/uploads/00112233445566778899aabbccddeeff", TUS);
	assert_int_equal(code, 503);
	atomic_store(&scene.platform_down, false);
	until = clock_monotonic_ms() + 20000;
	scene_empty();
	do {
		code = client_code("HEAD",
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
	    client_code("POST", ONE "/uploads", TUS "Upload-Length: 5\r\n"),
	    401);
	assert_int_equal(
	    client_create_code(ONE, "PrivateToken token=\"AAAA\"", "/token"),
	    401);
	assert_int_equal(client_create_code(ONE, "Basic Zm9v", "/token"), 401);

	/* Forged: one bit of the signature, or of what it signs. */
	scene_token(SCENE_LAST, &t);
	t.authenticator[100] ^= 1;
	token_header(&t, auth);
	assert_int_equal(client_create_code(ONE, auth, "/token"), 401);
	t.authenticator[100] ^= 1;
	t.nonce[0] ^= 1;
	token_header(&t, auth);
	assert_int_equal(client_create_code(ONE, auth, "/token"), 401);
	t.nonce[0] ^= 1;
	t.challenge_digest[0] ^= 1;
	token_header(&t, auth);
	assert_int_equal(client_create_code(ONE, auth, "/token"), 401);

	scene_authorization(SCENE_SHARE, auth);
	assert_int_equal(client_create_code(ONE, auth, "/token"), 401);
	scene_authorization(SCENE_UNKNOWN, auth);
	assert_int_equal(client_create_code(ONE, auth, "/token"), 401);
	scene_authorization(SCENE_EXPIRED, auth);
	assert_int_equal(client_create_code(ONE, auth, "token-epoch"), 401);
	assert_string_equal(scene.id, ""); /* no locker was asked */

	/* A good one; again; for another locker; of this very week. */
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(client_create(ONE, auth, 1000, &a), 201);
	(void)snprintf(
	    first, sizeof(first), "%s", fixture_header(&a, "Location"));
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	assert_string_equal(fixture_header(&a, "Upload-Expires"),
	    "Thu, 31 Dec 2026 00:00:00 GMT");
	fixture_free(&a);
	assert_int_equal(client_create(ONE, auth, 1000, &a), 201);
	assert_string_equal(fixture_header(&a, "Location"), first);
	fixture_free(&a);
	assert_int_equal(client_create_code(TWO, auth, "token-spent"), 409);
	assert_int_equal(client_create(ONE, auth, 999, &a), 409);
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	scene_authorization(SCENE_THIS, auth);
	assert_int_equal(client_create_code(TWO, auth, NULL), 201);
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
	assert_int_equal(client_create(ONE, auth, 1000, &a), 201);
	assert_string_equal(fixture_header(&a, "Location"), want);
	fixture_free(&a);
	assert_string_equal(scene.id, text);
	scene_stop();
	scene_start();
	assert_int_equal(client_create_code(TWO, auth, "token-spent"), 409);
	assert_int_equal(client_create_code(ONE, auth, NULL), 201);
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
	assert_int_equal(client_create_code(ONE, auth, NULL), 201);
	scene_stop();
	assert_true(spent_count() > 0);
	clock_shift(shift);
	scene_log_directory();
	scene_start();
	assert_int_equal(client_create_code(ONE, auth, "token-epoch"), 401);
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
	uint8_t *p = client_bytes(SCENE_LETTER);
	struct answer a;

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(
	    client_create_code("/v1/to/nobody", auth, "not-found"), 404);
	assert_int_equal(
	    client_code("HEAD",
		"/v1/to/nobody/uploads/00112233445566778899aabbccddeeff", TUS),
	    404);
	assert_int_equal(client_call("POST", "/v1/to/nobody/letters", "", p,
			     SCENE_LETTER, &a),
	    404);
	fixture_free(&a);
	assert_int_equal(
	    client_patch(
		"/v1/to/nobody/uploads/00112233445566778899aabbccddeeff", 0, p,
		10, &a),
	    404);
	fixture_free(&a);
	/* The pass is still good: it was not spent on nobody. */
	assert_int_equal(client_create_code(TWO, auth, NULL), 201);
	free(p);
}

/* A call for a locker that was admitted a moment ago waits for a new look. */
static void
new_names(void **state)
{
	char auth[TOKEN_HEADER];

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	/* The relay looks now, and must not rest on that. */
	assert_int_equal(
	    client_create_code("/v1/to/nobody", auth, "not-found"), 404);
	scene.with_new = true;
	scene_log_directory();
	assert_int_equal(
	    client_create_code("/v1/to/" SCENE_NEW, auth, NULL), 201);
	scene.with_new = false;
	scene_log_directory();
	scene_empty();
}

static void
tus_manners(void **state)
{
	char auth[TOKEN_HEADER], headers[1024];
	struct answer a;

	(void)state;
	assert_int_equal(
	    client_call("POST", ONE "/uploads", "", "", 0, &a), 412);
	assert_string_equal(fixture_header(&a, "Tus-Version"), "1.0.0");
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	assert_int_equal(client_call("POST", ONE "/uploads",
			     "Tus-Resumable: 0.2.2\r\n", "", 0, &a),
	    412);
	fixture_free(&a);
	assert_int_equal(client_call("OPTIONS", ONE "/uploads",
			     "Origin: http://me\r\n", "", 0, &a),
	    204);
	assert_string_equal(fixture_header(&a, "Tus-Version"), "1.0.0");
	assert_string_equal(
	    fixture_header(&a, "Tus-Extension"), "creation,expiration");
	assert_string_equal(fixture_header(&a, "Tus-Max-Size"), "2517630976");
	assert_string_equal(
	    fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	assert_non_null(
	    strstr(fixture_header(&a, "Access-Control-Allow-Headers"),
		"Upload-Offset"));
	assert_non_null(strstr(
	    fixture_header(&a, "Access-Control-Allow-Methods"), "PATCH"));
	fixture_free(&a);
	assert_int_equal(client_code("OPTIONS", ONE "/uploads/00", ""), 204);

	/* Lengths. */
	scene_authorization(SCENE_LAST, auth);
	(void)snprintf(
	    headers, sizeof(headers), TUS "Authorization: %s\r\n", auth);
	assert_int_equal(client_code("POST", ONE "/uploads", headers), 400);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: -5\r\n", auth);
	assert_int_equal(client_code("POST", ONE "/uploads", headers), 400);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: 2517630977\r\n", auth);
	assert_int_equal(
	    client_call("POST", ONE "/uploads", headers, "", 0, &a), 413);
	assert_non_null(strstr(buf_text(&a.body), "2517630976 bytes"));
	assert_string_equal(fixture_header(&a, "Tus-Resumable"), "1.0.0");
	fixture_free(&a);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: 2517630976\r\n", auth);
	assert_int_equal(client_code("POST", ONE "/uploads", headers), 201);
	assert_int_equal(client_call("PATCH", ONE "/uploads/00",
			     TUS "Upload-Offset: 0\r\n"
				 "Content-Type: text/plain\r\n",
			     "x", 1, &a),
	    415);
	fixture_free(&a);
}

/* -- age ------------------------------------------------------------------- */

static void
stale_directory(void **state)
{
	char auth[TOKEN_HEADER];

	(void)state;
	scene_authorization(SCENE_LAST, auth);
	clock_shift(INT64_C(49) * 3600);
	assert_int_equal(client_create_code(ONE, auth, "/stale"), 503);
	assert_int_equal(
	    client_code(
		"HEAD", ONE "/uploads/00112233445566778899aabbccddeeff", TUS),
	    503);
	clock_shift(-INT64_C(49) * 3600);
	assert_int_equal(client_create_code(ONE, auth, NULL), 201);
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
		cmocka_unit_test(new_names),
		cmocka_unit_test(tus_manners),
		cmocka_unit_test(stale_directory),
	};

	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
