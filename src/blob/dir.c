#include "blob/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"

const struct timespec dir_epoch[2] = { { 0, 0 }, { 0, 0 } };

enum status
dir_failed(void)
{
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ST_FULL
								    : ST_IO;
}

void
dir_name(const struct id *name, char out[DIR_NAME])
{
	char hex[ID_TEXT];

	id_text(name, hex);
	(void)snprintf(out, DIR_NAME, "%.2s/%.32s", hex, hex);
}

enum status
dir_settle(int fd)
{
	if (futimens(fd, dir_epoch) != 0 || fsync(fd) != 0)
		return dir_failed();
	return ST_OK;
}

enum status
dir_sync(struct blob_dir *b, const char *path)
{
	char folder[3] = { path[0], path[1], '\0' };
	enum status st;
	int fd;

	fd = openat(b->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dir_failed();
	st = dir_settle(fd);
	(void)close(fd);
	return st;
}

void
dir_forget_time(struct blob_dir *b, const char *folder)
{
	(void)utimensat(b->fd, folder, dir_epoch, 0);
}
