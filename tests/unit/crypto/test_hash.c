#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "crypto/random.h"

static void
expect(const uint8_t *p, size_t n, const char *hex)
{
	char text[256];

	assert_true(ENC_HEX(n) <= sizeof(text));
	enc_hex(p, n, text);
	assert_string_equal(text, hex);
}

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void
sha256_whole_and_in_pieces(void **state)
{
	uint8_t out[HASH_BYTES];
	struct hash *h = hash_new();

	(void)state;
	hash_sha256("abc", 3, out);
	expect(out, sizeof(out), ABC);
	hash_update(h, "a", 1);
	hash_update(h, "", 0);
	hash_peek(h, out);
	expect(out, sizeof(out),
	    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48b"
	    "b");
	hash_update(h, "bc", 2);
	hash_final(&h, out);
	assert_null(h);
	expect(out, sizeof(out), ABC);
	hash_free(&h);
	h = hash_new();
	hash_free(&h);
	assert_null(h);
}

/* RFC 4231, test cases 1 and 2. */
static void
hmac_of_rfc_4231(void **state)
{
	uint8_t key[20], out[HASH_BYTES];

	(void)state;
	memset(key, 0x0b, sizeof(key));
	hash_hmac(key, sizeof(key), "Hi There", 8, out);
	expect(out, sizeof(out),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff"
	    "7");
	hash_hmac("Jefe", 4, "what do ya want for nothing?", 28, out);
	expect(out, sizeof(out),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec384"
	    "3");
}

/* RFC 5869, appendix A.1 and A.3 (no salt, no info). */
static void
hkdf_of_rfc_5869(void **state)
{
	uint8_t secret[22], salt[13], info[10], out[42];
	uint8_t i;

	(void)state;
	memset(secret, 0x0b, sizeof(secret));
	for (i = 0; i < sizeof(salt); i++)
		salt[i] = i;
	for (i = 0; i < sizeof(info); i++)
		info[i] = (uint8_t)(0xf0 + i);
	hash_hkdf(secret, sizeof(secret), salt, sizeof(salt), info,
	    sizeof(info), out, sizeof(out));
	expect(out, sizeof(out),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5b"
	    "f34007208d5b887185865");
	hash_hkdf(secret, sizeof(secret), NULL, 0, NULL, 0, out, sizeof(out));
	expect(out, sizeof(out),
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2"
	    "d9d201395faa4b61a96c8");
}

static void
equal_means_all_bytes(void **state)
{
	uint8_t a[16] = { 1 }, b[16] = { 1 };

	(void)state;
	assert_true(hash_equal(a, b, sizeof(a)));
	b[15] = 1;
	assert_false(hash_equal(a, b, sizeof(a)));
	assert_true(hash_equal(a, b, 15));
}

static void
random_numbers_stay_below(void **state)
{
	unsigned seen[7] = { 0 };
	struct id a, b;
	uint64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		v = random_below(7);
		assert_true(v < 7);
		seen[v]++;
	}
	for (i = 0; i < 7; i++)
		assert_true(seen[i] > 100);
	assert_int_equal(random_below(1), 0);
	random_id(&a);
	random_id(&b);
	assert_false(id_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_whole_and_in_pieces),
		cmocka_unit_test(hmac_of_rfc_4231),
		cmocka_unit_test(hkdf_of_rfc_5869),
		cmocka_unit_test(equal_means_all_bytes),
		cmocka_unit_test(random_numbers_stay_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
