/*
 * What is an area and what is refused, with the member and the limit named.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "geo/area.h"
#include "shape.h"

static enum status
parse(const char *text, struct geo_area *out, struct diag *d)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);
	enum status st;

	assert_non_null(j);
	memset(d, 0, sizeof(*d));
	st = area_parse(j, out, d);
	json_decref(j);
	return st;
}

#define POLYGON(ring) "{\"type\":\"Polygon\",\"coordinates\":[" ring "]}"
#define SQUARE "[[0,0],[0.003,0],[0.003,0.003],[0,0.003],[0,0]]"

static void
test_reads_and_writes(void **state)
{
	struct geo_area a, b;
	struct diag d;
	json_t *j;

	(void)state;
	assert_int_equal(parse(POLYGON("[[13.377,52.5163],[13.381704,52.5163],"
				       "[13.381704,52.519],[13.377,52.519],"
				       "[13.377,52.5163]]"),
			     &a, &d),
	    ST_OK);
	assert_int_equal(a.n, 4);
	assert_int_equal(a.v[1].lon, 13381704);
	assert_int_equal(a.v[2].lat, 52519000);
	j = area_json(&a);
	assert_non_null(j);
	assert_int_equal(area_parse(j, &b, &d), ST_OK);
	json_decref(j);
	assert_true(area_equal(&a, &b));
	assert_memory_equal(a.v, b.v, a.n * sizeof(a.v[0]));
}

static void
test_refuses(void **state)
{
	static const struct {
		const char *text;
		const char *field; /* as d names it */
		const char *says;  /* part of the sentence */
	} t[] = {
		{ "[]", "area", "GeoJSON Polygon" },
		{ "{\"type\":\"Point\",\"coordinates\":[0,0]}", "area.type",
		    "GeoJSON Polygon" },
		{ "{\"type\":\"Polygon\"}", "area.coordinates", "array" },
		{ "{\"type\":\"Polygon\",\"coordinates\":[" SQUARE
		  "],\"bbox\":[0,0,1,1]}",
		    "area", "alone" },
		{ POLYGON(""), "area.coordinates", "no ring" },
		{ POLYGON(SQUARE ",[[0.001,0.001],[0.001,0.002],[0.002,0.002],"
				 "[0.001,0.001]]"),
		    "area.coordinates", "holes" },
		{ POLYGON("[]"), "area.coordinates[0]", "0 points" },
		{ POLYGON("[[0,0],[0.003,0],[0,0]]"), "area.coordinates[0]",
		    "2 points" },
		{ POLYGON("[[0,0],[0.003,0],[0.003,0.003],[0,0.003]]"),
		    "area.coordinates[0][3]", "not closed" },
		{ POLYGON("[[0,0],[0.003,0,12],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][1]", "nothing more" },
		{ POLYGON("[[0,0],[\"0.003\",0],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][1][0]", "number" },
		{ POLYGON("[[0,0],[0.003,null],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][1][1]", "number" },
		{ POLYGON("[[0,0],[0.0030001,0],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][1][0]", "6 decimals" },
		{ POLYGON("[[0,0],[0.003,1e-7],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][1][1]", "6 decimals" },
		{ POLYGON("[[180.000001,0],[0.003,0],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][0][0]", "out of range" },
		{ POLYGON("[[0,85],[0.01,85],[0.01,85.000001],[0,85]]"),
		    "area.coordinates[0][2][1]", "-85 to 85" },
		{ POLYGON("[[0,-90],[0.01,-90],[0.01,-89.99],[0,-90]]"),
		    "area.coordinates[0][0][1]", "-85 to 85" },
		{ POLYGON("[[1e300,0],[0.003,0],[0.003,0.003],[0,0]]"),
		    "area.coordinates[0][0][0]", "out of range" },
		{ POLYGON("[[0,0],[0,0.003],[0.003,0.003],[0.003,0],[0,0]]"),
		    "area.coordinates[0]", "clockwise" },
		{ POLYGON("[[0,0],[0.003,0.003],[0.003,0],[0,0.004],[0,0]]"),
		    "area.coordinates[0]", "crosses itself" },
		{ POLYGON("[[0,0],[0.003,0.003],[0.003,0],[0,0.003],[0,0]]"),
		    "area.coordinates[0]", "crosses itself" },
		/* Turns left at each corner, but twice around. */
		{ POLYGON("[[0,0.01],[-0.006,-0.008],[0.0095,0.003],"
			  "[-0.0095,0.003],[0.006,-0.008],[0,0.01]]"),
		    "area.coordinates[0]", "crosses itself" },
		{ POLYGON("[[0,0],[0.003,0],[0.001,0.001],[0,0.003],[0,0]]"),
		    "area.coordinates[0][2]", "convex" },
		{ POLYGON("[[0,0],[0.001,0],[0.003,0],[0,0.003],[0,0]]"),
		    "area.coordinates[0][1]", "straight line" },
		{ POLYGON("[[0,0],[0.001,0.001],[0.002,0.002],[0,0]]"),
		    "area.coordinates[0]", "empty" },
		{ POLYGON("[[0,0],[0.003,0],[0.003,0],[0,0.003],[0,0]]"),
		    "area.coordinates[0][2]", "same" },
		{ POLYGON("[[0,0],[0.003,0],[0,0],[0,0.003],[0,0]]"),
		    "area.coordinates[0][2]", "same" },
		{ POLYGON("[[179.99,0],[-179.99,0],[-179.99,0.01],"
			  "[179.99,0.01],[179.99,0]]"),
		    "area.coordinates[0]", "antimeridian" },
		{ POLYGON("[[0,0],[0.2,0],[0.2,0.001],[0,0.001],[0,0]]"),
		    "area.coordinates[0]", "20 km" },
		{ POLYGON("[[0,0],[0.001,0],[0.001,0.2],[0,0.2],[0,0]]"),
		    "area.coordinates[0]", "20 km" },
	};
	struct geo_area a;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		if (parse(t[i].text, &a, &d) != ST_INVALID ||
		    strcmp(d.field, t[i].field) != 0 ||
		    strstr(d.text, t[i].says) == NULL)
			fail_msg("%s: field \"%s\", \"%s\"", t[i].text, d.field,
			    d.text);
	}
}

static void
test_counts_points(void **state)
{
	struct geo_area a;
	struct geo_point v[17];
	struct diag d = { 0 };
	json_t *ring = json_array(), *polygon;
	int i;

	(void)state;
	for (i = 0; i < 17; i++) {
		v[i].lon = (int32_t)lround(5000 * cos(i * 2 * M_PI / 17));
		v[i].lat = (int32_t)lround(5000 * sin(i * 2 * M_PI / 17));
		json_array_append_new(ring, point_json(v[i]));
	}
	json_array_append_new(ring, point_json(v[0]));
	polygon = json_pack(
	    "{s:s,s:[o]}", "type", "Polygon", "coordinates", ring);
	assert_int_equal(area_parse(polygon, &a, &d), ST_TOO_LARGE);
	assert_string_equal(d.limit, "3 to 16 points");
	json_decref(polygon);
	assert_int_equal(area_from_points(v, 16, &a, NULL), ST_OK);
	assert_int_equal(a.n, 16);
	assert_int_equal(area_from_points(v, 3, &a, NULL), ST_OK);
	assert_int_equal(area_from_points(v, 2, &a, NULL), ST_INVALID);
}

static void
test_not_a_number(void **state)
{
	struct geo_point p;

	(void)state;
	assert_int_equal(point_from_degrees(NAN, 0, &p, NULL), ST_INVALID);
	assert_int_equal(point_from_degrees(0, INFINITY, &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("nan,0", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("0x1,0", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("1e1,0", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("1,2,3", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("1", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("", &p, NULL), ST_INVALID);
	assert_int_equal(point_from_text("13.3777, -52.5163", &p, NULL), ST_OK);
	assert_int_equal(p.lon, 13377700);
	assert_int_equal(p.lat, -52516300);
}

static void
test_same_ring(void **state)
{
	struct geo_area a = shape_box(13, 52, 400, 300, 20), b = a, c;
	struct diag d = { 0 };
	uint32_t i;

	(void)state;
	for (i = 0; i < a.n; i++)
		b.v[i] = a.v[(i + 3) % a.n];
	assert_true(area_equal(&a, &b));
	b.v[2].lon++;
	assert_false(area_equal(&a, &b));
	assert_int_equal(area_from_points(a.v, 3, &c, &d), ST_OK);
	assert_false(area_equal(&a, &c));
}

static void
test_contains(void **state)
{
	struct geo_area a;
	struct diag d;

	(void)state;
	assert_int_equal(parse(POLYGON(SQUARE), &a, &d), ST_OK);
	assert_true(area_contains(&a, (struct geo_point){ 1500, 1500 }));
	assert_true(area_contains(&a, (struct geo_point){ 3000, 1 }));
	assert_true(area_contains(&a, (struct geo_point){ 0, 0 }));
	assert_false(area_contains(&a, (struct geo_point){ 3001, 1 }));
	assert_false(area_contains(&a, (struct geo_point){ -1, 1500 }));
}

static void
test_around(void **state)
{
	struct geo_point c = { 13377700, 52516300 };
	struct geo_area a;
	double r = 300, m2;
	uint32_t i;

	(void)state;
	assert_int_equal(area_around(c, r, &a, NULL), ST_OK);
	assert_int_equal(a.n, 16);
	m2 = 8 * r * r * sin(M_PI / 8);
	assert_true(fabs(area_m2(&a) - m2) < 0.001 * m2);
	for (i = 0; i < a.n; i++)
		assert_true(fabs(point_distance_m(c, a.v[i]) - r) < 0.2);
	assert_int_equal(area_around(c, 1, &a, NULL), ST_INVALID);
	assert_int_equal(area_around(c, NAN, &a, NULL), ST_INVALID);
	c.lon = 180 * POINT_MICRO;
	assert_int_equal(area_around(c, r, &a, NULL), ST_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_and_writes),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_counts_points),
		cmocka_unit_test(test_not_a_number),
		cmocka_unit_test(test_same_ring),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
