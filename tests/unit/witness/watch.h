/*
 * watch: a watcher with a real keyd, and two logs that are the same up to 3
 * entries, for tests.
 */
#ifndef TESTS_WITNESS_WATCH_H
#define TESTS_WITNESS_WATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "base/buf.h"
#include "crypto/note.h"
#include "httpc/httpc.h"
#include "tlog/hashes.h"
#include "witness/witness.h"

#define ORIGIN "demo.example/log"
#define OTHER "other.example/log"
#define NAME "watcher.example/one"

struct watch {
	char dir[64];
	struct note_key key; /* the watcher's */
	struct witness *watcher;
	struct httpc *client;
	uint8_t seed[32], other_seed[32]; /* of logs */
	struct tlog_hashes *tree, *fork_tree;
};

extern struct watch watch;

/* cmocka's. */
int watch_setup(void **state);
int watch_teardown(void **state);

/* Start the watcher; or stop it, forget what it cosigned, and start it. */
void watch_start(void);
void watch_forget(void);

/* A log's key as text; valid for two calls. */
const char *watch_vkey(const char *name, const uint8_t s[32]);

/* What to send: a checkpoint of t at size as the log origin, old and proof. */
struct watch_ask {
	const struct tlog_hashes *t;
	uint64_t old, size;
	const char *origin;
	const uint8_t *seed;
	const struct tlog_hashes *proof; /* NULL: t; of old to size */
	bool no_proof, extra_proof, bad_root;
};

/* The text of the checkpoint, and the whole body of the call. */
void watch_checkpoint(const struct watch_ask *a, struct buf *text);
void watch_body(const struct watch_ask *a, struct buf *b);

/* Send a body, whatever it is. */
void watch_post(const struct buf *b, struct httpc_reply *r);
unsigned watch_text(const char *text);

/* Send it (origin and seed NULL: the first log's); the answer's code. */
unsigned watch_ask(const struct watch_ask *a, struct httpc_reply *r);
unsigned watch_code(const struct watch_ask *a);

#define ASK(...) watch_code(&(struct watch_ask){ __VA_ARGS__ })

/* The time of the watcher's cosignature in r, which must be good. */
int64_t watch_cosigned(const struct watch_ask *a, const struct httpc_reply *r);

#endif /* !TESTS_WITNESS_WATCH_H */
