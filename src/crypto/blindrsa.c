/* Blinding, signing, finishing and verifying; see blindrsa.h. */
#include "crypto/blindrsa.h"

#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/pre.h"
#include "crypto/blindrsa_key.h"
#include "crypto/random.h"

#define DIGEST 48 /* bytes of SHA-384 */

struct blindrsa_blind {
	BIGNUM *inv; /* of the blinding factor: who knows it can link */
	size_t size; /* bytes of the modulus it is of */
	size_t salt_n;
	uint8_t *message;
	size_t n;
};

/* SHA-384 of three pieces; false if memory is short. */
static bool
sha384(const void *a, size_t a_n, const void *b, size_t b_n, const void *c,
    size_t c_n, uint8_t out[DIGEST])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL &&
	    EVP_DigestInit_ex(ctx, EVP_sha384(), NULL) == 1 &&
	    EVP_DigestUpdate(ctx, a, a_n) == 1 &&
	    EVP_DigestUpdate(ctx, b, b_n) == 1 &&
	    EVP_DigestUpdate(ctx, c, c_n) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

/*
 * EMSA-PSS-ENCODE of RFC 8017, 9.1.1, for a modulus whose top bit is set, so
 * that the encoding has its length and one bit less.
 */
static bool
pss_encode(const void *message, size_t n, const uint8_t *salt, size_t salt_n,
    uint8_t *em, size_t em_n)
{
	static const uint8_t zeros[8];
	uint8_t digest[DIGEST], mask[DIGEST], counter[4] = { 0 };
	size_t db_n = em_n - DIGEST - 1, i, j;
	uint8_t *h = em + db_n;

	if (!sha384(message, n, "", 0, "", 0, digest) ||
	    !sha384(zeros, sizeof(zeros), digest, DIGEST, salt, salt_n, h))
		return false;
	memset(em, 0, db_n);
	em[db_n - salt_n - 1] = 1;
	memcpy(em + db_n - salt_n, salt, salt_n);
	for (i = 0; i < db_n; i += DIGEST) {
		counter[3] = (uint8_t)(i / DIGEST);
		if (!sha384(h, DIGEST, counter, 4, "", 0, mask))
			return false;
		for (j = 0; j < DIGEST && i + j < db_n; j++)
			em[i + j] ^= mask[j];
	}
	em[0] &= 0x7f;
	em[em_n - 1] = 0xbc;
	return true;
}

static bool
pss_verify(const struct blindrsa_key *key, const void *message, size_t n,
    size_t salt_n, const uint8_t *sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	uint8_t digest[DIGEST];
	bool ok = ctx != NULL && sha384(message, n, "", 0, "", 0, digest) &&
	    EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha384()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha384()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)salt_n) == 1 &&
	    EVP_PKEY_verify(ctx, sig, key->size, digest, DIGEST) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

enum status
blindrsa_verify(const struct blindrsa_key *key, const void *message, size_t n,
    const uint8_t *sig)
{
	return pss_verify(key, message, n, BLINDRSA_SALT, sig) ? ST_OK
							       : ST_SIGNATURE;
}

static struct blindrsa_blind *
blind_new(const struct blindrsa_key *key, const void *message, size_t n,
    size_t salt_n, const BIGNUM *inv)
{
	struct blindrsa_blind *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->size = key->size;
	b->salt_n = salt_n;
	b->n = n;
	b->inv = BN_dup(inv);
	b->message = malloc(n + 1);
	if (b->inv == NULL || b->message == NULL)
		blindrsa_blind_free(&b);
	else if (n > 0)
		memcpy(b->message, message, n);
	return b;
}

/* Encoded message times r^e; *inv is the inverse of r. */
static enum status
blind_number(const struct blindrsa_key *key, const uint8_t *em, const BIGNUM *r,
    uint8_t *blinded, BIGNUM *inv, BN_CTX *ctx)
{
	enum status st = ST_FAIL;
	BIGNUM *m, *x;

	BN_CTX_start(ctx);
	m = BN_CTX_get(ctx);
	if ((x = BN_CTX_get(ctx)) == NULL ||
	    BN_bin2bn(em, (int)key->size, m) == NULL ||
	    BN_gcd(x, m, key->n, ctx) != 1)
		goto done;
	st = ST_INVALID;
	if (!BN_is_one(x) || BN_mod_inverse(inv, r, key->n, ctx) == NULL)
		goto done;
	st = ST_FAIL;
	if (BN_mod_exp_mont(x, r, key->e, key->n, ctx, key->mont) != 1 ||
	    BN_mod_mul(x, m, x, key->n, ctx) != 1 ||
	    BN_bn2binpad(x, blinded, (int)key->size) < 0)
		goto done;
	st = ST_OK;
done:
	BN_CTX_end(ctx);
	return st;
}

enum status
blindrsa_blind_with(const struct blindrsa_key *key, const void *message,
    size_t n, const void *salt, size_t salt_n, const void *r, size_t r_n,
    uint8_t *blinded, struct blindrsa_blind **out)
{
	uint8_t em[BLINDRSA_MAX];
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *factor = BN_bin2bn(r, (int)r_n, NULL), *inv = BN_new();
	enum status st = ST_FAIL;

	PRE(salt_n == BLINDRSA_SALT || salt_n == 0);
	PRE(r_n == key->size);
	*out = NULL;
	if (ctx == NULL || factor == NULL || inv == NULL ||
	    !pss_encode(message, n, salt, salt_n, em, key->size))
		goto done;
	st = ST_INVALID;
	if (BN_is_zero(factor) || BN_cmp(factor, key->n) >= 0)
		goto done;
	BN_set_flags(factor, BN_FLG_CONSTTIME);
	st = blind_number(key, em, factor, blinded, inv, ctx);
	if (st != ST_OK)
		goto done;
	*out = blind_new(key, message, n, salt_n, inv);
	st = *out == NULL ? ST_FAIL : ST_OK;
done:
	explicit_bzero(em, sizeof(em));
	BN_clear_free(factor);
	BN_clear_free(inv);
	BN_CTX_free(ctx);
	return st;
}

/* A uniform number of 1 to n - 1, as bytes. */
static enum status
draw(const struct blindrsa_key *key, uint8_t *r)
{
	BIGNUM *v = BN_new();
	enum status st = ST_FAIL;

	if (v == NULL)
		return ST_FAIL;
	do {
		if (BN_priv_rand_range(v, key->n) != 1)
			goto done;
	} while (BN_is_zero(v));
	if (BN_bn2binpad(v, r, (int)key->size) > 0)
		st = ST_OK;
done:
	BN_clear_free(v);
	return st;
}

enum status
blindrsa_blind(const struct blindrsa_key *key, const void *message, size_t n,
    uint8_t *blinded, struct blindrsa_blind **out)
{
	uint8_t salt[BLINDRSA_SALT], r[BLINDRSA_MAX];
	enum status st;

	*out = NULL;
	random_bytes(salt, sizeof(salt));
	if ((st = draw(key, r)) == ST_OK)
		st = blindrsa_blind_with(key, message, n, salt, sizeof(salt), r,
		    key->size, blinded, out);
	explicit_bzero(r, sizeof(r));
	explicit_bzero(salt, sizeof(salt));
	return st;
}

/* The private operation alone; OpenSSL blinds it against timing. */
static bool
private_op(const struct blindrsa_key *key, const uint8_t *in, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t n = key->size;
	bool ok = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, out, &n, in, key->size) == 1 &&
	    n == key->size;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

enum status
blindrsa_sign(
    const struct blindrsa_key *key, const uint8_t *blinded, uint8_t *sig)
{
	uint8_t made[BLINDRSA_MAX];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *m = BN_bin2bn(blinded, (int)key->size, NULL), *s = NULL;
	enum status st = ST_FAIL;

	PRE(key->private);
	if (ctx == NULL || m == NULL)
		goto done;
	if (BN_cmp(m, key->n) >= 0) {
		st = ST_INVALID;
		goto done;
	}
	if (!private_op(key, blinded, made) ||
	    (s = BN_bin2bn(made, (int)key->size, NULL)) == NULL)
		goto done;
	/* A wrong result of the private key could give the key away. */
	if (BN_mod_exp_mont(s, s, key->e, key->n, ctx, key->mont) != 1 ||
	    BN_cmp(s, m) != 0)
		goto done;
	memcpy(sig, made, key->size);
	st = ST_OK;
done:
	explicit_bzero(made, sizeof(made));
	BN_free(m);
	BN_free(s);
	BN_CTX_free(ctx);
	return st;
}

enum status
blindrsa_finalize(const struct blindrsa_key *key,
    const struct blindrsa_blind *blind, const uint8_t *blind_sig, uint8_t *sig)
{
	uint8_t made[BLINDRSA_MAX];
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *s = BN_bin2bn(blind_sig, (int)key->size, NULL);
	enum status st = ST_FAIL;

	PRE(blind->size == key->size);
	if (ctx == NULL || s == NULL)
		goto done;
	st = ST_SIGNATURE;
	if (BN_cmp(s, key->n) >= 0)
		goto done;
	st = ST_FAIL;
	if (BN_mod_mul(s, s, blind->inv, key->n, ctx) != 1 ||
	    BN_bn2binpad(s, made, (int)key->size) < 0)
		goto done;
	st = ST_SIGNATURE;
	if (!pss_verify(key, blind->message, blind->n, blind->salt_n, made))
		goto done;
	memcpy(sig, made, key->size);
	st = ST_OK;
done:
	BN_clear_free(s);
	BN_CTX_free(ctx);
	return st;
}

void
blindrsa_blind_free(struct blindrsa_blind **blind)
{
	struct blindrsa_blind *b = *blind;

	if (b == NULL)
		return;
	BN_clear_free(b->inv);
	if (b->message != NULL)
		explicit_bzero(b->message, b->n);
	free(b->message);
	explicit_bzero(b, sizeof(*b));
	free(b);
	*blind = NULL;
}

/* Kept form: one byte of salt length, the inverse, the message. */
void
blindrsa_blind_save(const struct blindrsa_blind *blind, struct buf *b)
{
	uint8_t *inv;

	buf_putc(b, (char)blind->salt_n);
	if ((inv = buf_extend(b, blind->size)) != NULL)
		PRE(BN_bn2binpad(blind->inv, inv, (int)blind->size) > 0);
	buf_put(b, blind->message, blind->n);
}

enum status
blindrsa_blind_load(const struct blindrsa_key *key, const void *p, size_t n,
    struct blindrsa_blind **out)
{
	const uint8_t *at = p;
	BIGNUM *inv = NULL;

	*out = NULL;
	if (n < 1 + key->size || (at[0] != 0 && at[0] != BLINDRSA_SALT))
		return ST_INVALID;
	inv = BN_bin2bn(at + 1, (int)key->size, NULL);
	if (inv != NULL && !BN_is_zero(inv) && BN_cmp(inv, key->n) < 0)
		*out = blind_new(
		    key, at + 1 + key->size, n - 1 - key->size, at[0], inv);
	BN_clear_free(inv);
	return *out == NULL ? ST_INVALID : ST_OK;
}
