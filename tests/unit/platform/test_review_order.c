/*
 * What must not get in by being old, and what the same bytes are answered
 * with when many file them at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/random.h"
#include "expect.h"
#include "protocol/doc.h"

#define DAY 86400
#define THREADS 8

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
file_agency(const struct agency *a, struct world_reply *reply)
{
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_agency_note(&w, a, &note);
	world_file(&w, buf_text(&note), NULL, w.jurisdiction, reply);
	buf_fini(&note);
}

/* A note that was signed and replaced before it was filed stays out. */
static void
refuses_an_older_admission(void **state)
{
	struct world_reply reply;
	struct agency a = w.admitted;

	(void)state;
	a.time -= DAY;
	file_agency(&a, &reply);
	expect_problem(&w, "an older admission", &reply,
	    &(struct expect){ 422, NULL, "time", NULL });
	a.time = clock_now() + DAY;
	file_agency(&a, &reply);
	expect_problem(&w, "one from tomorrow", &reply,
	    &(struct expect){ 422, NULL, "time", "5 minutes" });
}

static void
decide(const char *action, const char *subject, const struct id *id,
    struct world_reply *reply)
{
	struct decision x = { .time = clock_now(),
		.id = *id,
		.action = action,
		.subject = subject,
		.rule = "",
		.reason = "A test decides." };
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_own_note(&w, decision_json(&x), DECISION_TYPE, &note);
	world_file(&w, buf_text(&note), NULL, NULL, reply);
	buf_fini(&note);
}

static void
refuses_decisions_without_effect(void **state)
{
	struct world_reply reply;
	char subject[ID_TEXT];
	struct id id;

	(void)state;
	random_id(&id);
	decide("suspend", "nobody.example", &id, &reply);
	expect_problem(&w, "a suspension of nobody", &reply,
	    &(struct expect){ 404, "agency-unknown", "subject", NULL });
	decide("refuse", "police.example", &id, &reply);
	expect_problem(&w, "a refusal of an agency", &reply,
	    &(struct expect){ 400, NULL, "subject", NULL });
	id_text(&id, subject);
	decide("refuse", subject, &id, &reply);
	(void)expect_filed("a refusal", &reply);
	decide("lift", subject, &id, &reply);
	expect_problem(&w, "another decision of that id", &reply,
	    &(struct expect){ 409, NULL, "id", NULL });
}

static void
refuses_behalf_of_itself(void **state)
{
	const char *names[] = { "police.example" };
	struct world_reply reply;
	struct request r;

	(void)state;
	world_request(&w, &r, "50-0001");
	r.on_behalf_of = (struct json_strs){ names, 1 };
	world_publish(&w, &r, &reply);
	expect_problem(&w, "on behalf of itself", &reply,
	    &(struct expect){ 400, NULL, "on_behalf_of", NULL });
}

/* The old recipient has run out: nobody could ask how a submission fared. */
static void
refuses_a_silent_locker(void **state)
{
	struct world_reply reply;
	struct request r;

	(void)state;
	clock_shift(7 * DAY);
	world_request(&w, &r, "50-0002");
	world_publish(&w, &r, &reply);
	clock_shift(-7 * DAY);
	expect_problem(&w, "without a letter recipient", &reply,
	    &(struct expect){ 409, "locker-silent", "recipient", NULL });
}

static struct request shared;

static void *
publish_shared(void *arg)
{
	struct request r = shared;

	world_publish(&w, &r, arg);
	return NULL;
}

static void
answers_eight_at_once_alike(void **state)
{
	struct world_reply replies[THREADS];
	pthread_t threads[THREADS];
	int64_t index;
	size_t i;

	(void)state;
	world_request(&w, &shared, "50-0003");
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     publish_shared, &replies[i]),
		    0);
	for (i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	index = replies[0].index;
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(replies[i].index, index);
		(void)expect_filed("one of eight", &replies[i]);
	}
	assert_int_equal(world_logged(&w, REQUEST_TYPE), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_older_admission),
		cmocka_unit_test(refuses_decisions_without_effect),
		cmocka_unit_test(refuses_behalf_of_itself),
		cmocka_unit_test(answers_eight_at_once_alike),
		cmocka_unit_test(refuses_a_silent_locker),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
