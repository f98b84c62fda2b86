/*
 * age_chunk: ChaCha20-Poly1305 (RFC 8439) as age uses it: a payload's chunks,
 * and the one message that wraps a file key.  Chunks are numbered here.
 */
#ifndef CRYPTO_AGE_CHUNK_H
#define CRYPTO_AGE_CHUNK_H

#include "crypto/age.h"

#define AGE_TAG 16
#define AGE_NONCE 16 /* bytes before a payload's first chunk */

struct age_chunk;

/* Under a key of 32 bytes.  ST_OK, ST_NOMEM or ST_FAIL. */
enum status age_chunk_new(
    const uint8_t key[32], int sealing, struct age_chunk **out) NODISCARD;

/* Under the key that file key and nonce give.  The same statuses. */
enum status age_chunk_payload(const uint8_t file_key[AGE_FILE_KEY],
    const uint8_t nonce[AGE_NONCE], int sealing,
    struct age_chunk **out) NODISCARD;

/* Wipe and free *c; sets it to NULL.  NULL is fine. */
void age_chunk_free(struct age_chunk **c);

/* How many chunks were sealed or opened. */
uint64_t age_chunk_count(const struct age_chunk *c);

/* Seal n bytes into out, n + AGE_TAG of them.  ST_OK or ST_FAIL. */
enum status age_chunk_seal(struct age_chunk *c, const uint8_t *p, size_t n,
    int last, uint8_t *out) NODISCARD;

/*
 * Open n bytes, tag included, into out, n - AGE_TAG of them, which are wiped
 * unless ST_OK.  ST_OK, ST_INVALID (not authentic) or ST_FAIL.
 */
enum status age_chunk_open(struct age_chunk *c, const uint8_t *p, size_t n,
    int last, uint8_t *out) NODISCARD;

#endif /* !CRYPTO_AGE_CHUNK_H */
