/*
 * client: the rules as a reader of one district checks them.
 *
 * The same functions as the platform's (rules/request.h), under the compiled
 * ceilings, with 0.1 % and 1 m of tolerance for measures and 5 minutes for
 * clocks, since two programs round differently.  A reader has neither the
 * jurisdiction nor the operator's decisions: neighbour rules count as lifted
 * for it, that is, up to the ceilings of a lift, and it says so.  Auditors
 * replay the rest.
 */
#ifndef RULES_CLIENT_H
#define RULES_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rules/request.h"

struct collection;
struct diag;
struct policy;
struct request;

/*
 * Check r by p and by others, the requests of the district with a smaller log
 * number than r, as of now_s.  Returns ST_OK or ST_RULE (also where p itself
 * goes beyond the ceilings), ST_NOMEM or ST_FAIL.
 */
enum status rules_client_check(const struct request *r, const struct policy *p,
    const struct rules_other *others, size_t n, int64_t now_s,
    struct rules_result *out, struct diag *d) NODISCARD;

/* The same for the i-th item of a verified collection. */
enum status rules_client_item(const struct collection *c, size_t i,
    int64_t now_s, struct rules_result *out, struct diag *d) NODISCARD;

#endif /* !RULES_CLIENT_H */
