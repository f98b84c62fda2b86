#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "crypto/blindrsa.h"
#include "crypto/hash.h"
#include "vectors.h"

/* The key of a vector, d of it only if wanted. */
static struct blindrsa_key *
vector_key(const json_t *v, bool private)
{
	uint8_t n[BLINDRSA_MAX], e[8], d[BLINDRSA_MAX];
	size_t n_n = vectors_hex(v, "n", n, sizeof(n));
	size_t e_n = vectors_hex(v, "e", e, sizeof(e));
	size_t d_n = vectors_hex(v, "d", d, sizeof(d));
	struct blindrsa_key *key;

	assert_int_equal(
	    blindrsa_numbers(n, n_n, e, e_n, private ? d : NULL, d_n, &key),
	    ST_OK);
	assert_int_equal(blindrsa_size(key), 512);
	assert_int_equal(blindrsa_is_private(key), private);
	return key;
}

/*
 * The vectors give the inverse of the blinding factor.  A blinding by the
 * inverse keeps the factor itself, which is so had from its saved form.
 */
static void
factor_of(const struct blindrsa_key *key, const uint8_t *inv, uint8_t *factor)
{
	uint8_t blinded[BLINDRSA_MAX];
	struct blindrsa_blind *blind;
	struct buf b;

	buf_init(&b, 4096);
	assert_int_equal(
	    blindrsa_blind_with(key, "m", 1, "", 0, inv, 512, blinded, &blind),
	    ST_OK);
	blindrsa_blind_save(blind, &b);
	assert_int_equal(b.n, 1 + 512 + 1);
	memcpy(factor, b.p + 1, 512);
	blindrsa_blind_free(&blind);
	buf_wipe(&b);
}

static void
one_vector(const json_t *v)
{
	struct blindrsa_key *pub = vector_key(v, false);
	struct blindrsa_key *key = vector_key(v, true);
	uint8_t m[256], salt[64], inv[512], r[512], want[512], got[512],
	    sig[512];
	struct blindrsa_blind *blind;
	size_t m_n = vectors_hex(v, "input_msg", m, sizeof(m));
	size_t salt_n = vectors_hex(v, "salt", salt, sizeof(salt));

	assert_int_equal(vectors_hex(v, "inv", inv, sizeof(inv)), 512);
	factor_of(pub, inv, r);
	assert_int_equal(
	    blindrsa_blind_with(pub, m, m_n, salt, salt_n, r, 512, got, &blind),
	    ST_OK);
	assert_int_equal(
	    vectors_hex(v, "blinded_msg", want, sizeof(want)), 512);
	assert_memory_equal(got, want, 512);
	assert_int_equal(blindrsa_sign(key, want, got), ST_OK);
	assert_int_equal(vectors_hex(v, "blind_sig", want, sizeof(want)), 512);
	assert_memory_equal(got, want, 512);
	assert_int_equal(blindrsa_finalize(pub, blind, got, sig), ST_OK);
	assert_int_equal(vectors_hex(v, "sig", want, sizeof(want)), 512);
	assert_memory_equal(sig, want, 512);
	/* The salt's length is fixed at 48, never found out. */
	assert_int_equal(blindrsa_verify(pub, m, m_n, sig),
	    salt_n == BLINDRSA_SALT ? ST_OK : ST_SIGNATURE);
	blindrsa_blind_free(&blind);
	blindrsa_free(&pub);
	blindrsa_free(&key);
}

static void
vectors_of_rfc_9474(void **state)
{
	json_t *all = vectors_json(vectors_path("privacypass/rfc9474.json"));
	json_t *v;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(all), 4);
	json_array_foreach(all, i, v) one_vector(v);
	json_decref(all);
}

/* One key for the tests below: making them takes long. */
static int
make_key(void **state)
{
	struct blindrsa_key *key;

	if (blindrsa_generate(&key) != ST_OK)
		return -1;
	*state = key;
	return 0;
}

static int
drop_key(void **state)
{
	struct blindrsa_key *key = *state;

	blindrsa_free(&key);
	return 0;
}

static void
keys_go_out_and_come_back(void **state)
{
	struct blindrsa_key *key = *state, *back;
	uint8_t spki[BLINDRSA_SPKI_MAX], id[32], hash[32], other[32];
	struct buf der;
	size_t n, i;

	blindrsa_spki(key, spki, &n);
	assert_int_equal(n, 342);
	blindrsa_key_id(key, id);
	hash_sha256(spki, n, hash);
	assert_memory_equal(id, hash, 32);
	assert_int_equal(blindrsa_public(spki, n, &back), ST_OK);
	assert_false(blindrsa_is_private(back));
	blindrsa_key_id(back, other);
	assert_memory_equal(id, other, 32);
	blindrsa_free(&back);
	/* No other encoding of a key is taken. */
	for (i = 0; i < n; i++) {
		if (i >= 81 && i < 81 + 256)
			continue;
		spki[i] ^= 1;
		assert_int_equal(blindrsa_public(spki, n, &back), ST_INVALID);
		spki[i] ^= 1;
	}
	assert_int_equal(blindrsa_public(spki, n - 1, &back), ST_INVALID);
	spki[81] &= 0x7f;
	assert_int_equal(blindrsa_public(spki, n, &back), ST_INVALID);
	spki[81] |= 0x80;
	spki[81 + 255] &= 0xfe;
	assert_int_equal(blindrsa_public(spki, n, &back), ST_INVALID);
	buf_init(&der, 8192);
	assert_int_equal(blindrsa_private_der(key, &der), ST_OK);
	assert_int_equal(blindrsa_private(der.p, der.n, &back), ST_OK);
	blindrsa_key_id(back, other);
	assert_memory_equal(id, other, 32);
	assert_true(blindrsa_is_private(back));
	blindrsa_free(&back);
	assert_int_equal(blindrsa_private(der.p, der.n - 1, &back), ST_INVALID);
	assert_int_equal(blindrsa_private("junk", 4, &back), ST_INVALID);
	assert_null(back);
	der.p[der.n / 2] ^= 1;
	assert_int_equal(blindrsa_private(der.p, der.n, &back), ST_INVALID);
	buf_wipe(&der);
}

static void
what_was_blinded_is_signed(void **state)
{
	struct blindrsa_key *key = *state;
	uint8_t blinded[256], again[256], answer[256], sig[256];
	struct blindrsa_blind *blind, *loaded;
	struct buf b;
	size_t i;

	assert_int_equal(
	    blindrsa_blind(key, "message", 7, again, &blind), ST_OK);
	blindrsa_blind_free(&blind);
	assert_int_equal(
	    blindrsa_blind(key, "message", 7, blinded, &blind), ST_OK);
	assert_memory_not_equal(blinded, again, 256);
	assert_int_equal(blindrsa_sign(key, blinded, answer), ST_OK);
	/* Kept over a restart, it finishes the same. */
	buf_init(&b, 4096);
	blindrsa_blind_save(blind, &b);
	assert_int_equal(blindrsa_blind_load(key, b.p, b.n, &loaded), ST_OK);
	assert_int_equal(blindrsa_finalize(key, loaded, answer, sig), ST_OK);
	assert_int_equal(blindrsa_verify(key, "message", 7, sig), ST_OK);
	assert_int_equal(blindrsa_verify(key, "massage", 7, sig), ST_SIGNATURE);
	assert_int_equal(blindrsa_verify(key, "message", 6, sig), ST_SIGNATURE);
	assert_memory_not_equal(sig, answer, 256);
	for (i = 0; i < 256; i += 15) {
		sig[i] ^= 1;
		assert_int_equal(
		    blindrsa_verify(key, "message", 7, sig), ST_SIGNATURE);
		sig[i] ^= 1;
		answer[i] ^= 1;
		memset(again, 0x55, sizeof(again));
		assert_int_equal(
		    blindrsa_finalize(key, blind, answer, again), ST_SIGNATURE);
		assert_int_equal(again[0], 0x55);
		answer[i] ^= 1;
	}
	blindrsa_blind_free(&loaded);
	assert_int_equal(
	    blindrsa_blind_load(key, b.p, 256, &loaded), ST_INVALID);
	b.p[0] = 1;
	assert_int_equal(
	    blindrsa_blind_load(key, b.p, b.n, &loaded), ST_INVALID);
	b.p[0] = 48;
	memset(b.p + 1, 0xff, 256);
	assert_int_equal(
	    blindrsa_blind_load(key, b.p, b.n, &loaded), ST_INVALID);
	assert_null(loaded);
	blindrsa_blind_free(&blind);
	buf_wipe(&b);
}

static void
numbers_out_of_range_are_refused(void **state)
{
	struct blindrsa_key *key = *state;
	uint8_t spki[BLINDRSA_SPKI_MAX], in[256], out[256], salt[48] = { 0 };
	struct blindrsa_blind *blind;
	size_t n;

	memset(in, 0xff, sizeof(in));
	assert_int_equal(blindrsa_sign(key, in, out), ST_INVALID);
	blindrsa_spki(key, spki, &n);
	memcpy(in, spki + 81, 256);
	assert_int_equal(blindrsa_sign(key, in, out), ST_INVALID);
	/* n - 1 is in range: n is odd. */
	in[255] ^= 1;
	assert_int_equal(blindrsa_sign(key, in, out), ST_OK);
	memset(in, 0, sizeof(in));
	assert_int_equal(
	    blindrsa_blind_with(key, "m", 1, salt, 48, in, 256, out, &blind),
	    ST_INVALID);
	memset(in, 0xff, sizeof(in));
	assert_int_equal(
	    blindrsa_blind_with(key, "m", 1, salt, 48, in, 256, out, &blind),
	    ST_INVALID);
	assert_null(blind);
}

static void
other_keys_are_refused(void **state)
{
	static const uint8_t e3[] = { 3 }, e[] = { 1, 0, 1 };
	struct blindrsa_key *key;
	uint8_t n[512];

	(void)state;
	memset(n, 0xff, sizeof(n));
	assert_int_equal(
	    blindrsa_numbers(n, 256, e3, 1, NULL, 0, &key), ST_INVALID);
	assert_int_equal(
	    blindrsa_numbers(n, 128, e, 3, NULL, 0, &key), ST_INVALID);
	assert_int_equal(
	    blindrsa_numbers(n, 384, e, 3, NULL, 0, &key), ST_INVALID);
	n[0] = 0x7f;
	assert_int_equal(
	    blindrsa_numbers(n, 256, e, 3, NULL, 0, &key), ST_INVALID);
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_9474),
		cmocka_unit_test_setup_teardown(
		    keys_go_out_and_come_back, make_key, drop_key),
		cmocka_unit_test_setup_teardown(
		    what_was_blinded_is_signed, make_key, drop_key),
		cmocka_unit_test_setup_teardown(
		    numbers_out_of_range_are_refused, make_key, drop_key),
		cmocka_unit_test(other_keys_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
