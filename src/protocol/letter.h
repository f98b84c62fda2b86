/*
 * letter: what a sharer asks of a locker afterwards, and the answer; each
 * travels as exactly LETTER_BYTES (docs/protocol.md, "Letter").
 *
 * A relay in between sees nothing but that size.
 */
#ifndef PROTOCOL_LETTER_H
#define PROTOCOL_LETTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "crypto/note.h"

struct buf;
struct diag;
struct doc;

#define LETTER_TYPE "porchlight/letter@v1"
#define ANSWER_TYPE "porchlight/answer@v1"
#define LETTER_BYTES 16384

/* Signed by the one-time key that it names. */
struct letter {
	struct id id, submission;
	const char *to;    /* the locker's name */
	const char *reply; /* an age recipient for the answer */
	const char *ask;   /* "status" or "withdraw" */
	struct note_key key;
	int64_t version; /* of the state that "withdraw" changes */
};

/* Signed by the locker. */
struct answer {
	struct id letter, submission;
	/* "unknown", "pending", "received", "refused", "withdrawn" */
	const char *state;
	int64_t version;
	bool opened; /* an officer was shown a frame */
	const char *receipt, *problem, *detail; /* NULL where there is none */
};

/*
 * Check also the signature and that the submission is the key's own.
 * Returns ST_OK, ST_INVALID, ST_SIGNATURE or ST_NOMEM.
 */
enum status letter_parse(
    const struct doc *doc, struct letter *out, struct diag *d) NODISCARD;
enum status answer_parse(
    const struct doc *doc, struct answer *out, struct diag *d) NODISCARD;

json_t *letter_json(const struct letter *l);
json_t *answer_json(const struct answer *a);

/*
 * Pad the note in b with NULs, and encrypt it to recipient, so that out holds
 * exactly LETTER_BYTES.  Returns ST_OK, ST_TOO_LARGE (the note does not fit),
 * ST_INVALID (the recipient) or ST_NOMEM.
 */
enum status letter_seal(const struct buf *note, const char *recipient,
    struct buf *out, struct diag *d) NODISCARD;

/* The length of the note in the n bytes of a decrypted letter. */
size_t letter_note_length(const void *p, size_t n);

#endif /* !PROTOCOL_LETTER_H */
