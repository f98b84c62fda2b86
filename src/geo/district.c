#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "geo/district.h"
#include "geo/plane.h"

/* Rows of the grid south of the north edge, as a real number. */
static double
row(double lat_micro)
{
	double lat = lat_micro / POINT_MICRO * M_PI / 180;

	return (1 - asinh(tan(lat)) / M_PI) / 2 * DISTRICT_COUNT;
}

/* The column of a longitude, which may lie beyond 180 degrees. */
static int32_t
column(double lon_micro)
{
	return (int32_t)floor((lon_micro + 180.0 * POINT_MICRO) *
	    DISTRICT_COUNT / (360.0 * POINT_MICRO));
}

/* Latitude in degrees of the north edge of row y. */
static double
north(int32_t y)
{
	return atan(sinh(M_PI * (1 - 2.0 * y / DISTRICT_COUNT))) * 180 / M_PI;
}

static int32_t
wrap(int32_t x)
{
	return (x % DISTRICT_COUNT + DISTRICT_COUNT) % DISTRICT_COUNT;
}

struct geo_district
district_of(struct geo_point p)
{
	return (struct geo_district){ DISTRICT_ZOOM, wrap(column(p.lon)),
		(int32_t)floor(row(p.lat)) };
}

void
district_bounds(struct geo_district t, double out[4])
{
	out[0] = t.x * 360.0 / DISTRICT_COUNT - 180;
	out[1] = north(t.y + 1);
	out[2] = (t.x + 1) * 360.0 / DISTRICT_COUNT - 180;
	out[3] = north(t.y);
}

bool
district_near_area(
    struct geo_district t, const struct geo_area *a, double within_m)
{
	double b[4], turn;
	struct plane_ring ra, rt;
	int i;

	/* t's edges are straight in longitude and latitude: it is a ring. */
	district_bounds(t, b);
	for (i = 0; i < 4; i++)
		b[i] *= POINT_MICRO;
	turn = plane_unwrap(b[0], a->v[0].lon) - b[0];
	rt.n = 4;
	rt.v[0] = (struct plane_xy){ b[0] + turn, b[1] };
	rt.v[1] = (struct plane_xy){ b[2] + turn, b[1] };
	rt.v[2] = (struct plane_xy){ b[2] + turn, b[3] };
	rt.v[3] = (struct plane_xy){ b[0] + turn, b[3] };
	plane_degrees(a, a->v[0].lon, &ra);
	/*
	 * A plane a few kilometres wide errs by centimetres.  One district too
	 * many costs nothing; one too few hides an item from a home.
	 */
	return plane_separation(&ra, &rt) <= 0 ||
	    plane_gap(&ra, &rt) <= within_m + 0.5;
}

enum status
district_near_list(const struct geo_area *a, double within_m,
    struct geo_district out[DISTRICT_NEAR_MAX], size_t *n, struct diag *d)
{
	struct geo_bounds b = area_bounds(a);
	double far = fmax(fabs((double)b.min.lat), fabs((double)b.max.lat));
	struct plane p;
	struct geo_district t = { .z = DISTRICT_ZOOM };
	int32_t x, x0, x1, y0, y1;
	size_t found = 0;
	double margin = within_m + 100;

	/* The grid's cells around the box; degrees are shortest at the pole. */
	p = plane_at(b.min.lon,
	    fmin(far + 1.1 * margin / plane_at(0, 0).ky, 85.05 * POINT_MICRO));
	x0 = column(b.min.lon - margin / p.kx);
	x1 = column(b.max.lon + margin / p.kx);
	p = plane_at(0, 0);
	y0 = (int32_t)fmax(0, floor(row(b.max.lat + margin / p.ky)));
	y1 = (int32_t)fmin(
	    DISTRICT_COUNT - 1, floor(row(b.min.lat - margin / p.ky)));
	for (t.y = y0; t.y <= y1; t.y++)
		for (x = x0; x <= x1; x++) {
			t.x = wrap(x);
			if (!district_near_area(t, a, within_m))
				continue;
			if (found == DISTRICT_NEAR_MAX)
				return diag_set(d, ST_RULE, "area",
				    "16 districts",
				    "The area lies in more than 16 districts. "
				    "Make it less long.");
			out[found++] = t;
		}
	*n = found;
	return ST_OK;
}

bool
district_equal(struct geo_district a, struct geo_district b)
{
	return a.z == b.z && a.x == b.x && a.y == b.y;
}

/* A number below DISTRICT_COUNT, no sign, no leading zero; NULL if not. */
static const char *
number(const char *s, int32_t *v)
{
	int32_t sum = 0;
	int digits = 0;

	if (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++, digits++) {
		if (digits == 4)
			return NULL;
		sum = sum * 10 + (*s - '0');
	}
	if (digits == 0 || sum >= DISTRICT_COUNT)
		return NULL;
	*v = sum;
	return s;
}

enum status
district_parse(const char *text, struct geo_district *out, struct diag *d)
{
	struct geo_district t = { .z = DISTRICT_ZOOM };
	const char *p;

	if (strncmp(text, "12/", 3) != 0 ||
	    (p = number(text + 3, &t.x)) == NULL || *p != '/' ||
	    (p = number(p + 1, &t.y)) == NULL || *p != '\0')
		return diag_set(d, ST_INVALID, "district", "12/x/y, 0 to 4095",
		    "A district is written 12/x/y, x and y from 0 to 4095.");
	*out = t;
	return ST_OK;
}

void
district_text(struct geo_district t, char out[DISTRICT_TEXT])
{
	snprintf(out, DISTRICT_TEXT, "%d/%d/%d", (int)t.z & 31, wrap(t.x),
	    wrap(t.y));
}
