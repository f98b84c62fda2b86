#include "media/helper/aac.h"

#include "base/buf.h"
#include "base/diag.h"
#include "media/helper/notes.h"

#define CONFIG_MAX 64
#define ID_DSE 4
#define ID_FIL 6
#define FILL_KEPT 10 /* extensions from here on belong to the sound */

enum status
aac_config(
    const uint8_t *p, size_t n, struct buf *out, bool *elements, struct diag *d)
{
	unsigned type;

	if (n < 2 || n > CONFIG_MAX)
		return diag_set(
		    d, ST_INVALID, "", "", "The sound's settings are damaged.");
	type = p[0] >> 3;
	*elements = (type >= 1 && type <= 5) || type == 29;
	buf_put(out, p, n);
	return buf_status(out);
}

struct bits {
	uint8_t *p;
	size_t n, at; /* bits */
};

static unsigned
peek(const struct bits *b, size_t at, unsigned n)
{
	unsigned v = 0;

	for (; n > 0; n--, at++) {
		v <<= 1;
		if (at < b->n)
			v |= (unsigned)b->p[at / 8] >> (7 - at % 8) & 1U;
	}
	return v;
}

static unsigned
bits(struct bits *b, unsigned n)
{
	unsigned v = peek(b, b->at, n);

	b->at += n;
	return v;
}

/* Make the next n bytes' worth of bits zero and step over them. */
static void
blank(struct bits *b, size_t n, const char *where, struct notes *notes)
{
	uint8_t text[NOTES_TEXT];
	size_t i, k;
	bool any = false;

	if (b->at + 8 * n > b->n)
		return;
	for (i = 0; i < n; i++)
		any |= peek(b, b->at + 8 * i, 8) != 0;
	/* The text may start at any bit; behind padding it is aligned. */
	for (i = 0; i < n && i < sizeof(text); i++)
		text[i] = (uint8_t)peek(b, (b->at + 7) / 8 * 8 + 8 * i, 8);
	if (any)
		notes_add_data(notes, where, "notes of the sound's encoder",
		    text, n < sizeof(text) ? n : sizeof(text));
	for (k = 0; k < 8 * n; k++, b->at++)
		b->p[b->at / 8] &= (uint8_t) ~(0x80U >> (b->at % 8));
}

void
aac_blank(uint8_t *p, size_t n, const char *where, struct notes *notes)
{
	struct bits b = { p, 8 * n, 0 };
	unsigned id, align;
	size_t count;

	while (b.at + 7 < b.n) {
		id = bits(&b, 3);
		if (id == ID_FIL) {
			if ((count = bits(&b, 4)) == 15)
				count += bits(&b, 8) - (size_t)1;
			if (count > 0 && peek(&b, b.at, 4) >= FILL_KEPT)
				b.at += 8 * count;
			else
				blank(&b, count, where, notes);
		} else if (id == ID_DSE) {
			(void)bits(&b, 4);
			align = bits(&b, 1);
			if ((count = bits(&b, 8)) == 255)
				count += bits(&b, 8);
			if (align != 0)
				b.at = (b.at + 7) / 8 * 8;
			blank(&b, count, where, notes);
		} else
			return;
		if (count > n)
			return;
	}
}
