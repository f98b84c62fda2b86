/*
 * agencies: the body of /v1/agencies.json, for relays and people; unsigned,
 * its SHA-256 stands in the directory (docs/protocol.md, "Directory").
 */
#ifndef PROTOCOL_AGENCIES_H
#define PROTOCOL_AGENCIES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/note.h"
#include "protocol/admission.h"

struct arena;
struct buf;
struct diag;

#define AGENCIES_TYPE "porchlight/agencies@v1"
#define AGENCIES_MAX (size_t)(16 * 1024 * 1024)
#define AGENCIES_COUNT 20000

struct agencies_entry {
	struct agency agency; /* without its key and time */
	uint64_t index;       /* log number */
	bool suspended;
};

struct agencies {
	size_t n;
	struct agencies_entry *v; /* in the arena */
};

/*
 * Read the n bytes, which must have that SHA-256 (NULL: any); into a.
 * Returns ST_OK, ST_INVALID, ST_TOO_LARGE or ST_NOMEM.
 */
enum status agencies_parse(const void *p, size_t n, const uint8_t hash[32],
    struct agencies *out, struct arena *a, struct diag *d) NODISCARD;

/* The agency whose locker bears that name, or NULL. */
const struct agencies_entry *
agencies_by_locker(const struct agencies *all, const char *locker);

/* One element of "agencies" and of "partners"; NULL if out of memory. */
json_t *agencies_entry_json(const struct agencies_entry *e);
json_t *agencies_partner_json(const struct partner *p, uint64_t index);

/* Append the document to b; takes both lists. */
enum status
agencies_write(json_t *agencies, json_t *partners, struct buf *b) NODISCARD;

#endif /* !PROTOCOL_AGENCIES_H */
