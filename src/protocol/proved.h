/*
 * proved: a note together with the proof that it is in the public log, as
 * {"note","proof"} travels.
 */
#ifndef PROTOCOL_PROVED_H
#define PROTOCOL_PROVED_H

#include <jansson.h>
#include <stdint.h>

#include "base/status.h"

struct diag;
struct doc;
struct trust;

struct proved {
	struct doc *doc;
	uint64_t index; /* its log number */
	uint64_t size;  /* of the tree that the proof is against */
	int64_t time;   /* that checkpoint's, UTC seconds */
};

/*
 * Open note and proof and check that the note is in trust's log.  Returns
 * ST_OK; ST_INVALID, ST_SIGNATURE or ST_PENDING, described in d with the
 * problem "not-in-log" where the proof is at fault; ST_NOMEM.
 */
enum status proved_check(const struct trust *trust, const char *note,
    size_t note_n, const char *proof, size_t proof_n, int64_t now_s,
    struct proved *out, struct diag *d) NODISCARD;

/* The same for a JSON object of exactly those two members. */
enum status proved_open(const struct trust *trust, const json_t *v,
    int64_t now_s, struct proved *out, struct diag *d) NODISCARD;

/* Free what p owns. */
void proved_fini(struct proved *p);

#endif /* !PROTOCOL_PROVED_H */
