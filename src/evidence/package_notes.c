/*
 * What others have signed: the chain from the trust file by way of the public
 * log to the platform, partner, agency, locker and request.
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "evidence/package_view.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "tlog/trust.h"

#define AHEAD 300

static bool
prove(struct package_view *v, enum view_doc note, enum view_doc proof,
    struct proved *out)
{
	return proved_check(v->trust, buf_text(&v->docs[note]), v->docs[note].n,
		   buf_text(&v->docs[proof]), v->docs[proof].n, v->now, out,
		   &v->why) == ST_OK;
}

static enum package_verdict
logged(struct package_view *v, const struct proved *p, const char *what)
{
	char t[CLOCK_TEXT];

	clock_text(p->time, t);
	return package_view_pass(v,
	    "%s, no. %" PRIu64 " in the public log, there since %s at the "
	    "latest.",
	    what, p->index, t);
}

enum package_verdict
package_notes_directory(struct package_view *v)
{
	if (!prove(
		v, VIEW_DIRECTORY, VIEW_DIRECTORY_PROOF, &v->directory_note) ||
	    directory_parse(v->directory_note.doc, &v->directory, &v->why) !=
		ST_OK)
		return package_view_why(v);
	v->directory_ok = true;
	return logged(v, &v->directory_note, "It is signed by the platform");
}

enum package_verdict
package_notes_partner(struct package_view *v)
{
	if (!v->directory_ok)
		return package_view_skip(v, "The platform's key is not known.");
	if (!prove(v, VIEW_PARTNER, VIEW_PARTNER_PROOF, &v->partner_note) ||
	    partner_parse(v->partner_note.doc, &v->partner, &v->why) != ST_OK ||
	    doc_signed(v->partner_note.doc, &v->directory.platform,
		"the platform", &v->why) != ST_OK)
		return package_view_why(v);
	v->partner_ok = true;
	return logged(v, &v->partner_note, "It is signed by the platform");
}

enum package_verdict
package_notes_agency(struct package_view *v)
{
	if (!v->partner_ok)
		return package_view_skip(
		    v, "Who attests the agency is not known.");
	if (!prove(v, VIEW_AGENCY, VIEW_AGENCY_PROOF, &v->agency_note) ||
	    agency_parse(v->agency_note.doc, &v->agency, &v->why) != ST_OK ||
	    doc_signed(v->agency_note.doc, &v->directory.platform,
		"the platform", &v->why) != ST_OK ||
	    doc_signed(v->agency_note.doc, &v->partner.key, "the partner",
		&v->why) != ST_OK)
		return package_view_why(v);
	if (strcmp(v->agency.partner, v->partner.name) != 0)
		return package_view_fail(v,
		    "The agency names another partner, %.100s.",
		    v->agency.partner);
	if (directory_has_ended(&v->directory, v->agency_note.index))
		return package_view_fail(
		    v, "The agency was not in force when this was shared.");
	v->agency_ok = true;
	return logged(
	    v, &v->agency_note, "It is signed by the partner and the platform");
}

enum package_verdict
package_notes_policy(struct package_view *v)
{
	struct policy *p = arena_alloc(v->arena, sizeof(*p));

	if (!v->directory_ok)
		return package_view_skip(v, "The platform's key is not known.");
	if (p == NULL ||
	    !prove(v, VIEW_POLICY, VIEW_POLICY_PROOF, &v->policy_note) ||
	    policy_parse(v->policy_note.doc, p, &v->why) != ST_OK ||
	    doc_signed(v->policy_note.doc, &v->directory.platform,
		"the platform", &v->why) != ST_OK)
		return package_view_why(v);
	return logged(v, &v->policy_note, "It is signed by the platform");
}

enum package_verdict
package_notes_request(struct package_view *v)
{
	const struct doc *doc;

	if (!v->agency_ok)
		return package_view_skip(v, "The agency's key is not known.");
	if (!prove(v, VIEW_REQUEST, VIEW_REQUEST_PROOF, &v->request_note) ||
	    request_parse(v->request_note.doc, &v->request, &v->why) != ST_OK)
		return package_view_why(v);
	doc = v->request_note.doc;
	if (doc_signed(doc, &v->agency.key, "the agency", &v->why) != ST_OK ||
	    doc_signed(doc, &v->agency.locker.key, "the locker", &v->why) !=
		ST_OK)
		return package_view_why(v);
	if (strcmp(v->request.agency, v->agency.name) != 0)
		return package_view_fail(v,
		    "The request is of another agency, %.100s.",
		    v->request.agency);
	if (v->agency.until < v->request.opens)
		return package_view_fail(v,
		    "The agency's admission had ended before the request "
		    "opened.");
	v->request_ok = true;
	return logged(
	    v, &v->request_note, "It is signed by the agency and its locker");
}

enum package_verdict
package_notes_text(struct package_view *v)
{
	if (!v->request_ok)
		return package_view_skip(
		    v, "The request could not be verified.");
	if (text_parse(v->docs[VIEW_TEXT].p, v->docs[VIEW_TEXT].n,
		v->request.text, &v->text, v->arena, &v->why) != ST_OK)
		return package_view_why(v);
	v->text_ok = true;
	return package_view_pass(v, "It is the text that the request names.");
}

enum package_verdict
package_notes_package(struct package_view *v)
{
	char t[CLOCK_TEXT];

	if (!v->agency_ok)
		return package_view_skip(v, "The locker's key is not known.");
	if (doc_open(v->docs[VIEW_NOTE].p, v->docs[VIEW_NOTE].n,
		v->trust->origin, &v->package_doc, &v->why) != ST_OK ||
	    package_parse(v->package_doc, &v->package, &v->why) != ST_OK ||
	    doc_signed(v->package_doc, &v->agency.locker.key, "the locker",
		&v->why) != ST_OK)
		return package_view_why(v);
	if (!hash_equal(v->package.tagmanifest, v->tags_hash, 32))
		return package_view_fail(v,
		    "The locker signed for another list of files than the one "
		    "that is here.");
	if (v->request_ok && !id_equal(&v->package.request, &v->request.id))
		return package_view_fail(
		    v, "The locker signed for another request.");
	if (v->package.time > v->now + AHEAD)
		return package_view_fail(
		    v, "The package says that it was made in the future.");
	v->package_ok = true;
	clock_text(v->package.time, t);
	return package_view_pass(v,
	    "Signed by the locker %.100s on %s, for: %.40s. Legal basis: "
	    "%.300s",
	    v->agency.locker.name, t, v->package.receiver, v->package.basis);
}

enum package_verdict
package_notes_receipt(struct package_view *v)
{
	char t[CLOCK_TEXT];

	if (!v->agency_ok || !v->share_ok)
		return package_view_skip(v,
		    "The locker or the sharer's statement could not be "
		    "verified.");
	if (doc_open(v->docs[VIEW_RECEIPT].p, v->docs[VIEW_RECEIPT].n,
		v->trust->origin, &v->receipt_doc, &v->why) != ST_OK ||
	    receipt_parse(v->receipt_doc, &v->receipt, &v->why) != ST_OK ||
	    doc_signed(v->receipt_doc, &v->agency.locker.key, "the locker",
		&v->why) != ST_OK)
		return package_view_why(v);
	if (!note_key_equal(&v->receipt.key, &v->share.key) ||
	    !id_equal(&v->receipt.request, &v->share.request))
		return package_view_fail(
		    v, "The receipt is for another submission.");
	if (v->package_ok &&
	    (!id_equal(&v->receipt.submission, &v->package.submission) ||
		v->receipt.time > v->package.time))
		return package_view_fail(v,
		    "The receipt does not belong to this package, or is "
		    "newer.");
	v->receipt_ok = true;
	clock_text(v->receipt.time, t);
	return package_view_pass(v,
	    "Signed by the locker: received on %s, %" PRId64
	    " bytes as sealed. The sealed bytes are erased, so their hash can "
	    "be checked with the sharer's copy only.",
	    t, v->receipt.size);
}

/* -- the list of submissions ----------------------------------------------- */

struct submissions {
	const char *type, *case_number;
	json_t *list;
};

struct submission {
	struct id id, request;
	const char *state, *reason;
};

#define AT(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

static const struct json_field list_fields[] = {
	{ .name = "type",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct submissions, type),
	    .only = SUBMISSIONS_TYPE },
	AT("case", JSON_FIELD_STR, struct submissions, case_number, 1, 64),
	AT("submissions", JSON_FIELD_ARR, struct submissions, list, 1, 100000),
};

static const struct json_field submission_fields[] = {
	AT("id", JSON_FIELD_ID, struct submission, id, 0, 0),
	AT("request", JSON_FIELD_ID, struct submission, request, 0, 0),
	AT("state", JSON_FIELD_STR, struct submission, state, 1, 16),
	AT("reason", JSON_FIELD_STR, struct submission, reason, 0, 64),
};

static bool
read_list(
    struct package_view *v, json_t **json, struct submissions *in, bool *found)
{
	const struct buf *b = &v->docs[VIEW_SUBMISSIONS];
	struct submission x;
	size_t i;

	*found = false;
	if (json_read_canonical(b->p, b->n, json, &v->why) != ST_OK ||
	    json_fields(*json, list_fields, NELEMS(list_fields), NULL, in,
		v->arena, &v->why) != ST_OK)
		return false;
	for (i = 0; i < json_array_size(in->list); i++) {
		if (json_fields(json_array_get(in->list, i), submission_fields,
			NELEMS(submission_fields), "submissions", &x, v->arena,
			&v->why) != ST_OK)
			return false;
		if (id_equal(&x.id, &v->package.submission) &&
		    strcmp(x.state, "received") == 0)
			*found = true;
	}
	return true;
}

enum package_verdict
package_notes_submissions(struct package_view *v)
{
	struct submissions in = { 0 };
	enum package_verdict verdict;
	json_t *json = NULL;
	bool found;

	if (!v->package_ok || !v->request_ok)
		return package_view_skip(
		    v, "The package or its request could not be verified.");
	if (!read_list(v, &json, &in, &found))
		verdict = package_view_why(v);
	else if (!found || strcmp(in.case_number, v->request.case_number) != 0)
		verdict = package_view_fail(v,
		    "The list is of another case, or lacks this submission.");
	else
		verdict = package_view_pass(v,
		    "%zu submission%s to the case, as the locker states it. "
		    "That it leaves none out cannot be checked.",
		    json_array_size(in.list),
		    json_array_size(in.list) == 1 ? "" : "s");
	json_decref(json);
	return verdict;
}
