#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/enc.h"
#include "crypto/ed25519.h"
#include "tlog/checkpoint.h"

struct watch watch;

const char *
watch_vkey(const char *name, const uint8_t s[32])
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

void
watch_start(void)
{
	struct witness_config c = { .dir = watch.dir };
	struct diag d = { 0 };
	enum status st = witness_start(&c, &watch.watcher, &d);

	if (st != ST_OK)
		diag_print("test", st, &d);
	assert_int_equal(st, ST_OK);
}

int
watch_setup(void **state)
{
	struct diag d = { 0 };

	(void)state;
	log_threshold(LOG_ERROR + 1);
	(void)snprintf(
	    watch.dir, sizeof(watch.dir), "/tmp/test-witness-XXXXXX");
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_BUILT, 0);
	if (mkdtemp(watch.dir) == NULL)
		return -1;
	memset(watch.seed, 'L', sizeof(watch.seed));
	memset(watch.other_seed, 'O', sizeof(watch.other_seed));
	watch.tree = hashes_new();
	watch.fork_tree = hashes_new();
	grow(watch.tree, 0, 20, 'a');
	grow(watch.fork_tree, 0, 3, 'a');
	grow(watch.fork_tree, 3, 20, 'b');
	assert_int_equal(httpc_new(&watch.client), ST_OK);
	assert_int_equal(witness_init(watch.dir, NAME, &watch.key, &d), ST_OK);
	assert_int_equal(witness_trust_log(watch.dir, ORIGIN,
			     watch_vkey(ORIGIN, watch.seed), &d),
	    ST_OK);
	watch_start();
	return 0;
}

int
watch_teardown(void **state)
{
	char cmd[128];

	(void)state;
	witness_stop(&watch.watcher);
	httpc_free(&watch.client);
	hashes_free(&watch.tree);
	hashes_free(&watch.fork_tree);
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", watch.dir);
	return system(cmd) == 0 ? 0 : -1;
}

/* -- calls ----------------------------------------------------------------- */

void
watch_checkpoint(const struct watch_ask *a, struct buf *text)
{
	struct checkpoint c = { .size = a->size };

	(void)snprintf(c.origin, sizeof(c.origin), "%s", a->origin);
	assert_int_equal(hashes_root(a->t, a->size, &c.root), ST_OK);
	if (a->bad_root)
		c.root.b[0] ^= 1;
	checkpoint_text(&c, text);
}

void
watch_body(const struct watch_ask *a, struct buf *b)
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
	watch_checkpoint(a, &text);
	buf_put(b, text.p, text.n);
	buf_puts(b, "\n");
	note_sign(buf_text(&text), text.n, a->origin, a->seed, b);
	buf_fini(&text);
}

void
watch_post(const struct buf *b, struct httpc_reply *r)
{
	char url[80];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/add-checkpoint",
	    (unsigned)witness_port(watch.watcher));
	assert_int_equal(httpc_post(watch.client, url, "text/plain", b->p, b->n,
			     NULL, 65536, r, NULL),
	    ST_OK);
}

unsigned
watch_ask(const struct watch_ask *a, struct httpc_reply *r)
{
	struct watch_ask x = *a;
	struct buf b;

	if (x.origin == NULL)
		x.origin = ORIGIN;
	if (x.seed == NULL)
		x.seed = watch.seed;
	buf_init(&b, 65536);
	watch_body(&x, &b);
	watch_post(&b, r);
	buf_fini(&b);
	return r->code;
}

unsigned
watch_code(const struct watch_ask *a)
{
	struct httpc_reply r = { 0 };
	unsigned code = watch_ask(a, &r);

	httpc_reply_fini(&r);
	return code;
}

unsigned
watch_text(const char *text)
{
	struct httpc_reply r = { 0 };
	struct buf b;
	unsigned code;

	buf_init(&b, 65536);
	buf_puts(&b, text);
	watch_post(&b, &r);
	code = r.code;
	buf_fini(&b);
	httpc_reply_fini(&r);
	return code;
}

/* Whether the lines of r cosign what was asked; the time. */
int64_t
watch_cosigned(const struct watch_ask *a, const struct httpc_reply *r)
{
	struct watch_ask x = *a;
	struct note note;
	int64_t time = 0;
	struct buf b;

	if (x.origin == NULL)
		x.origin = ORIGIN;
	buf_init(&b, 65536);
	watch_checkpoint(&x, &b);
	buf_puts(&b, "\n");
	buf_put(&b, r->body.p, r->body.n);
	assert_int_equal(note_open(b.p, b.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &watch.key, &time), ST_OK);
	buf_fini(&b);
	return time;
}

void
watch_forget(void)
{
	char path[128];

	witness_stop(&watch.watcher);
	(void)snprintf(path, sizeof(path), "%s/witness.db", watch.dir);
	(void)remove(path);
	watch_start();
}
