/*
 * What one request may ask.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "base/pre.h"
#include "geo/region.h"
#include "protocol/admission.h"
#include "scene.h"

static struct scene s;

static int
start(void **state)
{
	(void)state;
	scene_init(&s);
	return 0;
}

static void
test_keeps_all(void **state)
{
	size_t i;

	(void)state;
	scene_expect(&s, ST_OK, 0);
	/* Neither jurisdiction nor dwellings were given. */
	assert_int_equal(s.result.n, RULES_COUNT - 2);
	for (i = 0; i < s.result.n; i++) {
		assert_int_equal(s.result.v[i].state, RULES_KEPT);
		assert_string_not_equal(s.result.v[i].limit, "");
		assert_string_not_equal(s.result.v[i].found, "");
		assert_string_equal(s.result.v[i].text, "");
	}
}

static void
test_incident(void **state)
{
	(void)state;
	s.r.incident = "jaywalking";
	scene_expect(&s, ST_RULE, RULES_INCIDENT);
	assert_string_equal(s.d.field, "incident");
	/* Not even where a policy lists it. */
	s.policy.incidents[0].id = "jaywalking";
	scene_expect(&s, ST_RULE, RULES_INCIDENT);
}

static void
test_area(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 254.4, 254.4); /* 64,719 m2 */
	scene_expect(&s, ST_RULE, RULES_AREA_SIZE);
	assert_non_null(strstr(s.d.text, "64,750 to 1,294,994 m²"));
	s.r.area = scene_box(0, 0, 254.7, 254.7);
	scene_expect(&s, ST_OK, 0);
	s.r.area = scene_box(0, 0, 1138.2, 1138.2); /* 1,295,500 m2 */
	scene_expect(&s, ST_RULE, RULES_AREA_SIZE);
	s.r.area = scene_box(0, 0, 1137.5, 1137.5);
	scene_expect(&s, ST_OK, 0);
}

static void
test_area_of_victims(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 300, 300);
	scene_expect(&s, ST_OK, 0);
	s.r.incident = "burglary";
	scene_expect(&s, ST_RULE, RULES_AREA_SIZE);
	assert_non_null(strstr(s.d.text, "129,499"));
	s.r.area = scene_box(0, 0, 400, 400);
	scene_expect(&s, ST_OK, 0);
}

static void
test_width(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 59, 2000);
	scene_expect(&s, ST_RULE, RULES_AREA_WIDTH);
	assert_string_equal(s.d.limit, "60 m");
	s.r.area = scene_box(0, 0, 61, 2000);
	scene_expect(&s, ST_OK, 0);
}

static void
test_window(void **state)
{
	(void)state;
	s.r.from = s.r.until - 15 * 60;
	scene_expect(&s, ST_OK, 0);
	s.r.from++;
	scene_expect(&s, ST_RULE, RULES_WINDOW);
	assert_non_null(strstr(s.d.text, "14 min 59 s"));
	assert_string_equal(s.d.limit, "15 min to 12 h");
	s.r.from = s.r.until - 12 * H;
	scene_expect(&s, ST_OK, 0);
	s.r.from--;
	scene_expect(&s, ST_RULE, RULES_WINDOW);
	s.r.from = s.r.until + H;
	scene_expect(&s, ST_RULE, RULES_WINDOW);
	s.r.from = SCENE_NOW - H;
	s.r.until = SCENE_NOW;
	scene_expect(&s, ST_OK, 0);
	s.r.until = SCENE_NOW + 1;
	s.r.opens = SCENE_NOW + 2;
	scene_expect(&s, ST_RULE, RULES_WINDOW);
	assert_string_equal(s.d.limit, "in the past");
}

static void
test_lifetime(void **state)
{
	(void)state;
	s.r.expires = s.r.opens + 7 * DAY;
	scene_expect(&s, ST_OK, 0);
	s.r.expires++;
	scene_expect(&s, ST_RULE, RULES_LIFETIME);
	s.r.expires = s.r.opens;
	scene_expect(&s, ST_RULE, RULES_LIFETIME);
	s.r.opens = SCENE_NOW + DAY;
	s.r.expires = s.r.opens + DAY;
	scene_expect(&s, ST_OK, 0);
	s.r.opens++;
	scene_expect(&s, ST_RULE, RULES_LIFETIME);
	assert_string_equal(s.d.field, "opens");
	s.r.opens = s.r.until - 1;
	scene_expect(&s, ST_RULE, RULES_LIFETIME);
	s.r.opens = s.r.until;
	s.r.expires = SCENE_NOW;
	scene_expect(&s, ST_RULE, RULES_LIFETIME);
}

static void
test_jurisdiction(void **state)
{
	json_t *j = json_pack("{s:s,s:[[[[f,f],[f,f],[f,f],[f,f],[f,f]]]]}",
	    "type", "MultiPolygon", "coordinates", 13.3, 52.4, 13.5, 52.4, 13.5,
	    52.6, 13.3, 52.6, 13.3, 52.4);
	struct geo_region *region = NULL;

	(void)state;
	assert_int_equal(region_parse(j, &region, NULL), ST_OK);
	json_decref(j);
	s.ctx.jurisdiction = region;
	scene_expect(&s, ST_OK, 0);
	s.r.area = scene_box(8100, 0, 400, 400); /* over 13.5 degrees */
	scene_expect(&s, ST_RULE, RULES_JURISDICTION);
	region_free(&region);
}

static void
test_dwellings(void **state)
{
	(void)state;
	s.ctx.dwellings = 49;
	scene_expect(&s, ST_RULE, RULES_DWELLINGS);
	s.ctx.dwellings = 50;
	scene_expect(&s, ST_OK, 0);
	s.ctx.dwellings = -1;
	scene_expect(&s, ST_OK, 0);
}

/* Far from each other and long ago: only the case number ties them. */
static struct rules_other *
far(const char *agency, const char *case_number, int k)
{
	struct rules_other *o = scene_other(
	    &s, agency, case_number, scene_box(0, 20000.0 * k, 400, 400));

	o->from -= 100 * DAY;
	o->until -= 100 * DAY;
	o->open = false;
	return o;
}

static void
test_per_case(void **state)
{
	(void)state;
	far("police.example", "24-001", 1);
	scene_expect(&s, ST_OK, 0);
	/* Other cases, another agency's case, the request itself. */
	far("police.example", "24-002", 2);
	far("police.example", "24001", 2);
	far("sheriff.example", "24-001", 3);
	far("police.example", "24-001", 4)->id = s.r.id;
	scene_expect(&s, ST_OK, 0);
	far("police.example", "24 001", 5);
	scene_expect(&s, ST_RULE, RULES_PER_CASE);
	assert_string_equal(s.d.field, "case");
	assert_string_equal(s.d.limit, "2 requests a case number");
}

static void
test_case_number_is_written_differently(void **state)
{
	static const char *const same[] = { "AB-24-001", "ab 24/001",
		"AB 24 001", " ab--24.001 ", "Ab_24_001#" };
	static const char *const other[] = { "AB-24001", "AB-24-0010",
		"AB-24-01", "AB" };
	char a[RULES_CASE_KEY], b[RULES_CASE_KEY];
	size_t i;

	(void)state;
	rules_case_key("AB-24-001", a);
	for (i = 0; i < NELEMS(same); i++) {
		rules_case_key(same[i], b);
		assert_string_equal(a, b);
	}
	for (i = 0; i < NELEMS(other); i++) {
		rules_case_key(other[i], b);
		assert_string_not_equal(a, b);
	}
	/* The longest that there may be. */
	rules_case_key("1234567890123456789012345678901234567890"
		       "123456789012345678901234",
	    a);
	assert_true(strlen(a) >= 62);
}

static void
test_per_case_on_behalf(void **state)
{
	static const char *names[] = { "police.example" };
	struct rules_other *o;

	(void)state;
	/* Another agency asked twice on this one's behalf. */
	o = far("sheriff.example", "24-001", 1);
	o->on_behalf_of = (struct json_strs){ names, 1 };
	scene_expect(&s, ST_OK, 0);
	o = far("sheriff.example", "24-001", 2);
	o->on_behalf_of = (struct json_strs){ names, 1 };
	scene_expect(&s, ST_RULE, RULES_PER_CASE);
	/* And the other way round. */
	scene_init(&s);
	s.r.agency = "sheriff.example";
	s.r.on_behalf_of = (struct json_strs){ names, 1 };
	far("police.example", "24-001", 1);
	far("police.example", "24-001", 2);
	scene_expect(&s, ST_RULE, RULES_PER_CASE);
}

static struct rules_other *
open_near(const char *agency, const char *case_number)
{
	struct rules_other *o = scene_other(
	    &s, agency, case_number, scene_box(0, 0, 400, 400));

	o->from -= 100 * DAY;
	o->until -= 100 * DAY;
	return o;
}

static void
test_per_district(void **state)
{
	static const char *const cases[] = { "1", "2", "3", "4" };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		open_near("police.example", cases[i]);
	open_near("police.example", "5")->open = false;
	open_near("sheriff.example", "6");
	/* Open, but in another district. */
	scene_other(&s, "police.example", "7", scene_box(0, 20000, 400, 400));
	scene_expect(&s, ST_OK, 0);
	open_near("police.example", "8");
	scene_expect(&s, ST_RULE, RULES_PER_DISTRICT);
	assert_non_null(strstr(s.d.text, "12/"));
	assert_string_equal(s.d.limit, "5 open a district");
}

static void
test_too_many_districts(void **state)
{
	struct geo_point v[4] = { { 15000000, 84500000 },
		{ 16450000, 84500000 }, { 16450000, 84505000 },
		{ 15000000, 84505000 } };

	(void)state;
	assert_int_equal(area_from_points(v, 4, &s.r.area, NULL), ST_OK);
	assert_int_equal(scene_check(&s), ST_RULE);
	assert_int_equal(
	    scene_finding(&s, RULES_PER_DISTRICT)->state, RULES_BROKEN);
}

static void
test_refusal_names_the_first_and_lists_all(void **state)
{
	(void)state;
	s.r.area = scene_box(0, 0, 50, 50);
	s.r.from = s.r.until - 60;
	scene_expect(&s, ST_RULE, RULES_AREA_SIZE);
	assert_int_equal(
	    scene_finding(&s, RULES_AREA_WIDTH)->state, RULES_BROKEN);
	assert_int_equal(scene_finding(&s, RULES_WINDOW)->state, RULES_BROKEN);
	assert_int_equal(scene_finding(&s, RULES_LIFETIME)->state, RULES_KEPT);
}

static void
test_names(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < RULES_COUNT; i++)
		assert_int_equal(
		    rules_by_name(rules_name((enum rules_rule)i)), i);
	assert_int_equal(rules_by_name("text"), RULES_COUNT);
	assert_int_equal(rules_by_name(""), RULES_COUNT);
}

static void
test_lift(void **state)
{
	char id[ID_TEXT];
	struct decision x = { .action = "lift",
		.subject = id,
		.rule = "neighbour-area",
		.reason = "" };
	uint32_t lifted = 0;

	(void)state;
	id_text(&s.r.id, id);
	rules_lift(&x, &s.r.id, &lifted);
	assert_int_equal(lifted, RULES_BIT(RULES_NEIGHBOUR_AREA));
	/* Another action, another subject, a rule that is never lifted. */
	lifted = 0;
	x.action = "refuse";
	rules_lift(&x, &s.r.id, &lifted);
	x.action = "lift";
	x.subject = "00000000000000000000000000000000";
	rules_lift(&x, &s.r.id, &lifted);
	x.subject = id;
	x.rule = "area-size";
	rules_lift(&x, &s.r.id, &lifted);
	x.rule = "";
	rules_lift(&x, &s.r.id, &lifted);
	assert_int_equal(lifted, 0);
	/* And a bit that somebody sets does not lift it either. */
	s.ctx.lifted = ~0u;
	s.r.area = scene_box(0, 0, 100, 100);
	scene_expect(&s, ST_RULE, RULES_AREA_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keeps_all, start),
		cmocka_unit_test_setup(test_incident, start),
		cmocka_unit_test_setup(test_area, start),
		cmocka_unit_test_setup(test_area_of_victims, start),
		cmocka_unit_test_setup(test_width, start),
		cmocka_unit_test_setup(test_window, start),
		cmocka_unit_test_setup(test_lifetime, start),
		cmocka_unit_test_setup(test_jurisdiction, start),
		cmocka_unit_test_setup(test_dwellings, start),
		cmocka_unit_test_setup(test_per_case, start),
		cmocka_unit_test_setup(
		    test_case_number_is_written_differently, start),
		cmocka_unit_test_setup(test_per_case_on_behalf, start),
		cmocka_unit_test_setup(test_per_district, start),
		cmocka_unit_test_setup(test_too_many_districts, start),
		cmocka_unit_test_setup(
		    test_refusal_names_the_first_and_lists_all, start),
		cmocka_unit_test_setup(test_names, start),
		cmocka_unit_test_setup(test_lift, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
