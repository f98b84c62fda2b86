#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "crypto/age_chunk.h"

#define SEALED (AGE_CHUNK + AGE_TAG)

struct age_reader {
	age_sink *sink;
	void *arg;
	struct age_chunk *chunk; /* NULL until the nonce is there */
	enum status failed;      /* stays what it became */
	uint8_t file_key[AGE_FILE_KEY];
	uint8_t in[SEALED]; /* the nonce; then a chunk that waits */
	size_t in_n;
	uint8_t out[AGE_CHUNK];
};

enum status
age_reader_new(const uint8_t file_key[AGE_FILE_KEY], age_sink *sink, void *arg,
    struct age_reader **out)
{
	struct age_reader *r;

	*out = NULL;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return ST_NOMEM;
	r->sink = sink;
	r->arg = arg;
	memcpy(r->file_key, file_key, AGE_FILE_KEY);
	*out = r;
	return ST_OK;
}

void
age_reader_free(struct age_reader **r)
{
	if (*r == NULL)
		return;
	age_chunk_free(&(*r)->chunk);
	explicit_bzero(*r, sizeof(**r));
	free(*r);
	*r = NULL;
}

/* Verify a chunk and hand on what it held. */
static enum status
release(
    struct age_reader *r, const uint8_t *p, size_t n, int last, struct diag *d)
{
	enum status st;

	st = age_chunk_open(r->chunk, p, n, last, r->out);
	if (st == ST_INVALID)
		return diag_set(d, st, "", "",
		    last ? "The encrypted file is cut off or was altered."
			 : "The encrypted file was altered.");
	if (st == ST_OK && n > AGE_TAG)
		st = r->sink(r->arg, r->out, n - AGE_TAG);
	return st;
}

/* Take up to what makes in hold want bytes; returns how many. */
static size_t
take(struct age_reader *r, const uint8_t *p, size_t n, size_t want)
{
	size_t k = want - r->in_n < n ? want - r->in_n : n;

	memcpy(r->in + r->in_n, p, k);
	r->in_n += k;
	return k;
}

static enum status
feed(struct age_reader *r, const uint8_t *p, size_t n, struct diag *d)
{
	enum status st = ST_OK;
	size_t k;

	if (r->chunk == NULL) {
		k = take(r, p, n, AGE_NONCE);
		if (r->in_n < AGE_NONCE)
			return ST_OK;
		st = age_chunk_payload(r->file_key, r->in, 0, &r->chunk);
		r->in_n = 0;
		p += k;
		n -= k;
	}
	/* A chunk is known not to be the last once a byte follows it. */
	while (st == ST_OK && n > 0) {
		if (r->in_n == SEALED) {
			st = release(r, r->in, SEALED, 0, d);
			r->in_n = 0;
		} else if (r->in_n == 0 && n > SEALED) {
			st = release(r, p, SEALED, 0, d);
			p += SEALED;
			n -= SEALED;
		} else {
			k = take(r, p, n, SEALED);
			p += k;
			n -= k;
		}
	}
	return st;
}

enum status
age_reader_feed(struct age_reader *r, const void *p, size_t n, struct diag *d)
{
	if (r->failed == ST_OK)
		r->failed = feed(r, p, n, d);
	return r->failed;
}

enum status
age_reader_end(struct age_reader *r, struct diag *d)
{
	if (r->failed != ST_OK)
		return r->failed;
	if (r->chunk == NULL || r->in_n < AGE_TAG)
		r->failed = diag_set(
		    d, ST_INVALID, "", "", "The encrypted file is cut off.");
	else if (r->in_n == AGE_TAG && age_chunk_count(r->chunk) > 0)
		/* Two files of the same plaintext, else. */
		r->failed = diag_set(d, ST_INVALID, "", "",
		    "The encrypted file ends in an empty chunk.");
	else
		r->failed = release(r, r->in, r->in_n, 1, d);
	r->in_n = 0;
	return r->failed;
}
