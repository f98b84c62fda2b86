/*
 * Requests that nest, touch or get round the limits; held ones, and what the
 * operator's decisions do with them.  All through HTTP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "expect.h"
#include "geo/area.h"
#include "protocol/collection.h"
#include "protocol/doc.h"

static struct world w;
static struct world_agency sheriff, fire;
static size_t filed; /* requests that were answered with 201 */

static int
set_up(void **state)
{
	(void)state;
	world_start(&w);
	world_admit(&w);
	world_admit_another(&w, &sheriff, "sheriff.example");
	world_admit_another(&w, &fire, "fire.example");
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
	return world_logged(&w, REQUEST_TYPE) == filed ? 0 : -1;
}

/* The police's request around that place. */
static void
police(struct request *r, const char *number, double east_m, double radius_m)
{
	world_request(&w, r, number);
	expect_place(r, east_m, 0, radius_m);
}

static void
file_police(struct request *r, const char *what)
{
	struct world_reply reply;

	world_publish(&w, r, &reply);
	(void)expect_filed(what, &reply);
	filed++;
}

/* The same as a request of the sheriff's. */
static void
as_sheriff(struct request *r)
{
	random_id(&r->id);
	r->agency = sheriff.agency.key.name;
	r->recipient = sheriff.recipient;
}

static void
publish_sheriff(const struct request *r, struct world_reply *out)
{
	const struct world_key *signers[] = { &sheriff.agency, &sheriff.locker,
		&w.agency };
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(request_json(r), REQUEST_TYPE, signers,
	    r->on_behalf_of.n > 0 ? 3 : 2, &note);
	world_file(&w, buf_text(&note), world_text, NULL, out);
	buf_fini(&note);
}

static void
refuse_police(const struct request *r, const char *what, const struct expect *e)
{
	struct world_reply reply;
	struct request copy = *r;

	world_publish(&w, &copy, &reply);
	expect_problem(&w, what, &reply, e);
}

static void
refuses_nesting_and_touching(void **state)
{
	struct request first, other;

	(void)state;
	police(&first, "26-0001", -15000, 500);
	file_police(&first, "the first");
	/* Under other case numbers, since a number is not what counts. */
	police(&other, "26-0002", -15000, 250);
	refuse_police(&other, "one inside",
	    &(struct expect){
		422, "neighbour-overlap", "area", "identical or disjoint" });
	police(&other, "26-0003", -15000, 600);
	refuse_police(&other, "one around",
	    &(struct expect){
		422, "neighbour-overlap", "area", "identical or disjoint" });
	police(&other, "26-0004", -14200, 500);
	refuse_police(&other, "one that overlaps",
	    &(struct expect){
		422, "neighbour-overlap", "area", "identical or disjoint" });
	police(&other, "26-0005", -13900, 500);
	refuse_police(&other, "one beside it, too large together",
	    &(struct expect){
		422, "neighbour-area", "area", "1,294,994 m² together" });
	/* Beside it and small enough together is what may be asked. */
	police(&other, "26-0006", -14200, 200);
	file_police(&other, "one beside it");
}

static void
sums_windows_of_neighbours(void **state)
{
	struct request first, other;

	(void)state;
	police(&first, "26-0010", -9000, 500);
	file_police(&first, "the first");
	other = first;
	other.case_number = "26-0011";
	random_id(&other.id);
	other.until = first.from;
	other.from = other.until - 43200;
	refuse_police(&other, "the 12 hours before, same area",
	    &(struct expect){
		422, "neighbour-window", "until", "12 h together" });
	other.area = first.area;
	other.from = first.until - 43200;
	file_police(&other, "up to 12 hours together, same area");
}

static void
counts_by_case_number(void **state)
{
	struct request r;

	(void)state;
	police(&r, "PD 26/0020", -4500, 300);
	file_police(&r, "the first");
	police(&r, "pd-26-0020", -2300, 300);
	file_police(&r, "the second");
	police(&r, "Pd  26 - 0020.", 0, 300);
	refuse_police(&r, "the third, spelled another way",
	    &(struct expect){
		422, "per-case", "case", "2 requests a case number" });
}

/* District by district: the sixth open one is refused. */
static void
counts_by_district(void **state)
{
	static const double north[] = { 20000, 22500, 25000 };
	struct world_reply reply;
	struct request r;
	size_t i, count = 0;

	(void)state;
	for (i = 0; i < 9; i++) {
		world_request(&w, &r, "x");
		r.case_number = (const char *[]){ "27-1", "27-1", "27-2",
			"27-2", "27-3", "27-3", "27-4", "27-4", "27-5" }[i];
		expect_place(
		    &r, 14000 + 2500.0 * (double)(i % 3), north[i / 3], 300);
		world_publish(&w, &r, &reply);
		if (reply.code != 201)
			break;
		count++;
		filed++;
		world_reply_fini(&reply);
	}
	assert_in_range(count, 5, 8);
	expect_problem(&w, "one more", &reply,
	    &(struct expect){ 422, "per-district", "area", "5 open" });
}

/* -- another agency --------------------------------------------------------- */

static void
read_item(const struct request *r, bool there)
{
	struct geo_district t = district_of(r->area.v[0]);
	struct collection *c = NULL;
	struct diag d = { 0 };
	enum status st = world_read(&w, t, &c, &d);

	if (st != ST_OK)
		fail_msg("%s: %s", d.problem, d.text);
	assert_int_equal(collection_item(c, &r->id) != NULL, there);
	collection_free(&c);
}

static void
expect_held(const char *what, const char *rule, struct world_reply *r)
{
	int64_t now = clock_now();

	if (r->code != 202 || strcmp(r->state, "held") != 0 ||
	    strcmp(r->rule, rule) != 0)
		fail_msg("%s: %u %s %s %s", what, r->code, r->problem, r->state,
		    r->rule);
	/* Within two days; it says when. */
	assert_in_range(r->by, now + 1, now + 2 * 86400);
	assert_null(json_object_get(r->body, "index"));
	assert_null(json_object_get(r->body, "proof"));
	world_reply_fini(r);
}

static void
holds_and_lifts(void **state)
{
	struct world_reply reply, again;
	struct request first, r, other;
	char id[ID_TEXT];
	int64_t by;

	(void)state;
	police(&first, "26-0030", 5000, 500);
	file_police(&first, "the police's");
	police(&r, "S-1", 5000, 300);
	as_sheriff(&r);
	publish_sheriff(&r, &reply);
	by = reply.by;
	expect_held("the sheriff's inside", "neighbour-overlap", &reply);
	read_item(&r, false);
	assert_int_equal(world_logged(&w, REQUEST_TYPE), filed);
	/* The same bytes: the same answer.  Others under its id: 409. */
	publish_sheriff(&r, &again);
	assert_int_equal(again.by, by);
	expect_held("the same again", "neighbour-overlap", &again);
	other = r;
	other.case_number = "S-2";
	publish_sheriff(&other, &reply);
	expect_problem(&w, "other bytes under a held id", &reply,
	    &(struct expect){ 409, "request-id", "id", NULL });
	/* A decision about another rule, or another request, releases nothing. */
	id_text(&r.id, id);
	world_decide(&w, "lift", id, "neighbour-window");
	world_decide(&w, "lift", "00000000000000000000000000000000",
	    "neighbour-overlap");
	assert_int_equal(world_logged(&w, REQUEST_TYPE), filed);
	world_decide(&w, "lift", id, "neighbour-overlap");
	filed++;
	publish_sheriff(&r, &reply);
	assert_non_null(json_object_get(reply.body, "proof"));
	(void)expect_filed("after the decision", &reply);
	read_item(&r, true);
}

static void
holds_and_refuses(void **state)
{
	struct world_reply reply;
	struct request first, r;
	char id[ID_TEXT];

	(void)state;
	police(&first, "26-0040", 8000, 500);
	file_police(&first, "the police's");
	police(&r, "S-10", 9100, 500);
	as_sheriff(&r);
	publish_sheriff(&r, &reply);
	expect_held("too large together", "neighbour-area", &reply);
	id_text(&r.id, id);
	world_decide(&w, "refuse", id, "neighbour-area");
	publish_sheriff(&r, &reply);
	expect_problem(&w, "after the refusal", &reply,
	    &(struct expect){ 403, "request-refused", "id", NULL });
	/* What was refused is not lifted by a later decision unseen. */
	world_decide(&w, "lift", id, "neighbour-area");
	assert_int_equal(world_logged(&w, REQUEST_TYPE), filed);
	read_item(&r, false);
}

/* On behalf of the other agency its requests are one's own. */
static void
counts_both_agencies_of_a_joint_request(void **state)
{
	const char *behalf[] = { "police.example" };
	struct world_reply reply;
	struct request first, r;

	(void)state;
	police(&first, "26-0050", 12500, 500);
	file_police(&first, "the police's");
	police(&r, "S-20", 12500, 300);
	as_sheriff(&r);
	r.on_behalf_of = (struct json_strs){ .v = behalf, .n = 1 };
	publish_sheriff(&r, &reply);
	expect_problem(&w, "inside, on behalf of the police", &reply,
	    &(struct expect){
		422, "neighbour-overlap", "area", "identical or disjoint" });
}

/* What no decision may lift is refused at once, whoever asks. */
static void
refuses_beyond_the_ceiling(void **state)
{
	const struct world_key *signers[] = { &fire.agency, &fire.locker };
	struct world_reply reply;
	struct request r;
	char id[ID_TEXT];
	struct buf note;

	(void)state;
	police(&r, "26-0060", 17500, 640);
	file_police(&r, "the police's");
	police(&r, "S-30", 18850, 640);
	as_sheriff(&r);
	publish_sheriff(&r, &reply);
	expect_held("twice the area", "neighbour-area", &reply);
	id_text(&r.id, id);
	world_decide(&w, "lift", id, "neighbour-area");
	publish_sheriff(&r, &reply);
	(void)expect_filed("after the decision", &reply);
	filed++;
	/* A third agency, close to both: three times the area of one. */
	expect_place(&r, 18175, 1200, 640);
	random_id(&r.id);
	r.agency = fire.agency.key.name;
	r.recipient = fire.recipient;
	buf_init(&note, DOC_MAX);
	world_note(request_json(&r), REQUEST_TYPE, signers, 2, &note);
	world_file(&w, buf_text(&note), world_text, NULL, &reply);
	expect_problem(&w, "three times the area", &reply,
	    &(struct expect){
		422, "neighbour-area", "area", "2,589,988 m² together" });
	buf_fini(&note);
}

static void
publish_name(struct request *r, struct world_reply *out)
{
	const struct world_key *signers[] = { &w.agency, &w.locker };
	struct buf text, note;

	buf_init(&text, TEXT_MAX);
	buf_init(&note, DOC_MAX);
	buf_puts(&text, world_text);
	expect_replace(
	    &text, "A parked van was hit.", "We look for Mr. John Miller.");
	hash_sha256(text.p, text.n, r->text);
	world_note(request_json(r), REQUEST_TYPE, signers, 2, &note);
	world_file(&w, buf_text(&note), buf_text(&text), NULL, out);
	buf_fini(&text);
	buf_fini(&note);
}

static void
lifts_a_text(void **state)
{
	struct world_reply reply;
	struct request r;
	char id[ID_TEXT];

	(void)state;
	/* A name in the text waits for a person, who may let it pass. */
	police(&r, "26-0070", -18500, 400);
	publish_name(&r, &reply);
	expect_held("a person's name", "text", &reply);
	id_text(&r.id, id);
	world_decide(&w, "lift", id, "text");
	filed++;
	publish_name(&r, &reply);
	(void)expect_filed("after the decision", &reply);
	read_item(&r, true);
}

#define TEST(f) cmocka_unit_test_teardown(f, nothing_else_is_logged)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_nesting_and_touching),
		TEST(sums_windows_of_neighbours),
		TEST(counts_by_case_number),
		TEST(counts_by_district),
		TEST(holds_and_lifts),
		TEST(holds_and_refuses),
		TEST(counts_both_agencies_of_a_joint_request),
		TEST(refuses_beyond_the_ceiling),
		TEST(lifts_a_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
