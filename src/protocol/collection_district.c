/* The platform's note on a district; see collection.h. */
#include "base/pre.h"
#include "protocol/collection.h"
#include "protocol/doc.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

enum status
district_note_parse(
    const struct doc *doc, struct district_note *out, struct diag *d)
{
	struct {
		struct district_note x;
		int64_t z, xx, yy;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "z",
		    .kind = JSON_FIELD_INT,
		    .min = DISTRICT_ZOOM,
		    .max = DISTRICT_ZOOM,
		    .offset = sizeof(struct district_note) },
		{ .name = "x",
		    .kind = JSON_FIELD_INT,
		    .min = 0,
		    .max = DISTRICT_COUNT - 1,
		    .offset = sizeof(struct district_note) + sizeof(int64_t) },
		{ .name = "y",
		    .kind = JSON_FIELD_INT,
		    .min = 0,
		    .max = DISTRICT_COUNT - 1,
		    .offset = sizeof(struct district_note) +
			2 * sizeof(int64_t) },
		AS("time", JSON_FIELD_TIME, struct district_note, time, 0, 0),
		AS("size", JSON_FIELD_INT, struct district_note, size, 0,
		    INT64_C(9007199254740991)),
		AS("features", JSON_FIELD_HASH, struct district_note, features,
		    0, 0),
	};
	enum status st;

	_Static_assert(sizeof(struct district_note) % sizeof(int64_t) == 0,
	    "the three integers follow without a gap");
	if ((st = doc_fields(doc, DISTRICT_TYPE, spec, NELEMS(spec), &in, d)) !=
	    ST_OK)
		return st;
	in.x.district = (struct geo_district){
		.z = (int32_t)in.z, .x = (int32_t)in.xx, .y = (int32_t)in.yy
	};
	*out = in.x;
	return ST_OK;
}

json_t *
district_note_json(const struct district_note *x)
{
	return json_pack("{s:i,s:i,s:i,s:o,s:I,s:o}", "z", (int)x->district.z,
	    "x", (int)x->district.x, "y", (int)x->district.y, "time",
	    json_time(x->time), "size", (json_int_t)x->size, "features",
	    json_hex(x->features, sizeof(x->features)));
}
