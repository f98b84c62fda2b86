#include <stddef.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/policy.h"
#include "rules/ceilings.h"
#include "rules/terms.h"

struct bound {
	const char *name;
	size_t offset;
	int64_t min, max;
};

#define B(name, lo, hi)                                      \
	{                                                    \
#name, offsetof(struct policy, name), lo, hi \
	}

static const struct bound bounds[] = {
	B(area_min, RULES_AREA_MIN_M2, RULES_AREA_MAX_M2),
	B(area_max, RULES_AREA_MIN_M2, RULES_AREA_MAX_M2),
	B(victims_area_min, RULES_AREA_MIN_M2, RULES_AREA_MAX_M2),
	B(width_min, RULES_WIDTH_MIN_M, 10000),
	B(dwellings_min, 0, 100000),
	B(window_min, RULES_WINDOW_MIN_S, RULES_WINDOW_MAX_S),
	B(window_max, RULES_WINDOW_MIN_S, RULES_WINDOW_MAX_S),
	B(lifetime_max, 3600, RULES_LIFETIME_MAX_S),
	B(neighbour_m, RULES_NEIGHBOUR_MIN_M, 100000),
	B(neighbour_s, RULES_NEIGHBOUR_MIN_S, 365 * 86400),
	B(per_case, 1, RULES_PER_CASE_MAX),
	B(per_district, 1, RULES_PER_DISTRICT_MAX),
	B(urgent_s, 0, RULES_URGENT_MAX_S),
};

static enum status
check_order(const struct policy *p, struct diag *d)
{
	if (p->area_min > p->area_max || p->victims_area_min > p->area_max)
		return diag_set(d, ST_RULE, "area_max", NULL,
		    "The policy's largest area is smaller than its smallest.");
	if (p->window_min > p->window_max)
		return diag_set(d, ST_RULE, "window_max", NULL,
		    "The policy's longest window is shorter than its "
		    "shortest.");
	return ST_OK;
}

static enum status
check_incidents(const struct policy *p, struct diag *d)
{
	struct terms_hit hit;
	size_t i;

	for (i = 0; i < p->incident_count; i++)
		if (terms_find(p->incidents[i].id, 0, &hit) ||
		    terms_find(p->incidents[i].title, 0, &hit))
			return diag_set(d, ST_RULE, "incidents", hit.class,
			    "The incident \"%.32s\" is about %s, for which "
			    "footage is never asked.",
			    p->incidents[i].id, hit.class);
	return ST_OK;
}

enum status
rules_policy_check(const struct policy *p, struct diag *d)
{
	char limit[64];
	enum status st;
	size_t i;

	for (i = 0; i < NELEMS(bounds); i++) {
		const struct bound *b = &bounds[i];
		int64_t v = *(const int64_t *)((const char *)p + b->offset);

		if (v >= b->min && v <= b->max)
			continue;
		snprintf(limit, sizeof(limit), "%lld to %lld",
		    (long long)b->min, (long long)b->max);
		return diag_set(d, ST_RULE, b->name, limit,
		    "The policy's %s is %lld. No policy may go beyond %s.",
		    b->name, (long long)v, limit);
	}
	if ((st = check_order(p, d)) != ST_OK)
		return st;
	return check_incidents(p, d);
}

enum status
rules_policy_change(const struct policy *p, const struct policy *before,
    int64_t now_s, struct diag *d)
{
	enum status st;

	if ((st = rules_policy_check(p, d)) != ST_OK || before == NULL)
		return st;
	if (p->force_from < p->time + RULES_NOTICE_S ||
	    p->force_from < now_s + RULES_NOTICE_S)
		return diag_set(d, ST_RULE, "force_from", "7 days",
		    "A policy must be public for 7 days before it is in "
		    "force.");
	if (p->time < before->time)
		return diag_set(d, ST_RULE, "time", NULL,
		    "The policy is older than the one it is to follow.");
	return ST_OK;
}
