/*
 * Reading: the directory is read for names, sizes and places only; then every
 * record is made anew from those and compared with the file.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "evidence/zip_form.h"

#define END_BYTES 22
#define END64_BYTES 76 /* the ZIP64 end record and its locator */
#define CENTRAL_BYTES 46
#define PIECE (size_t)65536

struct zip {
	int fd; /* -1: the bytes at p */
	const uint8_t *p;
	uint64_t size;
	size_t n;
	struct zip_entry *e;
	struct zip_member *m;
};

static enum status
bad(struct diag *d, const char *what)
{
	return diag_problem(d, ST_INVALID, "package-zip", "", "",
	    "The package is not a zip file that Porchlight writes: %s.", what);
}

static uint32_t
get16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint64_t
get32(const uint8_t *p)
{
	return (uint64_t)get16(p) | (uint64_t)get16(p + 2) << 16;
}

static uint64_t
get64(const uint8_t *p)
{
	return get32(p) | get32(p + 4) << 32;
}

/* n bytes at at; ST_IO where the file has no such bytes. */
static enum status
bytes(const struct zip *z, uint64_t at, void *out, size_t n)
{
	size_t got = 0;
	ssize_t k;

	if (at > z->size || n > z->size - at)
		return ST_IO;
	if (z->fd < 0) {
		memcpy(out, z->p + at, n);
		return ST_OK;
	}
	for (; got < n; got += (size_t)k) {
		k = pread(
		    z->fd, (uint8_t *)out + got, n - got, (off_t)(at + got));
		if (k <= 0)
			return ST_IO;
	}
	return ST_OK;
}

struct tail {
	size_t n;
	uint64_t at;
	size_t size; /* of the directory, without the end records */
};

/* Find the directory from the records at the file's end. */
static enum status
find_tail(const struct zip *z, struct tail *t, struct diag *d)
{
	uint8_t end[END_BYTES], end64[END64_BYTES];
	uint64_t size, ends = END_BYTES;
	enum status st;

	if (z->size < END_BYTES)
		return bad(d, "it is too short");
	if ((st = bytes(z, z->size - END_BYTES, end, END_BYTES)) != ST_OK)
		return st;
	t->n = get16(end + 10);
	size = get32(end + 12);
	t->at = get32(end + 16);
	if (t->at == ZIP_ALL_ONES) {
		ends += END64_BYTES;
		if (z->size < ends)
			return bad(d, "it is too short");
		if ((st = bytes(z, z->size - ends, end64, END64_BYTES)) !=
		    ST_OK)
			return st;
		t->at = get64(end64 + 48);
	}
	if (t->n > ZIP_MEMBERS_MAX)
		return bad(d, "it has too many members");
	if (size > ZIP_TAIL_MAX || t->at > z->size ||
	    z->size - t->at != size + ends)
		return bad(d, "its directory is not at its end");
	t->size = (size_t)size;
	return ST_OK;
}

/* One entry of the directory; *used is its length. */
static enum status
read_entry(const uint8_t *p, size_t n, struct zip_entry *e, size_t *used,
    struct diag *d)
{
	size_t name_n, extra_n;
	const uint8_t *extra;
	uint64_t size, at;

	if (n < CENTRAL_BYTES)
		return bad(d, "its directory is cut short");
	name_n = get16(p + 28);
	extra_n = get16(p + 30);
	if (name_n == 0 || name_n > ZIP_NAME_MAX || extra_n > 28 ||
	    n - CENTRAL_BYTES < name_n + extra_n)
		return bad(d, "its directory is malformed");
	*used = CENTRAL_BYTES + name_n + extra_n;
	e->crc = (uint32_t)get32(p + 16);
	size = get32(p + 24);
	at = get32(p + 42);
	extra = p + CENTRAL_BYTES + name_n;
	if (size == ZIP_ALL_ONES && extra_n >= 20)
		size = get64(extra + 4);
	if (at == ZIP_ALL_ONES && extra_n >= 12)
		at = get64(extra + extra_n - 8);
	e->size = size;
	e->at = at;
	if ((e->name = strndup((const char *)p + CENTRAL_BYTES, name_n)) ==
	    NULL)
		return ST_NOMEM;
	if (strlen(e->name) != name_n || !zip_name_ok(e->name))
		return bad(d, "it holds a file whose name is not allowed");
	return ST_OK;
}

/* The local header of e is the one we would write, at at; *end follows it. */
static enum status
check_local(const struct zip *z, const struct zip_entry *e, uint64_t at,
    uint64_t *data, struct diag *d)
{
	uint8_t have[30 + ZIP_NAME_MAX + 20];
	struct buf b;
	enum status st;

	if (e->at != at)
		return bad(d, "there is a gap between two files");
	buf_init(&b, sizeof(have));
	zip_form_local(&b, e);
	if ((st = buf_status(&b)) != ST_OK)
		goto done;
	if (bytes(z, at, have, b.n) != ST_OK || memcmp(have, b.p, b.n) != 0) {
		st = bad(d, "a file's header differs from the directory");
		goto done;
	}
	*data = at + b.n;
done:
	buf_fini(&b);
	return st;
}

static int
by_name(const void *a, const void *b)
{
	const struct zip_member *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

/* Names must differ even where capital letters do not count. */
static enum status
check_names(const struct zip *z, struct diag *d)
{
	struct zip_member *s = calloc(z->n + 1, sizeof(*s));
	enum status st = ST_OK;
	size_t i;

	if (s == NULL)
		return ST_NOMEM;
	memcpy(s, z->m, z->n * sizeof(*s));
	qsort(s, z->n, sizeof(*s), by_name);
	for (i = 1; st == ST_OK && i < z->n; i++)
		if (strcasecmp(s[i - 1].name, s[i].name) == 0)
			st = bad(d, "it holds the same name twice");
	free(s);
	return st;
}

/* Read the members from the directory at p, and compare all records. */
static enum status
read_members(struct zip *z, const struct tail *t, const uint8_t *p,
    size_t all_n, struct diag *d)
{
	uint64_t at = 0, data = 0;
	size_t i, used = 0, off = 0;
	struct buf b;
	enum status st = ST_OK;

	buf_init(&b, ZIP_TAIL_MAX);
	for (i = 0; i < t->n; i++) {
		struct zip_entry *e = &z->e[i];

		st = read_entry(p + off, t->size - off, e, &used, d);
		z->n = i + 1;
		if (st != ST_OK ||
		    (st = check_local(z, e, at, &data, d)) != ST_OK)
			goto done;
		off += used;
		if (data > t->at || e->size > t->at - data) {
			st = bad(d, "a file is longer than the package");
			goto done;
		}
		at = data + e->size;
		z->m[i] = (struct zip_member){ .name = e->name,
			.offset = data,
			.size = e->size,
			.crc = e->crc };
		zip_form_central(&b, e);
	}
	zip_form_end(&b, t->n, t->at, b.n);
	if ((st = buf_status(&b)) != ST_OK)
		goto done;
	if (at != t->at || b.n != all_n || memcmp(b.p, p, all_n) != 0)
		st = bad(d, "its directory is malformed");
	else
		st = check_names(z, d);
done:
	buf_fini(&b);
	return st;
}

static enum status
open_zip(struct zip *z, struct diag *d)
{
	struct tail t;
	uint8_t *all = NULL;
	size_t all_n;
	enum status st;

	if ((st = find_tail(z, &t, d)) != ST_OK)
		return st;
	all_n = (size_t)(z->size - t.at);
	z->e = calloc(t.n + 1, sizeof(*z->e));
	z->m = calloc(t.n + 1, sizeof(*z->m));
	if (z->e == NULL || z->m == NULL || (all = malloc(all_n)) == NULL)
		return ST_NOMEM;
	if ((st = bytes(z, t.at, all, all_n)) == ST_OK)
		st = read_members(z, &t, all, all_n, d);
	free(all);
	return st;
}

static enum status
open_source(int fd, const void *p, uint64_t n, struct zip **out, struct diag *d)
{
	struct zip *z = calloc(1, sizeof(*z));
	enum status st;

	*out = NULL;
	if (z == NULL)
		return ST_NOMEM;
	z->fd = fd;
	z->p = p;
	z->size = n;
	if ((st = open_zip(z, d)) != ST_OK)
		zip_close(&z);
	*out = z;
	return st;
}

enum status
zip_open_fd(int fd, struct zip **out, struct diag *d)
{
	struct stat sb;

	*out = NULL;
	if (fstat(fd, &sb) != 0 || sb.st_size < 0)
		return ST_IO;
	return open_source(fd, NULL, (uint64_t)sb.st_size, out, d);
}

enum status
zip_open(const void *p, size_t n, struct zip **out, struct diag *d)
{
	return open_source(-1, p, n, out, d);
}

void
zip_close(struct zip **z)
{
	size_t i;

	if (*z == NULL)
		return;
	for (i = 0; i < (*z)->n; i++)
		free((*z)->e[i].name);
	free((*z)->e);
	free((*z)->m);
	free(*z);
	*z = NULL;
}

size_t
zip_count(const struct zip *z)
{
	return z->n;
}

const struct zip_member *
zip_member(const struct zip *z, size_t i)
{
	PRE(i < z->n);
	return &z->m[i];
}

const struct zip_member *
zip_find(const struct zip *z, const char *name)
{
	size_t i;

	for (i = 0; i < z->n; i++)
		if (strcmp(z->m[i].name, name) == 0)
			return &z->m[i];
	return NULL;
}

enum status
zip_read(const struct zip *z, const struct zip_member *m, uint64_t offset,
    void *p, size_t n)
{
	PRE(offset <= m->size && n <= m->size - offset);
	return bytes(z, m->offset + offset, p, n);
}

enum status
zip_check(const struct zip *z, const struct zip_member *m, struct diag *d)
{
	uint8_t *piece = malloc(PIECE);
	enum status st = piece == NULL ? ST_NOMEM : ST_OK;
	uint64_t at = 0;
	uint32_t crc = 0;
	size_t k;

	for (; st == ST_OK && at < m->size; at += k) {
		k = m->size - at < PIECE ? (size_t)(m->size - at) : PIECE;
		if ((st = zip_read(z, m, at, piece, k)) == ST_OK)
			crc = zip_crc(crc, piece, k);
	}
	free(piece);
	if (st == ST_OK && crc != m->crc)
		st = diag_problem(d, ST_INVALID, "package-zip", m->name, "",
		    "The file %s in the package was changed.", m->name);
	return st;
}
