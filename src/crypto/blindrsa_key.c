/* Keys of blindrsa.h: making, reading and writing them. */
#include "crypto/blindrsa_key.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/pre.h"
#include "crypto/hash.h"

/*
 * The SubjectPublicKeyInfo of RFC 9578 is fixed but for the modulus, and its
 * hash names the key: it is written and compared here byte by byte.
 * OpenSSL's encoder drops defaults and gives the same key another name.  Of
 * the public exponents there is 65537 only.
 */
#define TAIL_N 5 /* 02 03 01 00 01: the exponent */
#define ALGORITHM                                                             \
	0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,     \
	    0x01, 0x0a, 0x30, 0x30, 0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, \
	    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a, 0x30, \
	    0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, \
	    0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, \
	    0x04, 0x02, 0x02, 0xa2, 0x03, 0x02, 0x01, 0x30
#define HEAD_N 81 /* 72 bytes of prefix, 9 up to the modulus */

static const uint8_t head_2048[HEAD_N] = { 0x30, 0x82, 0x01, 0x52, ALGORITHM,
	0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01,
	0x01, 0x00 };
static const uint8_t head_4096[HEAD_N] = { 0x30, 0x82, 0x02, 0x52, ALGORITHM,
	0x03, 0x82, 0x02, 0x0f, 0x00, 0x30, 0x82, 0x02, 0x0a, 0x02, 0x82, 0x02,
	0x01, 0x00 };
static const uint8_t tail[TAIL_N] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

/* Take pkey, a plain RSA key; on failure the caller still has it. */
static enum status
wrap(EVP_PKEY *pkey, bool private, struct blindrsa_key **out)
{
	struct blindrsa_key *key = calloc(1, sizeof(*key));
	enum status st = ST_INVALID;
	BN_CTX *ctx = BN_CTX_new();
	int bits;

	if (key == NULL || ctx == NULL ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &key->n) != 1 ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &key->e) != 1)
		goto done;
	bits = BN_num_bits(key->n);
	if ((bits != 2048 && bits != 4096) || !BN_is_odd(key->n) ||
	    !BN_is_word(key->e, 65537))
		goto done;
	st = ST_FAIL;
	key->size = (size_t)bits / 8;
	if ((key->mont = BN_MONT_CTX_new()) == NULL ||
	    BN_MONT_CTX_set(key->mont, key->n, ctx) != 1)
		goto done;
	memcpy(key->spki, bits == 2048 ? head_2048 : head_4096, HEAD_N);
	if (BN_bn2binpad(key->n, key->spki + HEAD_N, (int)key->size) < 0)
		goto done;
	memcpy(key->spki + HEAD_N + key->size, tail, TAIL_N);
	key->spki_n = HEAD_N + key->size + TAIL_N;
	hash_sha256(key->spki, key->spki_n, key->key_id);
	key->private = private;
	key->pkey = pkey;
	*out = key;
	key = NULL;
	st = ST_OK;
done:
	BN_CTX_free(ctx);
	blindrsa_free(&key);
	return st;
}

/* A plain RSA key of these numbers; the names are of OSSL_PKEY_PARAM_RSA_. */
static EVP_PKEY *
from_numbers(
    const char *const *names, BIGNUM *const *v, size_t count, int selection)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	size_t i;

	if (bld == NULL || ctx == NULL)
		goto done;
	for (i = 0; i < count; i++)
		if (v[i] != NULL &&
		    OSSL_PARAM_BLD_push_BN(bld, names[i], v[i]) != 1)
			goto done;
	if ((params = OSSL_PARAM_BLD_to_param(bld)) == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
done:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static const char *const parts[] = { OSSL_PKEY_PARAM_RSA_N,
	OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
	OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
#define PUBLIC_PARTS 2

enum status
blindrsa_generate(struct blindrsa_key **out)
{
	EVP_PKEY *pkey = EVP_RSA_gen(2048);
	enum status st = ST_FAIL;

	*out = NULL;
	if (pkey == NULL || (st = wrap(pkey, true, out)) != ST_OK)
		EVP_PKEY_free(pkey);
	return st == ST_OK ? ST_OK : ST_FAIL;
}

/*
 * The same key as plain RSA: one that was stored with the RSASSA-PSS
 * algorithm may do nothing but PSS in OpenSSL.
 */
static EVP_PKEY *
plain(const EVP_PKEY *from)
{
	BIGNUM *v[NELEMS(parts)] = { NULL };
	EVP_PKEY *pkey = NULL;
	size_t i;

	for (i = 0; i < NELEMS(parts); i++)
		if (EVP_PKEY_get_bn_param(from, parts[i], &v[i]) != 1)
			goto done;
	pkey = from_numbers(parts, v, NELEMS(parts), EVP_PKEY_KEYPAIR);
done:
	for (i = 0; i < NELEMS(parts); i++)
		BN_clear_free(v[i]);
	return pkey;
}

static bool
pair_ok(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

enum status
blindrsa_private(const void *der, size_t n, struct blindrsa_key **out)
{
	const unsigned char *at = der;
	EVP_PKEY *read = NULL, *pkey = NULL;
	enum status st = ST_INVALID;
	int id;

	*out = NULL;
	if (n > LONG_MAX)
		return ST_INVALID;
	read = d2i_AutoPrivateKey(NULL, &at, (long)n);
	if (read == NULL || at != (const unsigned char *)der + n)
		goto done;
	id = EVP_PKEY_get_base_id(read);
	if (id != EVP_PKEY_RSA && id != EVP_PKEY_RSA_PSS)
		goto done;
	if ((pkey = plain(read)) == NULL || !pair_ok(pkey))
		goto done;
	if ((st = wrap(pkey, true, out)) == ST_OK)
		pkey = NULL;
done:
	EVP_PKEY_free(read);
	EVP_PKEY_free(pkey);
	return st == ST_OK ? ST_OK : ST_INVALID;
}

enum status
blindrsa_private_der(const struct blindrsa_key *key, struct buf *b)
{
	unsigned char *der = NULL;
	int n;

	PRE(key->private);
	if ((n = i2d_PrivateKey(key->pkey, &der)) <= 0)
		return ST_FAIL;
	buf_put(b, der, (size_t)n);
	OPENSSL_clear_free(der, (size_t)n);
	return buf_status(b);
}

enum status
blindrsa_numbers(const void *n, size_t n_n, const void *e, size_t e_n,
    const void *d, size_t d_n, struct blindrsa_key **out)
{
	BIGNUM *v[3] = { NULL };
	EVP_PKEY *pkey = NULL;
	enum status st = ST_INVALID;
	size_t i;

	*out = NULL;
	if (n_n > BLINDRSA_MAX || e_n > 8 || d_n > BLINDRSA_MAX)
		return ST_INVALID;
	v[0] = BN_bin2bn(n, (int)n_n, NULL);
	v[1] = BN_bin2bn(e, (int)e_n, NULL);
	if (d != NULL)
		v[2] = BN_bin2bn(d, (int)d_n, NULL);
	if (v[0] == NULL || v[1] == NULL || (d != NULL && v[2] == NULL))
		goto done;
	pkey = from_numbers(
	    parts, v, 3, d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
	if (pkey != NULL && (st = wrap(pkey, d != NULL, out)) == ST_OK)
		pkey = NULL;
done:
	EVP_PKEY_free(pkey);
	for (i = 0; i < 3; i++)
		BN_clear_free(v[i]);
	return st == ST_OK ? ST_OK : ST_INVALID;
}

enum status
blindrsa_public(const void *spki, size_t n, struct blindrsa_key **out)
{
	static const uint8_t e[] = { 1, 0, 1 };
	const uint8_t *p = spki, *head;
	size_t size;

	*out = NULL;
	size = n == HEAD_N + 256 + TAIL_N ? 256
	    : n == HEAD_N + 512 + TAIL_N  ? 512
					  : 0;
	head = size == 256 ? head_2048 : head_4096;
	if (size == 0 || memcmp(p, head, HEAD_N) != 0 ||
	    memcmp(p + HEAD_N + size, tail, TAIL_N) != 0)
		return ST_INVALID;
	return blindrsa_numbers(p + HEAD_N, size, e, sizeof(e), NULL, 0, out);
}

void
blindrsa_free(struct blindrsa_key **key)
{
	struct blindrsa_key *k = *key;

	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	BN_free(k->n);
	BN_free(k->e);
	BN_MONT_CTX_free(k->mont);
	free(k);
	*key = NULL;
}

bool
blindrsa_is_private(const struct blindrsa_key *key)
{
	return key->private;
}

size_t
blindrsa_size(const struct blindrsa_key *key)
{
	return key->size;
}

void
blindrsa_spki(
    const struct blindrsa_key *key, uint8_t out[BLINDRSA_SPKI_MAX], size_t *n)
{
	memcpy(out, key->spki, key->spki_n);
	*n = key->spki_n;
}

void
blindrsa_key_id(const struct blindrsa_key *key, uint8_t out[BLINDRSA_KEY_ID])
{
	memcpy(out, key->key_id, BLINDRSA_KEY_ID);
}
