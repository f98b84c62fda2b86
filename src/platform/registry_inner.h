/* What the registry's own files share; see registry.h. */
#ifndef PLATFORM_REGISTRY_INNER_H
#define PLATFORM_REGISTRY_INNER_H

#include <pthread.h>

#include "base/arena.h"
#include "platform/registry.h"
#include "protocol/admission.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/request.h"

/* A note that is kept, parsed. */
struct kept {
	uint64_t index;
	struct doc *doc;
	bool suspended;            /* an agency by decision */
	int64_t custody_day;       /* of an agency's locker, the last one */
	struct geo_region *region; /* an agency's, once it was needed */
	union {
		struct partner partner;
		struct agency agency;
		struct relay relay;
		struct recipient recipient;
		struct decision decision;
		struct policy policy;
	} as;
};

struct kept_list {
	struct kept **v; /* by log number */
	size_t n;
};

/* A request that was ever logged; its strings lie in the arena. */
struct asked {
	struct rules_other other;
	int64_t expires;
	bool ended;
};

struct registry {
	struct registry_config config;
	pthread_rwlock_t lock;
	struct arena *arena;
	struct kept_list partners, agencies, relays, recipients, decisions,
	    policies;
	struct asked *asked;
	size_t asked_n, asked_cap;
	uint64_t version;
};

/* The newest of that name, or NULL; the lock is held. */
struct kept *registry_partner(const struct registry *r, const char *name);
struct kept *registry_agency(const struct registry *r, const char *name);
struct kept *registry_locker(const struct registry *r, const char *name);
/* The newest in force of the agency's locker, under the key it has now. */
struct kept *registry_recipient(
    const struct registry *r, const struct kept *agency, int64_t now_s);
/* Whether its partner attests it under the key that the partner has now. */
bool registry_attested(const struct registry *r, const struct kept *agency);
struct asked *registry_asked(const struct registry *r, const struct id *id);
const struct policy *registry_policy(const struct registry *r, int64_t now_s);

/*
 * Add the rules that logged decisions lift for the request id, RULES_BIT()s,
 * to *lifted; *text where
 * what the text tripped is lifted.  The lock is held.
 */
void registry_lifted(
    struct registry *r, const struct id *request, uint32_t *lifted, bool *text);

/* Whether a logged decision refuses the request id.  The lock is held. */
bool registry_refused(struct registry *r, const struct id *request);

/* registry_request.c: a request, the lock is held. */
enum status registry_check_request(struct registry *r, const struct doc *doc,
    const struct registry_beside *beside, int64_t now_s,
    struct diag *d) NODISCARD;

#endif /* !PLATFORM_REGISTRY_INNER_H */
