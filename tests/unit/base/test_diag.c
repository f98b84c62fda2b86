/* diag and status: what went wrong, for a person and for a log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"

static void
the_first_failure_is_kept(void **state)
{
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    diag_set(&d, ST_RULE, "area", "60 m", "It is %d m.", 59), ST_RULE);
	assert_int_equal(
	    diag_problem(&d, ST_FAIL, "other", "x", "y", "Later."), ST_FAIL);
	assert_string_equal(d.text, "It is 59 m.");
	assert_string_equal(d.field, "area");
	assert_string_equal(d.limit, "60 m");
	assert_string_equal(d.problem, "");
	assert_int_equal(diag_set(NULL, ST_IO, "", "", "Nowhere."), ST_IO);
}

static void
long_texts_are_cut(void **state)
{
	struct diag d = { 0 };
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)diag_problem(&d, ST_INVALID, text, text, text, "%s", text);
	assert_int_equal(strlen(d.text), sizeof(d.text) - 1);
	assert_int_equal(strlen(d.field), sizeof(d.field) - 1);
	assert_int_equal(strlen(d.limit), sizeof(d.limit) - 1);
	assert_int_equal(strlen(d.problem), sizeof(d.problem) - 1);
}

/* Run log_line with stderr in a pipe; what came is in out. */
static void
logged(char *out, size_t size, enum log_level level, const char *value)
{
	int ends[2], saved = dup(2);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], 2) == 2);
	log_line(level, "probe", "value=%s", value);
	assert_true(dup2(saved, 2) == 2);
	(void)close(saved);
	(void)close(ends[1]);
	n = read(ends[0], out, size - 1);
	(void)close(ends[0]);
	assert_true(n >= 0);
	out[n] = '\0';
}

static void
a_log_line_is_one_line(void **state)
{
	char out[4096];
	char text[3000];

	(void)state;
	log_role("tester");
	logged(out, sizeof(out), LOG_WARN, "a\nb\x1b[2J\r");
	assert_non_null(strstr(out, "Z warn tester probe value=a?b?[2J?\n"));
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	logged(out, sizeof(out), LOG_WARN, text);
	assert_true(strlen(out) <= 1024);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

static void
the_threshold_drops_lines(void **state)
{
	char out[4096];

	(void)state;
	logged(out, sizeof(out), LOG_DEBUG, "x");
	assert_string_equal(out, "");
	log_threshold(LOG_ERROR);
	logged(out, sizeof(out), LOG_WARN, "x");
	assert_string_equal(out, "");
	log_threshold(LOG_DEBUG);
	logged(out, sizeof(out), LOG_DEBUG, "x");
	assert_non_null(strstr(out, " debug "));
}

static void
every_status_is_told(void **state)
{
	const char *text;
	unsigned http;
	int st;

	(void)state;
	for (st = 0; st < ST_COUNT; st++) {
		http = status_http((enum status)st);
		assert_true(http >= 200 && http < 600);
		assert_true(
		    strncmp(status_name((enum status)st), "ST_", 3) == 0);
		assert_true(*status_problem((enum status)st) != '\0');
		text = status_text((enum status)st);
		assert_int_equal(text[strlen(text) - 1], '.');
		assert_null(strchr(text, '!'));
	}
	assert_int_equal(status_http(ST_OK), 200);
	assert_int_equal(ST_OK, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_failure_is_kept),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(a_log_line_is_one_line),
		cmocka_unit_test(the_threshold_drops_lines),
		cmocka_unit_test(every_status_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
