#include "media/helper/report.h"

#include <jansson.h>

#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "media/helper/sandbox.h"

#define ANSWER_MAX 65536

void
report_track(
    struct report *r, const struct track *t, size_t frames, int64_t duration_ms)
{
	struct report_track *o;

	PRE(r->n < CLIP_TRACKS);
	o = &r->t[r->n++];
	o->video = t->video;
	o->codec = t->codec;
	o->frames = (int64_t)frames;
	o->duration_ms = duration_ms;
	if (!t->video)
		return;
	o->width = t->par->width;
	o->height = t->par->height;
	o->fps_milli = clip_track_fps_milli(t);
}

static json_t *
tracks(const struct report *r)
{
	json_t *v = json_array(), *o;
	size_t i;

	for (i = 0; v != NULL && i < r->n; i++) {
		const struct report_track *t = &r->t[i];

		o = json_pack("{s:s, s:I, s:I, s:I, s:i, s:s, s:i}", "codec",
		    t->codec, "duration_ms", (json_int_t)t->duration_ms,
		    "fps_milli", (json_int_t)t->fps_milli, "frames",
		    (json_int_t)t->frames, "height", t->height, "kind",
		    t->video ? "video" : "audio", "width", t->width);
		if (o == NULL || json_array_append_new(v, o) != 0) {
			json_decref(v);
			v = NULL;
		}
	}
	return v;
}

static const char *
fault(enum status st)
{
	switch (st) {
	case ST_OK:
		return "";
	case ST_INVALID:
		return "invalid";
	case ST_FULL:
		return "full";
	case ST_IO:
		return "io";
	case ST_NOMEM:
		return "memory";
	default:
		return "internal";
	}
}

enum status
report_write(const struct report *r, enum status st, const struct diag *d)
{
	struct buf b;
	json_t *o;

	buf_init(&b, ANSWER_MAX);
	o = json_pack("{s:s, s:I, s:I, s:I, s:s, s:o, s:s, s:o}", "container",
	    r->container == NULL ? "" : r->container, "damaged",
	    (json_int_t)r->damaged, "decoded", (json_int_t)r->decoded,
	    "duration_ms", (json_int_t)r->duration_ms, "fault", fault(st),
	    "notes", notes_json(&r->notes), "reason", d->text, "tracks",
	    tracks(r));
	if (o == NULL)
		st = ST_NOMEM;
	else if ((st = json_write(o, &b)) == ST_OK)
		st = file_put(SANDBOX_ANSWER, b.p, b.n);
	json_decref(o);
	buf_fini(&b);
	return st;
}
