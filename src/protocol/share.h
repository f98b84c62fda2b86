/*
 * share: what a sharer says inside the encrypted bag: the note by the
 * one-time key, the clips' times, the statement; and the locker's receipt
 * (docs/protocol.md, "Upload", "Receipt").
 */
#ifndef PROTOCOL_SHARE_H
#define PROTOCOL_SHARE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "crypto/note.h"
#include "crypto/token.h"

struct arena;
struct buf;
struct diag;
struct doc;

#define SHARE_TYPE "porchlight/share@v1"
#define CLIPS_TYPE "porchlight/clips@v1"
#define STATEMENT_TYPE "porchlight/statement@v1"
#define RECEIPT_TYPE "porchlight/receipt@v1"

#define ONE_TIME_NAME "one-time"
#define SHARE_CLIPS 25
#define SHARE_BYTES_MAX (INT64_C(2) << 30) /* of all clips together */
#define STATEMENT_MAX 4000

/* Signed by the one-time key that it names. */
struct share {
	struct id request;
	const char *locker;
	struct note_key key; /* name "one-time" */
	struct token token;
	uint8_t manifest[32]; /* SHA-256 of manifest-sha256.txt */
};

struct share_clip {
	const char *file;   /* "1.mp4": its place in the bag */
	const char *source; /* of the time: "file" or "stated" */
	int64_t start, end; /* UTC seconds */
	int64_t error_s;    /* bound of the clock's error */
};

struct share_clips {
	size_t n;
	struct share_clip v[SHARE_CLIPS];
};

/* Signed by the locker. */
struct receipt {
	struct id submission, request;
	struct note_key key; /* one-time */
	int64_t time, size;
	uint8_t ciphertext
	    [32]; /* SHA-256 of the ciphertext, never of a plaintext */
};

/*
 * Read doc; its signature by the one-time key, and that the token's nonce is
 * SHA-256 of that key, are checked.  The token itself is not.
 * Returns ST_OK, ST_INVALID, ST_SIGNATURE, ST_TOKEN or ST_NOMEM.
 */
enum status
share_parse(const struct doc *doc, struct share *out, struct diag *d) NODISCARD;

/* Read the bytes of data/clips.json and data/statement.json; text into a. */
enum status share_clips_parse(const void *p, size_t n, struct share_clips *out,
    struct arena *a, struct diag *d) NODISCARD;
enum status share_statement_parse(const void *p, size_t n, const char **text,
    struct arena *a, struct diag *d) NODISCARD;

enum status receipt_parse(
    const struct doc *doc, struct receipt *out, struct diag *d) NODISCARD;

json_t *share_json(const struct share *s);
json_t *receipt_json(const struct receipt *r);
enum status
share_clips_write(const struct share_clips *c, struct buf *b) NODISCARD;
enum status share_statement_write(const char *text, struct buf *b) NODISCARD;

/* A submission's id: the first 16 bytes of its token's nonce. */
void submission_id(const uint8_t nonce[32], struct id *out);

/*
 * Read a vkey of name "one-time", named field in d.
 * Returns ST_OK or ST_INVALID.
 */
enum status one_time_key(const char *vkey, const char *field,
    struct note_key *key, struct diag *d) NODISCARD;

#endif /* !PROTOCOL_SHARE_H */
