/*
 * A client's check: the platform's, a little softer, and under the ceilings.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "protocol/collection.h"
#include "rules/client.h"
#include "scene.h"

static struct scene s;

static int
start(void **state)
{
	(void)state;
	scene_init(&s);
	return 0;
}

static enum status
check(void)
{
	memset(&s.d, 0, sizeof(s.d));
	return rules_client_check(&s.r, &s.policy, s.others, s.ctx.other_count,
	    SCENE_NOW, &s.result, &s.d);
}

static void
test_tolerates_a_little(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 254.37, 254.37); /* 0.06 % too small */
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(check(), ST_OK);
	s.r.area = scene_box(0, 0, 254.2, 254.2); /* 0.2 % too small */
	assert_int_equal(check(), ST_RULE);
	s.r.area = scene_box(0, 0, 1138.4, 1138.4); /* 0.08 % too large */
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(check(), ST_OK);
	s.r.area = scene_box(0, 0, 1139.5, 1139.5);
	assert_int_equal(check(), ST_RULE);
	assert_string_equal(s.d.problem, "area-size");
	s.r.area = scene_box(0, 0, 59.3, 2000);
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(check(), ST_OK);
	s.r.area = scene_box(0, 0, 58.8, 2000);
	assert_int_equal(check(), ST_RULE);
}

static void
test_clock_is_behind(void **state)
{
	(void)state;
	s.r.until = SCENE_NOW + 200;
	s.r.from = s.r.until - H;
	s.r.opens = s.r.until;
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(check(), ST_OK);
	s.r.until = SCENE_NOW + 301;
	s.r.opens = s.r.until;
	assert_int_equal(check(), ST_RULE);
}

static void
test_refuses_a_loose_policy(void **state)
{
	(void)state;
	s.policy.window_max = 13 * H;
	assert_int_equal(check(), ST_RULE);
	assert_string_equal(s.d.field, "window_max");
	assert_int_equal(s.result.n, 0);
}

static void
test_keeps_to_a_strict_policy(void **state)
{
	(void)state;
	s.policy.window_max = H;
	assert_int_equal(check(), ST_RULE);
	assert_string_equal(s.d.problem, "window");
}

/* It cannot know what was lifted, but knows how far that may go. */
static void
test_neighbours(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 1100, 1100);
	scene_other(&s, s.r.agency, "2", scene_box(1000, 0, 1100, 1100));
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(check(), ST_OK);
	assert_int_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_AREA)->state, RULES_LIFTED);
	scene_other(&s, s.r.agency, "3", scene_box(0, 1100, 1100, 1100));
	assert_int_equal(check(), ST_RULE);
	assert_string_equal(s.d.problem, "neighbour-area");
}

static void
test_counts_what_the_district_shows(void **state)
{
	(void)state;
	scene_other(&s, s.r.agency, "24-001", s.r.area);
	assert_int_equal(check(), ST_OK);
	scene_other(&s, s.r.agency, "24-001", s.r.area);
	assert_int_equal(check(), ST_RULE);
	assert_string_equal(s.d.problem, "per-case");
}

/* Of three for one case, the one with the greatest log number is too many. */
static void
test_items_of_a_collection(void **state)
{
	struct collection_item items[3] = { 0 };
	struct collection c = {
		.policy = s.policy, .item_count = 3, .items = items
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		items[i].index = 10 + i;
		items[i].request = s.r;
		items[i].request.id.b[1] = (uint8_t)i;
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(
		    rules_client_item(&c, i, SCENE_NOW, &s.result, NULL),
		    ST_OK);
	assert_int_equal(
	    rules_client_item(&c, 2, SCENE_NOW, &s.result, &s.d), ST_RULE);
	assert_string_equal(s.d.problem, "per-case");
	assert_string_equal(s.d.field, "case");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tolerates_a_little, start),
		cmocka_unit_test_setup(test_clock_is_behind, start),
		cmocka_unit_test_setup(test_refuses_a_loose_policy, start),
		cmocka_unit_test_setup(test_keeps_to_a_strict_policy, start),
		cmocka_unit_test_setup(test_neighbours, start),
		cmocka_unit_test_setup(
		    test_counts_what_the_district_shows, start),
		cmocka_unit_test_setup(test_items_of_a_collection, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
