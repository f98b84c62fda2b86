/*
 * geojson: the outside of a GeoJSON geometry (RFC 7946), within geo alone.
 */
#ifndef GEO_GEOJSON_H
#define GEO_GEOJSON_H

#include <jansson.h>

#include "base/status.h"

struct diag;

/*
 * Borrow the "coordinates" array of a geometry that has the given type and no
 * further member ("bbox" and foreign ones are refused); d names the member
 * behind field.  Returns ST_OK or ST_INVALID.
 */
enum status geojson_coordinates(const json_t *geometry, const char *type,
    const char *field, const json_t **out, struct diag *d) NODISCARD;

#endif /* !GEO_GEOJSON_H */
