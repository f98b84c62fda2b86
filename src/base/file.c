#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"

static enum status
failed(const char *path, const char *what, struct diag *d)
{
	int e = errno;

	return diag_set(d, e == ENOSPC || e == EDQUOT ? ST_FULL : ST_IO, "", "",
	    "%s %.200s failed: %s.", what, path, strerror(e));
}

enum status
file_read(const char *path, struct buf *b, struct diag *d)
{
	enum status st = ST_OK;
	uint8_t chunk[16384];
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		if (errno == ENOENT)
			return diag_set(d, ST_NOTFOUND, "", "",
			    "There is no file %.200s.", path);
		return failed(path, "Opening", d);
	}
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			st = failed(path, "Reading", d);
			break;
		}
		buf_put(b, chunk, (size_t)n);
		if ((st = buf_status(b)) != ST_OK) {
			(void)diag_set(d, st, "", "",
			    st == ST_NOMEM ? "No memory to read %.200s."
					   : "The file %.200s is too large.",
			    path);
			break;
		}
	}
	/* What was read may be a key. */
	explicit_bzero(chunk, sizeof(chunk));
	(void)close(fd);
	return st;
}

enum status
file_put(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t k;

	while (n > 0) {
		if ((k = write(fd, at, n)) < 0) {
			if (errno == EINTR)
				continue;
			return errno == ENOSPC || errno == EDQUOT ? ST_FULL
								  : ST_IO;
		}
		at += k;
		n -= (size_t)k;
	}
	return ST_OK;
}

enum status
file_sync_parent(const char *path)
{
	char copy[PATH_MAX];
	int fd, ok;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ST_IO;
	ok = fsync(fd) == 0;
	(void)close(fd);
	return ok ? ST_OK : ST_IO;
}

/* Write n bytes durably to a new file beside path, whose name goes to tmp. */
static enum status
write_beside(const char *path, mode_t mode, const void *p, size_t n,
    char tmp[PATH_MAX], struct diag *d)
{
	static atomic_uint serial;
	enum status st;
	int fd;

	/* Two threads may write the same file: each has a name of its own. */
	if (snprintf(tmp, PATH_MAX, "%s.%ld-%u.new", path, (long)getpid(),
		atomic_fetch_add(&serial, 1)) >= PATH_MAX)
		return diag_set(d, ST_IO, "", "", "The path is too long.");
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return failed(tmp, "Creating", d);
	st = file_put(fd, p, n);
	if (st == ST_OK && fsync(fd) != 0)
		st = ST_IO;
	if (st != ST_OK)
		st = failed(tmp, "Writing", d);
	if (close(fd) != 0 && st == ST_OK)
		st = failed(tmp, "Closing", d);
	if (st != ST_OK)
		(void)unlink(tmp);
	return st;
}

enum status
file_write(
    const char *path, mode_t mode, const void *p, size_t n, struct diag *d)
{
	char tmp[PATH_MAX];
	enum status st;

	if ((st = write_beside(path, mode, p, n, tmp, d)) != ST_OK)
		return st;
	if (rename(tmp, path) != 0) {
		st = failed(path, "Renaming to", d);
		(void)unlink(tmp);
		return st;
	}
	return file_sync_parent(path);
}

enum status
file_create(
    const char *path, mode_t mode, const void *p, size_t n, struct diag *d)
{
	char tmp[PATH_MAX];
	enum status st;

	if ((st = write_beside(path, mode, p, n, tmp, d)) != ST_OK)
		return st;
	if (link(tmp, path) != 0)
		st = errno == EEXIST
		    ? diag_set(d, ST_CONFLICT, "", "",
			  "The file %.200s is already there.", path)
		    : failed(path, "Creating", d);
	(void)unlink(tmp);
	return st == ST_OK ? file_sync_parent(path) : st;
}

enum status
file_mkdir(const char *path, struct diag *d)
{
	char copy[PATH_MAX], *p;
	struct stat sb;

	PRE(*path != '\0');
	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return diag_set(d, ST_IO, "", "", "The path is too long.");
	for (p = copy + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) != 0) {
			if (errno != EEXIST)
				return failed(copy, "Making the directory", d);
		} else if (file_sync_parent(copy) != ST_OK) {
			return failed(copy, "Flushing the directory", d);
		}
		if (c == '\0')
			break;
		*p = c;
	}
	if (stat(copy, &sb) != 0)
		return failed(copy, "Looking at", d);
	if (!S_ISDIR(sb.st_mode))
		return diag_set(
		    d, ST_IO, "", "", "%.200s is not a directory.", path);
	return ST_OK;
}
