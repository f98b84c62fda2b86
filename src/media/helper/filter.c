#include "media/helper/filter.h"

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "media/helper/aac.h"
#include "media/helper/jpeg.h"
#include "media/helper/notes.h"
#include "media/helper/obu.h"

static const struct {
	enum AVCodecID codec;
	const char *name;
} codecs[] = {
	{ AV_CODEC_ID_H264, "h264" },
	{ AV_CODEC_ID_HEVC, "hevc" },
	{ AV_CODEC_ID_VP8, "vp8" },
	{ AV_CODEC_ID_VP9, "vp9" },
	{ AV_CODEC_ID_AV1, "av1" },
	{ AV_CODEC_ID_MJPEG, "mjpeg" },
	{ AV_CODEC_ID_AAC, "aac" },
	{ AV_CODEC_ID_OPUS, "opus" },
	{ AV_CODEC_ID_PCM_S16LE, "pcm" },
	{ AV_CODEC_ID_PCM_S16BE, "pcm" },
	{ AV_CODEC_ID_PCM_ALAW, "pcm-alaw" },
	{ AV_CODEC_ID_PCM_MULAW, "pcm-mulaw" },
};

const char *
filter_codec_name(enum AVCodecID codec)
{
	size_t i;

	for (i = 0; i < NELEMS(codecs); i++)
		if (codecs[i].codec == codec)
			return codecs[i].name;
	return NULL;
}

enum status
filter_init(struct filter *f, const AVCodecParameters *par, const char *where,
    struct notes *notes, struct buf *config, struct diag *d)
{
	const uint8_t *p = par->extradata;
	size_t n = p == NULL ? 0 : (size_t)par->extradata_size;

	memset(f, 0, sizeof(*f));
	f->codec = par->codec_id;
	f->where = where;
	f->notes = notes;
	switch (par->codec_id) {
	case AV_CODEC_ID_H264:
	case AV_CODEC_ID_HEVC:
		f->nal.hevc = par->codec_id == AV_CODEC_ID_HEVC;
		f->nal.where = where;
		f->nal.notes = notes;
		return nal_config(&f->nal, p, n, config, d);
	case AV_CODEC_ID_AV1:
		return obu_config(p, n, config, d);
	case AV_CODEC_ID_AAC:
		return aac_config(p, n, config, &f->aac_elements, d);
	case AV_CODEC_ID_OPUS:
		if (n < 19 || n > 19 + 2 + 255 || memcmp(p, "OpusHead", 8) != 0)
			return diag_set(d, ST_INVALID, "", "",
			    "The sound's settings are damaged.");
		buf_put(config, p, n);
		return buf_status(config);
	default:
		return ST_OK;
	}
}

enum status
filter_sample(struct filter *f, const uint8_t *p, size_t n, struct buf *out)
{
	if (p == NULL || n == 0)
		return ST_OK;
	switch (f->codec) {
	case AV_CODEC_ID_H264:
	case AV_CODEC_ID_HEVC:
		return nal_sample(&f->nal, p, n, out);
	case AV_CODEC_ID_AV1:
		return obu_sample(p, n, out, f->where, f->notes);
	case AV_CODEC_ID_MJPEG:
		return jpeg_sample(p, n, out, f->where, f->notes);
	case AV_CODEC_ID_AAC:
		buf_put(out, p, n);
		if (buf_status(out) == ST_OK && f->aac_elements)
			aac_blank(out->p + out->n - n, n, f->where, f->notes);
		return buf_status(out);
	default:
		buf_put(out, p, n);
		return buf_status(out);
	}
}
