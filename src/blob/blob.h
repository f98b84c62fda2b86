/*
 * blob: bytes by name, as files in a directory of their own.
 *
 * A name is a random id.  A blob is either written whole, and then there or
 * not there (blob_create ... blob_commit), or it grows at its end (the append
 * functions: uploads).  Nothing is ever changed in place.
 *
 * Layout: PATH/ab/abcdef....  for the id abcdef..., PATH/tmp for what is being
 * written; leftovers there are removed when the directory is opened and no
 * other process has it open.
 *
 * What the files tell: access and modification times of blobs and of their
 * directories are always 1970.  The file system's own change time and inode
 * numbers cannot be set; blob_level() brings all change times to its moment,
 * so that run daily they tell the day's arrivals at most.
 *
 * All functions may be called from any thread; a writer is for one at a time.
 * Everywhere ST_FULL means no space, ST_IO another failure of the storage.
 */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct blob_dir;
struct blob_writer;
struct blob_append;
struct diag;
struct id;

/*
 * Open the directory at path, making it (0700; its parents too) if absent.
 * Returns ST_OK, ST_FULL, ST_NOMEM or ST_IO; d says what to do.
 */
enum status blob_open_dir(
    const char *path, struct blob_dir **out, struct diag *d) NODISCARD;

/* No writer may be left.  *b becomes NULL. */
void blob_close_dir(struct blob_dir **b);

/* -- written whole --------------------------------------------------------- */

/* ST_OK, ST_FULL, ST_NOMEM or ST_IO. */
enum status blob_create(struct blob_dir *b, struct blob_writer **out) NODISCARD;

/* ST_OK, ST_FULL or ST_IO; after a failure only blob_abort() is left. */
enum status
blob_write(struct blob_writer *w, const void *p, size_t n) NODISCARD;

/* Bytes written so far. */
int64_t blob_written(const struct blob_writer *w);

/*
 * The file under writing, for those who write or read by descriptor; its
 * offset is at the end.  Stays the writer's.
 */
int blob_writer_fd(struct blob_writer *w);

/*
 * Give what was written its name, durably.  *w is freed and NULL, whatever is
 * returned: ST_OK; ST_CONFLICT if there is such a blob, which stays as it is;
 * ST_FULL or ST_IO.
 */
enum status
blob_commit(struct blob_writer **w, const struct id *name) NODISCARD;

/* Forget what was written.  NULL is fine. */
void blob_abort(struct blob_writer **w);

/* -- reading, erasing ------------------------------------------------------ */

/*
 * Open a blob for reading; *fd is the caller's to close.  Returns ST_OK,
 * ST_NOTFOUND or ST_IO.
 */
enum status blob_open(struct blob_dir *b, const struct id *name, int *fd,
    int64_t *size) NODISCARD;

/* Erase name, durably.  ST_OK also if there is none; ST_FULL or ST_IO. */
enum status blob_erase(struct blob_dir *b, const struct id *name) NODISCARD;

/*
 * *size is a length that is durable: it flushes first, also what an append
 * under way has written.  Returns ST_OK, ST_NOTFOUND, ST_FULL or ST_IO.
 */
enum status
blob_length(struct blob_dir *b, const struct id *name, int64_t *size) NODISCARD;

/*
 * Call each for every blob, in no order, to find those that no row names.  A
 * status other than ST_OK ends the list and is returned.  each may erase the
 * blob.
 */
typedef enum status blob_each(const struct id *name, int64_t size, void *arg);
enum status blob_list(struct blob_dir *b, blob_each *each, void *arg) NODISCARD;

/* Bring the change times of all blobs to now; see above.  ST_OK or ST_IO. */
enum status blob_level(struct blob_dir *b) NODISCARD;

/* -- growing at the end ---------------------------------------------------- */

/* Make an empty blob, durably.  ST_OK, ST_CONFLICT, ST_FULL or ST_IO. */
enum status
blob_append_create(struct blob_dir *b, const struct id *name) NODISCARD;

/*
 * Open name to go on at offset.  One writer at a time, over all processes.
 * Returns ST_OK; ST_NOTFOUND; ST_LOCKED if there is another writer;
 * ST_CONFLICT if offset is not its length; ST_FULL, ST_NOMEM or ST_IO.
 */
enum status blob_append_open(struct blob_dir *b, const struct id *name,
    int64_t offset, struct blob_append **out) NODISCARD;

/* ST_OK, ST_FULL or ST_IO; part of the n bytes may have been written then. */
enum status
blob_append_write(struct blob_append *a, const void *p, size_t n) NODISCARD;

/* Flush; *offset is what is durable now.  ST_OK, ST_FULL or ST_IO. */
enum status blob_append_flush(struct blob_append *a, int64_t *offset) NODISCARD;

/* Let another writer in.  What was not flushed may or may not be there. */
void blob_append_close(struct blob_append **a);

#endif /* !BLOB_BLOB_H */
