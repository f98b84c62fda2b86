/*
 * slowsync: preloaded, makes each fsync and fdatasync take as long as a disk's.
 *
 * A flush on a shared machine may be nearly free, and then says nothing about
 * a machine that keeps its word.  SLOWSYNC_US is added to each, in
 * microseconds; slowsync_count() tells how many there were.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef int flush_fn(int fd);

unsigned long slowsync_count(void);
int fsync(int fd);
int fdatasync(int fd);

static atomic_ulong count;

unsigned long
slowsync_count(void)
{
	return count;
}

static int
slow(const char *name, int fd)
{
	const char *us = getenv("SLOWSYNC_US");
	long n = us != NULL ? strtol(us, NULL, 10) : 0;
	struct timespec t = { n / 1000000, n % 1000000 * 1000 };
	flush_fn *real;

	/* ISO C has no way from an object's address to a function's. */
	*(void **)&real = dlsym(RTLD_NEXT, name);
	count++;
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		continue;
	return real(fd);
}

int
fsync(int fd)
{
	return slow("fsync", fd);
}

int
fdatasync(int fd)
{
	return slow("fdatasync", fd);
}
