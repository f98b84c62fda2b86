/*
 * hash: SHA-256, HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869).
 *
 * These cannot fail but for want of memory, and then they end the process:
 * half a hash is never seen.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_BYTES 32
#define HASH_HKDF_MAX (255 * HASH_BYTES)

struct hash;

/* SHA-256 of the n bytes at p. */
void hash_sha256(const void *p, size_t n, uint8_t out[HASH_BYTES]);

/* A new, empty SHA-256; ended by hash_final() or hash_free(). */
struct hash *hash_new(void);

/* Go on with n bytes. */
void hash_update(struct hash *h, const void *p, size_t n);

/* The hash of all that was put so far; h goes on and may be asked again. */
void hash_peek(const struct hash *h, uint8_t out[HASH_BYTES]);

/* The hash of all that was put; frees *h and sets it to NULL. */
void hash_final(struct hash **h, uint8_t out[HASH_BYTES]);

/* Give up *h, wiped; sets it to NULL.  NULL is fine. */
void hash_free(struct hash **h);

/* HMAC-SHA-256 of n bytes under a key. */
void hash_hmac(const void *key, size_t key_n, const void *p, size_t n,
    uint8_t out[HASH_BYTES]);

/*
 * HKDF-SHA-256, extract and expand.  salt and info may be NULL with length 0;
 * out_n is 1 to HASH_HKDF_MAX.
 */
void hash_hkdf(const void *secret, size_t secret_n, const void *salt,
    size_t salt_n, const void *info, size_t info_n, void *out, size_t out_n);

/* Whether n bytes are the same, in a time that does not depend on them. */
bool hash_equal(const void *a, const void *b, size_t n);

#endif /* !CRYPTO_HASH_H */
