#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/enc.h"
#include "tlog/hashes.h"
#include "tlog/tree.h"
#include "vectors.h"

/* The hash in a string; false where it is not one, which refuses the proof. */
static bool
hash_in(const json_t *v, struct tlog_hash *out)
{
	size_t n;

	return json_is_string(v) &&
	    enc_unbase64(json_string_value(v), json_string_length(v), out->b,
		TREE_HASH, &n) == ST_OK &&
	    n == TREE_HASH;
}

/* The hashes of member "proof"; false as above. */
static bool
proof_in(const json_t *v, struct tlog_proof_path *out)
{
	const json_t *list = json_object_get(v, "proof");

	out->n = 0;
	if (json_array_size(list) > TREE_PROOF)
		return false;
	for (; out->n < json_array_size(list); out->n++)
		if (!hash_in(json_array_get(list, out->n), &out->v[out->n]))
			return false;
	return true;
}

/*
 * Sizes are unsigned, and some vectors have wrapped around below zero; numbers
 * are read as reals, then, and none of the others is large.
 */
static uint64_t
number(const json_t *v, const char *member)
{
	double d = json_number_value(json_object_get(v, member));

	return d < 9e15 ? (uint64_t)d : UINT64_MAX;
}

static bool
holds_inclusion(const json_t *v)
{
	struct tlog_hash leaf, root;
	struct tlog_proof_path path;

	return hash_in(json_object_get(v, "leafHash"), &leaf) &&
	    hash_in(json_object_get(v, "root"), &root) && proof_in(v, &path) &&
	    tree_verify_inclusion(number(v, "leafIdx"), number(v, "treeSize"),
		&leaf, path.v, path.n, &root) == ST_OK;
}

static bool
holds_consistency(const json_t *v)
{
	struct tlog_hash old_root, new_root;
	struct tlog_proof_path path;

	return hash_in(json_object_get(v, "root1"), &old_root) &&
	    hash_in(json_object_get(v, "root2"), &new_root) &&
	    proof_in(v, &path) &&
	    tree_verify_consistency(number(v, "size1"), number(v, "size2"),
		&old_root, &new_root, path.v, path.n) == ST_OK;
}

/*
 * Some vectors stand for any bytes by short ones.  A hash of ours has 32 bytes
 * or is none, whatever else holds.
 */
static bool
wanted(const json_t *v)
{
	static const char *const members[] = { "root", "leafHash", "root1",
		"root2" };
	struct tlog_hash h;
	const json_t *m;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((m = json_object_get(v, members[i])) != NULL &&
		    !hash_in(m, &h))
			return false;
	return !json_boolean_value(json_object_get(v, "wantErr"));
}

/* Run all vectors below path; returns how many. */
static unsigned
walk(const char *path, bool (*holds)(const json_t *))
{
	DIR *dir = opendir(path);
	struct dirent *e;
	unsigned count = 0;
	struct stat sb;
	char name[2048];
	json_t *v;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		assert_int_equal(stat(name, &sb), 0);
		if (S_ISDIR(sb.st_mode)) {
			count += walk(name, holds);
			continue;
		}
		v = vectors_json(name);
		if (holds(v) != wanted(v))
			fail_msg("%s: judged wrongly", name);
		json_decref(v);
		count++;
	}
	(void)closedir(dir);
	return count;
}

static void
vectors_of_inclusion(void **state)
{
	(void)state;
	assert_int_equal(
	    walk(vectors_path("merkle/inclusion"), holds_inclusion), 98);
}

static void
vectors_of_consistency(void **state)
{
	(void)state;
	assert_int_equal(
	    walk(vectors_path("merkle/consistency"), holds_consistency), 98);
}

/* The root of leaves lo to hi - 1, straight from RFC 6962's definition. */
static void
slow_root(const struct tlog_hash *leaves, size_t n, struct tlog_hash *out)
{
	struct tlog_hash left, right;
	size_t k = 1;

	if (n == 1) {
		*out = leaves[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	slow_root(leaves, k, &left);
	slow_root(leaves + k, n - k, &right);
	tree_node(&left, &right, out);
}

#define MANY 70

static void
grow(struct tlog_hashes *h, struct tlog_hash *leaves, size_t n)
{
	char entry[16];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(entry, sizeof(entry), "entry %zu", i);
		tree_leaf(entry, strlen(entry), &leaves[i]);
		assert_int_equal(hashes_append(h, &leaves[i]), ST_OK);
	}
}

static void
roots_at_every_size(void **state)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_tree tree = { 0 }, edge;
	struct tlog_hash leaves[MANY], want, got;
	size_t n;

	(void)state;
	grow(h, leaves, MANY);
	tree_empty(&want);
	tree_root(&tree, &got);
	assert_true(tree_hash_equal(&want, &got));
	assert_int_equal(hashes_root(h, 0, &got), ST_OK);
	assert_true(tree_hash_equal(&want, &got));
	for (n = 1; n <= MANY; n++) {
		tree_append(&tree, &leaves[n - 1]);
		slow_root(leaves, n, &want);
		tree_root(&tree, &got);
		assert_true(tree_hash_equal(&want, &got));
		assert_int_equal(hashes_root(h, n, &got), ST_OK);
		assert_true(tree_hash_equal(&want, &got));
		assert_int_equal(
		    tree_read_edge(hashes_read, h, n, &edge), ST_OK);
		tree_root(&edge, &got);
		assert_true(tree_hash_equal(&want, &got));
	}
	assert_int_equal(hashes_root(h, MANY + 1, &got), ST_NOTFOUND);
	hashes_free(&h);
	assert_null(h);
}

static void
every_proof_of_inclusion_holds(void **state)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_hash leaves[MANY], root;
	struct tlog_proof_path path;
	uint64_t n, i;
	size_t j;

	(void)state;
	grow(h, leaves, MANY);
	for (n = 1; n <= MANY; n++) {
		assert_int_equal(hashes_root(h, n, &root), ST_OK);
		for (i = 0; i < n; i++) {
			assert_int_equal(
			    hashes_inclusion(h, i, n, &path), ST_OK);
			assert_int_equal(tree_verify_inclusion(i, n, &leaves[i],
					     path.v, path.n, &root),
			    ST_OK);
			assert_int_equal(
			    tree_verify_inclusion(i, n, &leaves[(i + 1) % n],
				path.v, path.n, &root),
			    n == 1 ? ST_OK : ST_SIGNATURE);
			for (j = 0; j < path.n; j++) {
				path.v[j].b[j] ^= 1;
				assert_int_equal(
				    tree_verify_inclusion(i, n, &leaves[i],
					path.v, path.n, &root),
				    ST_SIGNATURE);
				path.v[j].b[j] ^= 1;
			}
		}
		assert_int_equal(hashes_inclusion(h, n, n, &path), ST_INVALID);
	}
	assert_int_equal(hashes_inclusion(h, 0, MANY + 1, &path), ST_NOTFOUND);
	hashes_free(&h);
}

static void
every_proof_of_consistency_holds(void **state)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_hash leaves[MANY], was, is, other;
	struct tlog_proof_path path;
	uint64_t m, n;

	(void)state;
	grow(h, leaves, MANY);
	for (n = 0; n <= MANY; n++) {
		assert_int_equal(hashes_root(h, n, &is), ST_OK);
		for (m = 0; m <= n; m++) {
			assert_int_equal(hashes_root(h, m, &was), ST_OK);
			assert_int_equal(
			    hashes_consistency(h, m, n, &path), ST_OK);
			assert_int_equal(tree_verify_consistency(
					     m, n, &was, &is, path.v, path.n),
			    ST_OK);
			other = was;
			other.b[0] ^= 1;
			assert_int_equal(tree_verify_consistency(
					     m, n, &other, &is, path.v, path.n),
			    ST_SIGNATURE);
			if (path.n == 0)
				continue;
			assert_int_equal(tree_verify_consistency(m, n, &was,
					     &is, path.v, path.n - 1),
			    ST_SIGNATURE);
			path.v[path.n - 1].b[7] ^= 1;
			assert_int_equal(tree_verify_consistency(
					     m, n, &was, &is, path.v, path.n),
			    ST_SIGNATURE);
		}
	}
	assert_int_equal(hashes_consistency(h, 5, 4, &path), ST_INVALID);
	hashes_free(&h);
}

/* What did not commit is forgotten, and the tree goes on as if never there. */
static void
truncated_and_grown_again(void **state)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_hash leaves[MANY], want, got, junk = { { 1 } };
	size_t i;

	(void)state;
	grow(h, leaves, 37);
	assert_int_equal(hashes_root(h, 37, &want), ST_OK);
	for (i = 0; i < 60; i++)
		assert_int_equal(hashes_append(h, &junk), ST_OK);
	hashes_truncate(h, 37);
	assert_int_equal(hashes_size(h), 37);
	assert_int_equal(hashes_root(h, 37, &got), ST_OK);
	assert_true(tree_hash_equal(&want, &got));
	assert_int_equal(hashes_root(h, 38, &got), ST_NOTFOUND);
	hashes_truncate(h, 0);
	grow(h, leaves, MANY);
	slow_root(leaves, MANY, &want);
	assert_int_equal(hashes_root(h, MANY, &got), ST_OK);
	assert_true(tree_hash_equal(&want, &got));
	assert_true(tree_hash_equal(hashes_leaf(h, 69), &leaves[69]));
	hashes_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_inclusion),
		cmocka_unit_test(vectors_of_consistency),
		cmocka_unit_test(roots_at_every_size),
		cmocka_unit_test(every_proof_of_inclusion_holds),
		cmocka_unit_test(every_proof_of_consistency_holds),
		cmocka_unit_test(truncated_and_grown_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
