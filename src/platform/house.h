/*
 * house: what the platform does on its own account: the first policy, the
 * daily directory, issuer keys by the week, districts that change by time.
 *
 * One thread.  A directory is filed as soon as something that it states has
 * changed, and served, with its list of agencies, once it is published.
 */
#ifndef PLATFORM_HOUSE_H
#define PLATFORM_HOUSE_H

#include <stdint.h>

#include "base/status.h"
#include "crypto/note.h"

struct call;
struct diag;
struct districts;
struct filing;
struct house;
struct keyd;
struct ledger;
struct registry;
struct store;

struct house_config {
	struct store *store;
	struct ledger *ledger;
	struct filing *filing;
	struct registry *registry;
	struct districts *districts;
	struct keyd *signing, *issuing;
	const char *origin, *url;
	struct note_key platform;
};

struct house *house_new(const struct house_config *config);

/* The newest directory of the log, met while it was read at start. */
void house_seen_directory(struct house *h, uint64_t index);

/*
 * Make what must be there before anybody calls: issuer keys, the first
 * policy.  Returns ST_OK, or what failed, described in d.
 */
enum status house_prepare(struct house *h, struct diag *d) NODISCARD;

/* Start the thread.  ST_OK or ST_FAIL. */
enum status house_start(struct house *h) NODISCARD;

/* End the thread; house_wake() may still be called.  NULL is fine. */
void house_stop(struct house *h);
void house_free(struct house **h);

/* Entries were published: look at once.  For the ledger's thread. */
void house_wake(struct house *h);

/* Reply with /v1/directory, /v1/agencies.json, /v1/recipients.json. */
enum status house_reply_directory(struct house *h, struct call *call) NODISCARD;
enum status house_reply_agencies(struct house *h, struct call *call) NODISCARD;
enum status
house_reply_recipients(struct house *h, struct call *call) NODISCARD;

#endif /* !PLATFORM_HOUSE_H */
