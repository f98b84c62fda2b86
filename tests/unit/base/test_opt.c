/* opt: options from one table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/diag.h"
#include "base/opt.h"
#include "base/pre.h"

static bool flag;
static const char *data;
static int64_t port;

static const struct opt opts[] = {
	{ "flag", OPT_FLAG, &flag, NULL, "A flag.", 0, 0, 0 },
	{ "data", OPT_TEXT, &data, "DIR", "A directory.", 0, 0, 1 },
	{ "port", OPT_INT, &port, "PORT", "A port.", 1, 65535, 0 },
};

static const struct opt_command command = {
	.usage = "porchlight x --data DIR [FILE]",
	.summary = "Does x.",
	.example = "porchlight x --data d",
	.opts = opts,
	.n = NELEMS(opts),
	.min_args = 0,
	.max_args = 1,
};

/* Parse words, which ends with NULL, and forget what was parsed before. */
static enum status
parse(const char *const *words, char ***args, int *n_args, struct diag *d)
{
	static char copies[16][64];
	static char *argv[17];
	int argc = 1;

	flag = false;
	data = NULL;
	port = 8080;
	*d = (struct diag){ 0 };
	argv[0] = copies[0];
	for (; *words != NULL; words++, argc++) {
		PRE(argc < 16 && strlen(*words) < sizeof(copies[0]));
		argv[argc] = strcpy(copies[argc], *words);
	}
	argv[argc] = NULL;
	return opt_parse(&command, argc, argv, args, n_args, d);
}

#define PARSE(...) \
	parse((const char *const[]){ __VA_ARGS__, NULL }, &args, &n, &d)

static void
takes_both_forms_in_any_order(void **state)
{
	struct diag d;
	char **args;
	int n;

	(void)state;
	assert_int_equal(
	    PARSE("file", "--port=81", "--flag", "--data", "here"), ST_OK);
	assert_true(flag);
	assert_string_equal(data, "here");
	assert_int_equal(port, 81);
	assert_int_equal(n, 1);
	assert_string_equal(args[0], "file");
}

static void
absent_options_keep_their_value(void **state)
{
	struct diag d;
	char **args;
	int n;

	(void)state;
	assert_int_equal(PARSE("--data=a=b"), ST_OK);
	assert_string_equal(data, "a=b");
	assert_false(flag);
	assert_int_equal(port, 8080);
	assert_int_equal(n, 0);
}

/* A longitude in the west begins with a minus. */
static void
a_value_may_look_like_an_option(void **state)
{
	struct diag d;
	char **args;
	int n;

	(void)state;
	assert_int_equal(PARSE("--data", "-81.95,28.04"), ST_OK);
	assert_string_equal(data, "-81.95,28.04");
	assert_int_equal(PARSE("--data", "d", "-81.95"), ST_OK);
	assert_string_equal(args[0], "-81.95");
	assert_int_equal(PARSE("--data", "d", "--", "--flag"), ST_OK);
	assert_false(flag);
	assert_string_equal(args[0], "--flag");
}

static void
numbers_are_whole_and_within_limits(void **state)
{
	static const char *const wrong[] = { "0", "65536", "8o", "", "1.0",
		"99999999999999999999", "-1" };
	struct diag d;
	char **args;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < NELEMS(wrong); i++) {
		assert_int_equal(
		    PARSE("--data", "d", "--port", wrong[i]), ST_INVALID);
		assert_string_equal(d.field, "port");
		assert_string_equal(d.limit, "1 to 65535");
		assert_int_equal(port, 8080);
	}
	assert_int_equal(PARSE("--data", "d", "--port", "65535"), ST_OK);
	assert_int_equal(port, 65535);
}

static void
what_is_wrong_is_named(void **state)
{
	struct diag d;
	char **args;
	int n;

	(void)state;
	assert_int_equal(PARSE("--data", "d", "--nope"), ST_INVALID);
	assert_non_null(strstr(d.text, "--nope"));
	assert_int_equal(PARSE("--data", "d", "--dat=x"), ST_INVALID);
	assert_int_equal(PARSE("--data", "d", "--flag=yes"), ST_INVALID);
	assert_string_equal(d.field, "flag");
	assert_int_equal(PARSE("--data"), ST_INVALID);
	assert_non_null(strstr(d.text, "DIR"));
	assert_int_equal(PARSE("--flag"), ST_INVALID);
	assert_string_equal(d.field, "data");
	assert_non_null(strstr(d.text, command.usage));
	assert_int_equal(PARSE("--data", "d", "a", "b"), ST_INVALID);
	assert_non_null(strstr(d.text, command.usage));
}

static void
help_wins(void **state)
{
	struct diag d;
	char **args;
	int n;

	(void)state;
	assert_int_equal(PARSE("--help"), ST_NOTFOUND);
	assert_string_equal(d.text, "");
	/* After -- it is an argument like any other. */
	assert_int_equal(PARSE("--data", "d", "--", "--help"), ST_OK);
	assert_string_equal(args[0], "--help");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_both_forms_in_any_order),
		cmocka_unit_test(absent_options_keep_their_value),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(numbers_are_whole_and_within_limits),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(help_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
