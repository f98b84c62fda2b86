/*
 * filing: notes come in, are checked, and are logged together with what they
 * bring (docs/protocol.md, "Filing").
 *
 * One is filed at a time, since whether a note may be logged depends on all
 * that is logged already; its commit also carries what others write.
 */
#ifndef PLATFORM_FILING_H
#define PLATFORM_FILING_H

#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct doc;
struct filing;
struct ledger;
struct registry;
struct store;

struct filing_config {
	struct store *store;
	struct ledger *ledger;
	struct registry *registry;
	const char *origin;
};

struct filing *filing_new(const struct filing_config *config);
void filing_free(struct filing **f);

/* What was filed, and what came of it. */
struct filing_result {
	uint64_t index; /* log number: ST_OK and ST_PENDING */
	int64_t by;     /* ST_HELD: the operator decides until then */
	char rule[32];  /* ST_HELD: what holds it */
};

/*
 * File the note, with its text or jurisdiction (NULL: none), and wait up to
 * wait_ms until it is published.  The same bytes again get the same answer.
 * Returns ST_OK; ST_PENDING (logged, not cosigned yet); ST_HELD; or why not,
 * as registry_check().
 */
enum status filing_file(struct filing *f, const char *note, const char *text,
    const char *jurisdiction, unsigned wait_ms, struct filing_result *out,
    struct diag *d) NODISCARD;

/*
 * Log a note of the platform's own (directory, first policy), signed already,
 * and keep a document that it names by hash (NULL: none).
 */
enum status filing_own(struct filing *f, const char *note, const char *beside,
    uint64_t *index, struct diag *d) NODISCARD;

/* Append the text or jurisdiction of that SHA-256 to b; ST_NOTFOUND. */
enum status filing_document(
    struct store *s, const uint8_t hash[32], struct buf *b) NODISCARD;

#endif /* !PLATFORM_FILING_H */
