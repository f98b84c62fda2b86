/* A platform with its watchers: what is filed is what residents then read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "world.h"

static struct world w;

static struct geo_district
centre(void)
{
	return district_of(
	    (struct geo_point){ WORLD_CENTRE_LON, WORLD_CENTRE_LAT });
}

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
read_one(const struct request *r, bool there)
{
	const struct collection_item *item;
	struct collection *c = NULL;
	struct diag d = { 0 };
	enum status st = world_read(&w, centre(), &c, &d);

	if (st != ST_OK)
		print_error("%s: %s\n", d.problem, d.text);
	assert_int_equal(st, ST_OK);
	item = collection_item(c, &r->id);
	assert_int_equal(item != NULL, there);
	if (there) {
		assert_string_equal(item->request.case_number, r->case_number);
		assert_string_equal(item->agency->name, "police.example");
		assert_string_equal(item->text.words.title, "Hit and run");
	}
	collection_free(&c);
}

static void
publishes_and_shows(void **state)
{
	struct world_reply first, again;
	struct request r;

	(void)state;
	world_request(&w, &r, "24-0001");
	world_publish(&w, &r, &first);
	assert_int_equal(first.code, 201);
	assert_true(
	    strncmp(json_string_value(json_object_get(first.body, "proof")),
		"c2sp.org/tlog-proof@v1\n", 23) == 0);
	/* It is there as soon as the answer is. */
	read_one(&r, true);
	/* The same bytes again get the same answer. */
	world_publish(&w, &r, &again);
	assert_int_equal(again.code, 201);
	assert_true(json_equal(first.body, again.body));
	world_reply_fini(&first);
	world_reply_fini(&again);
}

static void
refuses_another_with_the_same_id(void **state)
{
	struct world_reply reply;
	struct request r, other;

	(void)state;
	world_request(&w, &r, "24-0010");
	world_move(&r, 3000);
	world_publish(&w, &r, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	world_request(&w, &other, "24-0011");
	other.id = r.id;
	world_publish(&w, &other, &reply);
	assert_int_equal(reply.code, 409);
	assert_string_equal(reply.problem, "request-id");
	world_reply_fini(&reply);
}

static void
ends_a_request(void **state)
{
	const struct world_key *signers[] = { &w.agency };
	struct request_end e = { .time = clock_now(), .reason = "resolved" };
	struct world_reply reply;
	struct request r;
	struct buf note;

	(void)state;
	world_request(&w, &r, "24-0020");
	world_move(&r, -2600);
	world_publish(&w, &r, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	e.request = r.id;
	buf_init(&note, DOC_MAX);
	world_note(request_end_json(&e), REQUEST_END_TYPE, signers, 1, &note);
	world_file(&w, buf_text(&note), NULL, NULL, &reply);
	assert_int_equal(reply.code, 201);
	world_reply_fini(&reply);
	buf_fini(&note);
	read_one(&r, false);
}

static void
survives_a_restart(void **state)
{
	struct world_reply first, again;
	struct request r;

	(void)state;
	world_request(&w, &r, "24-0030");
	world_move(&r, 6000);
	world_publish(&w, &r, &first);
	assert_int_equal(first.code, 201);
	world_restart(&w);
	world_publish(&w, &r, &again);
	assert_int_equal(again.code, 201);
	assert_true(json_equal(first.body, again.body));
	world_reply_fini(&first);
	world_reply_fini(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publishes_and_shows),
		cmocka_unit_test(refuses_another_with_the_same_id),
		cmocka_unit_test(ends_a_request),
		cmocka_unit_test(survives_a_restart),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
