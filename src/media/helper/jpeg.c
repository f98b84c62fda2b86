#include "media/helper/jpeg.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "media/helper/notes.h"

#define SOI 0xd8
#define EOI 0xd9
#define SOS 0xda
#define APP0 0xe0
#define APP14 0xee
#define APP15 0xef
#define COM 0xfe

/* Entropy-coded bytes: up to a marker that is neither stuffing nor RST. */
static size_t
scan(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (p[i] == 0xff && p[i + 1] != 0 &&
		    (p[i + 1] < 0xd0 || p[i + 1] > 0xd7) && p[i + 1] != 0xff)
			return i;
	return n;
}

static bool
kept(unsigned marker, const uint8_t *p, size_t n)
{
	if (marker == APP14)
		return n == 14 && memcmp(p + 2, "Adobe", 5) == 0;
	return marker != COM && (marker < APP0 || marker > APP15);
}

enum status
jpeg_sample(const uint8_t *p, size_t n, struct buf *out, const char *where,
    struct notes *notes)
{
	size_t at = 2, len, start = out->n;
	unsigned marker;

	if (n < 4 || p[0] != 0xff || p[1] != SOI)
		return ST_OK; /* no picture */
	buf_put(out, p, 2);
	while (at + 4 <= n && p[at] == 0xff) {
		marker = p[at + 1];
		if (marker == 0xff) { /* fill */
			at++;
			continue;
		}
		if (marker == EOI)
			break;
		len = (size_t)p[at + 2] << 8 | p[at + 3];
		if (len < 2 || len > n - at - 2)
			break;
		if (kept(marker, p + at + 2, len))
			buf_put(out, p + at, len + 2);
		else
			notes_add_data(notes, where,
			    marker == COM ? "comments in the pictures"
					  : "device notes in the pictures",
			    p + at + 4, len - 2);
		at += len + 2;
		if (marker == SOS) {
			len = scan(p + at, n - at);
			buf_put(out, p + at, len);
			at += len;
		}
	}
	buf_put(out, "\xff\xd9", 2);
	if (out->n - start == 4)
		out->n = start;
	return buf_status(out);
}
