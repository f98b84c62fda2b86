/* The program as a person meets it: help, usage, exit codes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT 65536
#define SCREEN 32 /* lines */
#define WIDE 100  /* columns; examples of a command may be long */

static char out[TEXT], err[TEXT];

static void
take(int fd, char text[TEXT])
{
	ssize_t n;

	(void)lseek(fd, 0, SEEK_SET);
	n = read(fd, text, TEXT - 1);
	text[n > 0 ? n : 0] = '\0';
	(void)close(fd);
}

/* Run the program with these words; its exit code. */
static int
run(const char *line)
{
	int to = memfd_create("out", 0), two = memfd_create("err", 0), how;
	char words[512], *argv[32], *next = NULL;
	size_t n = 1;
	pid_t pid;

	argv[0] = strdup(PORCHLIGHT);
	(void)snprintf(words, sizeof(words), "%s", line);
	for (argv[n] = strtok_r(words, " ", &next); argv[n] != NULL;
	     argv[n] = strtok_r(NULL, " ", &next))
		n++;
	if ((pid = fork()) == 0) {
		(void)dup2(open("/dev/null", O_RDONLY), 0);
		(void)dup2(to, 1);
		(void)dup2(two, 2);
		(void)execv(PORCHLIGHT, argv);
		_exit(127);
	}
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	free(argv[0]);
	take(to, out);
	take(two, err);
	return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static const char *const commands[] = { "init", "platform", "watcher init",
	"watcher add", "watcher run", "relay init", "relay run", "agency init",
	"agency run", "partner init", "partner attest", "admit",
	"request publish", "request end", "request list", "decide", "home init",
	"home take", "share", "status", "withdraw", "package", "verify", "demo",
	"check" };

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
every_help_fits_a_screen_and_gives_an_example(void **state)
{
	const char *line, *end;
	char words[64];
	size_t i, lines;

	(void)state;
	for (i = 0; i < COMMANDS; i++) {
		(void)snprintf(words, sizeof(words), "%s --help", commands[i]);
		assert_int_equal(run(words), 0);
		assert_non_null(strstr(out, "usage: porchlight "));
		assert_non_null(strstr(out, "\nexample:\n  porchlight "));
		lines = 0;
		for (line = out; *line != '\0'; line = end + 1) {
			end = strchr(line, '\n');
			assert_non_null(end);
			if (end - line > WIDE)
				fail_msg("%s: a line is %td wide: %.*s",
				    commands[i], end - line, (int)(end - line),
				    line);
			lines++;
		}
		if (lines > SCREEN)
			fail_msg("%s: %zu lines", commands[i], lines);
	}
}

static void
the_list_names_every_command(void **state)
{
	char word[32];
	size_t i;

	(void)state;
	assert_int_equal(run("--help"), 0);
	for (i = 0; i < COMMANDS; i++) {
		(void)snprintf(word, sizeof(word), "  %.*s ",
		    (int)strcspn(commands[i], " "), commands[i]);
		assert_non_null(strstr(out, word));
	}
}

static void
wrong_usage_is_told_apart_from_failure(void **state)
{
	(void)state;
	assert_int_equal(run(""), 2);
	assert_int_equal(run("nonsense"), 2);
	assert_non_null(strstr(err, "nonsense"));
	assert_int_equal(run("home nonsense"), 2);
	assert_int_equal(run("verify package.zip"), 2);
	assert_non_null(strstr(err, "--trust"));
	assert_int_equal(run("platform --data x --port 99999"), 2);
	assert_int_equal(run("check --store paper"), 2);
	assert_int_equal(
	    run("verify /nowhere/package.zip --trust /nowhere/trust.json"), 1);
	assert_non_null(strstr(err, "/nowhere/trust.json"));
}

static void
what_is_no_home_is_not_made_one(void **state)
{
	(void)state;
	assert_int_equal(run("share --data /nowhere --at 1,2 a.mp4"), 1);
	assert_non_null(strstr(err, "home init"));
	assert_int_equal(run("share --data /nowhere --at here a.mp4"), 1);
	assert_int_equal(run("home take --data /nowhere"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_help_fits_a_screen_and_gives_an_example),
		cmocka_unit_test(the_list_names_every_command),
		cmocka_unit_test(wrong_usage_is_told_apart_from_failure),
		cmocka_unit_test(what_is_no_home_is_not_made_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
