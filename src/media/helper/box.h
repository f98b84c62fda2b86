/*
 * box: writing MP4 boxes (ISO/IEC 14496-12, 4.2) into a buf.
 */
#ifndef MEDIA_HELPER_BOX_H
#define MEDIA_HELPER_BOX_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* Begin a box, or a full box; the mark goes to box_end(). */
size_t box_begin(struct buf *b, const char *type);
size_t
box_full(struct buf *b, const char *type, unsigned version, unsigned flags);
void box_end(struct buf *b, size_t mark);

void box_8(struct buf *b, unsigned v);
void box_16(struct buf *b, unsigned v);
void box_32(struct buf *b, uint32_t v);
void box_64(struct buf *b, uint64_t v);
void box_zeros(struct buf *b, size_t n);

/* Write v where 4 bytes were left at at. */
void box_patch(struct buf *b, size_t at, uint32_t v);

#endif /* !MEDIA_HELPER_BOX_H */
