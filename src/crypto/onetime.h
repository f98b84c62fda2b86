/*
 * onetime: the key that a token stands for, made from the 16 bytes that are
 * drawn before the token is blinded (and that a person keeps as twelve
 * words, crypto/words.h).
 *
 * seed = HKDF-SHA-256(16 bytes, no salt, "porchlight/one-time@v1"), an
 * Ed25519 seed; the token's nonce is SHA-256 of the public key, so the token
 * is a blind certificate: somebody enrolled made this key.
 */
#ifndef CRYPTO_ONETIME_H
#define CRYPTO_ONETIME_H

#include <stdint.h>

#define ONETIME_SECRET 16

struct onetime {
	uint8_t seed[32];   /* secret; the caller wipes it */
	uint8_t public[32]; /* Ed25519 */
	uint8_t nonce[32];  /* of the token that certifies public */
};

/* Derive all from secret. */
void onetime_derive(const uint8_t secret[ONETIME_SECRET], struct onetime *out);

/* The nonce of the token that certifies public. */
void onetime_nonce(const uint8_t public[32], uint8_t nonce[32]);

#endif /* !CRYPTO_ONETIME_H */
