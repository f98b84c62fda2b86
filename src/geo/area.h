/*
 * area: where footage is asked for; one convex ring of 3 to 16 points.
 *
 * Edges are straight in longitude and latitude, as RFC 7946 has it, and every
 * measure here is along those edges.  (A geodesic between the same two points
 * runs elsewhere: of a ring 20 km long and 60 m wide it can make nearly
 * nothing.)  No two of an area's points are the same, none lies on the line
 * between its neighbours, and they run counter-clockwise, so a shape has one
 * description but for where it starts.  Sides are decided in whole
 * microdegrees, without rounding; metres are measured on the WGS 84 ellipsoid.
 *
 * An area never crosses the antimeridian.  Two areas at its two sides are
 * neighbours all the same.
 */
#ifndef GEO_AREA_H
#define GEO_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "geo/point.h"

#define AREA_POINTS_MIN 3
#define AREA_POINTS_MAX 16
#define AREA_SPAN_MAX_M 20000 /* of the bounding box, either way */

/* A value: copy it freely.  Only area_parse() and its like make one. */
struct geo_area {
	uint32_t n;
	struct geo_point v[AREA_POINTS_MAX]; /* the first is not repeated */
};

struct geo_bounds {
	struct geo_point min, max; /* south-west and north-east corner */
};

/*
 * Read a GeoJSON Polygon: "type" and "coordinates" and no other member, one
 * ring, its first position repeated at the end.  Refused, with the member and
 * the limit in d: what is not a number, is out of range or has more than 6
 * decimals; holes; a ring that is open, clockwise, crosses itself, is concave,
 * repeats a point, has a point on a straight line between two others, is
 * empty, has more than 16 points, crosses the antimeridian, goes beyond 85
 * degrees of latitude or spans more than AREA_SPAN_MAX_M.
 * Returns ST_OK, ST_INVALID or ST_TOO_LARGE (too many points).
 */
enum status area_parse(
    const json_t *polygon, struct geo_area *out, struct diag *d) NODISCARD;

/* The same checks for n points, the first not repeated. */
enum status area_from_points(const struct geo_point *v, size_t n,
    struct geo_area *out, struct diag *d) NODISCARD;

/* A regular 16-sided ring with its corners at radius_m around centre. */
enum status area_around(struct geo_point centre, double radius_m,
    struct geo_area *out, struct diag *d) NODISCARD;

/* A new GeoJSON Polygon, as area_parse() reads it; NULL if out of memory. */
json_t *area_json(const struct geo_area *a);

/* Square metres on the ellipsoid. */
double area_m2(const struct geo_area *a);

/* The least distance in metres between two parallel lines that hold the area. */
double area_min_width_m(const struct geo_area *a);

struct geo_bounds area_bounds(const struct geo_area *a);

/* The centre of mass, rounded to a point. */
struct geo_point area_centroid(const struct geo_area *a);

/* Whether p lies in the area or on its edge; exact. */
bool area_contains(const struct geo_area *a, struct geo_point p);

/* The same ring, wherever it starts. */
bool area_equal(const struct geo_area *a, const struct geo_area *b);

/* Metres from p to the nearest of the area; 0 inside. */
double area_point_distance_m(const struct geo_area *a, struct geo_point p);

/* Metres between the nearest of the two; 0 where they touch or overlap. */
double area_distance_m(const struct geo_area *a, const struct geo_area *b);

/*
 * How deep the two overlap: the least way in metres that one had to move for
 * them to share no interior.  0, exactly, where they share none.
 */
double area_depth_m(const struct geo_area *a, const struct geo_area *b);

/*
 * Whether the two share interior deeper than tolerance_m.  Rings that share an
 * edge overlap by as much as rounding to 6 decimals moved it, some 0.1 m.
 */
bool area_overlaps(
    const struct geo_area *a, const struct geo_area *b, double tolerance_m);

/*
 * Write the square metres that the n areas cover together into *m2.  They
 * should lie near each other, some 100 km.
 * Returns ST_OK, ST_NOMEM or ST_FAIL.
 */
enum status
area_union_m2(const struct geo_area *const *v, size_t n, double *m2) NODISCARD;

#endif /* !GEO_AREA_H */
