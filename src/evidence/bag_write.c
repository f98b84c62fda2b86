/*
 * Packing a bag.  The note stands before the clips and covers their hashes,
 * so each clip is read twice; the second reading must give the same hash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "evidence/bag_form.h"
#include "evidence/tar.h"

#define PIECE (size_t)65536
#define TAGS 3 /* bagit.txt, the note, the manifest */

struct file {
	char name[BAG_NAME_BYTES];
	struct bag_bytes b; /* .p NULL: the clip at fd */
	int fd;
	uint64_t size;
	uint8_t sha256[BAG_HASH];
};

struct packing {
	const struct bag_source *s;
	struct diag *d;
	size_t n;
	struct file f[BAG_PAYLOADS_MAX];
	struct buf manifest;
	struct bag_bytes note;
	uint8_t piece[PIECE];
};

/* Read f once, into w (if not NULL) and into sha256. */
static enum status
pass(struct packing *k, const struct file *f, struct tar_writer *w,
    uint8_t sha256[BAG_HASH])
{
	struct hash *h = hash_new();
	enum status st = ST_OK;
	uint64_t at = 0;
	ssize_t n;

	for (; st == ST_OK && at < f->size; at += (uint64_t)n) {
		n = pread(f->fd, k->piece,
		    f->size - at < PIECE ? (size_t)(f->size - at) : PIECE,
		    (off_t)at);
		if (n <= 0) {
			st = diag_set(k->d, ST_IO, f->name, "",
			    "A clip could not be read to its end.");
			break;
		}
		hash_update(h, k->piece, (size_t)n);
		if (w != NULL)
			st = tar_data(w, k->piece, (size_t)n);
	}
	hash_final(&h, sha256);
	return st;
}

static void
add_document(struct packing *k, enum bag_part part, struct bag_bytes b)
{
	struct file *f = &k->f[k->n++];

	bag_form_name(part, 0, f->name);
	f->b = b;
	f->fd = -1;
	f->size = b.n;
	hash_sha256(b.p, b.n, f->sha256);
}

static enum status
add_clip(struct packing *k, unsigned clip, int fd, uint64_t *sum)
{
	struct file *f = &k->f[k->n++];
	struct stat sb;

	bag_form_name(BAG_PART_CLIP, clip, f->name);
	f->fd = fd;
	if (fstat(fd, &sb) != 0 || sb.st_size < 0)
		return diag_set(
		    k->d, ST_IO, f->name, "", "A clip could not be read.");
	f->size = (uint64_t)sb.st_size;
	if (f->size > BAG_TOTAL_MAX - *sum)
		return diag_problem(k->d, ST_TOO_LARGE, "bag-too-large",
		    f->name, "2 GiB", "The clips are more than 2 GiB in all.");
	*sum += f->size;
	return pass(k, f, NULL, f->sha256);
}

static enum status
collect(struct packing *k)
{
	const struct bag_source *s = k->s;
	uint64_t sum = 0;
	enum status st = ST_OK;
	size_t i;

	if (s->n_clips == 0)
		return diag_problem(k->d, ST_INVALID, "bag-no-clip", "", "1",
		    "There is no clip to share.");
	if (s->n_clips > BAG_CLIPS_MAX)
		return diag_problem(k->d, ST_INVALID, "bag-too-many-clips", "",
		    "25", "At most 25 clips can be shared at once.");
	if (s->clips.n > BAG_JSON_MAX || s->statement.n > BAG_JSON_MAX ||
	    s->seals.n > BAG_SEALS_MAX)
		return diag_problem(k->d, ST_TOO_LARGE, "bag-too-large", "", "",
		    "What is said beside the clips is too long.");
	add_document(k, BAG_PART_CLIPS, s->clips);
	add_document(k, BAG_PART_STATEMENT, s->statement);
	if (s->seals.p != NULL)
		add_document(k, BAG_PART_SEALS, s->seals);
	for (i = 0; st == ST_OK && i < s->n_clips; i++)
		st = add_clip(k, (unsigned)i + 1, s->clip_fds[i], &sum);
	return st;
}

static enum status
sign(struct packing *k)
{
	char hex[ENC_HEX(BAG_HASH)];
	uint8_t hash[BAG_HASH];
	enum status st;
	size_t i;

	for (i = 0; i < k->n; i++) {
		enc_hex(k->f[i].sha256, BAG_HASH, hex);
		buf_printf(&k->manifest, "%s  %s\n", hex, k->f[i].name);
	}
	if ((st = buf_status(&k->manifest)) != ST_OK)
		return st;
	hash_sha256(k->manifest.p, k->manifest.n, hash);
	if ((st = k->s->sign(k->s->arg, hash, &k->note)) != ST_OK)
		return st;
	PRE(k->note.p != NULL && k->note.n > 0 && k->note.n <= BAG_NOTE_MAX);
	return ST_OK;
}

static enum status
tell_total(const struct packing *k)
{
	uint64_t sizes[TAGS + BAG_PAYLOADS_MAX];
	size_t i, n = 0;

	if (k->s->total == NULL)
		return ST_OK;
	sizes[n++] = strlen(BAG_BAGIT);
	sizes[n++] = k->note.n;
	sizes[n++] = k->manifest.n;
	for (i = 0; i < k->n; i++)
		sizes[n++] = k->f[i].size;
	return k->s->total(k->s->arg, tar_total_size(sizes, n));
}

static enum status
put_bytes(struct tar_writer *w, const char *name, const void *p, size_t n)
{
	enum status st;

	if ((st = tar_begin(w, name, n)) != ST_OK)
		return st;
	return tar_data(w, p, n);
}

static enum status
put_file(struct packing *k, const struct file *f, struct tar_writer *w)
{
	uint8_t again[BAG_HASH];
	enum status st;

	if (f->fd < 0)
		return put_bytes(w, f->name, f->b.p, f->b.n);
	if ((st = tar_begin(w, f->name, f->size)) != ST_OK ||
	    (st = pass(k, f, w, again)) != ST_OK)
		return st;
	if (!hash_equal(again, f->sha256, BAG_HASH))
		return diag_set(k->d, ST_IO, f->name, "",
		    "A clip changed while it was being packed.");
	return ST_OK;
}

static enum status
put_all(struct packing *k)
{
	struct tar_writer *w = tar_writer_new(k->s->put, k->s->arg);
	enum status st;
	size_t i;

	if (w == NULL)
		return ST_NOMEM;
	st = put_bytes(w, "bagit.txt", BAG_BAGIT, strlen(BAG_BAGIT));
	if (st == ST_OK)
		st = put_bytes(w, "tags/share.note", k->note.p, k->note.n);
	if (st == ST_OK)
		st = put_bytes(
		    w, "manifest-sha256.txt", k->manifest.p, k->manifest.n);
	for (i = 0; st == ST_OK && i < k->n; i++)
		st = put_file(k, &k->f[i], w);
	if (st == ST_OK)
		st = tar_finish(w);
	tar_writer_free(&w);
	return st;
}

enum status
bag_write(const struct bag_source *s, struct diag *d)
{
	struct packing *k = calloc(1, sizeof(*k));
	enum status st;

	if (k == NULL)
		return ST_NOMEM;
	k->s = s;
	k->d = d;
	buf_init(&k->manifest, BAG_MANIFEST_MAX);
	if ((st = collect(k)) == ST_OK && (st = sign(k)) == ST_OK &&
	    (st = tell_total(k)) == ST_OK)
		st = put_all(k);
	buf_fini(&k->manifest);
	free(k);
	return st;
}
