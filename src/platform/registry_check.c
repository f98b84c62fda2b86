/* Who may have what logged; see registry.h. */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "geo/region.h"
#include "platform/registry_inner.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "rules/ceilings.h"

#define CUSTODY_TYPE "porchlight/custody@v1"
#define AHEAD_S 300 /* how far an author's clock may be ahead */

/* What every checker is given. */
struct checking {
	struct registry *r;
	const struct doc *doc;
	const struct registry_beside *beside;
	int64_t now;
	struct diag *d;
};

static enum status
by_platform(struct checking *c)
{
	return doc_signed(c->doc, &c->r->config.platform, "the operator", c->d);
}

/*
 * What a note follows must not be newer than it: one that was signed and
 * replaced before it was filed would bring its old keys back.  before is NULL
 * where it follows none.
 */
static enum status
check_time(struct checking *c, int64_t time, const int64_t *before)
{
	if (time > c->now + AHEAD_S)
		return diag_set(c->d, ST_RULE, "time", "5 minutes ahead",
		    "The note's time is ahead of now.");
	if (before != NULL && time < *before)
		return diag_set(c->d, ST_RULE, "time", "",
		    "The note is older than the one in the log that it is to "
		    "follow.");
	return ST_OK;
}

static enum status
check_partner(struct checking *c)
{
	const struct kept *before;
	struct partner p;
	enum status st;

	if ((st = partner_parse(c->doc, &p, c->d)) != ST_OK)
		return st;
	/* Whoever attests agencies must be another than who admits them. */
	if (hash_equal(p.key.pub, c->r->config.platform.pub, sizeof(p.key.pub)))
		return diag_problem(c->d, ST_FORBIDDEN, "partner-key", "key",
		    "", "A partner's key cannot be the operator's own.");
	before = registry_partner(c->r, p.name);
	if ((st = by_platform(c)) != ST_OK)
		return st;
	return check_time(
	    c, p.time, before != NULL ? &before->as.partner.time : NULL);
}

static enum status
check_jurisdiction(struct checking *c, const struct agency *a)
{
	const char *text = c->beside->jurisdiction;
	struct geo_region *region = NULL;
	uint8_t hash[HASH_BYTES];
	json_t *v = NULL;
	enum status st;

	if (text == NULL)
		return diag_set(c->d, ST_INVALID, "jurisdiction", "",
		    "An agency's note is filed together with its "
		    "jurisdiction.");
	hash_sha256(text, strlen(text), hash);
	if (!hash_equal(hash, a->jurisdiction, sizeof(hash)))
		return diag_set(c->d, ST_INVALID, "jurisdiction", "",
		    "The jurisdiction is not the one that the note names.");
	if ((st = json_read_canonical(text, strlen(text), &v, c->d)) == ST_OK)
		st = region_parse(v, &region, c->d);
	if (v != NULL)
		json_decref(v);
	region_free(&region);
	return st;
}

/* The names are this agency's, or nobody's yet. */
static enum status
check_names(struct checking *c, const struct agency *a)
{
	const struct kept *same = registry_agency(c->r, a->name);
	const struct kept *locker = registry_locker(c->r, a->locker.name);

	if (same != NULL && strcmp(same->as.agency.partner, a->partner) != 0)
		return diag_problem(c->d, ST_CONFLICT, "agency-name", "name",
		    "", "Another partner has attested an agency %.100s.",
		    a->name);
	if (locker != NULL && strcmp(locker->as.agency.name, a->name) != 0)
		return diag_problem(c->d, ST_CONFLICT, "locker-name",
		    "locker.name", "",
		    "The locker's name %.100s is taken by "
		    "another agency.",
		    a->locker.name);
	return ST_OK;
}

static enum status
check_agency(struct checking *c)
{
	const struct kept *partner, *before;
	enum agency_may may;
	struct agency a;
	enum status st;

	if ((st = agency_parse(c->doc, &a, c->d)) != ST_OK ||
	    (st = agency_class(a.class, &may, c->d)) != ST_OK)
		return st;
	if (may == AGENCY_REFUSED)
		return diag_problem(c->d, ST_FORBIDDEN, "agency-class", "class",
		    "", "Agencies of the class %.32s are not admitted.",
		    a.class);
	if (a.until <= c->now)
		return diag_problem(c->d, ST_RULE, "agency-lapsed", "until", "",
		    "The attestation has run out already.");
	if ((partner = registry_partner(c->r, a.partner)) == NULL)
		return diag_problem(c->d, ST_NOTFOUND, "partner-unknown",
		    "partner", "", "There is no enrolled partner %.100s.",
		    a.partner);
	if ((st = doc_signed(c->doc, &partner->as.partner.key, "the partner",
		 c->d)) != ST_OK ||
	    (st = by_platform(c)) != ST_OK ||
	    (st = check_names(c, &a)) != ST_OK)
		return st;
	before = registry_agency(c->r, a.name);
	if ((st = check_time(c, a.time,
		 before != NULL ? &before->as.agency.time : NULL)) != ST_OK)
		return st;
	return check_jurisdiction(c, &a);
}

/* The newest relay of that name, or NULL; *names is how many there are. */
static const struct kept *
find_relay(const struct registry *r, const char *name, size_t *names)
{
	const struct kept *found = NULL;
	size_t i, k;

	for (*names = 0, i = r->relays.n; i-- > 0;) {
		const char *one = r->relays.v[i]->as.relay.name;

		for (k = i + 1; k < r->relays.n; k++)
			if (strcmp(r->relays.v[k]->as.relay.name, one) == 0)
				break;
		*names += k == r->relays.n;
		if (found == NULL && strcmp(one, name) == 0)
			found = r->relays.v[i];
	}
	return found;
}

static enum status
check_relay(struct checking *c)
{
	const struct kept *before;
	struct relay r;
	enum status st;
	size_t names;

	if ((st = relay_parse(c->doc, &r, c->d)) != ST_OK ||
	    (st = doc_signed(c->doc, &r.key, "the relay", c->d)) != ST_OK ||
	    (st = by_platform(c)) != ST_OK)
		return st;
	before = find_relay(c->r, r.name, &names);
	if (before == NULL && names >= DIRECTORY_RELAYS)
		return diag_set(c->d, ST_RULE, "name", "8 relays",
		    "A directory lists up to 8 relays, and there are as many.");
	return check_time(
	    c, r.time, before != NULL ? &before->as.relay.time : NULL);
}

static enum status
check_recipient(struct checking *c)
{
	const struct kept *owner;
	struct age_recipient to;
	struct recipient x;
	enum status st;

	if ((st = recipient_parse(c->doc, &x, c->d)) != ST_OK)
		return st;
	if ((owner = registry_locker(c->r, x.owner)) == NULL)
		return diag_problem(c->d, ST_NOTFOUND, "locker-unknown",
		    "owner", "",
		    "There is no locker %.100s of an admitted "
		    "agency.",
		    x.owner);
	if ((st = age_recipient_parse(x.recipient, &to, c->d)) != ST_OK ||
	    (st = check_time(c, x.time, NULL)) != ST_OK)
		return st;
	if (x.from > c->now + 86400 || x.until <= c->now)
		return diag_set(c->d, ST_RULE, "from", "1 day ahead",
		    "A letter recipient begins within a day and has not "
		    "ended.");
	return doc_signed(
	    c->doc, &owner->as.agency.locker.key, "the locker", c->d);
}

static enum status
check_decision(struct checking *c)
{
	struct decision x;
	enum status st;
	struct id id;
	size_t i;

	if ((st = decision_parse(c->doc, &x, c->d)) != ST_OK ||
	    (st = by_platform(c)) != ST_OK ||
	    (st = check_time(c, x.time, NULL)) != ST_OK)
		return st;
	for (i = 0; i < c->r->decisions.n; i++)
		if (id_equal(&c->r->decisions.v[i]->as.decision.id, &x.id))
			return diag_set(c->d, ST_CONFLICT, "id", "",
			    "There is another decision with this id already.");
	/* One that would have no effect is a mistake, and logged for good. */
	if (strcmp(x.action, "suspend") == 0 ||
	    strcmp(x.action, "restore") == 0)
		return registry_agency(c->r, x.subject) != NULL
		    ? ST_OK
		    : diag_problem(c->d, ST_NOTFOUND, "agency-unknown",
			  "subject", "", "There is no admitted agency %.100s.",
			  x.subject);
	if (id_parse(x.subject, &id) != ST_OK)
		return diag_set(c->d, ST_INVALID, "subject", "",
		    "The subject must be the id of a request.");
	return ST_OK;
}

static enum status
check_policy(struct checking *c)
{
	const struct registry *r = c->r;
	struct policy p;
	enum status st;

	if ((st = policy_parse(c->doc, &p, c->d)) != ST_OK ||
	    (st = by_platform(c)) != ST_OK)
		return st;
	return rules_policy_change(&p,
	    r->policies.n > 0 ? &r->policies.v[r->policies.n - 1]->as.policy
			      : NULL,
	    c->now, c->d);
}

static enum status
check_end(struct checking *c)
{
	const struct asked *asked;
	const struct kept *agency;
	struct request_end e;
	enum status st;

	if ((st = request_end_parse(c->doc, &e, c->d)) != ST_OK)
		return st;
	if ((asked = registry_asked(c->r, &e.request)) == NULL)
		return diag_problem(c->d, ST_NOTFOUND, "request-unknown",
		    "request", "", "There is no request with this id.");
	if ((agency = registry_agency(c->r, asked->other.agency)) == NULL)
		return ST_FAIL;
	if ((st = doc_signed(
		 c->doc, &agency->as.agency.key, "the agency", c->d)) != ST_OK)
		return st;
	if (asked->ended)
		return diag_problem(c->d, ST_CONFLICT, "request-ended",
		    "request", "", "The request has ended already.");
	return ST_OK;
}

static enum status
check_custody(struct checking *c)
{
	struct in {
		int64_t time, day, leaves;
		const char *locker;
		uint8_t root[HASH_BYTES];
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "time",
		    .kind = JSON_FIELD_TIME,
		    .offset = offsetof(struct in, time) },
		{ .name = "day",
		    .kind = JSON_FIELD_TIME,
		    .offset = offsetof(struct in, day) },
		{ .name = "leaves",
		    .kind = JSON_FIELD_INT,
		    .max = 1 << 30,
		    .offset = offsetof(struct in, leaves) },
		{ .name = "locker",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = 120,
		    .offset = offsetof(struct in, locker) },
		{ .name = "root",
		    .kind = JSON_FIELD_HASH,
		    .offset = offsetof(struct in, root) },
	};
	const struct kept *a;
	enum status st;

	if ((st = doc_fields(
		 c->doc, CUSTODY_TYPE, spec, NELEMS(spec), &in, c->d)) != ST_OK)
		return st;
	if ((a = registry_locker(c->r, in.locker)) == NULL)
		return diag_problem(c->d, ST_NOTFOUND, "locker-unknown",
		    "locker", "",
		    "There is no locker %.100s of an admitted "
		    "agency.",
		    in.locker);
	if (in.day % 86400 != 0 || in.day > c->now + AHEAD_S)
		return diag_set(c->d, ST_INVALID, "day", "",
		    "The day is given by its midnight in UTC and has begun.");
	if (in.day <= a->custody_day)
		return diag_problem(c->d, ST_CONFLICT, "custody-day", "day", "",
		    "The locker's custody of that day is logged already.");
	return doc_signed(c->doc, &a->as.agency.locker.key, "the locker", c->d);
}

static enum status
check_request(struct checking *c)
{
	return registry_check_request(c->r, c->doc, c->beside, c->now, c->d);
}

/* What lies beside a note is kept and served, so nothing else may. */
static enum status
check_beside(
    const struct doc *doc, const struct registry_beside *beside, struct diag *d)
{
	if (beside->text != NULL && strcmp(doc->type, REQUEST_TYPE) != 0)
		return diag_set(d, ST_INVALID, "text", "",
		    "Only a request is filed together with a text.");
	if (beside->jurisdiction != NULL && strcmp(doc->type, AGENCY_TYPE) != 0)
		return diag_set(d, ST_INVALID, "jurisdiction", "",
		    "Only an agency's note is filed together with a "
		    "jurisdiction.");
	return ST_OK;
}

enum status
registry_check(struct registry *r, const struct doc *doc,
    const struct registry_beside *beside, int64_t now_s, struct diag *d)
{
	static const struct {
		const char *type;
		enum status (*check)(struct checking *c);
	} types[] = {
		{ REQUEST_TYPE, check_request },
		{ REQUEST_END_TYPE, check_end },
		{ RECIPIENT_TYPE, check_recipient },
		{ CUSTODY_TYPE, check_custody },
		{ AGENCY_TYPE, check_agency },
		{ PARTNER_TYPE, check_partner },
		{ RELAY_TYPE, check_relay },
		{ DECISION_TYPE, check_decision },
		{ POLICY_TYPE, check_policy },
	};
	struct checking c = {
		.r = r, .doc = doc, .beside = beside, .now = now_s, .d = d
	};
	enum status st;
	size_t i;

	if ((st = doc_loggable(doc, d)) != ST_OK)
		return st;
	for (i = 0; i < NELEMS(types); i++)
		if (strcmp(doc->type, types[i].type) == 0)
			break;
	if (i == NELEMS(types))
		return diag_set(d, ST_FORBIDDEN, "type", "",
		    "Notes of type %.64s are written by the platform itself.",
		    doc->type);
	if ((st = check_beside(doc, beside, d)) != ST_OK)
		return st;
	(void)pthread_rwlock_wrlock(&r->lock);
	st = types[i].check(&c);
	(void)pthread_rwlock_unlock(&r->lock);
	return st;
}
