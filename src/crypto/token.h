/*
 * token: a Privacy Pass token of type 0x0002 (RFC 9577, RFC 9578): 354 bytes
 * that say "somebody who may, made this nonce", without saying who.
 *
 * Ours have the issuer's name for origin, and neither redemption context nor
 * origin info.  Whether a token was spent before is not known here.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct blindrsa_blind;
struct blindrsa_key;
struct diag;

#define TOKEN_TYPE 0x0002
#define TOKEN_BYTES 354
#define TOKEN_INPUT 98   /* what the authenticator signs */
#define TOKEN_HEADER 512 /* bytes of a header's value, with NUL */

struct token {
	uint8_t nonce[32];
	uint8_t challenge_digest[32];
	uint8_t key_id[32];
	uint8_t authenticator[256];
};

/* The token as it travels. */
void token_encode(const struct token *t, uint8_t out[TOKEN_BYTES]);

/* Returns ST_OK, or ST_TOKEN for another length or type. */
enum status token_decode(const void *p, size_t n, struct token *t) NODISCARD;

/* The bytes that are blinded and signed: all but the authenticator. */
void token_input(const struct token *t, uint8_t out[TOKEN_INPUT]);

/*
 * SHA-256 of the TokenChallenge of issuer (1 to 255 bytes) with empty
 * redemption context and origin info.
 */
void token_challenge_digest(const char *issuer, uint8_t out[32]);

/* Fill t but for its authenticator. */
void token_begin(struct token *t, const uint8_t nonce[32], const char *issuer,
    const struct blindrsa_key *key);

/*
 * Blind t (token_begin()) for the issuer; blinded is 256 bytes.  Statuses of
 * blindrsa_blind().
 */
enum status token_blind(const struct token *t, const struct blindrsa_key *key,
    uint8_t blinded[256], struct blindrsa_blind **out) NODISCARD;

/* Finish t by the issuer's answer.  ST_OK, ST_SIGNATURE or ST_FAIL. */
enum status token_finish(struct token *t, const struct blindrsa_key *key,
    const struct blindrsa_blind *blind, const uint8_t blind_sig[256]) NODISCARD;

/*
 * Whether t is a token of this key and issuer.  Returns ST_OK or ST_TOKEN,
 * described in d.
 */
enum status token_verify(const struct token *t, const struct blindrsa_key *key,
    const char *issuer, struct diag *d) NODISCARD;

/* The value of an Authorization header: PrivateToken token="...". */
void token_header(const struct token *t, char out[TOKEN_HEADER]);

/* Read that.  Returns ST_OK or ST_TOKEN, described in d. */
enum status token_header_parse(
    const char *value, struct token *t, struct diag *d) NODISCARD;

#endif /* !CRYPTO_TOKEN_H */
