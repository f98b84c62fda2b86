/*
 * platform: the operator's side as one process: the public log, the feed,
 * accounts and passes, the public pages.
 *
 * It knows agencies and what they ask; of residents it knows public keys that
 * took passes.  Footage never comes here.
 *
 * A platform's directory:
 *   platform.ini   written by platform_init()
 *   trust.json     what readers are given, apart from this server
 *   platform.db    the store
 *   keys/          keyd's, signing: the log's and the platform's key
 *   issuing/       keyd's, issuing
 */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tlog/trust.h"

struct buf;
struct diag;
struct platform;

/* What an instance is, for good: its origin never changes. */
struct platform_setup {
	const char *origin; /* of the log, schemeless: "demo.example/log" */
	const char *name;   /* of the platform's key: "platform.demo.example" */
	const char *title;  /* of the instance, for people */
	const char *url;    /* where readers find it */
	bool demo;          /* one machine plays all parts: pages say so */
	const char *const *watcher_urls; /* n of them, one a watcher */
	struct trust_watcher watchers[TRUST_WATCHERS];
	size_t watcher_count;
	unsigned k;
};

/*
 * Make an instance in dir: keys, platform.ini and trust.json.  The log begins
 * when the platform first starts.  Returns ST_OK; ST_CONFLICT where one is
 * there; ST_INVALID (2k > n, names); ST_IO, ST_PEER.
 */
enum status platform_init(const char *dir, const struct platform_setup *setup,
    struct diag *d) NODISCARD;

struct platform_config {
	const char *dir;
	const char *address; /* NULL: 127.0.0.1 */
	uint16_t port;       /* 0: a free one */
	const char *web;     /* the built pages; NULL: none */
	const char *map;     /* a map file a district, x-y.json; NULL: none */
};

/*
 * Serve.  Returns once it listens; ST_OK, or what is wrong, described in d:
 * a missing key, a port in use, a database that does not match the log.
 */
enum status platform_start(const struct platform_config *config,
    struct platform **out, struct diag *d) NODISCARD;

uint16_t platform_port(const struct platform *p);

/* Stop serving and free all; sets *p to NULL.  NULL is fine. */
void platform_stop(struct platform **p);

/*
 * The operator's hand, by the keys in dir, whether or not a platform serves:
 * append to note (n bytes, a signed note) the platform's signature line.
 * That the note should be countersigned is the operator's decision.
 */
enum status platform_countersign(const char *dir, const void *note, size_t n,
    struct buf *out, struct diag *d) NODISCARD;

/* Append a new note by the platform's key alone: text is its one line. */
enum status platform_sign(const char *dir, const void *text, size_t n,
    struct buf *out, struct diag *d) NODISCARD;

#endif /* !PLATFORM_PLATFORM_H */
