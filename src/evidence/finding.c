#include "evidence/finding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "media/media.h"

#define READABLE "readable-"

/* -- from facts to finding ------------------------------------------------- */

static void
add(struct finding *f, const char *name, bool passed, const char *yes,
    const char *no)
{
	f->checks[f->n++] = (struct finding_check){ name, passed,
		passed ? yes : no };
}

enum status
finding_make(
    const struct finding_facts *f, struct finding *out, struct arena *a)
{
	bool all = f->n > 0, same = true;
	size_t i;

	PRE(f->n <= FINDING_ITEMS);
	*out = (struct finding){ .submission = f->submission };
	add(out, "signature", f->signature,
	    "The signature is right: nobody has changed what was sent since "
	    "it was signed.",
	    "The signature is wrong.");
	add(out, "pass", f->pass,
	    "The pass is real: somebody with an account made this key.",
	    "The pass is not one of this platform.");
	add(out, "list", f->list,
	    "The signed statement names this list of files.",
	    "The signed statement names another list of files.");
	add(out, "request", f->request,
	    "It was sent for this request and to this locker.",
	    "It was sent for another request or to another locker.");
	for (i = 0; i < f->n; i++)
		same = same && f->items[i].same;
	add(out, "items", same,
	    "Each clip has the SHA-256 that the sharer's list gives.",
	    "A clip does not have the SHA-256 that the sharer's list gives.");
	for (i = 0; i < f->n; i++) {
		const char *name = arena_printf(a, READABLE "%zu", i + 1);

		if (name == NULL)
			return ST_NOMEM;
		add(out, name, f->items[i].readable, f->items[i].detail,
		    f->items[i].detail);
	}
	for (i = 0; i < out->n; i++)
		all = all && out->checks[i].passed;
	out->finding = all ? FINDING_UNCHANGED : FINDING_UNREADABLE;
	return ST_OK;
}

/* -- looking at a clip ----------------------------------------------------- */

static void
put_tracks(struct buf *b, const struct media_info *m)
{
	size_t i;

	for (i = 0; i < m->n_tracks; i++) {
		const struct media_track *t = &m->tracks[i];

		buf_printf(b, "%s%s %s", i == 0 ? "" : ", ",
		    t->kind == MEDIA_VIDEO ? "picture" : "sound", t->codec);
		if (t->kind == MEDIA_VIDEO)
			buf_printf(b, " %ux%u, %" PRIu64 " pictures", t->width,
			    t->height, t->frames);
	}
}

enum status
finding_inspect(int fd, bool *readable, const char **detail, struct arena *a,
    struct diag *d)
{
	struct media_info *m = arena_alloc(a, sizeof(*m));
	struct buf b;
	enum status st;

	if (m == NULL)
		return ST_NOMEM;
	if ((st = media_inspect(fd, m, a, d)) != ST_OK)
		return st;
	buf_init(&b, 1000);
	*readable = m->readable;
	if (!m->readable)
		buf_printf(&b, "It cannot be read as video. %.600s", m->reason);
	else {
		buf_printf(&b,
		    "It can be read: %s, %" PRId64 ".%" PRId64 " s, ",
		    m->container, m->duration_ms / 1000,
		    m->duration_ms % 1000 / 100);
		put_tracks(&b, m);
		buf_printf(&b, "; %" PRIu64 " pictures decoded by way of trial",
		    m->decoded);
		if (m->damaged > 0)
			buf_printf(&b,
			    ", %" PRIu64 " of those tried are damaged",
			    m->damaged);
		buf_putc(&b, '.');
	}
	*detail = arena_strndup(a, buf_text(&b), b.n);
	buf_fini(&b);
	return *detail == NULL ? ST_NOMEM : ST_OK;
}

/* -- the document ---------------------------------------------------------- */

enum status
finding_write(const struct finding *f, struct buf *b)
{
	json_t *list = json_array(), *v;
	enum status st;
	size_t i;

	for (i = 0; i < f->n; i++)
		if (json_array_append_new(list,
			json_pack("{s:s,s:b,s:s}", "name", f->checks[i].name,
			    "passed", (int)f->checks[i].passed, "detail",
			    f->checks[i].detail)) != 0)
			break;
	v = json_pack("{s:s,s:o,s:s,s:o}", "type", FINDING_TYPE, "submission",
	    json_hex(f->submission.b, ID_BYTES), "finding", f->finding,
	    "checks", list);
	st = v == NULL || i < f->n ? ST_NOMEM : json_write(v, b);
	json_decref(v);
	return st;
}

#define AT(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

enum status
finding_parse(const void *p, size_t n, struct finding *out, struct arena *a,
    struct diag *d)
{
	struct in {
		struct finding f;
		const char *type;
		json_t *checks;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct in, type),
		    .only = FINDING_TYPE },
		AT("submission", JSON_FIELD_ID, struct in, f.submission, 0, 0),
		AT("finding", JSON_FIELD_STR, struct in, f.finding, 1, 31),
		AT("checks", JSON_FIELD_ARR, struct in, checks, 1,
		    FINDING_CHECKS),
	};
	static const struct json_field check_spec[] = {
		AT("name", JSON_FIELD_STR, struct finding_check, name, 1, 31),
		AT("passed", JSON_FIELD_BOOL, struct finding_check, passed, 0,
		    0),
		AT("detail", JSON_FIELD_STR, struct finding_check, detail, 0,
		    1000),
	};
	json_t *v = NULL;
	enum status st;
	size_t i;

	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &in, a, d);
	for (i = 0; st == ST_OK && i < json_array_size(in.checks); i++)
		st = json_fields(json_array_get(in.checks, i), check_spec,
		    NELEMS(check_spec), "checks", &in.f.checks[in.f.n++], a, d);
	json_decref(v);
	if (st == ST_OK)
		*out = in.f;
	return st;
}

/* -- words ----------------------------------------------------------------- */

const char *
finding_sentence(const char *finding)
{
	if (strcmp(finding, FINDING_RECORDER_BEFORE) == 0)
		return "The clips were signed by a home recorder before the "
		       "request was made.";
	if (strcmp(finding, FINDING_RECORDER_UNPROVEN) == 0)
		return "The clips were signed by a home recorder; when, is "
		       "not proven.";
	if (strcmp(finding, FINDING_UNCHANGED) == 0)
		return "The clips are unchanged since they were received; "
		       "where they come from is not proven.";
	return "A clip does not match what the sharer signed, or cannot be "
	       "read.";
}

const char *
finding_limits(const char *finding)
{
	(void)finding;
	return "This does not say that a camera saw what the clips show, who "
	       "shared them, or that the times that the sharer stated are "
	       "right.";
}

static const struct {
	const char *name;
	struct finding_words words;
} words[] = {
	{ "signature",
	    { "Signed by whoever shared it",
		"The Ed25519 signature of share.note was checked with the "
		"one-time key that the note names.",
		"Somebody other than the sharer wrote or changed the "
		"statement, and nothing in it counts." } },
	{ "pass",
	    { "Sent by somebody with an account",
		"The pass in share.note (RFC 9578) was checked with the "
		"platform's public key for that week, which stands in the "
		"public log. The signature is blind: it does not tell whose "
		"account it was.",
		"The clips could come from anybody, any number of times." } },
	{ "list",
	    { "The list of files is the signed one",
		"SHA-256 of the sharer's list of files was compared with the "
		"one in the signed statement.",
		"Files could have been put in or taken out after the sharer "
		"signed." } },
	{ "request",
	    { "Sent for this request",
		"The request's id and the locker's name in the signed "
		"statement were compared with this request and this locker.",
		"The clips were meant for another request, and were moved "
		"here by somebody." } },
	{ "items",
	    { "Each clip is the one that was sent",
		"SHA-256 of each clip was compared with the sharer's list.",
		"The clip is not, byte for byte, what the sharer sent." } },
	{ READABLE,
	    { "The clip can be played",
		"The clip was read from its beginning to its end by a "
		"separate, locked-in program, and pictures were decoded by "
		"way of trial.",
		"The file is damaged, or is not video. It is kept as it "
		"was received." } },
};

const struct finding_words *
finding_words(const char *check)
{
	static const struct finding_words none = { "Another check", "", "" };
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (strcmp(check, words[i].name) == 0 ||
		    (strcmp(words[i].name, READABLE) == 0 &&
			strncmp(check, READABLE, strlen(READABLE)) == 0))
			return &words[i].words;
	return &none;
}
