#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "geo/geojson.h"

enum status
geojson_coordinates(const json_t *geometry, const char *type, const char *field,
    const json_t **out, struct diag *d)
{
	const json_t *coordinates;
	const char *t;
	char member[64];

	if (!json_is_object(geometry))
		return diag_set(d, ST_INVALID, field, NULL,
		    "%s must be a GeoJSON %s.", field, type);
	t = json_string_value(json_object_get(geometry, "type"));
	if (t == NULL || strcmp(t, type) != 0) {
		snprintf(member, sizeof(member), "%s.type", field);
		return diag_set(d, ST_INVALID, member, type,
		    "%s must be a GeoJSON %s.", field, type);
	}
	coordinates = json_object_get(geometry, "coordinates");
	if (!json_is_array(coordinates)) {
		snprintf(member, sizeof(member), "%s.coordinates", field);
		return diag_set(d, ST_INVALID, member, NULL,
		    "%s must be an array.", member);
	}
	if (json_object_size(geometry) != 2)
		return diag_set(d, ST_INVALID, field, NULL,
		    "%s may have the members type and coordinates alone.",
		    field);
	*out = coordinates;
	return ST_OK;
}
