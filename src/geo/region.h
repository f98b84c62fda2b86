/*
 * region: an agency's jurisdiction, a GeoJSON MultiPolygon.
 *
 * A region may have holes, parts and up to REGION_POINTS_MAX points; it is
 * valid in the sense of OGC simple features (no crossing rings, no overlapping
 * parts) and never empty.  Where it meets the antimeridian it is cut there, as
 * RFC 7946 says.  A region may be asked by several threads at once.
 */
#ifndef GEO_REGION_H
#define GEO_REGION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "geo/area.h"
#include "geo/point.h"

struct diag;
struct geo_region;

#define REGION_POINTS_MAX 200000
#define REGION_POLYGONS_MAX 10000

/*
 * Read a GeoJSON MultiPolygon ("type" and "coordinates" and no other member)
 * into *out, which the caller frees.  Returns ST_OK, ST_INVALID (the member
 * is named, or where it crosses itself), ST_TOO_LARGE (too many points or
 * polygons) or ST_NOMEM.
 */
enum status region_parse(const json_t *multipolygon, struct geo_region **out,
    struct diag *d) NODISCARD;

/* Free *r and set it to NULL.  NULL is fine. */
void region_free(struct geo_region **r);

size_t region_points(const struct geo_region *r);

/* Square kilometres, to 1 %: for people. */
double region_km2(const struct geo_region *r);

struct geo_bounds region_bounds(const struct geo_region *r);

/* Whether all of a lies in r; sharing the border is in. */
bool region_contains_area(struct geo_region *r, const struct geo_area *a);

/* Whether p lies in r or on its border. */
bool region_contains_point(struct geo_region *r, struct geo_point p);

#endif /* !GEO_REGION_H */
