#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "geo/area.h"
#include "geo/geojson.h"
#include "geo/plane.h"

#define FIELD "area.coordinates"
#define RING FIELD "[0]"

/*
 * Twice the signed area of the triangle a, b, c in square microdegrees:
 * positive where c lies left of the way from a to b.  Differences are below
 * 2^29, so the products fit and the sign is exact.
 */
static int64_t
side(struct geo_point a, struct geo_point b, struct geo_point c)
{
	int64_t abx = (int64_t)b.lon - a.lon, aby = (int64_t)b.lat - a.lat;
	int64_t acx = (int64_t)c.lon - a.lon, acy = (int64_t)c.lat - a.lat;

	return abx * acy - aby * acx;
}

static bool
same(struct geo_point a, struct geo_point b)
{
	return a.lon == b.lon && a.lat == b.lat;
}

/* Whether the edges a-b and c-d cross in a point inside both. */
static bool
crosses(struct geo_point a, struct geo_point b, struct geo_point c,
    struct geo_point d)
{
	int64_t s1 = side(a, b, c), s2 = side(a, b, d);
	int64_t s3 = side(c, d, a), s4 = side(c, d, b);

	return ((s1 > 0 && s2 < 0) || (s1 < 0 && s2 > 0)) &&
	    ((s3 > 0 && s4 < 0) || (s3 < 0 && s4 > 0));
}

/* Twice the signed area in square microdegrees. */
static int64_t
doubled(const struct geo_area *a)
{
	int64_t sum = 0;
	uint32_t i;

	for (i = 1; i + 1 < a->n; i++)
		sum += side(a->v[0], a->v[i], a->v[i + 1]);
	return sum;
}

struct geo_bounds
area_bounds(const struct geo_area *a)
{
	struct geo_bounds b = { a->v[0], a->v[0] };
	uint32_t i;

	for (i = 1; i < a->n; i++) {
		struct geo_point p = a->v[i];

		b.min.lon = p.lon < b.min.lon ? p.lon : b.min.lon;
		b.max.lon = p.lon > b.max.lon ? p.lon : b.max.lon;
		b.min.lat = p.lat < b.min.lat ? p.lat : b.min.lat;
		b.max.lat = p.lat > b.max.lat ? p.lat : b.max.lat;
	}
	return b;
}

/* The bounding box: before the shape, so that all its numbers are small. */
static enum status
check_span(const struct geo_area *a, struct diag *d)
{
	struct geo_bounds b = area_bounds(a);
	int64_t dlon = (int64_t)b.max.lon - b.min.lon;
	struct plane p;
	double lat, span;

	if (dlon > POINT_LON_MAX)
		return diag_set(d, ST_INVALID, RING, "180 degrees",
		    "The area crosses the antimeridian. Ask for its two sides "
		    "separately.");
	/* Where the box is widest: nearest to the equator. */
	lat = b.min.lat > 0 ? b.min.lat : b.max.lat < 0 ? b.max.lat : 0;
	p = plane_at(b.min.lon, lat);
	span = (double)dlon * p.kx;
	p = plane_at(b.min.lon, (b.min.lat + (double)b.max.lat) / 2);
	span = fmax(span, ((double)b.max.lat - b.min.lat) * p.ky);
	if (span > AREA_SPAN_MAX_M)
		return diag_set(d, ST_INVALID, RING, "20 km",
		    "The area spans %.1f km. It may span 20 km at most.",
		    span / 1000);
	return ST_OK;
}

/* Say what is wrong with a ring that is not strictly convex. */
static enum status
explain(const struct geo_area *a, struct diag *d)
{
	uint32_t i, j;
	char field[64];

	for (i = 0; i < a->n; i++)
		for (j = i + 2; j < a->n - (i == 0); j++)
			if (crosses(a->v[i], a->v[i + 1], a->v[j],
				a->v[(j + 1) % a->n]))
				return diag_set(d, ST_INVALID, RING, NULL,
				    "The area's ring crosses itself between "
				    "points %u and %u.",
				    i, j);
	if (doubled(a) == 0)
		return diag_set(
		    d, ST_INVALID, RING, NULL, "The area is empty.");
	if (doubled(a) < 0)
		return diag_set(d, ST_INVALID, RING, "counter-clockwise",
		    "The area's ring runs clockwise. It must run "
		    "counter-clockwise (RFC 7946).");
	for (i = 0; i < a->n; i++) {
		int64_t s = side(
		    a->v[(i + a->n - 1) % a->n], a->v[i], a->v[(i + 1) % a->n]);

		if (s > 0)
			continue;
		snprintf(field, sizeof(field), RING "[%u]", i);
		if (s == 0)
			return diag_set(d, ST_INVALID, field, NULL,
			    "Point %u lies on the straight line between its "
			    "neighbours. Leave it out.",
			    i);
		return diag_set(d, ST_INVALID, field, "convex",
		    "The area bends inwards at point %u. It must be convex.",
		    i);
	}
	/* Each corner turns left, but more than once around. */
	return diag_set(
	    d, ST_INVALID, RING, NULL, "The area's ring crosses itself.");
}

static enum status
check_shape(const struct geo_area *a, struct diag *d)
{
	char field[64];
	uint32_t i, j;

	for (i = 0; i < a->n; i++)
		for (j = i + 1; j < a->n; j++)
			if (same(a->v[i], a->v[j])) {
				snprintf(field, sizeof(field), RING "[%u]", j);
				return diag_set(d, ST_INVALID, field, NULL,
				    "Points %u and %u of the area are the "
				    "same.",
				    i, j);
			}
	/* Strictly convex: each edge has all other points to its left. */
	for (i = 0; i < a->n; i++)
		for (j = 2; j < a->n; j++)
			if (side(a->v[i], a->v[(i + 1) % a->n],
				a->v[(i + j) % a->n]) <= 0)
				return explain(a, d);
	return ST_OK;
}

static enum status
check_count(size_t n, struct diag *d)
{
	if (n < AREA_POINTS_MIN)
		return diag_set(d, ST_INVALID, RING, "3 to 16 points",
		    "The area has %zu points. It must have 3 to 16.", n);
	if (n > AREA_POINTS_MAX)
		return diag_set(d, ST_TOO_LARGE, RING, "3 to 16 points",
		    "The area has %zu points. It may have 16 at most.", n);
	return ST_OK;
}

enum status
area_from_points(
    const struct geo_point *v, size_t n, struct geo_area *out, struct diag *d)
{
	struct geo_area a = { 0 };
	char field[64];
	enum status st;
	size_t i;

	if ((st = check_count(n, d)) != ST_OK)
		return st;
	a.n = (uint32_t)n;
	for (i = 0; i < n; i++) {
		snprintf(field, sizeof(field), RING "[%zu]", i);
		if (v[i].lon < -POINT_LON_MAX || v[i].lon > POINT_LON_MAX ||
		    v[i].lat < -POINT_LAT_MAX || v[i].lat > POINT_LAT_MAX)
			return diag_set(d, ST_INVALID, field,
			    "-180 to 180, -85 to 85 degrees",
			    "Point %zu of the area is out of range.", i);
		a.v[i] = v[i];
	}
	if ((st = check_span(&a, d)) != ST_OK ||
	    (st = check_shape(&a, d)) != ST_OK)
		return st;
	*out = a;
	return ST_OK;
}

enum status
area_parse(const json_t *polygon, struct geo_area *out, struct diag *d)
{
	struct geo_point v[AREA_POINTS_MAX + 1];
	const json_t *rings, *ring;
	char field[64];
	enum status st;
	size_t i, n;

	if ((st = geojson_coordinates(polygon, "Polygon", "area", &rings, d)) !=
	    ST_OK)
		return st;
	if (json_array_size(rings) != 1)
		return diag_set(d, ST_INVALID, FIELD, "1 ring",
		    json_array_size(rings) == 0
			? "The area has no ring."
			: "The area has holes. It must be one ring.");
	ring = json_array_get(rings, 0);
	if (!json_is_array(ring))
		return diag_set(d, ST_INVALID, RING, NULL,
		    RING " must be an array of positions.");
	n = json_array_size(ring);
	if ((st = check_count(n == 0 ? 0 : n - 1, d)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		snprintf(field, sizeof(field), RING "[%zu]", i);
		if ((st = point_parse(
			 json_array_get(ring, i), field, &v[i], d)) != ST_OK)
			return st;
	}
	if (!same(v[0], v[n - 1])) {
		snprintf(field, sizeof(field), RING "[%zu]", n - 1);
		return diag_set(d, ST_INVALID, field, NULL,
		    "The area's ring is not closed: its last position must "
		    "repeat its first.");
	}
	return area_from_points(v, n - 1, out, d);
}

enum status
area_around(struct geo_point centre, double radius_m, struct geo_area *out,
    struct diag *d)
{
	struct plane p = plane_at(centre.lon, centre.lat);
	struct geo_point v[AREA_POINTS_MAX];
	uint32_t i;

	if (!(radius_m >= 10) || radius_m > AREA_SPAN_MAX_M)
		return diag_set(d, ST_INVALID, "radius", "10 m to 20 km",
		    "The radius must be 10 m to 20 km.");
	for (i = 0; i < AREA_POINTS_MAX; i++) {
		double t = (i + 0.5) * 2 * M_PI / AREA_POINTS_MAX;

		v[i].lon = (int32_t)lround(
		    centre.lon + radius_m * cos(t) / p.kx);
		v[i].lat = (int32_t)lround(
		    centre.lat + radius_m * sin(t) / p.ky);
	}
	return area_from_points(v, AREA_POINTS_MAX, out, d);
}

json_t *
area_json(const struct geo_area *a)
{
	json_t *ring = json_array();
	uint32_t i;

	/* The *_new functions take NULL, and free what they are given. */
	for (i = 0; i <= a->n; i++)
		if (json_array_append_new(ring, point_json(a->v[i % a->n])) !=
		    0) {
			json_decref(ring);
			return NULL;
		}
	return json_pack(
	    "{s: s, s: [o]}", "type", "Polygon", "coordinates", ring);
}

bool
area_contains(const struct geo_area *a, struct geo_point p)
{
	uint32_t i;

	for (i = 0; i < a->n; i++)
		if (side(a->v[i], a->v[(i + 1) % a->n], p) < 0)
			return false;
	return true;
}

bool
area_equal(const struct geo_area *a, const struct geo_area *b)
{
	uint32_t i, k;

	if (a->n != b->n)
		return false;
	for (k = 0; k < b->n; k++) {
		for (i = 0; i < a->n; i++)
			if (!same(a->v[i], b->v[(i + k) % b->n]))
				break;
		if (i == a->n)
			return true;
	}
	return false;
}
