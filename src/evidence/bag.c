/*
 * Reading a bag.  The manifest is read before the payload, so what may come
 * is a list that is fixed then, and each member must be the next of it.
 */
#include "evidence/bag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "evidence/bag_form.h"
#include "evidence/tar.h"

/* The members before the payload, in order. */
enum { TAG_BAGIT, TAG_NOTE, TAG_MANIFEST, TAGS };

static const struct {
	const char *name;
	size_t max;
} tags[TAGS] = {
	[TAG_BAGIT] = { "bagit.txt", 256 },
	[TAG_NOTE] = { "tags/share.note", BAG_NOTE_MAX },
	[TAG_MANIFEST] = { "manifest-sha256.txt", BAG_MANIFEST_MAX },
};

struct bag_reader {
	struct bag_sink sink;
	void *arg;
	struct tar_reader *tar;
	struct diag *d; /* of the call under way */
	size_t at;      /* members seen or under way, minus one */
	size_t seen;    /* members complete */
	uint64_t clip_bytes;
	struct hash *hash; /* of the payload under way */
	struct buf tag[TAGS];
	struct buf document[BAG_PART_CLIP];
	uint8_t manifest_hash[BAG_HASH];
	size_t n; /* payloads that the manifest lists */
	struct bag_payload f[BAG_PAYLOADS_MAX];
};

void
bag_form_name(enum bag_part part, unsigned clip, char out[BAG_NAME_BYTES])
{
	static const char *const names[BAG_PART_CLIP] = {
		[BAG_PART_CLIPS] = "clips",
		[BAG_PART_STATEMENT] = "statement",
		[BAG_PART_SEALS] = "seals",
	};

	if (part == BAG_PART_CLIP)
		snprintf(out, BAG_NAME_BYTES, "data/%u.mp4", clip);
	else
		snprintf(out, BAG_NAME_BYTES, "data/%s.json", names[part]);
}

/* -- the manifest ---------------------------------------------------------- */

static enum status
bad_manifest(struct bag_reader *r, const char *what)
{
	return diag_problem(r->d, ST_INVALID, "bag-manifest",
	    tags[TAG_MANIFEST].name, "", "The list of files %s.", what);
}

/* One line, "HASH  data/NAME": the payload that it names comes next. */
static enum status
manifest_line(struct bag_reader *r, const char *line, const char *end)
{
	char hex[ENC_HEX(BAG_HASH)], name[BAG_NAME_BYTES];
	size_t hex_n = sizeof(hex) - 1, name_n;
	struct bag_payload f = { .part = BAG_PART_CLIPS };

	if (r->n == BAG_PAYLOADS_MAX ||
	    (r->n > 0 && r->f[r->n - 1].clip == BAG_CLIPS_MAX))
		return diag_problem(r->d, ST_INVALID, "bag-too-many-clips",
		    tags[TAG_MANIFEST].name, "25",
		    "There are more than 25 clips.");
	if ((size_t)(end - line) <= hex_n + 2 || line[hex_n] != ' ' ||
	    line[hex_n + 1] != ' ')
		return bad_manifest(r, "is malformed");
	memcpy(hex, line, hex_n);
	hex[hex_n] = '\0';
	if (enc_unhex(hex, f.sha256, BAG_HASH) != ST_OK)
		return bad_manifest(r, "is malformed");
	line += hex_n + 2;
	name_n = (size_t)(end - line);
	if (r->n > 0)
		f.part = r->f[r->n - 1].part == BAG_PART_CLIP
		    ? BAG_PART_CLIP
		    : r->f[r->n - 1].part + 1;
	if (f.part == BAG_PART_SEALS && name_n > 5 &&
	    memcmp(end - 4, ".mp4", 4) == 0)
		f.part = BAG_PART_CLIP;
	if (f.part == BAG_PART_CLIP)
		f.clip = r->f[r->n - 1].clip + 1;
	bag_form_name(f.part, f.clip, name);
	if (strlen(name) != name_n || memcmp(name, line, name_n) != 0)
		return bad_manifest(
		    r, "names a file that does not belong, or is not in order");
	r->f[r->n++] = f;
	return ST_OK;
}

static enum status
read_manifest(struct bag_reader *r)
{
	const struct buf *b = &r->tag[TAG_MANIFEST];
	const char *p = buf_text(b), *end = p + b->n, *nl;
	enum status st;

	for (; p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return bad_manifest(r, "is cut short");
		if ((st = manifest_line(r, p, nl)) != ST_OK)
			return st;
	}
	if (r->n < 2)
		return bad_manifest(r, "lacks what is said beside the clips");
	if (r->f[r->n - 1].part != BAG_PART_CLIP)
		return diag_problem(r->d, ST_INVALID, "bag-no-clip",
		    tags[TAG_MANIFEST].name, "1", "There is no clip.");
	hash_sha256(b->p, b->n, r->manifest_hash);
	return r->sink.manifest == NULL
	    ? ST_OK
	    : r->sink.manifest(r->arg, b->p, b->n, r->manifest_hash);
}

/* -- the members ----------------------------------------------------------- */

static enum status
too_large(struct bag_reader *r, const char *name)
{
	return diag_problem(r->d, ST_TOO_LARGE, "bag-too-large", name, "",
	    "%s is larger than is taken.", name);
}

static enum status
begin_payload(struct bag_reader *r, struct bag_payload *f, const char *name,
    uint64_t size)
{
	static const size_t max[BAG_PART_CLIP] = {
		[BAG_PART_CLIPS] = BAG_JSON_MAX,
		[BAG_PART_STATEMENT] = BAG_JSON_MAX,
		[BAG_PART_SEALS] = BAG_SEALS_MAX,
	};

	f->size = size;
	if (f->part != BAG_PART_CLIP) {
		if (size > max[f->part])
			return too_large(r, name);
	} else {
		if (size > BAG_TOTAL_MAX - r->clip_bytes)
			return diag_problem(r->d, ST_TOO_LARGE, "bag-too-large",
			    name, "2 GiB",
			    "The clips are more than 2 GiB in all.");
		r->clip_bytes += size;
	}
	r->hash = hash_new();
	return r->sink.begin == NULL ? ST_OK : r->sink.begin(r->arg, f);
}

static enum status
on_begin(void *arg, const char *name, uint64_t size)
{
	struct bag_reader *r = arg;
	char want[BAG_NAME_BYTES] = "";
	struct bag_payload *f = NULL;
	size_t at = r->seen;

	r->at = at;
	if (at < TAGS)
		snprintf(want, sizeof(want), "%s", tags[at].name);
	else if (at - TAGS < r->n) {
		f = &r->f[at - TAGS];
		bag_form_name(f->part, f->clip, want);
	}
	if (strcmp(name, want) != 0)
		return diag_problem(r->d, ST_INVALID, "bag-path", name, "",
		    "The file %s does not belong there.", name);
	if (f != NULL)
		return begin_payload(r, f, name, size);
	return size > tags[at].max ? too_large(r, name) : ST_OK;
}

static enum status
on_data(void *arg, const void *p, size_t n)
{
	struct bag_reader *r = arg;
	const struct bag_payload *f;

	if (r->at < TAGS) {
		buf_put(&r->tag[r->at], p, n);
		return buf_status(&r->tag[r->at]);
	}
	f = &r->f[r->at - TAGS];
	hash_update(r->hash, p, n);
	if (f->part != BAG_PART_CLIP) {
		buf_put(&r->document[f->part], p, n);
		if (buf_status(&r->document[f->part]) != ST_OK)
			return ST_NOMEM;
	}
	return r->sink.data == NULL ? ST_OK : r->sink.data(r->arg, p, n);
}

static enum status
end_tag(struct bag_reader *r)
{
	const struct buf *b = &r->tag[r->at];

	switch (r->at) {
	case TAG_BAGIT:
		if (strcmp(buf_text(b), BAG_BAGIT) != 0 ||
		    b->n != strlen(BAG_BAGIT))
			return diag_problem(r->d, ST_INVALID, "bag-version",
			    tags[TAG_BAGIT].name, "1.0",
			    "The bag is not BagIt 1.0 in UTF-8.");
		return ST_OK;
	case TAG_NOTE:
		return r->sink.note == NULL ? ST_OK
					    : r->sink.note(r->arg, b->p, b->n);
	default:
		return read_manifest(r);
	}
}

static enum status
on_end(void *arg)
{
	struct bag_reader *r = arg;
	const struct bag_payload *f;
	char name[BAG_NAME_BYTES];
	uint8_t hash[BAG_HASH];

	r->seen++;
	if (r->at < TAGS)
		return end_tag(r);
	f = &r->f[r->at - TAGS];
	hash_final(&r->hash, hash);
	if (!hash_equal(hash, f->sha256, BAG_HASH)) {
		bag_form_name(f->part, f->clip, name);
		return diag_problem(r->d, ST_INVALID, "bag-hash", name, "",
		    "%s is not the file that the list of files names.", name);
	}
	return r->sink.end == NULL ? ST_OK : r->sink.end(r->arg, f);
}

/* -- the reader ------------------------------------------------------------ */

struct bag_reader *
bag_reader_new(const struct bag_sink *sink, void *arg)
{
	static const struct tar_events events = { on_begin, on_data, on_end };
	struct bag_reader *r = calloc(1, sizeof(*r));
	size_t i;

	if (r == NULL)
		return NULL;
	r->sink = *sink;
	r->arg = arg;
	for (i = 0; i < TAGS; i++)
		buf_init(&r->tag[i], tags[i].max);
	for (i = 0; i < BAG_PART_CLIP; i++)
		buf_init(&r->document[i], BAG_SEALS_MAX);
	r->tar = tar_reader_new(
	    &events, r, TAGS + BAG_PAYLOADS_MAX, BAG_TAR_MAX);
	if (r->tar == NULL)
		bag_reader_free(&r);
	return r;
}

void
bag_reader_free(struct bag_reader **r)
{
	size_t i;

	if (*r == NULL)
		return;
	for (i = 0; i < TAGS; i++)
		buf_fini(&(*r)->tag[i]);
	for (i = 0; i < BAG_PART_CLIP; i++)
		buf_fini(&(*r)->document[i]);
	hash_free(&(*r)->hash);
	tar_reader_free(&(*r)->tar);
	free(*r);
	*r = NULL;
}

enum status
bag_feed(struct bag_reader *r, const void *p, size_t n, struct diag *d)
{
	enum status st;

	r->d = d;
	st = tar_feed(r->tar, p, n, d);
	r->d = NULL;
	return st;
}

enum status
bag_end(struct bag_reader *r, struct diag *d)
{
	enum status st;

	if ((st = tar_end(r->tar, d)) != ST_OK)
		return st;
	if (r->seen < TAGS)
		return diag_problem(d, ST_INVALID, "bag-path",
		    tags[r->seen].name, "", "The file %s is missing.",
		    tags[r->seen].name);
	if (r->seen < TAGS + r->n) {
		const struct bag_payload *f = &r->f[r->seen - TAGS];
		char name[BAG_NAME_BYTES];

		bag_form_name(f->part, f->clip, name);
		return diag_problem(d, ST_INVALID, "bag-path", name, "",
		    "The file %s is missing.", name);
	}
	return ST_OK;
}

static struct bag_bytes
borrow(const struct buf *b)
{
	return (struct bag_bytes){ b->p, b->n };
}

struct bag_bytes
bag_note(const struct bag_reader *r)
{
	return borrow(&r->tag[TAG_NOTE]);
}

struct bag_bytes
bag_manifest(const struct bag_reader *r)
{
	return borrow(&r->tag[TAG_MANIFEST]);
}

struct bag_bytes
bag_document(const struct bag_reader *r, enum bag_part part)
{
	PRE(part < BAG_PART_CLIP);
	return borrow(&r->document[part]);
}

void
bag_manifest_hash(const struct bag_reader *r, uint8_t out[BAG_HASH])
{
	memcpy(out, r->manifest_hash, BAG_HASH);
}

size_t
bag_n_payloads(const struct bag_reader *r)
{
	return r->n;
}

const struct bag_payload *
bag_payload(const struct bag_reader *r, size_t i)
{
	PRE(i < r->n);
	return &r->f[i];
}
