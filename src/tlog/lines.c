#include "tlog/lines.h"

#include <string.h>

#include "base/enc.h"

bool
lines_next(struct lines *in, const char **line, size_t *len)
{
	const char *end;

	if (in->at >= in->end)
		return false;
	end = memchr(in->at, '\n', (size_t)(in->end - in->at));
	if (end == NULL)
		return false;
	*line = in->at;
	*len = (size_t)(end - in->at);
	in->at = end + 1;
	return true;
}

bool
lines_number(const char *line, size_t len, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (len == 0 || len > 16 || (len > 1 && line[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(line[i] - '0');
	}
	*out = v;
	return v < TREE_SIZE_MAX;
}

bool
lines_hash(const char *line, size_t len, struct tlog_hash *out)
{
	size_t n;

	return enc_unbase64(line, len, out->b, TREE_HASH, &n) == ST_OK &&
	    n == TREE_HASH;
}
