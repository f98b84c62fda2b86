/*
 * collection: a district's feed, verified (docs/protocol.md, "Feed").
 *
 * What a reader may show is what collection_open() yields: each item is in
 * the log, signed by an agency that is in force and by its locker, and its
 * text is the one that the request names.  Whether the request keeps the
 * rules, rules/client.h tells.
 */
#ifndef PROTOCOL_COLLECTION_H
#define PROTOCOL_COLLECTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "geo/district.h"
#include "protocol/admission.h"
#include "protocol/policy.h"
#include "protocol/request.h"

struct diag;
struct directory;
struct doc;
struct trust;

#define DISTRICT_TYPE "porchlight/district@v1"
#define COLLECTION_MAX (size_t)(16 * 1024 * 1024)
#define COLLECTION_ITEMS 4096
#define COLLECTION_MARK_S (3 * 3600)   /* older ones are marked */
#define COLLECTION_STALE_S (24 * 3600) /* older ones are not shown */

/* The platform's word on what a district holds. */
struct district_note {
	struct geo_district district;
	int64_t time;         /* UTC seconds */
	int64_t size;         /* of the log */
	uint8_t features[32]; /* SHA-256 of the features' RFC 8785 form */
};

enum status district_note_parse(
    const struct doc *doc, struct district_note *out, struct diag *d) NODISCARD;
json_t *district_note_json(const struct district_note *x);

/* One verified request; all borrowed from the collection. */
struct collection_item {
	uint64_t index; /* its log number */
	int64_t time;   /* of the checkpoint that proves it */
	const struct doc *doc;
	struct request request;
	struct text text;
	const struct agency *agency;
	const struct recipient *letters; /* its locker's letter recipient */
	const char *proof, *text_bytes;  /* as received */
};

struct collection {
	bool marked;          /* older than COLLECTION_MARK_S: say so */
	int64_t time;         /* of the checkpoint, UTC seconds */
	struct policy policy; /* valid where item_count > 0 */
	size_t item_count;
	struct collection_item *items; /* by log number */
	struct collection_private *own;
};

/*
 * Verify the n bytes of a feed for district t, as of now_s.  All or nothing:
 * one false item refuses the whole.  Problems: "not-in-log",
 * "district-stale", "district-false" (the note does not match place, size or
 * features), "agency-key", "ended", "text-hash".  Returns ST_OK; ST_INVALID,
 * ST_SIGNATURE, ST_PENDING, ST_STALE, described in d; ST_NOMEM.
 */
enum status collection_open(const struct trust *trust,
    const struct directory *dir, struct geo_district t, const void *body,
    size_t n, int64_t now_s, struct collection **out, struct diag *d) NODISCARD;

void collection_free(struct collection **c);

/* The item of that request id, or NULL. */
const struct collection_item *
collection_item(const struct collection *c, const struct id *id);

/*
 * The note of type and name that the collection carries (a partner's or
 * agency's name, a recipient's owner, "" for the policy), with its proof, or
 * NULL: for whoever keeps them as evidence.
 */
const struct doc *collection_note(const struct collection *c, const char *type,
    const char *name, const char **proof);

#endif /* !PROTOCOL_COLLECTION_H */
