/* Roots and proofs out of stored hashes; see tree.h. */
#include <string.h>

#include "base/pre.h"
#include "tlog/tree.h"

/* Where hashes come from. */
struct source {
	tree_reader *read;
	void *arg;
};

/* The largest power of two below n, as its exponent; n is at least 2. */
static unsigned
split(uint64_t n)
{
	return 63 - (unsigned)__builtin_clzll(n - 1);
}

/*
 * The root of leaves lo to hi - 1, where lo is a multiple of every complete
 * subtree in there, as it is wherever RFC 6962 splits.
 */
static enum status
range(const struct source *s, uint64_t lo, uint64_t hi, struct tlog_hash *out)
{
	struct tlog_hash parts[64];
	enum status st;
	unsigned level;
	size_t n = 0;

	PRE(lo < hi);
	for (; lo < hi; lo += UINT64_C(1) << level) {
		level = 63 - (unsigned)__builtin_clzll(hi - lo);
		st = s->read(s->arg, level, lo >> level, &parts[n++]);
		if (st != ST_OK)
			return st;
	}
	*out = parts[--n];
	while (n > 0)
		tree_node(&parts[--n], out, out);
	return ST_OK;
}

/* Proofs are found from the root down and told from the leaf up. */
static void
reverse(struct tlog_proof_path *p)
{
	struct tlog_hash h;
	size_t i;

	for (i = 0; i < p->n / 2; i++) {
		h = p->v[i];
		p->v[i] = p->v[p->n - 1 - i];
		p->v[p->n - 1 - i] = h;
	}
}

enum status
tree_read_root(
    tree_reader *read, void *arg, uint64_t size, struct tlog_hash *out)
{
	const struct source s = { read, arg };

	if (size == 0) {
		tree_empty(out);
		return ST_OK;
	}
	return range(&s, 0, size, out);
}

enum status
tree_read_edge(
    tree_reader *read, void *arg, uint64_t size, struct tlog_tree *out)
{
	enum status st;
	unsigned level;

	*out = (struct tlog_tree){ .size = size };
	for (level = 0; level < 64 && size >> level != 0; level++) {
		if (!(size >> level & 1))
			continue;
		st = read(arg, level, (size >> level) - 1, &out->edge[level]);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
tree_prove_inclusion(tree_reader *read, void *arg, uint64_t index,
    uint64_t size, struct tlog_proof_path *out)
{
	const struct source s = { read, arg };
	uint64_t lo = 0, hi = size, mid;
	enum status st = ST_OK;

	out->n = 0;
	if (index >= size || size > TREE_SIZE_MAX)
		return ST_INVALID;
	while (hi - lo > 1 && st == ST_OK) {
		mid = lo + (UINT64_C(1) << split(hi - lo));
		if (index < mid) {
			st = range(&s, mid, hi, &out->v[out->n++]);
			hi = mid;
		} else {
			st = range(&s, lo, mid, &out->v[out->n++]);
			lo = mid;
		}
	}
	reverse(out);
	return st;
}

enum status
tree_prove_consistency(tree_reader *read, void *arg, uint64_t old_size,
    uint64_t size, struct tlog_proof_path *out)
{
	const struct source s = { read, arg };
	uint64_t lo = 0, hi = size, mid;
	enum status st = ST_OK;

	out->n = 0;
	if (old_size > size || size > TREE_SIZE_MAX)
		return ST_INVALID;
	if (old_size == 0 || old_size == size)
		return ST_OK;
	while (hi != old_size && st == ST_OK) {
		mid = lo + (UINT64_C(1) << split(hi - lo));
		if (old_size <= mid) {
			st = range(&s, mid, hi, &out->v[out->n++]);
			hi = mid;
		} else {
			st = range(&s, lo, mid, &out->v[out->n++]);
			lo = mid;
		}
	}
	/* The reader has the old root, but not this part of it. */
	if (st == ST_OK && lo > 0)
		st = range(&s, lo, hi, &out->v[out->n++]);
	reverse(out);
	return st;
}
