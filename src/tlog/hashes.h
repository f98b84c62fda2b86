/*
 * hashes: all hashes of a tree in memory, some 64 bytes an entry.
 *
 * Holds the root of every complete subtree, so that any root, proof or tile
 * of any earlier size is at hand.  Not for use by two threads at once while
 * one of them appends.
 */
#ifndef TLOG_HASHES_H
#define TLOG_HASHES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

struct tlog_hashes;

/* An empty tree; NULL if out of memory. */
struct tlog_hashes *hashes_new(void);

void hashes_free(struct tlog_hashes **h);

uint64_t hashes_size(const struct tlog_hashes *h);

/* Append a leaf hash.  ST_OK or ST_NOMEM (nothing changed). */
enum status
hashes_append(struct tlog_hashes *h, const struct tlog_hash *leaf) NODISCARD;

/* Forget the leaves from size on: a transaction that did not commit. */
void hashes_truncate(struct tlog_hashes *h, uint64_t size);

/* The hash of leaf index, which must be there. */
const struct tlog_hash *
hashes_leaf(const struct tlog_hashes *h, uint64_t index);

/* A tree_reader; arg is the struct tlog_hashes.  ST_NOTFOUND if beyond. */
enum status
hashes_read(void *h, unsigned level, uint64_t index, struct tlog_hash *out);

/*
 * Root, proofs and tile of the tree as it was at size.  Each returns ST_OK,
 * ST_INVALID or ST_NOTFOUND (beyond what is held).
 */
enum status hashes_root(const struct tlog_hashes *h, uint64_t size,
    struct tlog_hash *out) NODISCARD;
enum status hashes_inclusion(const struct tlog_hashes *h, uint64_t index,
    uint64_t size, struct tlog_proof_path *out) NODISCARD;
enum status hashes_consistency(const struct tlog_hashes *h, uint64_t old_size,
    uint64_t size, struct tlog_proof_path *out) NODISCARD;

/* t->width * 32 bytes of tile t (level >= 0) into out. */
enum status hashes_tile(const struct tlog_hashes *h, const struct tile *t,
    uint8_t out[TILE_FULL]) NODISCARD;

#endif /* !TLOG_HASHES_H */
