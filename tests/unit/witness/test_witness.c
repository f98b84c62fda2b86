/* witness: every answer that a watcher gives, over HTTP, with a real keyd. */
#include "watch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/hash.h"

/* -- cases ----------------------------------------------------------------- */

static void
directories(void **state)
{
	struct witness_config c = { .dir = "/nonexistent/watcher" };
	struct witness *w = NULL;
	struct note_key again;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(watch.key.alg, NOTE_COSIGN);
	assert_int_equal(witness_init(watch.dir, NAME, &again, &d), ST_OK);
	assert_true(note_key_equal(&watch.key, &again));
	assert_int_equal(
	    witness_init(watch.dir, "watcher.example/two", &again, NULL),
	    ST_CONFLICT);
	assert_int_equal(
	    witness_init(watch.dir, "a b", &again, NULL), ST_INVALID);
	assert_int_equal(witness_trust_log(watch.dir, ORIGIN,
			     watch_vkey(ORIGIN, watch.seed), NULL),
	    ST_OK);
	assert_int_equal(witness_trust_log(watch.dir, ORIGIN,
			     watch_vkey(ORIGIN, watch.other_seed), NULL),
	    ST_CONFLICT);
	assert_int_equal(
	    witness_trust_log(watch.dir, ORIGIN, "nonsense", NULL), ST_INVALID);
	assert_int_equal(witness_start(&c, &w, NULL), ST_NOTFOUND);
	assert_null(w);
}

static void
answers(void **state)
{
	struct httpc_reply r = { 0 };
	struct watch_ask a = { .t = watch.tree, .old = 0, .size = 5 };

	(void)state;
	watch_forget();
	/* What is not a call at all. */
	assert_int_equal(watch_text(""), 400);
	assert_int_equal(watch_text("old 1\n"), 400);
	assert_int_equal(watch_text("old 01\n\n"), 400);
	assert_int_equal(watch_text("old 0\nnot a hash\n\nx\n"), 400);
	assert_int_equal(watch_text("old 0\n\n" ORIGIN "\n1\n"), 400);

	assert_int_equal(ASK(.t = watch.tree, .size = 5, .origin = OTHER), 404);
	assert_int_equal(
	    ASK(.t = watch.tree, .size = 5, .seed = watch.other_seed), 403);
	assert_int_equal(ASK(.t = watch.tree, .old = 6, .size = 5), 400);
	assert_int_equal(
	    ASK(.t = watch.tree, .size = 5, .extra_proof = true), 422);
	assert_int_equal(
	    ASK(.t = watch.tree, .size = 0, .bad_root = true), 422);

	/* The first one; then others, or the old one again, are told. */
	assert_int_equal(watch_ask(&a, &r), 200);
	assert_true(watch_cosigned(&a, &r) > 0);
	httpc_reply_fini(&r);
	assert_int_equal(watch_ask(&a, &r), 409);
	assert_string_equal(r.content_type, "text/x.tlog.size");
	assert_string_equal(buf_text(&r.body), "5\n");
	httpc_reply_fini(&r);

	/* Onward, with a proof alone. */
	assert_int_equal(
	    ASK(.t = watch.tree, .old = 5, .size = 9, .no_proof = true), 422);
	assert_int_equal(
	    ASK(.t = watch.tree, .old = 5, .size = 9, .proof = watch.fork_tree),
	    422);
	assert_int_equal(
	    ASK(.t = watch.tree, .old = 5, .size = 9, .extra_proof = true),
	    422);
	assert_int_equal(
	    ASK(.t = watch.tree, .old = 5, .size = 9, .bad_root = true), 422);
	assert_int_equal(ASK(.t = watch.fork_tree, .old = 5, .size = 9), 422);
	assert_int_equal(ASK(.t = watch.tree, .old = 4, .size = 9), 409);
	assert_int_equal(ASK(.t = watch.tree, .old = 5, .size = 9), 200);
	assert_int_equal(ASK(.t = watch.tree, .old = 9, .size = 8), 400);
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
	enc_base64(hashes_leaf(watch.tree, 0)->b, TREE_HASH, line);
	for (i = 0; i < 64; i++)
		buf_printf(&b, "%s\n", line);
	buf_puts(&b, "\n" ORIGIN "\n");
	watch_post(&b, &r);
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
	watch_forget();
	buf_init(&b, 65536);
	buf_init(&good, 65536);
	watch_body(&(struct watch_ask){ .t = watch.tree,
		       .size = 4,
		       .origin = ORIGIN,
		       .seed = watch.seed },
	    &b);
	watch_body(&(struct watch_ask){ .t = watch.tree,
		       .size = 5,
		       .origin = ORIGIN,
		       .seed = watch.seed },
	    &good);
	/* The line of another size, beside the right one. */
	line = strstr(buf_text(&good), "\xe2\x80\x94");
	assert_non_null(line);
	buf_puts(&b, line);
	watch_post(&b, &r);
	assert_int_equal(r.code, 403);
	httpc_reply_fini(&r);
	buf_fini(&b);
	buf_fini(&good);
}

static void
same_size_again(void **state)
{
	struct watch_ask a = { .t = watch.tree, .old = 7, .size = 7 };
	struct httpc_reply r = { 0 };
	int64_t first, second;

	(void)state;
	watch_forget();
	assert_int_equal(ASK(.t = watch.tree, .size = 7), 200);
	assert_int_equal(watch_ask(&a, &r), 200);
	first = watch_cosigned(&a, &r);
	httpc_reply_fini(&r);
	clock_shift(100);
	assert_int_equal(watch_ask(&a, &r), 200);
	second = watch_cosigned(&a, &r);
	httpc_reply_fini(&r);
	clock_shift(-100);
	assert_in_range(second, first + 100, first + 200);
	assert_int_equal(ASK(.t = watch.fork_tree, .old = 7, .size = 7), 422);
}

static void
restart(void **state)
{
	struct watch_ask a = { .t = watch.tree, .old = 8, .size = 11 };
	struct httpc_reply r = { 0 };

	(void)state;
	watch_forget();
	assert_int_equal(ASK(.t = watch.tree, .size = 8), 200);
	witness_stop(&watch.watcher);
	watch_start();
	assert_int_equal(ASK(.t = watch.tree, .size = 11), 409);
	assert_int_equal(ASK(.t = watch.fork_tree, .old = 8, .size = 11), 422);
	assert_int_equal(watch_ask(&a, &r), 200);
	assert_true(watch_cosigned(&a, &r) > 0);
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
		watch_forget();
		assert_int_equal(ASK(.t = watch.tree, .size = 3), 200);
		assert_int_equal(
		    pthread_barrier_init(&line_up, NULL, NELEMS(x)), 0);
		for (i = 0; i < NELEMS(x); i++) {
			x[i] = (struct racer){ i % 2 == 0 ? watch.tree
							  : watch.fork_tree,
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
	struct watch_ask a = { .t = watch.tree, .size = 6, .origin = ORIGIN };
	uint8_t hash[HASH_BYTES];
	struct httpc_reply r = { 0 };
	struct note_key log;
	struct note note;
	int64_t time;
	struct buf text;

	(void)state;
	watch_forget();
	note_key_text(&watch.key, vkey);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
	    (unsigned)witness_port(watch.watcher));
	assert_int_equal(
	    httpc_get(watch.client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 200);
	assert_non_null(strstr(buf_text(&r.body), vkey));
	httpc_reply_fini(&r);

	/* What it cosigned last, for whoever watches the watcher. */
	hash_sha256(ORIGIN, strlen(ORIGIN), hash);
	enc_hex(hash, sizeof(hash), hex);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/%s/checkpoint",
	    (unsigned)witness_port(watch.watcher), hex);
	assert_int_equal(
	    httpc_get(watch.client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 404);
	httpc_reply_fini(&r);
	assert_int_equal(ASK(.t = watch.tree, .size = 6), 200);
	assert_int_equal(
	    httpc_get(watch.client, url, NULL, 65536, &r, NULL), ST_OK);
	assert_int_equal(r.code, 200);
	buf_init(&text, 4096);
	watch_checkpoint(&a, &text);
	assert_int_equal(note_open(r.body.p, r.body.n, &note, NULL), ST_OK);
	assert_int_equal(note.text_n, text.n);
	assert_memory_equal(note.text, text.p, text.n);
	assert_int_equal(
	    note_key_parse(watch_vkey(ORIGIN, watch.seed), &log, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &log), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &watch.key, &time), ST_OK);
	buf_fini(&text);
	httpc_reply_fini(&r);
}

static void
more_logs(void **state)
{
	const char *logs[] = { watch_vkey(OTHER, watch.other_seed) };
	struct witness_config c = {
		.dir = watch.dir, .logs = logs, .log_count = NELEMS(logs)
	};
	struct diag d = { 0 };

	(void)state;
	watch_forget();
	witness_stop(&watch.watcher);
	assert_int_equal(witness_start(&c, &watch.watcher, &d), ST_OK);
	/* Each log has a memory of its own. */
	assert_int_equal(ASK(.t = watch.tree, .size = 6), 200);
	assert_int_equal(ASK(.t = watch.fork_tree, .size = 7, .origin = OTHER,
			     .seed = watch.other_seed),
	    200);
	assert_int_equal(ASK(.t = watch.tree, .old = 6, .size = 8), 200);
	witness_stop(&watch.watcher);
	/* Two keys for one log are refused. */
	logs[0] = watch_vkey(ORIGIN, watch.other_seed);
	assert_int_equal(witness_start(&c, &watch.watcher, NULL), ST_CONFLICT);
	assert_null(watch.watcher);
	watch_start();
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

	return cmocka_run_group_tests(tests, watch_setup, watch_teardown);
}
