/*
 * buf: bytes that grow, up to a limit.
 *
 * A buf that once failed to grow stays failed and ignores what is put, so
 * that a writer checks once, at the end, with buf_status().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf {
	uint8_t *p; /* n bytes, then a NUL that is not counted; may be NULL */
	size_t n;
	size_t cap;
	size_t limit;
	enum status failed;
};

/* An empty buf that never holds more than limit bytes. */
void buf_init(struct buf *b, size_t limit);

/* Free what b holds; b is empty and usable again. */
void buf_fini(struct buf *b);

/* The same, but overwrite the bytes first: for secrets. */
void buf_wipe(struct buf *b);

/* Forget the bytes, keep the memory and the limit; a failure is forgotten. */
void buf_clear(struct buf *b);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for n more bytes, to be written by the caller; NULL if b failed. */
uint8_t *buf_extend(struct buf *b, size_t n);

/* The bytes as a C string ("" if empty). */
const char *buf_text(const struct buf *b);

/* ST_OK, or why b failed: ST_TOO_LARGE or ST_NOMEM. */
enum status buf_status(const struct buf *b) NODISCARD;

#endif /* !BASE_BUF_H */
