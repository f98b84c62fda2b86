/*
 * file: whole files, read with a limit and written so that they are either
 * the old or the new one after a crash.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/status.h"

struct buf;
struct diag;

/*
 * Append the file at path to b (b's limit counts).  Returns ST_OK,
 * ST_NOTFOUND, ST_TOO_LARGE, ST_NOMEM or ST_IO; d names the file.
 */
enum status
file_read(const char *path, struct buf *b, struct diag *d) NODISCARD;

/*
 * Make path hold exactly n bytes, durably: written beside, flushed, renamed,
 * the directory flushed.  Returns ST_OK, ST_FULL or ST_IO.
 */
enum status file_write(const char *path, mode_t mode, const void *p, size_t n,
    struct diag *d) NODISCARD;

/*
 * The same, but the file must not be there yet: ST_CONFLICT if it is.
 */
enum status file_create(const char *path, mode_t mode, const void *p, size_t n,
    struct diag *d) NODISCARD;

/* Make the directory path and its parents, 0700.  ST_OK or ST_IO. */
enum status file_mkdir(const char *path, struct diag *d) NODISCARD;

/* Flush the directory that path lies in.  ST_OK or ST_IO. */
enum status file_sync_parent(const char *path) NODISCARD;

/* Write n bytes to fd, whatever it takes.  ST_OK, ST_FULL or ST_IO. */
enum status file_put(int fd, const void *p, size_t n) NODISCARD;

#endif /* !BASE_FILE_H */
