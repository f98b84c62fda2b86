/* Blobs: whole or not there, growing by what was flushed, telling no times. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/id.h"
#include "base/pre.h"
#include "blob/blob.h"

struct fixture {
	char dir[64], path[80];
	struct blob_dir *b;
};

static const struct id one = { { 0xab, 1 } }, two = { { 0xab, 2 } },
		       none = { { 0, 9 } };

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test-blob-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "%s/blobs", f->dir);
	*state = f;
	return blob_open_dir(f->path, &f->b, NULL) == ST_OK ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *sb, int kind, struct FTW *at)
{
	(void)sb;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	blob_close_dir(&f->b);
	(void)nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static void
reopen(struct fixture *f)
{
	blob_close_dir(&f->b);
	assert_null(f->b);
	assert_int_equal(blob_open_dir(f->path, &f->b, NULL), ST_OK);
}

static enum status
put(struct fixture *f, const struct id *name, const char *text)
{
	struct blob_writer *w = NULL;
	enum status st;

	assert_int_equal(blob_create(f->b, &w), ST_OK);
	assert_int_equal(blob_write(w, text, strlen(text)), ST_OK);
	assert_int_equal(blob_written(w), strlen(text));
	st = blob_commit(&w, name);
	assert_null(w);
	return st;
}

static void
expect(struct fixture *f, const struct id *name, const char *text)
{
	char got[64] = "";
	int64_t size = -1;
	int fd = -1;

	assert_int_equal(blob_open(f->b, name, &fd, &size), ST_OK);
	assert_int_equal(size, strlen(text));
	assert_int_equal(read(fd, got, sizeof(got) - 1), size);
	assert_string_equal(got, text);
	(void)close(fd);
}

static enum status
count(const struct id *name, int64_t size, void *arg)
{
	(void)name;
	*(int64_t *)arg += 1000 + size;
	return ST_OK;
}

static enum status
stop(const struct id *name, int64_t size, void *arg)
{
	(void)name;
	(void)size;
	(void)arg;
	return ST_GONE;
}

/* 1000 a blob, and their bytes. */
static int64_t
total(struct fixture *f)
{
	int64_t n = 0;

	assert_int_equal(blob_list(f->b, count, &n), ST_OK);
	return n;
}

static size_t
files_in(struct fixture *f, const char *folder)
{
	char path[128];
	struct dirent *e;
	size_t n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/%s", f->path, folder);
	assert_non_null(dir = opendir(path));
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			n++;
	(void)closedir(dir);
	return n;
}

/* -- written whole --------------------------------------------------------- */

static void
test_whole(void **state)
{
	struct fixture *f = *state;
	int64_t size;
	int fd;

	assert_int_equal(put(f, &one, "first"), ST_OK);
	assert_int_equal(put(f, &two, ""), ST_OK);
	expect(f, &one, "first");
	expect(f, &two, "");
	assert_int_equal(blob_open(f->b, &none, &fd, &size), ST_NOTFOUND);
	assert_int_equal(blob_length(f->b, &none, &size), ST_NOTFOUND);
	/* What is there is never replaced. */
	assert_int_equal(put(f, &one, "second"), ST_CONFLICT);
	expect(f, &one, "first");
	assert_int_equal(total(f), 2005);
	assert_int_equal(blob_list(f->b, stop, NULL), ST_GONE);
	reopen(f);
	expect(f, &one, "first");
	assert_int_equal(blob_erase(f->b, &one), ST_OK);
	assert_int_equal(blob_erase(f->b, &one), ST_OK);
	assert_int_equal(blob_open(f->b, &one, &fd, &size), ST_NOTFOUND);
	assert_int_equal(total(f), 1000);
	assert_int_equal(files_in(f, "tmp"), 0);
}

static void
test_unfinished(void **state)
{
	struct blob_writer *a = NULL, *b = NULL;
	struct blob_dir *second = NULL;
	struct fixture *f = *state;

	assert_int_equal(blob_create(f->b, &a), ST_OK);
	assert_int_equal(blob_create(f->b, &b), ST_OK);
	assert_int_equal(blob_write(a, "left", 4), ST_OK);
	assert_int_equal(total(f), 0);
	assert_int_equal(files_in(f, "tmp"), 2);
	blob_abort(&b);
	blob_abort(&b);
	/* Somebody else opens it: what is being written is not a leftover. */
	assert_int_equal(blob_open_dir(f->path, &second, NULL), ST_OK);
	assert_int_equal(files_in(f, "tmp"), 1);
	blob_close_dir(&second);
	assert_int_equal(blob_commit(&a, &one), ST_OK);
	expect(f, &one, "left");
}

/* A process that dies in the middle leaves nothing for good. */
static void
test_leftovers(void **state)
{
	struct fixture *f = *state;
	struct blob_writer *w = NULL;
	pid_t child;
	int status;

	blob_close_dir(&f->b);
	if ((child = fork()) == 0) {
		if (blob_open_dir(f->path, &f->b, NULL) != ST_OK ||
		    put(f, &one, "kept") != ST_OK ||
		    blob_create(f->b, &w) != ST_OK ||
		    blob_write(w, "lost", 4) != ST_OK)
			_exit(1);
		(void)raise(SIGKILL);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(files_in(f, "tmp"), 1);
	assert_int_equal(blob_open_dir(f->path, &f->b, NULL), ST_OK);
	assert_int_equal(files_in(f, "tmp"), 0);
	expect(f, &one, "kept");
	assert_int_equal(total(f), 1004);
}

/* -- growing --------------------------------------------------------------- */

static void
test_append(void **state)
{
	struct blob_append *a = NULL, *b = NULL;
	struct fixture *f = *state;
	int64_t at = -1;

	assert_int_equal(blob_append_open(f->b, &one, 0, &a), ST_NOTFOUND);
	assert_int_equal(blob_append_create(f->b, &one), ST_OK);
	assert_int_equal(blob_append_create(f->b, &one), ST_CONFLICT);
	assert_int_equal(blob_append_open(f->b, &one, 1, &a), ST_CONFLICT);
	assert_null(a);
	assert_int_equal(blob_append_open(f->b, &one, 0, &a), ST_OK);
	assert_int_equal(blob_append_open(f->b, &one, 0, &b), ST_LOCKED);
	assert_int_equal(blob_append_write(a, "abc", 3), ST_OK);
	assert_int_equal(blob_append_flush(a, &at), ST_OK);
	assert_int_equal(at, 3);
	assert_int_equal(blob_append_write(a, "de", 2), ST_OK);
	assert_int_equal(blob_length(f->b, &one, &at), ST_OK);
	assert_int_equal(at, 5);
	blob_append_close(&a);
	blob_append_close(&a);
	assert_int_equal(blob_append_open(f->b, &one, 5, &b), ST_OK);
	assert_int_equal(blob_append_write(b, "f", 1), ST_OK);
	assert_int_equal(blob_append_flush(b, &at), ST_OK);
	assert_int_equal(at, 6);
	blob_append_close(&b);
	reopen(f);
	expect(f, &one, "abcdef");
	/* Whole and growing blobs share their names. */
	assert_int_equal(put(f, &one, "other"), ST_CONFLICT);
}

/* Another process holds it, then dies. */
static void
test_append_lock(void **state)
{
	struct blob_append *a = NULL;
	struct fixture *f = *state;
	int ready[2], status;
	pid_t child;
	char c;

	assert_int_equal(blob_append_create(f->b, &one), ST_OK);
	assert_int_equal(pipe(ready), 0);
	if ((child = fork()) == 0) {
		if (blob_append_open(f->b, &one, 0, &a) != ST_OK ||
		    blob_append_write(a, "1234", 4) != ST_OK ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	assert_true(child > 0);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(blob_append_open(f->b, &one, 4, &a), ST_LOCKED);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(blob_append_open(f->b, &one, 4, &a), ST_OK);
	blob_append_close(&a);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* -- what files tell ------------------------------------------------------- */

static int
no_times(const char *path, const struct stat *sb, int kind, struct FTW *at)
{
	(void)path;
	(void)kind;
	if (at->level != 2) /* a blob */
		return 0;
	return sb->st_mtim.tv_sec != 0 || (sb->st_mode & 0077) != 0;
}

static void
test_times(void **state)
{
	struct blob_append *a = NULL;
	struct fixture *f = *state;
	char path[128];
	struct stat sb;

	assert_int_equal(put(f, &one, "first"), ST_OK);
	assert_int_equal(blob_append_create(f->b, &two), ST_OK);
	assert_int_equal(blob_append_open(f->b, &two, 0, &a), ST_OK);
	assert_int_equal(blob_append_write(a, "second", 6), ST_OK);
	blob_append_close(&a);
	expect(f, &one, "first");
	assert_int_equal(nftw(f->path, no_times, 8, FTW_PHYS), 0);
	(void)snprintf(path, sizeof(path), "%s/ab", f->path);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mtim.tv_sec, 0);
	assert_int_equal(blob_level(f->b), ST_OK);
	assert_int_equal(nftw(f->path, no_times, 8, FTW_PHYS), 0);
	assert_int_equal(total(f), 2011);
}

/* -- failures -------------------------------------------------------------- */

static void
test_full(void **state)
{
	struct blob_writer *w = NULL;
	struct blob_append *a = NULL;
	struct fixture *f = *state;
	struct rlimit old, low;
	static char block[4096];
	int64_t at = -1;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 6000;
	assert_int_equal(blob_append_create(f->b, &two), ST_OK);
	assert_int_equal(blob_append_open(f->b, &two, 0, &a), ST_OK);
	assert_int_equal(blob_create(f->b, &w), ST_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(blob_write(w, block, sizeof(block)), ST_OK);
	assert_int_equal(blob_write(w, block, sizeof(block)), ST_FULL);
	assert_int_equal(blob_append_write(a, block, sizeof(block)), ST_OK);
	assert_int_equal(blob_append_write(a, block, sizeof(block)), ST_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	blob_abort(&w);
	/* The part that went in counts, so the client goes on from there. */
	assert_int_equal(blob_append_flush(a, &at), ST_OK);
	assert_int_equal(at, 6000);
	blob_append_close(&a);
	assert_int_equal(total(f), 1000 + 6000);
	assert_int_equal(files_in(f, "tmp"), 0);
}

static void
test_bad_place(void **state)
{
	struct fixture *f = *state;
	struct blob_dir *b = NULL;
	struct diag d = { 0 };
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/file", f->dir);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(blob_open_dir(path, &b, &d), ST_IO);
	assert_null(b);
	assert_non_null(strstr(d.text, path));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_whole),
		T(test_unfinished),
		T(test_leftovers),
		T(test_append),
		T(test_append_lock),
		T(test_times),
		T(test_full),
		T(test_bad_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
