#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "scene.h"

void
scene_init(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	policy_default(&s->policy, SCENE_NOW - 30 * DAY);
	s->r = (struct request){
		.id = { { 1 } },
		.agency = "police.example",
		.case_number = "24-001",
		.incident = "robbery",
		.area = scene_box(0, 0, 400, 400),
		.from = SCENE_NOW - 10 * H,
		.until = SCENE_NOW - 8 * H,
		.opens = SCENE_NOW,
		.expires = SCENE_NOW + 5 * DAY,
	};
	s->ctx.dwellings = -1;
	s->ctx.others = s->others;
}

struct geo_area
scene_box(double east_m, double north_m, double w_m, double h_m)
{
	/* Metres a degree at this latitude, on the ellipsoid. */
	const double kx = 67878.0, ky = 111270.0;
	double w = SCENE_LON + east_m / kx, s = SCENE_LAT + north_m / ky;
	double e = w + w_m / kx, n = s + h_m / ky;
	const double lon[] = { w, e, e, w }, lat[] = { s, s, n, n };
	struct geo_point v[4];
	struct geo_area a;
	int i;

	for (i = 0; i < 4; i++)
		assert_int_equal(
		    point_from_degrees(lon[i], lat[i], &v[i], NULL), ST_OK);
	assert_int_equal(area_from_points(v, 4, &a, NULL), ST_OK);
	return a;
}

struct rules_other *
scene_other(struct scene *s, const char *agency, const char *case_number,
    struct geo_area area)
{
	struct rules_other *o = &s->others[s->ctx.other_count++];

	assert_true(s->ctx.other_count <= SCENE_OTHERS);
	*o = rules_other(&s->r, true);
	memset(o->id.b, 0xee, sizeof(o->id.b));
	o->id.b[0] = (uint8_t)s->ctx.other_count;
	o->agency = agency;
	o->case_number = case_number;
	o->area = area;
	return o;
}

enum status
scene_check(struct scene *s)
{
	memset(&s->d, 0, sizeof(s->d));
	return rules_request_check(
	    &s->r, &s->policy, &s->ctx, SCENE_NOW, &s->result, &s->d);
}

const struct rules_finding *
scene_finding(const struct scene *s, enum rules_rule rule)
{
	size_t i;

	for (i = 0; i < s->result.n; i++)
		if (s->result.v[i].rule == rule)
			return &s->result.v[i];
	fail_msg("no finding of %s", rules_name(rule));
	return NULL;
}

void
scene_expect(struct scene *s, enum status st, enum rules_rule rule)
{
	enum status got = scene_check(s);

	if (got != st)
		fail_msg("%s, not %s: %s: %s", status_name(got),
		    status_name(st), s->d.problem, s->d.text);
	if (st == ST_OK)
		return;
	if (strcmp(s->d.problem, rules_name(rule)) != 0)
		fail_msg("%s, not %s: %s", s->d.problem, rules_name(rule),
		    s->d.text);
	assert_string_not_equal(s->d.field, "");
	assert_string_not_equal(s->d.limit, "");
	assert_true(strlen(s->d.text) > 20);
	assert_string_not_equal(scene_finding(s, rule)->found, "");
}
