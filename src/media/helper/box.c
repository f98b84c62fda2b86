#include "media/helper/box.h"

#include <string.h>

#include "base/buf.h"

size_t
box_begin(struct buf *b, const char *type)
{
	size_t mark = b->n;

	box_32(b, 0);
	buf_put(b, type, 4);
	return mark;
}

size_t
box_full(struct buf *b, const char *type, unsigned version, unsigned flags)
{
	size_t mark = box_begin(b, type);

	box_32(b, (uint32_t)version << 24 | flags);
	return mark;
}

void
box_end(struct buf *b, size_t mark)
{
	box_patch(b, mark, (uint32_t)(b->n - mark));
}

void
box_patch(struct buf *b, size_t at, uint32_t v)
{
	const uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	if (buf_status(b) == ST_OK)
		memcpy(b->p + at, p, sizeof(p));
}

void
box_8(struct buf *b, unsigned v)
{
	buf_putc(b, (char)v);
}

void
box_16(struct buf *b, unsigned v)
{
	box_8(b, v >> 8);
	box_8(b, v);
}

void
box_32(struct buf *b, uint32_t v)
{
	box_16(b, v >> 16);
	box_16(b, v & 0xffff);
}

void
box_64(struct buf *b, uint64_t v)
{
	box_32(b, (uint32_t)(v >> 32));
	box_32(b, (uint32_t)v);
}

void
box_zeros(struct buf *b, size_t n)
{
	for (; n > 0; n--)
		buf_putc(b, 0);
}
