#include "media/helper/mp4.h"

#include <string.h>

#include "media/helper/box.h"
#include "media/helper/entry.h"

#define LANGUAGE_UND 0x55c4

/* -- times ----------------------------------------------------------------- */

/* How long the last sample lasts. */
static int64_t
last_delta(const struct mp4_track *m)
{
	int64_t delta = m->end - m->order[m->n - 1];

	if (delta <= 0 && m->n > 1)
		delta = m->order[m->n - 1] - m->order[m->n - 2];
	return delta <= 0 ? 1 : delta;
}

static int64_t
delta(const struct mp4_track *m, size_t i)
{
	return i + 1 < m->n ? m->order[i + 1] - m->order[i] : last_delta(m);
}

/* Of all its samples, in its timescale. */
static int64_t
duration(const struct mp4_track *m)
{
	return m->order[m->n - 1] - m->order[0] + last_delta(m);
}

/* From decoding time, which starts at 0, to presentation time. */
static int64_t
offset(const struct mp4_track *m, size_t i)
{
	int64_t v = m->s[i].pts - m->zero - (m->order[i] - m->order[0]);

	return !m->t->video && v < 0 ? 0 : v;
}

int64_t
mp4_track_ms(const struct mp4_track *m)
{
	int64_t start = m->order[0] - m->zero;

	return av_rescale_rnd(duration(m) + (start > 0 ? start : 0), 1000,
	    m->t->timescale, AV_ROUND_UP);
}

/* -- tables of samples ----------------------------------------------------- */

/* A table of (count, value) runs over n values. */
static void
runs(struct buf *b, const struct mp4_track *m,
    int64_t (*value)(const struct mp4_track *, size_t))
{
	size_t at = b->n, i, k;
	uint32_t n = 0;

	box_32(b, 0);
	for (i = 0; i < m->n; i = k) {
		for (k = i + 1; k < m->n && value(m, k) == value(m, i); k++)
			;
		box_32(b, (uint32_t)(k - i));
		box_32(b, (uint32_t)value(m, i));
		n++;
	}
	box_patch(b, at, n);
}

static void
stts(struct buf *b, const struct mp4_track *m, unsigned unit)
{
	size_t mark = box_full(b, "stts", 0, 0), i;
	uint64_t bytes = 0;

	if (unit > 0) {
		for (i = 0; i < m->n; i++)
			bytes += m->s[i].size;
		box_32(b, 1);
		box_32(b, (uint32_t)(bytes / unit));
		box_32(b, 1);
	} else
		runs(b, m, delta);
	box_end(b, mark);
}

static void
ctts(struct buf *b, const struct mp4_track *m, unsigned unit)
{
	size_t mark, i;
	uint64_t bytes = 0;

	for (i = 0; i < m->n && offset(m, i) == 0; i++)
		;
	if (i == m->n)
		return;
	mark = box_full(b, "ctts", 1, 0);
	if (unit > 0) {
		for (i = 0; i < m->n; i++)
			bytes += m->s[i].size;
		box_32(b, 1);
		box_32(b, (uint32_t)(bytes / unit));
		box_32(b, (uint32_t)offset(m, 0));
	} else
		runs(b, m, offset);
	box_end(b, mark);
}

static void
stss(struct buf *b, const struct mp4_track *m)
{
	size_t mark, at, i;
	uint32_t n = 0;

	for (i = 0; i < m->n && m->s[i].key; i++)
		;
	if (!m->t->video || i == m->n)
		return;
	mark = box_full(b, "stss", 0, 0);
	at = b->n;
	box_32(b, 0);
	for (i = 0; i < m->n; i++)
		if (m->s[i].key) {
			box_32(b, (uint32_t)i + 1);
			n++;
		}
	box_patch(b, at, n);
	box_end(b, mark);
}

static uint32_t
chunk_samples(const struct chunk *c, unsigned unit)
{
	return unit > 0 ? (uint32_t)(c->bytes / unit) : c->n;
}

static void
stsc(struct buf *b, const struct mp4_track *m, unsigned unit)
{
	size_t mark = box_full(b, "stsc", 0, 0), at = b->n, i;
	uint32_t n = 0, last = 0, now;

	box_32(b, 0);
	for (i = 0; i < m->n_chunks; i++) {
		now = chunk_samples(&m->c[i], unit);
		if (now == last)
			continue;
		box_32(b, (uint32_t)i + 1);
		box_32(b, now);
		box_32(b, 1);
		last = now;
		n++;
	}
	box_patch(b, at, n);
	box_end(b, mark);
}

static void
stsz(struct buf *b, const struct mp4_track *m, unsigned unit)
{
	size_t mark = box_full(b, "stsz", 0, 0), i;
	uint64_t bytes = 0;

	if (unit > 0) {
		for (i = 0; i < m->n; i++)
			bytes += m->s[i].size;
		box_32(b, unit);
		box_32(b, (uint32_t)(bytes / unit));
	} else {
		box_32(b, 0);
		box_32(b, (uint32_t)m->n);
		for (i = 0; i < m->n; i++)
			box_32(b, m->s[i].size);
	}
	box_end(b, mark);
}

static void
offsets(struct buf *b, const struct mp4_track *m, uint64_t data, bool wide)
{
	size_t mark = box_full(b, wide ? "co64" : "stco", 0, 0), i;

	box_32(b, (uint32_t)m->n_chunks);
	for (i = 0; i < m->n_chunks; i++)
		if (wide)
			box_64(b, data + m->c[i].at);
		else
			box_32(b, (uint32_t)(data + m->c[i].at));
	box_end(b, mark);
}

/* -- the boxes above them -------------------------------------------------- */

static void
matrix(struct buf *b, const int32_t m[9])
{
	size_t i;

	for (i = 0; i < 9; i++)
		box_32(b, (uint32_t)m[i]);
}

static void
mvhd(struct buf *b, size_t n, int64_t ms)
{
	static const int32_t upright[9] = { 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0,
		1 << 30 };
	size_t mark = box_full(b, "mvhd", 0, 0);

	box_zeros(b, 8); /* times of making */
	box_32(b, 1000);
	box_32(b, (uint32_t)ms);
	box_32(b, 0x00010000);
	box_16(b, 0x0100);
	box_zeros(b, 10);
	matrix(b, upright);
	box_zeros(b, 24);
	box_32(b, (uint32_t)n + 1);
	box_end(b, mark);
}

static void
tkhd(struct buf *b, const struct mp4_track *m, size_t id)
{
	size_t mark = box_full(b, "tkhd", 0, 3);
	const AVCodecParameters *par = m->t->par;
	int64_t width = (int64_t)par->width << 16;

	if (m->t->sar.num > 0 && m->t->sar.den > 0)
		width = av_rescale(width, m->t->sar.num, m->t->sar.den);
	box_zeros(b, 8);
	box_32(b, (uint32_t)id);
	box_32(b, 0);
	box_32(b, (uint32_t)mp4_track_ms(m));
	box_zeros(b, 12);
	box_16(b, m->t->video ? 0 : 0x0100); /* volume */
	box_16(b, 0);
	matrix(b, m->t->matrix);
	box_32(b, m->t->video ? (uint32_t)width : 0);
	box_32(b, m->t->video ? (uint32_t)par->height << 16 : 0);
	box_end(b, mark);
}

static void
mdhd(struct buf *b, const struct mp4_track *m)
{
	size_t mark = box_full(b, "mdhd", 1, 0);

	box_zeros(b, 16);
	box_32(b, m->t->timescale);
	box_64(b, (uint64_t)duration(m));
	box_16(b, LANGUAGE_UND);
	box_16(b, 0);
	box_end(b, mark);
}

static void
hdlr(struct buf *b, bool video)
{
	size_t mark = box_full(b, "hdlr", 0, 0);

	box_32(b, 0);
	buf_put(b, video ? "vide" : "soun", 4);
	box_zeros(b, 12);
	box_8(b, 0); /* no name */
	box_end(b, mark);
}

static void
media_header(struct buf *b, bool video)
{
	size_t mark = video ? box_full(b, "vmhd", 0, 1)
			    : box_full(b, "smhd", 0, 0);

	box_zeros(b, video ? 8 : 4);
	box_end(b, mark);
}

static void
dinf(struct buf *b)
{
	size_t mark = box_begin(b, "dinf"), dref = box_full(b, "dref", 0, 0);
	size_t url;

	box_32(b, 1);
	url = box_full(b, "url ", 0, 1); /* in this file */
	box_end(b, url);
	box_end(b, dref);
	box_end(b, mark);
}

static enum status
stbl(struct buf *b, const struct mp4_track *m, uint64_t data, bool wide)
{
	size_t mark = box_begin(b, "stbl"), stsd = box_full(b, "stsd", 0, 0);
	unsigned unit = entry_pcm_unit(m->t);
	enum status st;

	box_32(b, 1);
	if ((st = entry_put(b, m->t)) != ST_OK)
		return st;
	box_end(b, stsd);
	stts(b, m, unit);
	ctts(b, m, unit);
	stss(b, m);
	stsc(b, m, unit);
	stsz(b, m, unit);
	offsets(b, m, data, wide);
	box_end(b, mark);
	return buf_status(b);
}

static enum status
trak(struct buf *b, const struct mp4_track *m, size_t id, uint64_t data,
    bool wide)
{
	size_t mark = box_begin(b, "trak"), mdia, minf;
	enum status st;

	tkhd(b, m, id);
	mdia = box_begin(b, "mdia");
	mdhd(b, m);
	hdlr(b, m->t->video);
	minf = box_begin(b, "minf");
	media_header(b, m->t->video);
	dinf(b);
	if ((st = stbl(b, m, data, wide)) != ST_OK)
		return st;
	box_end(b, minf);
	box_end(b, mdia);
	box_end(b, mark);
	return ST_OK;
}

static void
ftyp(struct buf *b)
{
	size_t mark = box_begin(b, "ftyp");

	buf_put(b, "isom", 4);
	box_32(b, 0);
	buf_put(b, "isomiso6", 8);
	box_end(b, mark);
}

/* All up to the samples, which lie at data. */
static enum status
frame(struct buf *b, const struct mp4_track *tracks, size_t n, uint64_t bytes,
    uint64_t data, bool wide)
{
	int64_t ms = 0;
	size_t mark, i;
	enum status st;

	ftyp(b);
	mark = box_begin(b, "moov");
	for (i = 0; i < n; i++)
		if (mp4_track_ms(&tracks[i]) > ms)
			ms = mp4_track_ms(&tracks[i]);
	mvhd(b, n, ms);
	for (i = 0; i < n; i++)
		if ((st = trak(b, &tracks[i], i + 1, data, wide)) != ST_OK)
			return st;
	box_end(b, mark);
	if (wide) {
		box_32(b, 1);
		buf_put(b, "mdat", 4);
		box_64(b, bytes + 16);
	} else {
		box_32(b, (uint32_t)(bytes + 8));
		buf_put(b, "mdat", 4);
	}
	return buf_status(b);
}

enum status
mp4_frame(
    struct buf *b, const struct mp4_track *tracks, size_t n, uint64_t bytes)
{
	bool wide = bytes > UINT32_MAX - b->limit;
	size_t size;
	enum status st;

	/* The first time tells how long it is, and so where samples lie. */
	if ((st = frame(b, tracks, n, bytes, 0, wide)) != ST_OK)
		return st;
	size = b->n;
	buf_clear(b);
	return frame(b, tracks, n, bytes, size, wide);
}
