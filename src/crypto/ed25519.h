/*
 * ed25519: signatures of RFC 8032 (pure Ed25519), by a 32-byte seed.
 *
 * The seed is the secret; callers wipe theirs.  Signing is deterministic.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define ED25519_SEED 32
#define ED25519_PUBLIC 32
#define ED25519_SIGNATURE 64

/* The public key of seed. */
void
ed25519_public(const uint8_t seed[ED25519_SEED], uint8_t pub[ED25519_PUBLIC]);

/* Sign n bytes. */
void ed25519_sign(const uint8_t seed[ED25519_SEED], const void *p, size_t n,
    uint8_t sig[ED25519_SIGNATURE]);

/* Returns ST_OK, or ST_SIGNATURE (also for a key that is no point). */
enum status ed25519_verify(const uint8_t pub[ED25519_PUBLIC], const void *p,
    size_t n, const uint8_t sig[ED25519_SIGNATURE]) NODISCARD;

#endif /* !CRYPTO_ED25519_H */
