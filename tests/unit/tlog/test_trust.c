#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "crypto/ed25519.h"
#include "tlog/hashes.h"
#include "tlog/proof.h"
#include "tlog/trust.h"

#define ORIGIN "demo.example/log"
#define NOW INT64_C(1800000000)
#define ENTRY "entry"

/* Seeds: 9 is the log's, 1 to 3 the watchers'. */
static const uint8_t *
seed(unsigned i)
{
	static uint8_t seeds[10][32];

	seeds[i][0] = (uint8_t)i;
	return seeds[i];
}

static const char *
watcher_name(unsigned i)
{
	static const char *const names[] = { "", "w1.example", "w2.example",
		"w3.example" };

	return names[i];
}

static void
key_of(unsigned i, const char *name, enum note_alg alg, struct note_key *key)
{
	uint8_t pub[32];

	ed25519_public(seed(i), pub);
	assert_int_equal(note_key_make(key, name, alg, pub), ST_OK);
}

/* Two of three watchers. */
static struct trust
trust_of(void)
{
	struct trust t = { .origin = ORIGIN, .k = 2, .watcher_count = 3 };
	unsigned i;

	key_of(9, ORIGIN, NOTE_ED25519, &t.log);
	for (i = 0; i < 3; i++) {
		key_of(i + 1, watcher_name(i + 1), NOTE_COSIGN,
		    &t.watchers[i].key);
		t.watchers[i].until = NOW + 1000000;
	}
	return t;
}

/* A checkpoint by the log; b is begun with it and takes cosignatures. */
static void
checkpoint(struct buf *b, struct buf *text, uint64_t size,
    const struct tlog_hash *root)
{
	struct checkpoint c = { .origin = ORIGIN, .size = size, .root = *root };

	buf_clear(b);
	buf_clear(text);
	checkpoint_text(&c, text);
	buf_put(b, text->p, text->n);
	buf_putc(b, '\n');
	note_sign(buf_text(text), text->n, ORIGIN, seed(9), b);
}

static void
cosign(struct buf *b, const struct buf *text, unsigned i, int64_t at)
{
	note_cosign(buf_text(text), text->n, watcher_name(i), seed(i), at, b);
}

static enum status
judge(const struct trust *t, const struct buf *b, int64_t *time_s)
{
	struct checkpoint c;

	*time_s = -1;
	return trust_checkpoint_verify(t, b->p, b->n, NOW, &c, time_s, NULL);
}

static void
k_watchers_are_needed(void **state)
{
	const struct tlog_hash root = { { 3 } };
	struct trust t = trust_of();
	struct buf b, text;
	int64_t at;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&text, 4096);
	checkpoint(&b, &text, 5, &root);
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	cosign(&b, &text, 1, NOW - 10);
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	/* One watcher twice is one watcher. */
	cosign(&b, &text, 1, NOW - 9);
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	assert_int_equal(at, -1);
	cosign(&b, &text, 3, NOW - 20);
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	assert_int_equal(at, NOW - 20);
	/* The k-th newest time: a third, newer one moves it. */
	cosign(&b, &text, 2, NOW - 1);
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	assert_int_equal(at, NOW - 9);
	t.k = 3;
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	assert_int_equal(at, NOW - 20);
	buf_fini(&b);
	buf_fini(&text);
}

static void
times_that_do_not_count(void **state)
{
	const struct tlog_hash root = { { 3 } };
	struct trust t = trust_of();
	struct buf b, text;
	int64_t at;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&text, 4096);
	checkpoint(&b, &text, 5, &root);
	cosign(&b, &text, 1, NOW - 10);
	cosign(&b, &text, 2, NOW + TRUST_AHEAD + 1);
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	checkpoint(&b, &text, 5, &root);
	cosign(&b, &text, 1, NOW - 10);
	cosign(&b, &text, 2, NOW + TRUST_AHEAD);
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	assert_int_equal(at, NOW - 10);
	/* Past its `until` a watcher counts no more; at it, it does. */
	t.watchers[0].until = NOW - 11;
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	t.watchers[0].until = NOW - 10;
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	buf_fini(&b);
	buf_fini(&text);
}

static void
signers_that_do_not_count(void **state)
{
	const struct tlog_hash root = { { 3 } };
	struct trust t = trust_of();
	struct checkpoint c;
	struct buf b, text;
	int64_t at;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&text, 4096);
	checkpoint(&b, &text, 5, &root);
	cosign(&b, &text, 1, NOW);
	/* A stranger under a watcher's name. */
	note_cosign(buf_text(&text), text.n, watcher_name(2), seed(8), NOW, &b);
	/* A watcher's plain signature is no cosignature. */
	note_sign(buf_text(&text), text.n, watcher_name(2), seed(2), &b);
	assert_int_equal(judge(&t, &b, &at), ST_PENDING);
	/* A wrong one by a known key spoils all. */
	cosign(&b, &text, 3, NOW);
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	note_cosign("x\n", 2, watcher_name(2), seed(2), NOW, &b);
	assert_int_equal(judge(&t, &b, &at), ST_SIGNATURE);
	/* Without the log's own signature nothing counts. */
	buf_clear(&b);
	buf_put(&b, text.p, text.n);
	buf_putc(&b, '\n');
	cosign(&b, &text, 1, NOW);
	cosign(&b, &text, 2, NOW);
	assert_int_equal(judge(&t, &b, &at), ST_SIGNATURE);
	/* The same key signs for another log, too. */
	checkpoint(&b, &text, 5, &root);
	cosign(&b, &text, 1, NOW);
	cosign(&b, &text, 2, NOW);
	assert_int_equal(judge(&t, &b, &at), ST_OK);
	memcpy(t.origin, "other.example", sizeof("other.example"));
	assert_int_equal(
	    trust_checkpoint_verify(&t, b.p, b.n, NOW, &c, &at, NULL),
	    ST_INVALID);
	buf_fini(&b);
	buf_fini(&text);
}

static void
checkpoints_that_are_none(void **state)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	static const char *const bad[] = { "", "o", "o\n", "o\n1\n",
		"\n1\n" ROOT, "o\n01\n" ROOT, "o\n+1\n" ROOT, "o\n\n" ROOT,
		"o\n1 \n" ROOT, "o\n-1\n" ROOT, "o\n9007199254740992\n" ROOT,
		"o\n99999999999999999999999\n" ROOT, "o\n1\nAAAA\n",
		"o\n1\n" ROOT "\n", "o\n1\n" ROOT "x", "o\n1\n" ROOT "x\n\ny\n",
		"o\n1\nx" ROOT };
	struct checkpoint c;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct diag d = { 0 };

		if (checkpoint_parse(bad[i], strlen(bad[i]), &c, &d) !=
		    ST_INVALID)
			fail_msg("%s was taken", bad[i]);
		assert_string_not_equal(d.text, "");
	}
	buf_init(&b, 4096);
	buf_puts(&b, "example.com/behind-the-sofa\n20852163\n" ROOT);
	assert_int_equal(checkpoint_parse(buf_text(&b), b.n, &c, NULL), ST_OK);
	assert_string_equal(c.origin, "example.com/behind-the-sofa");
	assert_int_equal(c.size, 20852163);
	buf_clear(&b);
	checkpoint_text(&c, &b);
	assert_string_equal(
	    buf_text(&b), "example.com/behind-the-sofa\n20852163\n" ROOT);
	buf_puts(&b, "an extension\nand another\n");
	assert_int_equal(checkpoint_parse(buf_text(&b), b.n, &c, NULL), ST_OK);
	assert_int_equal(
	    checkpoint_parse("o\n0\n" ROOT, strlen("o\n0\n" ROOT), &c, NULL),
	    ST_OK);
	buf_fini(&b);
}

/* A proof of entry 4 of 7, cosigned by two, into b. */
static void
whole_proof(struct buf *b)
{
	struct tlog_hashes *h = hashes_new();
	struct tlog_proof_path path;
	struct tlog_hash leaf, root;
	struct buf note, text;
	unsigned i;

	for (i = 0; i < 7; i++) {
		tree_leaf(i == 4 ? ENTRY : "other", 5, &leaf);
		assert_int_equal(hashes_append(h, &leaf), ST_OK);
	}
	assert_int_equal(hashes_root(h, 7, &root), ST_OK);
	assert_int_equal(hashes_inclusion(h, 4, 7, &path), ST_OK);
	buf_init(&note, 65536);
	buf_init(&text, 4096);
	checkpoint(&note, &text, 7, &root);
	cosign(&note, &text, 1, NOW - 5);
	cosign(&note, &text, 2, NOW - 7);
	buf_init(b, PROOF_MAX);
	proof_text(4, &path, note.p, note.n, b);
	assert_int_equal(buf_status(b), ST_OK);
	buf_fini(&note);
	buf_fini(&text);
	hashes_free(&h);
}

static enum status
judge_proof(const struct trust *t, const struct buf *b, const char *entry)
{
	uint64_t index = 0, size = 0;
	int64_t at = 0;
	enum status st;

	st = trust_proof_verify(
	    t, b->p, b->n, entry, strlen(entry), NOW, &index, &size, &at, NULL);
	if (st == ST_OK) {
		assert_int_equal(index, 4);
		assert_int_equal(size, 7);
		assert_int_equal(at, NOW - 7);
	}
	return st;
}

static void
a_whole_proof(void **state)
{
	struct trust t = trust_of();
	struct buf b;
	size_t i;

	(void)state;
	whole_proof(&b);
	assert_int_equal(judge_proof(&t, &b, ENTRY), ST_OK);
	assert_int_equal(judge_proof(&t, &b, "other"), ST_SIGNATURE);
	assert_int_equal(judge_proof(&t, &b, ENTRY "\n"), ST_SIGNATURE);
	for (i = 0; i < b.n; i++) {
		b.p[i] ^= 1;
		assert_int_not_equal(judge_proof(&t, &b, ENTRY), ST_OK);
		b.p[i] ^= 1;
	}
	for (i = 0; i < b.n; i++) {
		struct buf cut = b;

		cut.n = i;
		assert_int_not_equal(judge_proof(&t, &cut, ENTRY), ST_OK);
	}
	t.k = 3;
	assert_int_equal(judge_proof(&t, &b, ENTRY), ST_PENDING);
	assert_int_equal(judge_proof(&t, &b, "other"), ST_SIGNATURE);
	buf_fini(&b);
}

#define HASH "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"

static void
proofs_there_and_back(void **state)
{
	static const char good[] = "c2sp.org/tlog-proof@v1\nextra YWdl\n"
				   "index 73894\n" HASH HASH "\nnote\n";
	static const char *const bad[] = { "", "c2sp.org/tlog-proof@v1\n",
		"c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex \n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\nnote\n",
		"c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nextra YWd\nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nextra YWdl\n\nnote\n",
		("c2sp.org/tlog-proof@v1\nextra YWdl\nextra YWdl\nindex 0\n\n"
		 "note\n"),
		"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote\n" };
	struct tlog_proof_path path = { 0 };
	struct proof p;
	struct buf b;
	size_t i;

	(void)state;
	assert_int_equal(proof_parse(good, sizeof(good) - 1, &p, NULL), ST_OK);
	assert_int_equal(p.index, 73894);
	assert_int_equal(p.path.n, 2);
	assert_int_equal(p.extra_n, 4);
	assert_memory_equal(p.extra, "YWdl", 4);
	assert_int_equal(p.checkpoint_n, 5);
	assert_memory_equal(p.checkpoint, "note\n", 5);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (proof_parse(bad[i], strlen(bad[i]), &p, NULL) != ST_INVALID)
			fail_msg("%s was taken", bad[i]);
	/* 63 hashes and not one more. */
	buf_init(&b, PROOF_MAX);
	path.n = TREE_PROOF;
	proof_text(0, &path, "note\n", 5, &b);
	assert_int_equal(proof_parse(b.p, b.n, &p, NULL), ST_OK);
	assert_int_equal(p.path.n, TREE_PROOF);
	buf_clear(&b);
	buf_puts(&b, "c2sp.org/tlog-proof@v1\nindex 0\n");
	for (i = 0; i <= TREE_PROOF; i++)
		buf_puts(&b, HASH);
	buf_puts(&b, "\nnote\n");
	assert_int_equal(proof_parse(b.p, b.n, &p, NULL), ST_INVALID);
	buf_fini(&b);
}

static enum status
parse(const char *s, struct trust *t)
{
	struct diag d = { 0 };
	enum status st = trust_parse(s, strlen(s), t, &d);

	if (st != ST_OK)
		assert_string_not_equal(d.text, "");
	return st;
}

static void
a_trust_file_there_and_back(void **state)
{
	struct trust t = trust_of(), back;
	struct buf b, again;

	(void)state;
	buf_init(&b, TRUST_FILE);
	buf_init(&again, TRUST_FILE);
	assert_int_equal(trust_write(&t, &b), ST_OK);
	assert_int_equal(parse(buf_text(&b), &back), ST_OK);
	assert_string_equal(back.origin, ORIGIN);
	assert_int_equal(back.k, 2);
	assert_int_equal(back.watcher_count, 3);
	assert_true(note_key_equal(&back.log, &t.log));
	assert_true(note_key_equal(&back.watchers[2].key, &t.watchers[2].key));
	assert_int_equal(back.watchers[2].until, NOW + 1000000);
	assert_int_equal(trust_write(&back, &again), ST_OK);
	assert_string_equal(buf_text(&b), buf_text(&again));
	buf_putc(&b, '\n');
	assert_int_equal(parse(buf_text(&b), &back), ST_OK);
	buf_putc(&b, '\n');
	assert_int_equal(parse(buf_text(&b), &back), ST_INVALID);
	buf_clear(&b);
	buf_puts(&b, " ");
	buf_put(&b, again.p, again.n);
	assert_int_equal(parse(buf_text(&b), &back), ST_INVALID);
	assert_int_equal(parse("", &back), ST_INVALID);
	assert_int_equal(parse("{}", &back), ST_INVALID);
	assert_int_equal(parse("[]", &back), ST_INVALID);
	buf_fini(&b);
	buf_fini(&again);
}

static void
trust_that_proves_nothing(void **state)
{
	struct trust t = trust_of(), u;
	struct buf b;

	(void)state;
	assert_int_equal(trust_check(&t, NULL), ST_OK);
	u = t;
	u.k = 1; /* 2k > n */
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u.k = 0;
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u.k = 4;
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u = t;
	u.watcher_count = 0;
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u = t;
	u.watchers[1] = u.watchers[0];
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	/* One key under two names would count twice. */
	u = t;
	key_of(1, "w2.example", NOTE_COSIGN, &u.watchers[1].key);
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u = t;
	key_of(9, "w2.example", NOTE_COSIGN, &u.watchers[1].key);
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u = t;
	key_of(2, "w2.example", NOTE_ED25519, &u.watchers[1].key);
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	u = t;
	key_of(9, ORIGIN, NOTE_COSIGN, &u.log);
	assert_int_equal(trust_check(&u, NULL), ST_INVALID);
	buf_init(&b, TRUST_FILE);
	assert_int_equal(trust_write(&u, &b), ST_INVALID);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_watchers_are_needed),
		cmocka_unit_test(times_that_do_not_count),
		cmocka_unit_test(signers_that_do_not_count),
		cmocka_unit_test(checkpoints_that_are_none),
		cmocka_unit_test(a_whole_proof),
		cmocka_unit_test(proofs_there_and_back),
		cmocka_unit_test(a_trust_file_there_and_back),
		cmocka_unit_test(trust_that_proves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
