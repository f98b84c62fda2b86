/* clock: times as text and back, and the shift that tests use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/pre.h"

/* Before the first clock_now(): the offset is read once. */
static void
environment_moves_the_clock(void **state)
{
	int64_t ahead;

	(void)state;
	assert_int_equal(setenv("PORCHLIGHT_CLOCK_OFFSET", "86400", 1), 0);
	ahead = clock_now() - (int64_t)time(NULL);
	assert_in_range(ahead, 86400 - 1, 86400 + 1);
	assert_int_equal(setenv("PORCHLIGHT_CLOCK_OFFSET", "5", 1), 0);
	ahead = clock_now() - (int64_t)time(NULL);
	assert_in_range(ahead, 86400 - 1, 86400 + 1);
}

static void
shifts_add_up(void **state)
{
	int64_t before = clock_now(), moved;

	(void)state;
	clock_shift(1000);
	clock_shift(-400);
	moved = clock_now() - before;
	assert_in_range(moved, 600, 602);
}

static void
monotonic_never_goes_back(void **state)
{
	int64_t before = clock_monotonic_ms(), after;

	(void)state;
	clock_shift(-1000000);
	after = clock_monotonic_ms();
	assert_true(after >= before);
	assert_true(after < before + 60000);
}

static const struct {
	const char *text;
	int64_t t_s;
} known[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1999-12-31T23:59:59Z", 946684799 },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2026-11-30T22:49:52Z", 1796078992 },
	{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
	{ "9999-12-31T23:59:59Z", CLOCK_MAX },
};

static void
text_and_back(void **state)
{
	char text[CLOCK_TEXT];
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(known); i++) {
		clock_text(known[i].t_s, text);
		assert_string_equal(text, known[i].text);
		assert_int_equal(clock_parse(known[i].text, &t), ST_OK);
		assert_int_equal(t, known[i].t_s);
	}
}

/* Each day of four centuries, so that no rule of leap years is missed. */
static void
every_day_comes_back(void **state)
{
	const int64_t days = 146097;
	char text[CLOCK_TEXT];
	int64_t d, t;

	(void)state;
	for (d = 0; d < days; d++) {
		clock_text(d * 86400 + 86399, text);
		assert_int_equal(clock_parse(text, &t), ST_OK);
		assert_int_equal(t, d * 86400 + 86399);
	}
}

static void
other_forms_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026-11-30",
		"2026-11-30T22:49:52",
		"2026-11-30T22:49:52z",
		"2026-11-30t22:49:52Z",
		"2026-11-30 22:49:52Z",
		"2026-11-30T22:49:52+00:00",
		"2026-11-30T22:49:52.0Z",
		"2026-11-30T22:49:52Z ",
		" 2026-11-30T22:49:5Z",
		"2026-11-31T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z",
		"2026-13-10T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2016-12-31T23:59:60Z",
		"1969-12-31T23:59:59Z",
		"+026-11-30T22:49:52Z",
		"2026-1 -30T22:49:52Z",
	};
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(wrong); i++) {
		int64_t t = 4711;

		if (clock_parse(wrong[i], &t) != ST_INVALID)
			fail_msg("taken: \"%s\"", wrong[i]);
		assert_int_equal(t, 4711);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_moves_the_clock),
		cmocka_unit_test(shifts_add_up),
		cmocka_unit_test(monotonic_never_goes_back),
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(every_day_comes_back),
		cmocka_unit_test(other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
