/* Whether a request may be logged; see registry.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "geo/region.h"
#include "platform/registry_inner.h"
#include "protocol/doc.h"
#include "rules/text.h"

#define JURISDICTION_MAX (size_t)(16 * 1024 * 1024)
#define TEXT_ARENA (size_t)262144

/* An admitted agency that may ask, and whose key signed. */
static enum status
check_agency(struct registry *r, const struct doc *doc, const char *name,
    int64_t now_s, struct kept **out, struct diag *d)
{
	struct kept *a = registry_agency(r, name);
	enum agency_may may;
	enum status st;

	*out = a;
	if (a == NULL)
		return diag_problem(d, ST_NOTFOUND, "agency-unknown", "agency",
		    "", "There is no admitted agency %.100s.", name);
	if (a->suspended)
		return diag_problem(d, ST_FORBIDDEN, "agency-suspended",
		    "agency", "", "The agency %.100s is suspended.", name);
	if (a->as.agency.until <= now_s)
		return diag_problem(d, ST_FORBIDDEN, "agency-lapsed", "agency",
		    "",
		    "The attestation of %.100s has run out. Its partner "
		    "can renew it.",
		    name);
	/* Readers would not show what it asks. */
	if (!registry_attested(r, a))
		return diag_problem(d, ST_FORBIDDEN, "agency-lapsed", "agency",
		    "",
		    "The partner of %.100s has another key by now. It can "
		    "attest the agency anew.",
		    name);
	if ((st = agency_class(a->as.agency.class, &may, d)) != ST_OK)
		return st;
	if (may != AGENCY_ASKS)
		return diag_problem(d, ST_FORBIDDEN, "agency-class", "agency",
		    a->as.agency.class,
		    "Agencies of the class %.32s may not "
		    "ask for footage.",
		    a->as.agency.class);
	return doc_signed(doc, &a->as.agency.key, "the agency", d);
}

static enum status
check_signers(struct registry *r, const struct doc *doc,
    const struct request *q, int64_t now_s, struct kept **agency,
    struct diag *d)
{
	struct kept *other;
	enum status st;
	size_t i;

	if ((st = check_agency(r, doc, q->agency, now_s, agency, d)) != ST_OK)
		return st;
	for (i = 0; i < q->on_behalf_of.n; i++) {
		st = check_agency(
		    r, doc, q->on_behalf_of.v[i], now_s, &other, d);
		if (st != ST_OK)
			return st;
	}
	/* Without it nobody could ask how a submission fared. */
	if (registry_recipient(r, *agency, now_s) == NULL)
		return diag_problem(d, ST_CONFLICT, "locker-silent",
		    "recipient", "",
		    "The agency's locker has published no letter recipient "
		    "that is in force. Start it, then file again.");
	return doc_signed(
	    doc, &(*agency)->as.agency.locker.key, "the agency's locker", d);
}

/* Links are refused; what else trips the guidelines waits for a person. */
static enum status
check_text(const struct request *q, const struct registry_beside *beside,
    bool lifted, struct diag *d)
{
	struct rules_text_result found;
	struct arena *a = NULL;
	struct text text;
	enum status st;

	if (beside->text == NULL)
		return diag_set(d, ST_INVALID, "text", "",
		    "A request is filed together with its text.");
	if ((a = arena_new(TEXT_ARENA)) == NULL)
		return ST_NOMEM;
	st = text_parse(
	    beside->text, strlen(beside->text), q->text, &text, a, d);
	if (st == ST_OK)
		st = rules_text_check(&text, &found, d);
	if (st == ST_HELD && lifted)
		st = ST_OK;
	arena_free(&a);
	return st;
}

/* The agency's jurisdiction, parsed once and kept. */
static enum status
load_region(struct registry *r, struct kept *agency, struct diag *d)
{
	json_t *v = NULL;
	enum status st;
	struct buf b;

	if (agency->region != NULL)
		return ST_OK;
	buf_init(&b, JURISDICTION_MAX);
	st = r->config.document(
	    agency->as.agency.jurisdiction, &b, r->config.arg);
	if (st == ST_OK)
		st = json_read(b.p, b.n, &v, d);
	if (st == ST_OK)
		st = region_parse(v, &agency->region, d);
	if (v != NULL)
		json_decref(v);
	buf_fini(&b);
	return st;
}

/* Every request as the rules see it now; the caller frees. */
static struct rules_other *
others(struct registry *r, int64_t now_s)
{
	struct rules_other *v = calloc(r->asked_n + 1, sizeof(*v));
	size_t i;

	for (i = 0; v != NULL && i < r->asked_n; i++) {
		v[i] = r->asked[i].other;
		v[i].open = !r->asked[i].ended && r->asked[i].expires > now_s;
	}
	return v;
}

static enum status
check_rules(struct registry *r, const struct request *q, struct kept *agency,
    uint32_t lifted, int64_t now_s, struct diag *d)
{
	const struct policy *p = registry_policy(r, now_s);
	struct rules_context ctx = { .dwellings = -1, .lifted = lifted };
	struct rules_result result;
	struct rules_other *v;
	enum status st;

	if (p == NULL)
		return diag_set(
		    d, ST_STALE, "", "", "No policy is in force yet.");
	if ((st = load_region(r, agency, d)) != ST_OK)
		return st;
	if ((v = others(r, now_s)) == NULL)
		return ST_NOMEM;
	ctx.jurisdiction = agency->region;
	ctx.others = v;
	ctx.other_count = r->asked_n;
	st = rules_request_check(q, p, &ctx, now_s, &result, d);
	free(v);
	return st;
}

enum status
registry_check_request(struct registry *r, const struct doc *doc,
    const struct registry_beside *beside, int64_t now_s, struct diag *d)
{
	struct diag text_diag = { 0 }, rules_diag = { 0 };
	enum status st, text_st, rules_st;
	struct kept *agency;
	uint32_t lifted = 0;
	bool text_lifted = false;
	struct request q;

	if ((st = request_parse(doc, &q, d)) != ST_OK ||
	    (st = check_signers(r, doc, &q, now_s, &agency, d)) != ST_OK)
		return st;
	if (registry_asked(r, &q.id) != NULL)
		return diag_problem(d, ST_CONFLICT, "request-id", "id", "",
		    "There is another request with this id already.");
	if (registry_refused(r, &q.id))
		return diag_problem(d, ST_FORBIDDEN, "request-refused", "id",
		    "", "The operator has refused the request with this id.");
	registry_lifted(r, &q.id, &lifted, &text_lifted);
	/* What is refused goes before what is only held. */
	text_st = check_text(&q, beside, text_lifted, &text_diag);
	st = text_st;
	if (st == ST_OK || st == ST_HELD)
		rules_st = check_rules(
		    r, &q, agency, lifted, now_s, &rules_diag);
	else
		rules_st = ST_OK;
	if (rules_st != ST_OK)
		st = rules_st;
	if (d != NULL && st != ST_OK)
		*d = rules_st != ST_OK ? rules_diag : text_diag;
	return st;
}
