#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

#include "geo/area.h"
#include "geo/plane.h"
#include "geo/surface.h"

/* GEOS geometry of a, in microdegrees; NULL if out of memory. */
static GEOSGeometry *
polygon(GEOSContextHandle_t h, const struct geo_area *a, double ref)
{
	double lonlat[2 * (AREA_POINTS_MAX + 1)];
	double turn = plane_unwrap(a->v[0].lon, ref) - a->v[0].lon;
	GEOSCoordSequence *seq;
	GEOSGeometry *ring;
	uint32_t i;

	for (i = 0; i <= a->n; i++) {
		lonlat[2 * i] = a->v[i % a->n].lon + turn;
		lonlat[2 * i + 1] = a->v[i % a->n].lat;
	}
	seq = GEOSCoordSeq_copyFromBuffer_r(h, lonlat, a->n + 1, 0, 0);
	if (seq == NULL)
		return NULL;
	/* Both take what they are given, also when they fail. */
	ring = GEOSGeom_createLinearRing_r(h, seq);
	return ring == NULL ? NULL : GEOSGeom_createPolygon_r(h, ring, NULL, 0);
}

/* Square metres in one ring of a result, whichever way it runs. */
static enum status
ring_m2(GEOSContextHandle_t h, const GEOSGeometry *ring, double *m2)
{
	const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(h, ring);
	unsigned n = 0;
	double *lonlat;

	if (seq == NULL || GEOSCoordSeq_getSize_r(h, seq, &n) == 0)
		return ST_FAIL;
	if ((lonlat = calloc(n, 2 * sizeof(*lonlat))) == NULL)
		return ST_NOMEM;
	if (GEOSCoordSeq_copyToBuffer_r(h, seq, lonlat, 0, 0) == 0) {
		free(lonlat);
		return ST_FAIL;
	}
	*m2 = fabs(surface_ring_m2(lonlat, n));
	free(lonlat);
	return ST_OK;
}

static enum status
polygon_m2(GEOSContextHandle_t h, const GEOSGeometry *g, double *m2)
{
	enum status st;
	double part, sum;
	int i, holes;

	if (GEOSisEmpty_r(h, g) != 0)
		return ST_OK;
	if ((st = ring_m2(h, GEOSGetExteriorRing_r(h, g), &sum)) != ST_OK)
		return st;
	holes = GEOSGetNumInteriorRings_r(h, g);
	for (i = 0; i < holes; i++) {
		if ((st = ring_m2(h, GEOSGetInteriorRingN_r(h, g, i), &part)) !=
		    ST_OK)
			return st;
		sum -= part;
	}
	*m2 += sum;
	return ST_OK;
}

static enum status
geometry_m2(GEOSContextHandle_t h, const GEOSGeometry *g, double *m2)
{
	enum status st;
	int i, n = GEOSGetNumGeometries_r(h, g);

	*m2 = 0;
	for (i = 0; i < n; i++) {
		const GEOSGeometry *part = GEOSGetGeometryN_r(h, g, i);

		/* What merely touches may leave lines beside the polygons. */
		if (GEOSGeomTypeId_r(h, part) != GEOS_POLYGON)
			continue;
		if ((st = polygon_m2(h, part, m2)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
area_union_m2(const struct geo_area *const *v, size_t n, double *m2)
{
	GEOSGeometry **parts = NULL, *all = NULL, *merged = NULL;
	GEOSContextHandle_t h = NULL;
	enum status st = ST_NOMEM;
	size_t i = 0;

	*m2 = 0;
	if (n == 0)
		return ST_OK;
	if ((h = GEOS_init_r()) == NULL ||
	    (parts = calloc(n, sizeof(*parts))) == NULL)
		goto done;
	for (; i < n; i++)
		if ((parts[i] = polygon(h, v[i], v[0]->v[0].lon)) == NULL)
			goto done;
	all = GEOSGeom_createCollection_r(
	    h, GEOS_GEOMETRYCOLLECTION, parts, (unsigned)n);
	if (all == NULL)
		goto done;
	i = 0; /* the collection owns them now */
	st = ST_FAIL;
	if ((merged = GEOSUnaryUnion_r(h, all)) == NULL)
		goto done;
	st = geometry_m2(h, merged, m2);
done:
	while (i > 0)
		GEOSGeom_destroy_r(h, parts[--i]);
	if (merged != NULL)
		GEOSGeom_destroy_r(h, merged);
	if (all != NULL)
		GEOSGeom_destroy_r(h, all);
	free(parts);
	if (h != NULL)
		GEOS_finish_r(h);
	return st;
}
