/*
 * tile: the static files of C2SP tlog-tiles v0.1.0: tiles of 256 hashes
 * (height 8), entry bundles, and their paths.  Pure.
 */
#ifndef TLOG_TILE_H
#define TLOG_TILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tlog/tree.h"

struct buf;

#define TILE_WIDTH 256
#define TILE_FULL (TILE_WIDTH * TREE_HASH) /* bytes of a full tile */
#define TILE_PATH 64                       /* bytes of a path, with NUL */
#define TILE_ENTRIES (-1)                  /* the level of entry bundles */
#define TILE_ENTRY_MAX 65535

struct tile {
	int level; /* 0 to 63, or TILE_ENTRIES */
	uint64_t index;
	unsigned width; /* 1 to 256; 256 is full */
};

/* "tile/0/x001/x234/067.p/12", "tile/entries/000": no slash before it. */
void tile_path(const struct tile *t, char out[TILE_PATH]);

/*
 * Read such a path, with or without a slash before it.  Returns ST_OK or
 * ST_INVALID; one form only is taken.
 */
enum status tile_path_parse(const char *path, struct tile *out) NODISCARD;

/*
 * How wide tile index of level is in a tree of that size: 0 (none) to 256.
 * TILE_ENTRIES counts as level 0.
 */
unsigned tile_width(int level, uint64_t index, uint64_t size);

/*
 * Write the hashes of t (level >= 0), t->width * 32 bytes, to out.  Statuses
 * of read.
 */
enum status tile_read(
    tree_reader *read, void *arg, const struct tile *t, uint8_t *out) NODISCARD;

/*
 * The hash of the complete subtree (level, index) out of the bytes of the one
 * tile that holds or covers it; tile_of() names that tile, full.  data is
 * n bytes.  Returns ST_OK or ST_INVALID (the tile is too short).
 */
void tile_of(unsigned level, uint64_t index, struct tile *out);
enum status tile_hash(const uint8_t *data, size_t n, unsigned level,
    uint64_t index, struct tlog_hash *out) NODISCARD;

/* Append one entry (n <= TILE_ENTRY_MAX) to a bundle. */
void tile_bundle_put(struct buf *b, const void *entry, size_t n);

/*
 * The entry that begins at *at of the bundle's n bytes; *at moves behind it.
 * Returns ST_OK, ST_NOTFOUND (at the end), or ST_INVALID (cut short).
 */
enum status tile_bundle_next(const uint8_t *p, size_t n, size_t *at,
    const uint8_t **entry, size_t *entry_n) NODISCARD;

#endif /* !TLOG_TILE_H */
