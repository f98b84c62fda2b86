/*
 * scene: requests for tests, around one place and one time.
 */
#ifndef TESTS_RULES_SCENE_H
#define TESTS_RULES_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/request.h"

#define SCENE_LON 13.3777
#define SCENE_LAT 52.5163
#define SCENE_NOW INT64_C(1796000000) /* 2026-11-30T00:53:20Z */

#define H 3600
#define DAY 86400

#define SCENE_OTHERS 64

struct scene {
	struct policy policy;
	struct request r;
	struct rules_context ctx;
	struct rules_other others[SCENE_OTHERS];
	struct rules_result result;
	struct diag d;
};

/*
 * A scene with the default policy and a request by "police.example" that keeps
 * every rule: 400 m by 400 m, two hours, case "24-001", robbery; no others.
 */
void scene_init(struct scene *s);

/* A rectangle whose south-west corner lies east_m and north_m of the place. */
struct geo_area
scene_box(double east_m, double north_m, double w_m, double h_m);

/*
 * Add an open request like s's own but for its id, which is made up, by the
 * given agency and case, at another place; it lies in the log before.
 */
struct rules_other *scene_other(struct scene *s, const char *agency,
    const char *case_number, struct geo_area area);

/* Check s's request; the status, the result in s, the description in s->d. */
enum status scene_check(struct scene *s);

/* The finding of that rule; fails the test if there is none. */
const struct rules_finding *
scene_finding(const struct scene *s, enum rules_rule rule);

/*
 * Fail the test unless the check gives st, and, where that is not ST_OK, d
 * names the rule as its problem and says why.
 */
void scene_expect(struct scene *s, enum status st, enum rules_rule rule);

#endif /* !TESTS_RULES_SCENE_H */
