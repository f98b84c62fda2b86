#include "evidence/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "evidence/package_form.h"
#include "evidence/zip.h"
#include "protocol/doc.h"

#define AT(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define CHUNK 65536

const char *const package_receivers[] = {
	"municipal-police",
	"sheriff",
	"fire",
	"emergency-management",
	"prosecutor",
	"defence",
	"court",
	"oversight",
	"sharer",
	NULL,
};

/* -- package.note ---------------------------------------------------------- */

enum status
package_receiver(const char *receiver, struct diag *d)
{
	size_t i;

	for (i = 0; package_receivers[i] != NULL; i++)
		if (strcmp(receiver, package_receivers[i]) == 0)
			return ST_OK;
	return diag_set(d, ST_INVALID, "receiver",
	    "municipal-police, sheriff, fire, emergency-management, "
	    "prosecutor, defence, court, ...",
	    "%.40s is no class of receiver: a package names who gets it.",
	    receiver);
}

enum status
package_parse(const struct doc *doc, struct package *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AT("time", JSON_FIELD_TIME, struct package, time, 0, 0),
		AT("submission", JSON_FIELD_ID, struct package, submission, 0,
		    0),
		AT("request", JSON_FIELD_ID, struct package, request, 0, 0),
		AT("tagmanifest", JSON_FIELD_HASH, struct package, tagmanifest,
		    0, 0),
		AT("receiver", JSON_FIELD_STR, struct package, receiver, 1, 40),
		AT("basis", JSON_FIELD_STR, struct package, basis, 1,
		    PACKAGE_BASIS_MAX),
	};
	struct package in = { 0 };
	enum status st = doc_fields(
	    doc, PACKAGE_TYPE, spec, NELEMS(spec), &in, d);

	if (st == ST_OK && (st = package_receiver(in.receiver, d)) == ST_OK)
		*out = in;
	return st;
}

json_t *
package_json(const struct package *p)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:s,s:s}", "time",
	    json_time(p->time), "submission",
	    json_hex(p->submission.b, ID_BYTES), "request",
	    json_hex(p->request.b, ID_BYTES), "tagmanifest",
	    json_hex(p->tagmanifest, 32), "receiver", p->receiver, "basis",
	    p->basis);
}

/* -- writing --------------------------------------------------------------- */

struct member {
	char name[ZIP_NAME_MAX + 1]; /* below package/ */
	struct package_bytes bytes;
	int fd; /* instead, if >= 0 */
	uint8_t sha256[32];
};

struct writer {
	const struct package_source *s;
	struct member *v; /* data/ alone, in the order of the manifest */
	size_t n;
	int fd;
	struct diag *d;
};

static enum status
put(void *arg, const void *p, size_t n)
{
	struct writer *w = arg;

	return file_put(w->fd, p, n);
}

static void
add(struct writer *w, const char *name, struct package_bytes bytes, int fd)
{
	struct member *m = &w->v[w->n++];

	(void)snprintf(m->name, sizeof(m->name), "data/%s", name);
	m->bytes = bytes;
	m->fd = fd;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct member *)a)->name, ((const struct member *)b)->name);
}

static enum status
collect(struct writer *w)
{
	const struct package_source *s = w->s;
	char name[64];
	size_t i;

	if (s->n_items == 0 || s->n_items > PACKAGE_ITEMS_MAX ||
	    s->n_notes > PACKAGE_NOTES_MAX)
		return diag_set(w->d, ST_INVALID, "items", "1 to 25",
		    "A package holds 1 to 25 items.");
	for (i = 0; i < s->n_items; i++) {
		(void)snprintf(name, sizeof(name), "items/%zu.mp4", i + 1);
		add(w, name, (struct package_bytes){ NULL, 0 }, s->item_fds[i]);
	}
	add(w, "share.note", s->share_note, -1);
	add(w, "share-manifest-sha256.txt", s->share_manifest, -1);
	add(w, "clips.json", s->clips, -1);
	add(w, "statement.json", s->statement, -1);
	add(w, "receipt.note", s->receipt, -1);
	add(w, "finding.json", s->finding, -1);
	add(w, "custody.jsonl", s->custody, -1);
	add(w, "submissions.json", s->submissions, -1);
	add(w, "request.note", s->request_note, -1);
	add(w, "request.text.json", s->request_text, -1);
	add(w, "request.proof", s->request_proof, -1);
	add(w, "report.html", s->report, -1);
	for (i = 0; i < s->n_notes; i++) {
		if (strlen(s->notes[i].name) > 40 ||
		    !zip_name_ok(s->notes[i].name))
			return diag_set(w->d, ST_INVALID, "notes", "",
			    "%.40s cannot be a note's name in a package.",
			    s->notes[i].name);
		(void)snprintf(
		    name, sizeof(name), "notes/%s.note", s->notes[i].name);
		add(w, name, s->notes[i].note, -1);
		(void)snprintf(
		    name, sizeof(name), "notes/%s.proof", s->notes[i].name);
		add(w, name, s->notes[i].proof, -1);
	}
	qsort(w->v, w->n, sizeof(*w->v), by_name);
	return ST_OK;
}

static enum status
hash_fd(int fd, uint8_t out[32])
{
	struct hash *h = hash_new();
	uint8_t *chunk = malloc(CHUNK);
	off_t at = 0;
	ssize_t n = -1;

	while (chunk != NULL && (n = pread(fd, chunk, CHUNK, at)) > 0) {
		hash_update(h, chunk, (size_t)n);
		at += n;
	}
	free(chunk);
	if (n != 0) {
		hash_free(&h);
		return chunk == NULL ? ST_NOMEM : ST_IO;
	}
	hash_final(&h, out);
	return ST_OK;
}

static enum status
hash_members(struct writer *w, struct buf *manifest)
{
	char hex[ENC_HEX(32)];
	enum status st;
	size_t i;

	for (i = 0; i < w->n; i++) {
		struct member *m = &w->v[i];

		if (m->fd >= 0) {
			if ((st = hash_fd(m->fd, m->sha256)) != ST_OK)
				return st;
		} else
			hash_sha256(m->bytes.p, m->bytes.n, m->sha256);
		enc_hex(m->sha256, 32, hex);
		buf_printf(manifest, "%s  %s\n", hex, m->name);
	}
	return buf_status(manifest);
}

static void
tag_line(struct buf *b, const void *p, size_t n, const char *name)
{
	char hex[ENC_HEX(32)];
	uint8_t hash[32];

	hash_sha256(p, n, hash);
	enc_hex(hash, 32, hex);
	buf_printf(b, "%s  %s\n", hex, name);
}

static enum status
put_members(struct writer *w, struct zip_writer *z)
{
	char name[ZIP_NAME_MAX + 16];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < w->n && st == ST_OK; i++) {
		struct member *m = &w->v[i];

		(void)snprintf(
		    name, sizeof(name), PACKAGE_FOLDER "%s", m->name);
		st = m->fd >= 0 ? zip_add_fd(z, name, m->fd)
				: zip_add(z, name, m->bytes.p, m->bytes.n);
	}
	return st;
}

static enum status
put_zip(struct writer *w, const struct buf *manifest, const struct buf *tags,
    const struct buf *note)
{
	struct zip_writer *z = zip_writer_new(put, w);
	enum status st;

	if (z == NULL)
		return ST_NOMEM;
	if ((st = zip_add(z, PACKAGE_FOLDER PACKAGE_BAGIT_NAME, PACKAGE_BAGIT,
		 strlen(PACKAGE_BAGIT))) != ST_OK ||
	    (st = zip_add(z, PACKAGE_FOLDER PACKAGE_MANIFEST, manifest->p,
		 manifest->n)) != ST_OK ||
	    (st = zip_add(z, PACKAGE_FOLDER PACKAGE_TAGS, tags->p, tags->n)) !=
		ST_OK ||
	    (st = zip_add(z, PACKAGE_FOLDER PACKAGE_NOTE, note->p, note->n)) !=
		ST_OK ||
	    (st = put_members(w, z)) != ST_OK)
		goto done;
	st = zip_finish(z);
done:
	zip_writer_free(&z);
	return st;
}

enum status
package_write(const struct package_source *s, int fd, struct diag *d)
{
	struct writer w = { .s = s, .fd = fd, .d = d };
	struct buf manifest, tags, note;
	uint8_t hash[32];
	enum status st;

	buf_init(&manifest, 65536);
	buf_init(&tags, 4096);
	buf_init(&note, DOC_MAX);
	w.v = calloc(
	    PACKAGE_ITEMS_MAX + 12 + 2 * PACKAGE_NOTES_MAX, sizeof(*w.v));
	if (w.v == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	if ((st = collect(&w)) != ST_OK ||
	    (st = hash_members(&w, &manifest)) != ST_OK)
		goto done;
	tag_line(
	    &tags, PACKAGE_BAGIT, strlen(PACKAGE_BAGIT), PACKAGE_BAGIT_NAME);
	tag_line(&tags, manifest.p, manifest.n, PACKAGE_MANIFEST);
	if ((st = buf_status(&tags)) != ST_OK)
		goto done;
	hash_sha256(tags.p, tags.n, hash);
	if ((st = s->sign(s->arg, hash, &note)) == ST_OK)
		st = put_zip(&w, &manifest, &tags, &note);
done:
	free(w.v);
	buf_fini(&manifest);
	buf_fini(&tags);
	buf_fini(&note);
	return st;
}
