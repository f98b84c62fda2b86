/*
 * filter: one track's samples and settings without what people and devices
 * put into them besides pictures and sound.
 *
 * H.264 and H.265: see nal.h.  AV1: metadata other than light levels, and
 * padding.  JPEG: application segments, comments, bytes behind the end.
 * AAC: the contents of fill and data elements that stand before the sound
 * (where encoders write their names).  VP8, VP9, Opus and PCM have no place
 * for such things.
 */
#ifndef MEDIA_HELPER_FILTER_H
#define MEDIA_HELPER_FILTER_H

#include <libavcodec/avcodec.h>

#include "base/status.h"
#include "media/helper/nal.h"

struct buf;
struct diag;
struct notes;

struct filter {
	enum AVCodecID codec;
	const char *where;
	struct notes *notes;
	struct nal nal;
	bool aac_elements; /* the sound is made of elements with names */
};

/* Whether tracks of codec are copied, and their short name (else NULL). */
const char *filter_codec_name(enum AVCodecID codec);

/*
 * Prepare f for a track and append its clean settings to config: avcC, hvcC,
 * av1C without box headers, AudioSpecificConfig, OpusHead, or nothing.
 * Returns ST_OK, ST_INVALID or what buf_status() says.
 */
enum status
filter_init(struct filter *f, const AVCodecParameters *par, const char *where,
    struct notes *notes, struct buf *config, struct diag *d) NODISCARD;

/*
 * Append one sample's clean form to out; nothing if the sample is to be left
 * out.  The same sample always gives the same bytes.
 */
enum status filter_sample(
    struct filter *f, const uint8_t *p, size_t n, struct buf *out) NODISCARD;

#endif /* !MEDIA_HELPER_FILTER_H */
