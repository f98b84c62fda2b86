#include <geos_c.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "geo/geojson.h"
#include "geo/region.h"
#include "geo/surface.h"

#define FIELD "jurisdiction"

struct geo_region {
	GEOSContextHandle_t h;
	GEOSGeometry *g; /* microdegrees, whole numbers */
	const GEOSPreparedGeometry *prepared;
	/* GEOS builds the index of a prepared geometry when it is asked. */
	pthread_mutex_t mutex;
	size_t points;
	double m2;
	struct geo_bounds bounds;
};

/* What is read of one MultiPolygon. */
struct reader {
	struct geo_region *r;
	double *lonlat; /* REGION_POINTS_MAX pairs, used a ring at a time */
	struct diag *d;
};

static void
grow(struct geo_region *r, struct geo_point p)
{
	struct geo_bounds *b = &r->bounds;

	if (r->points == 0)
		b->min = b->max = p;
	b->min.lon = p.lon < b->min.lon ? p.lon : b->min.lon;
	b->max.lon = p.lon > b->max.lon ? p.lon : b->max.lon;
	b->min.lat = p.lat < b->min.lat ? p.lat : b->min.lat;
	b->max.lat = p.lat > b->max.lat ? p.lat : b->max.lat;
	r->points++;
}

static enum status
read_positions(struct reader *rd, const json_t *ring, const char *field)
{
	struct geo_point p;
	char position[96];
	size_t i, n = json_array_size(ring);
	enum status st;

	if (n < 4)
		return diag_set(rd->d, ST_INVALID, field, "4 positions",
		    "%s must be an array of at least 4 positions.", field);
	if (rd->r->points + n > REGION_POINTS_MAX)
		return diag_set(rd->d, ST_TOO_LARGE, FIELD, "200,000 points",
		    "The jurisdiction has more than 200,000 points.");
	for (i = 0; i < n; i++) {
		snprintf(position, sizeof(position), "%.70s[%zu]", field, i);
		if ((st = point_parse(json_array_get(ring, i), position, &p,
			 rd->d)) != ST_OK)
			return st;
		rd->lonlat[2 * i] = p.lon;
		rd->lonlat[2 * i + 1] = p.lat;
		grow(rd->r, p);
	}
	if (memcmp(rd->lonlat, rd->lonlat + 2 * (n - 1), 2 * sizeof(double)) !=
	    0)
		return diag_set(rd->d, ST_INVALID, field, NULL,
		    "%s is not closed: its last position must repeat its "
		    "first.",
		    field);
	return ST_OK;
}

static enum status
read_ring(struct reader *rd, const json_t *ring, const char *field, bool hole,
    GEOSGeometry **out)
{
	GEOSContextHandle_t h = rd->r->h;
	unsigned n = (unsigned)json_array_size(ring);
	GEOSCoordSequence *seq;
	enum status st;
	double m2;

	if ((st = read_positions(rd, ring, field)) != ST_OK)
		return st;
	m2 = fabs(surface_ring_m2(rd->lonlat, n));
	rd->r->m2 += hole ? -m2 : m2;
	seq = GEOSCoordSeq_copyFromBuffer_r(h, rd->lonlat, n, 0, 0);
	*out = seq == NULL ? NULL : GEOSGeom_createLinearRing_r(h, seq);
	return *out == NULL ? ST_NOMEM : ST_OK;
}

static enum status
read_polygon(struct reader *rd, const json_t *rings, const char *field,
    GEOSGeometry **out)
{
	GEOSContextHandle_t h = rd->r->h;
	size_t i = 0, n = json_array_size(rings);
	GEOSGeometry **v = NULL;
	char name[80];
	enum status st = ST_NOMEM;

	if (n == 0 || n > REGION_POINTS_MAX / 4)
		return diag_set(rd->d, ST_INVALID, field, "1 to 50,000 rings",
		    "%s must be an array of 1 to 50,000 rings.", field);
	if ((v = calloc(n, sizeof(*v))) == NULL)
		return ST_NOMEM;
	for (; i < n; i++) {
		snprintf(name, sizeof(name), "%.60s[%zu]", field, i);
		if ((st = read_ring(rd, json_array_get(rings, i), name, i > 0,
			 &v[i])) != ST_OK)
			goto done;
	}
	*out = GEOSGeom_createPolygon_r(h, v[0], v + 1, (unsigned)(n - 1));
	if (*out == NULL)
		st = ST_NOMEM;
	i = 0; /* taken */
done:
	while (i > 0)
		GEOSGeom_destroy_r(h, v[--i]);
	free(v);
	return st;
}

static enum status
read_all(struct reader *rd, const json_t *polygons)
{
	GEOSContextHandle_t h = rd->r->h;
	size_t i = 0, n = json_array_size(polygons);
	GEOSGeometry **v = NULL;
	char field[64];
	enum status st = ST_NOMEM;

	if (n == 0)
		return diag_set(rd->d, ST_INVALID, FIELD ".coordinates",
		    "1 polygon", "The jurisdiction is empty.");
	if (n > REGION_POLYGONS_MAX)
		return diag_set(rd->d, ST_TOO_LARGE, FIELD ".coordinates",
		    "10,000 polygons",
		    "The jurisdiction has more than 10,000 polygons.");
	if ((v = calloc(n, sizeof(*v))) == NULL)
		return ST_NOMEM;
	for (; i < n; i++) {
		snprintf(field, sizeof(field), FIELD ".coordinates[%zu]", i);
		if ((st = read_polygon(rd, json_array_get(polygons, i), field,
			 &v[i])) != ST_OK)
			goto done;
	}
	rd->r->g = GEOSGeom_createCollection_r(
	    h, GEOS_MULTIPOLYGON, v, (unsigned)n);
	if (rd->r->g == NULL)
		st = ST_NOMEM;
	i = 0; /* taken */
done:
	while (i > 0)
		GEOSGeom_destroy_r(h, v[--i]);
	free(v);
	return st;
}

static enum status
check_valid(struct geo_region *r, struct diag *d)
{
	GEOSGeometry *where = NULL;
	char *reason = NULL;
	double x = 0, y = 0;
	enum status st = ST_OK;

	/* GEOS calls an empty polygon valid; ours have at least 4 positions. */
	switch (GEOSisValidDetail_r(r->h, r->g, 0, &reason, &where)) {
	case 1:
		break;
	case 0:
		if (where != NULL) {
			(void)GEOSGeomGetX_r(r->h, where, &x);
			(void)GEOSGeomGetY_r(r->h, where, &y);
		}
		st = diag_set(d, ST_INVALID, FIELD ".coordinates",
		    "a valid MultiPolygon",
		    "The jurisdiction is not a valid MultiPolygon: %s near "
		    "%.6f,%.6f.",
		    reason == NULL ? "it is wrong" : reason, x / POINT_MICRO,
		    y / POINT_MICRO);
		break;
	default:
		st = ST_NOMEM;
	}
	if (where != NULL)
		GEOSGeom_destroy_r(r->h, where);
	if (reason != NULL)
		GEOSFree_r(r->h, reason);
	return st;
}

static struct geo_region *
region_new(void)
{
	struct geo_region *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	if ((r->h = GEOS_init_r()) == NULL ||
	    pthread_mutex_init(&r->mutex, NULL) != 0) {
		if (r->h != NULL)
			GEOS_finish_r(r->h);
		free(r);
		return NULL;
	}
	return r;
}

void
region_free(struct geo_region **r)
{
	if (*r == NULL)
		return;
	if ((*r)->prepared != NULL)
		GEOSPreparedGeom_destroy_r((*r)->h, (*r)->prepared);
	if ((*r)->g != NULL)
		GEOSGeom_destroy_r((*r)->h, (*r)->g);
	GEOS_finish_r((*r)->h);
	pthread_mutex_destroy(&(*r)->mutex);
	free(*r);
	*r = NULL;
}

enum status
region_parse(
    const json_t *multipolygon, struct geo_region **out, struct diag *d)
{
	struct reader rd = { .d = d };
	const json_t *polygons;
	enum status st;

	if ((st = geojson_coordinates(
		 multipolygon, "MultiPolygon", FIELD, &polygons, d)) != ST_OK)
		return st;
	st = ST_NOMEM;
	if ((rd.r = region_new()) == NULL ||
	    (rd.lonlat = calloc(REGION_POINTS_MAX, 2 * sizeof(*rd.lonlat))) ==
		NULL)
		goto done;
	if ((st = read_all(&rd, polygons)) != ST_OK ||
	    (st = check_valid(rd.r, d)) != ST_OK)
		goto done;
	if ((rd.r->prepared = GEOSPrepare_r(rd.r->h, rd.r->g)) == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	*out = rd.r;
	rd.r = NULL;
done:
	free(rd.lonlat);
	region_free(&rd.r);
	return st;
}

size_t
region_points(const struct geo_region *r)
{
	return r->points;
}

double
region_km2(const struct geo_region *r)
{
	return r->m2 / 1e6;
}

struct geo_bounds
region_bounds(const struct geo_region *r)
{
	return r->bounds;
}

/* Whether the ring of n positions lies in r; out of memory reads as not. */
static bool
covers(struct geo_region *r, GEOSCoordSequence *seq)
{
	GEOSGeometry *ring, *g = NULL;
	bool in = false;

	if (seq != NULL &&
	    (ring = GEOSGeom_createLinearRing_r(r->h, seq)) != NULL)
		g = GEOSGeom_createPolygon_r(r->h, ring, NULL, 0);
	if (g != NULL) {
		in = GEOSPreparedCovers_r(r->h, r->prepared, g) == 1;
		GEOSGeom_destroy_r(r->h, g);
	}
	return in;
}

bool
region_contains_area(struct geo_region *r, const struct geo_area *a)
{
	double lonlat[2 * (AREA_POINTS_MAX + 1)];
	uint32_t i;
	bool in;

	for (i = 0; i <= a->n; i++) {
		lonlat[2 * i] = a->v[i % a->n].lon;
		lonlat[2 * i + 1] = a->v[i % a->n].lat;
	}
	pthread_mutex_lock(&r->mutex);
	in = covers(
	    r, GEOSCoordSeq_copyFromBuffer_r(r->h, lonlat, a->n + 1, 0, 0));
	pthread_mutex_unlock(&r->mutex);
	return in;
}

bool
region_contains_point(struct geo_region *r, struct geo_point p)
{
	GEOSGeometry *g;
	bool in = false;

	pthread_mutex_lock(&r->mutex);
	g = GEOSGeom_createPointFromXY_r(r->h, p.lon, p.lat);
	if (g != NULL) {
		in = GEOSPreparedCovers_r(r->h, r->prepared, g) == 1;
		GEOSGeom_destroy_r(r->h, g);
	}
	pthread_mutex_unlock(&r->mutex);
	return in;
}
