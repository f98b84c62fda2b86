/*
 * point: a place on the Earth, WGS 84, in whole microdegrees.
 *
 * Positions that cross between parties have at most 6 decimals (some 0.1 m),
 * so a whole number of microdegrees is exact: what is the same place, and on
 * which side of a line it lies, is decided without rounding.  Order is
 * GeoJSON's (RFC 7946): longitude, then latitude.  Latitudes beyond 85 degrees
 * are refused: neither the web's map nor a neighbourhood is there.
 */
#ifndef GEO_POINT_H
#define GEO_POINT_H

#include <jansson.h>
#include <stdint.h>

#include "base/status.h"

struct diag;

#define POINT_MICRO 1000000
#define POINT_LON_MAX (180 * POINT_MICRO)
#define POINT_LAT_MAX (85 * POINT_MICRO)
#define POINT_TEXT 32

struct geo_point {
	int32_t lon, lat; /* microdegrees */
};

/*
 * Read a GeoJSON position, exactly two numbers of at most 6 decimals, named
 * field in d.  Returns ST_OK or ST_INVALID.
 */
enum status point_parse(const json_t *position, const char *field,
    struct geo_point *out, struct diag *d) NODISCARD;

/* Round degrees to the nearest point.  Returns ST_OK or ST_INVALID. */
enum status point_from_degrees(
    double lon, double lat, struct geo_point *out, struct diag *d) NODISCARD;

/* Read "longitude,latitude" as a person writes it.  ST_OK or ST_INVALID. */
enum status point_from_text(
    const char *text, struct geo_point *out, struct diag *d) NODISCARD;

/* Write "longitude,latitude", 6 decimals. */
void point_text(struct geo_point p, char out[POINT_TEXT]);

/* A new GeoJSON position; NULL if out of memory. */
json_t *point_json(struct geo_point p);

double point_lon(struct geo_point p); /* degrees */
double point_lat(struct geo_point p); /* degrees */

/* Metres between two points that are at most some 50 km apart. */
double point_distance_m(struct geo_point a, struct geo_point b);

#endif /* !GEO_POINT_H */
