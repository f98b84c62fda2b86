/*
 * From a signed log to what a district shows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "log.h"
#include "scene.h"

#define PLATFORM "platform.example:P"
#define PARTNER "county.example:C"
#define POLICE "police.example:A"
#define POLICE_LOCKER "locker.police.example:L"
#define SHERIFF "sheriff.example:S"
#define SHERIFF_LOCKER "locker.sheriff.example:M"

#define RECIPIENT \
	"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"

/* Log numbers of the notes that each log here begins with. */
enum { POLICY = 0, COUNTY, AGENCY_A, AGENCY_S, LETTERS_A, LETTERS_S, FIRST };

static struct log l;
static struct geo_district here;

static enum status
add_agency(const char *name, char letter, const char *locker,
    char locker_letter, const char *class, int64_t until)
{
	struct agency a = { .time = SCENE_NOW - 20 * DAY,
		.until = until,
		.name = name,
		.legal_name = "An agency",
		.class = class,
		.telephone = "+1 555",
		.verified = "by letter",
		.partner = "county.example",
		.key = log_key(name, letter),
		.locker = { locker, "https://locker.example",
		    log_key(locker, locker_letter) } };

	return LOG_ADD(&l, AGENCY_TYPE, agency_json(&a), PARTNER, PLATFORM);
}

static enum status
add_letters(const char *locker, const char *signer, int64_t from)
{
	struct recipient r = { .time = from,
		.from = from,
		.until = from + 14 * DAY,
		.owner = locker,
		.recipient = RECIPIENT };

	return LOG_ADD(&l, RECIPIENT_TYPE, recipient_json(&r), signer);
}

static struct request
asked(uint8_t id)
{
	return (struct request){ .id = { { id } },
		.agency = "police.example",
		.case_number = "24-001",
		.incident = "robbery",
		.recipient = RECIPIENT,
		.area = scene_box(0, 0, 400, 400),
		.from = SCENE_NOW - 10 * H,
		.until = SCENE_NOW - 8 * H,
		.opens = SCENE_NOW,
		.expires = SCENE_NOW + 5 * DAY,
		.text = { id } };
}

static int
start(void **state)
{
	struct partner p = { .time = SCENE_NOW - 30 * DAY,
		.name = "county.example",
		.legal_name = "The county",
		.url = "https://county.example",
		.key = log_key("county.example", 'C') };
	struct policy policy;

	(void)state;
	log_init(&l);
	policy_default(&policy, SCENE_NOW - 30 * DAY);
	here = district_of(asked(0).area.v[0]);
	assert_int_equal(
	    LOG_ADD(&l, POLICY_TYPE, policy_json(&policy), PLATFORM), ST_OK);
	assert_int_equal(
	    LOG_ADD(&l, PARTNER_TYPE, partner_json(&p), PLATFORM), ST_OK);
	assert_int_equal(
	    add_agency("police.example", 'A', "locker.police.example", 'L',
		"municipal-police", SCENE_NOW + 300 * DAY),
	    ST_OK);
	assert_int_equal(
	    add_agency("sheriff.example", 'S', "locker.sheriff.example", 'M',
		"sheriff", SCENE_NOW + 2 * DAY),
	    ST_OK);
	assert_int_equal(add_letters("locker.police.example", POLICE_LOCKER,
			     SCENE_NOW - DAY),
	    ST_OK);
	assert_int_equal(add_letters("locker.sheriff.example", SHERIFF_LOCKER,
			     SCENE_NOW - DAY),
	    ST_OK);
	assert_int_equal(l.next, FIRST);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	log_fini(&l);
	return 0;
}

/* Fail unless t shows exactly the given items, and needs the given notes. */
static void
shows(int line, struct geo_district t, int64_t now, rules_feed_text_fn *texts,
    const uint64_t *items, size_t n, const uint64_t *notes, size_t note_n)
{
	struct rules_feed_view v;

	assert_int_equal(
	    rules_feed_view(l.feed, t, now, texts, NULL, &v), ST_OK);
	if (v.item_count != n ||
	    (n > 0 && memcmp(v.items, items, n * sizeof(*items)) != 0))
		fail_msg("line %d: %zu items, the first %lld", line,
		    v.item_count,
		    v.item_count > 0 ? (long long)v.items[0] : -1LL);
	if (notes != NULL &&
	    (v.note_count != note_n ||
		memcmp(v.notes, notes, note_n * sizeof(*notes)) != 0))
		fail_msg("line %d: %zu notes", line, v.note_count);
	rules_feed_view_fini(&v);
}

#define NUMBERS(...)                       \
	(const uint64_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)
#define SHOWS(now, ...) \
	shows(__LINE__, here, now, NULL, NUMBERS(__VA_ARGS__), NULL, 0)
#define SHOWS_NONE(now) shows(__LINE__, here, now, NULL, NULL, 0, NULL, 0)

static enum status
add_request(const struct request *r)
{
	return LOG_ADD(
	    &l, REQUEST_TYPE, request_json(r), POLICE, POLICE_LOCKER);
}

static void
test_from_opens_to_expires(void **state)
{
	struct request r = asked(1);

	(void)state;
	SHOWS_NONE(SCENE_NOW);
	assert_int_equal(add_request(&r), ST_OK);
	SHOWS_NONE(r.opens - 1);
	SHOWS(r.opens, FIRST);
	SHOWS(r.expires - 1, FIRST);
	SHOWS_NONE(r.expires);
	shows(__LINE__, here, SCENE_NOW, NULL, NUMBERS(FIRST),
	    NUMBERS(POLICY, COUNTY, AGENCY_A, LETTERS_A));
}

static void
test_several_need_each_note_once(void **state)
{
	struct request r = asked(1);

	(void)state;
	assert_int_equal(add_request(&r), ST_OK);
	r = asked(2);
	r.agency = "sheriff.example";
	assert_int_equal(LOG_ADD(&l, REQUEST_TYPE, request_json(&r), SHERIFF,
			     SHERIFF_LOCKER),
	    ST_OK);
	r = asked(3);
	assert_int_equal(add_request(&r), ST_OK);
	shows(__LINE__, here, SCENE_NOW, NULL,
	    NUMBERS(FIRST, FIRST + 1, FIRST + 2),
	    NUMBERS(POLICY, COUNTY, AGENCY_A, AGENCY_S, LETTERS_A, LETTERS_S));
	/* The sheriff's admission ends first. */
	SHOWS(SCENE_NOW + 2 * DAY, FIRST, FIRST + 2);
}

static void
test_in_each_district_near(void **state)
{
	struct request r = asked(1);
	struct geo_district *v, t;
	double b[4];
	size_t n, i;

	(void)state;
	assert_int_equal(add_request(&r), ST_OK);
	/* Another, around the district's north-west corner. */
	r = asked(2);
	district_bounds(here, b);
	r.area = scene_box((b[0] - SCENE_LON) * 67878 - 200,
	    (b[3] - SCENE_LAT) * 111270 - 200, 400, 400);
	assert_int_equal(add_request(&r), ST_OK);
	assert_int_equal(
	    rules_feed_districts(l.feed, SCENE_NOW, NULL, NULL, &v, &n), ST_OK);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		assert_true(v[i].x == here.x || v[i].x == here.x - 1);
		assert_true(v[i].y == here.y || v[i].y == here.y - 1);
		if (i > 0)
			assert_true(v[i].y > v[i - 1].y ||
			    (v[i].y == v[i - 1].y && v[i].x > v[i - 1].x));
	}
	free(v);
	SHOWS(SCENE_NOW, FIRST, FIRST + 1);
	t = here;
	t.x--;
	t.y--;
	shows(__LINE__, t, SCENE_NOW, NULL, NUMBERS(FIRST + 1), NULL, 0);
	t.x += 2;
	shows(__LINE__, t, SCENE_NOW, NULL, NULL, 0, NULL, 0);
	assert_int_equal(
	    rules_feed_districts(l.feed, SCENE_NOW - 1, NULL, NULL, &v, &n),
	    ST_OK);
	assert_int_equal(n, 0);
	free(v);
}

static void
test_urgent_lapses(void **state)
{
	struct request r = asked(1);
	uint64_t *ended;
	size_t n;

	(void)state;
	r.urgent = true;
	assert_int_equal(add_request(&r), ST_OK);
	SHOWS(r.opens + 4 * H - 1, FIRST);
	SHOWS_NONE(r.opens + 4 * H);
	assert_int_equal(
	    rules_feed_ended(l.feed, r.opens + 4 * H - 1, &ended, &n), ST_OK);
	assert_int_equal(n, 0);
	free(ended);
	assert_int_equal(
	    rules_feed_ended(l.feed, r.opens + 4 * H, &ended, &n), ST_OK);
	assert_int_equal(n, 1);
	assert_int_equal(ended[0], FIRST);
	free(ended);
	assert_int_equal(rules_feed_next(l.feed, SCENE_NOW), r.opens + 4 * H);
	assert_int_equal(rules_feed_next(l.feed, SCENE_NOW - 1), r.opens);
}

static void
test_ends(void **state)
{
	struct request r = asked(1);
	struct request_end e = {
		.time = SCENE_NOW + H, .request = r.id, .reason = "resolved"
	};
	uint64_t *ended;
	size_t n;

	(void)state;
	/* Before it is there, and by another than the agency. */
	assert_int_equal(
	    LOG_ADD(&l, REQUEST_END_TYPE, request_end_json(&e), POLICE),
	    ST_NOTFOUND);
	assert_int_equal(add_request(&r), ST_OK);
	assert_int_equal(
	    LOG_ADD(&l, REQUEST_END_TYPE, request_end_json(&e), SHERIFF),
	    ST_SIGNATURE);
	SHOWS(SCENE_NOW, FIRST + 1);
	assert_int_equal(
	    LOG_ADD(&l, REQUEST_END_TYPE, request_end_json(&e), POLICE), ST_OK);
	SHOWS_NONE(SCENE_NOW);
	assert_int_equal(
	    rules_feed_ended(l.feed, SCENE_NOW, &ended, &n), ST_OK);
	assert_int_equal(n, 1);
	assert_int_equal(ended[0], FIRST + 1);
	free(ended);
	/* Once it has expired it need not be listed. */
	assert_int_equal(
	    rules_feed_ended(l.feed, r.expires, &ended, &n), ST_OK);
	assert_int_equal(n, 0);
	free(ended);
}

static void
test_who_must_sign(void **state)
{
	struct request r = asked(1);
	const char *behalf[] = { "sheriff.example" };

	(void)state;
	assert_int_equal(
	    LOG_ADD(&l, REQUEST_TYPE, request_json(&r), POLICE), ST_SIGNATURE);
	assert_int_equal(LOG_ADD(&l, REQUEST_TYPE, request_json(&r),
			     POLICE_LOCKER, PLATFORM),
	    ST_SIGNATURE);
	assert_int_equal(LOG_ADD(&l, REQUEST_TYPE, request_json(&r),
			     "police.example:X", POLICE_LOCKER),
	    ST_SIGNATURE);
	r.on_behalf_of = (struct json_strs){ behalf, 1 };
	assert_int_equal(
	    LOG_ADD(&l, REQUEST_TYPE, request_json(&r), POLICE, POLICE_LOCKER),
	    ST_SIGNATURE);
	SHOWS_NONE(SCENE_NOW);
	assert_int_equal(LOG_ADD(&l, REQUEST_TYPE, request_json(&r), POLICE,
			     POLICE_LOCKER, SHERIFF),
	    ST_OK);
	shows(__LINE__, here, SCENE_NOW, NULL, NUMBERS(FIRST + 4),
	    NUMBERS(POLICY, COUNTY, AGENCY_A, AGENCY_S, LETTERS_A));
	/* While all who ask are admitted. */
	SHOWS_NONE(SCENE_NOW + 2 * DAY);
}

static void
test_unknown_agency_and_twice(void **state)
{
	struct request r = asked(1);

	(void)state;
	r.agency = "nobody.example";
	assert_int_equal(add_request(&r), ST_NOTFOUND);
	r.agency = "police.example";
	assert_int_equal(add_request(&r), ST_OK);
	r.area = scene_box(0, 0, 500, 500);
	assert_int_equal(add_request(&r), ST_CONFLICT);
	SHOWS(SCENE_NOW, FIRST + 1);
}

static void
test_class_that_may_not_ask(void **state)
{
	struct request r = asked(1);

	(void)state;
	assert_int_equal(
	    add_agency("council.example", 'A', "locker.police.example", 'L',
		"local-government", SCENE_NOW + 300 * DAY),
	    ST_OK);
	r.agency = "council.example";
	assert_int_equal(LOG_ADD(&l, REQUEST_TYPE, request_json(&r),
			     "council.example:A", POLICE_LOCKER),
	    ST_INVALID);
	SHOWS_NONE(SCENE_NOW);
}

static enum status
decide(const char *action, const char *subject, const char *signer)
{
	struct decision x = { .time = SCENE_NOW,
		.id = { { 9 } },
		.action = action,
		.subject = subject,
		.rule = "",
		.reason = "as decided" };

	return LOG_ADD(&l, DECISION_TYPE, decision_json(&x), signer);
}

static void
test_suspension(void **state)
{
	struct request r = asked(1);
	uint64_t *ended;
	size_t n;

	(void)state;
	assert_int_equal(add_request(&r), ST_OK);
	assert_int_equal(
	    decide("suspend", "police.example", POLICE), ST_SIGNATURE);
	SHOWS(SCENE_NOW, FIRST);
	assert_int_equal(decide("suspend", "police.example", PLATFORM), ST_OK);
	SHOWS_NONE(SCENE_NOW);
	assert_int_equal(
	    rules_feed_ended(l.feed, SCENE_NOW, &ended, &n), ST_OK);
	assert_int_equal(n, 1);
	assert_int_equal(ended[0], AGENCY_A);
	free(ended);
	assert_int_equal(decide("restore", "police.example", PLATFORM), ST_OK);
	SHOWS(SCENE_NOW, FIRST);
	assert_int_equal(
	    decide("suspend", "nobody.example", PLATFORM), ST_NOTFOUND);
}

static void
test_refused_after_all(void **state)
{
	struct request r = asked(1);
	char id[ID_TEXT];

	(void)state;
	id_text(&r.id, id);
	/* As most refusals are: of what never was in the log. */
	assert_int_equal(
	    decide("refuse", "00000000000000000000000000000000", PLATFORM),
	    ST_OK);
	assert_int_equal(add_request(&r), ST_OK);
	SHOWS(SCENE_NOW, FIRST + 1);
	assert_int_equal(decide("refuse", id, PLATFORM), ST_OK);
	SHOWS_NONE(SCENE_NOW);
}

/* A new note with a new key: what the old one signed is shown no more. */
static void
test_agency_changes_its_key(void **state)
{
	struct request r = asked(1);
	uint64_t *ended;
	size_t n;

	(void)state;
	assert_int_equal(add_request(&r), ST_OK);
	assert_int_equal(
	    add_agency("police.example", 'A', "locker.police.example", 'L',
		"municipal-police", SCENE_NOW + 400 * DAY),
	    ST_OK);
	shows(__LINE__, here, SCENE_NOW, NULL, NUMBERS(FIRST),
	    NUMBERS(POLICY, COUNTY, LETTERS_A, FIRST + 1));
	assert_int_equal(
	    rules_feed_ended(l.feed, SCENE_NOW, &ended, &n), ST_OK);
	assert_int_equal(n, 1);
	assert_int_equal(ended[0], AGENCY_A);
	free(ended);
	assert_int_equal(
	    add_agency("police.example", 'B', "locker.police.example", 'L',
		"municipal-police", SCENE_NOW + 400 * DAY),
	    ST_OK);
	SHOWS_NONE(SCENE_NOW);
}

static void
test_letters_must_be_in_force(void **state)
{
	struct request r = asked(1);

	(void)state;
	r.expires = r.opens + 14 * DAY;
	assert_int_equal(add_request(&r), ST_OK);
	SHOWS(SCENE_NOW + 13 * DAY - 1, FIRST);
	SHOWS_NONE(SCENE_NOW + 13 * DAY);
	assert_int_equal(add_letters("locker.police.example", SHERIFF_LOCKER,
			     SCENE_NOW + 6 * DAY),
	    ST_SIGNATURE);
	assert_int_equal(add_letters("locker.police.example", POLICE_LOCKER,
			     SCENE_NOW + 6 * DAY),
	    ST_OK);
	SHOWS(SCENE_NOW + 13 * DAY, FIRST);
	/* The newest in force, not the newest. */
	shows(__LINE__, here, SCENE_NOW + 5 * DAY, NULL, NUMBERS(FIRST),
	    NUMBERS(POLICY, COUNTY, AGENCY_A, LETTERS_A));
	shows(__LINE__, here, SCENE_NOW + 7 * DAY, NULL, NUMBERS(FIRST),
	    NUMBERS(POLICY, COUNTY, AGENCY_A, FIRST + 2));
}

static bool
no_text_of_one(const uint8_t hash[32], void *arg)
{
	(void)arg;
	return hash[0] != 1;
}

static void
test_texts_that_are_gone(void **state)
{
	struct request r = asked(1);

	(void)state;
	assert_int_equal(add_request(&r), ST_OK);
	r = asked(2);
	assert_int_equal(add_request(&r), ST_OK);
	shows(__LINE__, here, SCENE_NOW, no_text_of_one, NUMBERS(FIRST + 1),
	    NULL, 0);
}

static void
test_directory_ends_notes(void **state)
{
	static const uint64_t numbers[] = { FIRST };
	struct directory *dir = calloc(1, sizeof(*dir));
	struct request r = asked(1);

	(void)state;
	assert_non_null(dir);
	dir->time = SCENE_NOW;
	dir->url = "https://platform.example";
	dir->platform = log_key("platform.example", 'P');
	dir->ended = numbers;
	dir->ended_count = 1;
	assert_int_equal(add_request(&r), ST_OK);
	r = asked(2);
	assert_int_equal(add_request(&r), ST_OK);
	assert_int_equal(
	    LOG_ADD(&l, DIRECTORY_TYPE, directory_json(dir), PLATFORM), ST_OK);
	SHOWS(SCENE_NOW, FIRST + 1);
	/* One by another operator has no effect. */
	dir->platform = log_key("platform.example", 'Q');
	dir->ended_count = 0;
	assert_int_equal(LOG_ADD(&l, DIRECTORY_TYPE, directory_json(dir),
			     "platform.example:Q"),
	    ST_SIGNATURE);
	SHOWS(SCENE_NOW, FIRST + 1);
	/* The newest counts alone. */
	dir->platform = log_key("platform.example", 'P');
	assert_int_equal(
	    LOG_ADD(&l, DIRECTORY_TYPE, directory_json(dir), PLATFORM), ST_OK);
	SHOWS(SCENE_NOW, FIRST, FIRST + 1);
	free(dir);
}

static void
test_policy_in_force(void **state)
{
	struct request r = asked(1);
	struct policy next;
	uint64_t index = 99;

	(void)state;
	r.urgent = true;
	r.opens = SCENE_NOW + 7 * DAY;
	r.expires = r.opens + DAY;
	policy_default(&next, SCENE_NOW);
	next.force_from = SCENE_NOW + 7 * DAY;
	next.urgent_s = H;
	assert_int_equal(
	    LOG_ADD(&l, POLICY_TYPE, policy_json(&next), PLATFORM), ST_OK);
	assert_int_equal(add_request(&r), ST_OK);
	assert_true(rules_feed_policy(l.feed, next.force_from - 1, &index));
	assert_int_equal(index, POLICY);
	assert_true(rules_feed_policy(l.feed, next.force_from, &index));
	assert_int_equal(index, FIRST);
	assert_false(rules_feed_policy(l.feed, SCENE_NOW - 31 * DAY, &index));
	SHOWS(r.opens + H - 1, FIRST + 1);
	SHOWS_NONE(r.opens + H);
}

static void
test_many(void **state)
{
	struct request r = asked(1);
	struct rules_feed_view v;
	uint64_t *numbers = calloc(500, sizeof(*numbers));
	size_t i;

	(void)state;
	assert_non_null(numbers);
	for (i = 0; i < 500; i++) {
		r.id.b[1] = (uint8_t)i;
		r.id.b[2] = (uint8_t)(i >> 8);
		assert_int_equal(add_request(&r), ST_OK);
	}
	assert_int_equal(
	    rules_feed_view(l.feed, here, SCENE_NOW, NULL, NULL, &v), ST_OK);
	assert_int_equal(v.item_count, 500);
	for (i = 0; i < 500; i++)
		assert_int_equal(v.items[i], FIRST + i);
	assert_int_equal(v.note_count, 4);
	rules_feed_view_fini(&v);
	free(numbers);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_from_opens_to_expires),
		T(test_several_need_each_note_once),
		T(test_in_each_district_near),
		T(test_urgent_lapses),
		T(test_ends),
		T(test_who_must_sign),
		T(test_unknown_agency_and_twice),
		T(test_class_that_may_not_ask),
		T(test_suspension),
		T(test_refused_after_all),
		T(test_agency_changes_its_key),
		T(test_letters_must_be_in_force),
		T(test_texts_that_are_gone),
		T(test_directory_ends_notes),
		T(test_policy_in_force),
		T(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
