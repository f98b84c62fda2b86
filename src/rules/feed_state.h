/*
 * feed_state: what a feed remembers of the log, within rules alone.
 *
 * Records are kept for good, in the order of the log; names are interned, and
 * each name knows the newest record that speaks for it.
 */
#ifndef RULES_FEED_STATE_H
#define RULES_FEED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "crypto/note.h"
#include "geo/district.h"
#include "protocol/request.h"

#define FEED_NONE UINT32_MAX /* no record */

struct feed_name {
	char *text;
	uint32_t agency, partner, locker, recipient; /* newest records */
	bool suspended;
};

struct feed_policy {
	uint64_t index;
	int64_t force_from, urgent_s;
};

struct feed_partner {
	uint64_t index;
	uint32_t name;
	struct note_key key;
};

struct feed_agency {
	uint64_t index;
	uint32_t name, partner, locker; /* names */
	bool asks;                      /* its class may ask for footage */
	int64_t until;
	struct note_key key, locker_key;
	uint8_t partner_pub[32]; /* that attested it */
};

struct feed_recipient {
	uint64_t index;
	uint32_t owner;    /* name */
	uint32_t previous; /* record of the same owner */
	int64_t from, until;
	uint8_t pub[32]; /* of the locker that signed it */
};

struct feed_request {
	uint64_t index;
	struct id id;
	uint8_t text[32];
	int64_t opens, expires;
	bool urgent, closed;
	uint8_t agency_count, district_count;
	uint32_t agencies[REQUEST_BEHALF_MAX + 1]; /* names; the signer first */
	uint8_t pubs[REQUEST_BEHALF_MAX + 1][32];  /* under which they signed */
	uint8_t locker_pub[32];
	struct geo_district districts[DISTRICT_NEAR_MAX];
};

/* An array that grows: n of cap elements at v. */
struct feed_list {
	void *v;
	size_t n, cap;
};

struct rules_feed {
	bool check; /* signatures */
	struct note_key platform;
	uint64_t next; /* the least log number that may be added */
	struct feed_list names, policies, partners, agencies, recipients,
	    requests;
	struct feed_list ended; /* uint64_t, of the newest directory */
	/* Open addressing, record + 1 or 0; a power of two, half full. */
	struct feed_list name_slots, request_slots;
};

/* The i-th record. */
#define FEED_AT(list, type, i) (&((struct type *)(list)->v)[i])

struct feed_name *feed_name(const struct rules_feed *f, uint32_t name);

/* One more element of size bytes, zeroed; NULL if out of memory. */
void *feed_list_add(struct feed_list *l, size_t size);

/* The name of that text, made if new; FEED_NONE if out of memory. */
uint32_t feed_intern(struct rules_feed *f, const char *text);

/* The name of that text, or FEED_NONE. */
uint32_t feed_find_name(const struct rules_feed *f, const char *text);

struct feed_request *
feed_find_request(const struct rules_feed *f, const struct id *id);

/* A new request's record; its id must be new.  NULL if out of memory. */
struct feed_request *
feed_add_request(struct rules_feed *f, const struct id *id);

#endif /* !RULES_FEED_STATE_H */
