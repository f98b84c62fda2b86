/*
 * The walls around porchlight-media, tried from inside, and what its client
 * makes of a helper that hangs, crashes, lies or says too much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "clips.h"
#include "media/media.h"
#include "media/run.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void
run(const char *job, int64_t wall_ms, enum run_end *end, int *code)
{
	int fd = clips_bytes("x", 1);
	struct diag d = { 0 };
	struct buf b;
	enum status st;

	buf_init(&b, 65536);
	st = run_helper(job, fd, -1, wall_ms, &b, end, code, &d);
	if (st != ST_OK)
		fail_msg("%s: %s", status_name(st), d.text);
	buf_fini(&b);
	close(fd);
}

/* Each attempt must have been refused (exit code 4) or ended by a signal. */
static void
test_no_files(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	run("selftest-open", 20000, &end, &code);
	assert_int_equal(end, RUN_REFUSED);
	assert_int_equal(code, 4);
}

static void
test_no_sockets(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	run("selftest-socket", 20000, &end, &code);
	assert_int_equal(end, RUN_CRASHED);
	assert_int_equal(code, SIGSYS);
}

static void
test_no_programs(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	run("selftest-exec", 20000, &end, &code);
	assert_int_equal(end, RUN_CRASHED);
	assert_int_equal(code, SIGSYS);
}

static void
test_no_endless_memory(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	if (SANITIZED) {
		print_message("skipped: AddressSanitizer has no limit\n");
		skip();
	}
	run("selftest-memory", 20000, &end, &code);
	assert_int_equal(end, RUN_REFUSED);
	assert_int_equal(code, 4);
}

static void
test_no_endless_computing(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	run("selftest-time", 60000, &end, &code);
	assert_int_equal(end, RUN_CRASHED);
	assert_int_equal(code, SIGXCPU);
}

static void
test_unknown_job(void **state)
{
	enum run_end end;
	int code;

	(void)state;
	run("nothing", 20000, &end, &code);
	assert_int_equal(end, RUN_REFUSED);
	assert_int_equal(code, 2);
}

/* -- helpers of our own making --------------------------------------------- */

struct fake {
	char dir[32], path[64];
	char *real;
};

static void
fake_make(struct fake *f, const char *script)
{
	const char *real = getenv("PORCHLIGHT_LIBEXEC");
	FILE *o;

	strcpy(f->dir, "/tmp/media-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/porchlight-media", f->dir);
	o = fopen(f->path, "we");
	assert_non_null(o);
	fprintf(o, "#!/bin/sh\n%s\n", script);
	fclose(o);
	assert_int_equal(chmod(f->path, 0700), 0);
	f->real = real == NULL ? NULL : strdup(real);
	setenv("PORCHLIGHT_LIBEXEC", f->dir, 1);
}

static void
fake_drop(struct fake *f)
{
	unlink(f->path);
	rmdir(f->dir);
	if (f->real != NULL)
		setenv("PORCHLIGHT_LIBEXEC", f->real, 1);
	else
		unsetenv("PORCHLIGHT_LIBEXEC");
	free(f->real);
}

static void
ask_fake(const char *script, enum status inspected, const char *reason,
    enum status stripped)
{
	struct arena *a = arena_new(1 << 20);
	struct media_report r;
	struct media_info info;
	struct diag d = { 0 };
	struct fake f;
	int fd = clips_bytes("x", 1), out = clips_bytes("", 0);

	fake_make(&f, script);
	assert_int_equal(media_inspect(fd, &info, a, &d), inspected);
	if (inspected == ST_OK) {
		assert_false(info.readable);
		assert_non_null(strstr(info.reason, reason));
	}
	memset(&d, 0, sizeof(d));
	assert_int_equal(media_strip(fd, out, &r, a, &d), stripped);
	assert_true(strlen(d.text) > 0);
	fake_drop(&f);
	arena_free(&a);
	close(out);
	close(fd);
}

static void
test_hanging_helper(void **state)
{
	enum run_end end;
	struct fake f;
	int code;

	(void)state;
	fake_make(&f, "while :; do :; done");
	run("inspect", 200, &end, &code);
	assert_int_equal(end, RUN_SLOW);
	fake_drop(&f);
	/* It has closed its output, and goes on. */
	fake_make(&f, "exec >&-; while :; do :; done");
	run("inspect", 200, &end, &code);
	assert_int_equal(end, RUN_SLOW);
	fake_drop(&f);
}

static void
test_crashing_helper(void **state)
{
	(void)state;
	ask_fake("kill -SEGV $$", ST_OK, "fail", ST_INVALID);
	ask_fake("kill -XCPU $$", ST_OK, "longer", ST_INVALID);
}

static void
test_lying_helper(void **state)
{
	(void)state;
	ask_fake("echo '{}'", ST_OK, "misbehave", ST_INVALID);
	ask_fake("exit 0", ST_OK, "misbehave", ST_INVALID);
	ask_fake("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
	    ST_OK, "misbehave", ST_INVALID);
	ask_fake(
	    "printf '%s' '{\"container\":\"mp4\",\"damaged\":0,\"decoded\":1,"
	    "\"duration_ms\":1,\"fault\":\"\",\"notes\":[],\"reason\":\"\","
	    "\"tracks\":[{\"codec\":\"h264\"}]}'",
	    ST_OK, "misbehave", ST_INVALID);
}

/* What is wrong with the installation is no finding about the file. */
static void
test_broken_installation(void **state)
{
	(void)state;
	ask_fake("exit 3", ST_FAIL, "", ST_FAIL);
	ask_fake("exit 2", ST_FAIL, "", ST_FAIL);
}

static void
test_no_helper(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct media_info info;
	struct diag d = { 0 };
	struct fake f;
	int fd = clips_bytes("x", 1);

	(void)state;
	fake_make(&f, "");
	unlink(f.path);
	assert_int_equal(media_inspect(fd, &info, a, &d), ST_FAIL);
	assert_non_null(strstr(d.text, "porchlight-media"));
	fake_drop(&f);
	arena_free(&a);
	close(fd);
}

/* Nothing of ours is handed on: no environment, no descriptor. */
static void
test_inherits_nothing(void **state)
{
	int fd = clips_bytes("x", 1), other = dup(fd);
	struct diag d = { 0 };
	enum run_end end;
	struct buf b;
	struct fake f;
	int code;

	(void)state;
	setenv("SECRET", "value", 1);
	fake_make(&f,
	    "test -z \"$SECRET\" || exit 9; test ! -e /proc/$$/fd/4 || exit 8; "
	    "for n in 5 6 7 8 9 11 12 13; do test ! -e /proc/$$/fd/$n || exit "
	    "7; done; read x <&0; test -z \"$x\"; echo ok");
	buf_init(&b, 100);
	assert_int_equal(
	    run_helper("inspect", fd, -1, 20000, &b, &end, &code, &d), ST_OK);
	assert_int_equal(code, 0);
	assert_int_equal(end, RUN_DONE);
	assert_string_equal(buf_text(&b), "ok\n");
	buf_fini(&b);
	fake_drop(&f);
	close(other);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_no_sockets),
		cmocka_unit_test(test_no_programs),
		cmocka_unit_test(test_no_endless_memory),
		cmocka_unit_test(test_no_endless_computing),
		cmocka_unit_test(test_unknown_job),
		cmocka_unit_test(test_hanging_helper),
		cmocka_unit_test(test_crashing_helper),
		cmocka_unit_test(test_lying_helper),
		cmocka_unit_test(test_broken_installation),
		cmocka_unit_test(test_no_helper),
		cmocka_unit_test(test_inherits_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
