/*
 * zip: the one form of zip file (APPNOTE 6.3.3) that Porchlight exports.
 *
 * Stored only, names in UTF-8 of [A-Za-z0-9._-/], the time 1980-01-01, no
 * owner, no comment, no extra field but ZIP64's where a number needs it, no
 * data descriptor, members one behind the other from offset 0, then the
 * central directory in the same order.  So the same members give the same
 * bytes, and a reader with a hex editor finds each file whole.
 */
#ifndef EVIDENCE_ZIP_H
#define EVIDENCE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct diag;
struct zip;
struct zip_writer;

#define ZIP_MEMBERS_MAX 4096
#define ZIP_NAME_MAX 200

/* As tar_name_ok(), up to ZIP_NAME_MAX bytes. */
int zip_name_ok(const char *name);

/* Add n bytes to a CRC-32 that starts at 0. */
uint32_t zip_crc(uint32_t crc, const void *p, size_t n);

/* Where a writer's bytes go.  Anything but ST_OK ends the writing. */
typedef enum status zip_put(void *arg, const void *p, size_t n);

/* NULL if out of memory. */
struct zip_writer *zip_writer_new(zip_put *put, void *arg);
void zip_writer_free(struct zip_writer **w);

/*
 * One member: begin with its size and CRC-32, its bytes, and end, which is
 * ST_FAIL if size or CRC turn out otherwise.  PRE: zip_name_ok(name), fewer
 * than ZIP_MEMBERS_MAX.  A name given twice is ST_CONFLICT.  Otherwise what
 * put returned, or ST_NOMEM.
 */
enum status zip_begin(struct zip_writer *w, const char *name, uint64_t size,
    uint32_t crc) NODISCARD;
enum status zip_data(struct zip_writer *w, const void *p, size_t n) NODISCARD;
enum status zip_end(struct zip_writer *w) NODISCARD;

/* The same for n bytes at p, or for a seekable file read twice from 0. */
enum status zip_add(
    struct zip_writer *w, const char *name, const void *p, size_t n) NODISCARD;
enum status
zip_add_fd(struct zip_writer *w, const char *name, int fd) NODISCARD;

/* Write the central directory. */
enum status zip_finish(struct zip_writer *w) NODISCARD;

struct zip_member {
	const char *name;
	uint64_t offset; /* of its first byte in the file */
	uint64_t size;
	uint32_t crc;
};

/*
 * Read the directory of the zip in fd (pread only; borrowed, must stay open)
 * or in n bytes at p (borrowed).  Strict: each byte of the file is one that
 * the writer would have written; contents are not looked at.
 * Returns ST_OK, ST_INVALID (`package-zip`), ST_NOMEM or ST_IO.
 */
enum status zip_open_fd(int fd, struct zip **out, struct diag *d) NODISCARD;
enum status
zip_open(const void *p, size_t n, struct zip **out, struct diag *d) NODISCARD;
void zip_close(struct zip **z);

size_t zip_count(const struct zip *z);
const struct zip_member *zip_member(const struct zip *z, size_t i);
/* NULL if there is none. */
const struct zip_member *zip_find(const struct zip *z, const char *name);

/*
 * Read exactly n bytes at offset of the member's content.  PRE: within it.
 * Returns ST_OK or ST_IO.
 */
enum status zip_read(const struct zip *z, const struct zip_member *m,
    uint64_t offset, void *p, size_t n) NODISCARD;

/* Whether the content has its CRC-32: ST_OK, ST_INVALID or ST_IO. */
enum status zip_check(
    const struct zip *z, const struct zip_member *m, struct diag *d) NODISCARD;

#endif /* !EVIDENCE_ZIP_H */
