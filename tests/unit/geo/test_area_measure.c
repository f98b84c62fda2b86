/*
 * Measures of areas, held to GeographicLib's geodesics and to plain figures.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <geodesic.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "geo/area.h"
#include "shape.h"

#define NEAR(a, b, tolerance)                                         \
	do {                                                          \
		double a_ = (a), b_ = (b);                            \
		if (!(fabs(a_ - b_) <= (tolerance)))                  \
			fail_msg("%s is %.9g, not %.9g", #a, a_, b_); \
	} while (0)

static const double lats[] = { -84.5, -60, -33.9, 0, 21.3, 40.7, 52.5, 70,
	84.5 };

static void
test_area_is_the_ellipsoids(void **state)
{
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < NELEMS(lats); i++)
		for (k = 0; k < 8; k++) {
			struct geo_area a = shape_box(
			    -74, lats[i], 900, 700, k * 11.0);

			NEAR(area_m2(&a), shape_geodesic_m2(&a, 200), 0.05);
		}
}

/*
 * A ring along a parallel: the geodesic between its ends runs nearer to the
 * pole, and would make a long thin ring measure next to nothing.
 */
static void
test_edges_are_straight_on_the_map(void **state)
{
	struct geo_area a = shape_box(10, 60, 18000, 65, 0);

	(void)state;
	NEAR(area_m2(&a), 18000.0 * 65, 4000);
	NEAR(area_m2(&a), shape_geodesic_m2(&a, 2000), 1);
	a = shape_box(10, 60, 13000, 70, 12);
	NEAR(area_m2(&a), shape_geodesic_m2(&a, 2000), 1);
}

/* One microdegree about the limits tells the two apart. */
static void
test_a_hair_around_the_limits(void **state)
{
	static const double limits[] = { 64750, 1294994 };
	struct geo_area in, out;
	size_t i;
	double d;

	(void)state;
	for (i = 0; i < NELEMS(limits); i++) {
		/* Widen a square, a step of some 0.07 m, across the limit. */
		in = shape_box(
		    13.4, 52.5, sqrt(limits[i]) - 1, sqrt(limits[i]), 0);
		for (out = in; area_m2(&out) <= limits[i];) {
			in = out;
			out.v[1].lon++;
			out.v[2].lon++;
		}
		assert_true(area_m2(&in) <= limits[i]);
		assert_true(area_m2(&out) > limits[i]);
		d = area_m2(&out) - area_m2(&in);
		assert_true(d > 0 && d < 0.001 * limits[i]);
		NEAR(area_m2(&in), shape_geodesic_m2(&in, 200), 0.05);
	}
}

static void
test_width(void **state)
{
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < NELEMS(lats); i++)
		for (k = 0; k < 9; k++) {
			struct geo_area a;

			a = shape_box(20, lats[i], 1500, 59, k * 19.0);
			NEAR(area_min_width_m(&a), 59, 0.8);
			assert_true(area_min_width_m(&a) < 60);
			a = shape_box(20, lats[i], 1500, 61, k * 19.0);
			assert_true(area_min_width_m(&a) > 60);
		}
}

static void
test_width_of_a_triangle_is_its_least_height(void **state)
{
	struct geo_point v[3] = { shape_point(2, 48, 0, 0),
		shape_point(2, 48, 300, 0), shape_point(2, 48, 0, 400) };
	struct geo_area a;

	(void)state;
	assert_int_equal(area_from_points(v, 3, &a, NULL), ST_OK);
	NEAR(area_min_width_m(&a), 240, 0.3);
	NEAR(area_m2(&a), 60000, 60);
}

static void
test_centroid(void **state)
{
	struct geo_point v[3] = { { 1000, 51000000 }, { 7000, 51000000 },
		{ 1000, 51006000 } };
	struct geo_area a;
	struct geo_point c;

	(void)state;
	assert_int_equal(area_from_points(v, 3, &a, NULL), ST_OK);
	c = area_centroid(&a);
	NEAR(c.lon, 3000, 1);
	NEAR(c.lat, 51002000, 1);
}

static void
test_distance(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(lats); i++) {
		struct geo_point p = shape_point(30, lats[i], 1300, 0);
		struct geo_area a = shape_box(30, lats[i], 300, 400, 0), b;

		b = shape_box(point_lon(p), point_lat(p), 300, 400, 0);
		/* At 84.5 degrees the northern ends are 0.85 m nearer. */
		NEAR(area_distance_m(&a, &b), 1000, 1);
		NEAR(area_distance_m(&b, &a), area_distance_m(&a, &b), 1e-6);
		/* The parallel bends away from the line due east. */
		NEAR(area_point_distance_m(&a, p), 1000, 0.6);
		assert_true(area_point_distance_m(&a, a.v[2]) == 0);
	}
}

static void
test_distance_at_the_end_of_a_long_area(void **state)
{
	struct geo_area a = shape_box(10, 60, 70, 18000, 0), b;
	struct geo_point p = shape_point(10, 60, 1070, 17900);
	double s12;
	struct geod_geodesic g;

	(void)state;
	geod_init(&g, 6378137, 1 / 298.257223563);
	b = shape_box(point_lon(p), point_lat(p), 300, 300, 0);
	/* The nearest to the corner is due west, 100 m below a's end. */
	geod_inverse(&g, point_lat(p), point_lon(p), point_lat(p),
	    point_lon(a.v[2]), &s12, NULL, NULL);
	NEAR(area_distance_m(&a, &b), s12, 0.3);
	NEAR(area_point_distance_m(&a, p), s12, 0.3);
}

static void
test_touching_is_no_distance_and_no_depth(void **state)
{
	struct geo_point v[4] = { { 0, 0 }, { 4000, 0 }, { 4000, 4000 },
		{ 0, 4000 } };
	struct geo_area a, b;
	int i;

	(void)state;
	assert_int_equal(area_from_points(v, 4, &a, NULL), ST_OK);
	for (i = 0; i < 4; i++)
		v[i].lon += 4000;
	assert_int_equal(area_from_points(v, 4, &b, NULL), ST_OK);
	assert_true(area_distance_m(&a, &b) == 0);
	assert_true(area_depth_m(&a, &b) == 0);
	assert_false(area_overlaps(&a, &b, 0));
	/* One microdegree into each other, and one apart. */
	for (i = 0; i < 4; i++)
		v[i].lon--;
	assert_int_equal(area_from_points(v, 4, &b, NULL), ST_OK);
	assert_true(area_distance_m(&a, &b) == 0);
	NEAR(area_depth_m(&a, &b), 0.111, 0.001);
	assert_true(area_overlaps(&a, &b, 0.1));
	assert_false(area_overlaps(&a, &b, 0.12));
	for (i = 0; i < 4; i++)
		v[i].lon += 2;
	assert_int_equal(area_from_points(v, 4, &b, NULL), ST_OK);
	NEAR(area_distance_m(&a, &b), 0.111, 0.001);
	assert_true(area_depth_m(&a, &b) == 0);
}

static void
test_nested_areas_overlap(void **state)
{
	struct geo_area a = shape_box(13, 52, 1000, 1000, 0);
	struct geo_point p = shape_point(13, 52, 400, 400);
	struct geo_area b = shape_box(point_lon(p), point_lat(p), 200, 200, 30);

	(void)state;
	assert_true(area_distance_m(&a, &b) == 0);
	assert_true(area_depth_m(&a, &b) > 400);
	NEAR(area_depth_m(&a, &b), area_depth_m(&b, &a), 1);
	assert_true(area_overlaps(&a, &a, 1));
}

static void
test_across_the_antimeridian(void **state)
{
	struct geo_area a = shape_box(179.99, -17, 500, 500, 0);
	struct geo_area b = shape_box(-179.995, -17, 500, 500, 0);
	const struct geo_area *both[] = { &a, &b };
	double m2, gap;

	(void)state;
	gap = 0.015 * 106482 - 500; /* metres a degree at 17 degrees */
	NEAR(area_distance_m(&a, &b), gap, 2);
	NEAR(area_distance_m(&b, &a), gap, 2);
	assert_true(area_depth_m(&a, &b) == 0);
	assert_int_equal(area_union_m2(both, 2, &m2), ST_OK);
	NEAR(m2, area_m2(&a) + area_m2(&b), 0.1);
	/* Half way around the Earth nothing is near. */
	b = shape_box(0, -17, 500, 500, 0);
	assert_true(area_distance_m(&a, &b) > 1e6);
	b = shape_box(-0.01, 17, 500, 500, 0);
	assert_true(area_distance_m(&a, &b) > 1e6);
}

static void
test_union(void **state)
{
	struct geo_area a = shape_box(13, 52, 1000, 1000, 0), b, c;
	struct geo_point p = shape_point(13, 52, 500, 0);
	const struct geo_area *v[4] = { &a, &a, &a, &a };
	double m2;

	(void)state;
	assert_int_equal(area_union_m2(v, 0, &m2), ST_OK);
	assert_true(m2 == 0);
	assert_int_equal(area_union_m2(v, 4, &m2), ST_OK);
	NEAR(m2, area_m2(&a), 0.01);
	b = shape_box(point_lon(p), point_lat(p), 1000, 1000, 0);
	v[1] = &b;
	assert_int_equal(area_union_m2(v, 2, &m2), ST_OK);
	NEAR(m2, 1.5e6, 500);
	p = shape_point(13, 52, 250, 250);
	c = shape_box(point_lon(p), point_lat(p), 300, 300, 40);
	v[2] = &c;
	assert_int_equal(area_union_m2(v, 3, &m2), ST_OK);
	NEAR(m2, 1.5e6, 500);
	c = shape_box(14, 52, 500, 500, 10);
	assert_int_equal(area_union_m2(v, 3, &m2), ST_OK);
	NEAR(m2, 1.75e6, 600);
}

/* Four strips around a court: the court is not counted. */
static void
test_union_leaves_holes_out(void **state)
{
	struct geo_point o = shape_point(13, 52, 0, 700);
	struct geo_point e = shape_point(13, 52, 700, 0);
	struct geo_area s = shape_box(13, 52, 800, 100, 0);
	struct geo_area n = shape_box(point_lon(o), point_lat(o), 800, 100, 0);
	struct geo_area w = shape_box(13, 52, 100, 800, 0);
	struct geo_area east = shape_box(
	    point_lon(e), point_lat(e), 100, 800, 0);
	const struct geo_area *v[] = { &s, &n, &w, &east };
	double m2;

	(void)state;
	assert_int_equal(area_union_m2(v, 4, &m2), ST_OK);
	NEAR(m2, 800.0 * 800 - 600.0 * 600, 300);
}

/* Nothing is asserted of speed but that no measure is hopeless. */
static void
test_speed(void **state)
{
	struct geo_point c = { 13377700, 52516300 };
	struct geo_area a, b;
	json_t *j;
	int64_t t0;
	double sum = 0;
	int i;

	(void)state;
	assert_int_equal(area_around(c, 500, &a, NULL), ST_OK);
	c.lon += 30000;
	assert_int_equal(area_around(c, 500, &b, NULL), ST_OK);
	j = area_json(&a);
	t0 = clock_monotonic_ms();
	for (i = 0; i < 1000; i++) {
		assert_int_equal(area_parse(j, &a, NULL), ST_OK);
		sum += area_m2(&a) + area_min_width_m(&a) +
		    area_distance_m(&a, &b);
	}
	t0 = clock_monotonic_ms() - t0;
	json_decref(j);
	print_message("parse and measure: %d us\n", (int)t0);
	assert_true(sum > 0);
	assert_true(t0 < 20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_area_is_the_ellipsoids),
		cmocka_unit_test(test_edges_are_straight_on_the_map),
		cmocka_unit_test(test_a_hair_around_the_limits),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_width_of_a_triangle_is_its_least_height),
		cmocka_unit_test(test_centroid),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_distance_at_the_end_of_a_long_area),
		cmocka_unit_test(test_touching_is_no_distance_and_no_depth),
		cmocka_unit_test(test_nested_areas_overlap),
		cmocka_unit_test(test_across_the_antimeridian),
		cmocka_unit_test(test_union),
		cmocka_unit_test(test_union_leaves_holes_out),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
