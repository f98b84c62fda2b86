/*
 * A home against a real platform: what it takes, what it finds, and what it
 * refuses before anything is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/world.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "home/home.h"
#include "home/home_net.h"
#include "protocol/account.h"

static struct world w;
static char home[128], trust[128], clip[256];
static struct request asked;
static const struct geo_point here = { WORLD_CENTRE_LON, WORLD_CENTRE_LAT };

/* The programs that are executed, in one directory. */
static void
link_helpers(void)
{
	char dir[128], path[192];

	(void)snprintf(dir, sizeof(dir), "%s/libexec", w.dir);
	PRE(file_mkdir(dir, NULL) == ST_OK);
	(void)snprintf(path, sizeof(path), "%s/porchlight-keyd", dir);
	PRE(symlink(KEYD_BUILT, path) == 0);
	(void)snprintf(path, sizeof(path), "%s/porchlight-media", dir);
	PRE(symlink(MEDIA_BUILT, path) == 0);
	(void)setenv("PORCHLIGHT_LIBEXEC", dir, 1);
}

static int
setup(void **state)
{
	const char *shared = getenv("PORCHLIGHT_SHARED");
	struct world_reply r;
	struct diag d = { 0 };
	int given = getenv("PORCHLIGHT_LIBEXEC") != NULL;

	(void)state;
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_DIR, 0);
	world_start(&w);
	world_admit(&w);
	world_request(&w, &asked, "24-1");
	world_publish(&w, &asked, &r);
	PRE(r.code == 201);
	world_reply_fini(&r);
	if (!given)
		link_helpers();
	(void)snprintf(home, sizeof(home), "%s/home", w.dir);
	(void)snprintf(trust, sizeof(trust), "%s/platform/trust.json", w.dir);
	(void)snprintf(clip, sizeof(clip), "%s/footage/test_h264.mp4",
	    shared != NULL ? shared : SHARED_DEFAULT);
	if (home_init(home, trust, w.url, &d) == ST_OK)
		return 0;
	(void)fprintf(stderr, "home_init: %s\n", d.text);
	return -1;
}

static int
teardown(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

static int64_t
passes(int64_t *good)
{
	struct diag d = { 0 };
	int64_t early;

	assert_int_equal(home_take(home, true, NULL, good, &early, &d), ST_OK);
	return early;
}

static void
a_home_without_passes_shares_nothing(void **state)
{
	struct home_clip c = { .path = clip };
	struct home_share what = { .place = here,
		.clips = &c,
		.clip_count = 1,
		.early = true,
		.yes = true };
	struct home_shared out;
	struct diag d = { 0 };

	(void)state;
	if (access(clip, R_OK) != 0)
		skip();
	assert_int_equal(home_share(home, &what, NULL, &out, &d), ST_NOTFOUND);
	assert_string_equal(d.problem, "no-pass");
}

static void
the_whole_quota_is_taken_once(void **state)
{
	int64_t good;

	(void)state;
	assert_int_equal(passes(&good), purpose_quota(PURPOSE_SHARE));
	assert_int_equal(good, 0);
	assert_int_equal(passes(&good), purpose_quota(PURPOSE_SHARE));
}

static void
another_trust_file_is_not_taken_for_the_same_home(void **state)
{
	char other[160];
	struct trust t = w.trust;
	struct diag d = { 0 };
	struct buf b;

	(void)state;
	t.k = 3;
	buf_init(&b, TRUST_FILE);
	assert_int_equal(trust_write(&t, &b), ST_OK);
	(void)snprintf(other, sizeof(other), "%s/other.json", w.dir);
	assert_int_equal(file_write(other, 0600, b.p, b.n, &d), ST_OK);
	assert_int_equal(home_init(home, other, w.url, &d), ST_CONFLICT);
	buf_fini(&b);
}

/* What home_share() says where it should send nothing. */
static enum status
refused(struct home_share *what, struct diag *d)
{
	struct home_clip c = { .path = clip };
	struct home_shared out;

	*d = (struct diag){ 0 };
	what->clips = &c;
	what->clip_count = 1;
	return home_share(home, what, NULL, &out, d);
}

static void
a_request_that_is_not_shown_is_missing(void **state)
{
	struct home_share what = { .place = here };
	struct id other = asked.id;
	struct diag d;

	(void)state;
	other.b[0] ^= 1;
	what.request = &other;
	assert_int_equal(refused(&what, &d), ST_NOTFOUND);
	assert_string_equal(d.problem, "request-missing");
}

static void
a_home_outside_of_the_area_is_told_so(void **state)
{
	struct home_share what = { .place = here, .request = &asked.id };
	struct diag d;

	(void)state;
	what.place.lat += 5000; /* some 550 m */
	assert_int_equal(refused(&what, &d), ST_RULE);
	assert_string_equal(d.problem, "outside");
}

static void
nothing_is_sent_without_consent_and_the_pass_comes_back(void **state)
{
	struct home_share what = { .place = here, .early = true };
	int64_t before, after, good;
	struct diag d;

	(void)state;
	if (access(clip, R_OK) != 0)
		skip();
	before = passes(&good);
	assert_int_equal(refused(&what, &d), ST_FORBIDDEN);
	assert_string_equal(d.problem, "not-agreed");
	what = (struct home_share){ .place = here, .yes = true };
	assert_int_equal(refused(&what, &d), ST_FORBIDDEN);
	assert_string_equal(d.problem, "not-agreed");
	after = passes(&good);
	assert_int_equal(before, after);
}

static void
a_locker_is_found_by_its_name_and_verified(void **state)
{
	struct home_locker found;
	struct home_net n;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(home_net_open(&n, trust, w.url, &d), ST_OK);
	assert_int_equal(home_net_directory(&n, &d), ST_OK);
	assert_int_equal(
	    home_find_locker(&n, w.locker.key.name, &found, &d), ST_OK);
	assert_true(note_key_equal(&found.key, &w.locker.key));
	assert_int_equal(
	    home_find_locker(&n, "nobody.example", &found, &d), ST_NOTFOUND);
	assert_string_equal(d.problem, "locker-missing");
	d = (struct diag){ 0 };
	assert_int_equal(
	    home_find_locker(&n, "../letters", &found, &d), ST_INVALID);
	home_net_close(&n);
}

static void
wrong_words_are_told_before_anything_is_asked(void **state)
{
	struct home_status out;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(home_status("one two three", w.locker.key.name,
			     "http://127.0.0.1:1", trust, &out, &d),
	    ST_INVALID);
}

static void
nothing_under_way_is_nothing_to_resume(void **state)
{
	struct home_shared out;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(home_resume(home, 0, NULL, &out, &d), ST_NOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_home_without_passes_shares_nothing),
		cmocka_unit_test(the_whole_quota_is_taken_once),
		cmocka_unit_test(
		    another_trust_file_is_not_taken_for_the_same_home),
		cmocka_unit_test(a_request_that_is_not_shown_is_missing),
		cmocka_unit_test(a_home_outside_of_the_area_is_told_so),
		cmocka_unit_test(
		    nothing_is_sent_without_consent_and_the_pass_comes_back),
		cmocka_unit_test(a_locker_is_found_by_its_name_and_verified),
		cmocka_unit_test(wrong_words_are_told_before_anything_is_asked),
		cmocka_unit_test(nothing_under_way_is_nothing_to_resume),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
