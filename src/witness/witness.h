/*
 * witness: a watcher.  It cosigns checkpoints of the logs that it trusts, each
 * only where it holds all that this watcher cosigned before (C2SP tlog-witness
 * v1.0.0, cosignatures of tlog-cosignature v1.0.1, Ed25519).
 *
 * One watcher is one data directory: DIR/keys (keyd's store), DIR/name (its
 * key's name), DIR/logs (a file a log that it trusts: the origin's line and the
 * verifier key's line), DIR/witness.db (the newest checkpoint of each log that
 * it cosigned).  Restoring an old copy of witness.db makes it forget what it
 * promised: don't.
 *
 * A checkpoint is checked and recorded in one transaction, durable before the
 * answer: of two that fork at most one is ever cosigned.
 *
 * It answers POST /add-checkpoint; GET /<origin hash>/checkpoint, the newest
 * one with its cosignature; and GET /, a page of text with its key.
 *
 * Call witness_init() and witness_start() from the main thread: the process
 * that holds the key ends with the thread that started it.
 */
#ifndef WITNESS_WITNESS_H
#define WITNESS_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct diag;
struct note_key;
struct witness;

/*
 * Make the data directory and the key name, and write the public key
 * (NOTE_COSIGN) to *out.  Repeated with the same name it gives the same key.
 * Returns ST_OK; ST_CONFLICT (another name); ST_INVALID (a name that cannot
 * be); or what storage and keyd say.
 */
enum status witness_init(const char *dir, const char *name,
    struct note_key *out, struct diag *d) NODISCARD;

/*
 * Trust the log of that origin and verifier key (algorithm 1), from the next
 * start on.  May be repeated; another key for an origin is ST_CONFLICT.
 * Returns ST_OK, ST_INVALID, ST_CONFLICT, or what storage says.
 */
enum status witness_trust_log(const char *dir, const char *origin,
    const char *vkey, struct diag *d) NODISCARD;

#define WITNESS_LOGS 64 /* logs that one watcher trusts at most */

struct witness_config {
	const char *dir;
	const char *address; /* NULL: 127.0.0.1 */
	uint16_t port;       /* 0: a free one */
	/* Verifier keys of logs, beside those of DIR/logs; the origin of each
	 * is its key's name. */
	const char *const *logs;
	size_t log_count;
};

/*
 * Start it.  Returns ST_OK; ST_NOTFOUND (witness_init() is missing);
 * ST_INVALID; ST_CONFLICT (the port is in use, or two keys for one origin); or
 * what storage and keyd say.
 */
enum status witness_start(const struct witness_config *config,
    struct witness **out, struct diag *d) NODISCARD;

uint16_t witness_port(const struct witness *w);

/* Sets *w to NULL.  NULL is fine. */
void witness_stop(struct witness **w);

#endif /* !WITNESS_WITNESS_H */
