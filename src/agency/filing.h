/*
 * filing: notes of the agency and its locker: signed by keyd, filed at the
 * platform, and the proof that comes back, checked.
 */
#ifndef AGENCY_FILING_H
#define AGENCY_FILING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

struct office;
struct diag;

/*
 * Append a whole note to out: body (taken) with type and the log's name,
 * signed by these n keys of keyd, by name.  Returns ST_OK, ST_NOMEM or what
 * keyd says.
 */
enum status filing_sign(struct office *a, json_t *body, const char *type,
    const char *const *keys, size_t n, struct buf *out,
    struct diag *d) NODISCARD;

struct filing {
	const void *note, *text; /* text NULL: none */
	size_t note_n, text_n;
	unsigned wait_s; /* how long to repeat while it is pending */

	/* The answer. */
	bool logged; /* index is valid */
	uint64_t index;
	struct buf proof; /* on ST_OK; the caller's to fini in every case */
	int64_t time;     /* of the checkpoint that proves it */
	char rule[32];    /* ST_HELD */
	int64_t by;
};

/*
 * File f's note and check the proof by the trust file.  Returns ST_OK;
 * ST_PENDING (logged, not cosigned yet); ST_HELD; ST_PEER (no platform, no
 * answer, or a proof that does not hold); ST_NOMEM; or what the platform
 * refused it with, its problem in d.
 */
enum status
filing_send(struct office *a, struct filing *f, struct diag *d) NODISCARD;

/*
 * Whether st is the platform's refusal for good: sending the same bytes
 * again has no use.
 */
bool filing_refused(enum status st);

#endif /* !AGENCY_FILING_H */
