/* buf and arena: bytes that grow to a limit, and memory freed at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

static void
grows_and_stays_terminated(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 10000);
	assert_string_equal(buf_text(&b), "");
	for (i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		assert_int_equal(b.p[b.n], '\0');
	}
	assert_int_equal(buf_status(&b), ST_OK);
	assert_int_equal(b.n, 10000);
	for (i = 0; i < 10000; i++)
		assert_int_equal(b.p[i], 'a' + (int)(i % 26));
	buf_fini(&b);
	assert_int_equal(b.n, 0);
	assert_string_equal(buf_text(&b), "");
}

static void
puts_and_printf(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_puts(&b, "n=");
	buf_printf(&b, "%d,%s", 42, "x");
	buf_printf(&b, "%s", "");
	buf_put(&b, NULL, 0);
	buf_put(&b, "\0!", 2);
	assert_int_equal(b.n, 8);
	assert_memory_equal(b.p, "n=42,x\0!", 9);
	buf_fini(&b);
}

static void
limit_is_exact_and_failure_stays(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_puts(&b, "abcd");
	assert_int_equal(buf_status(&b), ST_OK);
	buf_putc(&b, 'e');
	assert_int_equal(buf_status(&b), ST_TOO_LARGE);
	assert_string_equal(buf_text(&b), "abcd");
	/* A later put that would fit does not hide the gap. */
	buf_put(&b, "", 0);
	assert_null(buf_extend(&b, 0));
	assert_int_equal(buf_status(&b), ST_TOO_LARGE);
	buf_clear(&b);
	assert_int_equal(buf_status(&b), ST_OK);
	assert_string_equal(buf_text(&b), "");
	buf_printf(&b, "%s", "12345");
	assert_int_equal(buf_status(&b), ST_TOO_LARGE);
	buf_fini(&b);
	/* Neither fini nor wipe forgets the limit. */
	buf_puts(&b, "12345");
	assert_int_equal(buf_status(&b), ST_TOO_LARGE);
	buf_wipe(&b);
}

static void
extend_gives_room_to_write(void **state)
{
	struct buf b;
	uint8_t *p;

	(void)state;
	buf_init(&b, 1000);
	buf_puts(&b, "ab");
	p = buf_extend(&b, 500);
	assert_non_null(p);
	memset(p, 'x', 500);
	assert_int_equal(b.n, 502);
	assert_int_equal(b.p[502], '\0');
	assert_memory_equal(b.p, "abxx", 4);
	buf_wipe(&b);
	assert_null(b.p);
}

static void
arena_zeroes_aligns_and_limits(void **state)
{
	struct arena *a = arena_new(10000);
	unsigned char *p;
	size_t given = 0, i;

	(void)state;
	assert_non_null(a);
	while ((p = arena_alloc(a, 100)) != NULL) {
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (i = 0; i < 100; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 100);
		given += 100;
	}
	assert_in_range(given, 5000, 10000);
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_strndup(a, "", SIZE_MAX));
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void
arena_larger_than_a_block(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *p, *q, *r;

	(void)state;
	p = arena_alloc(a, 100000);
	q = arena_strdup(a, "abc");
	r = arena_printf(a, "%05d", 42);
	assert_non_null(p);
	memset(p, 'x', 100000);
	assert_string_equal(q, "abc");
	assert_string_equal(r, "00042");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(a, NULL, 0), "");
	assert_null(arena_alloc(a, 1 << 20));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(puts_and_printf),
		cmocka_unit_test(limit_is_exact_and_failure_stays),
		cmocka_unit_test(extend_gives_room_to_write),
		cmocka_unit_test(arena_zeroes_aligns_and_limits),
		cmocka_unit_test(arena_larger_than_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
