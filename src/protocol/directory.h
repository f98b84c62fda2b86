/*
 * directory: the operator's daily statement of who runs what and which keys
 * are in force (docs/protocol.md, "Directory").
 *
 * A directory is believed because it is in the public log, which takes none
 * but the operator's, and because it is younger than DIRECTORY_AGE_MAX.
 */
#ifndef PROTOCOL_DIRECTORY_H
#define PROTOCOL_DIRECTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "crypto/note.h"

struct diag;
struct doc;
struct trust;

#define DIRECTORY_TYPE "porchlight/directory@v1"
#define DIRECTORY_AGE_MAX (48 * 3600)
#define DIRECTORY_RELAYS 8
#define DIRECTORY_ISSUERS 20 /* two purposes, ten epochs */
#define DIRECTORY_ENDED 4000
#define DIRECTORY_EPOCHS 10

struct directory_relay {
	const char *name, *url;
	struct note_key key;
};

struct directory_issuer {
	const char *purpose; /* "carry" or "share" */
	int64_t epoch;
	struct json_bytes spki; /* RFC 9578 */
};

struct directory_served {
	int64_t epoch, served; /* accounts, rounded to ten */
};

/* Strings and bytes live as long as the doc. */
struct directory {
	int64_t time; /* UTC seconds */
	const char *url;
	struct note_key platform;
	size_t relay_count;
	struct directory_relay relays[DIRECTORY_RELAYS];
	size_t issuer_count;
	struct directory_issuer issuers[DIRECTORY_ISSUERS];
	size_t ended_count;
	const uint64_t *ended; /* log numbers, ascending */
	int64_t policy;        /* log number */
	size_t served_count;
	struct directory_served served[DIRECTORY_EPOCHS];
	uint8_t agencies[32]; /* SHA-256 of /v1/agencies.json */
};

/*
 * Read doc and check that it is signed by the platform that it names.  Two
 * issuer keys for one purpose and epoch are refused ("issuer-twice").
 * Returns ST_OK, ST_INVALID, ST_SIGNATURE or ST_NOMEM.
 */
enum status directory_parse(
    const struct doc *doc, struct directory *out, struct diag *d) NODISCARD;

/* The body for doc_text(); NULL if out of memory. */
json_t *directory_json(const struct directory *dir);

/* Whether the note at log number index is listed as ended. */
bool directory_has_ended(const struct directory *dir, uint64_t index);

/* The issuer key of purpose and epoch, or NULL. */
const struct directory_issuer *directory_issuer(
    const struct directory *dir, const char *purpose, int64_t epoch);

/* Accounts that took passes in epoch, rounded to ten; 0 if none is listed. */
int64_t directory_served(const struct directory *dir, int64_t epoch);

/*
 * Open the body of GET /v1/directory, {"note","proof"}: check the proof by
 * trust, the signature and the age as of now_s.  *doc owns what out borrows.
 * Returns ST_OK; ST_INVALID, ST_SIGNATURE, ST_PENDING ("not-in-log" and the
 * like); ST_STALE ("directory-stale"); ST_NOMEM.
 */
enum status directory_open(const struct trust *trust, const void *body,
    size_t n, int64_t now_s, struct doc **doc, struct directory *out,
    struct diag *d) NODISCARD;

#endif /* !PROTOCOL_DIRECTORY_H */
