/*
 * check: what the rules of one request share, within rules alone.
 */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include "rules/request.h"

struct check {
	const struct request *r;
	const struct policy *p;
	const struct rules_context *ctx;
	int64_t now;
	struct rules_result *out;
};

#define CHECK_NUMBER 32

/* "1,294,994"; with one decimal where v is no whole number. */
void check_number(double v, char out[CHECK_NUMBER]);

/* "15 min", "12 h", "7 days", "1 h 5 min 3 s". */
void check_span(int64_t seconds, char out[CHECK_NUMBER]);

/* A new finding, kept, with nothing written. */
struct rules_finding *
check_add(struct check *c, enum rules_rule rule, const char *field);

/* Make f a failure of the given state and sentence. */
void check_fail(struct rules_finding *f, enum rules_state state,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether an agency that asks by c's request also asks by o. */
bool check_shares_agency(const struct check *c, const struct rules_other *o);

/* The i-th agency that asks by r: the signer, then those on whose behalf. */
const char *check_agency(const struct request *r, size_t i);

/* Whether the agency of that name asks by o. */
bool check_asks(const struct rules_other *o, const char *agency);

/* rules/count.c: per-case and per-district.  ST_OK or ST_RULE (districts). */
void check_per_case(struct check *c);
void check_per_district(struct check *c);

/* rules/neighbour.c: overlap, area, window.  ST_OK, ST_NOMEM or ST_FAIL. */
enum status check_neighbours(struct check *c) NODISCARD;

#endif /* !RULES_CHECK_H */
