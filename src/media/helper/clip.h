/*
 * clip: the tracks of a file that matter, and their samples in the order of
 * the file, filtered.
 *
 * Tracks are video, and sound of a known kind, at most CLIP_TRACKS; each has
 * a clock of its own (timescale).  A scan reads the whole file once.
 */
#ifndef MEDIA_HELPER_CLIP_H
#define MEDIA_HELPER_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "media/helper/filter.h"
#include "media/helper/input.h"

#define CLIP_TRACKS 8
#define CLIP_SAMPLES_MAX ((size_t)6 << 20)

struct sample {
	int64_t pts; /* in the track's timescale */
	uint32_t size;
	uint32_t duration : 30;
	uint32_t key : 1;
	uint32_t hidden : 1; /* an edit list does not show it */
};

struct track {
	unsigned stream; /* of the file */
	char where[48];
	bool video;
	const char *codec;
	AVCodecParameters *par; /* a copy */
	struct filter filter;
	struct buf config; /* clean settings */
	uint32_t timescale;
	AVRational tb;
	int32_t matrix[9];
	AVRational sar;
	size_t n, cap; /* samples seen; room for */
	size_t empty;  /* of video: without any picture */
	struct sample *s;
	bool any;
	int64_t first, last, end; /* of what was seen, in the timescale */
	int64_t next;             /* where the next sample is expected */
};

struct clip {
	size_t n;
	struct track t[CLIP_TRACKS];
	unsigned char kept[64]; /* by stream: 1 + the track, or 0 */
	struct notes *notes;
	struct buf order; /* a byte a sample: its track */
	bool table;       /* keep s and order */
};

/*
 * What is done with each packet of a track; data is its clean form.  Returns
 * a status that ends the scan unless ST_OK.
 */
typedef enum status clip_each(
    void *arg, struct track *t, const AVPacket *pkt, const struct buf *data);

/*
 * Choose the tracks of in.  Returns ST_OK, ST_INVALID (no video), ST_NOMEM.
 */
enum status clip_init(struct clip *c, const struct input *in,
    struct notes *notes, bool table, struct diag *d) NODISCARD;
void clip_fini(struct clip *c);

/* Read all of in; each may be NULL. */
enum status clip_scan(struct clip *c, struct input *in, clip_each *each,
    void *arg, struct diag *d) NODISCARD;

/* Milliseconds from the first to the last of t, or of all tracks. */
int64_t clip_track_ms(const struct track *t);

/* Pictures in 1,000 s, from the first to the last; 0 if that is not known. */
int64_t clip_track_fps_milli(const struct track *t);
int64_t clip_ms(const struct clip *c);

#endif /* !MEDIA_HELPER_CLIP_H */
