/*
 * Who may have what logged: suspended agencies, wrong keys, signatures for
 * another purpose, classes that are not admitted, names that are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/random.h"
#include "expect.h"
#include "geo/area.h"
#include "protocol/directory.h"
#include "protocol/doc.h"

static struct world w;
static struct world_agency sheriff;
static size_t filed, agencies; /* that were answered with 201 */

static int
set_up(void **state)
{
	(void)state;
	world_start(&w);
	world_admit(&w);
	world_admit_another(&w, &sheriff, "sheriff.example");
	agencies = 2;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static int
nothing_else_is_logged(void **state)
{
	(void)state;
	return world_logged(&w, REQUEST_TYPE) == filed &&
		world_logged(&w, AGENCY_TYPE) == agencies
	    ? 0
	    : -1;
}

/* File r as signed by those keys. */
static void
file_by(const struct request *r, const struct world_key *const *keys, size_t n,
    struct world_reply *out)
{
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(request_json(r), REQUEST_TYPE, keys, n, &note);
	world_file(&w, buf_text(&note), world_text, NULL, out);
	buf_fini(&note);
}

static void
needs_both_signatures(void **state)
{
	struct world_key stranger;
	const struct {
		const char *what;
		const struct world_key *keys[2];
		size_t n;
	} cases[] = {
		{ "no locker", { &w.agency }, 1 },
		{ "no agency", { &w.locker }, 1 },
		{ "the agency twice", { &w.agency, &w.agency }, 2 },
		{ "another agency's key", { &sheriff.agency, &w.locker }, 2 },
		{ "another agency's locker", { &w.agency, &sheriff.locker },
		    2 },
		{ "another key of the agency's name", { &stranger, &w.locker },
		    2 },
	};
	struct world_reply reply;
	struct request r;
	size_t i;

	(void)state;
	world_key_make(&stranger, "police.example");
	for (i = 0; i < NELEMS(cases); i++) {
		world_request(&w, &r, "28-0001");
		file_by(&r, cases[i].keys, cases[i].n, &reply);
		expect_problem(&w, cases[i].what, &reply,
		    &(struct expect){ 403, "signature", NULL, NULL });
	}
}

/* A signature of one document on another one is no signature. */
static void
refuses_signatures_for_another_purpose(void **state)
{
	const struct world_key *signers[] = { &w.agency, &w.locker };
	struct world_reply reply;
	struct buf end, note;
	struct request r;
	const char *line;

	(void)state;
	world_request(&w, &r, "28-0010");
	buf_init(&end, DOC_MAX);
	world_note(
	    request_end_json(&(struct request_end){
		.time = clock_now(), .request = r.id, .reason = "resolved" }),
	    REQUEST_END_TYPE, signers, 2, &end);
	line = strstr(buf_text(&end), "\n\n") + 2;
	buf_init(&note, DOC_MAX);
	world_note(request_json(&r), REQUEST_TYPE, signers, 2, &note);
	/* Text and empty line of the request, signature lines of its end. */
	note.n = (size_t)(strstr(buf_text(&note), "\n\n") + 2 -
	    buf_text(&note));
	buf_puts(&note, line);
	world_file(&w, buf_text(&note), world_text, NULL, &reply);
	expect_problem(&w, "an end's signatures on a request", &reply,
	    &(struct expect){ 403, "signature", NULL, "police.example" });
	buf_fini(&note);
	buf_fini(&end);
}

static void
takes_a_replay_once(void **state)
{
	struct world_reply first, again;
	struct request r, other;

	(void)state;
	world_request(&w, &r, "28-0020");
	world_publish(&w, &r, &first);
	assert_int_equal(first.code, 201);
	filed++;
	world_publish(&w, &r, &again);
	assert_int_equal(again.code, 201);
	assert_true(json_equal(first.body, again.body));
	world_reply_fini(&first);
	world_reply_fini(&again);
	other = r;
	other.urgent = true;
	world_publish(&w, &other, &again);
	expect_problem(&w, "other bytes under the same id", &again,
	    &(struct expect){ 409, "request-id", "id", NULL });
}

static void
refuses_a_suspended_agency(void **state)
{
	struct world_reply reply;
	struct request r;

	(void)state;
	world_request(&w, &r, "28-0030");
	expect_place(&r, 5000, 0, 400);
	world_decide(&w, "suspend", "police.example", "");
	world_publish(&w, &r, &reply);
	expect_problem(&w, "while suspended", &reply,
	    &(struct expect){ 403, "agency-suspended", "agency", NULL });
	/* Nor does a newer note of the agency end it. */
	{
		struct agency a = w.admitted;
		struct buf note;

		a.telephone = "+1 863 555 0199";
		buf_init(&note, DOC_MAX);
		world_agency_note(&w, &a, &note);
		world_file(&w, buf_text(&note), NULL, w.jurisdiction, &reply);
		(void)expect_filed("a newer note", &reply);
		agencies++;
		buf_fini(&note);
	}
	world_publish(&w, &r, &reply);
	expect_problem(&w, "still suspended", &reply,
	    &(struct expect){ 403, "agency-suspended", "agency", NULL });
	world_decide(&w, "restore", "police.example", "");
	world_publish(&w, &r, &reply);
	(void)expect_filed("once restored", &reply);
	filed++;
}

static void
refuses_ends(void **state)
{
	struct request_end e = { .time = clock_now(), .reason = "resolved" };
	const struct world_key *by[] = { &sheriff.agency };
	struct world_reply reply;
	struct request r;
	struct buf note;

	(void)state;
	random_id(&e.request);
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "an end of no request", &reply,
	    &(struct expect){ 404, "request-unknown", "request", NULL });
	buf_fini(&note);
	world_request(&w, &r, "28-0040");
	expect_place(&r, -5000, 0, 400);
	world_publish(&w, &r, &reply);
	(void)expect_filed("a request", &reply);
	filed++;
	e.request = r.id;
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "an end by another agency", &reply,
	    &(struct expect){ 403, "signature", NULL, NULL });
	buf_fini(&note);
	by[0] = &w.agency;
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	(void)expect_filed("its end", &reply);
	buf_fini(&note);
	e.reason = "withdrawn";
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "a second end", &reply,
	    &(struct expect){ 409, "request-ended", "request", NULL });
	buf_fini(&note);
	e.reason = "done";
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "another reason", &reply,
	    &(struct expect){
		400, "invalid", "reason", "resolved, withdrawn" });
	buf_fini(&note);
}

/* -- admission -------------------------------------------------------------- */

/* A new agency like the police, under other names. */
static void
another(struct agency *a, struct world_key *key, struct world_key *locker)
{
	world_key_make(key, "new.example");
	world_key_make(locker, "locker.new.example");
	*a = w.admitted;
	a->name = key->key.name;
	a->key = key->key;
	a->locker.name = locker->key.name;
	a->locker.key = locker->key;
}

static void
file_agency(
    const struct agency *a, const char *jurisdiction, struct world_reply *reply)
{
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_agency_note(&w, a, &note);
	world_file(&w, buf_text(&note), NULL, jurisdiction, reply);
	buf_fini(&note);
}

static void
refuses_agencies(void **state)
{
	static const char *const refused[] = { "federal", "federal-branch",
		"private-security", "foreign" };
	struct world_key key, locker;
	struct world_reply reply;
	struct agency a;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(refused); i++) {
		another(&a, &key, &locker);
		a.class = refused[i];
		file_agency(&a, w.jurisdiction, &reply);
		expect_problem(&w, refused[i], &reply,
		    &(struct expect){ 403, "agency-class", "class", NULL });
	}
	another(&a, &key, &locker);
	a.class = "militia";
	file_agency(&a, w.jurisdiction, &reply);
	expect_problem(&w, "a class that nobody knows", &reply,
	    &(struct expect){ 400, "invalid", "class", NULL });
	another(&a, &key, &locker);
	a.until = clock_now() - 1;
	file_agency(&a, w.jurisdiction, &reply);
	expect_problem(&w, "run out", &reply,
	    &(struct expect){ 422, "agency-lapsed", "until", NULL });
	another(&a, &key, &locker);
	a.partner = "nobody.example";
	file_agency(&a, w.jurisdiction, &reply);
	expect_problem(&w, "no such partner", &reply,
	    &(struct expect){ 404, "partner-unknown", "partner", NULL });
	another(&a, &key, &locker);
	a.locker.name = "locker.police.example";
	a.locker.key = w.locker.key;
	file_agency(&a, w.jurisdiction, &reply);
	expect_problem(&w, "the locker of another agency", &reply,
	    &(struct expect){ 409, "locker-name", "locker.name", NULL });
	another(&a, &key, &locker);
	file_agency(&a, NULL, &reply);
	expect_problem(&w, "no jurisdiction", &reply,
	    &(struct expect){ 400, "invalid", "jurisdiction", NULL });
	another(&a, &key, &locker);
	file_agency(
	    &a, "{\"coordinates\":[],\"type\":\"MultiPolygon\"}", &reply);
	expect_problem(&w, "another jurisdiction", &reply,
	    &(struct expect){ 400, "invalid", "jurisdiction", NULL });
}

/* Attested by the partner and admitted by the operator: both. */
static void
needs_partner_and_operator(void **state)
{
	const struct world_key *partner[] = { &w.partner };
	struct world_key key, locker;
	struct world_reply reply;
	struct agency a;
	struct buf note;

	(void)state;
	another(&a, &key, &locker);
	buf_init(&note, DOC_MAX);
	world_note(agency_json(&a), AGENCY_TYPE, partner, 1, &note);
	world_file(&w, buf_text(&note), NULL, w.jurisdiction, &reply);
	expect_problem(&w, "not by the operator", &reply,
	    &(struct expect){ 403, "signature", NULL, NULL });
	buf_fini(&note);
	buf_init(&note, DOC_MAX);
	world_own_note(&w, agency_json(&a), AGENCY_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, w.jurisdiction, &reply);
	expect_problem(&w, "not by the partner", &reply,
	    &(struct expect){ 403, "signature", NULL, "partner.example" });
	buf_fini(&note);
}

static void
admits_who_may_not_ask(void **state)
{
	const struct world_key *signers[2];
	struct world_key key, locker;
	struct world_reply reply;
	struct request r;
	struct agency a;

	(void)state;
	another(&a, &key, &locker);
	a.class = "local-government";
	file_agency(&a, w.jurisdiction, &reply);
	(void)expect_filed("a local government", &reply);
	agencies++;
	world_request(&w, &r, "28-0050");
	r.agency = a.name;
	signers[0] = &key;
	signers[1] = &locker;
	file_by(&r, signers, 2, &reply);
	expect_problem(&w, "its request", &reply,
	    &(struct expect){
		403, "agency-class", "agency", "local-government" });
}

static void
needs_a_letter_recipient(void **state)
{
	const struct world_key *signers[2];
	struct world_key key, locker;
	struct world_reply reply;
	struct request r;
	struct agency a;

	(void)state;
	another(&a, &key, &locker);
	world_key_make(&key, "silent.example");
	world_key_make(&locker, "locker.silent.example");
	a.key = key.key;
	a.locker.key = locker.key;
	a.name = key.key.name;
	a.locker.name = locker.key.name;
	file_agency(&a, w.jurisdiction, &reply);
	(void)expect_filed("an agency", &reply);
	agencies++;
	world_request(&w, &r, "28-0060");
	r.agency = a.name;
	signers[0] = &key;
	signers[1] = &locker;
	file_by(&r, signers, 2, &reply);
	expect_problem(&w, "its locker is silent", &reply,
	    &(struct expect){ 409, "locker-silent", "recipient", NULL });
}

/* The operator's own public key, as the directory states it. */
static struct note_key
platform_key(void)
{
	struct doc *doc = NULL;
	struct directory dir;
	struct note_key key;
	struct diag d = { 0 };
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(world_get(&w, "/v1/directory", &b), 200);
	assert_int_equal(
	    directory_open(&w.trust, b.p, b.n, clock_now(), &doc, &dir, &d),
	    ST_OK);
	key = dir.platform;
	doc_free(&doc);
	buf_fini(&b);
	return key;
}

static void
refuses_partners(void **state)
{
	struct partner p = { .time = clock_now(),
		.name = "own.example",
		.legal_name = "The Operator",
		.url = "https://own.example" };
	struct note_key own = platform_key();
	struct world_reply reply;
	struct buf note;

	(void)state;
	assert_int_equal(
	    note_key_make(&p.key, p.name, NOTE_ED25519, own.pub), ST_OK);
	buf_init(&note, DOC_MAX);
	world_own_note(&w, partner_json(&p), PARTNER_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "the operator's key", &reply,
	    &(struct expect){ 403, "partner-key", "key", NULL });
	buf_fini(&note);
	p.key = w.partner.key;
	buf_init(&note, DOC_MAX);
	world_own_note(&w, partner_json(&p), PARTNER_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "a key of another name", &reply,
	    &(struct expect){ 400, "invalid", "key", "own.example" });
	buf_fini(&note);
}

static void
refuses_decisions_by_others(void **state)
{
	const struct world_key *by[] = { &w.partner };
	struct decision x = { .time = clock_now(),
		.action = "suspend",
		.subject = "police.example",
		.rule = "",
		.reason = "None." };
	struct world_reply reply;
	struct buf note;

	(void)state;
	random_id(&x.id);
	buf_init(&note, DOC_MAX);
	world_note(decision_json(&x), DECISION_TYPE, by, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "a partner's decision", &reply,
	    &(struct expect){ 403, "signature", NULL, NULL });
	buf_fini(&note);
	x.action = "erase";
	buf_init(&note, DOC_MAX);
	world_own_note(&w, decision_json(&x), DECISION_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	expect_problem(&w, "an action that there is not", &reply,
	    &(struct expect){ 400, "invalid", "action", NULL });
	buf_fini(&note);
}

static void
refuses_recipients(void **state)
{
	const struct world_key *by[] = { &w.locker };
	struct recipient x = { .time = clock_now(),
		.from = clock_now(),
		.until = clock_now() + 7 * 86400,
		.recipient = w.recipient };
	const struct {
		const char *what, *owner;
		int64_t from, until;
		const struct world_key *key;
		struct expect e;
	} cases[] = {
		{ "no such locker", "nobody.example", 0, 86400, &w.locker,
		    { 404, "locker-unknown", "owner", NULL } },
		{ "another locker's key", "locker.police.example", 0, 86400,
		    &sheriff.locker, { 403, "signature", NULL, NULL } },
		{ "over 14 days", "locker.police.example", 0, 14 * 86400 + 1,
		    &w.locker, { 400, "invalid", NULL, "14 days" } },
		{ "in two days", "locker.police.example", 2 * 86400, 3 * 86400,
		    &w.locker, { 422, NULL, "from", "1 day ahead" } },
		{ "over", "locker.police.example", -86400, -1, &w.locker,
		    { 422, NULL, NULL, NULL } },
	};
	struct world_reply reply;
	struct buf note;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		x.owner = cases[i].owner;
		x.from = clock_now() + cases[i].from;
		x.until = clock_now() + cases[i].until;
		by[0] = cases[i].key;
		buf_init(&note, DOC_MAX);
		world_note(recipient_json(&x), RECIPIENT_TYPE, by, 1, &note);
		world_file(&w, buf_text(&note), NULL, NULL, &reply);
		expect_problem(&w, cases[i].what, &reply, &cases[i].e);
		buf_fini(&note);
	}
}

#define TEST(f) cmocka_unit_test_teardown(f, nothing_else_is_logged)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(needs_both_signatures),
		TEST(refuses_signatures_for_another_purpose),
		TEST(takes_a_replay_once),
		TEST(refuses_a_suspended_agency),
		TEST(refuses_ends),
		TEST(refuses_agencies),
		TEST(needs_partner_and_operator),
		TEST(admits_who_may_not_ask),
		TEST(needs_a_letter_recipient),
		TEST(refuses_partners),
		TEST(refuses_decisions_by_others),
		TEST(refuses_recipients),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
