/*
 * custody: who had an item when, as a list in which each line names the one
 * before by its hash (docs/protocol.md, "Receipt, finding, custody").
 *
 * A line is one porchlight/custody-entry@v1 in its RFC 8785 form and a line
 * break; `prev` is SHA-256 of the line before without its line break, zeros
 * for the first.  The head of an item is the hash of its last line.  Changing,
 * leaving out or adding a line anywhere but at the end changes all that
 * follow; that the end is the end, the locker's daily root says.
 */
#ifndef EVIDENCE_CUSTODY_H
#define EVIDENCE_CUSTODY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"

struct buf;
struct diag;
struct doc;

#define CUSTODY_ENTRY_TYPE "porchlight/custody-entry@v1"
#define CUSTODY_TYPE "porchlight/custody@v1"
#define CUSTODY_HASH 32
#define CUSTODY_LINE_MAX 2048
#define CUSTODY_RECEIVED "received"
#define CUSTODY_INSPECTED "inspected"
#define CUSTODY_FOUND "found"
#define CUSTODY_EXPORTED "exported"
#define CUSTODY_WITHDRAWN "withdrawn"

struct custody_entry {
	struct id item;
	int64_t n; /* from 0 */
	uint8_t prev[CUSTODY_HASH];
	int64_t time; /* UTC seconds */
	const char *event, *by, *detail;
};

/* Append e's line, with its line break.  ST_OK, ST_NOMEM, ST_TOO_LARGE. */
enum status
custody_line(const struct custody_entry *e, struct buf *b) NODISCARD;

/* The hash of a line of n bytes, its line break at the end not counted. */
void custody_hash(const void *line, size_t n, uint8_t out[CUSTODY_HASH]);

#define CUSTODY_DETAIL 160

/* What `received` says of the k-th clip: its size and hash. */
void custody_received(size_t k, uint64_t size, const uint8_t sha256[32],
    char out[CUSTODY_DETAIL]);

/* An item as its lines tell it. */
struct custody_item {
	struct id item;
	int64_t entries, first_s, last_s;
	uint8_t head[CUSTODY_HASH];
	char received[CUSTODY_DETAIL]; /* the detail of its first line */
	bool inspected, found, exported, withdrawn;
};

/*
 * Check the n bytes of custody.jsonl: the lines of each item one after the
 * other, numbered without a gap, each naming the one before, in the order of
 * time, the first of them `received`.  Items come in the order of the file,
 * at most max of them, each once.  Returns ST_OK, ST_INVALID (the form) or
 * ST_SIGNATURE (the chain is broken), naming line and item in d.
 */
enum status custody_check(const void *p, size_t n, struct custody_item *out,
    size_t max, size_t *count, struct diag *d) NODISCARD;

/* The same, and hand each entry to each (for a report). */
typedef void custody_each(void *arg, const struct custody_entry *e);
enum status custody_read(const void *p, size_t n, custody_each *each, void *arg,
    struct diag *d) NODISCARD;

/* The daily root, signed by the locker. */
struct custody_day {
	int64_t time, day; /* UTC seconds; day: its midnight */
	const char *locker;
	uint8_t root[CUSTODY_HASH];
	int64_t leaves; /* a power of two */
};

enum status custody_day_parse(
    const struct doc *doc, struct custody_day *out, struct diag *d) NODISCARD;
json_t *custody_day_json(const struct custody_day *c);

/* SHA-256(salt, head): an item's entry of the tree. */
void custody_leaf(const uint8_t salt[32], const uint8_t head[CUSTODY_HASH],
    uint8_t out[CUSTODY_HASH]);

/*
 * The RFC 6962 root over n entries of CUSTODY_HASH bytes.  PRE: n is a power
 * of two.
 */
void custody_root(const uint8_t *entries, size_t n, uint8_t out[CUSTODY_HASH]);

#endif /* !EVIDENCE_CUSTODY_H */
