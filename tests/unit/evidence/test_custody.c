#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "crypto/hash.h"
#include "evidence/custody.h"

/* Append an item's list of n entries: received, then inspected. */
static void
put_item(struct buf *b, uint8_t id, int64_t n)
{
	struct custody_entry e = { .item = { { id } },
		.time = 1764500000,
		.by = "locker.example",
		.detail = "x" };

	for (e.n = 0; e.n < n; e.n++, e.time += 5) {
		size_t at = b->n;

		e.event = e.n == 0 ? CUSTODY_RECEIVED : CUSTODY_INSPECTED;
		assert_int_equal(custody_line(&e, b), ST_OK);
		custody_hash(b->p + at, b->n - at, e.prev);
	}
}

static enum status
check(const struct buf *b, struct custody_item *v, size_t *n)
{
	return custody_check(b->p, b->n, v, 4, n, NULL);
}

static void
reads_whole_lists(void **state)
{
	struct custody_item v[4];
	struct buf b;
	size_t n;

	(void)state;
	buf_init(&b, 65536);
	put_item(&b, 1, 3);
	put_item(&b, 2, 1);
	assert_int_equal(check(&b, v, &n), ST_OK);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].entries, 3);
	assert_int_equal(v[0].last_s - v[0].first_s, 10);
	assert_true(v[0].inspected && !v[1].inspected && !v[0].exported);
	buf_fini(&b);
}

/* Any byte of a line that others follow breaks the chain or the form. */
static void
notices_any_change(void **state)
{
	struct custody_item v[4];
	struct buf b, last;
	size_t i, n;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&last, 65536);
	put_item(&last, 1, 2);
	put_item(&b, 1, 3);
	for (i = 0; i < last.n; i++) {
		b.p[i] ^= 1;
		assert_int_not_equal(check(&b, v, &n), ST_OK);
		b.p[i] ^= 1;
	}
	assert_int_equal(check(&b, v, &n), ST_OK);
	buf_fini(&b);
	buf_fini(&last);
}

static void
notices_lines_out_and_in(void **state)
{
	struct custody_item v[4];
	struct buf one, b;
	size_t n, line;

	(void)state;
	buf_init(&one, 65536);
	buf_init(&b, 65536);
	put_item(&one, 1, 1);
	line = one.n;
	put_item(&b, 1, 3);
	/* The first is missing. */
	assert_int_not_equal(
	    custody_check(b.p + line, b.n - line, v, 4, &n, NULL), ST_OK);
	/* The second is. */
	buf_put(&one, b.p + line * 2, b.n - line * 2);
	assert_int_not_equal(check(&one, v, &n), ST_OK);
	/* The same item twice; cut off within a line; too many items. */
	put_item(&b, 2, 1);
	put_item(&b, 1, 1);
	assert_int_not_equal(check(&b, v, &n), ST_OK);
	assert_int_not_equal(
	    custody_check(b.p, line - 1, v, 4, &n, NULL), ST_OK);
	buf_clear(&b);
	put_item(&b, 1, 1);
	put_item(&b, 2, 1);
	assert_int_not_equal(custody_check(b.p, b.n, v, 1, &n, NULL), ST_OK);
	buf_fini(&one);
	buf_fini(&b);
}

/* The day's root: RFC 6962 over the leaves, computed by hand here. */
static void
roots_as_rfc_6962(void **state)
{
	uint8_t leaves[2][32], node[65], leaf[33], root[32], want[32];
	uint8_t salt[32] = { 7 }, head[32] = { 9 }, both[64];
	size_t i;

	(void)state;
	custody_leaf(salt, head, leaves[0]);
	memcpy(both, salt, 32);
	memcpy(both + 32, head, 32);
	hash_sha256(both, 64, want);
	assert_memory_equal(leaves[0], want, 32);
	memset(leaves[1], 3, 32);
	node[0] = 1;
	leaf[0] = 0;
	for (i = 0; i < 2; i++) {
		memcpy(leaf + 1, leaves[i], 32);
		hash_sha256(leaf, 33, node + 1 + 32 * i);
	}
	hash_sha256(node, 65, want);
	custody_root(leaves[0], 2, root);
	assert_memory_equal(root, want, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_lists),
		cmocka_unit_test(notices_any_change),
		cmocka_unit_test(notices_lines_out_and_in),
		cmocka_unit_test(roots_as_rfc_6962),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
