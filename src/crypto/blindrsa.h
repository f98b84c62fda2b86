/*
 * blindrsa: blind RSA signatures, RSABSSA-SHA384-PSS-Deterministic of RFC
 * 9474 with a salt of 48 bytes, as type 0x0002 of RFC 9578 uses them.
 *
 * The signer sees a random number; what it signed is known to the one who
 * blinded it.  Keys of 2048 bits are those of tokens; 4096 bits work too.
 * Every signature is verified before it leaves a function here.
 *
 * A key may be used by several threads at once.
 */
#ifndef CRYPTO_BLINDRSA_H
#define CRYPTO_BLINDRSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;

#define BLINDRSA_MAX 512   /* bytes of a signature by the largest key */
#define BLINDRSA_TOKEN 256 /* bytes of a signature by a key for tokens */
#define BLINDRSA_SPKI_MAX 700
#define BLINDRSA_KEY_ID 32
#define BLINDRSA_SALT 48

struct blindrsa_key;

/* What the blinder keeps until the answer comes; secret. */
struct blindrsa_blind;

/* A new private key of 2048 bits.  Returns ST_OK or ST_FAIL. */
enum status blindrsa_generate(struct blindrsa_key **out) NODISCARD;

/*
 * A private key from DER (RSAPrivateKey or PKCS #8, also with the RSASSA-PSS
 * algorithm).  Returns ST_OK or ST_INVALID.
 */
enum status blindrsa_private(
    const void *der, size_t n, struct blindrsa_key **out) NODISCARD;

/* Append the private key as DER; b is to be wiped.  ST_OK or ST_FAIL. */
enum status
blindrsa_private_der(const struct blindrsa_key *key, struct buf *b) NODISCARD;

/*
 * A public key from the SubjectPublicKeyInfo of RFC 9578, byte for byte:
 * another encoding of the same key has another key id and is ST_INVALID.
 * Accepts 2048 and 4096 bits.
 */
enum status blindrsa_public(
    const void *spki, size_t n, struct blindrsa_key **out) NODISCARD;

/* A key from its numbers, big-endian; d NULL makes a public key. */
enum status blindrsa_numbers(const void *n, size_t n_n, const void *e,
    size_t e_n, const void *d, size_t d_n, struct blindrsa_key **out) NODISCARD;

void blindrsa_free(struct blindrsa_key **key);

bool blindrsa_is_private(const struct blindrsa_key *key);

/* Bytes of the modulus, hence of every message and signature. */
size_t blindrsa_size(const struct blindrsa_key *key);

/* The SubjectPublicKeyInfo of RFC 9578, *n bytes of out. */
void blindrsa_spki(
    const struct blindrsa_key *key, uint8_t out[BLINDRSA_SPKI_MAX], size_t *n);

/* The token key id: SHA-256 of the SubjectPublicKeyInfo. */
void
blindrsa_key_id(const struct blindrsa_key *key, uint8_t out[BLINDRSA_KEY_ID]);

/*
 * Blind the n bytes of a message: blinded gets blindrsa_size() bytes for the
 * signer, *out what is needed to finish.  Returns ST_OK, ST_INVALID (the
 * message shares a factor with the modulus) or ST_FAIL.
 */
enum status blindrsa_blind(const struct blindrsa_key *key, const void *message,
    size_t n, uint8_t *blinded, struct blindrsa_blind **out) NODISCARD;

/*
 * The same with the salt and the blinding factor given, for published
 * vectors.  r is big-endian, blindrsa_size() bytes; salt_n is 48 or 0.
 */
enum status
blindrsa_blind_with(const struct blindrsa_key *key, const void *message,
    size_t n, const void *salt, size_t salt_n, const void *r, size_t r_n,
    uint8_t *blinded, struct blindrsa_blind **out) NODISCARD;

/*
 * Sign what somebody blinded; blinded and sig are blindrsa_size() bytes.
 * Returns ST_OK, ST_INVALID (not a number below the modulus) or ST_FAIL.
 */
enum status blindrsa_sign(const struct blindrsa_key *key,
    const uint8_t *blinded, uint8_t *sig) NODISCARD;

/*
 * Unblind the signer's answer into sig, verified.  blind stays the caller's.
 * Returns ST_OK, ST_SIGNATURE or ST_FAIL.
 */
enum status blindrsa_finalize(const struct blindrsa_key *key,
    const struct blindrsa_blind *blind, const uint8_t *blind_sig,
    uint8_t *sig) NODISCARD;

/* Wipe and free. */
void blindrsa_blind_free(struct blindrsa_blind **blind);

/*
 * Keep a blinding across processes: append it to b (to be wiped), and read it
 * back for the same key.  Returns ST_OK or ST_INVALID.
 */
void blindrsa_blind_save(const struct blindrsa_blind *blind, struct buf *b);
enum status blindrsa_blind_load(const struct blindrsa_key *key, const void *p,
    size_t n, struct blindrsa_blind **out) NODISCARD;

/* Returns ST_OK or ST_SIGNATURE.  sig is blindrsa_size() bytes. */
enum status blindrsa_verify(const struct blindrsa_key *key, const void *message,
    size_t n, const uint8_t *sig) NODISCARD;

#endif /* !CRYPTO_BLINDRSA_H */
