/*
 * keyd: the client of porchlight-keyd, the process that holds long-lived
 * private keys.
 *
 * One process a class, so that a thousand tokens cannot delay a checkpoint.
 * It is forked first, spoken to over a socket pair, and ends when its parent
 * does.  Private keys never leave it; file keys of single age files do.
 *
 * A note key is bound, when it is made, to the types of documents that it
 * may sign.  keyd parses the bytes and derives the type itself: a caller's
 * word for what they are is not asked for.
 *
 * The store is a directory with a directory a kind (note, letter, request,
 * issuer) and a file a key.  Several keyd may serve one store: a key that
 * one makes or erases is there or gone for the others.
 *
 * struct keyd may be used by several threads at once.  Any operation returns
 * ST_PEER once the process is gone.
 */
#ifndef KEYD_KEYD_H
#define KEYD_KEYD_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct keyd;
struct note_key;

#define KEYD_NAME_MAX 127      /* bytes of a key's name */
#define KEYD_TYPES_MAX 32      /* types that a key may sign */
#define KEYD_TYPE_MAX 63       /* bytes of a type's name */
#define KEYD_PURPOSE_MAX 16    /* letters */
#define KEYD_TEXT_MAX 131072   /* bytes of a text to sign */
#define KEYD_RECIPIENT_TEXT 63 /* "age1..." and its NUL */
#define KEYD_SPKI_MAX 512      /* bytes of an issuer's public key */
#define KEYD_BLINDED 256       /* bytes of a blinded message or signature */
#define KEYD_BATCH_MAX 2048    /* messages that one call blind-signs */

enum keyd_class {
	KEYD_SIGNING, /* note keys; age identities */
	KEYD_ISSUING, /* blind RSA keys by purpose and epoch */
};

enum keyd_kind {
	KEYD_REQUEST, /* an age identity for one request, named by its id */
	KEYD_LETTER,  /* an age identity for letters, named by its week */
};

/*
 * Start the process exe, of class, over store_dir, which is made if it is
 * not there.  exe NULL: porchlight-keyd in the directory that the variable
 * PORCHLIGHT_LIBEXEC names, else beside the running program.
 *
 * Call it from the main thread, before secrets or files are open: the
 * process is killed when the thread that started it ends.
 * Returns ST_OK, ST_NOTFOUND (no executable), ST_IO, ST_PEER (it did not
 * start), ST_NOMEM or ST_FAIL.
 */
enum status keyd_start(const char *exe, const char *store_dir,
    enum keyd_class class, struct keyd **out, struct diag *d) NODISCARD;

/* End the process, wait for it, free *k; sets it to NULL.  NULL is fine. */
void keyd_stop(struct keyd **k);

/* The process's id, for supervision. */
int keyd_pid(const struct keyd *k);

/*
 * SIGNING.  Names are 1 to KEYD_NAME_MAX characters of A-Z a-z 0-9 . _ - /
 * : @.
 */

/*
 * Make the Ed25519 note key name, which may sign documents of these n types
 * alone: the type member of a document ("porchlight/request@v1"),
 * "checkpoint" (then name is the origin), or "cosignature", which stands
 * alone and makes a watcher's key (algorithm 0x04).  Writes the public key to
 * *out.  ST_CONFLICT if there is a key of that name.
 */
enum status
keyd_create_note_key(struct keyd *k, const char *name, const char *const *types,
    size_t n, struct note_key *out, struct diag *d) NODISCARD;

/* The public key of name.  ST_OK or ST_NOTFOUND (d names the file). */
enum status keyd_note_key(struct keyd *k, const char *name,
    struct note_key *out, struct diag *d) NODISCARD;

/*
 * Sign the note text (n bytes, ending in a line break) with key name and
 * append the complete signature line, "- name base64" and a line break with
 * the em dash that the format has, to line.
 *
 * text is a checkpoint (three lines: the key's own name, a size, a root) or
 * one line of canonical JSON whose member type is a string.  Returns ST_OK,
 * ST_INVALID (neither), ST_FORBIDDEN (not of a type that the key may sign),
 * ST_NOTFOUND (no such key).
 */
enum status keyd_sign(struct keyd *k, const char *name, const void *text,
    size_t n, struct buf *line, struct diag *d) NODISCARD;

/*
 * Cosign a checkpoint of any origin at time_s (UTC seconds) with a watcher's
 * key (tlog-cosignature v1) and append the complete signature line to line.
 * That it is consistent with what was cosigned before is the caller's to
 * know.  Returns as keyd_sign() does.
 */
enum status
keyd_cosign(struct keyd *k, const char *name, const void *checkpoint, size_t n,
    int64_t time_s, struct buf *line, struct diag *d) NODISCARD;

/*
 * Make an age identity of that kind and name and write its recipient.
 * ST_CONFLICT if there is one of that kind and name.
 */
enum status
keyd_create_identity(struct keyd *k, enum keyd_kind kind, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d) NODISCARD;

/* The recipient of an identity that was made before; ST_NOTFOUND. */
enum status
keyd_recipient(struct keyd *k, enum keyd_kind kind, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d) NODISCARD;

/*
 * Overwrite, unlink and forget an identity, durably: what was sealed to it
 * can be read no more.  ST_NOTFOUND if there is none.
 */
enum status keyd_erase_identity(struct keyd *k, enum keyd_kind kind,
    const char *name, struct diag *d) NODISCARD;

/*
 * Try all live identities of a kind on an age header (n bytes, or more: what
 * follows the header is ignored).  Writes the name of the one that fits and
 * the file key, which the caller wipes.  A header may have at most 4 X25519
 * stanzas here.  Returns ST_OK, ST_INVALID (not an age header, or not an
 * honest one), ST_NOTFOUND (none fits).
 */
enum status keyd_unwrap(struct keyd *k, enum keyd_kind kind, const void *header,
    size_t n, char name[KEYD_NAME_MAX + 1], uint8_t file_key[16],
    struct diag *d) NODISCARD;

/*
 * ISSUING.  A purpose is 1 to 16 lower-case letters, an epoch 0 to 2^31 - 1.
 */

/*
 * Make the issuer key of a purpose and epoch, unless there is one, and append
 * its SubjectPublicKeyInfo (RFC 9578, type 0x0002) to spki.
 */
enum status keyd_create_issuer(struct keyd *k, const char *purpose,
    int64_t epoch, struct buf *spki, struct diag *d) NODISCARD;

/* Append the public key of one that is there.  ST_OK or ST_NOTFOUND. */
enum status keyd_issuer_public(struct keyd *k, const char *purpose,
    int64_t epoch, struct buf *spki, struct diag *d) NODISCARD;

/* Overwrite, unlink and forget it, durably.  ST_NOTFOUND if none. */
enum status keyd_erase_issuer(struct keyd *k, const char *purpose,
    int64_t epoch, struct diag *d) NODISCARD;

/*
 * Blind-sign n messages (1 to KEYD_BATCH_MAX, KEYD_BLINDED bytes each, one
 * after the other) into signatures, in one round trip: all or none.  Returns
 * ST_OK, ST_NOTFOUND (no such issuer), ST_INVALID (a message is not below the
 * modulus).
 */
enum status keyd_blind_sign(struct keyd *k, const char *purpose, int64_t epoch,
    const uint8_t *blinded, size_t n, uint8_t *signatures,
    struct diag *d) NODISCARD;

#endif /* !KEYD_KEYD_H */
