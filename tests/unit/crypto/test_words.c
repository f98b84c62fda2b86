/* Twelve words and the one-time key: published vectors, and forgiveness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/onetime.h"
#include "crypto/random.h"
#include "crypto/words.h"

/* Of the vectors that BIP-39 publishes, those of 128 bits. */
static const struct {
	const char *hex, *words;
} vectors[] = {
	{ "00000000000000000000000000000000",
	    "abandon abandon abandon abandon abandon abandon abandon abandon "
	    "abandon abandon abandon about" },
	{ "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
	    "legal winner thank year wave sausage worth useful legal winner "
	    "thank yellow" },
	{ "80808080808080808080808080808080",
	    "letter advice cage absurd amount doctor acoustic avoid letter "
	    "advice cage above" },
	{ "ffffffffffffffffffffffffffffffff",
	    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong" },
	{ "9e885d952ad362caeb4efe34a8e91bd2",
	    "ozone drill grab fiber curtain grace pudding thank cruise elder "
	    "eight picnic" },
	{ "23db8160a31d3e0dca3688ed941adbf3",
	    "cat swing flag economy stadium alone churn speed unique patch "
	    "report train" },
	{ "f30f8c1da665478f49b001d94c5fc452",
	    "vessel ladder alter error federal sibling chat ability sun glass "
	    "valve picture" },
};

static void
vectors_hold(void **state)
{
	uint8_t secret[WORDS_BYTES], again[WORDS_BYTES];
	char text[WORDS_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(vectors); i++) {
		assert_int_equal(
		    enc_unhex(vectors[i].hex, secret, sizeof(secret)), ST_OK);
		words_write(secret, text);
		assert_string_equal(text, vectors[i].words);
		assert_int_equal(words_read(text, again, NULL), ST_OK);
		assert_memory_equal(secret, again, sizeof(secret));
	}
}

static void
any_secret_comes_back(void **state)
{
	uint8_t secret[WORDS_BYTES], again[WORDS_BYTES];
	char text[WORDS_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		random_bytes(secret, sizeof(secret));
		words_write(secret, text);
		assert_int_equal(words_read(text, again, NULL), ST_OK);
		assert_memory_equal(secret, again, sizeof(secret));
	}
}

static void
reading_forgives(void **state)
{
	uint8_t a[WORDS_BYTES], b[WORDS_BYTES];

	(void)state;
	assert_int_equal(words_read(vectors[5].words, a, NULL), ST_OK);
	assert_int_equal(
	    words_read("  Cat SWING\tflag\n\neconomy, stadium alone CHURN "
		       "speed unique\r\npatch report  train \n",
		b, NULL),
	    ST_OK);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(words_read("cat swin flag econ stad alon chur spee "
				    "uniq patc repo trai",
			     b, NULL),
	    ST_OK);
	assert_memory_equal(a, b, sizeof(a));
}

static void
refuses(const char *text, const char *says)
{
	uint8_t secret[WORDS_BYTES];
	struct diag d = { 0 };

	assert_int_equal(words_read(text, secret, &d), ST_INVALID);
	if (strstr(d.text, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", d.text, says);
}

static void
reading_names_what_is_wrong(void **state)
{
	(void)state;
	refuses("", "0 words");
	refuses("cat swing flag", "3 words");
	refuses("cat swing flga economy stadium alone churn speed unique patch "
		"report train",
	    "Word 3, \"flga\"");
	refuses("cat swing flag economy stadium alone churn speed unique patch "
		"report train train",
	    "more than 12");
	refuses("swing cat flag economy stadium alone churn speed unique patch "
		"report train",
	    "belong together");
	refuses("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo",
	    "belong together");
	refuses("pneumonoultramicroscopicsilicovolcanoconiosis", "Word 1");
	refuses("zzzz", "Word 1");
	refuses("zo", "Word 1");
	refuses("c\xc3\xa4t swing", "Word 1");
}

static void
one_time_keys_follow_from_the_secret(void **state)
{
	static const char msg[] = "share";
	uint8_t secret[ONETIME_SECRET], nonce[32], sig[64], seed[32];
	struct onetime a, b;

	(void)state;
	memset(secret, 7, sizeof(secret));
	onetime_derive(secret, &a);
	onetime_derive(secret, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	hash_hkdf(secret, 16, NULL, 0, "porchlight/one-time@v1", 22, seed, 32);
	assert_memory_equal(a.seed, seed, 32);
	/* By Python's hmac and hashlib. */
	assert_int_equal(enc_unhex("689fa55a07fda847cb2b9002aa696f4b0fcc212d38d"
				   "2ec6eb42ecf5f7cd6fae9",
			     seed, sizeof(seed)),
	    ST_OK);
	assert_memory_equal(a.seed, seed, 32);
	hash_sha256(a.public, 32, nonce);
	assert_memory_equal(a.nonce, nonce, 32);
	ed25519_sign(a.seed, msg, sizeof(msg), sig);
	assert_int_equal(
	    ed25519_verify(a.public, msg, sizeof(msg), sig), ST_OK);
	secret[15] ^= 1;
	onetime_derive(secret, &b);
	assert_memory_not_equal(a.nonce, b.nonce, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(any_secret_comes_back),
		cmocka_unit_test(reading_forgives),
		cmocka_unit_test(reading_names_what_is_wrong),
		cmocka_unit_test(one_time_keys_follow_from_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
