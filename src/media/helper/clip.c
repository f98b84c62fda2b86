#include "media/helper/clip.h"

#include <libavutil/display.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "media/helper/notes.h"
#include "media/helper/opus.h"

#define SAMPLE_MAX ((size_t)64 << 20)
#define DURATION_MAX 0x3fffffff

/* -- choosing tracks ------------------------------------------------------- */

static bool
wanted(const AVStream *s)
{
	if ((s->disposition &
		(AV_DISPOSITION_ATTACHED_PIC |
		    AV_DISPOSITION_TIMED_THUMBNAILS)) != 0)
		return false;
	if (s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO &&
	    s->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
		return false;
	return filter_codec_name(s->codecpar->codec_id) != NULL;
}

/* Sound is counted in its own samples, pictures in the file's units. */
static uint32_t
timescale_of(const AVStream *s)
{
	if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO &&
	    s->codecpar->sample_rate > 0)
		return (uint32_t)s->codecpar->sample_rate;
	if (s->time_base.num == 1 && s->time_base.den <= 1000000)
		return (uint32_t)s->time_base.den;
	return 90000;
}

static void
matrix_of(const AVStream *s, int32_t m[9])
{
	static const int32_t upright[9] = { 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0,
		1 << 30 };
	size_t n = 0;
	const uint8_t *p = av_stream_get_side_data(
	    s, AV_PKT_DATA_DISPLAYMATRIX, &n);

	if (p != NULL && n >= 9 * sizeof(int32_t))
		memcpy(m, p, 9 * sizeof(int32_t));
	else
		memcpy(m, upright, sizeof(upright));
}

static enum status
add_track(struct clip *c, const AVStream *s, struct diag *d)
{
	struct track *t = &c->t[c->n];
	bool video = s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;

	memset(t, 0, sizeof(*t));
	buf_init(&t->config, 1 << 20);
	t->stream = (unsigned)s->index;
	t->video = video;
	snprintf(t->where, sizeof(t->where), "%s of track %u",
	    video ? "video" : "sound", t->stream + 1);
	t->codec = filter_codec_name(s->codecpar->codec_id);
	t->timescale = timescale_of(s);
	t->tb = s->time_base;
	t->sar = s->sample_aspect_ratio.num > 0
	    ? s->sample_aspect_ratio
	    : s->codecpar->sample_aspect_ratio;
	matrix_of(s, t->matrix);
	c->n++; /* from here on it is freed */
	if ((t->par = avcodec_parameters_alloc()) == NULL ||
	    avcodec_parameters_copy(t->par, s->codecpar) < 0)
		return ST_NOMEM;
	if (t->tb.num <= 0 || t->tb.den <= 0 || t->timescale == 0)
		return diag_set(d, ST_INVALID, "", "",
		    "The file is damaged: a track has no clock.");
	return filter_init(
	    &t->filter, t->par, t->where, c->notes, &t->config, d);
}

static void
drop_track(struct track *t)
{
	avcodec_parameters_free(&t->par);
	buf_fini(&t->config);
	free(t->s);
}

static enum status
no_video(const struct input *in, struct diag *d)
{
	unsigned i;

	for (i = 0; i < in->fmt->nb_streams; i++) {
		const AVCodecParameters *p = in->fmt->streams[i]->codecpar;

		if (p->codec_type == AVMEDIA_TYPE_VIDEO &&
		    p->codec_id != AV_CODEC_ID_NONE)
			return diag_set(d, ST_INVALID, "", "",
			    "The video is of a kind (%s) that is not taken "
			    "here.",
			    avcodec_get_name(p->codec_id));
	}
	return diag_set(d, ST_INVALID, "", "", "The file holds no video.");
}

enum status
clip_init(struct clip *c, const struct input *in, struct notes *notes,
    bool table, struct diag *d)
{
	bool video = false;
	enum status st;
	unsigned i;

	memset(c, 0, sizeof(*c));
	buf_init(&c->order, CLIP_SAMPLES_MAX);
	c->notes = notes;
	c->table = table;
	for (i = 0; i < in->fmt->nb_streams && c->n < CLIP_TRACKS; i++) {
		const AVStream *s = in->fmt->streams[i];
		struct diag ignored = { 0 };

		if (i >= sizeof(c->kept) || !wanted(s))
			continue;
		st = add_track(c, s,
		    s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO ? d
								  : &ignored);
		if (st == ST_INVALID && !c->t[c->n - 1].video) {
			drop_track(&c->t[--c->n]); /* sound that is broken */
			continue;
		}
		if (st != ST_OK)
			return st;
		c->kept[i] = (unsigned char)c->n;
		video |= c->t[c->n - 1].video;
	}
	return video ? ST_OK : no_video(in, d);
}

void
clip_fini(struct clip *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		drop_track(&c->t[i]);
	c->n = 0;
	buf_fini(&c->order);
}

/* -- times ----------------------------------------------------------------- */

static int64_t
duration_of(const struct track *t, const AVPacket *pkt)
{
	int64_t n = 0;

	if (t->par->codec_id == AV_CODEC_ID_OPUS)
		n = opus_duration(pkt->data, (size_t)pkt->size);
	else if (!t->video)
		n = av_get_audio_frame_duration2(t->par, pkt->size);
	if (t->par->codec_id == AV_CODEC_ID_OPUS)
		n = n * t->timescale / 48000;
	if (n <= 0)
		n = av_rescale_q(
		    pkt->duration, t->tb, (AVRational){ 1, (int)t->timescale });
	return n < 0 ? 0 : n > DURATION_MAX ? DURATION_MAX : n;
}

static int64_t
pts_of(const struct track *t, const AVPacket *pkt)
{
	AVRational own = { 1, (int)t->timescale };
	int64_t pts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts, slack;

	if (pts == AV_NOPTS_VALUE)
		return t->next;
	pts = av_rescale_q(pts, t->tb, own);
	/* Matroska rounds the times of sound to milliseconds. */
	slack = av_rescale_q(2, t->tb, own);
	if (!t->video && t->any && llabs(pts - t->next) <= slack)
		return t->next;
	return pts;
}

static enum status
record(struct clip *c, struct track *t, const AVPacket *pkt, size_t size,
    struct diag *d)
{
	struct sample s = { .size = (uint32_t)size };
	size_t cap;
	void *p;

	s.pts = pts_of(t, pkt);
	if (llabs(s.pts) > INT64_C(1) << 50)
		return diag_set(d, ST_INVALID, "", "",
		    "The file is damaged: its times make no sense.");
	s.duration = (uint32_t)duration_of(t, pkt) & DURATION_MAX;
	s.key = (pkt->flags & AV_PKT_FLAG_KEY) != 0;
	s.hidden = (pkt->flags & AV_PKT_FLAG_DISCARD) != 0;
	t->next = s.pts + s.duration;
	if (!t->any || s.pts < t->first)
		t->first = s.pts;
	if (!t->any || s.pts > t->last)
		t->last = s.pts;
	if (!t->any || t->next > t->end)
		t->end = t->next;
	t->any = true;
	if (!c->table) {
		t->n++;
		return ST_OK;
	}
	if (c->order.n == CLIP_SAMPLES_MAX)
		return diag_set(
		    d, ST_INVALID, "", "", "The video is too long.");
	if (t->n == t->cap) {
		cap = t->cap == 0 ? 1024 : t->cap * 2;
		if ((p = realloc(t->s, cap * sizeof(*t->s))) == NULL)
			return ST_NOMEM;
		t->s = p;
		t->cap = cap;
	}
	t->s[t->n++] = s;
	buf_putc(&c->order, (char)(t - c->t));
	return buf_status(&c->order);
}

/* -- reading --------------------------------------------------------------- */

/* A change of settings or encryption on the way cannot be copied. */
static enum status
check_side_data(const struct track *t, const AVPacket *pkt, struct diag *d)
{
	const uint8_t *p;
	size_t n = 0;

	p = av_packet_get_side_data(pkt, AV_PKT_DATA_NEW_EXTRADATA, &n);
	if (p != NULL &&
	    (n != (size_t)t->par->extradata_size ||
		memcmp(p, t->par->extradata, n) != 0))
		return diag_set(d, ST_INVALID, "", "",
		    "The video changes its settings on the way, which cannot "
		    "be read here.");
	if (av_packet_get_side_data(pkt, AV_PKT_DATA_ENCRYPTION_INFO, &n) !=
	    NULL)
		return diag_set(
		    d, ST_INVALID, "", "", "The video is encrypted.");
	return ST_OK;
}

static enum status
one(struct clip *c, const AVPacket *pkt, struct buf *data, clip_each *each,
    void *arg, struct diag *d)
{
	struct track *t;
	enum status st;
	unsigned i = (unsigned)pkt->stream_index;

	if (i >= sizeof(c->kept) || c->kept[i] == 0)
		return ST_OK;
	t = &c->t[c->kept[i] - 1];
	if ((st = check_side_data(t, pkt, d)) != ST_OK)
		return st;
	buf_clear(data);
	st = filter_sample(&t->filter, pkt->data, (size_t)pkt->size, data);
	if (st == ST_OK && data->n == 0)
		t->empty++;
	if (st != ST_OK || data->n == 0)
		return st;
	if ((st = record(c, t, pkt, data->n, d)) != ST_OK)
		return st;
	return each == NULL ? ST_OK : each(arg, t, pkt, data);
}

enum status
clip_scan(struct clip *c, struct input *in, clip_each *each, void *arg,
    struct diag *d)
{
	AVPacket *pkt = av_packet_alloc();
	bool more = true;
	struct buf data;
	enum status st = pkt == NULL ? ST_NOMEM : ST_OK;

	buf_init(&data, SAMPLE_MAX * 2);
	while (st == ST_OK) {
		st = input_next(in, pkt, &more, d);
		if (st != ST_OK || !more)
			break;
		st = one(c, pkt, &data, each, arg, d);
		av_packet_unref(pkt);
	}
	buf_fini(&data);
	av_packet_free(&pkt);
	return st;
}

int64_t
clip_track_ms(const struct track *t)
{
	int64_t end = t->end;

	/* A last sample of no known length lasts as long as the others. */
	if (end == t->last && t->n > 1)
		end += (t->last - t->first) / (int64_t)(t->n - 1);
	return av_rescale(end - t->first, 1000, t->timescale);
}

int64_t
clip_track_fps_milli(const struct track *t)
{
	int64_t v;

	if (!t->video || t->n < 2 || t->last <= t->first)
		return 0;
	v = av_rescale(
	    (int64_t)(t->n - 1) * t->timescale, 1000, t->last - t->first);
	return v > INT32_MAX ? INT32_MAX : v;
}

int64_t
clip_ms(const struct clip *c)
{
	int64_t ms = 0;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->t[i].any && clip_track_ms(&c->t[i]) > ms)
			ms = clip_track_ms(&c->t[i]);
	return ms;
}
