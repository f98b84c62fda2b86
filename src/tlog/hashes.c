#include "tlog/hashes.h"

#include <stdlib.h>

#include "base/pre.h"

#define LEVELS 54
#define CHUNK 1024 /* hashes that are allocated at once */

/*
 * The hashes of one level, in chunks: growing copies pointers only, and
 * nothing is held twice while it does.
 */
struct level {
	struct tlog_hash **chunks;
	size_t count, room; /* of chunks */
};

struct tlog_hashes {
	uint64_t size;
	struct level levels[LEVELS];
};

struct tlog_hashes *
hashes_new(void)
{
	return calloc(1, sizeof(struct tlog_hashes));
}

void
hashes_free(struct tlog_hashes **h)
{
	struct level *l;
	size_t i;

	if (*h == NULL)
		return;
	for (l = (*h)->levels; l < (*h)->levels + LEVELS; l++) {
		for (i = 0; i < l->count; i++)
			free(l->chunks[i]);
		free(l->chunks);
	}
	free(*h);
	*h = NULL;
}

uint64_t
hashes_size(const struct tlog_hashes *h)
{
	return h->size;
}

static struct tlog_hash *
slot(const struct tlog_hashes *h, unsigned level, uint64_t index)
{
	return &h->levels[level].chunks[index / CHUNK][index % CHUNK];
}

/* Room in l for hash number index, the next one. */
static enum status
reserve(struct level *l, uint64_t index)
{
	struct tlog_hash **grown, *chunk;
	size_t room;

	if (index / CHUNK < l->count)
		return ST_OK;
	if (l->count == l->room) {
		room = l->room == 0 ? 4 : l->room * 2;
		grown = reallocarray(l->chunks, room, sizeof(*grown));
		if (grown == NULL)
			return ST_NOMEM;
		l->chunks = grown;
		l->room = room;
	}
	if ((chunk = malloc(CHUNK * sizeof(*chunk))) == NULL)
		return ST_NOMEM;
	l->chunks[l->count++] = chunk;
	return ST_OK;
}

enum status
hashes_append(struct tlog_hashes *h, const struct tlog_hash *leaf)
{
	unsigned level, top = (unsigned)__builtin_ctzll(h->size + 1);
	enum status st;

	PRE(h->size < TREE_SIZE_MAX - 1);
	for (level = 0; level <= top; level++)
		if ((st = reserve(&h->levels[level], h->size >> level)) !=
		    ST_OK)
			return st;
	*slot(h, 0, h->size) = *leaf;
	for (level = 1; level <= top; level++)
		tree_node(slot(h, level - 1, (h->size >> (level - 1)) - 1),
		    slot(h, level - 1, h->size >> (level - 1)),
		    slot(h, level, h->size >> level));
	h->size++;
	return ST_OK;
}

void
hashes_truncate(struct tlog_hashes *h, uint64_t size)
{
	PRE(size <= h->size);
	h->size = size;
}

const struct tlog_hash *
hashes_leaf(const struct tlog_hashes *h, uint64_t index)
{
	PRE(index < h->size);
	return slot(h, 0, index);
}

static enum status
read_hash(const struct tlog_hashes *h, unsigned level, uint64_t index,
    struct tlog_hash *out)
{
	if (level >= LEVELS || index >= h->size >> level)
		return ST_NOTFOUND;
	*out = *slot(h, level, index);
	return ST_OK;
}

enum status
hashes_read(void *h, unsigned level, uint64_t index, struct tlog_hash *out)
{
	return read_hash(h, level, index, out);
}

/* What a tree_reader gets for its arg; it only reads. */
static void *
reader_arg(const struct tlog_hashes *h)
{
	return (void *)(uintptr_t)h;
}

enum status
hashes_root(const struct tlog_hashes *h, uint64_t size, struct tlog_hash *out)
{
	return tree_read_root(hashes_read, reader_arg(h), size, out);
}

enum status
hashes_inclusion(const struct tlog_hashes *h, uint64_t index, uint64_t size,
    struct tlog_proof_path *out)
{
	return tree_prove_inclusion(
	    hashes_read, reader_arg(h), index, size, out);
}

enum status
hashes_consistency(const struct tlog_hashes *h, uint64_t old_size,
    uint64_t size, struct tlog_proof_path *out)
{
	return tree_prove_consistency(
	    hashes_read, reader_arg(h), old_size, size, out);
}

enum status
hashes_tile(
    const struct tlog_hashes *h, const struct tile *t, uint8_t out[TILE_FULL])
{
	return tile_read(hashes_read, reader_arg(h), t, out);
}
