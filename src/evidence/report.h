/*
 * report: a package for people, as one HTML page without script or anything
 * fetched, made to be printed on A4 or Letter.
 *
 * It says what the package's documents say and adds nothing; where the two
 * differ the documents count.  It does not check anything.
 */
#ifndef EVIDENCE_REPORT_H
#define EVIDENCE_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "evidence/finding.h"
#include "evidence/package.h"

struct agency;
struct buf;
struct diag;
struct receipt;
struct request;
struct share;
struct share_clips;
struct text;

struct report_item {
	uint64_t size;
	uint8_t sha256[32];
};

/* All borrowed. */
struct report_source {
	const struct agency *agency_note; /* NULL: only its name is known */
	const char *agency_name, *locker, *origin;
	const struct request *request;
	const struct text *text;
	uint64_t log_index; /* of the request */
	int64_t proof_s;    /* of the checkpoint that proves it */
	const struct receipt *receipt;
	const struct share_clips *clips;
	const char *statement;
	const struct finding *finding;
	size_t n_items;
	const struct report_item *items;
	struct package_bytes custody; /* custody.jsonl */
	int64_t time;                 /* of the package */
	const char *receiver, *basis;
};

/* Append the page.  ST_OK, ST_NOMEM, ST_TOO_LARGE. */
enum status report_write(
    const struct report_source *s, struct buf *b, struct diag *d) NODISCARD;

#endif /* !EVIDENCE_REPORT_H */
