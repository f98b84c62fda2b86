#include "scene.h"

#include <string.h>

#include "agency/locker/intake.h"
#include "base/clock.h"
#include "base/diag.h"

/* From a sealed upload to a finding, and nothing sealed is left. */
static void
takes_in(void **state)
{
	struct office *a = scene_open();
	struct scene_pass *pass;
	struct buf up, clip;

	(void)state;
	pass = scene_good(&up);
	scene_put(a, &up);
	assert_string_equal(scene_state(a, &pass->submission, NULL), "");
	assert_int_equal(intake_run(a), ST_OK);
	assert_string_equal(
	    scene_state(a, &pass->submission, NULL), "received");
	buf_init(&clip, 4 << 20);
	assert_string_equal(scene_finding(a, &pass->submission),
	    scene_footage("test_h264.mp4", &clip) ? "unchanged" : "unreadable");
	buf_fini(&clip);
	assert_int_equal(scene_blobs("uploads"), 0);
	assert_int_equal(scene_blobs("items"), 1);
	buf_fini(&up);
	agency_close(&a);
}

/* Stopped after each step, it goes on and comes to the same. */
static void
resumes(void **state)
{
	struct office *a = scene_open();
	struct scene_pass *pass;
	size_t items = scene_blobs("items"), steps = 0;
	bool worked = true;
	struct buf up;

	(void)state;
	pass = scene_good(&up);
	scene_put(a, &up);
	while (worked) {
		assert_int_equal(intake_step(a, &worked), ST_OK);
		steps += worked;
		agency_close(&a);
		a = scene_open();
		assert_int_equal(intake_sweep(a), ST_OK);
	}
	/* Opened, erased, looked at, found. */
	assert_int_equal(steps, 4);
	assert_string_equal(
	    scene_state(a, &pass->submission, NULL), "received");
	assert_string_not_equal(scene_finding(a, &pass->submission), "");
	assert_int_equal(scene_blobs("items"), items + 1);
	assert_int_equal(scene_blobs("uploads"), 0);
	buf_fini(&up);
	agency_close(&a);
}

/* Intake one bag and say what became of it. */
static const char *
fate(const struct scene_bag *b, char problem[32])
{
	static char state[32];
	struct office *a = scene_open();
	struct buf up;

	scene_seal(b, &up);
	scene_put(a, &up);
	assert_int_equal(intake_run(a), ST_OK);
	(void)strncpy(state, scene_state(a, &b->pass->submission, problem),
	    sizeof(state) - 1);
	assert_int_equal(scene_blobs("uploads"), 0);
	buf_fini(&up);
	agency_close(&a);
	return state;
}

static void
refuses(void **state)
{
	size_t items = scene_blobs("items");
	char problem[32];
	struct scene_bag b = { .clips = 1 };

	(void)state;
	b.pass = scene_pass();
	b.first_name = "../../../etc/x";
	assert_string_equal(fate(&b, problem), "refused");
	assert_string_equal(problem, "bag-path");
	b = (struct scene_bag){ .pass = scene_pass(), .clips = 0 };
	assert_string_equal(fate(&b, problem), "refused");
	assert_string_equal(problem, "bag-no-clip");
	b = (struct scene_bag){ .pass = scene_pass(), .clips = 26 };
	assert_string_equal(fate(&b, problem), "refused");
	assert_string_equal(problem, "bag-too-many-clips");
	b = (struct scene_bag){
		.pass = scene_pass(), .clips = 1, .other_request = true
	};
	assert_string_equal(fate(&b, problem), "refused");
	assert_string_equal(problem, "share-request");
	b = (struct scene_bag){
		.pass = scene_pass(), .clips = 1, .other_manifest = true
	};
	assert_string_equal(fate(&b, problem), "refused");
	assert_string_equal(problem, "share-manifest");
	/* What was refused leaves nothing behind. */
	assert_int_equal(scene_blobs("items"), items);
}

/* Without a pass that is real, nothing is kept, not even a name. */
static void
drops(void **state)
{
	size_t items = scene_blobs("items");
	struct scene_pass forged = *scene_pass(), carry;
	struct scene_bag b = { .pass = &forged, .clips = 1 };
	char problem[32];

	(void)state;
	forged.token.authenticator[7] ^= 1;
	assert_string_equal(fate(&b, problem), "");
	scene_carry_pass(&carry);
	b.pass = &carry;
	assert_string_equal(fate(&b, problem), "");
	assert_int_equal(scene_blobs("items"), items);
}

/* The same pass again: the same bag is a repeat, another changes nothing. */
static void
spends_once(void **state)
{
	struct office *a = scene_open();
	struct scene_bag b = { .pass = scene_pass(), .clips = 1 };
	size_t items;
	struct buf first, second;

	(void)state;
	scene_seal(&b, &first);
	b.clips = 2;
	scene_seal(&b, &second);
	scene_put(a, &first);
	assert_int_equal(intake_run(a), ST_OK);
	items = scene_blobs("items");
	scene_put(a, &first);
	scene_put(a, &second);
	assert_int_equal(intake_run(a), ST_OK);
	assert_string_equal(
	    scene_state(a, &b.pass->submission, NULL), "received");
	assert_int_equal(scene_blobs("items"), items);
	assert_int_equal(scene_blobs("uploads"), 0);
	buf_fini(&first);
	buf_fini(&second);
	agency_close(&a);
}

/* A clip that is none, and one that was cut off, are kept and found so. */
static void
finds_unreadable(void **state)
{
	struct office *a = scene_open();
	static const char elf[] = "\177ELF\2\1\1 not a film";
	struct scene_bag b = { .pass = scene_pass(),
		.clips = 1,
		.clip = elf,
		.clip_n = sizeof(elf) };
	struct buf up, clip;

	(void)state;
	scene_seal(&b, &up);
	scene_put(a, &up);
	buf_fini(&up);
	assert_int_equal(intake_run(a), ST_OK);
	assert_string_equal(
	    scene_state(a, &b.pass->submission, NULL), "received");
	assert_string_equal(
	    scene_finding(a, &b.pass->submission), "unreadable");
	buf_init(&clip, 4 << 20);
	if (scene_footage("test_h264.mp4", &clip)) {
		b = (struct scene_bag){ .pass = scene_pass(),
			.clips = 1,
			.clip = clip.p,
			.clip_n = clip.n / 10 };
		scene_seal(&b, &up);
		scene_put(a, &up);
		buf_fini(&up);
		assert_int_equal(intake_run(a), ST_OK);
		assert_string_equal(
		    scene_finding(a, &b.pass->submission), "unreadable");
	}
	buf_fini(&clip);
	agency_close(&a);
}

/* Sealed bytes that are cut off or changed are dropped. */
static void
drops_damaged(void **state)
{
	struct office *a = scene_open();
	struct scene_bag b = { .pass = scene_pass(), .clips = 1 };
	size_t items = scene_blobs("items");
	struct buf up;

	(void)state;
	scene_seal(&b, &up);
	up.p[60] ^= 1;
	scene_put(a, &up);
	up.p[60] ^= 1;
	up.p[up.n - 20] ^= 1;
	scene_put(a, &up);
	assert_int_equal(intake_run(a), ST_OK);
	assert_string_equal(scene_state(a, &b.pass->submission, NULL), "");
	assert_int_equal(scene_blobs("items"), items);
	assert_int_equal(scene_blobs("uploads"), 0);
	buf_fini(&up);
	agency_close(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_in),
		cmocka_unit_test(resumes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(drops),
		cmocka_unit_test(spends_once),
		cmocka_unit_test(finds_unreadable),
		cmocka_unit_test(drops_damaged),
	};

	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
