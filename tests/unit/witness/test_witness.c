/* witness: every answer that a watcher gives, over HTTP, with a real keyd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "httpc/httpc.h"
#include "tlog/checkpoint.h"
#include "tlog/hashes.h"
#include "witness/witness.h"

#define ORIGIN "demo.example/log"
#define OTHER "other.example/log"
#define NAME "watcher.example/one"

static char dir[64];
static struct note_key key; /* the watcher's */
static struct witness *watcher;
static struct httpc *client;
static uint8_t seed[32], other_seed[32];
/* Two logs that are the same up to 3 entries. */
static struct tlog_hashes *tree, *fork_tree;

static const char *
vkey_of(const char *name, const uint8_t s[32])
{
	static char text[2][NOTE_VKEY];
	static unsigned turn;
	struct note_key k;
	uint8_t pub[32];

	ed25519_public(s, pub);
	assert_int_equal(note_key_make(&k, name, NOTE_ED25519, pub), ST_OK);
	turn = (turn + 1) % 2;
	note_key_text(&k, text[turn]);
	return text[turn];
}

static void
grow(struct tlog_hashes *t, uint64_t from, uint64_t to, char letter)
{
	struct tlog_hash leaf;
	char entry[32];
	uint64_t i;

	for (i = from; i < to; i++) {
		(void)snprintf(entry, sizeof(entry), "%c%" PRIu64, letter, i);
		tree_leaf(entry, strlen(entry), &leaf);
		assert_int_equal(hashes_append(t, &leaf), ST_OK);
	}
}

static void
start(void)
{
	struct witness_config c = { .dir = dir };
	struct diag d = { 0 };
	enum status st = witness_start(&c, &watcher, &d);

	if (st != ST_OK)
		diag_print("test", st, &d);
	assert_int_equal(st, ST_OK);
}

static int
setup(void **state)
{
	struct diag d = { 0 };

	(void)state;
	log_threshold(LOG_ERROR + 1);
	(void)snprintf(dir, sizeof(dir), "/tmp/test-witness-XXXXXX");
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_BUILT, 0);
	if (mkdtemp(dir) == NULL)
		return -1;
	memset(seed, 'L', sizeof(seed));
	memset(other_seed, 'O', sizeof(other_seed));
	tree = hashes_new();
	fork_tree = hashes_new();
	grow(tree, 0, 20, 'a');
	grow(fork_tree, 0, 3, 'a');
	grow(fork_tree, 3, 20, 'b');
	assert_int_equal(httpc_new(&client), ST_OK);
	assert_int_equal(witness_init(dir, NAME, &key, &d), ST_OK);
	assert_int_equal(
	    witness_trust_log(dir, ORIGIN, vkey_of(ORIGIN, seed), &d), ST_OK);
	start();
	return 0;
}

static int
teardown(void **state)
{
	char cmd[128];

	(void)state;
	witness_stop(&watcher);
	httpc_free(&client);
	hashes_free(&tree);
	hashes_free(&fork_tree);
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	return system(cmd) == 0 ? 0 : -1;
}

/* -- calls ----------------------------------------------------------------- */

/* What to send: a checkpoint of t at size as the log origin, old and proof. */
struct ask {
	const struct tlog_hashes *t;
	uint64_t old, size;
	const char *origin;
	const uint8_t *seed;
	const struct tlog_hashes *proof; /* NULL: t; of old to size */
	bool no_proof, extra_proof, bad_root;
};

static void
checkpoint_of(const struct ask *a, struct buf *text)
{
	struct checkpoint c = { .size = a->size };

	(void)snprintf(c.origin, sizeof(c.origin), "%s", a->origin);
	assert_int_equal(hashes_root(a->t, a->size, &c.root), ST_OK);
	if (a->bad_root)
		c.root.b[0] ^= 1;
	checkpoint_text(&c, text);
}

static void
body_of(const struct ask *a, struct buf *b)
{
	char line[ENC_BASE64(TREE_HASH)];
	struct tlog_proof_path path = { 0 };
	struct buf text;
	size_t i;

	buf_init(&text, 4096);
	if (!a->no_proof && a->old > 0 && a->old < a->size)
		assert_int_equal(
		    hashes_consistency(a->proof != NULL ? a->proof : a->t,
			a->old, a->size, &path),
		    ST_OK);
	buf_printf(b, "old %" PRIu64 "\n", a->old);
	for (i = 0; i < path.n; i++) {
		enc_base64(path.v[i].b, TREE_HASH, line);
		buf_printf(b, "%s\n", line);
	}
	if (a->extra_proof) {
		enc_base64(hashes_leaf(a->t, 0)->b, TREE_HASH, line);
		buf_printf(b, "%s\n", line);
	}
	buf_puts(b, "\n");
	checkpoint_of(a, &text);
	buf_put(b, text.p, text.n);
	buf_puts(b, "\n");
	note_sign(buf_text(&text), text.n, a->origin, a->seed, b);
	buf_fini(&text);
}

static void
post(const struct buf *b, struct httpc_reply *r)
{
	char url[80];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/add-checkpoint",
	    (unsigned)witness_port(watcher));
	assert_int_equal(httpc_post(client, url, "text/plain", b->p, b->n, NULL,
			     65536, r, NULL),
	    ST_OK);
}

static unsigned
ask(const struct ask *a, struct httpc_reply *r)
{
	struct ask x = *a;
	struct buf b;

	if (x.origin == NULL)
		x.origin = ORIGIN;
	if (x.seed == NULL)
		x.seed = seed;
	buf_init(&b, 65536);
	body_of(&x, &b);
	post(&b, r);
	buf_fini(&b);
	return r->code;
}

#define ASK(...) ask_code(&(struct ask){ __VA_ARGS__ })

static unsigned
ask_code(const struct ask *a)
{
	struct httpc_reply r = { 0 };
	unsigned code = ask(a, &r);

	httpc_reply_fini(&r);
	return code;
}

static unsigned
post_text(const char *text)
{
	struct httpc_reply r = { 0 };
	struct buf b;
	unsigned code;

	buf_init(&b, 65536);
	buf_puts(&b, text);
	post(&b, &r);
	code = r.code;
	buf_fini(&b);
	httpc_reply_fini(&r);
	return code;
}

/* Whether the lines of r cosign what was asked; the time. */
static int64_t
cosigned(const struct ask *a, const struct httpc_reply *r)
{
	struct ask x = *a;
	struct note note;
	int64_t time = 0;
	struct buf b;

	if (x.origin == NULL)
		x.origin = ORIGIN;
	buf_init(&b, 65536);
	checkpoint_of(&x, &b);
	buf_puts(&b, "\n");
	buf_put(&b, r->body.p, r->body.n);
	assert_int_equal(note_open(b.p, b.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &key, &time), ST_OK);
	buf_fini(&b);
	return time;
}

static void
forget_all(void)
{
	char path[128];

	witness_stop(&watcher);
	(void)snprintf(path, sizeof(path), "%s/witness.db", dir);
	(void)remove(path);
	start();
}

/* -- cases ----------------------------------------------------------------- */

static void
directories(void **state)
{
	struct witness_config c = { .dir = "/nonexistent/watcher" };
	struct witness *w = NULL;
	struct note_key again;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(key.alg, NOTE_COSIGN);
	assert_int_equal(witness_init(dir, NAME, &again, &d), ST_OK);
	assert_true(note_key_equal(&key, &again));
	assert_int_equal(witness_init(dir, "watcher.example/two", &again, NULL),
	    ST_CONFLICT);
	assert_int_equal(witness_init(dir, "a b", &again, NULL), ST_INVALID);
	assert_int_equal(
	    witness_trust_log(dir, ORIGIN, vkey_of(ORIGIN, seed), NULL), ST_OK);
	assert_int_equal(
	    witness_trust_log(dir, ORIGIN, vkey_of(ORIGIN, other_seed), NULL),
	    ST_CONFLICT);
	assert_int_equal(
	    witness_trust_log(dir, ORIGIN, "nonsense", NULL), ST_INVALID);
	assert_int_equal(witness_start(&c, &w, NULL), ST_NOTFOUND);
	assert_null(w);
}

static void
answers(void **state)
{
	struct httpc_reply r = { 0 };
	struct ask a = { .t = tree, .old = 0, .size = 5 };

	(void)state;
	forget_all();
	/* What is not a call at all. */
	assert_int_equal(post_text(""), 400);
	assert_int_equal(post_text("old 1\n"), 400);
	assert_int_equal(post_text("old 01\n\n"), 400);
	assert_int_equal(post_text("old 0\nnot a hash\n\nx\n"), 400);
	assert_int_equal(post_text("old 0\n\n" ORIGIN "\n1\n"), 400);

	assert_int_equal(ASK(.t = tree, .size = 5, .origin = OTHER), 404);
	assert_int_equal(ASK(.t = tree, .size = 5, .seed = other_seed), 403);
	assert_int_equal(ASK(.t = tree, .old = 6, .size = 5), 400);
	assert_int_equal(ASK(.t = tree, .size = 5, .extra_proof = true), 422);
	assert_int_equal(ASK(.t = tree, .size = 0, .bad_root = true), 422);

	/* The first one; then others, or the old one again, are told. */
	assert_int_equal(ask(&a, &r), 200);
	assert_true(cosigned(&a, &r) > 0);
	httpc_reply_fini(&r);
	assert_int_equal(ask(&a, &r), 409);
	assert_string_equal(r.content_type, "text/x.tlog.size");
	assert_string_equal(buf_text(&r.body), "5\n");
	httpc_reply_fini(&r);

	/* Onward, with a proof alone. */
	assert_int_equal(
	    ASK(.t = tree, .old = 5, .size = 9, .no_proof = true), 422);
	assert_int_equal(
	    ASK(.t = tree, .old = 5, .size = 9, .proof = fork_tree), 422);
	assert_int_equal(
	    ASK(.t = tree, .old = 5, .size = 9, .extra_proof = true), 422);
	assert_int_equal(
	    ASK(.t = tree, .old = 5, .size = 9, .bad_root = true), 422);
	assert_int_equal(ASK(.t = fork_tree, .old = 5, .size = 9), 422);
	assert_int_equal(ASK(.t = tree, .old = 4, .size = 9), 409);
	assert_int_equal(ASK(.t = tree, .old = 5, .size = 9), 200);
	assert_int_equal(ASK(.t = tree, .old = 9, .size = 8), 400);
}

static void
too_long_a_proof(void **state)
{
	char line[ENC_BASE64(TREE_HASH)];
	struct httpc_reply r = { 0 };
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 65536);
	buf_puts(&b, "old 1\n");
	enc_base64(hashes_leaf(tree, 0)->b, TREE_HASH, line);
	for (i = 0; i < 64; i++)
		buf_printf(&b, "%s\n", line);
	buf_puts(&b, "\n" ORIGIN "\n");
	post(&b, &r);
	assert_int_equal(r.code, 400);
	httpc_reply_fini(&r);
	buf_fini(&b);
}

static void
wrong_signature_of_the_log(void **state)
{
	struct httpc_reply r = { 0 };
	struct buf b, good;
	const char *line;

	(void)state;
	forget_all();
	buf_init(&b, 65536);
	buf_init(&good, 65536);
	body_of(
	    &(struct ask){
		.t = tree, .size = 4, .origin = ORIGIN, .seed = seed },
	    &b);
	body_of(
	    &(struct ask){
		.t = tree, .size = 5, .origin = ORIGIN, .seed = seed },
	    &good);
	/* The line of another size, beside the right one. */
	line = strstr(buf_text(&good), "\xe2\x80\x94");
	assert_non_null(line);
	buf_puts(&b, line);
	post(&b, &r);
	assert_int_equal(r.code, 403);
	httpc_reply_fini(&r);
	buf_fini(&b);
	buf_fini(&good);
}

static void
same_size_again(void **state)
{
	struct ask a = { .t = tree, .old = 7, .size = 7 };
	struct httpc_reply r = { 0 };
	int64_t first, second;

	(void)state;
	forget_all();
	assert_int_equal(ASK(.t = tree, .size = 7), 200);
	assert_int_equal(ask(&a, &r), 200);
	first = cosigned(&a, &r);
	httpc_reply_fini(&r);
	clock_shift(100);
	assert_int_equal(ask(&a, &r), 200);
	second = cosigned(&a, &r);
	httpc_reply_fini(&r);
	clock_shift(-100);
	assert_in_range(second, first + 100, first + 200);
	assert_int_equal(ASK(.t = fork_tree, .old = 7, .size = 7), 422);
}

static void
restart(void **state)
{
	struct ask a = { .t = tree, .old = 8, .size = 11 };
	struct httpc_reply r = { 0 };

	(void)state;
	forget_all();
	assert_int_equal(ASK(.t = tree, .size = 8), 200);
	witness_stop(&watcher);
	start();
	assert_int_equal(ASK(.t = tree, .size = 11), 409);
	assert_int_equal(ASK(.t = fork_tree, .old = 8, .size = 11), 422);
	assert_int_equal(ask(&a, &r), 200);
	assert_true(cosigned(&a, &r) > 0);
	httpc_reply_fini(&r);
}

/* -- forks at once --------------------------------------------------------- */

struct racer {
	const struct tlog_hashes *t;
	uint64_t size;
	unsigned code;
};

static pthread_barrier_t line_up;

static void *
race(void *arg)
{
	struct racer *x = arg;

	(void)pthread_barrier_wait(&line_up);
	x->code = ASK(.t = x->t, .old = 3, .size = x->size);
	return NULL;
}

static void
forks_at_once(void **state)
{
	struct racer x[8];
	pthread_t thread[NELEMS(x)];
	size_t i, good;
	int round;

	(void)state;
	for (round = 0; round < 10; round++) {
		forget_all();
		assert_int_equal(ASK(.t = tree, .size = 3), 200);
		assert_int_equal(
		    pthread_barrier_init(&line_up, NULL, NELEMS(x)), 0);
		for (i = 0; i < NELEMS(x); i++) {
			x[i] = (struct racer){ i % 2 == 0 ? tree : fork_tree,
				4 + i, 0 };
			assert_int_equal(
			    pthread_create(&thread[i], NULL, race, &x[i]), 0);
		}
		for (good = 0, i = 0; i < NELEMS(x); i++) {
			assert_int_equal(pthread_join(thread[i], NULL), 0);
			good += x[i].code == 200;
			assert_true(x[i].code == 200 || x[i].code == 409);
		}
		assert_int_equal(good, 1);
		(void)pthread_barrier_destroy(&line_up);
	}
}

static void
pages(void **state)
{
	char url[200], hex[ENC_HEX(HASH_BYTES)], vkey[NOTE_VKEY];
	struct ask a = { .t = tree, .size = 6, .origin = ORIGIN };
	uint8_t hash[HASH_BYTES];
	struct httpc_reply r = { 0 };
	struct note_key log;
	struct note note;
	int64_t time;
	struct buf text;

	(void)state;
	forget_all();
	note_key_text(&key, vkey);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
	    (unsigned)witness_port(watcher));
	assert_int_equal(httpc_get(client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 200);
	assert_non_null(strstr(buf_text(&r.body), vkey));
	httpc_reply_fini(&r);

	/* What it cosigned last, for whoever watches the watcher. */
	hash_sha256(ORIGIN, strlen(ORIGIN), hash);
	enc_hex(hash, sizeof(hash), hex);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/%s/checkpoint",
	    (unsigned)witness_port(watcher), hex);
	assert_int_equal(httpc_get(client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 404);
	httpc_reply_fini(&r);
	assert_int_equal(ASK(.t = tree, .size = 6), 200);
	assert_int_equal(httpc_get(client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 200);
	buf_init(&text, 4096);
	checkpoint_of(&a, &text);
	assert_int_equal(note_open(r.body.p, r.body.n, &note, NULL), ST_OK);
	assert_int_equal(note.text_n, text.n);
	assert_memory_equal(note.text, text.p, text.n);
	assert_int_equal(
	    note_key_parse(vkey_of(ORIGIN, seed), &log, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &log), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &key, &time), ST_OK);
	buf_fini(&text);
	httpc_reply_fini(&r);
}

static void
more_logs(void **state)
{
	const char *logs[] = { vkey_of(OTHER, other_seed) };
	struct witness_config c = {
		.dir = dir, .logs = logs, .log_count = NELEMS(logs)
	};
	struct diag d = { 0 };

	(void)state;
	forget_all();
	witness_stop(&watcher);
	assert_int_equal(witness_start(&c, &watcher, &d), ST_OK);
	/* Each log has a memory of its own. */
	assert_int_equal(ASK(.t = tree, .size = 6), 200);
	assert_int_equal(
	    ASK(.t = fork_tree, .size = 7, .origin = OTHER, .seed = other_seed),
	    200);
	assert_int_equal(ASK(.t = tree, .old = 6, .size = 8), 200);
	witness_stop(&watcher);
	/* Two keys for one log are refused. */
	logs[0] = vkey_of(ORIGIN, other_seed);
	assert_int_equal(witness_start(&c, &watcher, NULL), ST_CONFLICT);
	assert_null(watcher);
	start();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories),
		cmocka_unit_test(answers),
		cmocka_unit_test(too_long_a_proof),
		cmocka_unit_test(wrong_signature_of_the_log),
		cmocka_unit_test(same_size_again),
		cmocka_unit_test(restart),
		cmocka_unit_test(forks_at_once),
		cmocka_unit_test(pages),
		cmocka_unit_test(more_logs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
