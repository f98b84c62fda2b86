/* What a home keeps: which pass is spent, and what is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/diag.h"
#include "crypto/random.h"
#include "home/home_pool.h"
#include "protocol/directory.h"
#include "store/store.h"

#define EPOCH 3000
#define NOW (INT64_C(604800) * EPOCH + 1000)

static char dir[] = "/tmp/porchlight-pool-XXXXXX";
static struct store *store;

static int
setup(void **state)
{
	struct diag d = { 0 };

	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	return home_pool_open(dir, &store, &d) == ST_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "home.db", "home.db-wal",
		"home.db-shm" };
	char path[128];
	size_t i;

	(void)state;
	store_close(&store);
	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

/* n share and carry passes of an epoch, as if they were taken. */
static void
take(int64_t epoch, size_t n)
{
	struct token tokens[QUOTA_MAX];
	struct home_take t;
	size_t i, k;

	for (k = 0; k < PURPOSE_COUNT; k++) {
		home_pool_begin_take(&t, purposes[k], epoch);
		buf_puts(&t.note, "note");
		buf_puts(&t.spki, "spki");
		t.n = n;
		for (i = 0; i < n; i++) {
			random_bytes(&tokens[i], sizeof(tokens[i]));
			random_bytes(t.v[i].secret, sizeof(t.v[i].secret));
			memcpy(t.v[i].nonce, tokens[i].nonce, 32);
			buf_puts(&t.v[i].blind, "blind");
		}
		assert_int_equal(home_pool_put_take(store, &t), ST_OK);
		assert_int_equal(home_pool_end_take(store, &t, tokens), ST_OK);
		home_pool_drop_take(&t);
	}
}

static struct directory
directory(void)
{
	struct directory dir_ = { .served_count = 3,
		.served = { { EPOCH - 3, 100 }, { EPOCH - 2, 900 },
		    { EPOCH - 1, 200 } } };

	return dir_;
}

static void
the_epoch_with_most_takers_is_spent(void **state)
{
	struct directory all = directory();
	struct home_pass p;

	(void)state;
	take(EPOCH - 3, 2);
	take(EPOCH - 2, 1);
	take(EPOCH - 1, 2);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &p),
	    ST_OK);
	assert_int_equal(p.epoch, EPOCH - 2);
	assert_false(p.early);
	/* That one is reserved, so the next best is. */
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &p),
	    ST_OK);
	assert_int_equal(p.epoch, EPOCH - 1);
}

static void
a_pass_of_this_epoch_needs_consent(void **state)
{
	struct directory all = directory();
	struct home_pass p;
	int64_t good, early;

	(void)state;
	take(EPOCH, 2);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_CARRY, &all, NOW, false, &p),
	    ST_NOTFOUND);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_CARRY, &all, NOW, true, &p),
	    ST_OK);
	assert_true(p.early);
	assert_int_equal(home_pool_count(store, NOW, &good, &early), ST_OK);
	assert_int_equal(good, 0);
	assert_int_equal(early, 2);
}

static void
an_older_pass_is_never_left_for_one_of_this_epoch(void **state)
{
	struct directory all = directory();
	struct home_pass p;

	(void)state;
	all.served[all.served_count++] = (struct directory_served){ EPOCH,
		100000 };
	take(EPOCH, 1);
	take(EPOCH - 3, 1);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, true, &p),
	    ST_OK);
	assert_int_equal(p.epoch, EPOCH - 3);
}

static void
a_lapsed_pass_is_not_spent(void **state)
{
	struct directory all = directory();
	struct home_pass p;

	(void)state;
	take(EPOCH - 9, 1);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, true, &p),
	    ST_NOTFOUND);
}

static void
a_pass_that_was_given_back_is_there_again(void **state)
{
	struct directory all = directory();
	struct home_pass p, again;

	(void)state;
	take(EPOCH - 1, 1);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &p),
	    ST_OK);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &again),
	    ST_NOTFOUND);
	assert_int_equal(home_pool_release(store, &p), ST_OK);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &again),
	    ST_OK);
	assert_memory_equal(again.secret, p.secret, sizeof(p.secret));
}

static void
another_issuer_key_is_refused(void **state)
{
	struct directory all = { .issuer_count = 1 };
	struct diag d = { 0 };

	(void)state;
	all.issuers[0] = (struct directory_issuer){ PURPOSE_SHARE, EPOCH,
		{ (const uint8_t *)"one", 3 } };
	assert_int_equal(home_pool_issuers(store, &all, &d), ST_OK);
	assert_int_equal(home_pool_issuers(store, &all, &d), ST_OK);
	all.issuers[0].spki.p = (const uint8_t *)"two";
	assert_int_equal(home_pool_issuers(store, &all, &d), ST_SIGNATURE);
	assert_string_equal(d.problem, "issuer-changed");
}

static void
a_moment_is_drawn_once_and_lies_in_its_epoch(void **state)
{
	int64_t first, again, epoch, last = 0;
	int differ = 0;

	(void)state;
	for (epoch = EPOCH; epoch < EPOCH + 4; epoch++) {
		assert_int_equal(home_pool_moment(store, epoch, &first), ST_OK);
		assert_int_equal(home_pool_moment(store, epoch, &again), ST_OK);
		assert_int_equal(first, again);
		assert_int_equal(first / EPOCH_SECONDS, epoch);
		differ += first % EPOCH_SECONDS != last % EPOCH_SECONDS;
		last = first;
	}
	assert_true(differ >= 3);
}

static void
a_call_for_passes_is_repeated_with_the_same_bytes(void **state)
{
	struct home_take t, again;

	(void)state;
	home_pool_begin_take(&t, PURPOSE_SHARE, EPOCH);
	buf_puts(&t.note, "the note as it was signed");
	buf_puts(&t.spki, "spki");
	t.n = 2;
	random_bytes(t.v[1].nonce, 32);
	buf_puts(&t.v[0].blind, "first");
	buf_puts(&t.v[1].blind, "blind");
	assert_int_equal(home_pool_put_take(store, &t), ST_OK);
	store_close(&store);
	assert_int_equal(home_pool_open(dir, &store, NULL), ST_OK);
	home_pool_begin_take(&again, PURPOSE_SHARE, EPOCH);
	assert_int_equal(home_pool_get_take(store, &again), ST_OK);
	assert_false(again.done);
	assert_int_equal(again.n, 2);
	assert_string_equal(buf_text(&again.note), buf_text(&t.note));
	assert_memory_equal(again.v[1].nonce, t.v[1].nonce, 32);
	assert_string_equal(buf_text(&again.v[1].blind), "blind");
	home_pool_drop_take(&t);
	home_pool_drop_take(&again);
}

static enum status
secrets_left(struct tx *tx, void *arg)
{
	return store_one_int(tx,
	    "SELECT COUNT(*) FROM submission WHERE secret <> $1 OR "
	    "carry <> $1",
	    (struct store_param[]){ P_BYTES("", 0) }, 1, arg);
}

static void
a_receipt_ends_the_secret(void **state)
{
	struct directory all = directory();
	struct home_submission x = { .locker = "locker.example", .size = 7 };
	struct home_submission read;
	struct home_pass share, carry;
	int64_t left;

	(void)state;
	take(EPOCH - 1, 1);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, false, &share),
	    ST_OK);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_CARRY, &all, NOW, false, &carry),
	    ST_OK);
	random_id(&x.id);
	memcpy(x.secret, share.secret, sizeof(x.secret));
	x.carry = carry.token;
	assert_int_equal(
	    home_pool_put_submission(store, &x, &share, &carry), ST_OK);
	assert_int_equal(home_pool_get_submission(store, &read), ST_OK);
	assert_memory_equal(read.secret, x.secret, sizeof(x.secret));
	assert_true(id_equal(&read.id, &x.id));
	/* Its passes are gone for good. */
	assert_int_equal(home_pool_release(store, &share), ST_OK);
	assert_int_equal(
	    home_pool_reserve(store, PURPOSE_SHARE, &all, NOW, true, &share),
	    ST_NOTFOUND);
	x.state = HOME_RECEIVED;
	assert_int_equal(home_pool_set_submission(store, &x, "receipt"), ST_OK);
	assert_int_equal(home_pool_get_submission(store, &read), ST_NOTFOUND);
	assert_int_equal(store_read(store, secrets_left, &left), ST_OK);
	assert_int_equal(left, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_epoch_with_most_takers_is_spent),
		T(a_pass_of_this_epoch_needs_consent),
		T(an_older_pass_is_never_left_for_one_of_this_epoch),
		T(a_lapsed_pass_is_not_spent),
		T(a_pass_that_was_given_back_is_there_again),
		T(another_issuer_key_is_refused),
		T(a_moment_is_drawn_once_and_lies_in_its_epoch),
		T(a_call_for_passes_is_repeated_with_the_same_bytes),
		T(a_receipt_ends_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
