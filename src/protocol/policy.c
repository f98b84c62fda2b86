#include "protocol/policy.h"

#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "protocol/doc.h"

#define N(m, lo, hi)                                                         \
	{                                                                    \
		.name = #m, .kind = JSON_FIELD_INT,                          \
		.offset = offsetof(struct parsed, p.m), .min = lo, .max = hi \
	}
#define T(m)                                           \
	{                                              \
		.name = #m, .kind = JSON_FIELD_TIME,   \
		.offset = offsetof(struct parsed, p.m) \
	}

struct parsed {
	struct policy p;
	json_t *incidents;
};

static const struct json_field fields[] = {
	T(time),
	T(force_from),
	N(area_min, 0, 1000000000),
	N(area_max, 0, 1000000000),
	N(victims_area_min, 0, 1000000000),
	N(width_min, 0, 100000),
	N(dwellings_min, 0, 100000),
	N(window_min, 0, 31536000),
	N(window_max, 0, 31536000),
	N(lifetime_max, 0, 31536000),
	N(neighbour_m, 0, 100000),
	N(neighbour_s, 0, 31536000),
	N(per_case, 0, 1000),
	N(per_district, 0, 1000),
	N(urgent_s, 0, 31536000),
	{ .name = "incidents",
	    .kind = JSON_FIELD_ARR,
	    .offset = offsetof(struct parsed, incidents),
	    .min = 1,
	    .max = POLICY_INCIDENTS },
};

static const struct json_field incident_fields[] = {
	{ .name = "id",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct policy_incident, id),
	    .min = 1,
	    .max = 32 },
	{ .name = "title",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct policy_incident, title),
	    .min = 1,
	    .max = 80 },
	{ .name = "victims",
	    .kind = JSON_FIELD_BOOL,
	    .offset = offsetof(struct policy_incident, victims) },
};

enum status
policy_parse(const struct doc *doc, struct policy *out, struct diag *d)
{
	struct parsed in = { 0 };
	struct policy_incident *one;
	enum status st;
	size_t i;

	if ((st = doc_fields(
		 doc, POLICY_TYPE, fields, NELEMS(fields), &in, d)) != ST_OK)
		return st;
	for (i = 0; i < json_array_size(in.incidents); i++) {
		one = &in.p.incidents[i];
		st = json_fields(json_array_get(in.incidents, i),
		    incident_fields, NELEMS(incident_fields), "incidents", one,
		    doc->arena, d);
		if (st != ST_OK)
			return st;
		if (policy_incident(&in.p, one->id) != NULL)
			return diag_set(d, ST_INVALID, "incidents", "",
			    "The incident %.32s is listed twice.", one->id);
		in.p.incident_count++;
	}
	*out = in.p;
	return ST_OK;
}

const struct policy_incident *
policy_incident(const struct policy *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->incident_count; i++)
		if (strcmp(p->incidents[i].id, id) == 0)
			return &p->incidents[i];
	return NULL;
}

void
policy_default(struct policy *p, int64_t now_s)
{
	static const struct policy_incident incidents[] = {
		{ "arson", "Arson", false },
		{ "assault", "Assault", false },
		{ "burglary", "Burglary", true },
		{ "fire", "Fire", false },
		{ "hit-and-run", "Hit and run", false },
		{ "homicide", "Homicide", false },
		{ "missing-person", "Missing person", true },
		{ "robbery", "Robbery", false },
		{ "shooting", "Shooting", false },
		{ "vehicle-theft", "Vehicle theft", false },
	};

	*p = (struct policy){
		.time = now_s,
		.force_from = now_s,
		.area_min = 64750,
		.area_max = 1294994,
		.victims_area_min = 129499,
		.width_min = 60,
		.dwellings_min = 50,
		.window_min = 900,
		.window_max = 43200,
		.lifetime_max = 7 * 86400,
		.neighbour_m = 1000,
		.neighbour_s = 86400,
		.per_case = 2,
		.per_district = 5,
		.urgent_s = 4 * 3600,
		.incident_count = NELEMS(incidents),
	};
	memcpy(p->incidents, incidents, sizeof(incidents));
}

json_t *
policy_json(const struct policy *p)
{
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; i < p->incident_count; i++) {
		one = json_pack("{s:s,s:s,s:b}", "id", p->incidents[i].id,
		    "title", p->incidents[i].title, "victims",
		    (int)p->incidents[i].victims);
		if (one == NULL || json_array_append_new(list, one) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,"
			 "s:I,s:I,s:o}",
	    "time", json_time(p->time), "force_from", json_time(p->force_from),
	    "area_min", (json_int_t)p->area_min, "area_max",
	    (json_int_t)p->area_max, "victims_area_min",
	    (json_int_t)p->victims_area_min, "width_min",
	    (json_int_t)p->width_min, "dwellings_min",
	    (json_int_t)p->dwellings_min, "window_min",
	    (json_int_t)p->window_min, "window_max", (json_int_t)p->window_max,
	    "lifetime_max", (json_int_t)p->lifetime_max, "neighbour_m",
	    (json_int_t)p->neighbour_m, "neighbour_s",
	    (json_int_t)p->neighbour_s, "per_case", (json_int_t)p->per_case,
	    "per_district", (json_int_t)p->per_district, "urgent_s",
	    (json_int_t)p->urgent_s, "incidents", list);
}
