/*
 * Districts, also against points sampled all over an area and around it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "geo/district.h"
#include "shape.h"

static void
test_of(void **state)
{
	static const struct {
		double lon, lat;
		int x, y;
	} t[] = {
		/* By the formulas of the OpenStreetMap wiki. */
		{ 13.3777, 52.5163, 2200, 1343 },
		{ -74.0060, 40.7128, 1205, 1540 },
		{ 151.2093, -33.8688, 3768, 2457 },
		{ 0, 0, 2048, 2048 },
		{ -0.000001, 0.000001, 2047, 2047 },
		{ -180, 0, 0, 2048 },
		{ 180, 0, 0, 2048 },
		{ 179.999999, 0, 4095, 2048 },
	};
	struct geo_district g;
	struct geo_point p;
	double b[4];
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		assert_int_equal(
		    point_from_degrees(t[i].lon, t[i].lat, &p, NULL), ST_OK);
		g = district_of(p);
		if (g.z != 12 || g.x != t[i].x || g.y != t[i].y)
			fail_msg("%f,%f: %d/%d", t[i].lon, t[i].lat, g.x, g.y);
		district_bounds(g, b);
		if (fabs(t[i].lon) < 179)
			assert_true(b[0] <= t[i].lon && t[i].lon < b[2] &&
			    b[1] < t[i].lat && t[i].lat <= b[3]);
	}
	/* The edges of the latitudes that there are lie in the grid. */
	p = (struct geo_point){ 0, POINT_LAT_MAX };
	assert_true(district_of(p).y >= 0);
	p.lat = -POINT_LAT_MAX;
	assert_true(district_of(p).y < DISTRICT_COUNT);
}

static void
test_text(void **state)
{
	static const char *const bad[] = { "", "12", "12/", "12/1", "12/1/",
		"12/01/1", "12/1/01", "12/4096/1", "12/1/4096", "13/1/1",
		"12/-1/1", "12/1/1/", "12/1/1 ", " 12/1/1", "12/+1/1",
		"12/1/99999999999", "012/1/1", "12/0x1/1", "12//1" };
	struct geo_district g, h = { 12, 2200, 1343 };
	char text[DISTRICT_TEXT];
	struct diag d;
	size_t i;

	(void)state;
	district_text(h, text);
	assert_string_equal(text, "12/2200/1343");
	assert_int_equal(district_parse(text, &g, NULL), ST_OK);
	assert_true(district_equal(g, h));
	assert_int_equal(district_parse("12/0/4095", &g, NULL), ST_OK);
	assert_int_equal(g.y, 4095);
	for (i = 0; i < NELEMS(bad); i++) {
		memset(&d, 0, sizeof(d));
		if (district_parse(bad[i], &g, &d) != ST_INVALID)
			fail_msg("\"%s\" was read", bad[i]);
		assert_string_equal(d.field, "district");
	}
}

static bool
listed(const struct geo_district *v, size_t n, struct geo_district g)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (district_equal(v[i], g))
			return true;
	return false;
}

/*
 * The nearest that any of a fine grid of the district's points comes to the
 * area, on the district's side that matters: its border and its inside.
 */
static double
sampled_m(struct geo_district g, const struct geo_area *a)
{
	double b[4], best = INFINITY;
	struct geo_point p;
	int i, k;

	district_bounds(g, b);
	for (i = 0; i <= 200; i++)
		for (k = 0; k <= 200; k++) {
			if (i % 200 != 0 && k % 200 != 0 &&
			    (i % 10 != 0 || k % 10 != 0))
				continue;
			assert_int_equal(
			    point_from_degrees(b[0] + (b[2] - b[0]) * i / 200,
				b[1] + (b[3] - b[1]) * k / 200, &p, NULL),
			    ST_OK);
			best = fmin(best, area_point_distance_m(a, p));
		}
	return best;
}

static void
compare(const struct geo_area *a)
{
	struct geo_district v[DISTRICT_NEAR_MAX], g;
	struct geo_district c = district_of(area_centroid(a));
	size_t n = 0;
	int dx, dy;

	assert_int_equal(
	    district_near_list(a, DISTRICT_NEAR_M, v, &n, NULL), ST_OK);
	assert_true(n >= 1);
	assert_true(listed(v, n, c));
	for (dx = -2; dx <= 2; dx++)
		for (dy = -2; dy <= 2; dy++) {
			double near;

			g.z = DISTRICT_ZOOM;
			g.x = (c.x + dx + DISTRICT_COUNT) % DISTRICT_COUNT;
			g.y = c.y + dy;
			near = sampled_m(g, a);
			/* Samples lie up to 50 m apart along the border. */
			if (near <= 1000 && !listed(v, n, g))
				fail_msg(
				    "%d/%d at %f m is missing", g.x, g.y, near);
			if (near > 1030 && listed(v, n, g))
				fail_msg(
				    "%d/%d at %f m is listed", g.x, g.y, near);
		}
}

static void
test_near_against_samples(void **state)
{
	static const double lats[] = { -55, -33.9, -0.01, 20, 40.7, 52.5, 65 };
	size_t i;
	int k;

	(void)state;
	srand(1);
	for (i = 0; i < NELEMS(lats); i++)
		for (k = 0; k < 12; k++) {
			struct geo_area a = shape_box(
			    rand() % 3600 / 10.0 - 180 + 0.02,
			    lats[i] + rand() % 1000 / 10000.0,
			    100 + rand() % 1200, 100 + rand() % 900,
			    rand() % 45);

			compare(&a);
		}
}

/* Around the corner where four districts meet. */
static void
test_near_a_corner(void **state)
{
	struct geo_district v[DISTRICT_NEAR_MAX];
	struct geo_area a;
	struct geo_point p;
	double b[4];
	size_t n;

	(void)state;
	district_bounds((struct geo_district){ 12, 2200, 1343 }, b);
	p = shape_point(b[0], b[3], -100, -100);
	a = shape_box(point_lon(p), point_lat(p), 300, 300, 0);
	compare(&a);
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_int_equal(n, 4);
	/* 750 m from two edges is within 1 km of both, but not of the corner. */
	p = shape_point(b[0], b[3], 750, -1050);
	a = shape_box(point_lon(p), point_lat(p), 300, 300, 0);
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_int_equal(n, 3);
	compare(&a);
	/* Exactly 1 km, give or take 5 m. */
	p = shape_point(b[0], b[3], 995, -3000);
	a = shape_box(point_lon(p), point_lat(p), 300, 300, 0);
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_int_equal(n, 2);
	p = shape_point(b[0], b[3], 1005, -3000);
	a = shape_box(point_lon(p), point_lat(p), 300, 300, 0);
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_int_equal(n, 1);
}

static void
test_near_the_antimeridian(void **state)
{
	struct geo_area a = shape_box(179.994, -17, 500, 500, 0);
	struct geo_district v[DISTRICT_NEAR_MAX];
	size_t n;

	(void)state;
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].x, 4095);
	assert_int_equal(v[1].x, 0);
}

static void
test_far_north(void **state)
{
	struct geo_district v[DISTRICT_NEAR_MAX];
	struct geo_area a = shape_box(15, 84.99, 300, 300, 0);
	struct diag d = { 0 };
	size_t n;

	(void)state;
	/* Districts are some 860 m wide there. */
	assert_int_equal(district_near_list(&a, 1000, v, &n, NULL), ST_OK);
	assert_true(listed(v, n, district_of(a.v[0])));
	a = shape_box(15, 84.5, 15000, 70, 0);
	assert_int_equal(district_near_list(&a, 1000, v, &n, &d), ST_RULE);
	assert_string_equal(d.limit, "16 districts");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_near_against_samples),
		cmocka_unit_test(test_near_a_corner),
		cmocka_unit_test(test_near_the_antimeridian),
		cmocka_unit_test(test_far_north),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
