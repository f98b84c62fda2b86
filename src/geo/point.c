#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "geo/plane.h"
#include "geo/point.h"

/*
 * Microdegrees of v, if v is the double nearest to a number of 6 decimals.
 * Division rounds correctly, so the round trip is exact.
 */
static enum status
micro(double v, double limit, const char *field, const char *limit_text,
    int32_t *out, struct diag *d)
{
	double m;

	if (!isfinite(v) || fabs(v) > limit)
		return diag_set(d, ST_INVALID, field, limit_text,
		    "%s is out of range: it must be %s.", field, limit_text);
	m = round(v * POINT_MICRO);
	if (m / POINT_MICRO != v)
		return diag_set(d, ST_INVALID, field, "6 decimals",
		    "%s has more than 6 decimals.", field);
	*out = (int32_t)m;
	return ST_OK;
}

static enum status
check(double lon, double lat, const char *lon_field, const char *lat_field,
    struct geo_point *out, struct diag *d)
{
	struct geo_point p;
	enum status st;

	if ((st = micro(lon, 180, lon_field, "-180 to 180 degrees", &p.lon,
		 d)) != ST_OK ||
	    (st = micro(lat, 85, lat_field, "-85 to 85 degrees", &p.lat, d)) !=
		ST_OK)
		return st;
	*out = p;
	return ST_OK;
}

enum status
point_parse(const json_t *position, const char *field, struct geo_point *out,
    struct diag *d)
{
	const json_t *lon, *lat;
	char lon_field[96], lat_field[96];

	if (!json_is_array(position) || json_array_size(position) != 2)
		return diag_set(d, ST_INVALID, field, "2 numbers",
		    "%s must be longitude and latitude, nothing more.", field);
	snprintf(lon_field, sizeof(lon_field), "%.90s[0]", field);
	snprintf(lat_field, sizeof(lat_field), "%.90s[1]", field);
	lon = json_array_get(position, 0);
	lat = json_array_get(position, 1);
	if (!json_is_number(lon) || !json_is_number(lat))
		return diag_set(d, ST_INVALID,
		    json_is_number(lon) ? lat_field : lon_field, NULL,
		    "%s must be a number.",
		    json_is_number(lon) ? lat_field : lon_field);
	return check(json_number_value(lon), json_number_value(lat), lon_field,
	    lat_field, out, d);
}

enum status
point_from_degrees(
    double lon, double lat, struct geo_point *out, struct diag *d)
{
	if (isfinite(lon) && isfinite(lat)) {
		lon = round(lon * POINT_MICRO) / POINT_MICRO;
		lat = round(lat * POINT_MICRO) / POINT_MICRO;
	}
	return check(lon, lat, "longitude", "latitude", out, d);
}

/* A plain decimal: strtod() alone would take "nan", hex and exponents. */
static const char *
decimal(const char *s, double *v)
{
	const char *p = s + (*s == '-');
	char *end;

	if (*p < '0' || *p > '9')
		return NULL;
	while ((*p >= '0' && *p <= '9') || *p == '.')
		p++;
	*v = strtod(s, &end);
	return end == p ? p : NULL;
}

enum status
point_from_text(const char *text, struct geo_point *out, struct diag *d)
{
	double lon, lat;
	const char *p;

	if ((p = decimal(text, &lon)) == NULL || *p++ != ',' ||
	    (p = decimal(p + (*p == ' '), &lat)) == NULL || *p != '\0')
		return diag_set(d, ST_INVALID, "position", NULL,
		    "Write a position as longitude,latitude in degrees, such "
		    "as 13.377700,52.516300.");
	return check(lon, lat, "longitude", "latitude", out, d);
}

void
point_text(struct geo_point p, char out[POINT_TEXT])
{
	snprintf(out, POINT_TEXT, "%.6f,%.6f", point_lon(p), point_lat(p));
}

json_t *
point_json(struct geo_point p)
{
	return json_pack("[f, f]", point_lon(p), point_lat(p));
}

double
point_lon(struct geo_point p)
{
	return p.lon / (double)POINT_MICRO;
}

double
point_lat(struct geo_point p)
{
	return p.lat / (double)POINT_MICRO;
}

double
point_distance_m(struct geo_point a, struct geo_point b)
{
	struct plane p = plane_at(a.lon, (a.lat + (double)b.lat) / 2);
	struct plane_xy q, r;

	q = plane_put(&p, a.lon, a.lat);
	r = plane_put(&p, plane_unwrap(b.lon, a.lon), b.lat);
	return hypot(q.x - r.x, q.y - r.y);
}
