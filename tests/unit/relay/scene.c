#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/blindrsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"
#include "protocol/account.h"
#include "protocol/agencies.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "scene_inner.h"
#include "tlog/hashes.h"
#include "tlog/proof.h"
#include "tlog/trust.h"

#define PLATFORM "platform.example"

struct scene scene;

static struct httpd *platform, *lockers;
static struct blindrsa_key *issuers[SCENE_ISSUERS];
static int64_t epochs[SCENE_ISSUERS];
static struct tlog_hashes *tree;
static struct buf directory_body, agencies_body; /* under scene_lock */

/* -- keys ------------------------------------------------------------------ */

static void
seed_of(char letter, uint8_t seed[32])
{
	memset(seed, letter, 32);
}

static struct note_key
key_of(const char *name, char letter, enum note_alg alg)
{
	uint8_t seed[32], pub[32];
	struct note_key k;

	seed_of(letter, seed);
	ed25519_public(seed, pub);
	PRE(note_key_make(&k, name, alg, pub) == ST_OK);
	return k;
}

static void
sign(struct buf *b, const struct buf *text, const char *name, char letter)
{
	uint8_t seed[32];

	seed_of(letter, seed);
	note_sign(buf_text(text), text->n, name, seed, b);
}

static void
write_trust(void)
{
	struct trust t = { .k = 2, .watcher_count = 3 };
	struct diag d = { 0 };
	char path[128], name[32];
	struct buf b;
	size_t i;

	(void)snprintf(t.origin, sizeof(t.origin), SCENE_ORIGIN);
	t.log = key_of(SCENE_ORIGIN, 'L', NOTE_ED25519);
	for (i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "w%zu.example", i);
		t.watchers[i].key = key_of(name, (char)('1' + i), NOTE_COSIGN);
		t.watchers[i].until = CLOCK_MAX;
	}
	buf_init(&b, TRUST_FILE);
	PRE(trust_write(&t, &b) == ST_OK);
	(void)snprintf(path, sizeof(path), "%s/trust.json", scene.dir);
	PRE(file_write(path, 0644, b.p, b.n, &d) == ST_OK);
	buf_fini(&b);
}

/* -- the platform ---------------------------------------------------------- */

static json_t *
agency_of(const char *locker, uint64_t index)
{
	static const struct agency base = { .until = CLOCK_MAX,
		.legal_name = "City",
		.class = "municipal-police",
		.telephone = "1",
		.verified = "by call",
		.partner = "partner.example" };
	struct agencies_entry e = { .agency = base, .index = index };
	char name[64], url[64];

	(void)snprintf(name, sizeof(name), "agency.%s", locker);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    strcmp(locker, SCENE_GONE) == 0 ? 1u
					    : (unsigned)httpd_port(lockers));
	e.agency.name = name;
	e.agency.key = key_of(name, 'A', NOTE_ED25519);
	e.agency.locker.name = locker;
	e.agency.locker.url = url;
	e.agency.locker.key = key_of(locker, 'K', NOTE_ED25519);
	return agencies_entry_json(&e);
}

/* Append the checkpoint of the tree, cosigned by two watchers of three. */
static void
put_checkpoint(struct buf *b)
{
	struct checkpoint c = { .size = hashes_size(tree) };
	uint8_t seed[32];
	struct buf text;

	buf_init(&text, 4096);
	(void)snprintf(c.origin, sizeof(c.origin), SCENE_ORIGIN);
	PRE(hashes_root(tree, c.size, &c.root) == ST_OK);
	checkpoint_text(&c, &text);
	buf_put(b, text.p, text.n);
	buf_putc(b, '\n');
	sign(b, &text, SCENE_ORIGIN, 'L');
	seed_of('1', seed);
	note_cosign(
	    buf_text(&text), text.n, "w0.example", seed, clock_now(), b);
	seed_of('3', seed);
	note_cosign(
	    buf_text(&text), text.n, "w2.example", seed, clock_now(), b);
	buf_fini(&text);
}

/* Log the note and write {"note","proof"} to directory_body. */
static void
log_note(const struct buf *note)
{
	struct tlog_proof_path path;
	struct tlog_hash leaf;
	struct buf cp, proof;
	uint64_t index = hashes_size(tree);
	json_t *v;

	buf_init(&cp, 65536);
	buf_init(&proof, PROOF_MAX);
	tree_leaf(note->p, note->n, &leaf);
	PRE(hashes_append(tree, &leaf) == ST_OK);
	PRE(hashes_inclusion(tree, index, index + 1, &path) == ST_OK);
	put_checkpoint(&cp);
	proof_text(index, &path, cp.p, cp.n, &proof);
	v = json_pack(
	    "{s:s,s:s}", "note", buf_text(note), "proof", buf_text(&proof));
	buf_clear(&directory_body);
	PRE(v != NULL && json_write(v, &directory_body) == ST_OK);
	json_decref(v);
	buf_fini(&cp);
	buf_fini(&proof);
}

void
scene_log_directory(void)
{
	struct directory dir = { .time = clock_now(), .url = "http://p" };
	static uint8_t spki[SCENE_ISSUERS][BLINDRSA_SPKI_MAX];
	struct buf text, note;
	size_t i, n;

	(void)pthread_mutex_lock(&scene_lock);
	buf_clear(&agencies_body);
	PRE(agencies_write(
		json_pack("[o,o,o,o*]", agency_of(SCENE_ONE, 1),
		    agency_of(SCENE_GONE, 3), agency_of(SCENE_TWO, 2),
		    scene.with_new ? agency_of(SCENE_NEW, 4) : NULL),
		json_array(), &agencies_body) == ST_OK);
	hash_sha256(agencies_body.p, agencies_body.n, dir.agencies);
	dir.platform = key_of(PLATFORM, 'P', NOTE_ED25519);
	for (i = 0; i < SCENE_UNKNOWN; i++) {
		blindrsa_spki(issuers[i], spki[i], &n);
		dir.issuers[dir.issuer_count++] = (struct directory_issuer){
			i == SCENE_SHARE ? PURPOSE_SHARE : PURPOSE_CARRY,
			epochs[i], { spki[i], n }
		};
	}
	buf_init(&text, DOC_MAX);
	buf_init(&note, DOC_MAX);
	PRE(doc_text(directory_json(&dir), DIRECTORY_TYPE, SCENE_ORIGIN,
		&text) == ST_OK);
	buf_put(&note, text.p, text.n);
	buf_putc(&note, '\n');
	sign(&note, &text, PLATFORM, 'P');
	log_note(&note);
	buf_fini(&text);
	buf_fini(&note);
	(void)pthread_mutex_unlock(&scene_lock);
}

static enum status
serve(struct call *call, const struct buf *b)
{
	enum status st;

	if (atomic_load(&scene.platform_down))
		return ST_BUSY;
	(void)pthread_mutex_lock(&scene_lock);
	st = httpd_reply(call, 200, "application/json", b->p, b->n);
	(void)pthread_mutex_unlock(&scene_lock);
	return st;
}

static enum status
get_directory(struct call *call)
{
	return serve(call, &directory_body);
}

static enum status
get_agencies(struct call *call)
{
	return serve(call, &agencies_body);
}

static const struct httpd_route platform_routes[] = {
	{ .method = "GET",
	    .path = "/v1/directory",
	    .kind = HTTPD_WORKER,
	    .handler = get_directory },
	{ .method = "GET",
	    .path = "/v1/agencies.json",
	    .kind = HTTPD_WORKER,
	    .handler = get_agencies },
};

/* -- passes ---------------------------------------------------------------- */

void
scene_token(enum scene_issuer issuer, struct token *t)
{
	uint8_t nonce[32], blinded[256], sig[256];
	struct blindrsa_blind *blind = NULL;

	random_bytes(nonce, sizeof(nonce));
	token_begin(t, nonce, SCENE_ORIGIN, issuers[issuer]);
	PRE(token_blind(t, issuers[issuer], blinded, &blind) == ST_OK);
	PRE(blindrsa_sign(issuers[issuer], blinded, sig) == ST_OK);
	PRE(token_finish(t, issuers[issuer], blind, sig) == ST_OK);
	blindrsa_blind_free(&blind);
}

void
scene_authorization(enum scene_issuer issuer, char out[TOKEN_HEADER])
{
	struct token t;

	scene_token(issuer, &t);
	token_header(&t, out);
}

/* -- all of it ------------------------------------------------------------- */

void
scene_empty(void)
{
	(void)pthread_mutex_lock(&scene_lock);
	scene.n = scene.length = 0;
	scene.id[0] = '\0';
	(void)pthread_mutex_unlock(&scene_lock);
	atomic_store(&scene.told, false);
}

void
scene_start(void)
{
	char data[100], trust[100], url[64];
	struct relay_config c = { .dir = data,
		.trust_path = trust,
		.platform_url = url,
		.name = SCENE_RELAY };
	struct diag d = { 0 };
	enum status st;

	(void)snprintf(data, sizeof(data), "%s/relay", scene.dir);
	(void)snprintf(trust, sizeof(trust), "%s/trust.json", scene.dir);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    (unsigned)httpd_port(platform));
	st = relay_start(&c, &scene.relay, &d);
	if (st != ST_OK)
		diag_print("test", st, &d);
	PRE(st == ST_OK);
}

void
scene_stop(void)
{
	relay_stop(&scene.relay);
}

int
scene_setup(void **state)
{
	static const int64_t ago[SCENE_ISSUERS] = { 1, 0, 9, 1, 1 };
	struct httpd_config c = { 0 };
	struct note_key key;
	struct diag d = { 0 };
	char data[100];
	size_t i;

	(void)state;
	log_threshold(LOG_ERROR + 1); /* a case makes a server's error */
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_BUILT, 0);
	(void)snprintf(scene.dir, sizeof(scene.dir), "/tmp/test-relay-XXXXXX");
	if (mkdtemp(scene.dir) == NULL)
		return -1;
	(void)snprintf(data, sizeof(data), "%s/relay", scene.dir);
	PRE(relay_init(data, SCENE_RELAY, &key, &d) == ST_OK);
	for (i = 0; i < SCENE_ISSUERS; i++) {
		PRE(blindrsa_generate(&issuers[i]) == ST_OK);
		epochs[i] = epoch_of(clock_now()) - ago[i];
	}
	tree = hashes_new();
	buf_init(&directory_body, (size_t)1 << 20);
	buf_init(&agencies_body, (size_t)1 << 20);
	write_trust();
	PRE(httpd_start(&c, platform_routes, NELEMS(platform_routes), NULL,
		&platform, &d) == ST_OK);
	PRE(httpd_start(&c, scene_locker_routes, scene_locker_count, NULL,
		&lockers, &d) == ST_OK);
	scene_log_directory();
	scene_start();
	return 0;
}

int
scene_teardown(void **state)
{
	char cmd[128];
	size_t i;

	(void)state;
	scene_stop();
	httpd_stop(&platform);
	httpd_stop(&lockers);
	for (i = 0; i < SCENE_ISSUERS; i++)
		blindrsa_free(&issuers[i]);
	hashes_free(&tree);
	buf_fini(&directory_body);
	buf_fini(&agencies_body);
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", scene.dir);
	return system(cmd) == 0 ? 0 : -1;
}
