#include <math.h>

#include "geo/area.h"
#include "geo/plane.h"
#include "geo/surface.h"

double
area_m2(const struct geo_area *a)
{
	double lonlat[2 * AREA_POINTS_MAX];
	uint32_t i;

	for (i = 0; i < a->n; i++) {
		lonlat[2 * i] = a->v[i].lon;
		lonlat[2 * i + 1] = a->v[i].lat;
	}
	return surface_ring_m2(lonlat, a->n);
}

/* The plane at the middle of a's bounding box. */
static struct plane
plane_of(const struct geo_area *a)
{
	struct geo_bounds b = area_bounds(a);

	return plane_at(((double)b.min.lon + b.max.lon) / 2,
	    ((double)b.min.lat + b.max.lat) / 2);
}

double
area_min_width_m(const struct geo_area *a)
{
	struct plane p = plane_of(a);
	struct plane_ring r;
	double width = INFINITY;
	uint32_t i, j;

	/* The narrowest strip around a convex ring lies along an edge. */
	plane_put_area(&p, a, &r);
	for (i = 0; i < r.n; i++) {
		struct plane_xy u = r.v[i], v = r.v[(i + 1) % r.n];
		double dx = v.x - u.x, dy = v.y - u.y, l = hypot(dx, dy);
		double far = 0;

		for (j = 0; j < r.n; j++)
			far = fmax(far,
			    (dx * (r.v[j].y - u.y) - dy * (r.v[j].x - u.x)) /
				l);
		width = fmin(width, far);
	}
	return width;
}

struct geo_point
area_centroid(const struct geo_area *a)
{
	struct plane p = plane_of(a);
	struct plane_ring r;
	struct geo_point out;
	double sum = 0, x = 0, y = 0;
	uint32_t i;

	plane_put_area(&p, a, &r);
	for (i = 0; i < r.n; i++) {
		struct plane_xy u = r.v[i], v = r.v[(i + 1) % r.n];
		double cross = u.x * v.y - v.x * u.y;

		sum += cross;
		x += (u.x + v.x) * cross;
		y += (u.y + v.y) * cross;
	}
	out.lon = (int32_t)lround(p.lon + x / (3 * sum) / p.kx);
	out.lat = (int32_t)lround(p.lat + y / (3 * sum) / p.ky);
	return out;
}

double
area_point_distance_m(const struct geo_area *a, struct geo_point q)
{
	struct plane_ring r;

	if (area_contains(a, q))
		return 0;
	plane_degrees(a, q.lon, &r);
	return plane_edge_gap(&r, (struct plane_xy){ q.lon, q.lat });
}

/* b, one turn on where it lies beyond the antimeridian from a. */
static struct geo_area
beside(const struct geo_area *a, const struct geo_area *b)
{
	struct geo_area moved = *b;
	int32_t turn = (int32_t)(plane_unwrap(b->v[0].lon, a->v[0].lon) -
	    b->v[0].lon);
	uint32_t i;

	for (i = 0; i < moved.n; i++)
		moved.v[i].lon += turn;
	return moved;
}

/*
 * Whether an edge of a has all of b to its right; with touch, b may also lie
 * on the edge's line.  In whole microdegrees, below 2^31 and so exact.
 */
static bool
apart(const struct geo_area *a, const struct geo_area *b, bool touch)
{
	uint32_t i, j;

	for (i = 0; i < a->n; i++) {
		struct geo_point p = a->v[i], q = a->v[(i + 1) % a->n];
		int64_t dx = (int64_t)q.lon - p.lon;
		int64_t dy = (int64_t)q.lat - p.lat;

		for (j = 0; j < b->n; j++) {
			int64_t s = dx * ((int64_t)b->v[j].lat - p.lat) -
			    dy * ((int64_t)b->v[j].lon - p.lon);

			if (s > 0 || (s == 0 && !touch))
				break;
		}
		if (j == b->n)
			return true;
	}
	return false;
}

double
area_distance_m(const struct geo_area *a, const struct geo_area *b)
{
	struct geo_area near = beside(a, b);
	struct plane_ring ra, rb;

	if (!apart(a, &near, false) && !apart(&near, a, false))
		return 0;
	plane_degrees(a, a->v[0].lon, &ra);
	plane_degrees(&near, near.v[0].lon, &rb);
	return plane_gap(&ra, &rb);
}

double
area_depth_m(const struct geo_area *a, const struct geo_area *b)
{
	struct geo_area near = beside(a, b);
	struct plane_ring ra, rb;
	struct plane p;

	if (apart(a, &near, true) || apart(&near, a, true))
		return 0;
	p = plane_of(a);
	plane_put_area(&p, a, &ra);
	plane_put_area(&p, &near, &rb);
	return fmax(0, -plane_separation(&ra, &rb));
}

bool
area_overlaps(
    const struct geo_area *a, const struct geo_area *b, double tolerance_m)
{
	return area_depth_m(a, b) > tolerance_m;
}
