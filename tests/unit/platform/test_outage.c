/*
 * Watchers that are down, a platform that restarts, and one that must not
 * start: a port in use, keys that are missing, a database of another log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "expect.h"
#include "platform/platform.h"
#include "protocol/collection.h"
#include "protocol/doc.h"

#define DEADLINE_MS 30000

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

static void
new_request(struct request *r, const char *number, double east_m)
{
	world_request(&w, r, number);
	expect_place(r, east_m, 0, 400);
}

static bool
shown(const struct request *r)
{
	struct geo_district t = district_of(r->area.v[0]);
	struct collection *c = NULL;
	struct diag d = { 0 };
	bool there;

	if (world_read(&w, t, &c, &d) != ST_OK)
		fail_msg("%s: %s", d.problem, d.text);
	there = collection_item(c, &r->id) != NULL;
	collection_free(&c);
	return there;
}

static void
needs_two_of_three(void **state)
{
	struct world_reply reply;
	struct request r;

	(void)state;
	world_watcher_stop(&w, 1);
	new_request(&r, "30-0001", -3000);
	world_publish(&w, &r, &reply);
	assert_non_null(json_object_get(reply.body, "proof"));
	(void)expect_filed("with one watcher down", &reply);
	assert_true(shown(&r));
	world_watcher_start(&w, 1);
}

/* File r again until it is there with its proof; the log number. */
static int64_t
file_until_proved(struct request *r)
{
	int64_t until = clock_monotonic_ms() + DEADLINE_MS;
	struct world_reply reply;

	do {
		world_publish(&w, r, &reply);
		if (reply.code == 202)
			world_reply_fini(&reply);
	} while (reply.code == 202 && clock_monotonic_ms() < until);
	assert_non_null(json_object_get(reply.body, "proof"));
	return expect_filed("once the watchers are back", &reply);
}

static void
expect_pending(struct request *r, int64_t *index)
{
	struct world_reply reply;

	world_publish(&w, r, &reply);
	assert_int_equal(reply.code, 202);
	assert_string_equal(reply.state, "pending");
	assert_true(reply.index > 0);
	assert_null(json_object_get(reply.body, "proof"));
	*index = reply.index;
	world_reply_fini(&reply);
	assert_false(shown(r));
}

static void
waits_for_watchers(void **state)
{
	struct request r, inside;
	struct world_reply reply;
	int64_t index, again;

	(void)state;
	world_watcher_stop(&w, 0);
	world_watcher_stop(&w, 2);
	new_request(&r, "30-0010", 0);
	expect_pending(&r, &index);
	/* It is logged already: the same bytes have the same number, and one
	 * that conflicts does not get in meanwhile. */
	expect_pending(&r, &again);
	assert_int_equal(index, again);
	new_request(&inside, "30-0011", 100);
	world_publish(&w, &inside, &reply);
	expect_problem(&w, "one that overlaps a pending one", &reply,
	    &(struct expect){ 422, "neighbour-overlap", "area", NULL });
	world_watcher_start(&w, 0);
	world_watcher_start(&w, 2);
	assert_int_equal(file_until_proved(&r), index);
	assert_true(shown(&r));
}

/* What is pending when the platform stops is published after its start. */
static void
keeps_what_is_pending(void **state)
{
	struct request r;
	int64_t index;

	(void)state;
	world_watcher_stop(&w, 0);
	world_watcher_stop(&w, 1);
	new_request(&r, "30-0020", 3000);
	expect_pending(&r, &index);
	world_restart(&w);
	assert_false(shown(&r));
	world_watcher_start(&w, 0);
	world_watcher_start(&w, 1);
	assert_int_equal(file_until_proved(&r), index);
	assert_true(shown(&r));
}

/* -- starting --------------------------------------------------------------- */

static enum status
start(uint16_t port, struct diag *d)
{
	struct platform_config c = { .port = port };
	struct platform *p = NULL;
	char dir[128];
	enum status st;

	(void)snprintf(dir, sizeof(dir), "%s/platform", w.dir);
	c.dir = dir;
	*d = (struct diag){ 0 };
	st = platform_start(&c, &p, d);
	assert_true((st == ST_OK) == (p != NULL));
	platform_stop(&p);
	return st;
}

static void
refuses_a_port_in_use(void **state)
{
	/* A watcher's port stands for any other program's. */
	struct diag d;
	char port[16];

	(void)state;
	platform_stop(&w.platform);
	assert_int_not_equal(start(w.ports[0], &d), ST_OK);
	(void)snprintf(port, sizeof(port), "%u", w.ports[0]);
	if (strstr(d.text, port) == NULL)
		fail_msg("it does not name the port: %s", d.text);
	world_restart(&w);
}

/* Take NAME of the platform's directory away, and it says what is missing. */
static void
start_without(const char *name)
{
	char path[128], away[128], command[160];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/platform/%s", w.dir, name);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", path);
	(void)snprintf(away, sizeof(away), "%s/away", w.dir);
	assert_int_equal(rename(path, away), 0);
	assert_int_not_equal(start(0, &d), ST_OK);
	if (strstr(d.text, path) == NULL)
		fail_msg("without %s it says: %s", name, d.text);
	/* An empty directory of keys may have been made. */
	assert_int_equal(system(command), 0);
	assert_int_equal(rename(away, path), 0);
}

static void
refuses_missing_files(void **state)
{
	(void)state;
	platform_stop(&w.platform);
	start_without("platform.ini");
	start_without("trust.json");
	start_without("keys");
	world_restart(&w);
}

/* Run sql on a copy of the database, try to start, and put it back. */
static void
start_with(const char *sql, enum status why, const char *says)
{
	char path[128], command[600];
	sqlite3 *db = NULL;
	struct diag d;
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/platform/platform.db", w.dir);
	(void)snprintf(
	    command, sizeof(command), "cp '%s' '%s.good'", path, path);
	assert_int_equal(system(command), 0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	st = start(0, &d);
	(void)snprintf(command, sizeof(command),
	    "rm -f '%s-wal' '%s-shm' && mv '%s.good' '%s'", path, path, path,
	    path);
	assert_int_equal(system(command), 0);
	if (st != why || strstr(d.text, says) == NULL)
		fail_msg("%s: %s, %s", sql, status_name(st), d.text);
}

static void
refuses_a_database_of_another_log(void **state)
{
	struct world_reply reply;
	struct request r;

	(void)state;
	platform_stop(&w.platform);
	start_with("DELETE FROM entry WHERE idx = (SELECT MAX(idx) FROM entry)",
	    ST_INVALID, "does not match");
	start_with("UPDATE entry SET note = CAST(CAST(note AS TEXT) || "
		   "'x' AS BLOB) WHERE idx = 1",
	    ST_INVALID, "does not match");
	start_with(
	    "DELETE FROM entry WHERE idx = 1", ST_INVALID, "log number 1");
	/* A checkpoint that the log never signed. */
	start_with("UPDATE checkpoint SET note = CAST(REPLACE(CAST(note AS "
		   "TEXT), char(10) || size || char(10), char(10) || (size - 1)"
		   " || char(10)) AS BLOB)",
	    ST_SIGNATURE, "not signed by the log's key");
	/* As it was, it goes on. */
	world_restart(&w);
	new_request(&r, "30-0030", 6000);
	world_publish(&w, &r, &reply);
	(void)expect_filed("afterwards", &reply);
	assert_true(shown(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_two_of_three),
		cmocka_unit_test(waits_for_watchers),
		cmocka_unit_test(keeps_what_is_pending),
		cmocka_unit_test(refuses_a_port_in_use),
		cmocka_unit_test(refuses_missing_files),
		cmocka_unit_test(refuses_a_database_of_another_log),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
