#include "crypto/age_chunk.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "crypto/hash.h"

struct age_chunk {
	EVP_CIPHER_CTX *ctx; /* keyed once; a nonce a chunk */
	uint64_t count;
	int sealing;
};

enum status
age_chunk_new(const uint8_t key[32], int sealing, struct age_chunk **out)
{
	struct age_chunk *c;

	*out = NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return ST_NOMEM;
	c->sealing = sealing;
	if ((c->ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_CipherInit_ex(c->ctx, EVP_chacha20_poly1305(), NULL, key, NULL,
		sealing) != 1) {
		ERR_clear_error();
		age_chunk_free(&c);
		return ST_FAIL;
	}
	*out = c;
	return ST_OK;
}

enum status
age_chunk_payload(const uint8_t file_key[AGE_FILE_KEY],
    const uint8_t nonce[AGE_NONCE], int sealing, struct age_chunk **out)
{
	uint8_t key[32];
	enum status st;

	hash_hkdf(file_key, AGE_FILE_KEY, nonce, AGE_NONCE, "payload", 7, key,
	    sizeof(key));
	st = age_chunk_new(key, sealing, out);
	explicit_bzero(key, sizeof(key));
	return st;
}

void
age_chunk_free(struct age_chunk **c)
{
	if (*c == NULL)
		return;
	EVP_CIPHER_CTX_free((*c)->ctx); /* wipes the key */
	free(*c);
	*c = NULL;
}

uint64_t
age_chunk_count(const struct age_chunk *c)
{
	return c->count;
}

/* Eleven bytes of counter, big-endian, and one that marks the last chunk. */
static int
set_nonce(struct age_chunk *c, int last)
{
	uint8_t nonce[12] = { 0 };
	int i;

	for (i = 0; i < 8; i++)
		nonce[10 - i] = (uint8_t)(c->count >> 8 * i);
	nonce[11] = last ? 1 : 0;
	return EVP_CipherInit_ex(c->ctx, NULL, NULL, NULL, nonce, -1) == 1;
}

enum status
age_chunk_seal(
    struct age_chunk *c, const uint8_t *p, size_t n, int last, uint8_t *out)
{
	int k = 0;

	PRE(c->sealing && n <= AGE_CHUNK);
	if (!set_nonce(c, last) ||
	    (n > 0 && EVP_EncryptUpdate(c->ctx, out, &k, p, (int)n) != 1) ||
	    EVP_EncryptFinal_ex(c->ctx, out + n, &k) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		c->ctx, EVP_CTRL_AEAD_GET_TAG, AGE_TAG, out + n) != 1) {
		ERR_clear_error();
		return ST_FAIL;
	}
	c->count++;
	return ST_OK;
}

enum status
age_chunk_open(
    struct age_chunk *c, const uint8_t *p, size_t n, int last, uint8_t *out)
{
	size_t text_n = n - AGE_TAG;
	uint8_t tag[AGE_TAG], none;
	int k = 0;

	PRE(!c->sealing && n >= AGE_TAG && text_n <= AGE_CHUNK);
	memcpy(tag, p + text_n, sizeof(tag));
	if (!set_nonce(c, last) ||
	    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, AGE_TAG, tag) !=
		1) {
		ERR_clear_error();
		return ST_FAIL;
	}
	if ((text_n > 0 &&
		EVP_DecryptUpdate(c->ctx, out, &k, p, (int)text_n) != 1) ||
	    EVP_DecryptFinal_ex(c->ctx, &none, &k) != 1) {
		ERR_clear_error();
		explicit_bzero(out, text_n);
		return ST_INVALID;
	}
	c->count++;
	return ST_OK;
}
