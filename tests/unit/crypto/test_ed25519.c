#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "crypto/ed25519.h"

struct vector {
	const char *seed, *pub, *message, *sig;
	size_t n;
};

/* RFC 8032, 7.1: tests 1 and 3. */
static const struct vector vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	    0 },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
	    2 },
};

static void
vectors_of_rfc_8032(void **state)
{
	uint8_t seed[32], pub[32], want_pub[32], m[4], sig[64], want[64];
	const struct vector *v;

	(void)state;
	for (v = vectors; v < vectors + 2; v++) {
		assert_int_equal(enc_unhex(v->seed, seed, 32), ST_OK);
		assert_int_equal(enc_unhex(v->pub, want_pub, 32), ST_OK);
		assert_int_equal(enc_unhex(v->message, m, v->n), ST_OK);
		assert_int_equal(enc_unhex(v->sig, want, 64), ST_OK);
		ed25519_public(seed, pub);
		assert_memory_equal(pub, want_pub, 32);
		ed25519_sign(seed, m, v->n, sig);
		assert_memory_equal(sig, want, 64);
		assert_int_equal(ed25519_verify(pub, m, v->n, sig), ST_OK);
	}
}

static void
a_changed_bit_is_refused(void **state)
{
	uint8_t seed[32] = { 7 }, pub[32], sig[64];
	char m[] = "porch";
	size_t i;

	(void)state;
	ed25519_public(seed, pub);
	ed25519_sign(seed, m, 5, sig);
	for (i = 0; i < sizeof(sig); i++) {
		sig[i] ^= 1;
		assert_int_equal(ed25519_verify(pub, m, 5, sig), ST_SIGNATURE);
		sig[i] ^= 1;
	}
	for (i = 0; i < 5; i++) {
		m[i] ^= 1;
		assert_int_equal(ed25519_verify(pub, m, 5, sig), ST_SIGNATURE);
		m[i] ^= 1;
	}
	assert_int_equal(ed25519_verify(pub, m, 4, sig), ST_SIGNATURE);
	assert_int_equal(ed25519_verify(pub, m, 5, sig), ST_OK);
	memset(pub, 0xff, sizeof(pub));
	assert_int_equal(ed25519_verify(pub, m, 5, sig), ST_SIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_8032),
		cmocka_unit_test(a_changed_bit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
