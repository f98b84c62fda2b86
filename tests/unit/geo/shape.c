#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <geodesic.h>
#include <math.h>

#include "base/diag.h"
#include "shape.h"

struct geo_point
shape_point(double lon, double lat, double east_m, double north_m)
{
	struct geod_geodesic g;
	struct geo_point p;
	double la, lo;

	geod_init(&g, 6378137, 1 / 298.257223563);
	geod_direct(&g, lat, lon, 0, north_m, &la, &lo, NULL);
	geod_direct(&g, la, lo, 90, east_m, &la, &lo, NULL);
	assert_int_equal(point_from_degrees(lo, la, &p, NULL), ST_OK);
	return p;
}

struct geo_area
shape_box(double lon, double lat, double w_m, double h_m, double degrees)
{
	const double corner[4][2] = { { 0, 0 }, { w_m, 0 }, { w_m, h_m },
		{ 0, h_m } };
	double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
	struct geo_point v[4];
	struct geo_area a;
	struct diag d = { 0 };
	int i;

	for (i = 0; i < 4; i++)
		v[i] = shape_point(lon, lat,
		    c * corner[i][0] - s * corner[i][1],
		    s * corner[i][0] + c * corner[i][1]);
	if (area_from_points(v, 4, &a, &d) != ST_OK)
		fail_msg("%s", d.text);
	return a;
}

double
shape_geodesic_m2(const struct geo_area *a, int steps)
{
	struct geod_geodesic g;
	struct geod_polygon p;
	double m2;
	uint32_t i;
	int k;

	geod_init(&g, 6378137, 1 / 298.257223563);
	geod_polygon_init(&p, 0);
	for (i = 0; i < a->n; i++) {
		struct geo_point u = a->v[i], v = a->v[(i + 1) % a->n];

		for (k = 0; k < steps; k++) {
			double t = (double)k / steps;

			geod_polygon_addpoint(&g, &p,
			    point_lat(u) + t * (point_lat(v) - point_lat(u)),
			    point_lon(u) + t * (point_lon(v) - point_lon(u)));
		}
	}
	geod_polygon_compute(&g, &p, 0, 1, &m2, NULL);
	return m2;
}
