#include "tlog/tile.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/pre.h"

#define HEIGHT 8

void
tile_path(const struct tile *t, char out[TILE_PATH])
{
	uint64_t unit = 1;
	int n;

	PRE(t->level >= TILE_ENTRIES && t->level < 64);
	PRE(t->width >= 1 && t->width <= TILE_WIDTH);
	PRE(t->index < TREE_SIZE_MAX);
	if (t->level == TILE_ENTRIES)
		n = snprintf(out, TILE_PATH, "tile/entries/");
	else
		n = snprintf(out, TILE_PATH, "tile/%d/", t->level);
	while (t->index / unit >= 1000)
		unit *= 1000;
	for (; unit > 0; unit /= 1000)
		n += snprintf(out + n, TILE_PATH - (size_t)n,
		    unit == 1 ? "%03" PRIu64 : "x%03" PRIu64 "/",
		    t->index / unit % 1000);
	if (t->width < TILE_WIDTH)
		(void)snprintf(
		    out + n, TILE_PATH - (size_t)n, ".p/%u", t->width);
}

/* Digits at *at; false for none or more than max of them. */
static bool
digits(const char **at, unsigned max, uint64_t *out)
{
	unsigned n;

	*out = 0;
	for (n = 0; **at >= '0' && **at <= '9' && n <= max; n++, (*at)++)
		*out = *out * 10 + (uint64_t)(**at - '0');
	return n >= 1 && n <= max;
}

static bool
skip(const char **at, const char *word)
{
	if (strncmp(*at, word, strlen(word)) != 0)
		return false;
	*at += strlen(word);
	return true;
}

enum status
tile_path_parse(const char *path, struct tile *out)
{
	const char *at = *path == '/' ? path + 1 : path, *start = at;
	char back[TILE_PATH];
	uint64_t v, index = 0;
	bool more;

	*out = (struct tile){ .level = TILE_ENTRIES, .width = TILE_WIDTH };
	if (!skip(&at, "tile/"))
		return ST_INVALID;
	if (!skip(&at, "entries/")) {
		if (!digits(&at, 2, &v) || v > 63 || !skip(&at, "/"))
			return ST_INVALID;
		out->level = (int)v;
	}
	do {
		more = skip(&at, "x");
		if (!digits(&at, 3, &v) || (more && !skip(&at, "/")))
			return ST_INVALID;
		index = index * 1000 + v;
		if (index >= TREE_SIZE_MAX)
			return ST_INVALID;
	} while (more);
	out->index = index;
	if (skip(&at, ".p/")) {
		if (!digits(&at, 3, &v) || v < 1 || v >= TILE_WIDTH)
			return ST_INVALID;
		out->width = (unsigned)v;
	}
	/* One form: whatever differs from what we would write is refused. */
	tile_path(out, back);
	return *at == '\0' && strcmp(back, start) == 0 ? ST_OK : ST_INVALID;
}

unsigned
tile_width(int level, uint64_t index, uint64_t size)
{
	unsigned shift = level == TILE_ENTRIES ? 0 : (unsigned)level * HEIGHT;
	uint64_t hashes = shift < 64 ? size >> shift : 0;

	if (index >= TREE_SIZE_MAX || index * TILE_WIDTH >= hashes)
		return 0;
	hashes -= index * TILE_WIDTH;
	return hashes < TILE_WIDTH ? (unsigned)hashes : TILE_WIDTH;
}

enum status
tile_read(tree_reader *read, void *arg, const struct tile *t, uint8_t *out)
{
	struct tlog_hash h;
	enum status st;
	unsigned i;

	PRE(t->level >= 0 && t->level < 64 / HEIGHT);
	PRE(t->width >= 1 && t->width <= TILE_WIDTH);
	for (i = 0; i < t->width; i++) {
		st = read(arg, (unsigned)t->level * HEIGHT,
		    t->index * TILE_WIDTH + i, &h);
		if (st != ST_OK)
			return st;
		memcpy(out + (size_t)i * TREE_HASH, h.b, TREE_HASH);
	}
	return ST_OK;
}

void
tile_of(unsigned level, uint64_t index, struct tile *out)
{
	*out = (struct tile){ .level = (int)(level / HEIGHT),
		.index = (index << level % HEIGHT) / TILE_WIDTH,
		.width = TILE_WIDTH };
}

enum status
tile_hash(const uint8_t *data, size_t n, unsigned level, uint64_t index,
    struct tlog_hash *out)
{
	unsigned count = 1U << level % HEIGHT, i;
	size_t first = (size_t)((index << level % HEIGHT) % TILE_WIDTH);
	struct tlog_hash row[TILE_WIDTH / 2];

	if (n % TREE_HASH != 0 || n > TILE_FULL ||
	    n / TREE_HASH < first + count)
		return ST_INVALID;
	memcpy(row, data + first * TREE_HASH, (size_t)count * TREE_HASH);
	for (; count > 1; count /= 2)
		for (i = 0; i < count / 2; i++)
			tree_node(&row[2 * i], &row[2 * i + 1], &row[i]);
	*out = row[0];
	return ST_OK;
}

void
tile_bundle_put(struct buf *b, const void *entry, size_t n)
{
	const uint8_t length[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	PRE(n <= TILE_ENTRY_MAX);
	buf_put(b, length, sizeof(length));
	buf_put(b, entry, n);
}

enum status
tile_bundle_next(const uint8_t *p, size_t n, size_t *at, const uint8_t **entry,
    size_t *entry_n)
{
	size_t length;

	if (*at == n)
		return ST_NOTFOUND;
	if (*at > n || n - *at < 2)
		return ST_INVALID;
	length = (size_t)p[*at] << 8 | p[*at + 1];
	if (n - *at - 2 < length)
		return ST_INVALID;
	*entry = p + *at + 2;
	*entry_n = length;
	*at += 2 + length;
	return ST_OK;
}
