/*
 * The public log as any C2SP client reads it: tiles and bundles add up to the
 * checkpoint, and one checkpoint continues the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/random.h"
#include "expect.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

static struct world w;

static int
set_up(void **state)
{
	(void)state;
	world_start(&w);
	world_admit(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

/* GET /log/PATH must be 200; into b. */
static void
get_log(const char *path, struct buf *b)
{
	char full[128];

	(void)snprintf(full, sizeof(full), "/log/%s", path);
	buf_clear(b);
	if (world_get(&w, full, b) != 200)
		fail_msg("GET %s", full);
}

/* The cosigned checkpoint, verified by the trust file. */
static void
get_checkpoint(struct checkpoint *cp)
{
	struct diag d = { 0 };
	enum status st;
	int64_t time;
	struct buf b;

	buf_init(&b, 65536);
	get_log("checkpoint", &b);
	st = trust_checkpoint_verify(
	    &w.trust, b.p, b.n, clock_now(), cp, &time, &d);
	if (st != ST_OK)
		fail_msg("%s", d.text);
	buf_fini(&b);
}

/* A tree_reader over HTTP: each subtree's hash out of the tile that has it. */
static enum status
read_tile(void *arg, unsigned level, uint64_t index, struct tlog_hash *out)
{
	const uint64_t *size = arg;
	char path[TILE_PATH];
	enum status st;
	struct tile t;
	struct buf b;

	tile_of(level, index, &t);
	t.width = tile_width(t.level, t.index, *size);
	tile_path(&t, path);
	buf_init(&b, 65536);
	get_log(path, &b);
	if (b.n != (size_t)t.width * TREE_HASH)
		fail_msg("%s: %zu bytes", path, b.n);
	st = tile_hash(b.p, b.n, level, index, out);
	buf_fini(&b);
	return st;
}

static void
root_of(uint64_t size, struct tlog_hash *out)
{
	assert_int_equal(tree_read_root(read_tile, &size, size, out), ST_OK);
}

/* Entries of all bundles hash to the leaves of the level-0 tiles. */
static void
check_bundles(const struct checkpoint *cp)
{
	struct tile t = { .level = TILE_ENTRIES }, hashes;
	size_t at, entry_n, i;
	const uint8_t *entry;
	char path[TILE_PATH];
	struct tlog_hash leaf;
	struct buf b, leaves;
	uint64_t count = 0;

	buf_init(&b, 64 << 20);
	buf_init(&leaves, 65536);
	for (; t.index * TILE_WIDTH < cp->size; t.index++) {
		t.width = tile_width(TILE_ENTRIES, t.index, cp->size);
		tile_path(&t, path);
		get_log(path, &b);
		hashes = t;
		hashes.level = 0;
		tile_path(&hashes, path);
		get_log(path, &leaves);
		assert_int_equal(leaves.n, t.width * TREE_HASH);
		for (at = i = 0;
		     tile_bundle_next(b.p, b.n, &at, &entry, &entry_n) == ST_OK;
		     i++, count++) {
			tree_leaf(entry, entry_n, &leaf);
			assert_true(i < t.width);
			assert_memory_equal(
			    leaf.b, leaves.p + i * TREE_HASH, TREE_HASH);
		}
		assert_int_equal(at, b.n);
	}
	assert_int_equal(count, cp->size);
	buf_fini(&b);
	buf_fini(&leaves);
}

/* Log n notes that change nothing that is looked at here. */
static void
log_some(size_t n)
{
	const struct world_key *signers[] = { &w.locker };
	static int64_t later;
	struct recipient x = { .time = clock_now(),
		.from = clock_now(),
		.owner = w.locker.key.name,
		.recipient = w.recipient };
	struct world_reply reply;
	struct buf note;
	size_t i;

	for (i = 0; i < n; i++) {
		x.until = x.from + 86400 + later++;
		buf_init(&note, DOC_MAX);
		world_note(
		    recipient_json(&x), RECIPIENT_TYPE, signers, 1, &note);
		world_file(&w, buf_text(&note), NULL, NULL, &reply);
		(void)expect_filed("one more", &reply);
		buf_fini(&note);
	}
}

static void
adds_up_and_continues(void **state)
{
	struct checkpoint old, now;
	struct tlog_proof_path path;
	struct tlog_hash root;

	(void)state;
	get_checkpoint(&old);
	assert_true(old.size > 0);
	root_of(old.size, &root);
	assert_true(tree_hash_equal(&root, &old.root));
	check_bundles(&old);
	log_some(3);
	get_checkpoint(&now);
	assert_true(now.size >= old.size + 3);
	root_of(now.size, &root);
	assert_true(tree_hash_equal(&root, &now.root));
	check_bundles(&now);
	/* The proof is the client's own, out of tiles alone. */
	assert_int_equal(tree_prove_consistency(
			     read_tile, &now.size, old.size, now.size, &path),
	    ST_OK);
	assert_int_equal(tree_verify_consistency(old.size, now.size, &old.root,
			     &now.root, path.v, path.n),
	    ST_OK);
	/* An old partial tile is what it was. */
	root_of(old.size, &root);
	assert_true(tree_hash_equal(&root, &old.root));
	root.b[0] ^= 1;
	assert_int_equal(tree_verify_consistency(old.size, now.size, &root,
			     &now.root, path.v, path.n),
	    ST_SIGNATURE);
}

static void
proves_every_item_of_a_feed(void **state)
{
	static const double east[] = { -350, 0, 350 };
	const char *proof;
	struct collection *c = NULL;
	struct world_reply reply;
	struct geo_district t = { 0 };
	struct diag d = { 0 };
	struct checkpoint cp;
	uint64_t index, size;
	struct request r;
	int64_t time;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(east); i++) {
		world_request(&w, &r, "29-0001");
		r.case_number = (const char *[]){ "a", "b", "c" }[i];
		expect_place(&r, east[i], 0, 160);
		world_publish(&w, &r, &reply);
		(void)expect_filed("a request", &reply);
		t = district_of(r.area.v[0]);
	}
	assert_int_equal(world_read(&w, t, &c, &d), ST_OK);
	get_checkpoint(&cp);
	assert_true(c->item_count == 3);
	for (i = 0; i < c->item_count; i++) {
		proof = c->items[i].proof;
		assert_int_equal(
		    trust_proof_verify(&w.trust, proof, strlen(proof),
			c->items[i].doc->bytes, c->items[i].doc->n, clock_now(),
			&index, &size, &time, &d),
		    ST_OK);
		assert_int_equal(index, c->items[i].index);
		assert_true(index < size && size <= cp.size);
		/* Another entry's bytes are not what it proves. */
		assert_int_equal(
		    trust_proof_verify(&w.trust, proof, strlen(proof),
			c->items[i].doc->bytes, c->items[i].doc->n - 1,
			clock_now(), &index, &size, &time, NULL),
		    ST_SIGNATURE);
	}
	collection_free(&c);
}

/* -- what is not there ------------------------------------------------------ */

static void
has_nothing_else(void **state)
{
	static const char *const missing[] = {
		"/v1/feed/12/4096/0",
		"/v1/feed/12/0/4096",
		"/v1/feed/11/0/0",
		"/v1/feed/12/-1/0",
		"/v1/feed/12/00/0",
		"/v1/feed/12/1x/0",
		"/v1/feed/12/99999999999999999999/0",
		"/v1/feed/12/1115",
		"/v1/feed/12/1115/1/1",
		"/v1/jurisdictions/"
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"/v1/jurisdictions/00",
		"/v1/jurisdictions/../../etc/passwd",
		"/v1/map/12/1115/1700",
		"/log/tile/0/000",       /* full: the log is not so long */
		"/log/tile/0/000.p/255", /* wider than the log */
		"/log/tile/0/000.p/0",
		"/log/tile/0/000.p/256",
		"/log/tile/0/001.p/1",
		"/log/tile/1/000.p/1",
		"/log/tile/0/0",
		"/log/tile/00/000.p/1",
		"/log/tile/64/000.p/1",
		"/log/tile/-1/000.p/1",
		"/log/tile/entries/000.p/255",
		"/log/tile/entries/x000/000.p/1",
		"/log/checkpoints",
		"/v1/nothing",
		"/problems/nothing",
	};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(missing); i++) {
		unsigned code;

		buf_init(&b, 1 << 20);
		code = world_get(&w, missing[i], &b);
		if (code != 404 || strstr(buf_text(&b), "/problems/") == NULL)
			fail_msg(
			    "GET %s: %u %s", missing[i], code, buf_text(&b));
		buf_fini(&b);
	}
}

static void
serves_an_empty_district(void **state)
{
	struct geo_district t = { .z = 12, .x = 4095, .y = 4095 };
	struct collection *c = NULL;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(world_read(&w, t, &c, &d), ST_OK);
	assert_non_null(c);
	assert_int_equal(c->item_count, 0);
	collection_free(&c);
}

/* -- past one tile ---------------------------------------------------------- */

static void
grows_past_one_tile(void **state)
{
	struct checkpoint old, now;
	struct tlog_proof_path path;
	struct tlog_hash root;
	struct buf b;

	(void)state;
	get_checkpoint(&old);
	log_some(TILE_WIDTH + 4 - (size_t)old.size);
	get_checkpoint(&now);
	assert_true(now.size > TILE_WIDTH);
	root_of(now.size, &root);
	assert_true(tree_hash_equal(&root, &now.root));
	check_bundles(&now);
	assert_int_equal(tree_prove_consistency(
			     read_tile, &now.size, old.size, now.size, &path),
	    ST_OK);
	assert_int_equal(tree_verify_consistency(old.size, now.size, &old.root,
			     &now.root, path.v, path.n),
	    ST_OK);
	/* A full tile, one above it, and the partial ones of earlier sizes. */
	buf_init(&b, 1 << 20);
	get_log("tile/0/000", &b);
	assert_int_equal(b.n, TILE_WIDTH * TREE_HASH);
	get_log("tile/1/000.p/1", &b);
	assert_int_equal(b.n, TREE_HASH);
	get_log("tile/0/000.p/5", &b);
	assert_int_equal(b.n, 5 * TREE_HASH);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_and_continues),
		cmocka_unit_test(proves_every_item_of_a_feed),
		cmocka_unit_test(has_nothing_else),
		cmocka_unit_test(serves_an_empty_district),
		cmocka_unit_test(grows_past_one_tile),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
