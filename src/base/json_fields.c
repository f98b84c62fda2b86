/* Reading declared members out of an object; see json.h. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/id.h"
#include "base/json.h"
#include "base/pre.h"

struct reader {
	const struct json_field *f;
	const char *path;
	char *at; /* the member of the struct that is filled */
	struct arena *a;
	struct diag *d;
};

static enum status
wrong(const struct reader *r, const char *what)
{
	return diag_set(
	    r->d, ST_INVALID, r->path, "", "%s must be %s.", r->path, what);
}

static enum status
outside(const struct reader *r, const char *unit)
{
	char limit[80];

	(void)snprintf(limit, sizeof(limit), "%" PRId64 " to %" PRId64 "%s",
	    r->f->min, r->f->max, unit);
	return diag_set(r->d, ST_INVALID, r->path, limit,
	    "%s must be within %s.", r->path, limit);
}

static int
within(const struct json_field *f, size_t n)
{
	return (int64_t)n >= f->min && (int64_t)n <= f->max;
}

static enum status
read_string(const struct reader *r, const json_t *v)
{
	size_t n = json_string_length(v);
	char *s;

	if (r->f->only != NULL) {
		if (strcmp(json_string_value(v), r->f->only) != 0)
			return diag_set(r->d, ST_INVALID, r->path, r->f->only,
			    "%s must be \"%s\".", r->path, r->f->only);
	} else if (!within(r->f, n)) {
		return outside(r, " bytes");
	}
	if ((s = arena_strndup(r->a, json_string_value(v), n)) == NULL)
		return ST_NOMEM;
	memcpy(r->at, &s, sizeof(s));
	return ST_OK;
}

static enum status
read_bytes(const struct reader *r, const json_t *v)
{
	size_t text_n = json_string_length(v), max = text_n / 4 * 3;
	struct json_bytes bytes;
	uint8_t *p;

	/* The last four characters may hold one or two bytes only. */
	if (max > (size_t)r->f->max + 2)
		return outside(r, " bytes");
	if ((p = arena_alloc(r->a, max)) == NULL)
		return ST_NOMEM;
	if (enc_unbase64(json_string_value(v), text_n, p, max, &bytes.n) !=
	    ST_OK)
		return wrong(r, "base64 with padding (RFC 4648)");
	if (!within(r->f, bytes.n))
		return outside(r, " bytes");
	bytes.p = p;
	memcpy(r->at, &bytes, sizeof(bytes));
	return ST_OK;
}

static enum status
read_strings(const struct reader *r, const json_t *v)
{
	struct json_strs strs = { .n = json_array_size(v) };
	const json_t *item;
	size_t i;

	if (!within(r->f, strs.n))
		return outside(r, " elements");
	strs.v = arena_alloc(r->a, (strs.n + 1) * sizeof(*strs.v));
	if (strs.v == NULL)
		return ST_NOMEM;
	for (i = 0; i < strs.n; i++) {
		item = json_array_get(v, i);
		if (!json_is_string(item) || json_string_length(item) > 255)
			return wrong(r, "a list of strings of up to 255 bytes");
		strs.v[i] = arena_strndup(
		    r->a, json_string_value(item), json_string_length(item));
		if (strs.v[i] == NULL)
			return ST_NOMEM;
	}
	memcpy(r->at, &strs, sizeof(strs));
	return ST_OK;
}

static enum status
read_integer(const struct reader *r, const json_t *v)
{
	int64_t n = json_integer_value(v);

	if (n < r->f->min || n > r->f->max)
		return outside(r, "");
	memcpy(r->at, &n, sizeof(n));
	return ST_OK;
}

static enum status
read_time(const struct reader *r, const json_t *v)
{
	int64_t t;

	if (clock_parse(json_string_value(v), &t) != ST_OK)
		return wrong(r,
		    "a time in UTC with whole seconds, as in "
		    "2026-11-30T22:49:52Z");
	memcpy(r->at, &t, sizeof(t));
	return ST_OK;
}

static enum status
read_value(const struct reader *r, json_t *v)
{
	bool truth = json_is_true(v);

	switch (r->f->kind) {
	case JSON_FIELD_STR:
		return json_is_string(v) ? read_string(r, v)
					 : wrong(r, "a string");
	case JSON_FIELD_INT:
		return json_is_integer(v) ? read_integer(r, v)
					  : wrong(r, "a whole number");
	case JSON_FIELD_BOOL:
		if (!json_is_boolean(v))
			return wrong(r, "true or false");
		memcpy(r->at, &truth, sizeof(truth));
		return ST_OK;
	case JSON_FIELD_TIME:
		return json_is_string(v) ? read_time(r, v)
					 : wrong(r, "a time as a string");
	case JSON_FIELD_ID:
		if (!json_is_string(v) ||
		    enc_unhex(json_string_value(v), r->at, ID_BYTES) != ST_OK)
			return wrong(r, "32 lower-case hex digits");
		return ST_OK;
	case JSON_FIELD_HASH:
		if (!json_is_string(v) ||
		    enc_unhex(json_string_value(v), r->at, 32) != ST_OK)
			return wrong(r, "64 lower-case hex digits");
		return ST_OK;
	case JSON_FIELD_B64:
		return json_is_string(v) ? read_bytes(r, v)
					 : wrong(r, "base64 as a string");
	case JSON_FIELD_OBJ:
		if (!json_is_object(v))
			return wrong(r, "an object");
		memcpy(r->at, &v, sizeof(v));
		return ST_OK;
	case JSON_FIELD_ARR:
		if (!json_is_array(v))
			return wrong(r, "a list");
		if (!within(r->f, json_array_size(v)))
			return outside(r, " elements");
		memcpy(r->at, &v, sizeof(v));
		return ST_OK;
	case JSON_FIELD_STRS:
		return json_is_array(v) ? read_strings(r, v)
					: wrong(r, "a list of strings");
	}
	PRE(0);
	return ST_FAIL;
}

/* Refuse members that spec does not name: a new one is a new version. */
static enum status
unknown(const json_t *obj, const struct json_field *spec, size_t n,
    const char *prefix, struct diag *d)
{
	const char *key;
	json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)obj, key, v)
	{
		for (i = 0; i < n; i++)
			if (strcmp(key, spec[i].name) == 0)
				break;
		if (i == n)
			return diag_set(d, ST_INVALID, key, "",
			    "%s%s%.64s is not a member that this version of "
			    "the document has.",
			    prefix != NULL ? prefix : "",
			    prefix != NULL ? "." : "", key);
	}
	return ST_OK;
}

enum status
json_fields(const json_t *obj, const struct json_field *spec, size_t n,
    const char *prefix, void *out, struct arena *a, struct diag *d)
{
	struct reader r = { .a = a, .d = d };
	char path[96];
	enum status st;
	json_t *v;
	size_t i;

	if (!json_is_object(obj))
		return diag_set(d, ST_INVALID, prefix, "",
		    "%s must be a JSON object.",
		    prefix != NULL ? prefix : "The document");
	if ((st = unknown(obj, spec, n, prefix, d)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s%s%s",
		    prefix != NULL ? prefix : "", prefix != NULL ? "." : "",
		    spec[i].name);
		if ((v = json_object_get(obj, spec[i].name)) == NULL) {
			if (spec[i].optional)
				continue;
			return diag_set(
			    d, ST_INVALID, path, "", "%s is missing.", path);
		}
		r.f = &spec[i];
		r.path = path;
		r.at = (char *)out + spec[i].offset;
		if ((st = read_value(&r, v)) != ST_OK)
			return st;
	}
	return ST_OK;
}
