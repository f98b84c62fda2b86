/*
 * asking: the rows of requests, for this folder alone; what a person asks
 * for is in agency.h.
 */
#ifndef AGENCY_ASKING_H
#define AGENCY_ASKING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/status.h"

struct office;
struct diag;
struct tx;

struct asking {
	struct id id;
	char state[16], end_state[16]; /* end_state "": not ended */
	int64_t opens, expires, ended; /* ended 0: not */
	int64_t log_index, end_index;  /* -1: not known */
	bool identity;                 /* keyd still has it */
	char case_number[65];
	struct buf note, body, proof, end_note, end_proof;
};

void asking_init(struct asking *r);
void asking_fini(struct asking *r);

/* Read a row into r (asking_init()).  For a store function.  ST_NOTFOUND. */
enum status
asking_get(struct tx *tx, const struct id *id, struct asking *r) NODISCARD;

/* The same in a reading transaction of its own. */
enum status asking_read(struct office *a, const struct id *id, struct asking *r,
    struct diag *d) NODISCARD;

/*
 * Go on with what is held, or logged but not yet proven, and erase the identities of
 * requests that ended or expired a day ago; called by housekeeping.
 */
enum status asking_tend(struct office *a) NODISCARD;

#endif /* !AGENCY_ASKING_H */
