#include "protocol/request.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/doc.h"

#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

struct request_in {
	struct request r;
	json_t *area;
};

/* It names other agencies than the one that asks, each once. */
static enum status
check_behalf(const struct request *r, struct diag *d)
{
	size_t i, k;

	for (i = 0; i < r->on_behalf_of.n; i++) {
		if (strcmp(r->on_behalf_of.v[i], r->agency) == 0)
			break;
		for (k = 0; k < i; k++)
			if (strcmp(r->on_behalf_of.v[i],
				r->on_behalf_of.v[k]) == 0)
				break;
		if (k < i)
			break;
	}
	if (i == r->on_behalf_of.n)
		return ST_OK;
	return diag_set(d, ST_INVALID, "on_behalf_of", "",
	    "on_behalf_of names other agencies than the one that asks, each "
	    "once.");
}

enum status
request_parse(const struct doc *doc, struct request *out, struct diag *d)
{
#define R(member, kind, m, lo, hi) \
	AS(member, kind, struct request_in, m, lo, hi)
	static const struct json_field spec[] = {
		R("id", JSON_FIELD_ID, r.id, 0, 0),
		R("agency", JSON_FIELD_STR, r.agency, 1, 120),
		R("on_behalf_of", JSON_FIELD_STRS, r.on_behalf_of, 0,
		    REQUEST_BEHALF_MAX),
		R("case", JSON_FIELD_STR, r.case_number, 1, 64),
		R("incident", JSON_FIELD_STR, r.incident, 1, 32),
		R("area", JSON_FIELD_OBJ, area, 0, 0),
		R("from", JSON_FIELD_TIME, r.from, 0, 0),
		R("until", JSON_FIELD_TIME, r.until, 0, 0),
		R("opens", JSON_FIELD_TIME, r.opens, 0, 0),
		R("expires", JSON_FIELD_TIME, r.expires, 0, 0),
		R("urgent", JSON_FIELD_BOOL, r.urgent, 0, 0),
		R("recipient", JSON_FIELD_STR, r.recipient, 62, 62),
		R("text", JSON_FIELD_HASH, r.text, 0, 0),
	};
#undef R
	struct request_in in = { 0 };
	enum status st;

	if ((st = doc_fields(doc, REQUEST_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = area_parse(in.area, &in.r.area, d)) != ST_OK)
		return st;
	if (in.r.until <= in.r.from)
		return diag_set(d, ST_INVALID, "until", "",
		    "The window ends before it begins: until must be after "
		    "from.");
	if (in.r.expires <= in.r.opens)
		return diag_set(d, ST_INVALID, "expires", "",
		    "The request expires before it opens.");
	if ((st = check_behalf(&in.r, d)) != ST_OK)
		return st;
	*out = in.r;
	return ST_OK;
}

json_t *
request_json(const struct request *r)
{
	json_t *behalf = json_array();
	size_t i;

	for (i = 0; i < r->on_behalf_of.n; i++)
		if (json_array_append_new(
			behalf, json_string(r->on_behalf_of.v[i])) != 0)
			break;
	return json_pack(
	    "{s:o,s:s,s:o,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:s,s:o}", "id",
	    json_hex(r->id.b, ID_BYTES), "agency", r->agency, "on_behalf_of",
	    behalf, "case", r->case_number, "incident", r->incident, "area",
	    area_json(&r->area), "from", json_time(r->from), "until",
	    json_time(r->until), "opens", json_time(r->opens), "expires",
	    json_time(r->expires), "urgent", (int)r->urgent, "recipient",
	    r->recipient, "text", json_hex(r->text, sizeof(r->text)));
}

enum status
request_end_parse(
    const struct doc *doc, struct request_end *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("time", JSON_FIELD_TIME, struct request_end, time, 0, 0),
		AS("request", JSON_FIELD_ID, struct request_end, request, 0, 0),
		AS("reason", JSON_FIELD_STR, struct request_end, reason, 1, 16),
	};
	struct request_end in = { 0 };
	enum status st;

	if ((st = doc_fields(
		 doc, REQUEST_END_TYPE, spec, NELEMS(spec), &in, d)) != ST_OK)
		return st;
	if (strcmp(in.reason, "resolved") != 0 &&
	    strcmp(in.reason, "withdrawn") != 0)
		return diag_set(d, ST_INVALID, "reason", "resolved, withdrawn",
		    "A request ends as resolved or withdrawn, not as %.16s.",
		    in.reason);
	*out = in;
	return ST_OK;
}

json_t *
request_end_json(const struct request_end *e)
{
	return json_pack("{s:o,s:o,s:s}", "time", json_time(e->time), "request",
	    json_hex(e->request.b, ID_BYTES), "reason", e->reason);
}
