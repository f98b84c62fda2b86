#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/age_chunk.h"
#include "crypto/age_header.h"
#include "crypto/age_wrap.h"
#include "crypto/random.h"

struct age_writer {
	age_sink *sink;
	void *arg;
	struct age_chunk *chunk;
	enum status failed;    /* stays what it became */
	uint8_t in[AGE_CHUNK]; /* a chunk that waits for the next byte */
	size_t in_n;
	uint8_t out[AGE_CHUNK + AGE_TAG];
};

/* Header and nonce; the file key is known to nobody once this is left. */
static enum status
start(struct age_writer *w, const struct age_recipient *to, size_t n,
    struct diag *d)
{
	struct age_stanza stanza[AGE_STANZAS_MAX];
	uint8_t file_key[AGE_FILE_KEY], nonce[AGE_NONCE];
	enum status st = ST_OK;
	struct buf b;
	size_t i;

	buf_init(&b, AGE_HEADER_MAX + AGE_NONCE);
	random_bytes(file_key, sizeof(file_key));
	random_bytes(nonce, sizeof(nonce));
	for (i = 0; i < n && st == ST_OK; i++)
		st = age_wrap(&to[i], file_key, &stanza[i], d);
	if (st != ST_OK ||
	    (st = age_header_write(stanza, n, file_key, &b)) != ST_OK ||
	    (st = age_chunk_payload(file_key, nonce, 1, &w->chunk)) != ST_OK)
		goto done;
	buf_put(&b, nonce, sizeof(nonce));
	if ((st = buf_status(&b)) == ST_OK)
		st = w->sink(w->arg, b.p, b.n);
done:
	explicit_bzero(file_key, sizeof(file_key));
	buf_fini(&b);
	return st;
}

enum status
age_writer_new(const struct age_recipient *to, size_t n, age_sink *sink,
    void *arg, struct age_writer **out, struct diag *d)
{
	struct age_writer *w;
	enum status st;

	PRE(n >= 1 && n <= AGE_STANZAS_MAX);
	*out = NULL;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return ST_NOMEM;
	w->sink = sink;
	w->arg = arg;
	if ((st = start(w, to, n, d)) == ST_OK)
		*out = w;
	else
		age_writer_free(&w);
	return st;
}

void
age_writer_free(struct age_writer **w)
{
	if (*w == NULL)
		return;
	age_chunk_free(&(*w)->chunk);
	explicit_bzero(*w, sizeof(**w));
	free(*w);
	*w = NULL;
}

static enum status
seal(struct age_writer *w, const uint8_t *p, size_t n, int last)
{
	enum status st;

	st = age_chunk_seal(w->chunk, p, n, last, w->out);
	return st == ST_OK ? w->sink(w->arg, w->out, n + AGE_TAG) : st;
}

enum status
age_writer_feed(struct age_writer *w, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	size_t k;

	/* A full chunk waits, since the last one may not be empty. */
	while (w->failed == ST_OK && n > 0) {
		k = AGE_CHUNK;
		if (w->in_n == AGE_CHUNK) {
			w->failed = seal(w, w->in, AGE_CHUNK, 0);
			w->in_n = 0;
			continue;
		}
		if (w->in_n == 0 && n > AGE_CHUNK) {
			w->failed = seal(w, p, AGE_CHUNK, 0);
		} else {
			k = AGE_CHUNK - w->in_n < n ? AGE_CHUNK - w->in_n : n;
			memcpy(w->in + w->in_n, p, k);
			w->in_n += k;
		}
		p += k;
		n -= k;
	}
	return w->failed;
}

enum status
age_writer_end(struct age_writer *w)
{
	if (w->failed == ST_OK)
		w->failed = seal(w, w->in, w->in_n, 1);
	return w->failed;
}

uint64_t
age_sealed_size(uint64_t n)
{
	uint64_t chunks = n == 0 ? 1 : (n + AGE_CHUNK - 1) / AGE_CHUNK;

	return AGE_OVERHEAD - AGE_TAG + n + chunks * AGE_TAG;
}
