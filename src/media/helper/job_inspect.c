#include "base/diag.h"
#include "media/helper/boxes.h"
#include "media/helper/clip.h"
#include "media/helper/decode.h"
#include "media/helper/input.h"
#include "media/helper/job.h"
#include "media/helper/report.h"
#include "media/helper/sandbox.h"
#include "media/helper/tags.h"

struct look {
	struct clip clip;
	struct decode decode[CLIP_TRACKS];
	bool open[CLIP_TRACKS];
};

static enum status
try_packet(
    void *arg, struct track *t, const AVPacket *pkt, const struct buf *data)
{
	struct look *k = arg;
	size_t i = (size_t)(t - k->clip.t);

	(void)data;
	if (k->open[i])
		decode_packet(&k->decode[i], pkt);
	return ST_OK;
}

static enum status
open_decoders(struct look *k, struct diag *d)
{
	enum status st;
	size_t i;

	for (i = 0; i < k->clip.n; i++) {
		if (!k->clip.t[i].video)
			continue;
		k->open[i] = true;
		st = decode_open(&k->decode[i], k->clip.t[i].par);
		if (st == ST_INVALID)
			return diag_set(d, ST_INVALID, "", "",
			    "The video's settings are damaged.");
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

/* Enough pictures must have decoded: nine of ten that were tried. */
static enum status
judge(const struct report *r, struct diag *d)
{
	if (r->decoded == 0)
		return diag_set(d, ST_INVALID, "", "",
		    "The file holds no picture that can be read.");
	if (r->damaged > r->decoded / 9)
		return diag_set(d, ST_INVALID, "", "",
		    "Many pictures of the video are damaged.");
	return ST_OK;
}

/* Does the index name bytes that the file does not have? */
static enum status
check_end(const struct input *in, const struct clip *c, struct diag *d)
{
	size_t i;
	int k, n;

	for (i = 0; i < c->n; i++) {
		AVStream *s = in->fmt->streams[c->t[i].stream];

		n = in->mp4 ? avformat_index_get_entries_count(s) : 0;
		for (k = 0; k < n; k++) {
			const AVIndexEntry *e = avformat_index_get_entry(s, k);

			if (e->pos + e->size > in->size)
				return diag_set(d, ST_INVALID, "", "",
				    "The file was cut off: it ends before "
				    "its last picture.");
		}
	}
	return ST_OK;
}

static void
tell(struct look *k, struct report *r)
{
	size_t i;

	r->duration_ms = clip_ms(&k->clip);
	for (i = 0; i < k->clip.n; i++) {
		const struct track *t = &k->clip.t[i];

		report_track(r, t, t->n, clip_track_ms(t));
		if (!k->open[i])
			continue;
		decode_end(&k->decode[i]);
		r->decoded += k->decode[i].decoded;
		r->damaged += k->decode[i].damaged + t->empty;
	}
}

enum status
job_inspect(int64_t size, struct report *r, struct diag *d)
{
	static struct look k;
	struct input in = { 0 };
	enum status st;
	size_t i;

	if ((st = input_open(&in, SANDBOX_IN, size, d)) != ST_OK)
		goto done;
	r->container = input_container(&in);
	st = clip_init(&k.clip, &in, &r->notes, false, d);
	tags_note(in.fmt, k.clip.kept, &r->notes);
	if (in.mp4)
		boxes_note(SANDBOX_IN, size, &r->notes);
	if (st != ST_OK || (st = open_decoders(&k, d)) != ST_OK ||
	    (st = check_end(&in, &k.clip, d)) != ST_OK)
		goto done;
	st = clip_scan(&k.clip, &in, try_packet, &k, d);
	tell(&k, r);
	if (st == ST_OK)
		st = judge(r, d);
done:
	for (i = 0; i < CLIP_TRACKS; i++)
		decode_close(&k.decode[i]);
	clip_fini(&k.clip);
	input_close(&in);
	return st;
}
