/*
 * decode: does the video decode?  By way of trial, up to a budget of pixels
 * that is the same everywhere, so that the answer is, too: first every
 * picture, then key pictures only, then none.
 */
#ifndef MEDIA_HELPER_DECODE_H
#define MEDIA_HELPER_DECODE_H

#include <libavcodec/avcodec.h>
#include <stdint.h>

#include "base/status.h"

struct decode {
	AVCodecContext *ctx;
	AVFrame *frame;
	int64_t left_all, left_key; /* pixels */
	uint64_t decoded, damaged;
	int key_only;
};

/*
 * Open and close each decoder once, so that all of its tables are made and
 * nothing needs to be loaded later.  Returns ST_OK or ST_FAIL.
 */
enum status decode_warm(void) NODISCARD;

/* Returns ST_OK, ST_INVALID (no such decoder, or it refuses) or ST_NOMEM. */
enum status
decode_open(struct decode *v, const AVCodecParameters *par) NODISCARD;
void decode_close(struct decode *v);

/* Try one packet; its damage is counted, not returned. */
void decode_packet(struct decode *v, const AVPacket *pkt);

/* The packets are over. */
void decode_end(struct decode *v);

#endif /* !MEDIA_HELPER_DECODE_H */
