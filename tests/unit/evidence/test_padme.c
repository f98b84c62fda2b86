/* Padmé: the published examples, and what the archive relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "evidence/padme.h"

static void
test_values(void **state)
{
	(void)state;
	assert_int_equal(padme_size(0), 0);
	assert_int_equal(padme_size(1), 1);
	assert_int_equal(padme_size(8), 8);
	assert_int_equal(padme_size(9), 10);
	assert_int_equal(padme_size(1000), 1024);
	assert_int_equal(padme_size(1536), 1536);
	assert_int_equal(padme_size(1000001), 1015808);
	assert_int_equal(padme_size(UINT64_C(1) << 40), UINT64_C(1) << 40);
}

static void
test_alignment_cost_and_order(void **state)
{
	uint64_t n, p, last = 0;

	(void)state;
	for (n = 1536; n < UINT64_C(1) << 26; n += 512) {
		p = padme_size(n);
		assert_true(p >= n && p >= last);
		assert_int_equal(p % 512, 0);
		assert_true((p - n) * 100 <= n * 12);
		assert_int_equal(padme_size(p), p);
		last = p;
	}
}

static void
test_few_lengths(void **state)
{
	uint64_t n, last = 0;
	unsigned lengths = 0;

	(void)state;
	for (n = 1 << 20; n < 1 << 21; n += 512)
		if (padme_size(n) != last) {
			last = padme_size(n);
			lengths++;
		}
	assert_true(lengths <= 33);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_alignment_cost_and_order),
		cmocka_unit_test(test_few_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
