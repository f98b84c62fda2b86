#include "media/helper/entry.h"

#include "base/buf.h"
#include "media/helper/box.h"
#include "media/helper/clip.h"

static const char *
type_of(const struct track *t)
{
	switch (t->par->codec_id) {
	case AV_CODEC_ID_H264:
		/* avc3: settings come with the pictures. */
		return t->config.n > 5 && (t->config.p[5] & 0x1f) == 0 ? "avc3"
								       : "avc1";
	case AV_CODEC_ID_HEVC:
		return t->par->codec_tag == MKTAG('h', 'e', 'v', '1') ||
			(t->config.n > 22 && t->config.p[22] == 0)
		    ? "hev1"
		    : "hvc1";
	case AV_CODEC_ID_VP8:
		return "vp08";
	case AV_CODEC_ID_VP9:
		return "vp09";
	case AV_CODEC_ID_AV1:
		return "av01";
	case AV_CODEC_ID_MJPEG:
		return "mp4v";
	case AV_CODEC_ID_OPUS:
		return "Opus";
	case AV_CODEC_ID_PCM_S16LE:
		return "sowt";
	case AV_CODEC_ID_PCM_S16BE:
		return "twos";
	case AV_CODEC_ID_PCM_ALAW:
		return "alaw";
	case AV_CODEC_ID_PCM_MULAW:
		return "ulaw";
	default:
		return "mp4a";
	}
}

unsigned
entry_pcm_unit(const struct track *t)
{
	switch (t->par->codec_id) {
	case AV_CODEC_ID_PCM_S16LE:
	case AV_CODEC_ID_PCM_S16BE:
		return 2U * (unsigned)t->par->ch_layout.nb_channels;
	case AV_CODEC_ID_PCM_ALAW:
	case AV_CODEC_ID_PCM_MULAW:
		return (unsigned)t->par->ch_layout.nb_channels;
	default:
		return 0;
	}
}

static void
record(struct buf *b, const char *type, const struct buf *config)
{
	size_t mark = box_begin(b, type);

	buf_put(b, config->p, config->n);
	box_end(b, mark);
}

/* Descriptors of ISO/IEC 14496-1; all lengths here are below 128. */
static void
esds(struct buf *b, unsigned object, unsigned stream, const struct buf *config)
{
	size_t mark = box_full(b, "esds", 0, 0);
	unsigned n = (unsigned)config->n, own = n > 0 ? n + 2 : 0;

	box_8(b, 3); /* ES_Descriptor */
	box_8(b, 3 + 2 + 13 + own + 3);
	box_16(b, 0);
	box_8(b, 0);
	box_8(b, 4); /* DecoderConfigDescriptor */
	box_8(b, 13 + own);
	box_8(b, object);
	box_8(b, stream << 2 | 1);
	box_zeros(b, 3 + 4 + 4);
	if (n > 0) {
		box_8(b, 5); /* DecoderSpecificInfo */
		box_8(b, n);
		buf_put(b, config->p, n);
	}
	box_8(b, 6); /* SLConfigDescriptor */
	box_8(b, 1);
	box_8(b, 2);
	box_end(b, mark);
}

static void
dops(struct buf *b, const struct buf *config)
{
	size_t mark = box_begin(b, "dOps");
	const uint8_t *p = config->p;

	box_8(b, 0);
	box_8(b, p[9]);
	box_16(b, (unsigned)p[10] | (unsigned)p[11] << 8);
	box_32(b,
	    (uint32_t)p[12] | (uint32_t)p[13] << 8 | (uint32_t)p[14] << 16 |
		(uint32_t)p[15] << 24);
	box_16(b, (unsigned)p[16] | (unsigned)p[17] << 8);
	box_8(b, p[18]);
	if (p[18] != 0 && config->n >= 21U + p[9])
		buf_put(b, p + 19, 2U + p[9]);
	box_end(b, mark);
}

static void
vpcc(struct buf *b, const AVCodecParameters *par)
{
	size_t mark = box_full(b, "vpcC", 1, 0);
	unsigned profile = par->profile > 0 ? (unsigned)par->profile : 0;
	unsigned depth = profile >= 2 ? 10 : 8;
	unsigned sampling = (profile & 1) != 0 ? 3 : 1;

	box_8(b, profile);
	box_8(b, par->level > 0 ? (unsigned)par->level : 0);
	box_8(b,
	    depth << 4 | sampling << 1 |
		(par->color_range == AVCOL_RANGE_JPEG ? 1 : 0));
	box_8(b, (unsigned)par->color_primaries);
	box_8(b, (unsigned)par->color_trc);
	box_8(b, (unsigned)par->color_space);
	box_16(b, 0);
	box_end(b, mark);
}

static void
colours(struct buf *b, const AVCodecParameters *par)
{
	size_t mark;

	if (par->color_primaries == AVCOL_PRI_UNSPECIFIED &&
	    par->color_trc == AVCOL_TRC_UNSPECIFIED &&
	    par->color_space == AVCOL_SPC_UNSPECIFIED)
		return;
	mark = box_begin(b, "colr");
	buf_put(b, "nclx", 4);
	box_16(b, (unsigned)par->color_primaries);
	box_16(b, (unsigned)par->color_trc);
	box_16(b, (unsigned)par->color_space);
	box_8(b, par->color_range == AVCOL_RANGE_JPEG ? 0x80 : 0);
	box_end(b, mark);
}

static void
shape(struct buf *b, AVRational sar)
{
	size_t mark;

	if (sar.num <= 0 || sar.den <= 0 || sar.num == sar.den)
		return;
	mark = box_begin(b, "pasp");
	box_32(b, (uint32_t)sar.num);
	box_32(b, (uint32_t)sar.den);
	box_end(b, mark);
}

static void
video(struct buf *b, const struct track *t)
{
	box_zeros(b, 16);
	box_16(b, (unsigned)t->par->width);
	box_16(b, (unsigned)t->par->height);
	box_32(b, 0x00480000);
	box_32(b, 0x00480000);
	box_32(b, 0);
	box_16(b, 1);
	box_zeros(b, 32); /* compressor name */
	box_16(b, 24);
	box_16(b, 0xffff);
	switch (t->par->codec_id) {
	case AV_CODEC_ID_H264:
		record(b, "avcC", &t->config);
		break;
	case AV_CODEC_ID_HEVC:
		record(b, "hvcC", &t->config);
		break;
	case AV_CODEC_ID_AV1:
		record(b, "av1C", &t->config);
		break;
	case AV_CODEC_ID_MJPEG:
		esds(b, 0x6c, 4, &t->config);
		break;
	default:
		vpcc(b, t->par);
	}
	colours(b, t->par);
	shape(b, t->sar);
}

static void
sound(struct buf *b, const struct track *t)
{
	unsigned rate = t->timescale <= 0xffff ? t->timescale : 0;

	if (t->par->codec_id == AV_CODEC_ID_OPUS)
		rate = 48000;
	box_zeros(b, 8);
	box_16(b, (unsigned)t->par->ch_layout.nb_channels);
	box_16(b, 16);
	box_32(b, 0);
	box_32(b, (uint32_t)rate << 16);
	if (t->par->codec_id == AV_CODEC_ID_AAC)
		esds(b, 0x40, 5, &t->config);
	else if (t->par->codec_id == AV_CODEC_ID_OPUS)
		dops(b, &t->config);
}

enum status
entry_put(struct buf *b, const struct track *t)
{
	size_t mark = box_begin(b, type_of(t));

	box_zeros(b, 6);
	box_16(b, 1); /* data reference */
	if (t->video)
		video(b, t);
	else
		sound(b, t);
	box_end(b, mark);
	return buf_status(b);
}
