#include "keyd/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "keyd/wire.h"

#define PROGRAM "porchlight-keyd"

static int
executable(char path[PATH_MAX], const char *dir, int dir_n, const char *rest)
{
	return snprintf(path, PATH_MAX, "%.*s/%s", dir_n, dir, rest) <
	    PATH_MAX &&
	    access(path, X_OK) == 0;
}

static enum status
find(const char *exe, char path[PATH_MAX], struct diag *d)
{
	const char *dir = secure_getenv("PORCHLIGHT_LIBEXEC");
	char self[PATH_MAX];
	ssize_t n;

	if (exe != NULL) {
		if (snprintf(path, PATH_MAX, "%s", exe) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return ST_OK;
	} else if (dir != NULL) {
		if (executable(path, dir, (int)strlen(dir), PROGRAM))
			return ST_OK;
	} else {
		n = readlink("/proc/self/exe", self, sizeof(self));
		while (n > 0 && n < PATH_MAX && self[n - 1] != '/')
			n--;
		/* Installed, it lies beside us; as built, in its folder. */
		if (n > 0 && n < PATH_MAX &&
		    (executable(path, self, (int)n - 1, PROGRAM) ||
			executable(path, self, (int)n - 1, "../keyd/" PROGRAM)))
			return ST_OK;
	}
	return diag_set(d, ST_NOTFOUND, "", "",
	    "The program %.200s cannot be found or executed. It is installed "
	    "beside porchlight; the environment variable PORCHLIGHT_LIBEXEC "
	    "names another directory.",
	    exe != NULL ? exe : PROGRAM);
}

/*
 * In the child, where other threads of the parent may have held any lock:
 * system calls only, to the end.
 */
static _Noreturn void
become(char *const argv[], char *const envp[], int fd, pid_t parent)
{
	sigset_t none;
	int null;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Its own group: a terminal's interrupt is for the parent to obey. */
	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(127);
	if (fd != WIRE_FD ? dup2(fd, WIRE_FD) < 0 : fcntl(fd, F_SETFD, 0) != 0)
		_exit(127);
	if ((null = open("/dev/null", O_RDWR)) < 0 || dup2(null, 0) < 0 ||
	    dup2(null, 1) < 0 || close_range(WIRE_FD + 1, ~0U, 0) != 0)
		_exit(127);
	(void)execve(argv[0], argv, envp);
	_exit(127);
}

enum status
spawn_keyd(const char *exe, const char *store_dir, enum keyd_class class,
    pid_t *pid, int *fd, struct diag *d)
{
	char path[PATH_MAX], clock[64] = "";
	char name[] = "signing", *envp[2] = { NULL, NULL };
	const char *offset = getenv("PORCHLIGHT_CLOCK_OFFSET");
	char *argv[4] = { path, name, NULL, NULL };
	pid_t parent = getpid();
	enum status st;
	int pair[2];

	if ((st = find(exe, path, d)) != ST_OK)
		return st;
	if (class == KEYD_ISSUING)
		memcpy(name, "issuing", sizeof(name));
	if (offset != NULL &&
	    snprintf(clock, sizeof(clock), "PORCHLIGHT_CLOCK_OFFSET=%s",
		offset) < (int)sizeof(clock))
		envp[0] = clock;
	if ((argv[2] = strdup(store_dir)) == NULL)
		return ST_NOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		free(argv[2]);
		return diag_set(d, ST_FAIL, "", "",
		    "Making a socket pair failed: %s.", strerror(errno));
	}
	if ((*pid = fork()) == 0)
		become(argv, envp, pair[1], parent);
	if (*pid < 0) {
		st = diag_set(d, ST_FAIL, "", "",
		    "Starting a process failed: %s.", strerror(errno));
		(void)close(pair[0]);
	}
	(void)close(pair[1]);
	free(argv[2]);
	*fd = pair[0];
	return st;
}
