/*
 * The process: what it has and has not, how it ends, and what malformed
 * frames do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/note.h"
#include "keyd/wire.h"
#include "run.h"

#define TEXT "{\"type\":\"porchlight/request@v1\"}\n"

static const char *const types[] = { "porchlight/request@v1" };

static void
wait_for_its_end(const struct keyd *k)
{
	siginfo_t info;

	/* WNOWAIT: keyd_stop() collects it. */
	assert_int_equal(
	    waitid(P_PID, (id_t)keyd_pid(k), &info, WEXITED | WNOWAIT), 0);
}

static void
a_killed_process_is_an_answer(void **state)
{
	struct keyd *k = run_start(KEYD_SIGNING);
	struct note_key key;
	struct diag d = { 0 };
	struct buf line;

	(void)state;
	buf_init(&line, 4096);
	assert_int_equal(
	    keyd_create_note_key(k, "killed", types, 1, &key, NULL), ST_OK);
	assert_int_equal(kill(keyd_pid(k), SIGKILL), 0);
	wait_for_its_end(k);
	assert_int_equal(
	    keyd_sign(k, "killed", TEXT, strlen(TEXT), &line, &d), ST_PEER);
	assert_non_null(strstr(d.text, "key process"));
	assert_int_equal(keyd_note_key(k, "killed", &key, NULL), ST_PEER);
	keyd_stop(&k);
	/* What it had acknowledged is there. */
	k = run_start(KEYD_SIGNING);
	assert_int_equal(
	    keyd_sign(k, "killed", TEXT, strlen(TEXT), &line, NULL), ST_OK);
	keyd_stop(&k);
	buf_fini(&line);
}

static struct keyd *shared;

static void
sign_until_it_is_gone(int number)
{
	struct buf line;
	enum status st;
	int i;

	buf_init(&line, 4096);
	for (i = 0;; i++) {
		buf_clear(&line);
		st = keyd_sign(
		    shared, "shared", TEXT, strlen(TEXT), &line, NULL);
		if (st != ST_OK)
			break;
		if (number == 0 && i == 200)
			PRE(kill(keyd_pid(shared), SIGKILL) == 0);
	}
	PRE(st == ST_PEER);
	buf_fini(&line);
}

static void
no_thread_hangs_when_it_is_killed(void **state)
{
	struct note_key key;

	(void)state;
	shared = run_start(KEYD_SIGNING);
	assert_int_equal(
	    keyd_create_note_key(shared, "shared", types, 1, &key, NULL),
	    ST_OK);
	run_threads(16, sign_until_it_is_gone);
	keyd_stop(&shared);
}

static void
sign_many(int number)
{
	char text[128];
	struct note_key key;
	struct note note;
	struct buf b;
	int i;

	PRE(keyd_note_key(shared, "many", &key, NULL) == ST_OK);
	for (i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"n\":%d,\"type\":\"porchlight/request@v1\"}\n",
		    number * 1000 + i);
		buf_init(&b, 4096);
		buf_puts(&b, text);
		buf_putc(&b, '\n');
		PRE(keyd_sign(shared, "many", text, strlen(text), &b, NULL) ==
		    ST_OK);
		/* The answer is to this thread's own text. */
		PRE(note_open(b.p, b.n, &note, NULL) == ST_OK);
		PRE(note_verify(&note, &key) == ST_OK);
		buf_fini(&b);
	}
}

static void
many_threads_get_their_own_answers(void **state)
{
	struct note_key key;

	(void)state;
	shared = run_start(KEYD_SIGNING);
	assert_int_equal(
	    keyd_create_note_key(shared, "many", types, 1, &key, NULL), ST_OK);
	run_threads(32, sign_many);
	keyd_stop(&shared);
}

static void
it_has_one_socket_and_no_environment(void **state)
{
	struct keyd *k;
	char path[64], link[256], env[512];
	ssize_t n;
	int fd, leaked, i, open_files = 0;

	(void)state;
	leaked = open("/dev/null", O_RDONLY); /* not close-on-exec */
	assert_true(leaked >= 0);
	PRE(setenv("PORCHLIGHT_TEST_SECRET", "x", 1) == 0);
	k = run_start(KEYD_SIGNING);
	for (i = 0; i < 256; i++) {
		(void)snprintf(
		    path, sizeof(path), "/proc/%d/fd/%d", keyd_pid(k), i);
		if ((n = readlink(path, link, sizeof(link))) < 0) {
			if (errno != EACCES)
				continue;
			print_message("skipped: not allowed to look\n");
			break;
		}
		open_files++;
		if (i > 2)
			assert_int_equal(i, 3);
		if (i == 3)
			assert_memory_equal(link, "socket:", 7);
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", keyd_pid(k));
	if ((fd = open(path, O_RDONLY)) >= 0) {
		n = read(fd, env, sizeof(env));
		assert_true(
		    n <= 0 || memmem(env, (size_t)n, "SECRET", 6) == NULL);
		(void)close(fd);
	}
	if (i == 256)
		assert_int_equal(open_files, 4);
	(void)close(leaked);
	keyd_stop(&k);
}

static void
it_ends_with_its_parent(void **state)
{
	char byte;
	pid_t child;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	/* keyd has our stderr; a pipe in its place shows when it is gone. */
	if ((child = fork()) == 0) {
		(void)dup2(fds[1], 2);
		(void)close(fds[0]);
		(void)close(fds[1]);
		(void)run_start(KEYD_SIGNING);
		_exit(0);
	}
	assert_true(child > 0);
	(void)close(fds[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	while (read(fds[0], &byte, 1) > 0)
		;
	(void)close(fds[0]);
}

static void
what_cannot_start_says_why(void **state)
{
	struct keyd *k = NULL;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    keyd_start("/nonexistent/keyd", run_dir(), KEYD_SIGNING, &k, &d),
	    ST_NOTFOUND);
	assert_null(k);
	assert_non_null(strstr(d.text, "/nonexistent/keyd"));
	memset(&d, 0, sizeof(d));
	assert_int_equal(
	    keyd_start(NULL, "/dev/null/keys", KEYD_SIGNING, &k, &d), ST_IO);
	assert_null(k);
	assert_non_null(strstr(d.text, "/dev/null"));
	/* A program that is not keyd. */
	assert_int_equal(
	    keyd_start("/bin/true", run_dir(), KEYD_SIGNING, &k, NULL),
	    ST_PEER);
	assert_null(k);
}

static void
a_half_made_key_is_swept(void **state)
{
	struct keyd *k;
	int old, young;

	(void)state;
	k = run_start(KEYD_SIGNING);
	keyd_stop(&k);
	old = creat(run_path("request/a.json.1.new"), 0600);
	young = creat(run_path("request/b.json.2.new"), 0600);
	assert_true(old >= 0 && young >= 0);
	assert_int_equal(
	    futimens(old, (struct timespec[2]){ { 1, 0 }, { 1, 0 } }), 0);
	(void)close(old);
	(void)close(young);
	k = run_start(KEYD_SIGNING);
	assert_int_not_equal(access(run_path("request/a.json.1.new"), F_OK), 0);
	assert_int_equal(access(run_path("request/b.json.2.new"), F_OK), 0);
	keyd_stop(&k);
}

/* Execute keyd by hand and give back the socket. */
static pid_t
start_raw(const char *class, int *fd)
{
	char exe[512];
	pid_t child;
	int pair[2];

	(void)snprintf(exe, sizeof(exe), "%s/porchlight-keyd",
	    getenv("PORCHLIGHT_LIBEXEC"));
	PRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	if ((child = fork()) == 0) {
		if (pair[1] == WIRE_FD)
			(void)fcntl(WIRE_FD, F_SETFD, 0);
		else
			(void)dup2(pair[1], WIRE_FD);
		/* What it logs about us is no news. */
		(void)dup2(open("/dev/null", O_WRONLY), 2);
		(void)execl(exe, exe, class, run_dir(), (char *)NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	*fd = pair[0];
	return child;
}

static void
frame_ends_it(const char *class, const void *p, size_t n, int cut_off)
{
	int fd, status;
	pid_t child = start_raw(class, &fd);
	uint8_t byte;

	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
	if (cut_off)
		assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_true(read(fd, &byte, 1) <= 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	(void)close(fd);
}

static void
op_ends_it(const char *class, uint8_t op, const void *body, size_t n)
{
	uint8_t frame[256] = { 0, 0, 0, (uint8_t)(5 + n), 0, 0, 0, 1, op };

	memcpy(frame + 9, body, n);
	frame_ends_it(class, frame, 9 + n, 0);
}

static void
a_malformed_frame_ends_it(void **state)
{
	(void)state;
	/* Lengths: too short for a head, larger than any frame, cut off. */
	frame_ends_it("signing", "\0\0\0\4\0\0\0\1\1", 9, 0);
	frame_ends_it("signing", "\0\x10\0\1\0\0\0\1\1", 9, 0);
	frame_ends_it("signing", "\xff\xff\xff\xff\0\0\0\1\1", 9, 0);
	frame_ends_it("signing", "\0\0\0\5\0\0", 6, 1);
	frame_ends_it("signing", "\0\0\0\xff\0\0\0\1\4xxx", 12, 1);
	/* Operations that there are not, or not here. */
	op_ends_it("signing", 0, "", 0);
	op_ends_it("signing", 200, "", 0);
	op_ends_it(
	    "signing", WIRE_ISSUER_PUBLIC, "\0\0\0\1x\0\0\0\0\0\0\0\1", 13);
	op_ends_it("issuing", WIRE_NOTE_KEY, "\0\0\0\1x", 5);
	/* Bodies: too much, too little, a NUL, a length beyond the end. */
	op_ends_it("signing", WIRE_HELLO, "x", 1);
	op_ends_it("signing", WIRE_NOTE_KEY, "\0\0\0\1xx", 6);
	op_ends_it("signing", WIRE_NOTE_KEY, "\0\0\0\2x", 5);
	op_ends_it("signing", WIRE_NOTE_KEY, "\0\0\0\2x\0", 6);
	op_ends_it("signing", WIRE_NOTE_KEY, "\xff\xff\xff\xffx", 5);
	op_ends_it("signing", WIRE_NOTE_KEY, "", 0);
	op_ends_it("signing", WIRE_NOTE_CREATE, "\0\0\0\1x\0\0\0\0", 9);
	op_ends_it("signing", WIRE_IDENTITY_ERASE, "\2\0\0\0\1x", 6);
	op_ends_it("issuing", WIRE_BLIND_SIGN,
	    "\0\0\0\1x\0\0\0\0\0\0\0\1\0\0\0\3xxx", 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_process_is_an_answer),
		cmocka_unit_test(no_thread_hangs_when_it_is_killed),
		cmocka_unit_test(many_threads_get_their_own_answers),
		cmocka_unit_test(it_has_one_socket_and_no_environment),
		cmocka_unit_test(it_ends_with_its_parent),
		cmocka_unit_test(what_cannot_start_says_why),
		cmocka_unit_test(a_half_made_key_is_swept),
		cmocka_unit_test(a_malformed_frame_ends_it),
	};

	return cmocka_run_group_tests(tests, run_setup, run_teardown);
}
