/*
 * shape: areas for tests, given in metres around a place.
 */
#ifndef TESTS_GEO_SHAPE_H
#define TESTS_GEO_SHAPE_H

#include "geo/area.h"

/* The point east_m and north_m of lon, lat (degrees). */
struct geo_point
shape_point(double lon, double lat, double east_m, double north_m);

/*
 * A rectangle of w_m by h_m whose south-west corner lies there; turned
 * counter-clockwise by degrees around that corner.  Fails the test if it is
 * not an area.
 */
struct geo_area
shape_box(double lon, double lat, double w_m, double h_m, double degrees);

/* Square metres by GeographicLib's geodesic polygon, edges cut into steps. */
double shape_geodesic_m2(const struct geo_area *a, int steps);

#endif /* !TESTS_GEO_SHAPE_H */
