#include "crypto/token.h"

#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/blindrsa.h"
#include "crypto/hash.h"

#define SCHEME "PrivateToken" /* upper and lower case are the same */
#define PARAMETER " token=\""
#define SCHEME_N (sizeof(SCHEME) - 1)
#define PARAMETER_N (sizeof(PARAMETER) - 1)
#define HEAD_N (SCHEME_N + PARAMETER_N)

void
token_input(const struct token *t, uint8_t out[TOKEN_INPUT])
{
	out[0] = TOKEN_TYPE >> 8;
	out[1] = TOKEN_TYPE & 255;
	memcpy(out + 2, t->nonce, 32);
	memcpy(out + 34, t->challenge_digest, 32);
	memcpy(out + 66, t->key_id, 32);
}

void
token_encode(const struct token *t, uint8_t out[TOKEN_BYTES])
{
	token_input(t, out);
	memcpy(out + TOKEN_INPUT, t->authenticator, sizeof(t->authenticator));
}

enum status
token_decode(const void *p, size_t n, struct token *t)
{
	const uint8_t *b = p;

	if (n != TOKEN_BYTES || (b[0] << 8 | b[1]) != TOKEN_TYPE)
		return ST_TOKEN;
	memcpy(t->nonce, b + 2, 32);
	memcpy(t->challenge_digest, b + 34, 32);
	memcpy(t->key_id, b + 66, 32);
	memcpy(t->authenticator, b + TOKEN_INPUT, sizeof(t->authenticator));
	return ST_OK;
}

void
token_challenge_digest(const char *issuer, uint8_t out[32])
{
	size_t n = strlen(issuer);
	uint8_t challenge[4 + 255 + 3] = { 0, TOKEN_TYPE, 0, (uint8_t)n };

	PRE(n >= 1 && n <= 255);
	/* Behind the name: an empty redemption context, an empty origin. */
	memcpy(challenge + 4, issuer, n);
	hash_sha256(challenge, 4 + n + 3, out);
}

void
token_begin(struct token *t, const uint8_t nonce[32], const char *issuer,
    const struct blindrsa_key *key)
{
	*t = (struct token){ 0 };
	memcpy(t->nonce, nonce, 32);
	token_challenge_digest(issuer, t->challenge_digest);
	blindrsa_key_id(key, t->key_id);
}

enum status
token_blind(const struct token *t, const struct blindrsa_key *key,
    uint8_t blinded[256], struct blindrsa_blind **out)
{
	uint8_t input[TOKEN_INPUT];

	PRE(blindrsa_size(key) == BLINDRSA_TOKEN);
	token_input(t, input);
	return blindrsa_blind(key, input, sizeof(input), blinded, out);
}

enum status
token_finish(struct token *t, const struct blindrsa_key *key,
    const struct blindrsa_blind *blind, const uint8_t blind_sig[256])
{
	uint8_t input[TOKEN_INPUT], sig[BLINDRSA_TOKEN];
	enum status st;

	PRE(blindrsa_size(key) == BLINDRSA_TOKEN);
	if ((st = blindrsa_finalize(key, blind, blind_sig, sig)) != ST_OK)
		return st;
	/* The blinding may have been of another token. */
	token_input(t, input);
	if ((st = blindrsa_verify(key, input, sizeof(input), sig)) != ST_OK)
		return st;
	memcpy(t->authenticator, sig, sizeof(sig));
	return ST_OK;
}

enum status
token_verify(const struct token *t, const struct blindrsa_key *key,
    const char *issuer, struct diag *d)
{
	uint8_t input[TOKEN_INPUT], want[32];

	if (blindrsa_size(key) != BLINDRSA_TOKEN)
		return diag_set(d, ST_TOKEN, "token", "",
		    "The issuer's key is not one for passes.");
	blindrsa_key_id(key, want);
	if (memcmp(t->key_id, want, sizeof(want)) != 0)
		return diag_set(d, ST_TOKEN, "token", "",
		    "The pass is of another issuer key.");
	token_challenge_digest(issuer, want);
	if (memcmp(t->challenge_digest, want, sizeof(want)) != 0)
		return diag_set(d, ST_TOKEN, "token", "",
		    "The pass is of another installation.");
	token_input(t, input);
	if (blindrsa_verify(key, input, sizeof(input), t->authenticator) !=
	    ST_OK)
		return diag_set(d, ST_TOKEN, "token", "",
		    "The pass was not signed by its issuer.");
	return ST_OK;
}

void
token_header(const struct token *t, char out[TOKEN_HEADER])
{
	uint8_t bytes[TOKEN_BYTES];
	char *at = &out[HEAD_N];

	memcpy(out, SCHEME, SCHEME_N);
	memcpy(&out[SCHEME_N], PARAMETER, PARAMETER_N);
	token_encode(t, bytes);
	enc_base64(bytes, sizeof(bytes), at);
	for (; *at != '\0'; at++)
		*at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
	memcpy(at, "\"", 2);
}

enum status
token_header_parse(const char *value, struct token *t, struct diag *d)
{
	size_t n = strlen(value);
	uint8_t bytes[TOKEN_BYTES];

	if (n <= HEAD_N || n >= TOKEN_HEADER || value[n - 1] != '"' ||
	    strncasecmp(value, SCHEME, SCHEME_N) != 0 ||
	    memcmp(&value[SCHEME_N], PARAMETER, PARAMETER_N) != 0 ||
	    enc_unbase64url(&value[HEAD_N], n - HEAD_N - 1, bytes,
		sizeof(bytes), &n) != ST_OK ||
	    token_decode(bytes, n, t) != ST_OK)
		return diag_set(d, ST_TOKEN, "Authorization", "",
		    "A pass is sent as PrivateToken token=\"...\" with 354 "
		    "bytes in URL-safe base64.");
	return ST_OK;
}
