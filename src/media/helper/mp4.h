/*
 * mp4: the frame of the clean copy: ftyp, moov and the head of mdat, in this
 * order and nothing else, for samples that follow one behind the other.
 *
 * There are no times of making, names, languages, user data or edit lists.
 * Presentation times are exact without edit lists: a sample's offset (ctts,
 * version 1) may be negative, and decoding times are the presentation times
 * in order.
 */
#ifndef MEDIA_HELPER_MP4_H
#define MEDIA_HELPER_MP4_H

#include "base/buf.h"
#include "media/helper/clip.h"

/* Consecutive samples of one track. */
struct chunk {
	uint64_t at; /* in mdat's contents */
	uint64_t bytes;
	uint32_t n; /* samples */
};

struct mp4_track {
	const struct track *t;
	const struct sample *s; /* n samples, of t's */
	size_t n;
	int64_t zero;   /* the file's beginning, in t's timescale */
	int64_t end;    /* of the last sample to be seen */
	int64_t *order; /* pts in rising order, n of them */
	struct chunk *c;
	size_t n_chunks;
};

/*
 * Append the frame of tracks (n >= 1) whose samples are bytes long in all.
 * Returns ST_OK or what buf_status() says.
 */
enum status mp4_frame(struct buf *b, const struct mp4_track *tracks, size_t n,
    uint64_t bytes) NODISCARD;

/* Milliseconds from the file's beginning to the track's end. */
int64_t mp4_track_ms(const struct mp4_track *m);

#endif /* !MEDIA_HELPER_MP4_H */
