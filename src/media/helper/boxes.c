#include "media/helper/boxes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pre.h"
#include "media/helper/notes.h"

#define BOXES_MAX 20000 /* fragmented files have thousands */
#define DEPTH_MAX 6
#define LOOK 2048

struct walk {
	int fd;
	struct notes *notes;
	unsigned boxes;
	unsigned track;
	char where[48];
};

struct box {
	char type[5];
	int64_t at, n; /* of the contents */
};

static uint64_t
get(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (; n > 0; n--)
		v = v << 8 | *p++;
	return v;
}

static bool
read_at(const struct walk *w, int64_t at, void *p, size_t n)
{
	return pread(w->fd, p, n, (off_t)at) == (ssize_t)n;
}

/* The box at at, which ends by end; false if there is none. */
static bool
read_box(struct walk *w, int64_t at, int64_t end, struct box *b)
{
	uint8_t h[16];
	uint64_t size;
	int64_t header = 8;

	if (end - at < 8 || w->boxes++ == BOXES_MAX || !read_at(w, at, h, 8))
		return false;
	size = get(h, 4);
	memcpy(b->type, h + 4, 4);
	b->type[4] = '\0';
	if (size == 1) {
		if (end - at < 16 || !read_at(w, at + 8, h + 8, 8))
			return false;
		size = get(h + 8, 8);
		header = 16;
	} else if (size == 0)
		size = (uint64_t)(end - at);
	if (size < (uint64_t)header || size > (uint64_t)(end - at))
		return false;
	b->at = at + header;
	b->n = (int64_t)size - header;
	return true;
}

static bool
is(const struct box *b, const char *type)
{
	return memcmp(b->type, type, 4) == 0;
}

/* Note the box with the first readable text in it. */
static void
note_box(struct walk *w, const struct box *b, const char *what, int64_t skip)
{
	uint8_t p[LOOK];
	size_t n = b->n < LOOK ? (size_t)b->n : LOOK;

	if (!read_at(w, b->at, p, n) || (int64_t)n < skip)
		n = 0;
	notes_add_data(w->notes, w->where, what, n == 0 ? p : p + skip,
	    n == 0 ? 0 : n - (size_t)skip);
}

static void
note_uuid(struct walk *w, const struct box *b)
{
	static const uint8_t xmp[16] = { 0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9,
		0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac };
	uint8_t id[16];

	if (b->n < 16 || !read_at(w, b->at, id, sizeof(id)))
		return;
	note_box(w, b,
	    memcmp(id, xmp, sizeof(xmp)) == 0 ? "an XMP document"
					      : "a maker's own block",
	    16);
}

/* Free space that is not empty. */
static void
note_free(struct walk *w, const struct box *b)
{
	uint8_t p[LOOK];
	size_t n = b->n < LOOK ? (size_t)b->n : LOOK, i;

	if (n == 0 || !read_at(w, b->at, p, n))
		return;
	for (i = 0; i < n; i++)
		if (p[i] != 0) {
			notes_add_data(
			    w->notes, w->where, "bytes in unused space", p, n);
			return;
		}
}

/* elst: how many parts? */
static void
note_edits(struct walk *w, const struct box *b)
{
	uint8_t p[16]; /* elst's header, version and flags, count */
	char text[32] = "";

	if (b->n < 16 || !read_at(w, b->at, p, sizeof(p)))
		return;
	if (get(p + 12, 4) > 1)
		snprintf(text, sizeof(text), "%llu parts",
		    (unsigned long long)get(p + 12, 4));
	notes_add(w->notes, w->where, "edit list", text, strlen(text));
}

static void
note_handler(struct walk *w, const struct box *b)
{
	uint8_t p[24 + NOTES_TEXT] = { 0 };
	size_t n = b->n < (int64_t)sizeof(p) ? (size_t)b->n : sizeof(p), k,
	       start;

	if (n <= 24 || !read_at(w, b->at, p, n))
		return;
	/* In QuickTime files the name's length comes first. */
	start = p[24] == n - 25 ? 25 : 24;
	for (k = start; k < n && p[k] != 0; k++)
		;
	if (k > start)
		notes_add(
		    w->notes, w->where, "handler name", p + start, k - start);
}

static void
boxes(struct walk *w, int64_t at, int64_t end, unsigned depth)
{
	static const char *const parents[] = { "moov", "trak", "mdia", "minf" };
	static const struct {
		const char *type, *what;
	} plain[] = {
		{ "udta", "a block of user data" },
		{ "meta", "a block of metadata" },
		{ "ilst", "a block of metadata" },
		{ "tref", "references between tracks" },
		{ "pnot", "a preview" },
	};
	struct box b;
	size_t i;

	for (; at < end; at = b.at + b.n) {
		if (!read_box(w, at, end, &b)) {
			if (depth == 0 && w->boxes < BOXES_MAX)
				notes_add(w->notes, "file",
				    "bytes that are no part of the video", "",
				    0);
			return;
		}
		if (is(&b, "trak"))
			snprintf(
			    w->where, sizeof(w->where), "track %u", ++w->track);
		for (i = 0; i < NELEMS(parents); i++)
			if (is(&b, parents[i]) && depth < DEPTH_MAX)
				boxes(w, b.at, b.at + b.n, depth + 1);
		for (i = 0; i < NELEMS(plain); i++)
			if (is(&b, plain[i].type))
				note_box(w, &b, plain[i].what, 0);
		if (is(&b, "trak"))
			snprintf(w->where, sizeof(w->where), "file");
		else if (is(&b, "uuid"))
			note_uuid(w, &b);
		else if (is(&b, "free") || is(&b, "skip"))
			note_free(w, &b);
		else if (is(&b, "edts"))
			note_edits(w, &b);
		else if (is(&b, "hdlr"))
			note_handler(w, &b);
	}
}

void
boxes_note(int fd, int64_t size, struct notes *notes)
{
	struct walk w = { .fd = fd, .notes = notes, .where = "file" };

	boxes(&w, 0, size, 0);
}
