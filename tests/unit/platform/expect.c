#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "expect.h"
#include "geo/area.h"
#include "protocol/doc.h"

static bool
differs(const char *got, const char *want, bool part)
{
	if (want == NULL)
		return false;
	return part ? strstr(got, want) == NULL : strcmp(got, want) != 0;
}

void
expect_problem(struct world *w, const char *what, struct world_reply *r,
    const struct expect *e)
{
	const char *detail = json_string_value(
	    json_object_get(r->body, "detail"));
	char page[128];
	struct buf b;

	if (r->code != e->code || differs(r->problem, e->problem, false) ||
	    differs(r->field, e->field, false) ||
	    differs(r->limit, e->limit, true))
		fail_msg("%s: %u %s, field \"%s\", limit \"%s\": %s", what,
		    r->code, r->problem, r->field, r->limit,
		    detail != NULL ? detail : "");
	if (r->title[0] == '\0' || detail == NULL || detail[0] == '\0' ||
	    json_integer_value(json_object_get(r->body, "status")) !=
		(json_int_t)e->code)
		fail_msg("%s: the problem document is not complete", what);
	(void)snprintf(page, sizeof(page), "/problems/%s", r->problem);
	buf_init(&b, 65536);
	if (world_get(w, page, &b) != 200)
		fail_msg("%s: %s is not explained", what, page);
	buf_fini(&b);
	world_reply_fini(r);
}

int64_t
expect_filed(const char *what, struct world_reply *r)
{
	const char *detail = json_string_value(
	    json_object_get(r->body, "detail"));

	if (r->code != 201)
		fail_msg("%s: %u %s %s, field \"%s\": %s", what, r->code,
		    r->problem, r->rule, r->field,
		    detail != NULL ? detail : "");
	world_reply_fini(r);
	return r->index;
}

void
expect_request(struct world *w, json_t *body, struct world_reply *out)
{
	const struct world_key *signers[] = { &w->agency, &w->locker };
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(body, REQUEST_TYPE, signers, 2, &note);
	world_file(w, buf_text(&note), world_text, NULL, out);
	buf_fini(&note);
}

void
expect_place(struct request *r, double east_m, double north_m, double radius_m)
{
	/* Microdegrees a metre hereabouts; exact enough for a place. */
	struct geo_point p = {
		.lon = WORLD_CENTRE_LON + (int32_t)(east_m * 10.173),
		.lat = WORLD_CENTRE_LAT + (int32_t)(north_m * 9.025),
	};
	struct diag d = { 0 };

	assert_int_equal(area_around(p, radius_m, &r->area, &d), ST_OK);
}

void
expect_replace(struct buf *b, const char *from, const char *to)
{
	const char *text = buf_text(b), *at = strstr(text, from);
	struct buf out;

	if (at == NULL)
		fail_msg("there is no %s in %s", from, text);
	buf_init(&out, 4 << 20);
	buf_put(&out, text, (size_t)(at - text));
	buf_puts(&out, to);
	buf_puts(&out, at + strlen(from));
	assert_int_equal(buf_status(&out), ST_OK);
	buf_fini(b);
	*b = out;
}
