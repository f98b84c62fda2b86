/*
 * note: signed notes and cosignatures, the one signature format of ours.
 *
 * C2SP signed-note v1.0.0 with Ed25519 (algorithm 0x01), and the Ed25519
 * cosignature of C2SP tlog-cosignature v1.0.1 (algorithm 0x04).  A note is a
 * text that ends in a newline, an empty line, and signature lines.
 *
 * Opening a note checks its form alone; the text must not be used before
 * note_verify() has said ST_OK for a key that is known from elsewhere.
 * Signatures by unknown keys are never looked at.
 */
#ifndef CRYPTO_NOTE_H
#define CRYPTO_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;

#define NOTE_NAME 256           /* bytes of a key's name, with its NUL */
#define NOTE_VKEY 320           /* bytes of a key as text, with its NUL */
#define NOTE_SIGNATURES 100     /* more than these on a note are refused */
#define NOTE_SIGNATURE_MAX 8192 /* bytes of one signature, decoded */

enum note_alg {
	NOTE_ED25519 = 0x01, /* signs the text */
	NOTE_COSIGN = 0x04,  /* signs time and text of a checkpoint */
};

/* A public key; its id follows from the rest.  Plain data, copied freely. */
struct note_key {
	char name[NOTE_NAME];
	uint8_t id[4];
	uint8_t alg; /* enum note_alg */
	uint8_t pub[32];
};

/* One signature line; name and base64 lie in the note's bytes. */
struct note_signature {
	const char *name;
	size_t name_n;
	uint8_t id[4];
	const char *base64; /* of id and signature */
	size_t base64_n;
	size_t n; /* bytes of the signature without the id */
};

/* An opened note.  It borrows the bytes that it was opened from. */
struct note {
	const char *text; /* with its final newline */
	size_t text_n;
	size_t signature_count;
	struct note_signature signatures[NOTE_SIGNATURES];
};

/* Whether name may be a key's: 1 to 255 bytes of UTF-8, no space, no plus. */
enum status note_name_check(const char *name) NODISCARD;

/*
 * The key of name, algorithm and public key.  Returns ST_OK, or ST_INVALID
 * for a name that note_name_check() refuses.
 */
enum status note_key_make(struct note_key *key, const char *name,
    enum note_alg alg, const uint8_t pub[32]) NODISCARD;

/*
 * Read "name+id+base64".  Returns ST_OK, or ST_INVALID: the form, the
 * algorithm or an id that is not that of name and key.
 */
enum status note_key_parse(
    const char *vkey, struct note_key *key, struct diag *d) NODISCARD;

/* Write that form. */
void note_key_text(const struct note_key *key, char out[NOTE_VKEY]);

/* Whether two keys are the same in all their parts. */
int note_key_equal(const struct note_key *a, const struct note_key *b);

/*
 * Open the n bytes at p.  Returns ST_OK or ST_INVALID, described in d: no
 * UTF-8, a control character other than newline, no signature, more than
 * NOTE_SIGNATURES of them, or a line that is not one.
 */
enum status
note_open(const void *p, size_t n, struct note *out, struct diag *d) NODISCARD;

/*
 * Whether key (NOTE_ED25519) signed the text.  Returns ST_OK; ST_NOTFOUND
 * where no signature names the key, or it is of another algorithm;
 * ST_SIGNATURE where one does and it, or another that names the key, is
 * wrong.
 */
enum status
note_verify(const struct note *note, const struct note_key *key) NODISCARD;

/*
 * Whether key (NOTE_COSIGN) cosigned the text, and when: the newest of its
 * cosignatures in *time_s, UTC seconds.  Statuses as note_verify(); *time_s
 * is written on ST_OK alone.
 */
enum status note_verify_cosig(const struct note *note,
    const struct note_key *key, int64_t *time_s) NODISCARD;

/*
 * The one JSON line that is the text of our documents, without its newline.
 * Returns ST_OK, or ST_INVALID where the text is not exactly one line.  The
 * line itself is for json_read_canonical().
 */
enum status note_document(const struct note *note, const char **json, size_t *n,
    struct diag *d) NODISCARD;

/*
 * Append a signature line of name and id over sig (sig_n <=
 * NOTE_SIGNATURE_MAX) to b.
 */
void note_signature_line(struct buf *b, const char *name, const uint8_t id[4],
    const void *sig, size_t sig_n);

/*
 * Sign the n bytes of text (with its final newline) by seed as name, and
 * append the signature line to b.  A whole note is text, a newline and such
 * lines.  name must satisfy note_name_check().
 */
void note_sign(const char *text, size_t n, const char *name,
    const uint8_t seed[32], struct buf *b);

/* The same for a cosignature of a checkpoint's text at time_s (>= 0). */
void note_cosign(const char *text, size_t n, const char *name,
    const uint8_t seed[32], int64_t time_s, struct buf *b);

/* Append the bytes that a cosignature at time_s signs. */
void
note_cosign_message(const char *text, size_t n, int64_t time_s, struct buf *b);

#endif /* !CRYPTO_NOTE_H */
