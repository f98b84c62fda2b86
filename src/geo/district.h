/*
 * district: one cell of the web Mercator grid at zoom 12, some 50 km2.
 *
 * Everything public is read by the district.  An item lies in every district
 * that it touches or comes within a distance of, so a home reads one alone.
 */
#ifndef GEO_DISTRICT_H
#define GEO_DISTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "geo/area.h"
#include "geo/point.h"

struct diag;

#define DISTRICT_ZOOM 12
#define DISTRICT_COUNT (1 << DISTRICT_ZOOM) /* a side: x, y < DISTRICT_COUNT */
#define DISTRICT_TEXT 16                    /* "12/4095/4095" and its NUL */
#define DISTRICT_NEAR_MAX 16
#define DISTRICT_NEAR_M 1000.0 /* how near an item must come to lie in one */

struct geo_district {
	int32_t z, x, y; /* y grows southwards */
};

/* The one district that holds p: its west and north edges are its own. */
struct geo_district district_of(struct geo_point p);

/*
 * Write the districts that a touches or comes within within_m of, by y and
 * then x, into out, and their count into *n.  One that is up to 1 m farther may
 * be among them.  Returns ST_OK or ST_RULE (there are more than
 * DISTRICT_NEAR_MAX, described in d).
 */
enum status district_near_list(const struct geo_area *a, double within_m,
    struct geo_district out[DISTRICT_NEAR_MAX], size_t *n,
    struct diag *d) NODISCARD;

/* Whether a touches or comes within within_m of t, by the same measure. */
bool district_near_area(
    struct geo_district t, const struct geo_area *a, double within_m);

/* West, south, east, north in degrees. */
void district_bounds(struct geo_district t, double out[4]);

bool district_equal(struct geo_district a, struct geo_district b);

/* Read "12/x/y": no other zoom, no sign, no leading zeros.  ST_OK/ST_INVALID. */
enum status district_parse(
    const char *text, struct geo_district *out, struct diag *d) NODISCARD;

/* Write "12/x/y". */
void district_text(struct geo_district t, char out[DISTRICT_TEXT]);

#endif /* !GEO_DISTRICT_H */
