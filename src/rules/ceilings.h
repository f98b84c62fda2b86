/*
 * ceilings: the numbers that no policy can get past, compiled into every
 * client.
 *
 * A policy is data (protocol/policy.h) and the operator may change it, 7 days
 * ahead and in public.  It can only be stricter than what stands here; a
 * reader that meets a looser one shows nothing.
 */
#ifndef RULES_CEILINGS_H
#define RULES_CEILINGS_H

#include <stdint.h>

#include "base/status.h"

struct diag;
struct policy;

#define RULES_AREA_MIN_M2 64750   /* 0.025 square mile */
#define RULES_AREA_MAX_M2 1294994 /* 0.5 square mile */
#define RULES_WIDTH_MIN_M 60
#define RULES_WINDOW_MIN_S (15 * 60)
#define RULES_WINDOW_MAX_S (12 * 3600)
#define RULES_LIFETIME_MAX_S (14 * 86400)
#define RULES_AHEAD_MAX_S 86400 /* how long before it opens one is filed */
#define RULES_PER_CASE_MAX 2
#define RULES_PER_DISTRICT_MAX 5
#define RULES_NEIGHBOUR_MIN_M 1000
#define RULES_NEIGHBOUR_MIN_S 86400
#define RULES_URGENT_MAX_S (4 * 3600)
#define RULES_NOTICE_S (7 * 86400) /* from a policy's time to its force */

/* How far the operator's decision may lift the sums over neighbours. */
#define RULES_LIFTED_AREA_MAX_M2 (2 * RULES_AREA_MAX_M2)
#define RULES_LIFTED_WINDOW_MAX_S (2 * RULES_WINDOW_MAX_S)

/*
 * Whether p stays under every ceiling, contradicts itself nowhere and lists
 * no incident of the banned classes (immigration, lawful assembly, minor
 * offences).  Returns ST_OK or ST_RULE, naming the number and its limits.
 */
enum status
rules_policy_check(const struct policy *p, struct diag *d) NODISCARD;

/*
 * The same for a policy that is to follow before (NULL: it is the first), at
 * now_s: it comes into force RULES_NOTICE_S after now_s at the earliest.
 */
enum status rules_policy_change(const struct policy *p,
    const struct policy *before, int64_t now_s, struct diag *d) NODISCARD;

#endif /* !RULES_CEILINGS_H */
