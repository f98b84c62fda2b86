#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "tlog/hashes.h"
#include "tlog/tile.h"

struct named {
	const char *path;
	struct tile tile;
};

static void
paths_there_and_back(void **state)
{
	static const struct named good[] = {
		{ "tile/0/000", { 0, 0, 256 } },
		{ "tile/0/000.p/1", { 0, 0, 1 } },
		{ "tile/2/999.p/255", { 2, 999, 255 } },
		{ "tile/63/x001/000", { 63, 1000, 256 } },
		{ "tile/0/x001/x234/067", { 0, 1234067, 256 } },
		{ "tile/entries/x001/x234/067.p/12",
		    { TILE_ENTRIES, 1234067, 12 } },
		{ "tile/entries/000", { TILE_ENTRIES, 0, 256 } },
		{ "tile/0/x009/x007/x199/x254/x740/991",
		    { 0, TREE_SIZE_MAX - 1, 256 } },
	};
	const struct named *g;
	char path[TILE_PATH];
	struct tile t;

	(void)state;
	for (g = good; g < good + sizeof(good) / sizeof(good[0]); g++) {
		tile_path(&g->tile, path);
		assert_string_equal(path, g->path);
		assert_int_equal(tile_path_parse(path, &t), ST_OK);
		assert_int_equal(t.level, g->tile.level);
		assert_true(t.index == g->tile.index);
		assert_int_equal(t.width, g->tile.width);
	}
	assert_int_equal(tile_path_parse("/tile/3/005", &t), ST_OK);
	assert_int_equal(t.level, 3);
}

static void
paths_that_are_none(void **state)
{
	static const char *const bad[] = { "", "/", "tile", "tile/", "tile/0",
		"tile/0/", "//tile/0/000", "tile/64/000", "tile/00/000",
		"tile/01/000", "tile/-1/000", "tile/0/0", "tile/0/00",
		"tile/0/0000", "tile/0/x000/001", "tile/0/001/002",
		"tile/0/x001", "tile/0/x001/", "tile/0/x1/001", "tile/0/000.p",
		"tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01",
		"tile/0/000.p/256", "tile/0/000.p/1 ", "tile/0/000.p/1/",
		"tile/0/000/", "tile/0/000?", "tile/x/000", "tile/entries",
		"tile/entries/", "tile/Entries/000", "tile/0/../000",
		"tile/0/x009/x007/x199/x254/x740/992",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999" };
	struct tile t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (tile_path_parse(bad[i], &t) != ST_INVALID)
			fail_msg("%s was taken", bad[i]);
}

/* The example of tlog-tiles: a tree of 70,000 entries. */
static void
widths(void **state)
{
	(void)state;
	assert_int_equal(tile_width(0, 0, 70000), 256);
	assert_int_equal(tile_width(0, 272, 70000), 256);
	assert_int_equal(tile_width(0, 273, 70000), 112);
	assert_int_equal(tile_width(TILE_ENTRIES, 273, 70000), 112);
	assert_int_equal(tile_width(0, 274, 70000), 0);
	assert_int_equal(tile_width(1, 0, 70000), 256);
	assert_int_equal(tile_width(1, 1, 70000), 17);
	assert_int_equal(tile_width(2, 0, 70000), 1);
	assert_int_equal(tile_width(3, 0, 70000), 0);
	assert_int_equal(tile_width(63, 0, 70000), 0);
	assert_int_equal(tile_width(0, 0, 256), 256);
	assert_int_equal(tile_width(0, 1, 256), 0);
	assert_int_equal(tile_width(1, 0, 256), 1);
	assert_int_equal(tile_width(1, 0, 255), 0);
	assert_int_equal(tile_width(0, TREE_SIZE_MAX, 70000), 0);
}

/* A store that has nothing but tiles, as a mirror or a client has. */
struct tiles {
	const struct tlog_hashes *h;
	uint64_t size;
	unsigned reads;
};

static enum status
read_by_tile(void *arg, unsigned level, uint64_t index, struct tlog_hash *out)
{
	struct tiles *s = arg;
	uint8_t data[TILE_FULL];
	struct tile t;

	s->reads++;
	tile_of(level, index, &t);
	t.width = tile_width(t.level, t.index, s->size);
	if (t.width == 0 || hashes_tile(s->h, &t, data) != ST_OK)
		return ST_NOTFOUND;
	return tile_hash(data, (size_t)t.width * TREE_HASH, level, index, out);
}

static void
proofs_out_of_tiles(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 255, 256, 257, 511, 1000, 65535,
		65536, 65537, 70000 };
	struct tlog_hashes *h = hashes_new();
	struct tlog_hash leaf = { { 0 } }, root, got, was;
	struct tlog_proof_path path, other;
	struct tiles s = { h, 0, 0 };
	size_t i;

	(void)state;
	while (hashes_size(h) < 70000) {
		leaf.b[0] = (uint8_t)hashes_size(h);
		leaf.b[1] = (uint8_t)(hashes_size(h) >> 8);
		assert_int_equal(hashes_append(h, &leaf), ST_OK);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		s.size = sizes[i];
		assert_int_equal(hashes_root(h, s.size, &root), ST_OK);
		assert_int_equal(
		    tree_read_root(read_by_tile, &s, s.size, &got), ST_OK);
		assert_true(tree_hash_equal(&root, &got));
		assert_int_equal(tree_prove_inclusion(read_by_tile, &s,
				     s.size / 3, s.size, &path),
		    ST_OK);
		assert_int_equal(
		    hashes_inclusion(h, s.size / 3, s.size, &other), ST_OK);
		assert_int_equal(path.n, other.n);
		assert_memory_equal(path.v, other.v, path.n * TREE_HASH);
		assert_int_equal(
		    tree_verify_inclusion(s.size / 3, s.size,
			hashes_leaf(h, s.size / 3), path.v, path.n, &root),
		    ST_OK);
		assert_int_equal(tree_prove_consistency(read_by_tile, &s,
				     s.size / 2, s.size, &path),
		    ST_OK);
		assert_int_equal(hashes_root(h, s.size / 2, &was), ST_OK);
		assert_int_equal(tree_verify_consistency(s.size / 2, s.size,
				     &was, &root, path.v, path.n),
		    ST_OK);
	}
	assert_true(s.reads > 100);
	hashes_free(&h);
}

static void
a_tile_holds_the_level_s_hashes(void **state)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_hash leaf = { { 0 } }, want;
	uint8_t data[TILE_FULL];
	struct tile t = { 0, 1, 44 };
	uint64_t i;

	(void)state;
	for (i = 0; i < 300; i++) {
		leaf.b[5] = (uint8_t)i;
		assert_int_equal(hashes_append(h, &leaf), ST_OK);
	}
	assert_int_equal(hashes_tile(h, &t, data), ST_OK);
	for (i = 0; i < 44; i++)
		assert_memory_equal(
		    data + i * TREE_HASH, hashes_leaf(h, 256 + i)->b, 32);
	t.width = 45;
	assert_int_equal(hashes_tile(h, &t, data), ST_NOTFOUND);
	t = (struct tile){ 1, 0, 1 };
	assert_int_equal(hashes_tile(h, &t, data), ST_OK);
	assert_int_equal(hashes_root(h, 256, &want), ST_OK);
	assert_memory_equal(data, want.b, TREE_HASH);
	/* Too short, or cut within a hash. */
	assert_int_equal(tile_hash(data, 32, 8, 1, &want), ST_INVALID);
	assert_int_equal(tile_hash(data, 31, 8, 0, &want), ST_INVALID);
	assert_int_equal(tile_hash(data, 64, 2, 0, &want), ST_INVALID);
	assert_int_equal(tile_hash(data, 32, 8, 0, &want), ST_OK);
	hashes_free(&h);
}

static void
bundles_there_and_back(void **state)
{
	static uint8_t big[TILE_ENTRY_MAX];
	const uint8_t *entry;
	size_t at = 0, n;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	tile_bundle_put(&b, "one", 3);
	tile_bundle_put(&b, "", 0);
	tile_bundle_put(&b, big, sizeof(big));
	assert_int_equal(b.n, 2 + 3 + 2 + 2 + sizeof(big));
	assert_memory_equal(b.p, "\0\3one\0\0\xff\xff", 9);
	assert_int_equal(tile_bundle_next(b.p, b.n, &at, &entry, &n), ST_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(entry, "one", 3);
	assert_int_equal(tile_bundle_next(b.p, b.n, &at, &entry, &n), ST_OK);
	assert_int_equal(n, 0);
	assert_int_equal(
	    tile_bundle_next(b.p, b.n - 1, &at, &entry, &n), ST_INVALID);
	assert_int_equal(tile_bundle_next(b.p, b.n, &at, &entry, &n), ST_OK);
	assert_int_equal(n, sizeof(big));
	assert_int_equal(
	    tile_bundle_next(b.p, b.n, &at, &entry, &n), ST_NOTFOUND);
	at = 0;
	assert_int_equal(tile_bundle_next(b.p, 1, &at, &entry, &n), ST_INVALID);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_there_and_back),
		cmocka_unit_test(paths_that_are_none),
		cmocka_unit_test(widths),
		cmocka_unit_test(proofs_out_of_tiles),
		cmocka_unit_test(a_tile_holds_the_level_s_hashes),
		cmocka_unit_test(bundles_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
