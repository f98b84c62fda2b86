#include "tlog/proof.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "tlog/lines.h"

#define HEAD "c2sp.org/tlog-proof@v1"
#define INDEX "index "
#define EXTRA "extra "

void
proof_text(uint64_t index, const struct tlog_proof_path *path,
    const void *checkpoint, size_t n, struct buf *b)
{
	char hash[ENC_BASE64(TREE_HASH)];
	size_t i;

	PRE(path->n <= TREE_PROOF);
	buf_printf(b, HEAD "\n" INDEX "%" PRIu64 "\n", index);
	for (i = 0; i < path->n; i++) {
		enc_base64(path->v[i].b, TREE_HASH, hash);
		buf_puts(b, hash);
		buf_putc(b, '\n');
	}
	buf_putc(b, '\n');
	buf_put(b, checkpoint, n);
}

static enum status
bad(struct diag *d, const char *what)
{
	return diag_set(d, ST_INVALID, "proof", "", "A log proof %s.", what);
}

static bool
begins(const char *line, size_t len, const char *word)
{
	return len > strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Hashes up to the empty line. */
static enum status
read_path(struct lines *in, struct tlog_proof_path *path, struct diag *d)
{
	const char *line;
	size_t len;

	for (path->n = 0; lines_next(in, &line, &len); path->n++) {
		if (len == 0)
			return ST_OK;
		if (path->n == TREE_PROOF)
			return bad(d, "has at most 63 hashes");
		if (!lines_hash(line, len, &path->v[path->n]))
			return bad(d, "has hashes of 32 bytes in base64");
	}
	return bad(d, "has an empty line before its checkpoint");
}

enum status
proof_parse(const void *p, size_t n, struct proof *out, struct diag *d)
{
	struct lines in = { p, (const char *)p + n };
	uint8_t extra[PROOF_EXTRA];
	enum status st;
	const char *line;
	size_t len, got;

	*out = (struct proof){ 0 };
	if (n > PROOF_MAX)
		return bad(d, "is at most 131072 bytes long");
	if (!lines_next(&in, &line, &len) || len != strlen(HEAD) ||
	    memcmp(line, HEAD, len) != 0)
		return bad(d, "begins with " HEAD);
	if (!lines_next(&in, &line, &len))
		return bad(d, "has an index");
	if (begins(line, len, EXTRA)) {
		out->extra = line + strlen(EXTRA);
		out->extra_n = len - strlen(EXTRA);
		if (enc_unbase64(out->extra, out->extra_n, extra, sizeof(extra),
			&got) != ST_OK)
			return bad(d, "has extra data in base64");
		if (!lines_next(&in, &line, &len))
			return bad(d, "has an index");
	}
	if (!begins(line, len, INDEX) ||
	    !lines_number(
		line + strlen(INDEX), len - strlen(INDEX), &out->index))
		return bad(d, "has an index, a whole number");
	if ((st = read_path(&in, &out->path, d)) != ST_OK)
		return st;
	if (in.at == in.end)
		return bad(d, "ends in a signed checkpoint");
	out->checkpoint = in.at;
	out->checkpoint_n = (size_t)(in.end - in.at);
	return ST_OK;
}
