/*
 * surface: area on the WGS 84 ellipsoid along edges that are straight in
 * longitude and latitude, within geo alone.
 *
 * Between the equator and latitude p lie, a radian of longitude,
 * S(p) = b^2/2 (sin p / (1 - e^2 sin^2 p) + atanh(e sin p) / e) square metres.
 * By Green's theorem a ring holds minus the integral of S along it; along one
 * edge latitude is linear in longitude, so Gauss's rule is exact to far below
 * a square metre, without cutting edges into geodesics.
 */
#ifndef GEO_SURFACE_H
#define GEO_SURFACE_H

#include <stddef.h>

/*
 * Square metres in a ring of n points, lonlat[2 n] in microdegrees, positive
 * where it runs counter-clockwise.  The first may be repeated at the end.
 * Edges of some 20 km are exact to 1e-9 of the ring; long ones are not.
 */
double surface_ring_m2(const double *lonlat, size_t n);

#endif /* !GEO_SURFACE_H */
