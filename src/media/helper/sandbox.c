#include "media/helper/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER true
#endif
#endif
#ifndef ADDRESS_SANITIZER
#define ADDRESS_SANITIZER false
#endif

static bool
limit(int what, rlim_t soft, rlim_t hard)
{
	const struct rlimit r = { soft, hard };

	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static enum status
limits(unsigned cpu_s, struct diag *d)
{
	/* AddressSanitizer reserves terabytes and cannot live with a limit. */
	if (!ADDRESS_SANITIZER &&
	    !limit(RLIMIT_AS, SANDBOX_MEMORY, SANDBOX_MEMORY))
		return diag_set(d, ST_FAIL, "", "", "no limit on memory");
	if (!limit(RLIMIT_CPU, cpu_s, cpu_s + 1) || !limit(RLIMIT_CORE, 0, 0) ||
	    !limit(RLIMIT_NPROC, 0, 0) || !limit(RLIMIT_NOFILE, 5, 5))
		return diag_set(d, ST_FAIL, "", "", "no limit on time");
	return ST_OK;
}

/* -- Landlock -------------------------------------------------------------- */

/*
 * The kernel's struct landlock_ruleset_attr as of ABI 6; older kernels take
 * its beginning.  Declared here since Debian's headers are older.
 */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

static enum status
landlock(struct diag *d)
{
	struct ruleset r = { 0 };
	size_t size = sizeof(r.fs);
	long abi, fd;
	enum status st = ST_OK;

	abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1U);
	if (abi < 1)
		return ST_OK; /* this kernel has none */
	r.fs = abi >= 5 ? 0xffff
	    : abi >= 3  ? 0x7fff
	    : abi == 2  ? 0x3fff
			: 0x1fff;
	if (abi >= 4) {
		r.net = 3;
		size = 2 * sizeof(r.fs);
	}
	if (abi >= 6) {
		r.scoped = 3;
		size = sizeof(r);
	}
	fd = syscall(SYS_landlock_create_ruleset, &r, size, 0U);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, (int)fd, 0U) != 0)
		st = diag_set(d, ST_FAIL, "", "", "Landlock failed");
	if (fd >= 0)
		close((int)fd);
	return st;
}

/* -- seccomp --------------------------------------------------------------- */

/* Allowed whatever the arguments: memory, time, the end. */
static const int always[] = {
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(sysinfo), /* qsort() asks how much memory there is */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/*
 * Libraries try these for conveniences that they can do without.  They are
 * refused; anything else that is not allowed ends the process.
 */
static const int refused[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(stat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(ioctl),
	SCMP_SYS(prctl),
};

/* A call that is allowed on one descriptor only. */
static int
on_fd(scmp_filter_ctx c, int call, int fd)
{
	const struct scmp_arg_cmp is = { .arg = 0,
		.op = SCMP_CMP_EQ,
		.datum_a = (scmp_datum_t)fd,
		.datum_b = 0 };

	return seccomp_rule_add_array(c, SCMP_ACT_ALLOW, call, 1, &is);
}

/* A call whose third argument must not ask for executable memory. */
static int
not_code(scmp_filter_ctx c, int call)
{
	const struct scmp_arg_cmp is = { .arg = 2,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = PROT_EXEC,
		.datum_b = 0 };

	return seccomp_rule_add_array(c, SCMP_ACT_ALLOW, call, 1, &is);
}

static int
rules(scmp_filter_ctx c)
{
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < NELEMS(always); i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, always[i], 0);
	for (i = 0; rc == 0 && i < NELEMS(refused); i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	if (rc != 0 || (rc = not_code(c, SCMP_SYS(mmap))) != 0 ||
	    (rc = not_code(c, SCMP_SYS(mprotect))) != 0 ||
	    (rc = on_fd(c, SCMP_SYS(pread64), SANDBOX_IN)) != 0 ||
	    (rc = on_fd(c, SCMP_SYS(write), SANDBOX_ANSWER)) != 0 ||
	    (rc = on_fd(c, SCMP_SYS(write), SANDBOX_ERRORS)) != 0)
		return rc;
	return on_fd(c, SCMP_SYS(write), SANDBOX_OUT);
}

static enum status
filter(struct diag *d)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
	enum status st = ST_OK;

	if (c == NULL || rules(c) != 0 || seccomp_load(c) != 0)
		st = diag_set(d, ST_FAIL, "", "", "seccomp failed");
	if (c != NULL)
		seccomp_release(c);
	return st;
}

enum status
sandbox_close(unsigned cpu_s, struct diag *d)
{
	enum status st;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return diag_set(d, ST_FAIL, "", "", "prctl failed");
	if ((st = landlock(d)) != ST_OK || (st = limits(cpu_s, d)) != ST_OK)
		return st;
	return filter(d);
}
