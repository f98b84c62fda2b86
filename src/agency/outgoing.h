/*
 * outgoing: a submission on its way into a package: what its rows say, read
 * in the one transaction that also marks it opened and enters the export in
 * the custody of each item.  For agency_package.c.
 */
#ifndef AGENCY_OUTGOING_H
#define AGENCY_OUTGOING_H

#include <stdint.h>

#include "agency/asking.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/status.h"
#include "evidence/package.h"
#include "evidence/report.h"

#define OUTGOING_NOTES 4

struct arena;
struct diag;
struct office;
struct tx;

/* The notes' names in the package, the directory first, the agency last. */
extern const char *const outgoing_notes[OUTGOING_NOTES];

struct outgoing {
	struct office *a;
	struct id submission, request;
	const char *receiver, *basis;
	int64_t now;
	struct diag *d;
	struct arena *mem;
	struct asking row;

	/* Rows of the submission. */
	char state[16], kind[32];
	struct package_bytes share, manifest, clips, statement, receipt,
	    finding;
	size_t n;
	struct id blobs[PACKAGE_ITEMS_MAX];
	struct report_item items[PACKAGE_ITEMS_MAX];
	int fds[PACKAGE_ITEMS_MAX];
	struct buf custody, submissions, report;
	struct buf note[OUTGOING_NOTES], proof[OUTGOING_NOTES];
};

/* Empty, with memory of its own; ST_OK or ST_NOMEM. */
enum status outgoing_init(struct outgoing *x) NODISCARD;
void outgoing_fini(struct outgoing *x);

/*
 * For store functions; arg is the struct outgoing, its first members and d
 * set.  Look: whether it can be exported, and its request; statuses of
 * agency_package().  Gather: all of it, and mark it.
 */
enum status outgoing_look(struct tx *tx, void *arg) NODISCARD;
enum status outgoing_gather(struct tx *tx, void *arg) NODISCARD;

#endif /* !AGENCY_OUTGOING_H */
