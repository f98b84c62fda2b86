#include <stdlib.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/collection.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/ceilings.h"
#include "rules/client.h"

#define SLACK_RATIO 0.001
#define SLACK_M 1.0
#define SLACK_S 300

enum status
rules_client_check(const struct request *r, const struct policy *p,
    const struct rules_other *others, size_t n, int64_t now_s,
    struct rules_result *out, struct diag *d)
{
	const struct rules_context ctx = { .dwellings = -1,
		.others = others,
		.other_count = n,
		.lifted = RULES_LIFTABLE,
		.slack_ratio = SLACK_RATIO,
		.slack_m = SLACK_M,
		.slack_s = SLACK_S };
	enum status st;

	out->n = 0;
	if ((st = rules_policy_check(p, d)) != ST_OK)
		return st;
	return rules_request_check(r, p, &ctx, now_s, out, d);
}

enum status
rules_client_item(const struct collection *c, size_t i, int64_t now_s,
    struct rules_result *out, struct diag *d)
{
	struct rules_other *others;
	enum status st;
	size_t k;

	PRE(i < c->item_count);
	if ((others = calloc(i + 1, sizeof(*others))) == NULL)
		return ST_NOMEM;
	for (k = 0; k < i; k++)
		others[k] = rules_other(&c->items[k].request, true);
	st = rules_client_check(
	    &c->items[i].request, &c->policy, others, i, now_s, out, d);
	free(others);
	return st;
}
