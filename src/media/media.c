#include "media/media.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "media/run.h"

#define ANSWER_MAX 65536
#define TEXT_MAX 400
#define EXIT_SANDBOX 3
#define SOME ((int64_t)1 << 50)

/* -- the answer ------------------------------------------------------------ */

struct answer {
	const char *container, *fault, *reason;
	int64_t damaged, decoded, duration_ms;
	json_t *notes, *tracks;
	size_t n_notes, n_tracks;
	struct media_note note[MEDIA_NOTES_MAX];
	struct media_track track[MEDIA_TRACKS_MAX];
};

#define AT(m) offsetof(struct answer, m)

static const struct json_field answer_spec[] = {
	{ "container", JSON_FIELD_STR, AT(container), 0, 16, 0, NULL },
	{ "damaged", JSON_FIELD_INT, AT(damaged), 0, SOME, 0, NULL },
	{ "decoded", JSON_FIELD_INT, AT(decoded), 0, SOME, 0, NULL },
	{ "duration_ms", JSON_FIELD_INT, AT(duration_ms), 0, SOME, 0, NULL },
	{ "fault", JSON_FIELD_STR, AT(fault), 0, 16, 0, NULL },
	{ "notes", JSON_FIELD_ARR, AT(notes), 0, MEDIA_NOTES_MAX, 0, NULL },
	{ "reason", JSON_FIELD_STR, AT(reason), 0, TEXT_MAX, 0, NULL },
	{ "tracks", JSON_FIELD_ARR, AT(tracks), 0, MEDIA_TRACKS_MAX, 0, NULL },
};

#undef AT
#define AT(m) offsetof(struct media_note, m)

static const struct json_field note_spec[] = {
	{ "text", JSON_FIELD_STR, AT(text), 0, 60, 0, NULL },
	{ "what", JSON_FIELD_STR, AT(what), 1, 80, 0, NULL },
	{ "where", JSON_FIELD_STR, AT(where), 1, 48, 0, NULL },
};

struct raw_track {
	const char *codec, *kind;
	int64_t duration_ms, fps_milli, frames, height, width;
};

#undef AT
#define AT(m) offsetof(struct raw_track, m)

static const struct json_field track_spec[] = {
	{ "codec", JSON_FIELD_STR, AT(codec), 1, 16, 0, NULL },
	{ "duration_ms", JSON_FIELD_INT, AT(duration_ms), 0, SOME, 0, NULL },
	{ "fps_milli", JSON_FIELD_INT, AT(fps_milli), 0, UINT32_MAX, 0, NULL },
	{ "frames", JSON_FIELD_INT, AT(frames), 0, SOME, 0, NULL },
	{ "height", JSON_FIELD_INT, AT(height), 0, 65535, 0, NULL },
	{ "kind", JSON_FIELD_STR, AT(kind), 5, 5, 0, NULL },
	{ "width", JSON_FIELD_INT, AT(width), 0, 65535, 0, NULL },
};

static enum status
read_track(const json_t *o, struct media_track *t, struct arena *a)
{
	struct raw_track r = { 0 };
	enum status st;

	st = json_fields(
	    o, track_spec, NELEMS(track_spec), "tracks", &r, a, NULL);
	if (st != ST_OK)
		return st;
	if (strcmp(r.kind, "video") != 0 && strcmp(r.kind, "audio") != 0)
		return ST_INVALID;
	*t = (struct media_track){
		.kind = r.kind[0] == 'v' ? MEDIA_VIDEO : MEDIA_AUDIO,
		.codec = r.codec,
		.width = (uint32_t)r.width,
		.height = (uint32_t)r.height,
		.fps_milli = (uint32_t)r.fps_milli,
		.frames = (uint64_t)r.frames,
		.duration_ms = r.duration_ms,
	};
	return ST_OK;
}

static enum status
read_members(const json_t *o, struct answer *r, struct arena *a)
{
	enum status st;
	size_t i;

	st = json_fields(o, answer_spec, NELEMS(answer_spec), NULL, r, a, NULL);
	if (st != ST_OK)
		return st;
	r->n_notes = json_array_size(r->notes);
	r->n_tracks = json_array_size(r->tracks);
	for (i = 0; st == ST_OK && i < r->n_notes; i++)
		st = json_fields(json_array_get(r->notes, i), note_spec,
		    NELEMS(note_spec), "notes", &r->note[i], a, NULL);
	for (i = 0; st == ST_OK && i < r->n_tracks; i++)
		st = read_track(json_array_get(r->tracks, i), &r->track[i], a);
	r->notes = r->tracks = NULL; /* they go with the document */
	return st;
}

static enum status
read_answer(const struct buf *b, struct answer *r, struct arena *a)
{
	json_t *o = NULL;
	enum status st;

	memset(r, 0, sizeof(*r));
	if ((st = json_read_canonical(b->p, b->n, &o, NULL)) == ST_OK)
		st = read_members(o, r, a);
	json_decref(o);
	return st;
}

/* -- running --------------------------------------------------------------- */

/* The reasons that lie outside the file, and those that the file is to blame
 * for: *blame is a sentence then, and the status ST_OK. */
static enum status
blame(enum run_end end, int code, const char **text, struct diag *d)
{
	switch (end) {
	case RUN_DONE:
		return ST_OK;
	case RUN_SLOW:
		*text = "Reading the file took longer than is allowed.";
		return ST_OK;
	case RUN_LOUD:
		*text = "The file made the program that reads it misbehave.";
		return ST_OK;
	case RUN_CRASHED:
		if (code == SIGXCPU)
			return blame(RUN_SLOW, 0, text, d);
		*text = "The file made the program that reads it fail.";
		return ST_OK;
	case RUN_REFUSED:
		break;
	}
	if (code == EXIT_SANDBOX)
		return diag_set(d, ST_FAIL, "", "",
		    "porchlight-media could not shut itself in (seccomp or "
		    "Landlock failed), so it read nothing.");
	return diag_set(d, ST_FAIL, "", "",
	    "porchlight-media could not run (exit code %d).", code);
}

/* The helper's fault as a status; "invalid" is the file's. */
static enum status
fault(const struct answer *r, struct diag *d)
{
	if (r->fault[0] == '\0' || strcmp(r->fault, "invalid") == 0)
		return ST_OK;
	if (strcmp(r->fault, "full") == 0)
		return diag_set(
		    d, ST_FULL, "", "", "There is no space left for the copy.");
	if (strcmp(r->fault, "io") == 0)
		return diag_set(d, ST_IO, "", "",
		    "The file could not be read, or its copy not written.");
	if (strcmp(r->fault, "memory") == 0)
		return ST_OK;
	return diag_set(d, ST_FAIL, "", "", "porchlight-media failed.");
}

/*
 * Run a job.  ST_OK with *text NULL: r holds the answer.  ST_OK with *text:
 * the file is to blame, and r holds what is known of it.
 */
static enum status
ask(const char *job, int in_fd, int out_fd, int64_t wall_s, struct answer *r,
    const char **text, struct arena *a, struct diag *d)
{
	enum run_end end;
	struct buf b;
	enum status st;
	int code;

	*text = NULL;
	memset(r, 0, sizeof(*r));
	r->container = r->reason = "";
	buf_init(&b, ANSWER_MAX);
	st = run_helper(job, in_fd, out_fd, wall_s * 1000, &b, &end, &code, d);
	if (st != ST_OK || (st = blame(end, code, text, d)) != ST_OK ||
	    *text != NULL)
		goto done;
	if ((st = read_answer(&b, r, a)) == ST_INVALID) {
		memset(r, 0, sizeof(*r));
		r->container = r->reason = "";
		*text = "The file made the program that reads it misbehave.";
		st = ST_OK;
		goto done;
	}
	if (st != ST_OK || (st = fault(r, d)) != ST_OK)
		goto done;
	if (strcmp(r->fault, "memory") == 0)
		*text = "The file would take more memory than it is allowed.";
	else if (r->fault[0] != '\0')
		*text = r->reason[0] != '\0' ? r->reason
					     : "The file cannot be read.";
done:
	buf_fini(&b);
	return st;
}

enum status
media_inspect(int fd, struct media_info *out, struct arena *a, struct diag *d)
{
	struct answer r;
	const char *text;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = ask("inspect", fd, -1, MEDIA_INSPECT_S, &r, &text, a, d);
	if (st != ST_OK)
		return st;
	out->readable = text == NULL;
	out->reason = text == NULL ? "" : text;
	out->container = r.container;
	out->duration_ms = r.duration_ms;
	out->decoded = (uint64_t)r.decoded;
	out->damaged = (uint64_t)r.damaged;
	out->n_tracks = r.n_tracks;
	memcpy(out->tracks, r.track, sizeof(out->tracks));
	out->n_carries = r.n_notes;
	memcpy(out->carries, r.note, sizeof(out->carries));
	return ST_OK;
}

enum status
media_strip(int in_fd, int out_fd, struct media_report *out, struct arena *a,
    struct diag *d)
{
	struct answer r;
	const char *text;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = ask("strip", in_fd, out_fd, MEDIA_STRIP_S, &r, &text, a, d);
	if (st != ST_OK)
		return st;
	if (text != NULL)
		return diag_problem(d, ST_INVALID, "media", "", "", "%s", text);
	out->container = r.container;
	out->duration_ms = r.duration_ms;
	out->n_tracks = r.n_tracks;
	memcpy(out->tracks, r.track, sizeof(out->tracks));
	out->n_removed = r.n_notes;
	memcpy(out->removed, r.note, sizeof(out->removed));
	return ST_OK;
}
