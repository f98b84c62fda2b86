/* Accounts and passes through HTTP: what is refused, and what is given once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/random.h"
#include "expect.h"
#include "protocol/account.h"
#include "protocol/doc.h"

static struct world w;
static struct world_key account; /* registered */

static void
post_note(const char *path, const char *note, struct world_reply *out)
{
	json_t *v = json_pack("{s:s}", "note", note);
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(json_write(v, &b), ST_OK);
	json_decref(v);
	world_post(&w, path, b.p, b.n, out);
	buf_fini(&b);
}

static void
register_account(const struct note_key *key, const struct world_key *by,
    json_t *body, struct world_reply *out)
{
	const struct account a = { .key = *key, .kind = "recorder" };
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(body != NULL ? body : account_json(&a), ACCOUNT_TYPE, &by, 1,
	    &note);
	post_note("/v1/accounts", buf_text(&note), out);
	buf_fini(&note);
}

static int
set_up(void **state)
{
	struct world_reply reply;

	(void)state;
	world_start(&w);
	world_key_make(&account, ACCOUNT_NAME);
	register_account(&account.key, &account, NULL, &reply);
	if (reply.code != 201)
		return -1;
	world_reply_fini(&reply);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

/* A whole quota of numbers below any modulus of 2048 bits. */
static struct take *
new_take(const struct world_key *by, const char *purpose)
{
	struct take *t = calloc(1, sizeof(*t));
	size_t i;

	assert_non_null(t);
	t->key = by->key;
	t->purpose = purpose;
	t->epoch = epoch_of(clock_now());
	t->n = purpose_quota(purpose);
	random_bytes(t->blinded, sizeof(t->blinded));
	for (i = 0; i < t->n; i++)
		t->blinded[i][0] &= 0x3f;
	return t;
}

static void
post_take(
    const struct take *t, const struct world_key *by, struct world_reply *out)
{
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(take_json(t), TAKE_TYPE, &by, 1, &note);
	post_note("/v1/tokens", buf_text(&note), out);
	buf_fini(&note);
}

static void
registers_once_and_again(void **state)
{
	struct world_reply reply;

	(void)state;
	register_account(&account.key, &account, NULL, &reply);
	(void)expect_filed("the same account", &reply);
}

static void
refuses_accounts(void **state)
{
	struct world_key named, other;
	struct account a = { .kind = "recorder" };
	struct world_reply reply;
	json_t *body;

	(void)state;
	world_key_make(&named, "jane");
	world_key_make(&other, ACCOUNT_NAME);
	register_account(&named.key, &named, NULL, &reply);
	expect_problem(&w, "a key with a name", &reply,
	    &(struct expect){ 400, "invalid", "key", ACCOUNT_NAME });
	register_account(&account.key, &other, NULL, &reply);
	expect_problem(&w, "another's signature", &reply,
	    &(struct expect){ 403, "signature", NULL, NULL });
	a.key = other.key;
	body = account_json(&a);
	json_object_set_new(body, "kind", json_string("person"));
	register_account(&other.key, &other, body, &reply);
	expect_problem(&w, "another kind", &reply,
	    &(struct expect){ 400, "invalid", "kind", "recorder" });
	body = account_json(&a);
	json_object_set_new(body, "name", json_string("Jane"));
	register_account(&other.key, &other, body, &reply);
	expect_problem(&w, "a name", &reply,
	    &(struct expect){ 400, "invalid", "name", NULL });
	world_post(&w, "/v1/accounts", "{}", 2, &reply);
	expect_problem(&w, "no note", &reply,
	    &(struct expect){ 400, "invalid", "note", NULL });
}

static void
bounds_bodies(void **state)
{
	char *p = calloc(1, 65537);
	struct world_reply reply;

	(void)state;
	assert_non_null(p);
	memset(p, ' ', 65537);
	world_post(&w, "/v1/accounts", p, 4097, &reply);
	expect_problem(&w, "an account over 4,096 bytes", &reply,
	    &(struct expect){ 413, "too-large", NULL, "4096" });
	world_post(&w, "/v1/tokens", p, 65537, &reply);
	expect_problem(&w, "a take over 65,536 bytes", &reply,
	    &(struct expect){ 413, "too-large", NULL, "65536" });
	free(p);
}

static void
refuses_takes(void **state)
{
	struct take *t = new_take(&account, PURPOSE_SHARE);
	struct world_key stranger, other;
	int64_t now = t->epoch;
	struct world_reply reply;
	struct take *theirs;

	(void)state;
	t->epoch = now - 1;
	post_take(t, &account, &reply);
	expect_problem(&w, "last week", &reply,
	    &(struct expect){ 422, "take-epoch", "epoch", NULL });
	t->epoch = now + 1;
	post_take(t, &account, &reply);
	expect_problem(&w, "next week", &reply,
	    &(struct expect){ 422, "take-epoch", "epoch", NULL });
	t->epoch = now;
	t->n--;
	post_take(t, &account, &reply);
	expect_problem(&w, "one too few", &reply,
	    &(struct expect){ 400, "invalid", "blinded", "16" });
	t->n += 2;
	post_take(t, &account, &reply);
	expect_problem(&w, "one too many", &reply,
	    &(struct expect){ 400, "invalid", "blinded", "16" });
	t->n--;
	t->purpose = "vote";
	post_take(t, &account, &reply);
	expect_problem(&w, "another purpose", &reply,
	    &(struct expect){ 400, "invalid", "purpose", "carry, share" });
	t->purpose = PURPOSE_SHARE;
	memset(t->blinded[3], 0xff, BLINDED_BYTES);
	post_take(t, &account, &reply);
	expect_problem(&w, "not below the modulus", &reply,
	    &(struct expect){ 400, "invalid", "blinded", NULL });
	t->blinded[3][0] = 0;
	world_key_make(&other, ACCOUNT_NAME);
	post_take(t, &other, &reply);
	expect_problem(&w, "another's signature", &reply,
	    &(struct expect){ 403, "signature", NULL, NULL });
	world_key_make(&stranger, ACCOUNT_NAME);
	theirs = new_take(&stranger, PURPOSE_SHARE);
	post_take(theirs, &stranger, &reply);
	expect_problem(&w, "an unknown account", &reply,
	    &(struct expect){ 403, "account-unknown", "key", NULL });
	free(theirs);
	free(t);
}

/* A refused call takes nothing: the first good one is answered. */
static void
gives_once(void **state)
{
	struct take *t = new_take(&account, PURPOSE_SHARE), *other;
	struct world_reply first, again;
	json_t *list;

	(void)state;
	post_take(t, &account, &first);
	assert_int_equal(first.code, 200);
	list = json_object_get(first.body, "signatures");
	assert_int_equal(json_array_size(list), purpose_quota(PURPOSE_SHARE));
	post_take(t, &account, &again);
	assert_int_equal(again.code, 200);
	assert_true(json_equal(first.body, again.body));
	world_reply_fini(&again);
	other = new_take(&account, PURPOSE_SHARE);
	post_take(other, &account, &again);
	expect_problem(&w, "other bytes", &again,
	    &(struct expect){ 409, "taken", "blinded", NULL });
	/* Also after a restart. */
	world_restart(&w);
	post_take(other, &account, &again);
	expect_problem(&w, "other bytes, later", &again,
	    &(struct expect){ 409, "taken", "blinded", NULL });
	post_take(t, &account, &again);
	assert_int_equal(again.code, 200);
	assert_true(json_equal(first.body, again.body));
	world_reply_fini(&again);
	world_reply_fini(&first);
	free(other);
	other = new_take(&account, PURPOSE_CARRY);
	post_take(other, &account, &again);
	assert_int_equal(again.code, 200);
	world_reply_fini(&again);
	free(other);
	free(t);
}

/* Nothing of accounts is in the public log. */
static void
logs_nothing(void **state)
{
	(void)state;
	assert_int_equal(world_logged(&w, ACCOUNT_TYPE), 0);
	assert_int_equal(world_logged(&w, TAKE_TYPE), 0);
	assert_true(world_logged(&w, "porchlight/directory@v1") > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_once_and_again),
		cmocka_unit_test(refuses_accounts),
		cmocka_unit_test(bounds_bodies),
		cmocka_unit_test(refuses_takes),
		cmocka_unit_test(gives_once),
		cmocka_unit_test(logs_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
