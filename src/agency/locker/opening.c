#include "agency/locker/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agency/asking.h"
#include "agency/inner.h"
#include "agency/kept.h"
#include "base/arena.h"
#include "blob/blob.h"
#include "crypto/age.h"
#include "crypto/blindrsa.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keyd/keyd.h"
#include "protocol/account.h"
#include "protocol/doc.h"
#include "tlog/proof.h"

#define CHUNK 65536

struct reading {
	struct office *a;
	struct opening *o;
	struct hash *hash; /* of the ciphertext */
	struct buf head;   /* until the header is whole */
	struct age_reader *age;
	struct bag_reader *bag;
	struct blob_writer *writer; /* the clip under way */
};

void
opening_init(struct opening *o)
{
	*o = (struct opening){ .outcome = OPENING_DROP };
	buf_init(&o->share_note, BAG_NOTE_MAX);
	buf_init(&o->manifest, BAG_JSON_MAX);
	buf_init(&o->clips, BAG_JSON_MAX);
	buf_init(&o->statement, BAG_JSON_MAX);
	buf_init(&o->directory_note, DOC_MAX);
	buf_init(&o->directory_proof, PROOF_MAX);
}

void
opening_fini(struct opening *o)
{
	buf_fini(&o->share_note);
	buf_fini(&o->manifest);
	buf_fini(&o->clips);
	buf_fini(&o->statement);
	buf_fini(&o->directory_note);
	buf_fini(&o->directory_proof);
	doc_free(&o->share_doc);
}

void
opening_discard(struct office *a, struct opening *o)
{
	size_t i;

	/* What stays for a failure is swept at the next start. */
	for (i = 0; i < o->n; i++)
		(void)!blob_erase(a->items, &o->items[i].blob);
	o->n = 0;
}

/* Whether st is the upload's own fault: it will be the same next time. */
static bool
at_fault(enum status st)
{
	return st == ST_INVALID || st == ST_TOO_LARGE || st == ST_SIGNATURE ||
	    st == ST_TOKEN || st == ST_FORBIDDEN || st == ST_NOTFOUND;
}

/* -- the pass -------------------------------------------------------------- */

static enum status
keep_directory(
    struct opening *o, const char *note, size_t note_n, const char *proof)
{
	buf_clear(&o->directory_note);
	buf_clear(&o->directory_proof);
	buf_put(&o->directory_note, note, note_n);
	buf_puts(&o->directory_proof, proof);
	return buf_status(&o->directory_note) != ST_OK
	    ? buf_status(&o->directory_note)
	    : buf_status(&o->directory_proof);
}

/*
 * A pass counts if a key for sharing made it.  Its week is judged later: a
 * good pass of a wrong week is worth a refusal that names it.
 */
static enum status
check_pass(void *arg, const struct directory *dir, const char *note,
    size_t note_n, const char *proof)
{
	struct reading *r = arg;
	struct opening *o = r->o;
	uint8_t id[BLINDRSA_KEY_ID];
	struct blindrsa_key *key = NULL;
	enum status st;
	size_t i;

	for (i = 0; i < dir->issuer_count; i++) {
		const struct directory_issuer *x = &dir->issuers[i];

		hash_sha256(x->spki.p, x->spki.n, id);
		if (strcmp(x->purpose, PURPOSE_SHARE) != 0 ||
		    !hash_equal(id, o->share.token.key_id, sizeof(id)))
			continue;
		if ((st = blindrsa_public(x->spki.p, x->spki.n, &key)) != ST_OK)
			return st;
		st = token_verify(&o->share.token, key, r->a->origin, &o->why);
		blindrsa_free(&key);
		o->epoch = x->epoch;
		return st != ST_OK ? st
				   : keep_directory(o, note, note_n, proof);
	}
	return ST_TOKEN;
}

/* Why a share with a good pass does not count, or ST_OK. */
static enum status
check_share(struct reading *r)
{
	struct opening *o = r->o;
	struct asking row;
	bool early;
	enum status st;

	asking_init(&row);
	if ((st = epoch_good(o->epoch, o->created, &early, &o->why)) != ST_OK)
		goto done;
	if (!id_equal(&o->share.request, &o->request) ||
	    strcmp(o->share.locker, r->a->locker) != 0) {
		st = diag_problem(&o->why, ST_FORBIDDEN, "share-request", "",
		    "",
		    "The clips were signed for another request or another "
		    "locker than the one that they were sealed for.");
		goto done;
	}
	st = asking_read(r->a, &o->request, &row, NULL);
	if (st == ST_NOTFOUND ||
	    (st == ST_OK &&
		(strcmp(row.state, "refused") == 0 || o->created < row.opens ||
		    o->created >= row.expires ||
		    (row.ended != 0 && o->created >= row.ended))))
		st = diag_problem(&o->why, ST_FORBIDDEN, "request-closed", "",
		    "", "The request was not open when the upload began.");
done:
	asking_fini(&row);
	return st;
}

/* -- what the bag's reader tells ------------------------------------------- */

static enum status
on_note(void *arg, const void *p, size_t n)
{
	struct reading *r = arg;
	struct opening *o = r->o;
	enum status st;

	buf_put(&o->share_note, p, n);
	if ((st = doc_open(p, n, r->a->origin, &o->share_doc, &o->why)) !=
		ST_OK ||
	    (st = share_parse(o->share_doc, &o->share, &o->why)) != ST_OK)
		return st;
	st = kept_directory(r->a, 0, check_pass, r, &o->why);
	if (st == ST_TOKEN) {
		/* Maybe the key is newer than our directory. */
		o->why = (struct diag){ 0 };
		st = kept_directory(r->a, 1, check_pass, r, &o->why);
	}
	if (st != ST_OK)
		return st;
	o->share_ok = true;
	return check_share(r);
}

static enum status
on_manifest(void *arg, const void *p, size_t n, const uint8_t sha256[BAG_HASH])
{
	struct reading *r = arg;

	buf_put(&r->o->manifest, p, n);
	if (!hash_equal(sha256, r->o->share.manifest, BAG_HASH))
		return diag_problem(&r->o->why, ST_FORBIDDEN, "share-manifest",
		    "", "",
		    "The list of files is not the one that was signed.");
	return buf_status(&r->o->manifest);
}

static enum status
on_begin(void *arg, const struct bag_payload *f)
{
	struct reading *r = arg;

	return f->part == BAG_PART_CLIP ? blob_create(r->a->items, &r->writer)
					: ST_OK;
}

static enum status
on_data(void *arg, const void *p, size_t n)
{
	struct reading *r = arg;

	return r->writer == NULL ? ST_OK : blob_write(r->writer, p, n);
}

static enum status
on_end(void *arg, const struct bag_payload *f)
{
	struct reading *r = arg;
	struct opening_item *x;
	enum status st;

	if (f->part != BAG_PART_CLIP)
		return ST_OK;
	x = &r->o->items[r->o->n];
	random_id(&x->blob);
	x->size = (int64_t)f->size;
	memcpy(x->sha256, f->sha256, sizeof(x->sha256));
	if ((st = blob_commit(&r->writer, &x->blob)) == ST_OK)
		r->o->n++;
	return st;
}

/* -- the stream ------------------------------------------------------------ */

static enum status
to_bag(void *arg, const void *p, size_t n)
{
	struct reading *r = arg;

	return bag_feed(r->bag, p, n, &r->o->why);
}

/* The header is whole: whose is it? */
static enum status
unwrap(struct reading *r, const struct age_header *h)
{
	char name[KEYD_NAME_MAX + 1];
	uint8_t file_key[AGE_FILE_KEY];
	enum status st;

	st = keyd_unwrap(r->a->keyd, KEYD_REQUEST, r->head.p, h->length, name,
	    file_key, &r->o->why);
	if (st == ST_OK && id_parse(name, &r->o->request) != ST_OK)
		st = ST_NOTFOUND;
	if (st == ST_OK)
		st = age_reader_new(file_key, to_bag, r, &r->age);
	explicit_bzero(file_key, sizeof(file_key));
	return st;
}

static enum status
feed(struct reading *r, const uint8_t *p, size_t n)
{
	struct age_header *h;
	size_t rest;
	enum status st;

	hash_update(r->hash, p, n);
	if (r->age != NULL)
		return age_reader_feed(r->age, p, n, &r->o->why);
	buf_put(&r->head, p, n);
	if (buf_status(&r->head) != ST_OK)
		return ST_INVALID;
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return ST_NOMEM;
	st = age_header_parse(r->head.p, r->head.n, h, &r->o->why);
	if (st == ST_PENDING) {
		st = r->head.n > AGE_HEADER_MAX ? ST_INVALID : ST_OK;
		goto done;
	}
	if (st != ST_OK || (st = unwrap(r, h)) != ST_OK)
		goto done;
	rest = r->head.n - h->length;
	st = age_reader_feed(r->age, r->head.p + h->length, rest, &r->o->why);
	buf_fini(&r->head);
done:
	free(h);
	return st;
}

static enum status
read_all(struct reading *r, int fd)
{
	uint8_t *p = malloc(CHUNK);
	enum status st = p == NULL ? ST_NOMEM : ST_OK;
	ssize_t n = 0;

	while (st == ST_OK && (n = read(fd, p, CHUNK)) > 0)
		st = feed(r, p, (size_t)n);
	free(p);
	if (st != ST_OK)
		return st;
	if (n < 0)
		return ST_IO;
	if (r->age == NULL)
		return ST_INVALID;
	if ((st = age_reader_end(r->age, &r->o->why)) == ST_OK)
		st = bag_end(r->bag, &r->o->why);
	return st;
}

/* Keep the documents, and see that they are what they must be. */
static enum status
take_documents(struct reading *r)
{
	struct bag_bytes c = bag_document(r->bag, BAG_PART_CLIPS);
	struct bag_bytes s = bag_document(r->bag, BAG_PART_STATEMENT);
	struct arena *mem = arena_new((size_t)1 << 20);
	struct share_clips *clips;
	struct opening *o = r->o;
	char name[32];
	const char *text;
	enum status st = ST_NOMEM;
	size_t i;

	if (mem == NULL || (clips = arena_alloc(mem, sizeof(*clips))) == NULL)
		goto done;
	buf_put(&o->clips, c.p, c.n);
	buf_put(&o->statement, s.p, s.n);
	if ((st = buf_status(&o->clips)) != ST_OK ||
	    (st = buf_status(&o->statement)) != ST_OK ||
	    (st = share_clips_parse(c.p, c.n, clips, mem, &o->why)) != ST_OK ||
	    (st = share_statement_parse(s.p, s.n, &text, mem, &o->why)) !=
		ST_OK)
		goto done;
	for (i = 0; i < clips->n; i++) {
		(void)snprintf(name, sizeof(name), "%zu.mp4", i + 1);
		if (strcmp(clips->v[i].file, name) != 0)
			break;
	}
	if (i != clips->n || clips->n != o->n)
		st = diag_problem(&o->why, ST_INVALID, "bag-clips",
		    "clips.json", "",
		    "The list of times does not name each clip once, in "
		    "order.");
done:
	arena_free(&mem);
	return st;
}

static enum status
run(struct reading *r)
{
	static const struct bag_sink sink = {
		.note = on_note,
		.manifest = on_manifest,
		.begin = on_begin,
		.data = on_data,
		.end = on_end,
	};
	int64_t size;
	enum status st;
	int fd = -1;

	if ((r->bag = bag_reader_new(&sink, r)) == NULL)
		return ST_NOMEM;
	st = blob_open(r->a->uploads, &r->o->upload, &fd, &size);
	if (st == ST_OK && size != r->o->size)
		st = ST_INVALID;
	if (st == ST_OK && (st = read_all(r, fd)) == ST_OK)
		st = take_documents(r);
	if (fd >= 0)
		(void)close(fd);
	return st;
}

/* Name a failure that nobody has described. */
static void
describe(struct diag *d, enum status st)
{
	struct diag had = *d;

	if (had.problem[0] != '\0' && had.text[0] != '\0')
		return;
	*d = (struct diag){ 0 };
	(void)diag_problem(d, st,
	    had.problem[0] != '\0' ? had.problem : status_problem(st),
	    had.field, had.limit, "%s",
	    had.text[0] != '\0' ? had.text : status_text(st));
}

enum status
opening_run(struct office *a, struct opening *o)
{
	struct reading r = { .a = a, .o = o, .hash = hash_new() };
	enum status st;

	buf_init(&r.head, AGE_HEADER_MAX + CHUNK);
	st = run(&r);
	hash_final(&r.hash, o->ciphertext);
	blob_abort(&r.writer);
	age_reader_free(&r.age);
	bag_reader_free(&r.bag);
	buf_fini(&r.head);
	if (st == ST_OK) {
		o->outcome = OPENING_ADMIT;
		return ST_OK;
	}
	opening_discard(a, o);
	if (!at_fault(st))
		return st;
	o->outcome = o->share_ok ? OPENING_REFUSE : OPENING_DROP;
	describe(&o->why, st);
	return ST_OK;
}
