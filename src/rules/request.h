/*
 * request: whether a request may be asked (docs/protocol.md, "Rules").
 *
 * Pure: what is already in the log is handed in, nothing is read.  Platform,
 * portal preview, home, auditors and mirrors call the same function, so they
 * cannot differ; rules/client.h is it with a client's tolerances.
 *
 * An agency counts as asking where it signs and where a request is on its
 * behalf.
 */
#ifndef RULES_REQUEST_H
#define RULES_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/json.h"
#include "base/status.h"
#include "geo/area.h"

struct decision;
struct diag;
struct geo_region;
struct policy;
struct request;

/* In the order in which they are checked. */
enum rules_rule {
	RULES_INCIDENT,
	RULES_AREA_SIZE,
	RULES_AREA_WIDTH,
	RULES_WINDOW,
	RULES_LIFETIME,
	RULES_JURISDICTION,
	RULES_DWELLINGS,
	RULES_PER_CASE,
	RULES_PER_DISTRICT,
	RULES_NEIGHBOUR_OVERLAP,
	RULES_NEIGHBOUR_AREA,
	RULES_NEIGHBOUR_WINDOW,
	RULES_COUNT
};

/* The rule's name in problem documents and decisions: "area-size". */
const char *rules_name(enum rules_rule rule);

/* The rule of that name, or RULES_COUNT. */
enum rules_rule rules_by_name(const char *name);

enum rules_state {
	RULES_KEPT,
	RULES_LIFTED, /* not kept, and a decision of the operator allows it */
	RULES_HOLDS,  /* another agency's request alone conflicts */
	RULES_BROKEN,
};

/* What one rule found, for a person. */
struct rules_finding {
	enum rules_rule rule;
	enum rules_state state;
	const char *field; /* the request's member: "area" */
	char found[64];    /* what was measured, with unit */
	char limit[96];    /* what is allowed */
	char text[320];    /* a sentence, "" where it is kept */
	bool has_other;
	struct id other; /* a request that it conflicts with */
};

struct rules_result {
	size_t n; /* one for each rule that applies */
	struct rules_finding v[RULES_COUNT];
};

/*
 * A request that is in the log, open or closed; what is borrowed must outlive
 * the check.
 */
struct rules_other {
	struct id id;
	const char *agency, *case_number;
	struct json_strs on_behalf_of;
	struct geo_area area;
	int64_t from, until;
	bool open; /* neither expired nor ended */
};

#define RULES_BIT(rule) (1u << (rule))
#define RULES_LIFTABLE                        \
	(RULES_BIT(RULES_NEIGHBOUR_OVERLAP) | \
	    RULES_BIT(RULES_NEIGHBOUR_AREA) | \
	    RULES_BIT(RULES_NEIGHBOUR_WINDOW))

/* What the rules need besides the request and the policy. */
struct rules_context {
	/* The agency's; NULL only for a reader that does not have it. */
	struct geo_region *jurisdiction;
	int64_t dwellings; /* in the area; -1 where no grid is configured */
	/*
	 * At least: all whose area is within neighbour_m and whose window
	 * within neighbour_s; all with the same rules_case_key() of an agency
	 * that asks; all open ones of an agency that asks, within 1 km of a
	 * district of the area.  More do no harm; the request itself is
	 * skipped.
	 */
	const struct rules_other *others;
	size_t other_count;
	uint32_t lifted;    /* RULES_BIT()s that decisions lift for it */
	double slack_ratio; /* tolerance of measures: 0 for a platform */
	double slack_m;
	int64_t slack_s;
};

/* others' entry for r; borrows r's strings. */
struct rules_other rules_other(const struct request *r, bool open);

/*
 * Check r by p at now_s and fill out, a finding a rule.  Returns ST_OK;
 * ST_RULE, where a rule is broken, which d names as its problem, with field,
 * limit and what was measured; ST_HELD, where none is broken but another
 * agency's request conflicts; ST_NOMEM or ST_FAIL.
 */
enum status rules_request_check(const struct request *r, const struct policy *p,
    const struct rules_context *ctx, int64_t now_s, struct rules_result *out,
    struct diag *d) NODISCARD;

#define RULES_CASE_KEY 65

/*
 * The case number as it is compared: lower case, each run of space and
 * punctuation one "-", none at the ends.  "24 0017 " is "24-0017".
 */
void rules_case_key(const char *case_number, char out[RULES_CASE_KEY]);

/*
 * Add the rule that x lifts for the request to *lifted, if it does: neighbour
 * rules alone can be lifted.
 */
void rules_lift(
    const struct decision *x, const struct id *request, uint32_t *lifted);

#endif /* !RULES_REQUEST_H */
