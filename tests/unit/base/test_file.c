/* file: whole files, either the old or the new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"

static char dir[200];

/* A path in this test's own directory; good until the next call but one. */
static const char *
in(const char *name)
{
	static char paths[2][300];
	static int turn;

	turn = !turn;
	(void)snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", dir, name);
	return paths[turn];
}

static int
entries(void)
{
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n - 2;
}

static void
assert_holds(const char *path, const char *text)
{
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(file_read(path, &b, NULL), ST_OK);
	assert_string_equal(buf_text(&b), text);
	buf_fini(&b);
}

static void
write_replaces_and_leaves_nothing(void **state)
{
	struct stat sb;

	(void)state;
	assert_int_equal(file_write(in("a"), 0640, "one", 3, NULL), ST_OK);
	assert_holds(in("a"), "one");
	assert_int_equal(file_write(in("a"), 0600, "two!", 4, NULL), ST_OK);
	assert_holds(in("a"), "two!");
	assert_int_equal(stat(in("a"), &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);
	assert_int_equal(file_write(in("a"), 0600, NULL, 0, NULL), ST_OK);
	assert_holds(in("a"), "");
	assert_int_equal(entries(), 1);
}

static void
create_does_not_replace(void **state)
{
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(file_create(in("c"), 0600, "one", 3, &d), ST_OK);
	assert_int_equal(file_create(in("c"), 0600, "two", 3, &d), ST_CONFLICT);
	assert_non_null(strstr(d.text, "already there"));
	assert_holds(in("c"), "one");
	assert_int_equal(entries(), 2);
}

static void
reading_says_what_is_wrong(void **state)
{
	struct diag d = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 3);
	assert_int_equal(file_read(in("none"), &b, &d), ST_NOTFOUND);
	assert_non_null(strstr(d.text, "none"));
	assert_int_equal(file_write(in("big"), 0600, "four", 4, NULL), ST_OK);
	d = (struct diag){ 0 };
	assert_int_equal(file_read(in("big"), &b, &d), ST_TOO_LARGE);
	assert_non_null(strstr(d.text, "big"));
	buf_clear(&b);
	assert_int_equal(file_read(dir, &b, NULL), ST_IO);
	buf_fini(&b);
}

static void
read_appends(void **state)
{
	struct buf b;

	(void)state;
	assert_int_equal(file_write(in("tail"), 0600, "tail", 4, NULL), ST_OK);
	buf_init(&b, 9);
	buf_puts(&b, "head-");
	assert_int_equal(file_read(in("tail"), &b, NULL), ST_OK);
	assert_string_equal(buf_text(&b), "head-tail");
	buf_fini(&b);
}

static void
writing_where_one_cannot(void **state)
{
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(file_write(in("no/x"), 0600, "x", 1, &d), ST_IO);
	assert_non_null(strstr(d.text, "no/x"));
	assert_int_equal(file_create(in("no/x"), 0600, "x", 1, NULL), ST_IO);
	/* A directory in its place stays, and nothing is left beside it. */
	assert_int_equal(mkdir(in("place"), 0700), 0);
	assert_int_equal(file_write(in("place"), 0600, "x", 1, NULL), ST_IO);
	assert_int_equal(rmdir(in("place")), 0);
}

static void
a_full_disk_is_told_apart(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(file_put(fd, "x", 1), ST_FULL);
	assert_int_equal(file_put(fd, "x", 0), ST_OK);
	(void)close(fd);
	assert_int_equal(file_put(-1, "x", 1), ST_IO);
}

static void
mkdir_makes_parents(void **state)
{
	struct stat sb;

	(void)state;
	assert_int_equal(file_mkdir(in("p/q/r"), NULL), ST_OK);
	assert_int_equal(stat(in("p/q/r"), &sb), 0);
	assert_true(S_ISDIR(sb.st_mode));
	assert_int_equal(sb.st_mode & 0777, 0700);
	assert_int_equal(file_mkdir(in("p/q/r/"), NULL), ST_OK);
	assert_int_equal(file_write(in("p/f"), 0600, "x", 1, NULL), ST_OK);
	assert_int_equal(file_mkdir(in("p/f"), NULL), ST_IO);
	assert_int_equal(file_mkdir(in("p/f/g"), NULL), ST_IO);
}

static void *
write_often(void *arg)
{
	const char *text = arg;
	char path[300];
	intptr_t failures = 0;
	int i;

	(void)snprintf(path, sizeof(path), "%s/shared", dir);
	for (i = 0; i < 50; i++)
		failures += file_write(path, 0600, text, strlen(text), NULL) !=
		    ST_OK;
	return (void *)failures;
}

static void
two_threads_write_the_same_file(void **state)
{
	char long_text[] = "a longer text, so that a mixture would show";
	char short_text[] = "short";
	void *failures;
	pthread_t other;
	struct buf b;

	(void)state;
	assert_int_equal(
	    pthread_create(&other, NULL, write_often, long_text), 0);
	assert_null(write_often(short_text));
	assert_int_equal(pthread_join(other, &failures), 0);
	assert_null(failures);
	buf_init(&b, 100);
	assert_int_equal(file_read(in("shared"), &b, NULL), ST_OK);
	assert_true(strcmp(buf_text(&b), short_text) == 0 ||
	    strcmp(buf_text(&b), long_text) == 0);
	buf_fini(&b);
}

static int
make_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/base-file-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	char command[300];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_replaces_and_leaves_nothing),
		cmocka_unit_test(create_does_not_replace),
		cmocka_unit_test(reading_says_what_is_wrong),
		cmocka_unit_test(read_appends),
		cmocka_unit_test(writing_where_one_cannot),
		cmocka_unit_test(a_full_disk_is_told_apart),
		cmocka_unit_test(mkdir_makes_parents),
		cmocka_unit_test(two_threads_write_the_same_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
