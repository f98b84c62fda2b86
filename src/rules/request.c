#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "geo/area.h"
#include "geo/region.h"
#include "protocol/admission.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/ceilings.h"
#include "rules/check.h"
#include "rules/terms.h"

static const char *const names[RULES_COUNT] = {
	[RULES_INCIDENT] = "incident",
	[RULES_AREA_SIZE] = "area-size",
	[RULES_AREA_WIDTH] = "area-width",
	[RULES_WINDOW] = "window",
	[RULES_LIFETIME] = "lifetime",
	[RULES_JURISDICTION] = "jurisdiction",
	[RULES_DWELLINGS] = "dwellings",
	[RULES_PER_CASE] = "per-case",
	[RULES_PER_DISTRICT] = "per-district",
	[RULES_NEIGHBOUR_OVERLAP] = "neighbour-overlap",
	[RULES_NEIGHBOUR_AREA] = "neighbour-area",
	[RULES_NEIGHBOUR_WINDOW] = "neighbour-window",
};

const char *
rules_name(enum rules_rule rule)
{
	PRE(rule < RULES_COUNT);
	return names[rule];
}

enum rules_rule
rules_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < RULES_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			break;
	return (enum rules_rule)i;
}

void
rules_lift(const struct decision *x, const struct id *request, uint32_t *lifted)
{
	enum rules_rule rule = rules_by_name(x->rule);
	char id[ID_TEXT];

	id_text(request, id);
	if (strcmp(x->action, "lift") == 0 && strcmp(x->subject, id) == 0 &&
	    rule != RULES_COUNT)
		*lifted |= RULES_BIT(rule) & RULES_LIFTABLE;
}

struct rules_other
rules_other(const struct request *r, bool open)
{
	return (struct rules_other){ .id = r->id,
		.agency = r->agency,
		.case_number = r->case_number,
		.on_behalf_of = r->on_behalf_of,
		.area = r->area,
		.from = r->from,
		.until = r->until,
		.open = open };
}

static const struct policy_incident *
check_incident(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_INCIDENT, "incident");
	const struct policy_incident *in = policy_incident(
	    c->p, c->r->incident);
	struct terms_hit hit;

	snprintf(f->limit, sizeof(f->limit), "the policy's list");
	snprintf(f->found, sizeof(f->found), "%.60s", c->r->incident);
	if (in == NULL)
		check_fail(f, RULES_BROKEN,
		    "The policy's list has no incident \"%.32s\".",
		    c->r->incident);
	else if (terms_find(in->id, 0, &hit) || terms_find(in->title, 0, &hit))
		check_fail(f, RULES_BROKEN,
		    "The incident \"%.32s\" is about %s, for which footage is "
		    "never asked.",
		    c->r->incident, hit.class);
	return in;
}

static void
check_area_size(struct check *c, bool victims)
{
	struct rules_finding *f = check_add(c, RULES_AREA_SIZE, "area");
	double m2 = area_m2(&c->r->area), slack = c->ctx->slack_ratio;
	double min = (double)c->p->area_min, max = (double)c->p->area_max;
	char found[CHECK_NUMBER], least[CHECK_NUMBER], most[CHECK_NUMBER];

	if (victims && c->p->victims_area_min > c->p->area_min)
		min = (double)c->p->victims_area_min;
	check_number(m2, found);
	check_number(min, least);
	check_number(max, most);
	snprintf(f->found, sizeof(f->found), "%s m²", found);
	snprintf(f->limit, sizeof(f->limit), "%s to %s m²", least, most);
	if (m2 >= min * (1 - slack) && m2 <= max * (1 + slack))
		return;
	check_fail(f, RULES_BROKEN,
	    "The area is %s m². It must be %s to %s m²%s.", found, least, most,
	    victims ? ", since there may be victims at home" : "");
}

static void
check_area_width(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_AREA_WIDTH, "area");
	double m = area_min_width_m(&c->r->area);
	char found[CHECK_NUMBER], least[CHECK_NUMBER];

	check_number(m, found);
	check_number((double)c->p->width_min, least);
	snprintf(f->found, sizeof(f->found), "%s m", found);
	snprintf(f->limit, sizeof(f->limit), "%s m", least);
	if (m < (double)c->p->width_min - c->ctx->slack_m)
		check_fail(f, RULES_BROKEN,
		    "The area is %s m wide at its narrowest. It must be %s m.",
		    found, least);
}

static void
check_the_window(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_WINDOW, "until");
	int64_t s = c->r->until - c->r->from;
	char found[CHECK_NUMBER], least[CHECK_NUMBER], most[CHECK_NUMBER];

	check_span(s, found);
	check_span(c->p->window_min, least);
	check_span(c->p->window_max, most);
	snprintf(
	    f->found, sizeof(f->found), "%s%s", s < 0 ? "minus " : "", found);
	snprintf(f->limit, sizeof(f->limit), "%s to %s", least, most);
	if (s < c->p->window_min || s > c->p->window_max)
		check_fail(f, RULES_BROKEN,
		    "The window is %s long. It must be %s to %s.", f->found,
		    least, most);
	else if (c->r->until > c->now + c->ctx->slack_s) {
		snprintf(f->limit, sizeof(f->limit), "in the past");
		check_fail(f, RULES_BROKEN,
		    "The window has not ended yet. Footage is asked for of "
		    "the past alone.");
	}
}

static void
check_lifetime(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_LIFETIME, "expires");
	int64_t s = c->r->expires - c->r->opens, slack = c->ctx->slack_s;
	char found[CHECK_NUMBER], most[CHECK_NUMBER];

	check_span(s, found);
	check_span(c->p->lifetime_max, most);
	snprintf(
	    f->found, sizeof(f->found), "%s%s", s < 0 ? "minus " : "", found);
	snprintf(f->limit, sizeof(f->limit), "%s", most);
	if (s <= 0 || s > c->p->lifetime_max)
		check_fail(f, RULES_BROKEN,
		    "The request would be shown for %s. It must expire after "
		    "it opens, %s later at most.",
		    f->found, most);
	else if (c->r->expires <= c->now - slack)
		check_fail(f, RULES_BROKEN, "The request has expired.");
	else if (c->r->opens < c->r->until) {
		f->field = "opens";
		snprintf(f->limit, sizeof(f->limit), "the window's end");
		check_fail(f, RULES_BROKEN,
		    "The request would open before its window has ended.");
	} else if (c->r->opens > c->now + RULES_AHEAD_MAX_S + slack) {
		f->field = "opens";
		snprintf(f->limit, sizeof(f->limit), "24 h ahead");
		check_fail(f, RULES_BROKEN,
		    "The request would open more than a day from now.");
	}
}

static void
check_jurisdiction(struct check *c)
{
	struct rules_finding *f;

	if (c->ctx->jurisdiction == NULL)
		return;
	f = check_add(c, RULES_JURISDICTION, "area");
	snprintf(f->limit, sizeof(f->limit), "the agency's jurisdiction");
	if (region_contains_area(c->ctx->jurisdiction, &c->r->area)) {
		snprintf(f->found, sizeof(f->found), "inside");
		return;
	}
	snprintf(f->found, sizeof(f->found), "not all inside");
	check_fail(f, RULES_BROKEN,
	    "The area does not lie wholly inside the jurisdiction of %.100s.",
	    c->r->agency);
}

static void
check_dwellings(struct check *c)
{
	struct rules_finding *f;
	long long count = c->ctx->dwellings, least = c->p->dwellings_min;

	if (count < 0)
		return;
	f = check_add(c, RULES_DWELLINGS, "area");
	snprintf(f->found, sizeof(f->found), "%lld dwellings", count);
	snprintf(f->limit, sizeof(f->limit), "%lld dwellings", least);
	if (count < least)
		check_fail(f, RULES_BROKEN,
		    "Some %lld dwellings lie in the area. There must be %lld, "
		    "or sharing would tell who shared.",
		    count, least);
}

/* The first that is broken, else the first that holds it. */
static enum status
verdict(const struct rules_result *out, struct diag *d)
{
	static const struct {
		enum rules_state state;
		enum status st;
	} order[] = { { RULES_BROKEN, ST_RULE }, { RULES_HOLDS, ST_HELD } };
	size_t i, k;

	for (k = 0; k < NELEMS(order); k++)
		for (i = 0; i < out->n; i++) {
			const struct rules_finding *f = &out->v[i];

			if (f->state == order[k].state)
				return diag_problem(d, order[k].st,
				    rules_name(f->rule), f->field, f->limit,
				    "%s", f->text);
		}
	return ST_OK;
}

enum status
rules_request_check(const struct request *r, const struct policy *p,
    const struct rules_context *ctx, int64_t now_s, struct rules_result *out,
    struct diag *d)
{
	struct check c = { r, p, ctx, now_s, out };
	const struct policy_incident *in;
	enum status st;

	out->n = 0;
	in = check_incident(&c);
	check_area_size(&c, in != NULL && in->victims);
	check_area_width(&c);
	check_the_window(&c);
	check_lifetime(&c);
	check_jurisdiction(&c);
	check_dwellings(&c);
	check_per_case(&c);
	check_per_district(&c);
	if ((st = check_neighbours(&c)) != ST_OK)
		return diag_set(d, st, "area", NULL,
		    "The areas close by could not be summed.");
	return verdict(out, d);
}
