#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agency/locker/intake.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "evidence/package.h"

#define SAMPLES 120

static struct office *office;
static struct scene_pass *pass;
static char path[256];

static int
setup(void **state)
{
	struct buf up;

	if (scene_setup(state) != 0)
		return -1;
	office = scene_open();
	pass = scene_good(&up);
	scene_put(office, &up);
	buf_fini(&up);
	(void)snprintf(path, sizeof(path), "%s/p.zip", scene.w.dir);
	return intake_run(office) == ST_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	agency_close(&office);
	return scene_teardown(state);
}

struct seen {
	size_t n, unchecked;
	char failed[64], text[700];
	bool shout;
};

static void
see(void *arg, const char *name, const char *title,
    enum package_verdict verdict, const char *detail)
{
	struct seen *s = arg;

	s->n++;
	s->unchecked += verdict == PACKAGE_UNCHECKED;
	if (verdict == PACKAGE_FAILED && s->failed[0] == '\0') {
		(void)snprintf(s->failed, sizeof(s->failed), "%s", name);
		(void)snprintf(s->text, sizeof(s->text), "%s", detail);
	}
	if (s->shout)
		print_message(
		    "%d %s: %s %s\n", (int)verdict, name, title, detail);
}

static enum status
verify(const char *file, struct seen *s)
{
	struct package_summary sum;

	return package_verify(
	    file, &scene.w.trust, see, s, clock_now(), &sum, NULL);
}

static void
exports_and_verifies(void **state)
{
	struct seen s = { .shout = true };
	struct package_summary sum = { 0 };
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(agency_package(office, &pass->submission, "federal",
			     "warrant 7", path, &d),
	    ST_INVALID);
	d = (struct diag){ 0 };
	assert_int_equal(agency_package(office, &pass->submission, "prosecutor",
			     "warrant 7", path, &d),
	    ST_OK);
	assert_int_equal(package_verify(path, &scene.w.trust, see, &s,
			     clock_now(), &sum, &d),
	    ST_OK);
	assert_int_equal(sum.failed, 0);
	/* The log's cover of the custody list; nothing else. */
	assert_int_equal(sum.unchecked, 1);
	assert_string_equal(sum.agency, "lakeland.example");
	assert_string_equal(sum.case_number, "24-117");
	assert_true(id_equal(&sum.submission, &pass->submission));
	/* It is there already. */
	assert_int_equal(agency_package(office, &pass->submission, "prosecutor",
			     "warrant 7", path, NULL),
	    ST_CONFLICT);
}

/* One byte anywhere, and it is not the package any more. */
static void
fails_on_any_byte(void **state)
{
	char copy[256];
	struct buf b;
	size_t i, at;

	(void)state;
	(void)snprintf(copy, sizeof(copy), "%s/flip.zip", scene.w.dir);
	buf_init(&b, 16 << 20);
	assert_int_equal(file_read(path, &b, NULL), ST_OK);
	srand(1);
	for (i = 0; i < SAMPLES; i++) {
		struct seen s = { 0 };
		/* The clip is most of the file; documents come first. */
		size_t region = i % 3 == 0 ? b.n : i % 3 == 1 ? 8000 : 40000;

		at = i % 3 == 2 ? b.n - 1 - (size_t)rand() % region
				: (size_t)rand() % region;
		b.p[at] ^= (uint8_t)(1 << (i % 8));
		assert_int_equal(file_write(copy, 0600, b.p, b.n, NULL), ST_OK);
		if (verify(copy, &s) == ST_OK)
			fail_msg("the byte at %zu was not missed", at);
		b.p[at] ^= (uint8_t)(1 << (i % 8));
	}
	/* Cut off, or longer. */
	{
		struct seen s = { 0 };

		assert_int_equal(
		    file_write(copy, 0600, b.p, b.n - 1, NULL), ST_OK);
		assert_int_not_equal(verify(copy, &s), ST_OK);
		buf_putc(&b, 'x');
		s = (struct seen){ 0 };
		assert_int_equal(file_write(copy, 0600, b.p, b.n, NULL), ST_OK);
		assert_int_not_equal(verify(copy, &s), ST_OK);
	}
	buf_fini(&b);
}

/* Whom one trusts is got elsewhere: another trust file makes it nothing. */
static void
fails_by_another_trust(void **state)
{
	struct trust other = scene.w.trust;
	struct package_summary sum;
	struct seen s = { 0 };

	(void)state;
	other.watchers[0].key.pub[3] ^= 1;
	other.watchers[1].key.pub[3] ^= 1;
	assert_int_equal(
	    package_verify(path, &other, see, &s, clock_now(), &sum, NULL),
	    ST_SIGNATURE);
	assert_string_equal(s.failed, "directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exports_and_verifies),
		cmocka_unit_test(fails_on_any_byte),
		cmocka_unit_test(fails_by_another_trust),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
