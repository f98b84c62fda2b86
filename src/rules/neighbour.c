/*
 * Requests close by in place and time, summed, so that adjacent, nested and
 * repeated ones do not get round the limits of one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "geo/area.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/ceilings.h"
#include "rules/check.h"

/*
 * Rings that share an edge may overlap by what rounding to 6 decimals moved
 * it, up to 0.16 m.
 */
#define ROUNDING_M 0.2

struct neighbours {
	size_t n;                     /* in all */
	size_t own;                   /* the first of them share an agency */
	const struct rules_other **v; /* own ones, then others' */
	const struct geo_area **areas;
};

static bool
is_neighbour(const struct check *c, const struct rules_other *o)
{
	int64_t gap = o->from > c->r->until ? o->from - c->r->until
	    : c->r->from > o->until         ? c->r->from - o->until
					    : 0;

	return !id_equal(&o->id, &c->r->id) && gap <= c->p->neighbour_s &&
	    area_distance_m(&c->r->area, &o->area) <= (double)c->p->neighbour_m;
}

/* The request's own area comes first, then those of its neighbours. */
static enum status
collect(const struct check *c, struct neighbours *nb)
{
	size_t i, count = c->ctx->other_count;
	int pass;

	nb->v = calloc(count + 1, sizeof(struct rules_other *));
	nb->areas = calloc(count + 1, sizeof(struct geo_area *));
	if (nb->v == NULL || nb->areas == NULL)
		return ST_NOMEM;
	nb->areas[0] = &c->r->area;
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < count; i++) {
			const struct rules_other *o = &c->ctx->others[i];

			if (check_shares_agency(c, o) != (pass == 0) ||
			    !is_neighbour(c, o))
				continue;
			nb->v[nb->n++] = o;
			nb->areas[nb->n] = &o->area;
		}
		if (pass == 0)
			nb->own = nb->n;
	}
	return ST_OK;
}

static bool
lifted(const struct check *c, enum rules_rule rule)
{
	return (c->ctx->lifted & RULES_LIFTABLE & RULES_BIT(rule)) != 0;
}

/*
 * What a sum over neighbours that is too large means: own is the sum over the
 * agency's own, all over everybody's, cap the policy's, ceiling the one that a
 * decision may lift it to.
 */
static enum rules_state
judge(const struct check *c, enum rules_rule rule, double own, double all,
    double cap, double ceiling)
{
	if (all <= cap)
		return RULES_KEPT;
	if (all > ceiling)
		return RULES_BROKEN;
	if (lifted(c, rule))
		return RULES_LIFTED;
	return own <= cap ? RULES_HOLDS : RULES_BROKEN;
}

static const char *
whose(enum rules_state state)
{
	return state == RULES_HOLDS ? "with other agencies' requests close by"
				    : "with the requests close by";
}

static void
check_overlap(struct check *c, const struct neighbours *nb)
{
	struct rules_finding *f = check_add(c, RULES_NEIGHBOUR_OVERLAP, "area");
	double tolerance = ROUNDING_M + c->ctx->slack_m;
	char id[ID_TEXT], depth_text[CHECK_NUMBER];
	size_t i, count = 0;

	snprintf(f->limit, sizeof(f->limit), "identical or disjoint");
	for (i = 0; i < nb->n; i++) {
		const struct rules_other *o = nb->v[i];
		double depth = area_depth_m(&c->r->area, &o->area);

		if (depth <= tolerance || area_equal(&c->r->area, &o->area))
			continue;
		/* Own ones come first: they decide between refused and held. */
		if (count++ > 0)
			continue;
		f->has_other = true;
		f->other = o->id;
		id_text(&o->id, id);
		check_number(depth, depth_text);
		check_fail(f,
		    lifted(c, f->rule) ? RULES_LIFTED
			: i < nb->own  ? RULES_BROKEN
				       : RULES_HOLDS,
		    "The area overlaps that of request %s of %.100s by %s m. "
		    "It must be the same or lie apart.",
		    id, o->agency, depth_text);
	}
	snprintf(f->found, sizeof(f->found), "%zu overlapping", count);
}

static enum status
check_area(struct check *c, const struct neighbours *nb)
{
	struct rules_finding *f = check_add(c, RULES_NEIGHBOUR_AREA, "area");
	char found[CHECK_NUMBER], limit[CHECK_NUMBER];
	double own = 0, all = 0, most, slack = 1 + c->ctx->slack_ratio;
	double cap = (double)c->p->area_max * slack;
	double ceiling = RULES_LIFTED_AREA_MAX_M2 * slack;
	enum rules_state state;
	enum status st;

	if ((st = area_union_m2(nb->areas, nb->own + 1, &own)) != ST_OK ||
	    (st = area_union_m2(nb->areas, nb->n + 1, &all)) != ST_OK)
		return st;
	state = nb->n == 0 ? RULES_KEPT
			   : judge(c, f->rule, own, all, cap, ceiling);
	most = all > ceiling ? RULES_LIFTED_AREA_MAX_M2
			     : (double)c->p->area_max;
	check_number(all, found);
	check_number(most, limit);
	snprintf(f->found, sizeof(f->found), "%s m²", found);
	snprintf(f->limit, sizeof(f->limit), "%s m² together", limit);
	if (state == RULES_KEPT)
		return ST_OK;
	f->has_other = true;
	f->other = nb->v[nb->n - 1]->id;
	check_fail(f, state,
	    "Together %s (%zu within %lld m), the area covers %s m². Together "
	    "they may cover %s m².",
	    whose(state), nb->n, (long long)c->p->neighbour_m, found, limit);
	return ST_OK;
}

struct interval {
	int64_t from, until;
};

static int
by_start(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Seconds that the windows of the request and n neighbours cover. */
static enum status
covered(const struct check *c, const struct neighbours *nb, size_t n, double *s)
{
	struct interval *v = calloc(n + 1, sizeof(*v));
	int64_t end = INT64_MIN, sum = 0;
	size_t i;

	if (v == NULL)
		return ST_NOMEM;
	v[0] = (struct interval){ c->r->from, c->r->until };
	for (i = 0; i < n; i++)
		v[i + 1] = (struct interval){ nb->v[i]->from, nb->v[i]->until };
	qsort(v, n + 1, sizeof(*v), by_start);
	for (i = 0; i <= n; i++) {
		int64_t from = v[i].from > end ? v[i].from : end;

		if (v[i].until <= from)
			continue;
		sum += v[i].until - from;
		end = v[i].until;
	}
	free(v);
	*s = (double)sum;
	return ST_OK;
}

static enum status
check_window(struct check *c, const struct neighbours *nb)
{
	struct rules_finding *f = check_add(c, RULES_NEIGHBOUR_WINDOW, "until");
	char found[CHECK_NUMBER], limit[CHECK_NUMBER], within[CHECK_NUMBER];
	double own, all, cap = (double)c->p->window_max;
	enum rules_state state;
	enum status st;

	if ((st = covered(c, nb, nb->own, &own)) != ST_OK ||
	    (st = covered(c, nb, nb->n, &all)) != ST_OK)
		return st;
	state = nb->n == 0
	    ? RULES_KEPT
	    : judge(c, f->rule, own, all, cap, RULES_LIFTED_WINDOW_MAX_S);
	check_span((int64_t)all, found);
	check_span(all > RULES_LIFTED_WINDOW_MAX_S ? RULES_LIFTED_WINDOW_MAX_S
						   : c->p->window_max,
	    limit);
	check_span(c->p->neighbour_s, within);
	snprintf(f->found, sizeof(f->found), "%s", found);
	snprintf(f->limit, sizeof(f->limit), "%s together", limit);
	if (state == RULES_KEPT)
		return ST_OK;
	f->has_other = true;
	f->other = nb->v[nb->n - 1]->id;
	check_fail(f, state,
	    "Together %s (%zu within %s), the window covers %s. Together they "
	    "may cover %s.",
	    whose(state), nb->n, within, found, limit);
	return ST_OK;
}

enum status
check_neighbours(struct check *c)
{
	struct neighbours nb = { 0 };
	enum status st;

	if ((st = collect(c, &nb)) != ST_OK)
		goto done;
	check_overlap(c, &nb);
	if ((st = check_area(c, &nb)) != ST_OK)
		goto done;
	st = check_window(c, &nb);
done:
	free(nb.v);
	free(nb.areas);
	return st;
}
