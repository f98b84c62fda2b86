/*
 * The clean copy.  The file is read twice: for the sizes and times that stand
 * before the samples in the copy, and for the samples.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "media/helper/boxes.h"
#include "media/helper/clip.h"
#include "media/helper/input.h"
#include "media/helper/job.h"
#include "media/helper/mp4.h"
#include "media/helper/report.h"
#include "media/helper/sandbox.h"
#include "media/helper/tags.h"

#define FRAME_MAX ((size_t)256 << 20)
#define PIECE ((size_t)1 << 20)
#define CHUNK_SAMPLES 64

struct copy {
	struct clip clip;                            /* of the first reading */
	size_t skip[CLIP_TRACKS], stop[CLIP_TRACKS]; /* the samples kept */
	struct mp4_track m[CLIP_TRACKS];
	size_t at[CLIP_TRACKS]; /* samples met, of the second reading */
	struct clip again;
	uint64_t bytes;
	struct buf out;
};

/* -- after the first reading ----------------------------------------------- */

/* The track whose first picture is the file's beginning. */
static const struct track *
beginning(const struct clip *c)
{
	const struct track *z = NULL;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct track *t = &c->t[i];

		if (!t->video || t->n == 0)
			continue;
		if (z == NULL ||
		    av_compare_ts(t->first,
			(AVRational){ 1, (int)t->timescale }, z->first,
			(AVRational){ 1, (int)z->timescale }) < 0)
			z = t;
	}
	return z;
}

static int
rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Which samples are kept: not the sound before the first picture, and not the
 * pictures after the last that an edit list shows.  What it hides in between
 * cannot go, since others are made from it.
 */
static void
choose(struct copy *k, size_t i, int64_t zero)
{
	const struct track *t = &k->clip.t[i];

	k->stop[i] = t->n;
	if (t->video)
		while (k->stop[i] > 1 && t->s[k->stop[i] - 1].hidden)
			k->stop[i]--;
	else
		while (k->skip[i] < t->n &&
		    t->s[k->skip[i]].pts + t->s[k->skip[i]].duration / 2 < zero)
			k->skip[i]++;
}

static enum status
place(struct copy *k, size_t i, const struct track *z)
{
	const struct track *t = &k->clip.t[i];
	struct mp4_track *m = &k->m[i];
	size_t j;

	m->t = t;
	m->zero = av_rescale_q(z->first, (AVRational){ 1, (int)z->timescale },
	    (AVRational){ 1, (int)t->timescale });
	choose(k, i, m->zero);
	m->s = t->s + k->skip[i];
	m->n = k->stop[i] - k->skip[i];
	m->order = calloc(m->n + 1, sizeof(*m->order));
	m->c = calloc(m->n + 1, sizeof(*m->c));
	if (m->order == NULL || m->c == NULL)
		return ST_NOMEM;
	for (j = 0; j < m->n; j++) {
		m->order[j] = m->s[j].pts;
		if (j == 0 || m->s[j].pts + m->s[j].duration > m->end)
			m->end = m->s[j].pts + m->s[j].duration;
	}
	qsort(m->order, m->n, sizeof(*m->order), rising);
	return ST_OK;
}

/* Where each sample lies, in the order of the source. */
static void
lay_out(struct copy *k)
{
	size_t met[CLIP_TRACKS] = { 0 }, i, last = CLIP_TRACKS;

	for (i = 0; i < k->clip.order.n; i++) {
		size_t t = k->clip.order.p[i];
		struct mp4_track *m = &k->m[t];
		const struct sample *s = &m->t->s[met[t]];
		struct chunk *c;

		if (met[t] < k->skip[t] || met[t] >= k->stop[t]) {
			met[t]++;
			continue;
		}
		met[t]++;
		if (t != last || m->c[m->n_chunks - 1].n == CHUNK_SAMPLES)
			m->c[m->n_chunks++].at = k->bytes;
		c = &m->c[m->n_chunks - 1];
		c->n++;
		c->bytes += s->size;
		k->bytes += s->size;
		last = t;
	}
}

static void
note_hidden(const struct mp4_track *m, struct notes *notes)
{
	size_t i, n = 0;
	char text[48];

	for (i = 0; m->t->video && i < m->n; i++)
		n += m->s[i].hidden;
	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%zu picture%s", n, n == 1 ? "" : "s");
	notes_add(notes, m->t->where,
	    "a cut that only hid pictures; the copy shows them", text,
	    strlen(text));
}

static enum status
plan(struct copy *k, struct report *r, struct diag *d)
{
	const struct track *z = beginning(&k->clip);
	struct mp4_track used[CLIP_TRACKS];
	size_t i, n = 0;
	enum status st;

	if (z == NULL)
		return diag_set(d, ST_INVALID, "", "",
		    "The file holds no picture that can be read.");
	for (i = 0; i < k->clip.n; i++)
		if ((st = place(k, i, z)) != ST_OK)
			return st;
	lay_out(k);
	for (i = 0; i < k->clip.n; i++) {
		if (k->m[i].n == 0)
			continue;
		used[n++] = k->m[i];
		note_hidden(&k->m[i], &r->notes);
		report_track(r, k->m[i].t, k->m[i].n, mp4_track_ms(&k->m[i]));
		if (mp4_track_ms(&k->m[i]) > r->duration_ms)
			r->duration_ms = mp4_track_ms(&k->m[i]);
	}
	return mp4_frame(&k->out, used, n, k->bytes);
}

/* -- the second reading ---------------------------------------------------- */

static enum status
flush(struct copy *k)
{
	enum status st = file_put(SANDBOX_OUT, k->out.p, k->out.n);

	buf_clear(&k->out);
	return st;
}

static enum status
copy_sample(
    void *arg, struct track *t, const AVPacket *pkt, const struct buf *data)
{
	struct copy *k = arg;
	size_t i = (size_t)(t - k->again.t), at = k->at[i]++;

	(void)pkt;
	if (i >= k->clip.n || at >= k->clip.t[i].n ||
	    k->clip.t[i].s[at].size != data->n)
		return ST_IO; /* the file changed meanwhile */
	if (at < k->skip[i] || at >= k->stop[i])
		return ST_OK;
	buf_put(&k->out, data->p, data->n);
	return k->out.n < PIECE ? buf_status(&k->out) : flush(k);
}

static enum status
write_samples(struct copy *k, int64_t size, struct notes *notes, struct diag *d)
{
	struct input in = { 0 };
	enum status st;
	size_t i;

	if ((st = input_open(&in, SANDBOX_IN, size, d)) == ST_OK &&
	    (st = clip_init(&k->again, &in, notes, false, d)) == ST_OK &&
	    (st = clip_scan(&k->again, &in, copy_sample, k, d)) == ST_OK)
		st = flush(k);
	for (i = 0; st == ST_OK && i < k->clip.n; i++)
		if (k->at[i] != k->clip.t[i].n)
			st = ST_IO;
	clip_fini(&k->again);
	input_close(&in);
	return st;
}

static enum status
first_reading(struct copy *k, int64_t size, struct report *r, struct diag *d)
{
	struct input in = { 0 };
	enum status st;

	if ((st = input_open(&in, SANDBOX_IN, size, d)) != ST_OK)
		goto done;
	r->container = input_container(&in);
	if ((st = clip_init(&k->clip, &in, &r->notes, true, d)) != ST_OK)
		goto done;
	tags_note(in.fmt, k->clip.kept, &r->notes);
	if (in.mp4)
		boxes_note(SANDBOX_IN, size, &r->notes);
	st = clip_scan(&k->clip, &in, NULL, NULL, d);
done:
	input_close(&in);
	return st;
}

enum status
job_strip(int64_t size, struct report *r, struct diag *d)
{
	static struct copy k;
	enum status st;
	size_t i;

	buf_init(&k.out, FRAME_MAX);
	if ((st = first_reading(&k, size, r, d)) == ST_OK &&
	    (st = plan(&k, r, d)) == ST_OK && (st = flush(&k)) == ST_OK)
		st = write_samples(&k, size, &r->notes, d);
	for (i = 0; i < CLIP_TRACKS; i++) {
		free(k.m[i].order);
		free(k.m[i].c);
	}
	clip_fini(&k.clip);
	buf_fini(&k.out);
	return st;
}
