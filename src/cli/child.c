#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"

#define ARGS_MAX 64
#define SELF "/proc/self/exe"
#define END_MS 10000 /* what a server may take to stop */

/* argv of this program; the strings are the caller's. */
static void
command(const char *const *args, char *argv[ARGS_MAX])
{
	static char name[] = "porchlight";
	size_t i;

	argv[0] = name;
	for (i = 0; args[i] != NULL; i++) {
		union {
			const char *c;
			char *v;
		} arg = { .c = args[i] };

		PRE(i + 2 < ARGS_MAX);
		argv[i + 1] = arg.v; /* execv() does not write */
	}
	argv[i + 1] = NULL;
}

/* In the child: become the command, with these as its streams. */
static _Noreturn void
become(char *const argv[], int in, int out, int err, pid_t parent)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Its own group: a terminal's interrupt is for its parent to obey. */
	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent ||
	    dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	(void)close_range(3, ~0U, 0);
	(void)execv(SELF, argv);
	_exit(127);
}

static enum status
fork_it(const char *const *args, int in, int out, int err, pid_t *pid)
{
	char *argv[ARGS_MAX];
	pid_t parent = getpid();

	command(args, argv);
	if ((*pid = fork()) < 0) {
		*pid = 0;
		return ST_NOMEM;
	}
	if (*pid == 0)
		become(argv, in, out, err, parent);
	return ST_OK;
}

/* A file in memory that holds text, to be read from its beginning. */
static int
memory(const char *text)
{
	int fd = memfd_create("porchlight", MFD_CLOEXEC);

	if (fd >= 0 && text != NULL &&
	    (file_put(fd, text, strlen(text)) != ST_OK ||
		lseek(fd, 0, SEEK_SET) != 0)) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static void
take(int fd, struct buf *out)
{
	char part[8192];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return;
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_put(out, part, (size_t)n);
	explicit_bzero(part, sizeof(part));
}

/* The last lines of what it said, as one sentence. */
static enum status
failed(const char *const *args, int err, struct diag *d)
{
	struct buf said;
	const char *text, *at;
	enum status st;

	buf_init(&said, 65536);
	take(err, &said);
	text = buf_text(&said);
	/* The message begins with the program's name, after what it told. */
	while ((at = strstr(text, "\nporchlight: ")) != NULL)
		text = at + 1;
	if (strncmp(text, "porchlight: ", 12) == 0)
		text += 12;
	st = diag_set(d, ST_FAIL, "", "", "`porchlight %.30s %.30s`: %.300s",
	    args[0], args[1] != NULL ? args[1] : "",
	    text[0] != '\0' ? text : "it ended without a word.");
	buf_fini(&said);
	return st;
}

bool
child_interrupted(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	    (sigismember(&set, SIGINT) == 1 || sigismember(&set, SIGTERM) == 1);
}

enum status
child_run(
    const char *const *args, const char *input, struct buf *out, struct diag *d)
{
	int in = -1, to = -1, err = -1, how = 0;
	enum status st = ST_NOMEM;
	pid_t pid;

	if (child_interrupted())
		return diag_set(d, ST_GONE, "", "", "It was interrupted.");
	in = memory(input);
	to = memory(NULL);
	err = memory(NULL);
	if (in < 0 || to < 0 || err < 0 ||
	    (st = fork_it(args, in, to, err, &pid)) != ST_OK)
		goto done;
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	if (out != NULL)
		take(to, out);
	if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
		st = failed(args, err, d);
done:
	if (in >= 0)
		(void)close(in);
	if (to >= 0)
		(void)close(to);
	if (err >= 0)
		(void)close(err);
	return st;
}

enum status
child_start(
    const char *const *args, const char *log, pid_t *pid, struct diag *d)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int to = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	enum status st = ST_IO;

	if (in >= 0 && to >= 0)
		st = fork_it(args, in, to, to, pid);
	else
		st = diag_set(
		    d, st, "", "", "%.300s: %s.", log, strerror(errno));
	if (in >= 0)
		(void)close(in);
	if (to >= 0)
		(void)close(to);
	return st;
}

static bool
gone(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) != 0;
}

void
child_end(pid_t *pid)
{
	int left_ms = END_MS;

	if (*pid <= 0)
		return;
	(void)kill(*pid, SIGTERM);
	while (!gone(*pid)) {
		struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };

		(void)nanosleep(&nap, NULL);
		if ((left_ms -= 10) > 0)
			continue;
		(void)kill(*pid, SIGKILL);
		(void)waitpid(*pid, NULL, 0);
		break;
	}
	*pid = 0;
}
