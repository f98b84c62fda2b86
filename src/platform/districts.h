/*
 * districts: what each district shows, ready to be sent (docs/protocol.md,
 * "Feed").
 *
 * A district's body is a function of the cosigned log, the texts and the
 * time, signed by the platform.  It is made when something in it changes or
 * when it is an hour old, and served from memory; one that nobody asked for
 * and that holds nothing is made at the first call.  Who asks is not known
 * here.
 */
#ifndef PLATFORM_DISTRICTS_H
#define PLATFORM_DISTRICTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "geo/district.h"

struct call;
struct diag;
struct districts;
struct keyd;
struct ledger;
struct store;

struct districts_config {
	struct store *store;
	struct ledger *ledger;
	struct keyd *keyd;
	const char *origin, *platform; /* the log's and the platform's key */
};

struct districts *districts_new(const struct districts_config *config);
void districts_free(struct districts **x);

/*
 * Take in what is published by now and make anew each district that changed.
 * For the ledger's thread.  What could not be made is tried again at the next
 * tick, and that it could not is logged once.
 */
void districts_publish(struct districts *x);

/*
 * Make anew what changes by time alone, and what is old.  To be called every
 * second or so, by one thread.
 */
void districts_tick(struct districts *x);

/*
 * Reply with a district's body from memory.  Returns ST_OK, or ST_RETRY where
 * it is not there: districts_reply_made() makes it first, and may block.
 */
enum status districts_reply(
    struct districts *x, struct call *call, struct geo_district t) NODISCARD;
enum status districts_reply_made(
    struct districts *x, struct call *call, struct geo_district t) NODISCARD;

/* Reply with /v1/districts.json: those that show something. */
enum status
districts_reply_list(struct districts *x, struct call *call) NODISCARD;

/* The log numbers of notes that are no longer in force; the caller frees. */
enum status districts_ended(
    struct districts *x, int64_t now_s, uint64_t **out, size_t *n) NODISCARD;

/* The log number of the policy in force; ST_NOTFOUND if there is none. */
enum status
districts_policy(struct districts *x, int64_t now_s, uint64_t *index) NODISCARD;

#endif /* !PLATFORM_DISTRICTS_H */
