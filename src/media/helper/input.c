#include "media/helper/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pre.h"

#define PIECE 65536
#define PACKET_MAX (64 << 20)

static const struct {
	const char *bytes;
	size_t at, n;
	const char *what;
} others[] = {
	{ "\x89PNG\r\n", 0, 6, "a picture (PNG)" },
	{ "\xff\xd8\xff", 0, 3, "a picture (JPEG)" },
	{ "GIF8", 0, 4, "a picture (GIF)" },
	{ "ftypheic", 4, 8, "a picture (HEIC)" },
	{ "ftypmif1", 4, 8, "a picture (HEIF)" },
	{ "ftypavif", 4, 8, "a picture (AVIF)" },
	{ "\x7f"
	  "ELF",
	    0, 4, "a program" },
	{ "MZ", 0, 2, "a program" },
	{ "#!", 0, 2, "a program" },
	{ "%PDF", 0, 4, "a PDF document" },
	{ "PK\x03\x04", 0, 4, "a zip archive or an office document" },
	{ "RIFF", 0, 4, "an AVI or WAV file, which is not taken here" },
	{ "OggS", 0, 4, "an Ogg file, which is not taken here" },
	{ "FLV\x01", 0, 4, "a Flash video, which is not taken here" },
	{ "\x00\x00\x01\xba", 0, 4, "an MPEG file, which is not taken here" },
	{ "ID3", 0, 3, "a sound file" },
	{ "<", 0, 1, "a text" },
};

/* Boxes that an MP4 or QuickTime file may start with. */
static const char *const first_boxes[] = { "ftyp", "moov", "mdat", "free",
	"wide", "skip", "pnot" };

static bool
is_mp4(const uint8_t *p)
{
	size_t i;

	for (i = 0; i < NELEMS(first_boxes); i++)
		if (memcmp(p + 4, first_boxes[i], 4) == 0)
			return true;
	return false;
}

static bool
is_text(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' && p[i] != '\t')
			return false;
	return n > 0;
}

/* Decide by the first bytes which demuxer, if any. */
static enum status
recognise(struct input *in, const AVInputFormat **f, struct diag *d)
{
	uint8_t p[32] = { 0 };
	ssize_t n = pread(in->fd, p, sizeof(p), 0);
	size_t i;

	if (n < 0)
		return ST_IO;
	if (n == 0)
		return diag_set(d, ST_INVALID, "", "", "The file is empty.");
	for (i = 0; i < NELEMS(others); i++)
		if (memcmp(p + others[i].at, others[i].bytes, others[i].n) == 0)
			return diag_set(d, ST_INVALID, "", "",
			    "This is no video but %s.", others[i].what);
	in->mp4 = is_mp4(p);
	if (in->mp4)
		*f = av_find_input_format("mov,mp4,m4a,3gp,3g2,mj2");
	else if (memcmp(p, "\x1a\x45\xdf\xa3", 4) == 0)
		*f = av_find_input_format("matroska,webm");
	else if (is_text(p, (size_t)n))
		return diag_set(
		    d, ST_INVALID, "", "", "This is no video but a text.");
	else
		return diag_set(d, ST_INVALID, "", "",
		    "This is no MP4, QuickTime, Matroska or WebM video.");
	return *f == NULL ? ST_FAIL : ST_OK;
}

/* -- reading for libav ----------------------------------------------------- */

static int
on_read(void *arg, uint8_t *p, int n)
{
	struct input *in = arg;
	ssize_t k;

	k = pread(in->fd, p, (size_t)n, (off_t)in->at);
	if (k < 0) {
		in->failed = true;
		return AVERROR(EIO);
	}
	if (k == 0)
		return AVERROR_EOF;
	in->at += k;
	return (int)k;
}

static int64_t
on_seek(void *arg, int64_t offset, int whence)
{
	struct input *in = arg;
	int64_t at;

	switch (whence & ~AVSEEK_FORCE) {
	case AVSEEK_SIZE:
		return in->size;
	case SEEK_SET:
		at = offset;
		break;
	case SEEK_CUR:
		at = in->at + offset;
		break;
	case SEEK_END:
		at = in->size + offset;
		break;
	default:
		return AVERROR(EINVAL);
	}
	if (at < 0)
		return AVERROR(EINVAL);
	in->at = at;
	return at;
}

/* Nothing is ever opened by name. */
static int
no_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags,
    AVDictionary **options)
{
	(void)s;
	(void)url;
	(void)flags;
	(void)options;
	*pb = NULL;
	return AVERROR(EACCES);
}

static enum status
failed(const struct input *in, int rc, struct diag *d, const char *text)
{
	if (in->failed)
		return ST_IO;
	if (rc == AVERROR(ENOMEM))
		return diag_set(d, ST_INVALID, "", "",
		    "The file would take more memory than it is allowed.");
	return diag_set(d, ST_INVALID, "", "", "%s", text);
}

static enum status
open_format(struct input *in, const AVInputFormat *f, struct diag *d)
{
	AVDictionary *options = NULL;
	int rc;

	in->fmt->pb = in->io;
	in->fmt->io_open = no_open;
	in->fmt->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE |
	    AVFMT_FLAG_NOFILLIN;
	in->fmt->max_streams = 64;
	if (in->mp4) {
		/* Export every tag, so that the person can be told. */
		av_dict_set(&options, "export_all", "1", 0);
		av_dict_set(&options, "use_absolute_path", "0", 0);
		av_dict_set(&options, "enable_drefs", "0", 0);
	}
	av_dict_set(&options, "format_whitelist",
	    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm", 0);
	rc = avformat_open_input(&in->fmt, NULL, f, &options);
	av_dict_free(&options);
	if (rc < 0)
		return failed(in, rc, d,
		    "The file is damaged or was cut off: its index cannot be "
		    "read.");
	return ST_OK;
}

enum status
input_open(struct input *in, int fd, int64_t size, struct diag *d)
{
	const AVInputFormat *f = NULL;
	uint8_t *piece;
	enum status st;

	memset(in, 0, sizeof(*in));
	in->fd = fd;
	in->size = size;
	if ((st = recognise(in, &f, d)) != ST_OK)
		return st;
	if ((piece = av_malloc(PIECE)) == NULL)
		return ST_NOMEM;
	in->io = avio_alloc_context(
	    piece, PIECE, 0, in, on_read, NULL, on_seek);
	if (in->io == NULL) {
		av_free(piece);
		return ST_NOMEM;
	}
	if ((in->fmt = avformat_alloc_context()) == NULL)
		return ST_NOMEM;
	return open_format(in, f, d);
}

void
input_close(struct input *in)
{
	avformat_close_input(&in->fmt);
	if (in->io != NULL)
		av_freep(&in->io->buffer);
	avio_context_free(&in->io);
}

enum status
input_next(struct input *in, AVPacket *pkt, bool *more, struct diag *d)
{
	int rc;

	*more = false;
	rc = av_read_frame(in->fmt, pkt);
	if (rc == AVERROR_EOF && !in->failed)
		return ST_OK;
	if (rc < 0)
		return failed(in, rc, d,
		    "The file is damaged: it cannot be read to its end.");
	if (pkt->size > PACKET_MAX || (pkt->flags & AV_PKT_FLAG_CORRUPT) != 0) {
		av_packet_unref(pkt);
		return diag_set(d, ST_INVALID, "", "",
		    "The file is damaged or was cut off: it ends before its "
		    "last picture.");
	}
	*more = true;
	return ST_OK;
}

const char *
input_container(const struct input *in)
{
	return in->mp4 ? "mp4" : "matroska";
}
