/* All blobs of a directory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "blob/blob.h"
#include "blob/dir.h"

typedef enum status
seen(int folder, const char *file, const struct id *name, void *arg);

static enum status
walk_folder(struct blob_dir *b, const char *folder, seen *see, void *arg)
{
	enum status st = ST_OK;
	struct dirent *e;
	struct id name;
	DIR *dir;
	int fd;

	fd = openat(
	    b->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = openat(b->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dir_failed();
	if ((dir = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return ST_NOMEM;
	}
	/* What has no blob's name is not ours, and stays alone. */
	while (st == ST_OK && (e = readdir(dir)) != NULL)
		if (id_parse(e->d_name, &name) == ST_OK)
			st = see(fd, e->d_name, &name, arg);
	(void)closedir(dir);
	return st;
}

static enum status
walk(struct blob_dir *b, seen *see, void *arg)
{
	enum status st = ST_OK;
	char folder[3];
	int i;

	for (i = 0; i < 256 && st == ST_OK; i++) {
		(void)snprintf(
		    folder, sizeof(folder), "%02x", (unsigned)i & 0xff);
		st = walk_folder(b, folder, see, arg);
	}
	return st;
}

struct list {
	blob_each *each;
	void *arg;
};

static enum status
list_one(int folder, const char *file, const struct id *name, void *arg)
{
	struct list *l = arg;
	struct stat sb;

	if (fstatat(folder, file, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ST_OK : ST_IO; /* just erased */
	return l->each(name, (int64_t)sb.st_size, l->arg);
}

enum status
blob_list(struct blob_dir *b, blob_each *each, void *arg)
{
	struct list l = { each, arg };

	return walk(b, list_one, &l);
}

static enum status
level_one(int folder, const char *file, const struct id *name, void *arg)
{
	(void)name;
	(void)arg;
	if (utimensat(folder, file, dir_epoch, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ST_OK : ST_IO;
	return futimens(folder, dir_epoch) == 0 ? ST_OK : ST_IO;
}

enum status
blob_level(struct blob_dir *b)
{
	return walk(b, level_one, NULL);
}
