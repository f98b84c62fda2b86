/* The directory, and blobs that are written whole. */
#include "blob/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/id.h"
#include "base/pre.h"
#include "blob/dir.h"

#define TMP_NAME 37 /* "tmp/" and an id */

struct blob_writer {
	struct blob_dir *dir;
	int fd;
	int64_t written;
	char tmp[TMP_NAME];
};

/* -- the directory --------------------------------------------------------- */

/* Fan-out and tmp, all at once: then no later call has to make them. */
static enum status
make_folders(struct blob_dir *b)
{
	char name[4];
	int i;

	if (mkdirat(b->fd, "tmp", 0700) != 0 && errno != EEXIST)
		return dir_failed();
	for (i = 0; i < 256; i++) {
		(void)snprintf(name, sizeof(name), "%02x", (unsigned)i & 0xff);
		if (mkdirat(b->fd, name, 0700) != 0 && errno != EEXIST)
			return dir_failed();
	}
	return fsync(b->fd) == 0 ? ST_OK : dir_failed();
}

static enum status
remove_leftovers(struct blob_dir *b)
{
	enum status st = ST_OK;
	struct dirent *e;
	DIR *dir;
	int fd;

	if ((fd = openat(b->fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return dir_failed();
	if ((dir = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return ST_NOMEM;
	}
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && unlinkat(fd, e->d_name, 0) != 0)
			st = dir_failed();
	(void)closedir(dir);
	return st;
}

/*
 * Each process that has the directory open holds a shared lock on tmp.  Who
 * gets an exclusive one is alone, and what lies there is nobody's.
 */
static enum status
lock_tmp(struct blob_dir *b)
{
	enum status st;

	b->lock = openat(b->fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->lock < 0)
		return dir_failed();
	if (flock(b->lock, LOCK_EX | LOCK_NB) == 0 &&
	    (st = remove_leftovers(b)) != ST_OK)
		return st;
	return flock(b->lock, LOCK_SH) == 0 ? ST_OK : dir_failed();
}

enum status
blob_open_dir(const char *path, struct blob_dir **out, struct diag *d)
{
	struct blob_dir *b;
	enum status st;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		return ST_NOMEM;
	b->fd = b->lock = -1;
	if ((st = file_mkdir(path, d)) != ST_OK)
		goto done;
	b->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->fd < 0)
		st = dir_failed();
	if (st == ST_OK && (st = make_folders(b)) == ST_OK)
		st = lock_tmp(b);
	if (st != ST_OK)
		(void)diag_set(d, st, "", "",
		    "The directory %.200s cannot be used (%s). Files are kept "
		    "there: make it writable for this user, or choose another "
		    "one.",
		    path, strerror(errno));
done:
	if (st == ST_OK)
		*out = b;
	else
		blob_close_dir(&b);
	return st;
}

void
blob_close_dir(struct blob_dir **bp)
{
	struct blob_dir *b = *bp;

	if (b == NULL)
		return;
	if (b->lock >= 0)
		(void)close(b->lock);
	if (b->fd >= 0)
		(void)close(b->fd);
	free(b);
	*bp = NULL;
}

/* -- writing --------------------------------------------------------------- */

enum status
blob_create(struct blob_dir *b, struct blob_writer **out)
{
	struct blob_writer *w;
	uint8_t raw[ID_BYTES];
	char hex[ID_TEXT];
	enum status st;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return ST_NOMEM;
	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw)) {
		free(w);
		return ST_IO;
	}
	enc_hex(raw, sizeof(raw), hex);
	(void)snprintf(w->tmp, sizeof(w->tmp), "tmp/%s", hex);
	w->dir = b;
	w->fd = openat(
	    b->fd, w->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd < 0) {
		st = dir_failed();
		free(w);
		return st;
	}
	*out = w;
	return ST_OK;
}

enum status
blob_write(struct blob_writer *w, const void *p, size_t n)
{
	if (file_put(w->fd, p, n) != ST_OK)
		return dir_failed();
	w->written += (int64_t)n;
	return ST_OK;
}

int64_t
blob_written(const struct blob_writer *w)
{
	return w->written;
}

int
blob_writer_fd(struct blob_writer *w)
{
	return w->fd;
}

enum status
blob_commit(struct blob_writer **wp, const struct id *name)
{
	struct blob_writer *w = *wp;
	struct blob_dir *b = w->dir;
	char path[DIR_NAME];
	enum status st;

	dir_name(name, path);
	if ((st = dir_settle(w->fd)) != ST_OK)
		goto done;
	/* A link, unlike a rename, replaces nothing. */
	if (linkat(b->fd, w->tmp, b->fd, path, 0) != 0) {
		st = errno == EEXIST ? ST_CONFLICT : dir_failed();
		goto done;
	}
	st = dir_sync(b, path);
done:
	blob_abort(wp);
	return st;
}

void
blob_abort(struct blob_writer **wp)
{
	struct blob_writer *w = *wp;

	if (w == NULL)
		return;
	(void)unlinkat(w->dir->fd, w->tmp, 0);
	dir_forget_time(w->dir, "tmp");
	(void)close(w->fd);
	free(w);
	*wp = NULL;
}

/* -- reading, erasing ------------------------------------------------------ */

enum status
blob_open(struct blob_dir *b, const struct id *name, int *fd, int64_t *size)
{
	char path[DIR_NAME];
	struct stat sb;
	int f;

	dir_name(name, path);
	/* Reading is not to change what the file tells. */
	f = openat(b->fd, path, O_RDONLY | O_CLOEXEC | O_NOATIME);
	if (f < 0 && errno == EPERM)
		f = openat(b->fd, path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return errno == ENOENT ? ST_NOTFOUND : dir_failed();
	if (fstat(f, &sb) != 0) {
		(void)close(f);
		return ST_IO;
	}
	*fd = f;
	*size = (int64_t)sb.st_size;
	return ST_OK;
}

enum status
blob_erase(struct blob_dir *b, const struct id *name)
{
	char path[DIR_NAME];

	dir_name(name, path);
	/* Absent, but perhaps not durably so: flush in any case. */
	if (unlinkat(b->fd, path, 0) != 0 && errno != ENOENT)
		return dir_failed();
	return dir_sync(b, path);
}

enum status
blob_length(struct blob_dir *b, const struct id *name, int64_t *size)
{
	enum status st;
	int fd;

	if ((st = blob_open(b, name, &fd, size)) != ST_OK)
		return st;
	/* What was there before the flush is durable after it. */
	if (fdatasync(fd) != 0)
		st = dir_failed();
	(void)close(fd);
	return st;
}
