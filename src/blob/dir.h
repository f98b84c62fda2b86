/*
 * dir: what the files of this folder share: names, flushes, times.
 */
#ifndef BLOB_DIR_H
#define BLOB_DIR_H

#include <time.h>

#include "base/status.h"

#define DIR_NAME 36 /* "ab/", an id and NUL */

struct id;

struct blob_dir {
	int fd;
	int lock; /* on tmp, shared, as long as the directory is open */
};

/* 1970, for futimens() and its like. */
extern const struct timespec dir_epoch[2];

/* The status of errno. */
enum status dir_failed(void);

/* The path of name, relative to the directory. */
void dir_name(const struct id *name, char out[DIR_NAME]);

/* Set a file's times to 1970 and flush it.  ST_OK, ST_FULL or ST_IO. */
enum status dir_settle(int fd) NODISCARD;

/*
 * Flush the folder that path lies in, its times in 1970.  Returns ST_OK,
 * ST_FULL or ST_IO.
 */
enum status dir_sync(struct blob_dir *b, const char *path) NODISCARD;

/* Set the times of a folder to 1970, as well as can be. */
void dir_forget_time(struct blob_dir *b, const char *folder);

#endif /* !BLOB_DIR_H */
