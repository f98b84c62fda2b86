/*
 * Jurisdictions: which MultiPolygons are read, and what lies inside.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "geo/region.h"
#include "shape.h"

static enum status
parse(const char *text, struct geo_region **out, struct diag *d)
{
	json_t *j = json_loads(text, 0, NULL);
	enum status st;

	assert_non_null(j);
	memset(d, 0, sizeof(*d));
	st = region_parse(j, out, d);
	json_decref(j);
	return st;
}

#define MULTI(p) "{\"type\":\"MultiPolygon\",\"coordinates\":[" p "]}"
#define TOWN "[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]]"
#define COURT "[[0.04,0.04],[0.04,0.06],[0.06,0.06],[0.06,0.04],[0.04,0.04]]"
#define ISLE "[[0.2,0],[0.3,0],[0.3,0.1],[0.2,0.1],[0.2,0]]"

static void
test_inside(void **state)
{
	struct geo_region *r = NULL;
	struct geo_area a;
	struct diag d;

	(void)state;
	assert_int_equal(
	    parse(MULTI("[" TOWN "," COURT "],[" ISLE "]"), &r, &d), ST_OK);
	assert_int_equal(region_points(r), 15);
	assert_int_equal(region_bounds(r).max.lon, 300000);
	assert_true(fabs(region_km2(r) - 123.1 * 1.96) < 2);
	a = shape_box(0.01, 0.01, 500, 500, 0);
	assert_true(region_contains_area(r, &a));
	a = shape_box(0.25, 0.05, 500, 500, 30);
	assert_true(region_contains_area(r, &a));
	/* Along the border, and one microdegree beyond. */
	a = shape_box(0, 0, 500, 500, 0);
	assert_true(region_contains_area(r, &a));
	a.v[0].lon--;
	a.v[3].lon--;
	assert_false(region_contains_area(r, &a));
	/* In the court, over its edge, around it, between town and isle. */
	a = shape_box(0.048, 0.048, 500, 500, 0);
	assert_false(region_contains_area(r, &a));
	a = shape_box(0.038, 0.05, 500, 500, 0);
	assert_false(region_contains_area(r, &a));
	a = shape_box(0.03, 0.03, 5000, 5000, 0);
	assert_false(region_contains_area(r, &a));
	a = shape_box(0.15, 0.05, 500, 500, 0);
	assert_false(region_contains_area(r, &a));
	assert_true(
	    region_contains_point(r, (struct geo_point){ 100000, 50000 }));
	assert_false(
	    region_contains_point(r, (struct geo_point){ 50000, 50000 }));
	region_free(&r);
	assert_null(r);
	region_free(&r);
}

static void
test_refuses(void **state)
{
	static const struct {
		const char *text, *says;
	} t[] = {
		{ "{\"type\":\"Polygon\",\"coordinates\":[" TOWN "]}",
		    "GeoJSON MultiPolygon" },
		{ MULTI(""), "empty" },
		{ MULTI("[]"), "1 to 50,000 rings" },
		{ MULTI("[[]]"), "4 positions" },
		{ MULTI("[[[0,0],[0.1,0],[0,0]]]"), "4 positions" },
		{ MULTI("[[[0,0],[0.1,0],[0.1,0.1],[0,0.1]]]"), "not closed" },
		{ MULTI("[[[0,0],[0.1,0],[0.1,95],[0,0]]]"), "-85 to 85" },
		{ MULTI("[[[0,0],[0.1,0],[0.1,0.1000001],[0,0]]]"),
		    "6 decimals" },
		/* A bow tie, overlapping parts, a hole outside, no extent. */
		{ MULTI("[[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]]]"),
		    "not a valid" },
		{ MULTI("[" TOWN "],[[[0.05,0.05],[0.2,0.05],[0.2,0.2],"
			"[0.05,0.05]]]"),
		    "not a valid" },
		{ MULTI("[" ISLE "," COURT "]"), "not a valid" },
		{ MULTI("[[[0,0],[0.1,0.1],[0.2,0.2],[0,0]]]"), "not a valid" },
	};
	struct geo_region *r = NULL;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++)
		if (parse(t[i].text, &r, &d) != ST_INVALID || r != NULL ||
		    strstr(d.text, t[i].says) == NULL)
			fail_msg("%s: \"%s\"", t[i].text, d.text);
}

/* A circle of n points with a ripple, so that it is not convex. */
static json_t *
large(size_t n)
{
	json_t *ring = json_array();
	size_t i;

	for (i = 0; i <= n; i++) {
		double t = 2 * M_PI * (double)(i % n) / (double)n;
		double r = 500000 + 20000 * cos(50 * t);

		json_array_append_new(ring,
		    point_json((struct geo_point){
			(int32_t)(r * cos(t)), (int32_t)(r * sin(t)) }));
	}
	return json_pack(
	    "{s:s,s:[[o]]}", "type", "MultiPolygon", "coordinates", ring);
}

static void
test_large(void **state)
{
	struct geo_region *r = NULL;
	struct geo_area a = shape_box(0.01, 0.01, 500, 500, 0);
	struct diag d = { 0 };
	json_t *j;
	int64_t t0;
	int i;

	(void)state;
	j = large(REGION_POINTS_MAX);
	assert_int_equal(region_parse(j, &r, &d), ST_TOO_LARGE);
	json_decref(j);
	j = large(REGION_POINTS_MAX - 1);
	memset(&d, 0, sizeof(d));
	if (region_parse(j, &r, &d) != ST_OK)
		fail_msg("%s", d.text);
	json_decref(j);
	assert_int_equal(region_points(r), REGION_POINTS_MAX);
	assert_true(region_contains_area(r, &a));
	t0 = clock_monotonic_ms();
	for (i = 0; i < 1000; i++)
		assert_true(region_contains_area(r, &a));
	print_message("contains, of 200,000 points: %d us\n",
	    (int)(clock_monotonic_ms() - t0));
	region_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
