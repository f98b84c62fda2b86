#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/enc.h"
#include "crypto/blindrsa.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "vectors.h"

/* The private key of a vector: PEM, as hex. */
static struct blindrsa_key *
private_key(const json_t *v)
{
	uint8_t pem[4096], der[4096];
	char base64[4096];
	struct blindrsa_key *key;
	size_t n = vectors_hex(v, "skS", pem, sizeof(pem) - 1), got;
	char *at, *to = base64, *end;

	pem[n] = '\0';
	at = strchr((char *)pem, '\n');
	assert_non_null(at);
	end = strstr(at, "-----END");
	assert_non_null(end);
	for (; at < end; at++)
		if (*at != '\n')
			*to++ = *at;
	assert_int_equal(
	    enc_unbase64(base64, (size_t)(to - base64), der, sizeof(der), &got),
	    ST_OK);
	assert_int_equal(blindrsa_private(der, got, &key), ST_OK);
	return key;
}

static void
one_vector(const json_t *v)
{
	uint8_t spki[BLINDRSA_SPKI_MAX], out[BLINDRSA_SPKI_MAX], nonce[32],
	    challenge[512], r[256], salt[48], request[259], answer[256],
	    made[256], whole[TOKEN_BYTES], want[TOKEN_BYTES];
	struct blindrsa_key *key = private_key(v), *pub;
	struct blindrsa_blind *blind;
	size_t n = vectors_hex(v, "pkS", spki, sizeof(spki)), out_n;
	struct token t, back;
	uint8_t input[TOKEN_INPUT];

	assert_int_equal(blindrsa_public(spki, n, &pub), ST_OK);
	blindrsa_spki(key, out, &out_n);
	assert_int_equal(out_n, n);
	assert_memory_equal(out, spki, n);
	assert_int_equal(vectors_hex(v, "nonce", nonce, 32), 32);
	token_begin(&t, nonce, "whatever", pub);
	n = vectors_hex(v, "token_challenge", challenge, sizeof(challenge));
	hash_sha256(challenge, n, t.challenge_digest);
	token_input(&t, input);
	assert_int_equal(vectors_hex(v, "blind", r, 256), 256);
	assert_int_equal(vectors_hex(v, "salt", salt, 48), 48);
	assert_int_equal(blindrsa_blind_with(pub, input, sizeof(input), salt,
			     48, r, 256, made, &blind),
	    ST_OK);
	assert_int_equal(vectors_hex(v, "token_request", request, 259), 259);
	assert_int_equal(request[2], t.key_id[31]);
	assert_memory_equal(request + 3, made, 256);
	assert_int_equal(blindrsa_sign(key, made, answer), ST_OK);
	assert_int_equal(vectors_hex(v, "token_response", made, 256), 256);
	assert_memory_equal(answer, made, 256);
	assert_int_equal(token_finish(&t, pub, blind, answer), ST_OK);
	token_encode(&t, whole);
	assert_int_equal(
	    vectors_hex(v, "token", want, sizeof(want)), TOKEN_BYTES);
	assert_memory_equal(whole, want, TOKEN_BYTES);
	assert_int_equal(token_decode(whole, TOKEN_BYTES, &back), ST_OK);
	assert_memory_equal(&back, &t, sizeof(t));
	blindrsa_blind_free(&blind);
	blindrsa_free(&pub);
	blindrsa_free(&key);
}

static void
vectors_in(const char *name)
{
	json_t *all = vectors_json(vectors_path(name)), *v;
	size_t i;

	assert_int_equal(json_array_size(all), 5);
	json_array_foreach(all, i, v) one_vector(v);
	json_decref(all);
}

static void
vectors_of_a_go_implementation(void **state)
{
	(void)state;
	vectors_in("privacypass/type2-go.json");
}

static void
vectors_of_a_rust_implementation(void **state)
{
	(void)state;
	vectors_in("privacypass/type2-rust.json");
}

/* The fourth Go vector's challenge is one of ours: nothing but the name. */
static void
the_challenge_holds_the_name_alone(void **state)
{
	uint8_t challenge[21], want[32], got[32];

	(void)state;
	assert_int_equal(enc_unhex("0002000e6973737565722e6578616d706c65000000",
			     challenge, sizeof(challenge)),
	    ST_OK);
	hash_sha256(challenge, sizeof(challenge), want);
	token_challenge_digest("issuer.example", got);
	assert_memory_equal(want, got, 32);
	token_challenge_digest("issuer.exampl", got);
	assert_memory_not_equal(want, got, 32);
}

static void
from_nonce_to_header_and_back(void **state)
{
	static const uint8_t nonce[32] = { 9 };
	struct blindrsa_key *key, *other;
	struct blindrsa_blind *blind;
	uint8_t blinded[256], answer[256];
	char header[TOKEN_HEADER];
	struct token t, back;
	size_t i;

	(void)state;
	assert_int_equal(blindrsa_generate(&key), ST_OK);
	assert_int_equal(blindrsa_generate(&other), ST_OK);
	token_begin(&t, nonce, "demo.example/log", key);
	assert_int_equal(token_blind(&t, key, blinded, &blind), ST_OK);
	assert_int_equal(blindrsa_sign(key, blinded, answer), ST_OK);
	/* A blinding of another token does not finish this one. */
	t.nonce[0] ^= 1;
	assert_int_equal(token_finish(&t, key, blind, answer), ST_SIGNATURE);
	t.nonce[0] ^= 1;
	assert_int_equal(token_finish(&t, key, blind, answer), ST_OK);
	token_header(&t, header);
	assert_int_equal(token_header_parse(header, &back, NULL), ST_OK);
	assert_int_equal(
	    token_verify(&back, key, "demo.example/log", NULL), ST_OK);
	assert_int_equal(
	    token_verify(&back, key, "demo.example/lag", NULL), ST_TOKEN);
	assert_int_equal(
	    token_verify(&back, other, "demo.example/log", NULL), ST_TOKEN);
	for (i = 0; i < sizeof(back); i += 7) {
		((uint8_t *)&back)[i] ^= 4;
		assert_int_equal(
		    token_verify(&back, key, "demo.example/log", NULL),
		    ST_TOKEN);
		((uint8_t *)&back)[i] ^= 4;
	}
	blindrsa_blind_free(&blind);
	blindrsa_free(&key);
	blindrsa_free(&other);
}

static void
headers_that_are_none(void **state)
{
	struct token t = { { 0xfb, 0xef, 0xff }, { 1 }, { 2 }, { 3 } }, back;
	char good[TOKEN_HEADER], bad[TOKEN_HEADER + 8];
	size_t n;

	(void)state;
	token_header(&t, good);
	n = strlen(good);
	assert_int_equal(n, 21 + 472);
	assert_null(strpbrk(good + 20, "+/"));
	assert_int_equal(token_header_parse(good, &back, NULL), ST_OK);
	assert_memory_equal(&t, &back, sizeof(t));
	memcpy(bad, good, n + 1);
	memcpy(bad, "privatetoken", 12);
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_OK);
	memcpy(bad, "PrivateTokes", 12);
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad, good, n + 1);
	bad[n - 1] = '\0'; /* no quote at the end */
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad + n - 1, "=\"", 3); /* padding where none belongs */
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad + n - 1, "\" ", 3);
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad + n - 2, "\"", 2); /* a character short */
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad, good, n + 1);
	bad[100] = '+';
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	memcpy(bad, good, n + 1);
	bad[20] = 'B'; /* another type */
	assert_int_equal(token_header_parse(bad, &back, NULL), ST_TOKEN);
	assert_int_equal(token_header_parse("", &back, NULL), ST_TOKEN);
	assert_int_equal(
	    token_header_parse("PrivateToken token=\"", &back, NULL), ST_TOKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_a_go_implementation),
		cmocka_unit_test(vectors_of_a_rust_implementation),
		cmocka_unit_test(the_challenge_holds_the_name_alone),
		cmocka_unit_test(from_nonce_to_header_and_back),
		cmocka_unit_test(headers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
