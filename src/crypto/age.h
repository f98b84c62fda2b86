/*
 * age: files that only their receiver can open (C2SP age.md, age v1).
 *
 * X25519 recipients only.  A file is a header, which wraps a random file key
 * for each recipient, and a payload in chunks of 64 KiB, each authenticated
 * by itself.  Nothing is released before its chunk is verified, and a file
 * that was cut off anywhere is refused at its end.
 *
 * The header and the payload are separate here, since whoever reads a
 * payload need not hold an identity: keyd unwraps the file key.  File keys
 * and identities are secrets; the objects here wipe theirs, callers wipe
 * what they were given.
 */
#ifndef CRYPTO_AGE_H
#define CRYPTO_AGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;

#define AGE_FILE_KEY 16
#define AGE_RECIPIENT_TEXT 63 /* "age1..." and its NUL */
#define AGE_SECRET_TEXT 75    /* "AGE-SECRET-KEY-1..." and its NUL */
#define AGE_CHUNK 65536       /* bytes of plaintext */
#define AGE_HEADER_MAX 16384
#define AGE_STANZAS_MAX 32

/* Header, nonce and one tag: what sealing adds to up to 64 KiB, for one. */
#define AGE_OVERHEAD (168 + 16 + 16)

/* A public key; may be copied freely. */
struct age_recipient {
	uint8_t key[32];
};

/* A private key; immutable, so several threads may use it at once. */
struct age_identity;

/* Make a new one.  ST_OK, ST_NOMEM or ST_FAIL. */
enum status age_identity_new(struct age_identity **out) NODISCARD;

/* Read "AGE-SECRET-KEY-1...".  ST_OK, ST_INVALID, ST_NOMEM or ST_FAIL. */
enum status age_identity_parse(
    const char *text, struct age_identity **out, struct diag *d) NODISCARD;

/* Wipe and free *id; sets it to NULL.  NULL is fine. */
void age_identity_free(struct age_identity **id);

/* Write "AGE-SECRET-KEY-1..."; the caller wipes it. */
void
age_identity_text(const struct age_identity *id, char out[AGE_SECRET_TEXT]);

/* The recipient that belongs to id. */
void age_identity_recipient(
    const struct age_identity *id, struct age_recipient *out);

/* Read "age1...".  ST_OK or ST_INVALID. */
enum status age_recipient_parse(
    const char *text, struct age_recipient *out, struct diag *d) NODISCARD;

void
age_recipient_text(const struct age_recipient *r, char out[AGE_RECIPIENT_TEXT]);

/* One X25519 stanza: an ephemeral public key, and the wrapped file key. */
struct age_stanza {
	uint8_t epk[32];
	uint8_t body[32];
};

struct age_header {
	size_t length;   /* bytes up to and with the line break after the MAC */
	size_t mac_over; /* the first bytes of these, which the MAC covers */
	uint8_t mac[32];
	size_t n; /* X25519 stanzas; others are skipped */
	struct age_stanza stanza[AGE_STANZAS_MAX];
};

/*
 * Read the header at the beginning of n bytes at p.  Returns ST_OK; or
 * ST_PENDING if these bytes may begin a header but do not hold all of it; or
 * ST_INVALID if they cannot (base64 that is not canonical, an X25519 stanza
 * of another shape, more than AGE_HEADER_MAX bytes or AGE_STANZAS_MAX
 * stanzas).  That the MAC is right is known to age_unwrap() alone.
 */
enum status age_header_parse(
    const void *p, size_t n, struct age_header *out, struct diag *d) NODISCARD;

/*
 * Unwrap h's file key with id; p is the h->length bytes that h was parsed
 * from.  Returns ST_OK; ST_NOTFOUND if no stanza is for id (not described in
 * d, since the next identity may fit); ST_INVALID if one is but the header's
 * MAC is wrong or an ephemeral key is of low order; ST_NOMEM or ST_FAIL.
 */
enum status age_unwrap(const struct age_header *h, const void *p,
    const struct age_identity *id, uint8_t file_key[AGE_FILE_KEY],
    struct diag *d) NODISCARD;

/*
 * Takes bytes as they come; anything but ST_OK ends the work and is what the
 * feeding call returns.
 */
typedef enum status age_sink(void *arg, const void *p, size_t n);

/* Decrypts a payload: all that follows the header. */
struct age_reader;

enum status age_reader_new(const uint8_t file_key[AGE_FILE_KEY], age_sink *sink,
    void *arg, struct age_reader **out) NODISCARD;

/*
 * Feed n more bytes.  sink gets verified plaintext only, in order.  Returns
 * ST_OK, ST_INVALID (a chunk is not what the sender made; the reader takes
 * nothing more), ST_FAIL, or what sink returned.
 */
enum status age_reader_feed(
    struct age_reader *r, const void *p, size_t n, struct diag *d) NODISCARD;

/*
 * No more bytes will come: verify the last chunk and that it is the last.
 * Only ST_OK here says that the plaintext is whole.  Returns as feeding does.
 */
enum status age_reader_end(struct age_reader *r, struct diag *d) NODISCARD;

/* Wipe and free *r; sets it to NULL.  NULL is fine. */
void age_reader_free(struct age_reader **r);

/* Encrypts a file, header and payload, to 1 to AGE_STANZAS_MAX recipients. */
struct age_writer;

/* Returns ST_OK, ST_INVALID (a recipient of low order), ST_NOMEM, ST_FAIL. */
enum status
age_writer_new(const struct age_recipient *to, size_t n, age_sink *sink,
    void *arg, struct age_writer **out, struct diag *d) NODISCARD;

/* Encrypt n more bytes; sink gets the file.  ST_OK, ST_FAIL, or sink's. */
enum status
age_writer_feed(struct age_writer *w, const void *p, size_t n) NODISCARD;

/* Write the last chunk; without it the file is not whole. */
enum status age_writer_end(struct age_writer *w) NODISCARD;

/* Wipe and free *w; sets it to NULL.  NULL is fine. */
void age_writer_free(struct age_writer **w);

/* How many bytes a file of n bytes of plaintext has, for one recipient. */
uint64_t age_sealed_size(uint64_t n);

/*
 * Small data whole: append the file of n bytes at p to out.  Returns as
 * age_writer_new() does, or what buf_status() says.
 */
enum status age_seal(const struct age_recipient *to, const void *p, size_t n,
    struct buf *out, struct diag *d) NODISCARD;

/*
 * Append the plaintext of the payload (the n bytes at p, that follow the
 * header) to out.  Returns as a reader does; out is as before unless ST_OK.
 */
enum status age_open(const uint8_t file_key[AGE_FILE_KEY], const void *p,
    size_t n, struct buf *out, struct diag *d) NODISCARD;

/* The same for a whole file and the identity that it is for. */
enum status age_open_file(const struct age_identity *id, const void *p,
    size_t n, struct buf *out, struct diag *d) NODISCARD;

#endif /* !CRYPTO_AGE_H */
