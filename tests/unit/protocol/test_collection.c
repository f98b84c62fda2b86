/*
 * A district's feed against those who may lie about it: the platform, an
 * agency, a network in between.  Each lie is refused by its own name, and
 * nothing of the feed is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/random.h"
#include "protocol/admission.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "town.h"

static struct town town;

static int
set_up(void **state)
{
	(void)state;
	town_new(&town);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	town_free(&town);
	return 0;
}

/* Read feed (taken) as of now; *c where it is all right. */
static enum status
read_at(json_t *feed, int64_t now, struct collection **c, struct diag *d)
{
	enum status st;
	struct buf b;

	*d = (struct diag){ 0 };
	buf_init(&b, COLLECTION_MAX);
	assert_int_equal(json_write(feed, &b), ST_OK);
	json_decref(feed);
	st = collection_open(
	    &town.trust, &town.dir, town.district, b.p, b.n, now, c, d);
	buf_fini(&b);
	assert_true((st == ST_OK) == (*c != NULL));
	return st;
}

/* Feed (taken) is refused so; problem "" is the status' own. */
static void
refused(json_t *feed, enum status st, const char *problem)
{
	struct collection *c = NULL;
	struct diag d;
	enum status got = read_at(feed, TOWN_NOW, &c, &d);

	if (got != st || strcmp(d.problem, problem) != 0)
		fail_msg("%s %s, not %s %s: %s", status_name(got), d.problem,
		    status_name(st), problem, d.text);
	assert_true(d.text[0] != '\0');
}

static void
shown(json_t *feed)
{
	struct collection *c = NULL;
	struct diag d;

	if (read_at(feed, TOWN_NOW, &c, &d) != ST_OK)
		fail_msg("%s: %s", d.problem, d.text);
	assert_int_equal(c->item_count, 1);
	collection_free(&c);
}

static json_t *
properties(json_t *features)
{
	return json_object_get(json_array_get(features, 0), "properties");
}

static void
shows_what_is_right(void **state)
{
	const struct collection_item *item;
	struct collection *c = NULL;
	const char *proof = NULL;
	struct diag d;

	(void)state;
	assert_int_equal(
	    read_at(town_feed(&town, town_features(&town)), TOWN_NOW, &c, &d),
	    ST_OK);
	item = collection_item(c, &town.request.id);
	assert_non_null(item);
	assert_int_equal(item->index, TOWN_REQUEST);
	assert_int_equal(item->time, TOWN_NOW);
	assert_string_equal(item->agency->name, "police.example");
	assert_string_equal(item->letters->recipient, town.recipient);
	assert_string_equal(item->text.words.title, "A van");
	assert_false(c->marked);
	assert_non_null(
	    collection_note(c, PARTNER_TYPE, "partner.example", &proof));
	assert_non_null(proof);
	assert_null(collection_note(c, AGENCY_TYPE, "other", &proof));
	collection_free(&c);
}

/* -- old news --------------------------------------------------------------- */

/* An hour, by the checkpoint: shown; 3 h: marked; 24 h: not shown. */
static void
ages(void **state)
{
	static const struct {
		int64_t age;
		enum status st;
		bool marked;
	} cases[] = {
		{ 3600, ST_OK, false },
		{ 3 * 3600, ST_OK, false },
		{ 3 * 3600 + 1, ST_OK, true },
		{ 24 * 3600, ST_OK, true },
		{ 24 * 3600 + 1, ST_STALE, false },
	};
	struct collection *c = NULL;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		town.time = TOWN_NOW - cases[i].age;
		assert_int_equal(read_at(town_feed(&town, town_features(&town)),
				     TOWN_NOW, &c, &d),
		    cases[i].st);
		if (cases[i].st == ST_OK) {
			assert_int_equal(c->marked, cases[i].marked);
			collection_free(&c);
		} else {
			assert_string_equal(d.problem, "district-stale");
			assert_string_equal(d.limit, "24 hours");
		}
	}
}

/* Yesterday's district under a checkpoint of now: the log has grown since. */
static void
refuses_a_stale_district_under_a_fresh_checkpoint(void **state)
{
	const struct town_key *by[] = { &town.agency };
	struct request_end e = { .time = TOWN_NOW, .reason = "resolved" };
	json_t *old, *now;
	struct buf note;

	(void)state;
	old = town_feed(&town, town_features(&town));
	e.request = town.request.id;
	town_sign(request_end_json(&e), REQUEST_END_TYPE, by, 1, &note);
	(void)town_log(&town, &note);
	now = town_feed(&town, json_array());
	json_object_set(old, "checkpoint", json_object_get(now, "checkpoint"));
	refused(old, ST_INVALID, "district-false");
	/* A note that says the new size, of the old items. */
	json_object_set_new(now, "features", town_features(&town));
	refused(now, ST_INVALID, "district-false");
	/* Nor by a size that the log does not have. */
	town.size++;
	refused(town_feed(&town, town_features(&town)), ST_INVALID,
	    "district-false");
}

static void
refuses_another_district(void **state)
{
	json_t *feed;

	(void)state;
	town.district.x++;
	feed = town_feed(&town, town_features(&town));
	town.district.x--;
	refused(feed, ST_INVALID, "district-false");
}

static void
refuses_another_platform(void **state)
{
	struct town_key kept = town.platform;
	json_t *feed;

	(void)state;
	/* The same name, another key. */
	town_key_make(&town.platform, "platform.example");
	feed = town_feed(&town, town_features(&town));
	town.platform = kept;
	refused(feed, ST_SIGNATURE, "");
}

static void
refuses_too_few_watchers(void **state)
{
	(void)state;
	town.cosigned = 2;
	shown(town_feed(&town, town_features(&town)));
	town.cosigned = 1;
	refused(town_feed(&town, town_features(&town)), ST_PENDING, "");
}

/* -- items ------------------------------------------------------------------ */

/* Signed by all who must, and shown, but never logged. */
static void
refuses_a_request_that_is_not_in_the_log(void **state)
{
	const struct town_key *by[] = { &town.agency, &town.locker };
	json_t *features = town_features(&town);
	struct request other = town.request;
	struct buf note;

	(void)state;
	random_id(&other.id);
	town_sign(request_json(&other), REQUEST_TYPE, by, 2, &note);
	json_object_set_new(
	    properties(features), "note", json_string(buf_text(&note)));
	buf_fini(&note);
	refused(town_feed(&town, features), ST_SIGNATURE, "not-in-log");
	/* With the proof of another entry. */
	{
		json_t *agency = town_proved(&town, TOWN_AGENCY);

		features = town_features(&town);
		json_object_set(properties(features), "proof",
		    json_object_get(agency, "proof"));
		json_decref(agency);
	}
	refused(town_feed(&town, features), ST_SIGNATURE, "not-in-log");
	features = town_features(&town);
	json_object_set_new(properties(features), "proof", json_string("x"));
	refused(town_feed(&town, features), ST_INVALID, "not-in-log");
	/* A proof that one watcher alone has seen. */
	town.cosigned = 1;
	features = town_features(&town);
	town.cosigned = TOWN_WATCHERS;
	refused(town_feed(&town, features), ST_PENDING, "not-in-log");
}

static void
a_recipient(char out[63])
{
	struct age_identity *id = NULL;
	struct age_recipient to;

	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_recipient(id, &to);
	age_recipient_text(&to, out);
	age_identity_free(&id);
}

/* Footage would go to whoever holds the other identity. */
static void
refuses_a_swapped_recipient(void **state)
{
	const struct town_key *by[] = { &town.agency };
	json_t *features = town_features(&town), *p = properties(features);
	struct request other = town.request;
	char recipient[63], *copy, *at;
	struct buf note;

	(void)state;
	a_recipient(recipient);
	/* On the way: the bytes are not those that were logged. */
	copy = strdup(json_string_value(json_object_get(p, "note")));
	assert_non_null(copy);
	assert_non_null(at = strstr(copy, town.recipient));
	memcpy(at, recipient, strlen(recipient));
	json_object_set_new(p, "note", json_string(copy));
	free(copy);
	refused(town_feed(&town, features), ST_SIGNATURE, "not-in-log");
	/* By the agency, with the platform's help: the locker did not sign. */
	other.recipient = recipient;
	town_sign(request_json(&other), REQUEST_TYPE, by, 1, &note);
	town_relog(&town, TOWN_REQUEST, &note);
	refused(
	    town_feed(&town, town_features(&town)), ST_SIGNATURE, "locker-key");
}

/* Logged and proved, but by keys that nobody admitted. */
static void
refuses_swapped_keys(void **state)
{
	struct town_key agency, locker;
	const struct town_key *by[2];
	struct buf note;

	(void)state;
	town_key_make(&agency, "police.example");
	town_key_make(&locker, "locker.example");
	by[0] = &agency;
	by[1] = &town.locker;
	town_sign(request_json(&town.request), REQUEST_TYPE, by, 2, &note);
	town_relog(&town, TOWN_REQUEST, &note);
	refused(
	    town_feed(&town, town_features(&town)), ST_SIGNATURE, "agency-key");
	by[0] = &town.agency;
	by[1] = &locker;
	town_sign(request_json(&town.request), REQUEST_TYPE, by, 2, &note);
	town_relog(&town, TOWN_REQUEST, &note);
	refused(
	    town_feed(&town, town_features(&town)), ST_SIGNATURE, "locker-key");
}

/* Relog entry i as it is, signed by other keys. */
static void
relog_by(size_t i, const struct town_key *a, const struct town_key *b)
{
	const struct town_key *by[] = { a, b };
	struct doc *doc = NULL;
	json_t *body;
	struct buf note;
	char type[64];

	assert_int_equal(doc_open(town.entries[i].p, town.entries[i].n,
			     TOWN_ORIGIN, &doc, NULL),
	    ST_OK);
	(void)strcpy(type, doc->type);
	body = json_deep_copy(doc->json);
	doc_free(&doc);
	town_sign(body, type, by, b == NULL ? 1 : 2, &note);
	town_relog(&town, i, &note);
}

/* Each note that a feature rests on, by a key of the same name. */
static void
refuses_notes_by_others(void **state)
{
	static const struct {
		size_t i;
		const char *name;
		bool two;
	} cases[] = {
		{ TOWN_POLICY, "platform.example", false },
		{ TOWN_PARTNER, "platform.example", false },
		{ TOWN_AGENCY, "platform.example", true },
		{ TOWN_AGENCY, "partner.example", true },
		{ TOWN_LETTERS, "locker.example", false },
	};
	struct town_key other;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		town_key_make(&other, cases[i].name);
		relog_by(cases[i].i, &other,
		    !cases[i].two ? NULL
			: strcmp(cases[i].name, "partner.example") == 0
			? &town.platform
			: &town.partner);
		refused(
		    town_feed(&town, town_features(&town)), ST_SIGNATURE, "");
		town_free(&town);
		town_new(&town);
	}
}

static void
refuses_missing_notes(void **state)
{
	json_t *feed, *notes;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct collection *c = NULL;
		struct diag d;

		feed = town_feed(&town, town_features(&town));
		notes = json_object_get(feed, "notes");
		json_array_remove(notes, i);
		assert_int_not_equal(read_at(feed, TOWN_NOW, &c, &d), ST_OK);
		assert_string_equal(d.field, "notes");
	}
	/* What does not belong there is not taken in. */
	feed = town_feed(&town, town_features(&town));
	json_array_append_new(
	    json_object_get(feed, "notes"), town_proved(&town, TOWN_REQUEST));
	refused(feed, ST_INVALID, "");
}

static void
refuses_a_swapped_text(void **state)
{
	json_t *features = town_features(&town);
	char *copy = strdup(buf_text(&town.text)), *at;

	(void)state;
	assert_non_null(copy);
	assert_non_null(at = strstr(copy, "A van"));
	memcpy(at, "A cat", 5);
	json_object_set_new(properties(features), "text", json_string(copy));
	free(copy);
	/* Although the platform's note names the features as they came. */
	refused(town_feed(&town, features), ST_INVALID, "text-hash");
}

/* The note still names the item that is not there, and the other way. */
static void
refuses_dropped_and_added_features(void **state)
{
	json_t *features = town_features(&town), *none = json_array(), *feed;

	(void)state;
	feed = town_feed_saying(&town, json_incref(none), features);
	refused(feed, ST_INVALID, "district-false");
	feed = town_feed_saying(&town, json_incref(features), none);
	refused(feed, ST_INVALID, "district-false");
	json_decref(features);
	json_decref(none);
}

/* -- what the directory says ------------------------------------------------ */

static void
ended(uint64_t index)
{
	town.ended[0] = index;
	town.dir.ended_count = 1;
}

static void
follows_the_directory(void **state)
{
	(void)state;
	ended(TOWN_LETTERS + 100);
	shown(town_feed(&town, town_features(&town)));
	ended(TOWN_REQUEST);
	refused(town_feed(&town, town_features(&town)), ST_GONE, "ended");
	ended(TOWN_AGENCY);
	refused(
	    town_feed(&town, town_features(&town)), ST_SIGNATURE, "agency-key");
	town.dir.ended_count = 0;
	town.dir.policy = TOWN_REQUEST + 1;
	refused(town_feed(&town, town_features(&town)), ST_INVALID, "policy");
}

/* An agency whose attestation had run out when the request opened. */
static void
refuses_a_lapsed_agency(void **state)
{
	struct doc *doc = NULL;
	const struct town_key *by[] = { &town.partner, &town.platform };
	json_t *body;
	struct buf note;

	(void)state;
	assert_int_equal(
	    doc_open(town.entries[TOWN_AGENCY].p, town.entries[TOWN_AGENCY].n,
		TOWN_ORIGIN, &doc, NULL),
	    ST_OK);
	body = json_deep_copy(doc->json);
	doc_free(&doc);
	json_object_set_new(body, "until", json_time(town.request.opens - 1));
	town_sign(body, AGENCY_TYPE, by, 2, &note);
	town_relog(&town, TOWN_AGENCY, &note);
	refused(
	    town_feed(&town, town_features(&town)), ST_SIGNATURE, "agency-key");
}

/* -- the directory ---------------------------------------------------------- */

/* Log a directory with those issuers (taken), and open it as of now. */
static enum status
open_directory(json_t *issuers, int64_t now, struct diag *d)
{
	const struct town_key *by[] = { &town.platform };
	json_t *body = directory_json(&town.dir), *proved;
	struct directory dir;
	struct doc *doc = NULL;
	struct buf note, b;
	enum status st;
	uint64_t i;

	*d = (struct diag){ 0 };
	if (issuers != NULL)
		json_object_set_new(body, "issuers", issuers);
	town_sign(body, DIRECTORY_TYPE, by, 1, &note);
	i = town_log(&town, &note);
	proved = town_proved(&town, i);
	buf_init(&b, 1 << 20);
	assert_int_equal(json_write(proved, &b), ST_OK);
	json_decref(proved);
	st = directory_open(&town.trust, b.p, b.n, now, &doc, &dir, d);
	assert_true((st == ST_OK) == (doc != NULL));
	doc_free(&doc);
	buf_fini(&b);
	return st;
}

static json_t *
issuer(const char *purpose, int epoch, const char *key)
{
	return json_pack(
	    "{s:i,s:s,s:s}", "epoch", epoch, "key", key, "purpose", purpose);
}

/* A second key for one week would tell those apart who hold its passes. */
static void
refuses_a_second_issuer_key(void **state)
{
	struct diag d;

	(void)state;
	assert_int_equal(
	    open_directory(json_pack("[o,o]", issuer("carry", 2969, "AAAA"),
			       issuer("share", 2969, "AAAB")),
		TOWN_NOW, &d),
	    ST_OK);
	assert_int_equal(
	    open_directory(json_pack("[o,o,o]", issuer("carry", 2969, "AAAA"),
			       issuer("share", 2969, "AAAB"),
			       issuer("carry", 2969, "AAAC")),
		TOWN_NOW, &d),
	    ST_INVALID);
	assert_string_equal(d.problem, "issuer-twice");
}

static void
does_not_use_an_old_directory(void **state)
{
	struct diag d;

	(void)state;
	assert_int_equal(open_directory(NULL, TOWN_NOW + 48 * 3600, &d), ST_OK);
	assert_int_equal(
	    open_directory(NULL, TOWN_NOW + 48 * 3600 + 1, &d), ST_STALE);
	assert_string_equal(d.problem, "directory-stale");
	town.cosigned = 1;
	assert_int_equal(open_directory(NULL, TOWN_NOW, &d), ST_PENDING);
	assert_string_equal(d.problem, "not-in-log");
}

/* -- bytes ------------------------------------------------------------------ */

static void
takes_one_form(void **state)
{
	struct collection *c = NULL;
	struct diag d = { 0 };
	json_t *feed = town_feed(&town, town_features(&town));
	struct buf b;
	size_t n;

	(void)state;
	buf_init(&b, COLLECTION_MAX);
	assert_int_equal(json_write(feed, &b), ST_OK);
	/* Cut off anywhere, or with something behind. */
	for (n = 0; n < b.n; n += 97)
		assert_int_equal(collection_open(&town.trust, &town.dir,
				     town.district, b.p, n, TOWN_NOW, &c, &d),
		    ST_INVALID);
	buf_putc(&b, ' ');
	assert_int_equal(collection_open(&town.trust, &town.dir, town.district,
			     b.p, b.n, TOWN_NOW, &c, &d),
	    ST_INVALID);
	buf_fini(&b);
	json_object_set_new(feed, "bbox", json_array());
	refused(feed, ST_INVALID, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_what_is_right),
		TEST(ages),
		TEST(refuses_a_stale_district_under_a_fresh_checkpoint),
		TEST(refuses_another_district),
		TEST(refuses_another_platform),
		TEST(refuses_too_few_watchers),
		TEST(refuses_a_request_that_is_not_in_the_log),
		TEST(refuses_a_swapped_recipient),
		TEST(refuses_swapped_keys),
		TEST(refuses_notes_by_others),
		TEST(refuses_missing_notes),
		TEST(refuses_a_swapped_text),
		TEST(refuses_dropped_and_added_features),
		TEST(follows_the_directory),
		TEST(refuses_a_lapsed_agency),
		TEST(refuses_a_second_issuer_key),
		TEST(does_not_use_an_old_directory),
		TEST(takes_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
