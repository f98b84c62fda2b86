/*
 * Requests that nest, touch, repeat or creep along, so as to get round the
 * limits of one: under another case number, by another agency, a day later.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "scene.h"

#define POLICE "police.example"
#define SHERIFF "sheriff.example"

static struct scene s;

static int
start(void **state)
{
	(void)state;
	scene_init(&s);
	return 0;
}

static void
test_nested_under_another_case(void **state)
{
	struct rules_other *o;

	(void)state;
	o = scene_other(&s, POLICE, "24-777", scene_box(-50, -50, 600, 600));
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
	assert_true(id_equal(
	    &scene_finding(&s, RULES_NEIGHBOUR_OVERLAP)->other, &o->id));
	/* Closed or not does not matter. */
	o->open = false;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
	/* Inside as well as around. */
	o->area = scene_box(100, 100, 260, 260);
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
}

static void
test_nested_in_another_agencys_is_held(void **state)
{
	struct rules_other *o;

	(void)state;
	o = scene_other(&s, SHERIFF, "24-001", scene_box(-50, -50, 600, 600));
	scene_expect(&s, ST_HELD, RULES_NEIGHBOUR_OVERLAP);
	assert_non_null(strstr(s.d.text, SHERIFF));
	/* Asked on this agency's behalf it is its own. */
	{
		static const char *names[] = { POLICE };

		o->on_behalf_of = (struct json_strs){ names, 1 };
	}
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
}

static void
test_own_conflict_beats_anothers(void **state)
{
	(void)state;
	scene_other(&s, SHERIFF, "1", scene_box(-50, -50, 600, 600));
	scene_other(&s, POLICE, "2", scene_box(100, 100, 260, 260));
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
	assert_non_null(strstr(s.d.text, POLICE));
}

static void
test_identical_is_counted_once(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 1130, 1130); /* nearly all there is */
	scene_other(&s, POLICE, "24-777", s.r.area);
	scene_other(&s, SHERIFF, "24-001", s.r.area);
	scene_expect(&s, ST_OK, 0);
}

static void
test_touching_areas_are_summed(void **state)
{
	(void)state;
	/* Side by side: 0.64 and 0.64 km2 together are below 1.295. */
	s.r.area = scene_box(0, 0, 800, 800);
	scene_other(&s, POLICE, "24-777", scene_box(800, 0, 800, 800));
	scene_expect(&s, ST_OK, 0);
	/* A sliver more makes it too much. */
	scene_other(&s, POLICE, "24-778", scene_box(0, 800, 800, 100));
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_AREA);
	assert_non_null(strstr(s.d.text, "1,294,994"));
}

static void
test_areas_a_kilometre_apart_are_summed(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 900, 900);
	scene_other(&s, POLICE, "24-777", scene_box(1898, 0, 900, 900));
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_AREA);
	s.others[0].area = scene_box(1903, 0, 900, 900);
	scene_expect(&s, ST_OK, 0);
	assert_non_null(
	    strstr(scene_finding(&s, RULES_NEIGHBOUR_AREA)->found, "810,0"));
}

static void
test_windows_a_day_apart_are_summed(void **state)
{
	struct rules_other *o;

	(void)state;
	s.r.area = scene_box(0, 0, 900, 900);
	o = scene_other(&s, POLICE, "24-777", scene_box(900, 0, 900, 900));
	o->until = s.r.from - 24 * H;
	o->from = o->until - H;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_AREA);
	o->until--;
	o->from--;
	scene_expect(&s, ST_OK, 0);
	o->from = s.r.until + 24 * H;
	o->until = o->from + H;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_AREA);
	o->from++;
	scene_expect(&s, ST_OK, 0);
}

static void
test_windows_in_a_row(void **state)
{
	struct rules_other *o;

	(void)state;
	/* Hours 0 to 12 of the same place, then two hours more. */
	o = scene_other(&s, POLICE, "24-777", s.r.area);
	o->from = s.r.from - 11 * H;
	o->until = s.r.from + H;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_WINDOW);
	assert_string_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_WINDOW)->found, "13 h");
	assert_string_equal(s.d.limit, "12 h together");
	/* What overlaps is counted once. */
	o->from = s.r.from - 10 * H;
	scene_expect(&s, ST_OK, 0);
	assert_string_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_WINDOW)->found, "12 h");
	/* So is what lies within. */
	o->from = s.r.from + 600;
	o->until = s.r.until - 600;
	scene_expect(&s, ST_OK, 0);
	assert_string_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_WINDOW)->found, "2 h");
}

static void
test_windows_with_another_agency_are_held(void **state)
{
	struct rules_other *o;

	(void)state;
	o = scene_other(&s, SHERIFF, "1", s.r.area);
	o->from = s.r.from - 12 * H;
	o->until = s.r.from;
	scene_expect(&s, ST_HELD, RULES_NEIGHBOUR_WINDOW);
	assert_non_null(strstr(s.d.text, "other agencies"));
	/* Together with an own one it would be held; the own alone is fine. */
	o = scene_other(&s, POLICE, "2", s.r.area);
	o->from = s.r.from - 2 * H;
	o->until = s.r.from;
	scene_expect(&s, ST_HELD, RULES_NEIGHBOUR_WINDOW);
}

/* A chain of neighbours: the far end is none, however it is tied. */
static void
test_not_transitive(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 600, 600);
	scene_other(&s, POLICE, "1", scene_box(1500, 0, 600, 600));
	scene_other(&s, POLICE, "2", scene_box(3000, 0, 600, 600));
	scene_other(&s, POLICE, "3", scene_box(4500, 0, 600, 600));
	scene_expect(&s, ST_OK, 0);
	assert_non_null(
	    strstr(scene_finding(&s, RULES_NEIGHBOUR_AREA)->found, "720,"));
}

static void
test_neighbours_round_to_six_decimals(void **state)
{
	struct rules_other *o;

	(void)state;
	o = scene_other(&s, POLICE, "1", scene_box(400, 0, 400, 400));
	o->area.v[0].lon = s.r.area.v[1].lon - 1;
	o->area.v[3].lon = s.r.area.v[2].lon - 1;
	scene_expect(&s, ST_OK, 0);
	o->area.v[0].lon -= 10;
	o->area.v[3].lon -= 10;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_OVERLAP);
}

static void
test_lifted(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 800, 800);
	scene_other(&s, SHERIFF, "1", scene_box(700, 0, 1000, 1000));
	scene_expect(&s, ST_HELD, RULES_NEIGHBOUR_OVERLAP);
	s.ctx.lifted = RULES_BIT(RULES_NEIGHBOUR_OVERLAP);
	scene_expect(&s, ST_HELD, RULES_NEIGHBOUR_AREA);
	s.ctx.lifted |= RULES_BIT(RULES_NEIGHBOUR_AREA);
	scene_expect(&s, ST_OK, 0);
	assert_int_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_AREA)->state, RULES_LIFTED);
	assert_int_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_OVERLAP)->state, RULES_LIFTED);
	assert_int_equal(
	    scene_finding(&s, RULES_NEIGHBOUR_WINDOW)->state, RULES_KEPT);
}

static void
test_no_lift_beyond_the_ceiling(void **state)
{
	struct rules_other *o;

	(void)state;
	s.ctx.lifted = RULES_LIFTABLE;
	s.r.area = scene_box(0, 0, 1100, 1100);
	scene_other(&s, SHERIFF, "1", scene_box(1100, 0, 1100, 1100));
	scene_expect(&s, ST_OK, 0);
	scene_other(&s, "fire.example", "1", scene_box(0, 1100, 1100, 1100));
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_AREA);
	assert_string_equal(s.d.limit, "2,589,988 m² together");
	scene_init(&s);
	s.ctx.lifted = RULES_LIFTABLE;
	s.r.from = s.r.until - 12 * H;
	o = scene_other(&s, SHERIFF, "1", s.r.area);
	o->from = s.r.from - 12 * H;
	o->until = s.r.from;
	scene_expect(&s, ST_OK, 0);
	o->from = s.r.from - 13 * H;
	scene_expect(&s, ST_RULE, RULES_NEIGHBOUR_WINDOW);
}

/* Far more than an agency may have: the check stays quick and right. */
static void
test_many(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < SCENE_OTHERS; i++)
		scene_other(&s, "fire.example", "1",
		    scene_box(1200 + 30000.0 * i, 0, 400, 400));
	scene_expect(&s, ST_OK, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nested_under_another_case, start),
		cmocka_unit_test_setup(
		    test_nested_in_another_agencys_is_held, start),
		cmocka_unit_test_setup(test_own_conflict_beats_anothers, start),
		cmocka_unit_test_setup(test_identical_is_counted_once, start),
		cmocka_unit_test_setup(test_touching_areas_are_summed, start),
		cmocka_unit_test_setup(
		    test_areas_a_kilometre_apart_are_summed, start),
		cmocka_unit_test_setup(
		    test_windows_a_day_apart_are_summed, start),
		cmocka_unit_test_setup(test_windows_in_a_row, start),
		cmocka_unit_test_setup(
		    test_windows_with_another_agency_are_held, start),
		cmocka_unit_test_setup(test_not_transitive, start),
		cmocka_unit_test_setup(
		    test_neighbours_round_to_six_decimals, start),
		cmocka_unit_test_setup(test_lifted, start),
		cmocka_unit_test_setup(test_no_lift_beyond_the_ceiling, start),
		cmocka_unit_test_setup(test_many, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
