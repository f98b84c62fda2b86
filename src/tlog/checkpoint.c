#include "tlog/checkpoint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "tlog/lines.h"

void
checkpoint_text(const struct checkpoint *c, struct buf *b)
{
	char root[ENC_BASE64(TREE_HASH)];

	PRE(c->origin[0] != '\0' && strchr(c->origin, '\n') == NULL);
	enc_base64(c->root.b, TREE_HASH, root);
	buf_printf(b, "%s\n%" PRIu64 "\n%s\n", c->origin, c->size, root);
}

static enum status
bad(struct diag *d, const char *what)
{
	return diag_set(
	    d, ST_INVALID, "checkpoint", "", "A checkpoint %s.", what);
}

enum status
checkpoint_parse(
    const char *text, size_t n, struct checkpoint *out, struct diag *d)
{
	struct lines in = { text, text + n };
	const char *line;
	size_t len;

	*out = (struct checkpoint){ 0 };
	if (!lines_next(&in, &line, &len) || len == 0 ||
	    len >= CHECKPOINT_ORIGIN || memchr(line, '\0', len) != NULL)
		return bad(d, "begins with the log's origin");
	memcpy(out->origin, line, len);
	if (!lines_next(&in, &line, &len) ||
	    !lines_number(line, len, &out->size))
		return bad(d, "has the size in its second line");
	if (!lines_next(&in, &line, &len) || !lines_hash(line, len, &out->root))
		return bad(d, "has the root hash in its third line");
	while (in.at < in.end)
		if (!lines_next(&in, &line, &len) || len == 0)
			return bad(d, "has no empty extension lines");
	return ST_OK;
}
