/* Blobs that grow at their end. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "blob/blob.h"
#include "blob/dir.h"

struct blob_append {
	int fd; /* locked */
	int64_t end;
};

enum status
blob_append_create(struct blob_dir *b, const struct id *name)
{
	char path[DIR_NAME];
	enum status st;
	int fd;

	dir_name(name, path);
	fd = openat(b->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? ST_CONFLICT : dir_failed();
	if ((st = dir_settle(fd)) == ST_OK)
		st = dir_sync(b, path);
	(void)close(fd);
	return st;
}

/* Lock fd, and see that it is still the file that path names. */
static enum status
lock(struct blob_dir *b, const char *path, int fd, int64_t *end)
{
	struct stat held, named;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? ST_LOCKED : ST_IO;
	if (fstat(fd, &held) != 0)
		return ST_IO;
	if (fstatat(b->fd, path, &named, 0) != 0)
		return errno == ENOENT ? ST_NOTFOUND : ST_IO;
	if (held.st_ino != named.st_ino)
		return ST_NOTFOUND;
	*end = (int64_t)held.st_size;
	return ST_OK;
}

enum status
blob_append_open(struct blob_dir *b, const struct id *name, int64_t offset,
    struct blob_append **out)
{
	struct blob_append *a;
	char path[DIR_NAME];
	enum status st;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return ST_NOMEM;
	dir_name(name, path);
	a->fd = openat(b->fd, path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (a->fd < 0) {
		st = errno == ENOENT ? ST_NOTFOUND : dir_failed();
		goto done;
	}
	if ((st = lock(b, path, a->fd, &a->end)) != ST_OK)
		goto done;
	if (a->end != offset)
		st = ST_CONFLICT;
done:
	if (st == ST_OK)
		*out = a;
	else
		blob_append_close(&a);
	return st;
}

enum status
blob_append_write(struct blob_append *a, const void *p, size_t n)
{
	if (file_put(a->fd, p, n) != ST_OK)
		return dir_failed();
	a->end += (int64_t)n;
	return ST_OK;
}

enum status
blob_append_flush(struct blob_append *a, int64_t *offset)
{
	struct stat sb;

	/* A write that failed may have left a part: ask for the length. */
	if (futimens(a->fd, dir_epoch) != 0 || fstat(a->fd, &sb) != 0 ||
	    fdatasync(a->fd) != 0)
		return dir_failed();
	a->end = (int64_t)sb.st_size;
	*offset = a->end;
	return ST_OK;
}

void
blob_append_close(struct blob_append **ap)
{
	struct blob_append *a = *ap;

	if (a == NULL)
		return;
	if (a->fd >= 0) {
		(void)futimens(a->fd, dir_epoch);
		(void)close(a->fd);
	}
	free(a);
	*ap = NULL;
}
