/*
 * doc: one signed document, opened: a note whose text is one line of JSON in
 * its RFC 8785 form, with `type` and `log` (docs/protocol.md, "Common").
 *
 * Opening checks the form and the log's name alone.  Who must have signed a
 * document is the reader's question; doc_signed() answers it a key at a time.
 */
#ifndef PROTOCOL_DOC_H
#define PROTOCOL_DOC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "crypto/note.h"

struct arena;
struct buf;
struct diag;

#define DOC_MAX 65535      /* bytes of any document */
#define DOC_ENTRY_MAX 4096 /* bytes of a logged one, with few exceptions */

/* Read-only once opened; strings of parsed documents lie in its arena. */
struct doc {
	struct arena *arena;
	const char *bytes; /* as received: what is stored, logged and served */
	size_t n;
	struct note note;
	json_t *json;
	const char *type; /* "porchlight/request@v1" */
};

/*
 * Open the n bytes at p, which are copied.  origin is the log that it must
 * name.  Returns ST_OK; ST_INVALID, ST_TOO_LARGE (described in d); ST_NOMEM.
 */
enum status doc_open(const void *p, size_t n, const char *origin,
    struct doc **out, struct diag *d) NODISCARD;

/* Free *doc and all that was parsed from it; sets it to NULL. */
void doc_free(struct doc **doc);

/* Whether doc is of type: ST_OK or ST_INVALID. */
enum status
doc_is(const struct doc *doc, const char *type, struct diag *d) NODISCARD;

/*
 * Whether key signed doc; who names the signer in the message.  Returns ST_OK
 * or ST_SIGNATURE.
 */
enum status doc_signed(const struct doc *doc, const struct note_key *key,
    const char *who, struct diag *d) NODISCARD;

/*
 * Whether doc is of a type that the log takes and small enough for it.
 * Returns ST_OK, ST_INVALID or ST_TOO_LARGE.
 */
enum status doc_loggable(const struct doc *doc, struct diag *d) NODISCARD;

/*
 * Fill out from doc's members but `type` and `log`, by the n fields of spec;
 * doc must be of type.  Statuses of json_fields().
 */
enum status doc_fields(const struct doc *doc, const char *type,
    const struct json_field *spec, size_t n, void *out,
    struct diag *d) NODISCARD;

/*
 * Read a member that holds a verifier key; alg is the one it must be.
 * Returns ST_OK or ST_INVALID, naming field.
 */
enum status doc_key(const char *vkey, enum note_alg alg, const char *field,
    struct note_key *key, struct diag *d) NODISCARD;

/*
 * Append body, with type and log set, as a note's text to b: its RFC 8785
 * form and a newline.  Takes body (NULL gives ST_NOMEM).
 */
enum status doc_text(
    json_t *body, const char *type, const char *log, struct buf *b) NODISCARD;

#endif /* !PROTOCOL_DOC_H */
