/* Hashes, roots, and checking proofs; see tree.h. */
#include "tlog/tree.h"

#include <string.h>

#include "base/pre.h"
#include "crypto/hash.h"

void
tree_leaf(const void *entry, size_t n, struct tlog_hash *out)
{
	static const uint8_t prefix = 0;
	struct hash *h = hash_new();

	hash_update(h, &prefix, 1);
	hash_update(h, entry, n);
	hash_final(&h, out->b);
}

void
tree_node(const struct tlog_hash *left, const struct tlog_hash *right,
    struct tlog_hash *out)
{
	uint8_t both[1 + 2 * TREE_HASH];

	both[0] = 1;
	memcpy(both + 1, left->b, TREE_HASH);
	memcpy(both + 1 + TREE_HASH, right->b, TREE_HASH);
	hash_sha256(both, sizeof(both), out->b);
}

void
tree_empty(struct tlog_hash *out)
{
	hash_sha256("", 0, out->b);
}

int
tree_hash_equal(const struct tlog_hash *a, const struct tlog_hash *b)
{
	return memcmp(a->b, b->b, TREE_HASH) == 0;
}

void
tree_append(struct tlog_tree *tree, const struct tlog_hash *leaf)
{
	struct tlog_hash h = *leaf;
	unsigned level = 0;

	PRE(tree->size < TREE_SIZE_MAX);
	for (; tree->size >> level & 1; level++)
		tree_node(&tree->edge[level], &h, &h);
	tree->edge[level] = h;
	tree->size++;
}

void
tree_root(const struct tlog_tree *tree, struct tlog_hash *out)
{
	unsigned level = 0;

	if (tree->size == 0) {
		tree_empty(out);
		return;
	}
	while (!(tree->size >> level & 1))
		level++;
	*out = tree->edge[level];
	for (level++; level < 64 && tree->size >> level != 0; level++)
		if (tree->size >> level & 1)
			tree_node(&tree->edge[level], out, out);
}

/* The procedure of RFC 9162, 2.1.3.2, for the same tree. */
enum status
tree_verify_inclusion(uint64_t index, uint64_t size,
    const struct tlog_hash *leaf, const struct tlog_hash *proof, size_t n,
    const struct tlog_hash *root)
{
	uint64_t at = index, last = size - 1;
	struct tlog_hash h = *leaf;
	size_t i;

	if (index >= size)
		return ST_SIGNATURE;
	for (i = 0; i < n; i++) {
		if (last == 0)
			return ST_SIGNATURE;
		if ((at & 1) || at == last) {
			tree_node(&proof[i], &h, &h);
			for (; !(at & 1) && at != 0; at >>= 1)
				last >>= 1;
		} else {
			tree_node(&h, &proof[i], &h);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && tree_hash_equal(&h, root) ? ST_OK : ST_SIGNATURE;
}

/* The same of RFC 9162, 2.1.4.2, for 0 < old_size < new_size. */
static enum status
consistency(uint64_t old_size, uint64_t new_size,
    const struct tlog_hash *old_root, const struct tlog_hash *new_root,
    const struct tlog_hash *proof, size_t n)
{
	uint64_t at = old_size - 1, last = new_size - 1;
	struct tlog_hash was, is;
	size_t i = 0;

	for (; at & 1; at >>= 1)
		last >>= 1;
	/* An old tree that is complete is a node of the new one itself. */
	if ((old_size & (old_size - 1)) == 0)
		was = *old_root;
	else if (n == 0)
		return ST_SIGNATURE;
	else
		was = proof[i++];
	for (is = was; i < n; i++) {
		if (last == 0)
			return ST_SIGNATURE;
		if ((at & 1) || at == last) {
			tree_node(&proof[i], &was, &was);
			tree_node(&proof[i], &is, &is);
			for (; !(at & 1) && at != 0; at >>= 1)
				last >>= 1;
		} else {
			tree_node(&is, &proof[i], &is);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && tree_hash_equal(&was, old_root) &&
		tree_hash_equal(&is, new_root)
	    ? ST_OK
	    : ST_SIGNATURE;
}

enum status
tree_verify_consistency(uint64_t old_size, uint64_t new_size,
    const struct tlog_hash *old_root, const struct tlog_hash *new_root,
    const struct tlog_hash *proof, size_t n)
{
	struct tlog_hash empty;

	tree_empty(&empty);
	if (old_size > new_size ||
	    (old_size == 0 && !tree_hash_equal(old_root, &empty)))
		return ST_SIGNATURE;
	if (old_size == new_size)
		return n == 0 && tree_hash_equal(old_root, new_root)
		    ? ST_OK
		    : ST_SIGNATURE;
	if (old_size == 0)
		return n == 0 ? ST_OK : ST_SIGNATURE;
	return consistency(old_size, new_size, old_root, new_root, proof, n);
}
