#include "media/helper/decode.h"

#include <string.h>

#include "base/pre.h"

#define BUDGET_ALL INT64_C(200000000)
#define BUDGET_KEY INT64_C(800000000)
#define PIXELS_MAX (INT64_C(8192) * 4608)

static const struct {
	enum AVCodecID id;
	const char *name;
} decoders[] = {
	{ AV_CODEC_ID_H264, "h264" },
	{ AV_CODEC_ID_HEVC, "hevc" },
	{ AV_CODEC_ID_VP8, "vp8" },
	{ AV_CODEC_ID_VP9, "vp9" },
	{ AV_CODEC_ID_AV1, "libdav1d" },
	{ AV_CODEC_ID_MJPEG, "mjpeg" },
};

static const AVCodec *
decoder(enum AVCodecID id)
{
	size_t i;

	for (i = 0; i < NELEMS(decoders); i++)
		if (decoders[i].id == id)
			return avcodec_find_decoder_by_name(decoders[i].name);
	return NULL;
}

/* A context as all of ours are: one thread, bounded pictures. */
static AVCodecContext *
context(const AVCodec *codec)
{
	AVCodecContext *ctx = avcodec_alloc_context3(codec);

	if (ctx != NULL) {
		ctx->thread_count = 1;
		ctx->thread_type = 0;
		ctx->max_pixels = PIXELS_MAX;
	}
	return ctx;
}

enum status
decode_warm(void)
{
	AVCodecContext *ctx;
	const AVCodec *codec;
	size_t i;
	int rc;

	for (i = 0; i < NELEMS(decoders); i++) {
		if ((codec = decoder(decoders[i].id)) == NULL)
			continue; /* this libavcodec has none */
		if ((ctx = context(codec)) == NULL)
			return ST_FAIL;
		rc = avcodec_open2(ctx, codec, NULL);
		avcodec_free_context(&ctx);
		if (rc < 0)
			return ST_FAIL;
	}
	return ST_OK;
}

enum status
decode_open(struct decode *v, const AVCodecParameters *par)
{
	const AVCodec *codec = decoder(par->codec_id);

	memset(v, 0, sizeof(*v));
	v->left_all = BUDGET_ALL;
	v->left_key = BUDGET_KEY;
	if (codec == NULL)
		return ST_INVALID;
	if ((v->ctx = context(codec)) == NULL ||
	    (v->frame = av_frame_alloc()) == NULL)
		return ST_NOMEM;
	if (avcodec_parameters_to_context(v->ctx, par) < 0 ||
	    avcodec_open2(v->ctx, codec, NULL) < 0)
		return ST_INVALID;
	return ST_OK;
}

void
decode_close(struct decode *v)
{
	avcodec_free_context(&v->ctx);
	av_frame_free(&v->frame);
}

static void
spend(struct decode *v)
{
	int64_t px = (int64_t)v->frame->width * v->frame->height;

	if (v->key_only)
		v->left_key -= px;
	else
		v->left_all -= px;
}

static void
receive(struct decode *v)
{
	int rc;

	while ((rc = avcodec_receive_frame(v->ctx, v->frame)) == 0) {
		spend(v);
		if (v->frame->decode_error_flags != 0 ||
		    (v->frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
			v->damaged++;
		else
			v->decoded++;
		av_frame_unref(v->frame);
	}
	if (rc != AVERROR(EAGAIN) && rc != AVERROR_EOF)
		v->damaged++;
}

void
decode_packet(struct decode *v, const AVPacket *pkt)
{
	if (!v->key_only && v->left_all <= 0) {
		decode_end(v);
		avcodec_flush_buffers(v->ctx);
		v->key_only = 1;
	}
	if (v->key_only &&
	    (v->left_key <= 0 || (pkt->flags & AV_PKT_FLAG_KEY) == 0))
		return;
	if (avcodec_send_packet(v->ctx, pkt) < 0)
		v->damaged++;
	receive(v);
}

void
decode_end(struct decode *v)
{
	(void)avcodec_send_packet(v->ctx, NULL);
	receive(v);
}
