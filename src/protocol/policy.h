/*
 * policy: the numbers that bound what may be asked (docs/protocol.md,
 * "Policy").  They are data under ceilings that are compiled into every
 * client (rules/ceilings.h); this module knows the document alone.
 */
#ifndef PROTOCOL_POLICY_H
#define PROTOCOL_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct diag;
struct doc;

#define POLICY_TYPE "porchlight/policy@v1"
#define POLICY_INCIDENTS 64

struct policy_incident {
	const char *id, *title;
	bool victims; /* victims at home: a larger minimum area */
};

/* Strings live as long as the doc that it was parsed from. */
struct policy {
	int64_t time, force_from;                     /* UTC seconds */
	int64_t area_min, area_max, victims_area_min; /* m2 */
	int64_t width_min;                            /* m */
	int64_t dwellings_min;
	int64_t window_min, window_max; /* s */
	int64_t lifetime_max;           /* s */
	int64_t neighbour_m, neighbour_s;
	int64_t per_case, per_district;
	int64_t urgent_s;
	size_t incident_count;
	struct policy_incident incidents[POLICY_INCIDENTS];
};

/* Returns ST_OK, ST_INVALID or ST_NOMEM. */
enum status policy_parse(
    const struct doc *doc, struct policy *out, struct diag *d) NODISCARD;

/* The default policy of PROTOCOL.md, in force from now_s. */
void policy_default(struct policy *p, int64_t now_s);

/* The body for doc_text(); NULL if out of memory. */
json_t *policy_json(const struct policy *p);

/* The incident of that id, or NULL. */
const struct policy_incident *
policy_incident(const struct policy *p, const char *id);

#endif /* !PROTOCOL_POLICY_H */
