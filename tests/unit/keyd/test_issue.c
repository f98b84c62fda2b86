/* Issuer keys, and blind signatures by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/blindrsa.h"
#include "run.h"

#define EPOCH 2960
#define BATCH 20

static struct keyd *k;
static struct blindrsa_key *carry;

static int
setup(void **state)
{
	struct buf spki;

	if (run_setup(state) != 0)
		return -1;
	k = run_start(KEYD_ISSUING);
	buf_init(&spki, KEYD_SPKI_MAX);
	PRE(keyd_create_issuer(k, "carry", EPOCH, &spki, NULL) == ST_OK);
	PRE(blindrsa_public(spki.p, spki.n, &carry) == ST_OK);
	buf_fini(&spki);
	return 0;
}

static int
teardown(void **state)
{
	blindrsa_free(&carry);
	keyd_stop(&k);
	return run_teardown(state);
}

/* Take a batch as a home does, and verify each. */
static void
take(int number)
{
	struct blindrsa_blind *blind[BATCH];
	uint8_t blinded[BATCH * KEYD_BLINDED], signatures[BATCH * KEYD_BLINDED];
	uint8_t sig[KEYD_BLINDED];
	char message[BATCH][32];
	size_t i;

	for (i = 0; i < BATCH; i++) {
		(void)snprintf(
		    message[i], sizeof(message[i]), "token %d %zu", number, i);
		PRE(blindrsa_blind(carry, message[i], strlen(message[i]),
			blinded + i * KEYD_BLINDED, &blind[i]) == ST_OK);
	}
	PRE(keyd_blind_sign(
		k, "carry", EPOCH, blinded, BATCH, signatures, NULL) == ST_OK);
	for (i = 0; i < BATCH; i++) {
		PRE(blindrsa_finalize(carry, blind[i],
			signatures + i * KEYD_BLINDED, sig) == ST_OK);
		PRE(blindrsa_verify(
			carry, message[i], strlen(message[i]), sig) == ST_OK);
		PRE(blindrsa_verify(carry, "token x", 7, sig) == ST_SIGNATURE);
		blindrsa_blind_free(&blind[i]);
	}
}

static void
what_is_signed_blindly_verifies(void **state)
{
	(void)state;
	take(0);
	run_threads(8, take);
}

static void
making_a_key_again_gives_the_same(void **state)
{
	struct buf a, b;
	struct keyd *other;

	(void)state;
	buf_init(&a, KEYD_SPKI_MAX);
	buf_init(&b, KEYD_SPKI_MAX);
	assert_int_equal(
	    keyd_create_issuer(k, "carry", EPOCH, &a, NULL), ST_OK);
	assert_int_equal(
	    keyd_issuer_public(k, "carry", EPOCH, &b, NULL), ST_OK);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	other = run_start(KEYD_ISSUING);
	buf_clear(&b);
	assert_int_equal(
	    keyd_create_issuer(other, "carry", EPOCH, &b, NULL), ST_OK);
	assert_memory_equal(a.p, b.p, a.n);
	/* Another purpose or epoch is another key. */
	buf_clear(&b);
	assert_int_equal(
	    keyd_create_issuer(k, "share", EPOCH, &b, NULL), ST_OK);
	assert_memory_not_equal(a.p, b.p, a.n);
	assert_int_equal(
	    keyd_issuer_public(k, "carry", EPOCH + 1, &b, NULL), ST_NOTFOUND);
	keyd_stop(&other);
	buf_fini(&a);
	buf_fini(&b);
}

static struct buf made[8];

static void
make_one(int number)
{
	buf_init(&made[number], KEYD_SPKI_MAX);
	PRE(keyd_create_issuer(k, "race", 1, &made[number], NULL) == ST_OK);
}

static void
a_race_makes_one_key(void **state)
{
	int i;

	(void)state;
	run_threads(8, make_one);
	for (i = 0; i < 8; i++) {
		assert_int_equal(made[i].n, made[0].n);
		assert_memory_equal(made[i].p, made[0].p, made[0].n);
	}
	for (i = 0; i < 8; i++)
		buf_fini(&made[i]);
}

static void
erased_signs_no_more(void **state)
{
	uint8_t blinded[KEYD_BLINDED] = { 0 }, sig[KEYD_BLINDED];
	struct keyd *other = run_start(KEYD_ISSUING);
	struct diag d = { 0 };
	struct buf spki;

	(void)state;
	blinded[255] = 2;
	buf_init(&spki, KEYD_SPKI_MAX);
	assert_int_equal(
	    keyd_create_issuer(k, "seal", EPOCH, &spki, NULL), ST_OK);
	assert_int_equal(
	    keyd_blind_sign(k, "seal", EPOCH, blinded, 1, sig, NULL), ST_OK);
	assert_int_equal(
	    keyd_blind_sign(other, "seal", EPOCH, blinded, 1, sig, NULL),
	    ST_OK);
	assert_int_equal(keyd_erase_issuer(k, "seal", EPOCH, NULL), ST_OK);
	assert_int_not_equal(
	    access(run_path("issuer/seal-2960.json"), F_OK), 0);
	assert_int_equal(keyd_blind_sign(k, "seal", EPOCH, blinded, 1, sig, &d),
	    ST_NOTFOUND);
	assert_non_null(strstr(d.text, "issuer/seal-2960.json"));
	assert_int_equal(
	    keyd_blind_sign(other, "seal", EPOCH, blinded, 1, sig, NULL),
	    ST_NOTFOUND);
	assert_int_equal(
	    keyd_erase_issuer(k, "seal", EPOCH, NULL), ST_NOTFOUND);
	keyd_stop(&other);
	buf_fini(&spki);
}

static void
what_cannot_be_signed_is_refused(void **state)
{
	uint8_t two[2 * KEYD_BLINDED] = { 0 }, sig[2 * KEYD_BLINDED];
	struct buf spki;

	(void)state;
	buf_init(&spki, KEYD_SPKI_MAX);
	two[255] = 2;
	memset(two + KEYD_BLINDED, 0xff, KEYD_BLINDED);
	assert_int_equal(
	    keyd_blind_sign(k, "carry", EPOCH, two, 2, sig, NULL), ST_INVALID);
	assert_int_equal(
	    keyd_create_issuer(k, "Carry", EPOCH, &spki, NULL), ST_INVALID);
	assert_int_equal(
	    keyd_create_issuer(k, "", EPOCH, &spki, NULL), ST_INVALID);
	assert_int_equal(
	    keyd_create_issuer(k, "waytoolongapurpose", EPOCH, &spki, NULL),
	    ST_INVALID);
	assert_int_equal(
	    keyd_create_issuer(k, "carry", INT64_MAX, &spki, NULL), ST_INVALID);
	buf_fini(&spki);
}

static void
the_largest_batch_fits(void **state)
{
	size_t n = (size_t)KEYD_BATCH_MAX * KEYD_BLINDED, i;
	uint8_t *blinded = calloc(1, n), *sig = calloc(1, n);

	(void)state;
	assert_non_null(blinded);
	assert_non_null(sig);
	for (i = 0; i < KEYD_BATCH_MAX; i++)
		blinded[i * KEYD_BLINDED + 255] = 2;
	assert_int_equal(keyd_blind_sign(k, "carry", EPOCH, blinded,
			     KEYD_BATCH_MAX, sig, NULL),
	    ST_OK);
	assert_memory_equal(sig, sig + n - KEYD_BLINDED, KEYD_BLINDED);
	free(blinded);
	free(sig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_blindly_verifies),
		cmocka_unit_test(making_a_key_again_gives_the_same),
		cmocka_unit_test(a_race_makes_one_key),
		cmocka_unit_test(erased_signs_no_more),
		cmocka_unit_test(what_cannot_be_signed_is_refused),
		cmocka_unit_test(the_largest_batch_fits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
