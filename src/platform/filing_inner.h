/* What filing's own files share; see filing.h. */
#ifndef PLATFORM_FILING_INNER_H
#define PLATFORM_FILING_INNER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/id.h"
#include "platform/filing.h"
#include "platform/ledger.h"

struct filing {
	struct filing_config config;
	pthread_mutex_t lock; /* held from a check to its commit */
};

/* A note under filing; it outlives its store_run(). */
struct filed {
	struct ledger_item item;
	uint8_t hash[32];
	const char *beside; /* a text or a jurisdiction, or NULL */
	uint8_t beside_hash[32];
	bool is_request;
	struct id id; /* a request's */
};

/* filing_sql.c */

/* The log number of these bytes, into x->item; ST_NOTFOUND if they are new. */
enum status filing_sql_find(struct filing *f, struct filed *x) NODISCARD;

/*
 * Log x with what it brings, in one transaction, and hold it no longer.
 * ST_CONFLICT where another note of a request's id is held.
 */
enum status filing_sql_put(struct filing *f, struct filed *x) NODISCARD;

/*
 * Keep x until the operator decides; where it is kept already, out->by is
 * what was said then.  ST_CONFLICT where another note of that id is kept.
 */
enum status filing_sql_hold(struct filing *f, const struct id *id,
    struct filed *x, struct filing_result *out) NODISCARD;

/* filing_held.c: after a decision, file what it released. */
void filing_released(struct filing *f, const char *note);

/* A held request's note and text into b, NUL-separated; ST_NOTFOUND. */
enum status
filing_sql_held(struct filing *f, const struct id *id, struct buf *b) NODISCARD;
enum status filing_sql_unhold(struct filing *f, const struct id *id) NODISCARD;

#endif /* !PLATFORM_FILING_INNER_H */
