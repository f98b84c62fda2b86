/* Writing, and the records that writer and reader share; see zip.h. */
#include "evidence/zip.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/pre.h"
#include "evidence/tar.h"
#include "evidence/zip_form.h"

#define PIECE (size_t)65536

struct zip_writer {
	zip_put *put;
	void *arg;
	uint64_t at; /* bytes put */
	uint64_t left;
	uint32_t crc; /* of what came of the member under way */
	int finished;
	size_t n;
	struct zip_entry e[ZIP_MEMBERS_MAX];
};

int
zip_name_ok(const char *name)
{
	char part[TAR_NAME_MAX + 1];
	size_t n = strlen(name), k;

	/* Two halves that meet at a slash, each good for a tar. */
	if (n <= TAR_NAME_MAX)
		return tar_name_ok(name);
	if (n > ZIP_NAME_MAX)
		return 0;
	for (k = TAR_NAME_MAX; k > 0 && name[k] != '/'; k--)
		;
	if (k == 0)
		return 0;
	memcpy(part, name, k);
	part[k] = '\0';
	return tar_name_ok(part) && tar_name_ok(name + k + 1);
}

uint32_t
zip_crc(uint32_t crc, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t k;

	for (; n > 0; b += k, n -= k) {
		k = n < (1U << 30) ? n : (1U << 30);
		crc = (uint32_t)crc32(crc, b, (uInt)k);
	}
	return crc;
}

/* -- records --------------------------------------------------------------- */

static void
put16(struct buf *b, unsigned v)
{
	uint8_t p[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	buf_put(b, p, sizeof(p));
}

static void
put32(struct buf *b, uint64_t v)
{
	put16(b, (unsigned)(v & 0xffff));
	put16(b, (unsigned)(v >> 16 & 0xffff));
}

static void
put64(struct buf *b, uint64_t v)
{
	put32(b, v & ZIP_ALL_ONES);
	put32(b, v >> 32);
}

/* v, or the mark that it stands in the ZIP64 field. */
static uint64_t
small(uint64_t v)
{
	return v < ZIP_ALL_ONES ? v : ZIP_ALL_ONES;
}

static int
is_big(uint64_t v)
{
	return v >= ZIP_ALL_ONES;
}

/* What the two headers of a member have in common (4.4.3 to 4.4.11). */
static void
common(struct buf *b, const struct zip_entry *e, int version, size_t extra)
{
	put16(b, (unsigned)version);
	put16(b, 0);          /* flags */
	put16(b, 0);          /* stored */
	put16(b, 0);          /* 00:00:00 */
	put16(b, 1 << 5 | 1); /* 1980-01-01 */
	put32(b, e->crc);
	put32(b, small(e->size));
	put32(b, small(e->size));
	put16(b, (unsigned)strlen(e->name));
	put16(b, (unsigned)extra);
}

void
zip_form_local(struct buf *b, const struct zip_entry *e)
{
	size_t extra = is_big(e->size) ? 20 : 0;

	put32(b, 0x04034b50);
	common(b, e, extra > 0 ? 45 : 20, extra);
	buf_puts(b, e->name);
	if (extra > 0) {
		put16(b, 1);
		put16(b, 16);
		put64(b, e->size);
		put64(b, e->size);
	}
}

void
zip_form_central(struct buf *b, const struct zip_entry *e)
{
	size_t big = (is_big(e->size) ? 16U : 0U) + (is_big(e->at) ? 8U : 0U);
	int version = big > 0 ? 45 : 20;

	put32(b, 0x02014b50);
	put16(b, (unsigned)version); /* made by: no host system */
	common(b, e, version, big > 0 ? big + 4 : 0);
	put16(b, 0); /* comment */
	put16(b, 0); /* disk */
	put16(b, 0); /* internal attributes */
	put32(b, 0); /* external attributes */
	put32(b, small(e->at));
	buf_puts(b, e->name);
	if (big > 0) {
		put16(b, 1);
		put16(b, (unsigned)big);
	}
	if (is_big(e->size)) {
		put64(b, e->size);
		put64(b, e->size);
	}
	if (is_big(e->at))
		put64(b, e->at);
}

void
zip_form_end(struct buf *b, size_t n, uint64_t at, uint64_t size)
{
	if (is_big(at)) {
		put32(b, 0x06064b50);
		put64(b, 44);
		put16(b, 45);
		put16(b, 45);
		put32(b, 0);
		put32(b, 0);
		put64(b, n);
		put64(b, n);
		put64(b, size);
		put64(b, at);
		put32(b, 0x07064b50);
		put32(b, 0);
		put64(b, at + size);
		put32(b, 1);
	}
	put32(b, 0x06054b50);
	put16(b, 0);
	put16(b, 0);
	put16(b, (unsigned)n);
	put16(b, (unsigned)n);
	put32(b, size);
	put32(b, small(at));
	put16(b, 0);
}

/* -- writing --------------------------------------------------------------- */

struct zip_writer *
zip_writer_new(zip_put *put, void *arg)
{
	struct zip_writer *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->put = put;
		w->arg = arg;
	}
	return w;
}

void
zip_writer_free(struct zip_writer **w)
{
	size_t i;

	if (*w != NULL)
		for (i = 0; i < (*w)->n; i++)
			free((*w)->e[i].name);
	free(*w);
	*w = NULL;
}

/* Put what b collected. */
static enum status
flush(struct zip_writer *w, struct buf *b)
{
	enum status st;

	if ((st = buf_status(b)) != ST_OK)
		return st;
	w->at += b->n;
	return w->put(w->arg, b->p, b->n);
}

enum status
zip_begin(struct zip_writer *w, const char *name, uint64_t size, uint32_t crc)
{
	struct zip_entry *e = &w->e[w->n];
	struct buf b;
	enum status st;
	size_t i;

	PRE(zip_name_ok(name) && w->n < ZIP_MEMBERS_MAX && !w->finished);
	PRE(w->left == 0);
	for (i = 0; i < w->n; i++)
		if (strcasecmp(w->e[i].name, name) == 0)
			return ST_CONFLICT;
	if ((e->name = strdup(name)) == NULL)
		return ST_NOMEM;
	e->size = w->left = size;
	e->crc = crc;
	e->at = w->at;
	w->n++;
	w->crc = 0;
	buf_init(&b, 1024);
	zip_form_local(&b, e);
	st = flush(w, &b);
	buf_fini(&b);
	return st;
}

enum status
zip_data(struct zip_writer *w, const void *p, size_t n)
{
	if (n > w->left)
		return ST_FAIL;
	if (n == 0)
		return ST_OK;
	w->left -= n;
	w->at += n;
	w->crc = zip_crc(w->crc, p, n);
	return w->put(w->arg, p, n);
}

enum status
zip_end(struct zip_writer *w)
{
	PRE(w->n > 0);
	return w->left == 0 && w->crc == w->e[w->n - 1].crc ? ST_OK : ST_FAIL;
}

enum status
zip_add(struct zip_writer *w, const char *name, const void *p, size_t n)
{
	enum status st;

	if ((st = zip_begin(w, name, n, zip_crc(0, p, n))) != ST_OK ||
	    (st = zip_data(w, p, n)) != ST_OK)
		return st;
	return zip_end(w);
}

/* One pass over size bytes of fd: into *crc, or into w. */
static enum status
pass(int fd, uint64_t size, uint32_t *crc, struct zip_writer *w)
{
	uint8_t *piece = malloc(PIECE);
	enum status st = piece == NULL ? ST_NOMEM : ST_OK;
	uint64_t at = 0;
	ssize_t k = 0;

	for (; st == ST_OK && at < size; at += (uint64_t)k) {
		k = pread(fd, piece,
		    size - at < PIECE ? (size_t)(size - at) : PIECE, (off_t)at);
		if (k <= 0)
			st = ST_IO;
		else if (w != NULL)
			st = zip_data(w, piece, (size_t)k);
		else
			*crc = zip_crc(*crc, piece, (size_t)k);
	}
	free(piece);
	return st;
}

enum status
zip_add_fd(struct zip_writer *w, const char *name, int fd)
{
	struct stat sb;
	uint64_t size;
	uint32_t crc = 0;
	enum status st;

	if (fstat(fd, &sb) != 0 || sb.st_size < 0)
		return ST_IO;
	size = (uint64_t)sb.st_size;
	if ((st = pass(fd, size, &crc, NULL)) != ST_OK ||
	    (st = zip_begin(w, name, size, crc)) != ST_OK ||
	    (st = pass(fd, size, NULL, w)) != ST_OK)
		return st;
	return zip_end(w);
}

enum status
zip_finish(struct zip_writer *w)
{
	uint64_t at = w->at;
	struct buf b;
	enum status st;
	size_t i;

	PRE(w->left == 0 && !w->finished);
	w->finished = 1;
	buf_init(&b, ZIP_TAIL_MAX);
	for (i = 0; i < w->n; i++)
		zip_form_central(&b, &w->e[i]);
	zip_form_end(&b, w->n, at, b.n);
	st = flush(w, &b);
	buf_fini(&b);
	return st;
}
