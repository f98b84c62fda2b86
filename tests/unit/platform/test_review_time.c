/*
 * A platform that runs on while time passes: readers must go on accepting what
 * it serves, though nobody files anything, though the watchers were away for
 * a day, and though a new policy comes into force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "crypto/age.h"
#include "crypto/random.h"
#include "protocol/account.h"
#include "protocol/collection.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "world.h"

#define DEADLINE_MS 20000
#define HOUR 3600
#define DAY 86400

static struct world w;

static int
set_up(void **state)
{
	(void)state;
	world_start(&w);
	world_admit(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static struct geo_district
home(void)
{
	return district_of(
	    (struct geo_point){ WORLD_CENTRE_LON, WORLD_CENTRE_LAT });
}

/* Whether a reader who knows the hour now accepts and is not warned. */
static bool
accepted(bool *shown, const struct request *r, struct diag *d)
{
	struct collection *c = NULL;
	bool ok;

	*d = (struct diag){ 0 };
	if (world_read(&w, home(), &c, d) != ST_OK)
		return false;
	ok = !c->marked;
	*shown = r != NULL && collection_item(c, &r->id) != NULL;
	collection_free(&c);
	return ok;
}

/* Wait until it is accepted again, with r shown or not. */
static void
expect_accepted(const char *when, const struct request *r, bool expected)
{
	int64_t until = clock_monotonic_ms() + DEADLINE_MS;
	struct diag d = { 0 };
	bool shown = false, ok;

	do {
		if ((ok = accepted(&shown, r, &d)) && shown == expected)
			return;
		(void)usleep(50000);
	} while (clock_monotonic_ms() < until);
	fail_msg("%s: %s, %s: %s %s", when, ok ? "accepted" : "refused",
	    shown ? "shown" : "not shown", d.problem, d.text);
}

static bool
read_directory(struct doc **doc, struct directory *dir)
{
	enum status st;
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(world_get(&w, "/v1/directory", &b), 200);
	st = directory_open(&w.trust, b.p, b.n, clock_now(), doc, dir, NULL);
	buf_fini(&b);
	return st == ST_OK;
}

/* Wait until the directory lists this and the next week's issuers. */
static void
expect_issuers(void)
{
	int64_t until = clock_monotonic_ms() + DEADLINE_MS,
		now = epoch_of(clock_now());
	struct doc *doc = NULL;
	struct directory dir;
	bool there;
	size_t i;

	do {
		there = read_directory(&doc, &dir);
		for (i = 0; i < PURPOSE_COUNT; i++)
			there = there &&
			    directory_issuer(&dir, purposes[i], now) != NULL &&
			    directory_issuer(&dir, purposes[i], now + 1) !=
				NULL;
		doc_free(&doc);
		if (!there)
			(void)usleep(50000);
	} while (!there && clock_monotonic_ms() < until);
	assert_true(there);
}

static void
publish(struct request *r, const char *number)
{
	struct world_reply reply;

	world_request(&w, r, number);
	world_publish(&w, r, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
}

static void
stays_fresh_while_idle(void **state)
{
	struct request r;

	(void)state;
	publish(&r, "40-0001");
	expect_accepted("at once", &r, true);
	clock_shift(1 * HOUR);
	expect_accepted("after an hour", &r, true);
	clock_shift(4 * HOUR);
	expect_accepted("after four more", &r, true);
	clock_shift(30 * HOUR);
	expect_accepted("after thirty more", &r, true);
	expect_issuers();
}

/* Watchers that come back a day later: what they cosign reaches readers. */
static void
recovers_from_a_day_without_watchers(void **state)
{
	struct request r;
	struct diag d;
	bool shown;
	size_t i;

	(void)state;
	world_request(&w, &r, "unused");
	for (i = 0; i < WORLD_WATCHERS; i++)
		world_watcher_stop(&w, i);
	clock_shift(25 * HOUR);
	assert_false(accepted(&shown, NULL, &d));
	assert_string_equal(d.problem, "district-stale");
	/* The house has made districts anew meanwhile, as of the old one. */
	(void)usleep(2500000);
	assert_false(accepted(&shown, NULL, &d));
	for (i = 0; i < WORLD_WATCHERS; i++)
		world_watcher_start(&w, i);
	expect_accepted("once watchers are back", &r, false);
}

static void
publish_recipient(void)
{
	const struct world_key *signers[] = { &w.locker };
	struct recipient x = { .time = clock_now(),
		.from = clock_now(),
		.until = clock_now() + 14 * DAY,
		.owner = w.locker.key.name,
		.recipient = w.recipient };
	struct world_reply reply;
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(recipient_json(&x), RECIPIENT_TYPE, signers, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	buf_fini(&note);
}

/* The district carries the policy in force, which the directory must name. */
static void
follows_a_policy_that_comes_into_force(void **state)
{
	struct world_reply reply;
	struct policy p;
	struct request r;
	struct buf note;
	int64_t change;

	(void)state;
	policy_default(&p, clock_now());
	p.force_from = change = clock_now() + 7 * DAY + 60;
	buf_init(&note, DOC_MAX);
	world_own_note(&w, policy_json(&p), POLICY_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	buf_fini(&note);
	clock_shift(7 * DAY);
	expect_issuers();
	publish_recipient();
	publish(&r, "40-0002");
	expect_accepted("before the change", &r, true);
	clock_shift(change - clock_now());
	expect_accepted("once the new policy is in force", &r, true);
}

static void
drops_what_expires(void **state)
{
	struct request r;
	struct world_reply reply;

	(void)state;
	world_request(&w, &r, "40-0003");
	world_move(&r, 5000);
	r.expires = r.opens + 1800;
	world_publish(&w, &r, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	clock_shift(r.expires - clock_now());
	expect_accepted("after it has expired", &r, false);
}

/* Suspended, gone; restored, there again, though nobody files a request. */
static void
restores_at_once(void **state)
{
	struct request r;

	(void)state;
	publish(&r, "40-0004");
	expect_accepted("at first", &r, true);
	world_decide(&w, "suspend", w.agency.key.name, "");
	expect_accepted("suspended", &r, false);
	/* Until the directory says so too. */
	clock_shift(13 * HOUR);
	expect_accepted("still suspended", &r, false);
	world_decide(&w, "restore", w.agency.key.name, "");
	expect_accepted("restored", &r, true);
}

/* The process of the platform's key process over that store, or 0. */
static pid_t
find_keyd(const char *store)
{
	char path[300], line[512], want[160];
	DIR *d = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;
	size_t n;
	FILE *f;

	(void)snprintf(want, sizeof(want), "%s/platform/%s", w.dir, store);
	while (found == 0 && (e = readdir(d)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		n = fread(line, 1, sizeof(line), f);
		if (memmem(line, n, "keyd", 4) != NULL &&
		    memmem(line, n, want, strlen(want) + 1) != NULL)
			found = (pid_t)strtol(e->d_name, NULL, 10);
		(void)fclose(f);
	}
	(void)closedir(d);
	return found;
}

/* Without its keys it serves what there is, files, and signs nothing. */
static void
outlives_its_keys(void **state)
{
	struct world_reply reply;
	struct request r;
	pid_t keyd = find_keyd("keys");
	struct buf b;

	(void)state;
	if (keyd <= 0) {
		(void)printf("skipped: the key process cannot be told\n");
		return;
	}
	assert_int_equal(kill(keyd, SIGKILL), 0);
	world_request(&w, &r, "40-0005");
	world_move(&r, -5000);
	world_publish(&w, &r, &reply);
	assert_int_equal(reply.code, 202);
	assert_string_equal(reply.state, "pending");
	world_reply_fini(&reply);
	buf_init(&b, 1 << 20);
	assert_int_equal(world_get(&w, "/v1/directory", &b), 200);
	buf_fini(&b);
	/* What was logged is published once the keys are there again. */
	world_restart(&w);
	world_publish(&w, &r, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_fresh_while_idle),
		cmocka_unit_test(recovers_from_a_day_without_watchers),
		cmocka_unit_test(follows_a_policy_that_comes_into_force),
		cmocka_unit_test(drops_what_expires),
		cmocka_unit_test(restores_at_once),
		cmocka_unit_test(outlives_its_keys),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
