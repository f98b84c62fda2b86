/*
 * tar: the one form of ustar archive (POSIX.1-1988) that Porchlight sends.
 *
 * Regular files only, in a given order, mode 0644, no owner, no group, no
 * time; after the two zero blocks of the end, zeros up to the Padmé length of
 * the whole.  The writer never seeks and knows the total beforehand.  The
 * reader is fed bytes as they come and refuses whatever the writer would not
 * have written: links, devices, directories, absolute or climbing names,
 * other dialects, wrong sums, bytes behind the end that are not zero.
 */
#ifndef EVIDENCE_TAR_H
#define EVIDENCE_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct diag;
struct tar_reader;
struct tar_writer;

#define TAR_NAME_MAX 100                 /* bytes of a member's name */
#define TAR_SIZE_MAX (UINT64_C(8) << 30) /* of a member, exclusive */

/*
 * Whether name may stand in an archive: 1 to 100 bytes of [A-Za-z0-9._-] in
 * segments between single slashes, none of which starts with a dot.
 */
int tar_name_ok(const char *name);

/* Where a writer's bytes go.  Anything but ST_OK ends the writing. */
typedef enum status tar_put(void *arg, const void *p, size_t n);

/* The archive's length with members of these n sizes, padding included. */
uint64_t tar_total_size(const uint64_t *sizes, size_t n);

/*
 * A writer that hands its bytes to put.  NULL if out of memory.
 */
struct tar_writer *tar_writer_new(tar_put *put, void *arg);
void tar_writer_free(struct tar_writer **w);

/*
 * Begin a member (PRE: tar_name_ok, size < TAR_SIZE_MAX, the one before is
 * complete); add its bytes; end the archive.  More or fewer bytes than size
 * are ST_FAIL.  Otherwise what put returned.
 */
enum status
tar_begin(struct tar_writer *w, const char *name, uint64_t size) NODISCARD;
enum status tar_data(struct tar_writer *w, const void *p, size_t n) NODISCARD;
enum status tar_finish(struct tar_writer *w) NODISCARD;

/*
 * What a reader tells, in order: begin, data (zero or more times, never
 * empty), end, for each member.  Anything but ST_OK ends the reading and is
 * what the feeding call returns.
 */
struct tar_events {
	enum status (*begin)(void *arg, const char *name, uint64_t size);
	enum status (*data)(void *arg, const void *p, size_t n);
	enum status (*end)(void *arg);
};

/*
 * A reader that takes at most members_max members and total_max bytes in
 * all, padding included.  NULL if out of memory.
 */
struct tar_reader *tar_reader_new(const struct tar_events *events, void *arg,
    size_t members_max, uint64_t total_max);
void tar_reader_free(struct tar_reader **r);

/*
 * Take n more bytes.  Returns ST_OK, ST_INVALID with the problem `bag-tar`,
 * `bag-path`, `bag-links`, or ST_TOO_LARGE with `bag-too-large`, or what an
 * event returned.  After anything but ST_OK only tar_reader_free is allowed.
 */
enum status tar_feed(
    struct tar_reader *r, const void *p, size_t n, struct diag *d) NODISCARD;

/*
 * The bytes are over.  ST_OK if the archive was complete and its length that
 * which tar_total_size() gives; else ST_INVALID with the problem `bag-tar`.
 */
enum status tar_end(struct tar_reader *r, struct diag *d) NODISCARD;

#endif /* !EVIDENCE_TAR_H */
