/*
 * town: a log, its watchers, a platform, a partner, an agency with its locker
 * and what they published, as plain data, so that a test can be any of them
 * and lie.  What town_feed() makes is right; a test changes the town, or the
 * feed, before it is read.
 */
#ifndef TESTS_PROTOCOL_TOWN_H
#define TESTS_PROTOCOL_TOWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "crypto/note.h"
#include "geo/district.h"
#include "protocol/directory.h"
#include "protocol/request.h"
#include "tlog/trust.h"

#define TOWN_ORIGIN "test.example/log"
#define TOWN_NOW INT64_C(1796000000)
#define TOWN_WATCHERS 3
#define TOWN_ENTRIES 16

struct doc;
struct tlog_hashes;

struct town_key {
	uint8_t seed[32];
	struct note_key key;
};

/* Log numbers, in the order in which town_new() logs. */
enum { TOWN_POLICY, TOWN_PARTNER, TOWN_AGENCY, TOWN_LETTERS, TOWN_REQUEST };

struct town {
	struct town_key log, platform, partner, agency, locker,
	    watchers[TOWN_WATCHERS];
	struct trust trust;
	struct tlog_hashes *hashes;
	struct buf entries[TOWN_ENTRIES];
	size_t n;
	char recipient[63];
	struct geo_district district;
	struct request request;
	struct buf text;
	struct directory dir; /* what a reader holds; ended is a list here */
	uint64_t ended[TOWN_ENTRIES];
	/* What the platform says of the district now. */
	int64_t time;      /* of the checkpoint */
	uint64_t size;     /* of the log, as the note on the district says */
	unsigned cosigned; /* by so many watchers */
};

void town_new(struct town *t);
void town_free(struct town *t);

void town_key_make(struct town_key *k, const char *name);

/* Append the note of body (taken) by the n keys. */
void town_sign(json_t *body, const char *type,
    const struct town_key *const *keys, size_t n, struct buf *out);

/* Log a note, whose bytes are taken; its log number. */
uint64_t town_log(struct town *t, struct buf *note);

/* Make entry i another one: the log as it would be with that note instead. */
void town_relog(struct town *t, size_t i, struct buf *note);

/* {"note","proof"} of entry i. */
json_t *town_proved(const struct town *t, size_t i);

/* The district's features, with the one request. */
json_t *town_features(const struct town *t);

/* The feed of features (taken), with the note on the district that says so. */
json_t *town_feed(const struct town *t, json_t *features);

/* The same with the note on the district that names other features. */
json_t *
town_feed_saying(const struct town *t, json_t *features, const json_t *said);

#endif /* !TESTS_PROTOCOL_TOWN_H */
