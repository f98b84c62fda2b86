/*
 * relay: the anonymous door.  People hand over what is for a locker without
 * that locker's ever seeing where they call from, and without the relay's
 * seeing what it carries (docs/protocol.md, "Relay").
 *
 * Lockers are admitted by name: those of the agencies that the logged directory
 * names.  An upload costs one pass of purpose "carry".  Of a spent pass its
 * nonce and a tag stay that tell, without the pass, nothing; of a call nothing
 * stays, and nothing is logged.  Onward go the tus headers alone.
 *
 * One relay is one data directory: DIR/keys (keyd's store), DIR/name (its key's
 * name), DIR/relay.db (spent passes, for as long as their epoch is in use).
 *
 * Call relay_init() and relay_note() from the main thread: they start the
 * process that holds the key, and end it.  A running relay holds no key.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct note_key;
struct relay_server;

/*
 * Make the data directory and the key name, which signs relay notes alone, and
 * write the public key to *out.  Repeated with the same name it gives the same
 * key.  Returns ST_OK; ST_CONFLICT (another name); ST_INVALID (a name that
 * cannot be); or what storage and keyd say.
 */
enum status relay_init(const char *dir, const char *name, struct note_key *out,
    struct diag *d) NODISCARD;

/*
 * Append the porchlight/relay@v1 note of this relay, reached at url, for the
 * log of that origin to b: signed by the relay's key alone; the platform adds
 * its own signature.  Returns ST_OK, ST_NOTFOUND (relay_init() is missing),
 * ST_INVALID, or what storage and keyd say.
 */
enum status relay_note(const char *dir, const char *origin, const char *url,
    struct buf *b, struct diag *d) NODISCARD;

struct relay_config {
	const char *dir;
	const char *trust_path;
	const char *platform_url; /* "http://...", no slash at its end */
	const char *address;      /* NULL: 127.0.0.1 */
	uint16_t port;            /* 0: a free one */
	const char *name;         /* NULL, or what relay_init() was given */
	/*
	 * The last X-Forwarded-For names the client, for limits: only behind
	 * a reverse proxy that writes it.
	 */
	int forwarded;
};

/*
 * Start it, also where the platform does not answer yet: calls get ST_STALE
 * until it did, and whenever the newest directory is older than 48 hours.
 * Returns ST_OK; ST_NOTFOUND (relay_init() or the trust file is missing);
 * ST_INVALID; ST_CONFLICT (the port is in use, another name); or what storage
 * says.
 */
enum status relay_start(const struct relay_config *config,
    struct relay_server **out, struct diag *d) NODISCARD;

uint16_t relay_port(const struct relay_server *r);

/* Sets *r to NULL.  NULL is fine. */
void relay_stop(struct relay_server **r);

#endif /* !RELAY_RELAY_H */
