#include "media/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"

#define PROGRAM "porchlight-media"
#define KEPT 5 /* descriptors from here on are closed */

#ifndef PORCHLIGHT_LIBEXECDIR
#define PORCHLIGHT_LIBEXECDIR "/usr/libexec/porchlight"
#endif

/* -- where the program is -------------------------------------------------- */

static bool
try_path(char path[PATH_MAX], const char *dir, const char *middle)
{
	int n = snprintf(path, PATH_MAX, "%s%s/" PROGRAM, dir, middle);

	return n > 0 && n < PATH_MAX && access(path, X_OK) == 0;
}

static enum status
find(char path[PATH_MAX], struct diag *d)
{
	const char *dir = getenv("PORCHLIGHT_LIBEXEC");
	char own[PATH_MAX];
	ssize_t n;
	char *slash;

	if (dir != NULL) {
		if (try_path(path, dir, ""))
			return ST_OK;
		return diag_set(d, ST_FAIL, "", "",
		    "There is no " PROGRAM " in %s (PORCHLIGHT_LIBEXEC).", dir);
	}
	n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (n > 0) {
		own[n] = '\0';
		if ((slash = strrchr(own, '/')) != NULL)
			*slash = '\0';
		/* ../media: as the build leaves it. */
		if (try_path(path, own, "") || try_path(path, own, "/../media"))
			return ST_OK;
	}
	if (try_path(path, PORCHLIGHT_LIBEXECDIR, ""))
		return ST_OK;
	return diag_set(d, ST_FAIL, "", "",
	    "The program " PROGRAM " was not found beside this one, nor in "
	    "%s.",
	    PORCHLIGHT_LIBEXECDIR);
}

/* -- the child, between fork and exec: system calls only ------------------- */

_Noreturn static void
child(const char *path, char *const argv[], int null_fd, int answer_fd,
    int in_fd, int out_fd)
{
	int fds[KEPT] = { null_fd, answer_fd, null_fd, in_fd, out_fd };
	static char *const no_env[] = { NULL };
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	/* First out of the way, since they may be each other's places. */
	for (i = 0; i < KEPT; i++)
		if (fds[i] >= 0 &&
		    (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, KEPT + 5)) < 0)
			_exit(126);
	for (i = 0; i < KEPT; i++) {
		if (fds[i] < 0)
			(void)close(i);
		else if (dup2(fds[i], i) < 0)
			_exit(126);
	}
	if (syscall(SYS_close_range, (unsigned)KEPT, ~0U, 0U) != 0)
		_exit(126);
	for (i = 1; i < NSIG; i++)
		(void)sigaction(i, &dfl, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	execve(path, argv, no_env);
	_exit(127);
}

/* -- the parent ------------------------------------------------------------ */

/* Read what is there; *open becomes false at the end of the pipe. */
static enum status
read_some(int fd, struct buf *answer, bool *open)
{
	uint8_t piece[4096];
	ssize_t n;

	do
		n = read(fd, piece, sizeof(piece));
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		*open = false;
		return ST_OK;
	}
	buf_put(answer, piece, (size_t)n);
	return buf_status(answer);
}

/*
 * Listen until the program has ended and the pipe is empty, or a reason to
 * kill it is found, in *end.
 */
static enum status
listen_to(int answer_fd, int pid_fd, int64_t deadline, struct buf *answer,
    enum run_end *end)
{
	struct pollfd p[2] = { { .fd = answer_fd, .events = POLLIN },
		{ .fd = pid_fd, .events = POLLIN } };
	bool open = true;
	int64_t left;
	enum status st;

	*end = RUN_DONE;
	for (;;) {
		left = deadline - clock_monotonic_ms();
		if (left <= 0) {
			*end = RUN_SLOW;
			return ST_OK;
		}
		p[0].fd = open ? answer_fd : -1;
		if (poll(p, 2, left > INT_MAX ? INT_MAX : (int)left) < 0 &&
		    errno != EINTR)
			return ST_FAIL;
		if (open && p[0].revents != 0) {
			st = read_some(answer_fd, answer, &open);
			if (st == ST_TOO_LARGE) {
				*end = RUN_LOUD;
				return ST_OK;
			}
			if (st != ST_OK)
				return st;
			continue;
		}
		if (p[1].revents != 0)
			return ST_OK;
	}
}

static enum status
reap(pid_t pid, enum run_end *end, int *code)
{
	int w;
	pid_t rc;

	do
		rc = waitpid(pid, &w, 0);
	while (rc < 0 && errno == EINTR);
	if (rc != pid)
		return ST_FAIL;
	if (*end != RUN_DONE)
		return ST_OK;
	if (WIFEXITED(w)) {
		*code = WEXITSTATUS(w);
		*end = *code == 0 ? RUN_DONE : RUN_REFUSED;
	} else {
		*code = WTERMSIG(w);
		*end = RUN_CRASHED;
	}
	return ST_OK;
}

static enum status
watch(pid_t pid, int answer_fd, int64_t deadline, struct buf *answer,
    enum run_end *end, int *code)
{
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0U);
	enum status st, st2;

	if (pid_fd < 0)
		st = ST_FAIL;
	else
		st = listen_to(answer_fd, pid_fd, deadline, answer, end);
	if (st != ST_OK || *end != RUN_DONE)
		(void)kill(pid, SIGKILL);
	st2 = reap(pid, end, code);
	if (pid_fd >= 0)
		close(pid_fd);
	return st != ST_OK ? st : st2;
}

enum status
run_helper(const char *job, int in_fd, int out_fd, int64_t wall_ms,
    struct buf *answer, enum run_end *end, int *code, struct diag *d)
{
	char path[PATH_MAX];
	char name[] = PROGRAM, arg[32];
	char *argv[] = { name, arg, NULL };
	int pipe_fd[2] = { -1, -1 }, null_fd = -1;
	int64_t deadline = clock_monotonic_ms() + wall_ms;
	enum status st;
	pid_t pid;

	PRE(strlen(job) < sizeof(arg));
	memcpy(arg, job, strlen(job) + 1);
	*code = 0;
	*end = RUN_DONE;
	if ((st = find(path, d)) != ST_OK)
		return st;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0 || pipe2(pipe_fd, O_CLOEXEC) != 0) {
		st = diag_set(d, ST_FAIL, "", "", "No pipe for " PROGRAM ".");
		goto done;
	}
	if ((pid = fork()) < 0) {
		st = diag_set(
		    d, ST_FAIL, "", "", PROGRAM " could not be started.");
		goto done;
	}
	if (pid == 0)
		child(path, argv, null_fd, pipe_fd[1], in_fd, out_fd);
	close(pipe_fd[1]);
	pipe_fd[1] = -1;
	st = watch(pid, pipe_fd[0], deadline, answer, end, code);
	if (st != ST_OK)
		(void)diag_set(d, st, "", "", PROGRAM " could not be watched.");
done:
	if (null_fd >= 0)
		close(null_fd);
	if (pipe_fd[0] >= 0)
		close(pipe_fd[0]);
	if (pipe_fd[1] >= 0)
		close(pipe_fd[1]);
	return st;
}
