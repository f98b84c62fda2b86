/*
 * registry: who takes part and what was asked, as the durable log says; what
 * a note must satisfy before it is logged (docs/protocol.md, "Public log",
 * the table of signers, and "Rules").
 *
 * Fed each entry once, in order, also those that are not cosigned yet: two
 * requests that conflict must not both get in while watchers are slow.  It
 * knows neither SQL nor HTTP.  All functions may be called by any thread;
 * registry_check() and the registry_add() that follows it are for one at a
 * time, which the filing lock of filing.c sees to.
 */
#ifndef PLATFORM_REGISTRY_H
#define PLATFORM_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "crypto/note.h"

struct buf;
struct diag;
struct directory;
struct doc;
struct geo_region;
struct registry;

/* Where an agency's jurisdiction (its bytes) is had by its SHA-256. */
typedef enum status
registry_document(const uint8_t hash[32], struct buf *out, void *arg);

struct registry_config {
	const char *origin;
	struct note_key platform;
	registry_document *document;
	void *arg;
};

/* An empty registry; NULL if out of memory. */
struct registry *registry_new(const struct registry_config *config);

void registry_free(struct registry **r);

/*
 * Take note of the entry with log number index; *doc is taken and NULL.
 * ST_OK or ST_NOMEM.
 */
enum status
registry_add(struct registry *r, uint64_t index, struct doc **doc) NODISCARD;

/* What comes beside a note that is filed; NULL where it did not. */
struct registry_beside {
	const char *text;         /* of a request */
	const char *jurisdiction; /* of an agency */
};

/*
 * Whether doc may be logged at now_s.  Returns ST_OK; ST_HELD, with the rule
 * that holds it as d's problem; or ST_INVALID, ST_SIGNATURE, ST_RULE,
 * ST_CONFLICT, ST_FORBIDDEN, ST_NOTFOUND, ST_GONE, all described in d.
 */
enum status registry_check(struct registry *r, const struct doc *doc,
    const struct registry_beside *beside, int64_t now_s,
    struct diag *d) NODISCARD;

/*
 * Changes each time something that the directory states has changed; with it,
 * whoever made a directory knows whether it is still true.
 */
uint64_t registry_version(struct registry *r);

/* Append the bodies of /v1/agencies.json.  ST_OK or buf_status(). */
enum status registry_agencies(struct registry *r, struct buf *b) NODISCARD;

/*
 * The log numbers of all partner, agency and recipient notes in force, for
 * /v1/recipients.json: ascending, the caller frees.  ST_OK or ST_NOMEM.
 */
enum status registry_notes(
    struct registry *r, int64_t now_s, uint64_t **out, size_t *n) NODISCARD;

/* Fill in the relays; strings are the registry's, for ever. */
void registry_relays(struct registry *r, struct directory *dir);

#endif /* !PLATFORM_REGISTRY_H */
