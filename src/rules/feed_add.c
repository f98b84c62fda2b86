/* What each type of entry changes; see feed.h. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/admission.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/feed.h"
#include "rules/feed_state.h"

static enum status
signed_by(const struct rules_feed *f, const struct doc *doc,
    const struct note_key *key, const char *who, struct diag *d)
{
	return f->check ? doc_signed(doc, key, who, d) : ST_OK;
}

static enum status
unknown(struct diag *d, const char *field, const char *what, const char *name)
{
	return diag_set(d, ST_NOTFOUND, field, NULL,
	    "The log has no %s %.100s before this entry.", what, name);
}

static enum status
add_policy(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	struct feed_policy *record;
	struct policy *p = malloc(sizeof(*p));
	enum status st;

	if (p == NULL)
		return ST_NOMEM;
	if ((st = policy_parse(doc, p, d)) != ST_OK ||
	    (st = signed_by(f, doc, &f->platform, "the platform", d)) != ST_OK)
		goto done;
	record = feed_list_add(&f->policies, sizeof(*record));
	if (record == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	*record = (struct feed_policy){ index, p->force_from, p->urgent_s };
done:
	free(p);
	return st;
}

static enum status
add_partner(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	struct feed_partner *record;
	struct partner p;
	uint32_t name;
	enum status st;

	if ((st = partner_parse(doc, &p, d)) != ST_OK ||
	    (st = signed_by(f, doc, &f->platform, "the platform", d)) != ST_OK)
		return st;
	if ((name = feed_intern(f, p.name)) == FEED_NONE ||
	    (record = feed_list_add(&f->partners, sizeof(*record))) == NULL)
		return ST_NOMEM;
	*record = (struct feed_partner){ index, name, p.key };
	feed_name(f, name)->partner = (uint32_t)(f->partners.n - 1);
	return ST_OK;
}

/* Who attests, and that both signed. */
static enum status
check_agency(const struct rules_feed *f, const struct doc *doc,
    const struct agency *a, struct feed_agency *out, struct diag *d)
{
	const struct feed_partner *partner;
	enum agency_may may;
	enum status st;

	out->partner = feed_find_name(f, a->partner);
	if (out->partner == FEED_NONE ||
	    feed_name(f, out->partner)->partner == FEED_NONE)
		return unknown(d, "partner", "partner", a->partner);
	partner = FEED_AT(
	    &f->partners, feed_partner, feed_name(f, out->partner)->partner);
	if ((st = signed_by(f, doc, &f->platform, "the platform", d)) !=
		ST_OK ||
	    (st = signed_by(f, doc, &partner->key,
		 "the partner that attests it", d)) != ST_OK ||
	    (st = agency_class(a->class, &may, d)) != ST_OK)
		return st;
	out->asks = may == AGENCY_ASKS;
	out->until = a->until;
	out->key = a->key;
	out->locker_key = a->locker.key;
	memcpy(out->partner_pub, partner->key.pub, sizeof(out->partner_pub));
	return ST_OK;
}

static enum status
add_agency(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	struct feed_agency *record, fresh = { .index = index };
	struct agency a;
	enum status st;

	if ((st = agency_parse(doc, &a, d)) != ST_OK ||
	    (st = check_agency(f, doc, &a, &fresh, d)) != ST_OK)
		return st;
	if ((fresh.name = feed_intern(f, a.name)) == FEED_NONE ||
	    (fresh.locker = feed_intern(f, a.locker.name)) == FEED_NONE ||
	    (record = feed_list_add(&f->agencies, sizeof(*record))) == NULL)
		return ST_NOMEM;
	*record = fresh;
	feed_name(f, fresh.name)->agency = (uint32_t)(f->agencies.n - 1);
	feed_name(f, fresh.locker)->locker = (uint32_t)(f->agencies.n - 1);
	return ST_OK;
}

static enum status
add_recipient(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	const struct feed_agency *a;
	struct feed_recipient *record;
	struct recipient r;
	uint32_t owner;
	enum status st;

	if ((st = recipient_parse(doc, &r, d)) != ST_OK)
		return st;
	owner = feed_find_name(f, r.owner);
	if (owner == FEED_NONE || feed_name(f, owner)->locker == FEED_NONE)
		return unknown(d, "owner", "locker", r.owner);
	a = FEED_AT(&f->agencies, feed_agency, feed_name(f, owner)->locker);
	if ((st = signed_by(f, doc, &a->locker_key, "the locker", d)) != ST_OK)
		return st;
	if ((record = feed_list_add(&f->recipients, sizeof(*record))) == NULL)
		return ST_NOMEM;
	*record = (struct feed_recipient){ .index = index,
		.owner = owner,
		.previous = feed_name(f, owner)->recipient,
		.from = r.from,
		.until = r.until };
	memcpy(record->pub, a->locker_key.pub, sizeof(record->pub));
	feed_name(f, owner)->recipient = (uint32_t)(f->recipients.n - 1);
	return ST_OK;
}

/* The agency of that name, which must have signed doc. */
static enum status
check_asks(const struct rules_feed *f, const struct doc *doc, const char *name,
    struct feed_request *r, struct diag *d)
{
	uint32_t n = feed_find_name(f, name);
	const struct feed_agency *a;
	enum status st;

	if (n == FEED_NONE || feed_name(f, n)->agency == FEED_NONE)
		return unknown(d, "agency", "agency", name);
	a = FEED_AT(&f->agencies, feed_agency, feed_name(f, n)->agency);
	if (!a->asks)
		return diag_set(d, ST_INVALID, "agency", NULL,
		    "Agencies of the class of %.100s may not ask for footage.",
		    name);
	if ((st = signed_by(f, doc, &a->key, name, d)) != ST_OK)
		return st;
	if (r->agency_count == 0) {
		st = signed_by(f, doc, &a->locker_key, "its locker", d);
		if (st != ST_OK)
			return st;
		memcpy(r->locker_pub, a->locker_key.pub, sizeof(r->locker_pub));
	}
	memcpy(r->pubs[r->agency_count], a->key.pub, sizeof(r->pubs[0]));
	r->agencies[r->agency_count++] = n;
	return ST_OK;
}

static enum status
add_request(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	struct feed_request fresh = { .index = index }, *record;
	struct request r;
	size_t i, n;
	enum status st;

	if ((st = request_parse(doc, &r, d)) != ST_OK ||
	    (st = check_asks(f, doc, r.agency, &fresh, d)) != ST_OK)
		return st;
	for (i = 0; i < r.on_behalf_of.n && i < REQUEST_BEHALF_MAX; i++)
		if ((st = check_asks(f, doc, r.on_behalf_of.v[i], &fresh, d)) !=
		    ST_OK)
			return st;
	if ((st = district_near_list(
		 &r.area, DISTRICT_NEAR_M, fresh.districts, &n, d)) != ST_OK)
		return ST_INVALID;
	if (feed_find_request(f, &r.id) != NULL)
		return diag_set(d, ST_CONFLICT, "id", NULL,
		    "The log has a request of this id before this entry.");
	fresh.district_count = (uint8_t)n;
	fresh.id = r.id;
	memcpy(fresh.text, r.text, sizeof(fresh.text));
	fresh.opens = r.opens;
	fresh.expires = r.expires;
	fresh.urgent = r.urgent;
	if ((record = feed_add_request(f, &r.id)) == NULL)
		return ST_NOMEM;
	*record = fresh;
	return ST_OK;
}

static enum status
add_request_end(struct rules_feed *f, const struct doc *doc, struct diag *d)
{
	const struct feed_agency *a;
	struct feed_request *r;
	struct request_end e;
	char id[ID_TEXT];
	enum status st;

	if ((st = request_end_parse(doc, &e, d)) != ST_OK)
		return st;
	if ((r = feed_find_request(f, &e.request)) == NULL) {
		id_text(&e.request, id);
		return unknown(d, "request", "request", id);
	}
	a = FEED_AT(
	    &f->agencies, feed_agency, feed_name(f, r->agencies[0])->agency);
	if ((st = signed_by(f, doc, &a->key, "the agency", d)) != ST_OK)
		return st;
	r->closed = true;
	return ST_OK;
}

static enum status
add_decision(struct rules_feed *f, const struct doc *doc, struct diag *d)
{
	struct feed_request *r;
	struct decision x;
	struct id id;
	uint32_t name;
	enum status st;

	if ((st = decision_parse(doc, &x, d)) != ST_OK ||
	    (st = signed_by(f, doc, &f->platform, "the platform", d)) != ST_OK)
		return st;
	if (strcmp(x.action, "refuse") == 0) {
		/* Most are of requests that never were in the log. */
		if (id_parse(x.subject, &id) == ST_OK &&
		    (r = feed_find_request(f, &id)) != NULL)
			r->closed = true;
		return ST_OK;
	}
	if (strcmp(x.action, "suspend") != 0 &&
	    strcmp(x.action, "restore") != 0)
		return ST_OK;
	if ((name = feed_find_name(f, x.subject)) == FEED_NONE)
		return unknown(d, "subject", "agency", x.subject);
	feed_name(f, name)->suspended = strcmp(x.action, "suspend") == 0;
	return ST_OK;
}

static enum status
add_directory(struct rules_feed *f, const struct doc *doc, struct diag *d)
{
	struct directory *dir = malloc(sizeof(*dir));
	struct feed_list list = { 0 };
	uint64_t *one;
	enum status st;
	size_t i;

	if (dir == NULL)
		return ST_NOMEM;
	if ((st = directory_parse(doc, dir, d)) != ST_OK ||
	    (st = signed_by(f, doc, &f->platform, "the platform", d)) != ST_OK)
		goto done;
	for (i = 0; i < dir->ended_count; i++) {
		if ((one = feed_list_add(&list, sizeof(*one))) == NULL) {
			free(list.v);
			st = ST_NOMEM;
			goto done;
		}
		*one = dir->ended[i];
	}
	free(f->ended.v);
	f->ended = list;
done:
	free(dir);
	return st;
}

enum status
rules_feed_add(
    struct rules_feed *f, uint64_t index, const struct doc *doc, struct diag *d)
{
	const char *t = doc->type;

	PRE(index >= f->next);
	f->next = index + 1;
	if (strcmp(t, REQUEST_TYPE) == 0)
		return add_request(f, index, doc, d);
	if (strcmp(t, REQUEST_END_TYPE) == 0)
		return add_request_end(f, doc, d);
	if (strcmp(t, DECISION_TYPE) == 0)
		return add_decision(f, doc, d);
	if (strcmp(t, AGENCY_TYPE) == 0)
		return add_agency(f, index, doc, d);
	if (strcmp(t, PARTNER_TYPE) == 0)
		return add_partner(f, index, doc, d);
	if (strcmp(t, RECIPIENT_TYPE) == 0)
		return add_recipient(f, index, doc, d);
	if (strcmp(t, POLICY_TYPE) == 0)
		return add_policy(f, index, doc, d);
	if (strcmp(t, DIRECTORY_TYPE) == 0)
		return add_directory(f, doc, d);
	return ST_OK;
}
