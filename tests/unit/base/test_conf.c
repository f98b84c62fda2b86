/* conf: an INI file against a table of parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"

struct settings {
	const char *origin, *dir;
	int64_t port;
	bool quick;
};

#define AT(member) offsetof(struct settings, member)

static const struct conf_param params[] = {
	{ "log", "origin", CONF_TEXT, AT(origin), "", 3, 40, NULL,
	    "The log's name." },
	{ "data", "dir", CONF_TEXT, AT(dir), "", 0, 400, "", "Where it is." },
	{ "http", "port", CONF_INT, AT(port), "port", 1, 65535, "8080",
	    "Where it listens." },
	{ "demo", "quick", CONF_BOOL, AT(quick), "", 0, 0, "no",
	    "Whether to hurry." },
};

static char path[200];
static struct arena *arena;
static struct settings got;
static struct diag diag;

static enum status
read_text(const char *text)
{
	got = (struct settings){ 0 };
	diag = (struct diag){ 0 };
	assert_int_equal(
	    file_write(path, 0600, text, strlen(text), NULL), ST_OK);
	return conf_read(path, params, NELEMS(params), &got, arena, &diag);
}

static void
defaults_then_the_file(void **state)
{
	(void)state;
	assert_int_equal(read_text("; a comment\n"
				   "[log]\n"
				   "origin = town.example/log\n"
				   "[demo]\n"
				   "quick=yes\n"),
	    ST_OK);
	assert_string_equal(got.origin, "town.example/log");
	assert_string_equal(got.dir, "");
	assert_int_equal(got.port, 8080);
	assert_true(got.quick);
	assert_int_equal(
	    read_text("[log]\norigin=abc\n[http]\nport = 65535\n"), ST_OK);
	assert_int_equal(got.port, 65535);
	assert_false(got.quick);
}

static void
no_file_gives_defaults(void **state)
{
	(void)state;
	got = (struct settings){ .quick = true };
	assert_int_equal(
	    conf_read(NULL, params, NELEMS(params), &got, arena, NULL), ST_OK);
	assert_int_equal(got.port, 8080);
	assert_false(got.quick);
	assert_int_equal(conf_read("/nonexistent/x.ini", params, NELEMS(params),
			     &got, arena, &diag),
	    ST_NOTFOUND);
}

static void
mistakes_name_line_parameter_and_limit(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("[log]\norigin=abc\n\n[http]\nport=65536\n"), ST_INVALID);
	assert_string_equal(diag.field, "http.port");
	assert_string_equal(diag.limit, "1 to 65535 port");
	assert_non_null(strstr(diag.text, "(line 5)"));
	assert_int_equal(read_text("[log]\norigin=ab\n"), ST_INVALID);
	assert_string_equal(diag.field, "log.origin");
	assert_string_equal(diag.limit, "3 to 40 characters");
	assert_int_equal(
	    read_text("[log]\norigin=abc\n[demo]\nquick=1\n"), ST_INVALID);
	assert_string_equal(diag.limit, "yes or no");
	assert_int_equal(
	    read_text("[log]\norigin=abc\n[http]\nport=80x\n"), ST_INVALID);
	assert_int_equal(
	    read_text("[log]\norigin=abc\n[http]\nport=\n"), ST_INVALID);
}

static void
unknown_missing_twice_or_garbled(void **state)
{
	(void)state;
	assert_int_equal(read_text("[log]\norigin=abc\nport=80\n"), ST_INVALID);
	assert_non_null(strstr(diag.text, "port"));
	assert_int_equal(read_text("[lag]\norigin=abc\n"), ST_INVALID);
	assert_non_null(strstr(diag.text, "[lag]"));
	assert_int_equal(read_text("[http]\nport=80\n"), ST_INVALID);
	assert_string_equal(diag.field, "origin");
	assert_int_equal(
	    read_text("[log]\norigin=abc\norigin=abc\n"), ST_INVALID);
	assert_non_null(strstr(diag.text, "twice"));
	assert_int_equal(read_text("[log]\norigin=abc\nhello\n"), ST_INVALID);
	assert_non_null(strstr(diag.text, "Line 3"));
}

/* The first mistake is told, whatever good lines follow it. */
static void
the_first_mistake_is_kept(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("[http]\nport=0\n[log]\norigin=abc\n[demo]\nquick=9\n"),
	    ST_INVALID);
	assert_string_equal(diag.field, "http.port");
	assert_non_null(strstr(diag.text, "(line 2)"));
}

/* A line that the reader would cut must not be taken for its beginning. */
static void
long_lines_are_whole_or_refused(void **state)
{
	char text[700], dir[300];
	size_t n;

	(void)state;
	for (n = 100; n < sizeof(dir); n += 7) {
		memset(dir, 'd', n);
		dir[n] = '\0';
		(void)snprintf(text, sizeof(text),
		    "[log]\norigin=abc\n[data]\ndir=%s\n", dir);
		if (read_text(text) == ST_OK)
			assert_string_equal(got.dir, dir);
	}
}

static void
the_table_is_the_documentation(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	conf_document(params, NELEMS(params), &b);
	assert_int_equal(buf_status(&b), ST_OK);
	assert_non_null(strstr(buf_text(&b),
	    "| log | origin | (required) | 3 to 40 characters | The log's "
	    "name. |\n"));
	assert_non_null(strstr(buf_text(&b),
	    "| http | port | 8080 | 1 to 65535 port | Where it listens. |\n"));
	assert_non_null(
	    strstr(buf_text(&b), "| demo | quick | no | yes or no |"));
	buf_fini(&b);
}

static int
set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)state;
	arena = arena_new(1 << 20);
	(void)snprintf(path, sizeof(path), "%s/base-conf-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if ((fd = mkstemp(path)) < 0)
		return -1;
	return close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_then_the_file),
		cmocka_unit_test(no_file_gives_defaults),
		cmocka_unit_test(mistakes_name_line_parameter_and_limit),
		cmocka_unit_test(unknown_missing_twice_or_garbled),
		cmocka_unit_test(the_first_mistake_is_kept),
		cmocka_unit_test(long_lines_are_whole_or_refused),
		cmocka_unit_test(the_table_is_the_documentation),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
