#include "crypto/ed25519.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* Signing fails for want of memory alone; nobody could go on then. */
static void
need(int ok)
{
	if (ok)
		return;
	(void)fputs("porchlight: the cryptographic library failed\n", stderr);
	abort();
}

static EVP_PKEY *
private_key(const uint8_t seed[ED25519_SEED])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed, ED25519_SEED);

	need(key != NULL);
	return key;
}

void
ed25519_public(const uint8_t seed[ED25519_SEED], uint8_t pub[ED25519_PUBLIC])
{
	EVP_PKEY *key = private_key(seed);
	size_t n = ED25519_PUBLIC;

	need(EVP_PKEY_get_raw_public_key(key, pub, &n) == 1 &&
	    n == ED25519_PUBLIC);
	EVP_PKEY_free(key);
}

void
ed25519_sign(const uint8_t seed[ED25519_SEED], const void *p, size_t n,
    uint8_t sig[ED25519_SIGNATURE])
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig_n = ED25519_SIGNATURE;

	need(ctx != NULL);
	need(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1);
	need(EVP_DigestSign(ctx, sig, &sig_n, p, n) == 1 &&
	    sig_n == ED25519_SIGNATURE);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

enum status
ed25519_verify(const uint8_t pub[ED25519_PUBLIC], const void *p, size_t n,
    const uint8_t sig[ED25519_SIGNATURE])
{
	enum status st = ST_SIGNATURE;
	EVP_PKEY *key = NULL;
	EVP_MD_CTX *ctx = NULL;

	key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, pub, ED25519_PUBLIC);
	ctx = EVP_MD_CTX_new();
	if (key != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, sig, ED25519_SIGNATURE, p, n) == 1)
		st = ST_OK;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return st;
}
