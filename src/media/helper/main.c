/*
 * porchlight-media: reads hostile footage, for one job, and ends.
 *
 *	porchlight-media inspect   3: the file
 *	porchlight-media strip     3: the file, 4: where the copy goes
 *
 * The answer is one JSON object on standard output; see report.h.  Exit
 * codes: 0 the answer is whole, 2 not run as it should be, 3 no sandbox.
 * Run by media/run.c; there is no use for it by hand.
 *
 * selftest-open, -socket, -exec, -memory and -time do what must not be
 * possible, and exit with 0 if they got away with it.
 */
#include <fcntl.h>
#include <jansson.h>
#include <libavutil/log.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"
#include "media/helper/decode.h"
#include "media/helper/job.h"
#include "media/helper/report.h"
#include "media/helper/sandbox.h"
#include "media/media.h"

#define EXIT_USAGE 2
#define EXIT_SANDBOX 3
#define EXIT_REFUSED 4

static struct report report;

static int
selftest_open(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0) >= 0
	    ? 0
	    : EXIT_REFUSED;
}

static int
selftest_socket(void)
{
	return syscall(SYS_socket, 2, 1, 0) >= 0 ? 0 : EXIT_REFUSED;
}

static int
selftest_exec(void)
{
	char *argv[] = { (char *)"true", NULL };

	(void)syscall(SYS_execve, "/bin/true", argv, argv + 1);
	return EXIT_REFUSED;
}

static int
selftest_memory(void)
{
	size_t got = 0, piece = (size_t)16 << 20;
	char *p;

	while (got <= SANDBOX_MEMORY) {
		if ((p = malloc(piece)) == NULL)
			return EXIT_REFUSED;
		memset(p, 1, piece);
		got += piece;
	}
	return 0;
}

static int
selftest_time(void)
{
	volatile unsigned long n = 0;

	while (n < 20000000000UL)
		n++;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	unsigned cpu_s;
} selftests[] = {
	{ "selftest-open", selftest_open, 10 },
	{ "selftest-socket", selftest_socket, 10 },
	{ "selftest-exec", selftest_exec, 10 },
	{ "selftest-memory", selftest_memory, 10 },
	{ "selftest-time", selftest_time, 1 },
};

static void
close_sandbox(unsigned cpu_s)
{
	struct diag d = { 0 };

	av_log_set_level(AV_LOG_QUIET);
	json_object_seed(1);
	if (decode_warm() != ST_OK || sandbox_close(cpu_s, &d) != ST_OK)
		_exit(EXIT_SANDBOX);
}

static int
run(enum status (*job)(int64_t, struct report *, struct diag *), unsigned cpu_s)
{
	struct diag d = { 0 };
	struct stat sb;
	enum status st;

	if (fstat(SANDBOX_IN, &sb) != 0 || !S_ISREG(sb.st_mode))
		return EXIT_USAGE;
	close_sandbox(cpu_s);
	st = job(sb.st_size, &report, &d);
	return report_write(&report, st, &d) == ST_OK ? 0 : EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char *job = argc == 2 ? argv[1] : "";
	size_t i;

	/* _exit: nothing is to be torn down, and nothing is left to flush. */
	if (strcmp(job, "inspect") == 0)
		_exit(run(job_inspect, MEDIA_INSPECT_S));
	if (strcmp(job, "strip") == 0)
		_exit(run(job_strip, MEDIA_STRIP_S));
	for (i = 0; i < NELEMS(selftests); i++)
		if (strcmp(job, selftests[i].name) == 0) {
			close_sandbox(selftests[i].cpu_s);
			_exit(selftests[i].run());
		}
	_exit(EXIT_USAGE);
}
