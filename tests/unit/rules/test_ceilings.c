/*
 * No policy gets past the ceilings, and none changes overnight.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "base/pre.h"
#include "rules/ceilings.h"
#include "scene.h"

static struct policy p;

static int
start(void **state)
{
	(void)state;
	policy_default(&p, SCENE_NOW);
	return 0;
}

static void
test_default_is_under_them(void **state)
{
	struct diag d = { 0 };

	(void)state;
	if (rules_policy_check(&p, &d) != ST_OK)
		fail_msg("%s", d.text);
}

static void
test_each_number_has_one(void **state)
{
	static const struct {
		const char *name;
		size_t offset;
		int64_t bad;
	} t[] = {
#define T(name, bad) { #name, offsetof(struct policy, name), bad }
		T(area_min, 64749),
		T(area_max, 1294995),
		T(victims_area_min, 0),
		T(width_min, 59),
		T(dwellings_min, -1),
		T(window_min, 899),
		T(window_max, 43201),
		T(lifetime_max, 14 * 86400 + 1),
		T(neighbour_m, 999),
		T(neighbour_s, 86399),
		T(per_case, 3),
		T(per_case, 0),
		T(per_district, 6),
		T(urgent_s, 4 * 3600 + 1),
#undef T
	};
	struct policy loose;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		loose = p;
		memcpy(
		    (char *)&loose + t[i].offset, &t[i].bad, sizeof(t[i].bad));
		memset(&d, 0, sizeof(d));
		if (rules_policy_check(&loose, &d) != ST_RULE ||
		    strcmp(d.field, t[i].name) != 0 || d.limit[0] == '\0')
			fail_msg("%s %lld: %s", t[i].name, (long long)t[i].bad,
			    d.text);
	}
}

static void
test_contradictions(void **state)
{
	(void)state;
	p.area_min = 1000000;
	p.area_max = 999999;
	assert_int_equal(rules_policy_check(&p, NULL), ST_RULE);
	start(NULL);
	p.area_max = 100000;
	assert_int_equal(rules_policy_check(&p, NULL), ST_RULE);
	start(NULL);
	p.window_min = 7200;
	p.window_max = 3600;
	assert_int_equal(rules_policy_check(&p, NULL), ST_RULE);
}

static void
test_banned_incidents(void **state)
{
	static const struct policy_incident bad[] = {
		{ "immigration", "Immigration", false },
		{ "protest", "Unrest", false },
		{ "other", "Loitering", false },
		{ "deportation-order", "Order", false },
		{ "sit-in", "Sit-in", false },
	};
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(bad); i++) {
		memset(&d, 0, sizeof(d));
		p.incidents[3] = bad[i];
		if (rules_policy_check(&p, &d) != ST_RULE)
			fail_msg("%s was taken", bad[i].id);
		assert_string_equal(d.field, "incidents");
	}
}

static void
test_change_waits(void **state)
{
	struct policy next = p;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(rules_policy_change(&p, NULL, SCENE_NOW, NULL), ST_OK);
	next.time = SCENE_NOW + 100;
	next.force_from = next.time + 7 * DAY;
	assert_int_equal(
	    rules_policy_change(&next, &p, SCENE_NOW + 100, NULL), ST_OK);
	next.force_from--;
	assert_int_equal(
	    rules_policy_change(&next, &p, SCENE_NOW + 100, &d), ST_RULE);
	assert_string_equal(d.limit, "7 days");
	/* A note that was dated back. */
	next.force_from++;
	assert_int_equal(
	    rules_policy_change(&next, &p, SCENE_NOW + 101, NULL), ST_RULE);
	next.time = p.time - 1;
	assert_int_equal(
	    rules_policy_change(&next, &p, SCENE_NOW, NULL), ST_RULE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_default_is_under_them, start),
		cmocka_unit_test_setup(test_each_number_has_one, start),
		cmocka_unit_test_setup(test_contradictions, start),
		cmocka_unit_test_setup(test_banned_incidents, start),
		cmocka_unit_test_setup(test_change_waits, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
