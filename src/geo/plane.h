/*
 * plane: a flat map of a few kilometres in metres, within geo alone.
 *
 * The plane touches the WGS 84 ellipsoid at one point: metres a degree of
 * longitude and of latitude are those of that point.  Lines that are straight
 * in longitude and latitude stay straight.  10 km away the east-west scale is
 * off by 0.16 % times the tangent of the latitude, so a distance is taken in a
 * plane that touches half way along it.
 */
#ifndef GEO_PLANE_H
#define GEO_PLANE_H

#include <stdint.h>

#include "geo/area.h"
#include "geo/point.h"

struct plane {
	double lon, lat; /* the origin, microdegrees */
	double kx, ky;   /* metres a microdegree */
};

struct plane_xy {
	double x, y; /* metres east and north of the origin */
};

/* A convex ring, counter-clockwise. */
struct plane_ring {
	uint32_t n;
	struct plane_xy v[AREA_POINTS_MAX];
};

/* The plane that touches at lon, lat (microdegrees). */
struct plane plane_at(double lon, double lat);

/*
 * lon or, on the other side of the antimeridian from ref, lon one turn on, so
 * that the two lie less than half a turn apart (microdegrees).
 */
double plane_unwrap(double lon, double ref);

struct plane_xy plane_put(const struct plane *p, double lon, double lat);

/* All of a, in metres, moved by one turn where that brings it nearer. */
void plane_put_area(
    const struct plane *p, const struct geo_area *a, struct plane_ring *out);

/* a as it is, in microdegrees (x is the longitude), near the longitude ref. */
void
plane_degrees(const struct geo_area *a, double ref, struct plane_ring *out);

/* Metres from q to the nearest edge of a, inside or out, in microdegrees. */
double plane_edge_gap(const struct plane_ring *a, struct plane_xy q);

/* Metres between the nearest edges of two rings, in microdegrees. */
double plane_gap(const struct plane_ring *a, const struct plane_ring *b);

/*
 * The greatest distance that an edge of a or b keeps between the two: positive
 * where they are apart, else minus the least way to pull them apart.  In
 * microdegrees, its sign alone means something.
 */
double plane_separation(const struct plane_ring *a, const struct plane_ring *b);

#endif /* !GEO_PLANE_H */
