#include "evidence/tar.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "evidence/padme.h"

#define BLOCK (size_t)512

/* Where the fields of a header block lie (POSIX.1-1988, 10.1.1). */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_LINK = 157,
	AT_MAGIC = 257,
	AT_UNAME = 265,
	AT_GNAME = 297,
	AT_MAJOR = 329,
	AT_MINOR = 337,
	AT_PREFIX = 345,
	AT_REST = 500
};

struct tar_writer {
	tar_put *put;
	void *arg;
	uint64_t total; /* bytes put */
	uint64_t left;  /* of the member under way */
	uint64_t size;
	bool done;
};

enum reader_state {
	IN_HEADER,  /* collecting a header block */
	IN_DATA,    /* a member's bytes */
	IN_PADDING, /* zeros up to the block's end */
	IN_TAIL,    /* behind the last member: zeros */
	BROKEN
};

struct tar_reader {
	struct tar_events ev;
	void *arg;
	size_t members_left;
	uint64_t total_max;
	uint64_t total;   /* bytes taken */
	uint64_t content; /* bytes up to the end of the last member */
	enum reader_state state;
	uint64_t left; /* of IN_DATA or IN_PADDING */
	uint64_t size; /* of the member under way */
	size_t have;   /* of block */
	uint8_t block[BLOCK];
};

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

int
tar_name_ok(const char *name)
{
	size_t i;
	bool start = true;

	for (i = 0; name[i] != '\0'; i++) {
		if (i == TAR_NAME_MAX)
			return 0;
		if (start && (name[i] == '/' || name[i] == '.'))
			return 0;
		if (name[i] != '/' && !name_char(name[i]))
			return 0;
		start = name[i] == '/';
	}
	return !start;
}

static uint64_t
padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

uint64_t
tar_total_size(const uint64_t *sizes, size_t n)
{
	uint64_t total = 2 * BLOCK;
	size_t i;

	for (i = 0; i < n; i++) {
		PRE(sizes[i] < TAR_SIZE_MAX);
		total += BLOCK + sizes[i] + padding(sizes[i]);
	}
	return padme_size(total);
}

/* -- writing --------------------------------------------------------------- */

/* The sum of a header's bytes, its own field taken as spaces. */
static unsigned
header_sum(const uint8_t *h)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= AT_SUM && i < AT_TYPE ? (unsigned)' ' : h[i];
	return sum;
}

static void
header_make(uint8_t *h, const char *name, uint64_t size)
{
	char octal[16];

	memset(h, 0, BLOCK);
	memcpy(h + AT_NAME, name, strlen(name));
	memcpy(h + AT_MODE, "0000644", 8);
	memcpy(h + AT_UID, "0000000", 8);
	memcpy(h + AT_GID, "0000000", 8);
	snprintf(octal, sizeof(octal), "%011llo", (unsigned long long)size);
	memcpy(h + AT_SIZE, octal, 12);
	memcpy(h + AT_MTIME, "00000000000", 12);
	h[AT_TYPE] = '0';
	memcpy(h + AT_MAGIC,
	    "ustar\0"
	    "00",
	    8);
	memcpy(h + AT_MAJOR, "0000000", 8);
	memcpy(h + AT_MINOR, "0000000", 8);
	snprintf(octal, sizeof(octal), "%06o", header_sum(h));
	memcpy(h + AT_SUM, octal, 7);
	h[AT_SUM + 7] = ' ';
}

struct tar_writer *
tar_writer_new(tar_put *put, void *arg)
{
	struct tar_writer *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->put = put;
		w->arg = arg;
	}
	return w;
}

void
tar_writer_free(struct tar_writer **w)
{
	free(*w);
	*w = NULL;
}

static enum status
put(struct tar_writer *w, const void *p, size_t n)
{
	w->total += n;
	return w->put(w->arg, p, n);
}

static enum status
put_zeros(struct tar_writer *w, uint64_t n)
{
	static const uint8_t zeros[64 * BLOCK];
	enum status st = ST_OK;
	size_t k;

	for (; n > 0 && st == ST_OK; n -= k) {
		k = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);
		st = put(w, zeros, k);
	}
	return st;
}

/* The zeros that fill up the member before. */
static enum status
close_member(struct tar_writer *w)
{
	uint64_t n = padding(w->size);

	if (w->left > 0)
		return ST_FAIL;
	w->size = 0;
	return put_zeros(w, n);
}

enum status
tar_begin(struct tar_writer *w, const char *name, uint64_t size)
{
	uint8_t h[BLOCK];
	enum status st;

	PRE(tar_name_ok(name) && size < TAR_SIZE_MAX && !w->done);
	if ((st = close_member(w)) != ST_OK)
		return st;
	header_make(h, name, size);
	w->left = w->size = size;
	return put(w, h, sizeof(h));
}

enum status
tar_data(struct tar_writer *w, const void *p, size_t n)
{
	if (n > w->left)
		return ST_FAIL;
	w->left -= n;
	return n == 0 ? ST_OK : put(w, p, n);
}

enum status
tar_finish(struct tar_writer *w)
{
	enum status st;

	if ((st = close_member(w)) != ST_OK)
		return st;
	w->done = true;
	return put_zeros(w, padme_size(w->total + 2 * BLOCK) - w->total);
}

/* -- reading --------------------------------------------------------------- */

struct tar_reader *
tar_reader_new(const struct tar_events *events, void *arg, size_t members_max,
    uint64_t total_max)
{
	struct tar_reader *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		r->ev = *events;
		r->arg = arg;
		r->members_left = members_max;
		r->total_max = total_max;
	}
	return r;
}

void
tar_reader_free(struct tar_reader **r)
{
	free(*r);
	*r = NULL;
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* A field of octal digits, ended by NULs or spaces. */
static bool
octal_field(const uint8_t *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v * 8 + (uint64_t)(p[i] - '0');
	if (i == 0)
		return false;
	for (; i < n; i++)
		if (p[i] != 0 && p[i] != ' ')
			return false;
	*out = v;
	return true;
}

static bool
octal_is(const uint8_t *h, size_t at, size_t n, uint64_t want)
{
	uint64_t v;

	return octal_field(h + at, n, &v) && v == want;
}

/* Device numbers of a plain file are zero or absent. */
static bool
no_device(const uint8_t *h, size_t at)
{
	return all_zero(h + at, 8) || octal_is(h, at, 8, 0);
}

static enum status
bad(struct diag *d, const char *what)
{
	return diag_problem(d, ST_INVALID, "bag-tar", "", "",
	    "The archive is not one that Porchlight writes: %s.", what);
}

static enum status
check_header(const uint8_t *h, char name[TAR_NAME_MAX + 1], uint64_t *size,
    struct diag *d)
{
	if (memcmp(h + AT_MAGIC,
		"ustar\0"
		"00",
		8) != 0)
		return bad(d, "a member has no ustar header");
	if (!octal_is(h, AT_SUM, 8, header_sum(h)))
		return bad(d, "a header's sum is wrong");
	if (h[AT_TYPE] != '0' || !all_zero(h + AT_LINK, AT_MAGIC - AT_LINK))
		return diag_problem(d, ST_INVALID, "bag-links", "", "",
		    "The archive holds something besides plain files: a link, "
		    "a directory or a device.");
	memcpy(name, h + AT_NAME, TAR_NAME_MAX);
	name[TAR_NAME_MAX] = '\0';
	if (!tar_name_ok(name) || !all_zero(h + AT_PREFIX, AT_REST - AT_PREFIX))
		return diag_problem(d, ST_INVALID, "bag-path", "", "",
		    "The archive holds a file whose name is not allowed.");
	if (!all_zero(h + strlen(name), TAR_NAME_MAX - strlen(name)))
		return bad(d, "something stands behind a name");
	if (!octal_field(h + AT_SIZE, 12, size) || *size >= TAR_SIZE_MAX)
		return bad(d, "a member's size is wrong");
	if (!octal_is(h, AT_MODE, 8, 0644) || !octal_is(h, AT_UID, 8, 0) ||
	    !octal_is(h, AT_GID, 8, 0) || !octal_is(h, AT_MTIME, 12, 0) ||
	    !all_zero(h + AT_UNAME, AT_MAJOR - AT_UNAME) ||
	    !no_device(h, AT_MAJOR) || !no_device(h, AT_MINOR) ||
	    !all_zero(h + AT_REST, BLOCK - AT_REST))
		return bad(d, "a header tells an owner, a mode or a time");
	return ST_OK;
}

/* A member's bytes are over: its padding, or the next header. */
static enum status
end_member(struct tar_reader *r)
{
	r->left = padding(r->size);
	r->state = r->left > 0 ? IN_PADDING : IN_HEADER;
	return r->ev.end(r->arg);
}

static enum status
begin_member(struct tar_reader *r, struct diag *d)
{
	char name[TAR_NAME_MAX + 1];
	enum status st;

	if (all_zero(r->block, BLOCK)) {
		r->state = IN_TAIL;
		return ST_OK;
	}
	if ((st = check_header(r->block, name, &r->size, d)) != ST_OK)
		return st;
	if (r->members_left-- == 0) {
		r->members_left = 0;
		return bad(d, "it has too many members");
	}
	r->content += BLOCK + r->size + padding(r->size);
	if (r->content > r->total_max)
		return diag_problem(d, ST_TOO_LARGE, "bag-too-large", name, "",
		    "The archive is larger than is taken.");
	if ((st = r->ev.begin(r->arg, name, r->size)) != ST_OK)
		return st;
	r->left = r->size;
	r->state = IN_DATA;
	return r->size == 0 ? end_member(r) : ST_OK;
}

/* Take some of n bytes; *used says how many. */
static enum status
take(struct tar_reader *r, const uint8_t *p, size_t n, size_t *used,
    struct diag *d)
{
	size_t k = n;
	enum status st = ST_OK;

	switch (r->state) {
	case IN_HEADER:
		k = n < BLOCK - r->have ? n : BLOCK - r->have;
		memcpy(r->block + r->have, p, k);
		r->have += k;
		if (r->have == BLOCK) {
			r->have = 0;
			st = begin_member(r, d);
		}
		break;
	case IN_DATA:
		k = n < r->left ? n : (size_t)r->left;
		r->left -= k;
		st = r->ev.data(r->arg, p, k);
		if (st == ST_OK && r->left == 0)
			st = end_member(r);
		break;
	case IN_PADDING:
		k = n < r->left ? n : (size_t)r->left;
		if (!all_zero(p, k))
			st = bad(d, "padding is not zero");
		if ((r->left -= k) == 0)
			r->state = IN_HEADER;
		break;
	case IN_TAIL:
		if (!all_zero(p, n))
			st = bad(d, "bytes stand behind its end");
		break;
	case BROKEN:
		PRE(r->state != BROKEN);
	}
	*used = k;
	return st;
}

enum status
tar_feed(struct tar_reader *r, const void *p, size_t n, struct diag *d)
{
	const uint8_t *b = p;
	size_t used = 0;
	enum status st = ST_OK;

	PRE(r->state != BROKEN);
	r->total += n;
	if (r->total > r->total_max)
		st = diag_problem(d, ST_TOO_LARGE, "bag-too-large", "", "",
		    "The archive is larger than is taken.");
	for (; st == ST_OK && n > 0; b += used, n -= used)
		st = take(r, b, n, &used, d);
	if (st != ST_OK)
		r->state = BROKEN;
	return st;
}

enum status
tar_end(struct tar_reader *r, struct diag *d)
{
	PRE(r->state != BROKEN);
	if (r->state != IN_TAIL)
		return bad(d, "it ends early");
	if (r->total != padme_size(r->content + 2 * BLOCK))
		return bad(d, "it is not padded to the length it should have");
	return ST_OK;
}
