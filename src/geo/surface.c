#include <math.h>

#include "base/pre.h"
#include "geo/point.h"
#include "geo/surface.h"

#define WGS84_A 6378137.0
#define WGS84_F (1 / 298.257223563)

/* Square metres a radian of longitude between the equator and lat (radians). */
static double
zone(double lat)
{
	const double e2 = WGS84_F * (2 - WGS84_F), e = sqrt(e2);
	const double b = WGS84_A * (1 - WGS84_F);
	double s = sin(lat);

	return b * b / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e);
}

double
surface_ring_m2(const double *lonlat, size_t n)
{
	/* Gauss-Legendre, 4 points on 0 to 1. */
	static const double at[] = { 0.06943184420297371, 0.33000947820757187,
		0.66999052179242813, 0.93056815579702629 };
	static const double weight[] = { 0.17392742256872693,
		0.32607257743127307, 0.32607257743127307, 0.17392742256872693 };
	const double rad = M_PI / 180 / POINT_MICRO;
	double base, sum = 0;
	size_t i, k;

	if (n == 0)
		return 0;
	/* Relative to one point's latitude: else the digits are lost. */
	base = zone(lonlat[1] * rad);
	for (i = 0; i < n; i++) {
		const double *p = lonlat + 2 * i;
		const double *q = lonlat + 2 * ((i + 1) % n);
		double mean = 0;

		for (k = 0; k < NELEMS(at); k++)
			mean += weight[k] *
			    (zone((p[1] + at[k] * (q[1] - p[1])) * rad) - base);
		sum -= mean * (q[0] - p[0]) * rad;
	}
	return sum;
}
