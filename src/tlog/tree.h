/*
 * tree: the Merkle tree of RFC 6962 over SHA-256: hashes, roots, and whether
 * a proof holds.  Pure; it knows neither entries nor where hashes are kept.
 */
#ifndef TLOG_TREE_H
#define TLOG_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define TREE_HASH 32
#define TREE_PROOF 63 /* hashes of a proof at most, any tree of ours */
#define TREE_SIZE_MAX (UINT64_C(1) << 53) /* sizes stay below */

struct tlog_hash {
	uint8_t b[TREE_HASH];
};

/* A proof: n hashes, from the leaf's sibling upwards. */
struct tlog_proof_path {
	size_t n;
	struct tlog_hash v[TREE_PROOF];
};

/*
 * The right edge of a tree: enough to append and to tell the root.  Plain
 * data; {0} is the empty tree.  edge[l] is the root of the complete subtree
 * of 2^l leaves that bit l of size stands for.
 */
struct tlog_tree {
	uint64_t size;
	struct tlog_hash edge[64];
};

/* SHA-256(0x00, entry): an entry's leaf hash. */
void tree_leaf(const void *entry, size_t n, struct tlog_hash *out);

/* SHA-256(0x01, left, right). */
void tree_node(const struct tlog_hash *left, const struct tlog_hash *right,
    struct tlog_hash *out);

/* The root of no entries: SHA-256 of nothing. */
void tree_empty(struct tlog_hash *out);

/* Append one leaf. */
void tree_append(struct tlog_tree *tree, const struct tlog_hash *leaf);

/* The root of tree. */
void tree_root(const struct tlog_tree *tree, struct tlog_hash *out);

int tree_hash_equal(const struct tlog_hash *a, const struct tlog_hash *b);

/*
 * Whether leaf is entry number index of the tree of that size and root (RFC
 * 6962, 2.1.1).  Returns ST_OK or ST_SIGNATURE.
 */
enum status tree_verify_inclusion(uint64_t index, uint64_t size,
    const struct tlog_hash *leaf, const struct tlog_hash *proof, size_t n,
    const struct tlog_hash *root) NODISCARD;

/*
 * Whether the tree of old_size and old_root is a prefix of the other (RFC
 * 6962, 2.1.2).  From an empty tree only an empty proof holds and old_root
 * must be tree_empty().  Returns ST_OK or ST_SIGNATURE.
 */
enum status tree_verify_consistency(uint64_t old_size, uint64_t new_size,
    const struct tlog_hash *old_root, const struct tlog_hash *new_root,
    const struct tlog_hash *proof, size_t n) NODISCARD;

/*
 * Read the hash of a complete subtree: that over leaves index * 2^level to
 * (index + 1) * 2^level - 1.  What it returns is passed on.
 */
typedef enum status
tree_reader(void *arg, unsigned level, uint64_t index, struct tlog_hash *out);

/*
 * Roots and proofs out of stored hashes.  read is asked only for complete
 * subtrees of the tree of that size.  Each returns ST_OK, ST_INVALID (index
 * or old_size beyond size) or what read did.
 */
enum status tree_read_root(tree_reader *read, void *arg, uint64_t size,
    struct tlog_hash *out) NODISCARD;
enum status tree_read_edge(tree_reader *read, void *arg, uint64_t size,
    struct tlog_tree *out) NODISCARD;
enum status tree_prove_inclusion(tree_reader *read, void *arg, uint64_t index,
    uint64_t size, struct tlog_proof_path *out) NODISCARD;
enum status tree_prove_consistency(tree_reader *read, void *arg,
    uint64_t old_size, uint64_t size, struct tlog_proof_path *out) NODISCARD;

#endif /* !TLOG_TREE_H */
