#include <math.h>

#include "geo/plane.h"

#define WGS84_A 6378137.0
#define WGS84_F (1 / 298.257223563)
#define TURN (360.0 * POINT_MICRO)

struct plane
plane_at(double lon, double lat)
{
	const double e2 = WGS84_F * (2 - WGS84_F);
	const double rad = M_PI / 180 / POINT_MICRO;
	double s = sin(lat * rad), w = 1 - e2 * s * s;
	struct plane p;

	/* Radii of curvature along the parallel and along the meridian. */
	p.lon = lon;
	p.lat = lat;
	p.kx = WGS84_A / sqrt(w) * cos(lat * rad) * rad;
	p.ky = WGS84_A * (1 - e2) / (w * sqrt(w)) * rad;
	return p;
}

double
plane_unwrap(double lon, double ref)
{
	if (lon - ref > TURN / 2)
		return lon - TURN;
	if (ref - lon > TURN / 2)
		return lon + TURN;
	return lon;
}

struct plane_xy
plane_put(const struct plane *p, double lon, double lat)
{
	return (
	    struct plane_xy){ (lon - p->lon) * p->kx, (lat - p->lat) * p->ky };
}

void
plane_put_area(
    const struct plane *p, const struct geo_area *a, struct plane_ring *out)
{
	/* Each point by itself could tear a ring on the Earth's far side. */
	double turn = plane_unwrap(a->v[0].lon, p->lon) - a->v[0].lon;
	uint32_t i;

	out->n = a->n;
	for (i = 0; i < a->n; i++)
		out->v[i] = plane_put(p, a->v[i].lon + turn, a->v[i].lat);
}

static struct plane_xy
nearest_on_edge(struct plane_xy a, struct plane_xy b, struct plane_xy q)
{
	double dx = b.x - a.x, dy = b.y - a.y, l2 = dx * dx + dy * dy;
	double t = l2 > 0 ? ((q.x - a.x) * dx + (q.y - a.y) * dy) / l2 : 0;

	t = fmin(1, fmax(0, t));
	return (struct plane_xy){ a.x + t * dx, a.y + t * dy };
}

void
plane_degrees(const struct geo_area *a, double ref, struct plane_ring *out)
{
	const struct plane identity = { .kx = 1, .ky = 1 };
	double turn = plane_unwrap(a->v[0].lon, ref) - a->v[0].lon;
	uint32_t i;

	out->n = a->n;
	for (i = 0; i < a->n; i++)
		out->v[i] = plane_put(
		    &identity, a->v[i].lon + turn, a->v[i].lat);
}

double
plane_edge_gap(const struct plane_ring *a, struct plane_xy q)
{
	struct plane p = plane_at(q.x, q.y);
	double best = INFINITY, lat = q.y;
	uint32_t i;
	int pass;

	/* First in the plane at q, then half way to what was nearest. */
	for (pass = 0; pass < 2; pass++) {
		struct plane_xy o = plane_put(&p, q.x, q.y);
		struct plane_xy u = plane_put(
		    &p, a->v[a->n - 1].x, a->v[a->n - 1].y);

		best = INFINITY;
		for (i = 0; i < a->n; i++) {
			struct plane_xy v = plane_put(&p, a->v[i].x, a->v[i].y);
			struct plane_xy e = nearest_on_edge(u, v, o);
			double gap = hypot(e.x - o.x, e.y - o.y);

			if (gap < best) {
				best = gap;
				lat = p.lat + (e.y + o.y) / 2 / p.ky;
			}
			u = v;
		}
		p = plane_at(q.x, lat);
	}
	return best;
}

double
plane_gap(const struct plane_ring *a, const struct plane_ring *b)
{
	double best = INFINITY;
	uint32_t i;

	for (i = 0; i < b->n; i++)
		best = fmin(best, plane_edge_gap(a, b->v[i]));
	for (i = 0; i < a->n; i++)
		best = fmin(best, plane_edge_gap(b, a->v[i]));
	return best;
}

/* How far outside of a's most separating edge all of b lies. */
static double
outside(const struct plane_ring *a, const struct plane_ring *b)
{
	double best = -INFINITY;
	uint32_t i, j;

	for (i = 0; i < a->n; i++) {
		struct plane_xy p = a->v[i], q = a->v[(i + 1) % a->n];
		double dx = q.x - p.x, dy = q.y - p.y, l = hypot(dx, dy);
		double least = INFINITY;

		if (!(l > 0))
			continue;
		for (j = 0; j < b->n; j++)
			least = fmin(least,
			    ((b->v[j].x - p.x) * dy - (b->v[j].y - p.y) * dx) /
				l);
		best = fmax(best, least);
	}
	return best;
}

double
plane_separation(const struct plane_ring *a, const struct plane_ring *b)
{
	/*
	 * The edges of two convex rings are those of their difference: the
	 * rings meet where no edge of either has the other wholly outside.
	 */
	return fmax(outside(a, b), outside(b, a));
}
