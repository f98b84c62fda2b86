#include "crypto/hash.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/pre.h"

struct hash {
	EVP_MD_CTX *ctx;
};

/* Fetched once: looking an algorithm up costs more than a short hash. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

/* Only want of memory, or a broken installation, leads here. */
static void
need(int ok)
{
	if (ok)
		return;
	(void)fputs("porchlight: the cryptographic library failed\n", stderr);
	abort();
}

static void
fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	need(sha256 != NULL);
}

static EVP_MD_CTX *
begin(void)
{
	EVP_MD_CTX *ctx;

	need(pthread_once(&sha256_once, fetch) == 0);
	ctx = EVP_MD_CTX_new();
	need(ctx != NULL && EVP_DigestInit_ex2(ctx, sha256, NULL) == 1);
	return ctx;
}

void
hash_sha256(const void *p, size_t n, uint8_t out[HASH_BYTES])
{
	EVP_MD_CTX *ctx = begin();

	need(EVP_DigestUpdate(ctx, p, n) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, NULL) == 1);
	EVP_MD_CTX_free(ctx);
}

struct hash *
hash_new(void)
{
	struct hash *h = malloc(sizeof(*h));

	need(h != NULL);
	h->ctx = begin();
	return h;
}

void
hash_update(struct hash *h, const void *p, size_t n)
{
	need(EVP_DigestUpdate(h->ctx, p, n) == 1);
}

void
hash_peek(const struct hash *h, uint8_t out[HASH_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	need(ctx != NULL && EVP_MD_CTX_copy_ex(ctx, h->ctx) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, NULL) == 1);
	EVP_MD_CTX_free(ctx);
}

void
hash_final(struct hash **h, uint8_t out[HASH_BYTES])
{
	need(EVP_DigestFinal_ex((*h)->ctx, out, NULL) == 1);
	hash_free(h);
}

void
hash_free(struct hash **h)
{
	if (*h == NULL)
		return;
	EVP_MD_CTX_free((*h)->ctx);
	free(*h);
	*h = NULL;
}

void
hash_hmac(const void *key, size_t key_n, const void *p, size_t n,
    uint8_t out[HASH_BYTES])
{
	PRE(key_n <= INT_MAX);
	need(HMAC(EVP_sha256(), key, (int)key_n, p, n, out, NULL) != NULL);
}

/* OpenSSL's parameters are not const, and it takes no NULL for nothing. */
static OSSL_PARAM
octets(const char *name, const void *p, size_t n)
{
	static uint8_t none;

	return OSSL_PARAM_construct_octet_string(
	    name, n > 0 ? (void *)(uintptr_t)p : &none, n);
}

void
hash_hkdf(const void *secret, size_t secret_n, const void *salt, size_t salt_n,
    const void *info, size_t info_n, void *out, size_t out_n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = NULL;
	char digest[] = "SHA256";
	OSSL_PARAM params[5];

	PRE(out_n >= 1 && out_n <= HASH_HKDF_MAX);
	need(kdf != NULL && (ctx = EVP_KDF_CTX_new(kdf)) != NULL);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = octets(OSSL_KDF_PARAM_KEY, secret, secret_n);
	params[2] = octets(OSSL_KDF_PARAM_SALT, salt, salt_n);
	params[3] = octets(OSSL_KDF_PARAM_INFO, info, info_n);
	params[4] = OSSL_PARAM_construct_end();
	need(EVP_KDF_derive(ctx, out, out_n, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

bool
hash_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
