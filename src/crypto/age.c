/* Keys and their text, wrapping and unwrapping, small files; see age.h. */
#include "crypto/age.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/age_chunk.h"
#include "crypto/age_header.h"
#include "crypto/age_wrap.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#define SECRET_PREFIX "age-secret-key-"
#define RECIPIENT_PREFIX "age"

struct age_identity {
	EVP_PKEY *key; /* parsed once: 20,000 are tried in turn */
	uint8_t secret[32];
	uint8_t public[32];
};

static enum status
from_secret(const uint8_t secret[32], struct age_identity **out)
{
	struct age_identity *id;
	size_t n = 32;

	*out = NULL;
	if ((id = calloc(1, sizeof(*id))) == NULL)
		return ST_NOMEM;
	memcpy(id->secret, secret, sizeof(id->secret));
	id->key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_X25519, NULL, secret, 32);
	if (id->key == NULL ||
	    EVP_PKEY_get_raw_public_key(id->key, id->public, &n) != 1) {
		ERR_clear_error();
		age_identity_free(&id);
		return ST_FAIL;
	}
	*out = id;
	return ST_OK;
}

enum status
age_identity_new(struct age_identity **out)
{
	uint8_t secret[32];
	enum status st;

	random_bytes(secret, sizeof(secret));
	st = from_secret(secret, out);
	explicit_bzero(secret, sizeof(secret));
	return st;
}

enum status
age_identity_parse(const char *text, struct age_identity **out, struct diag *d)
{
	uint8_t secret[32];
	enum status st;

	*out = NULL;
	if (bech32_read(text, SECRET_PREFIX, secret, sizeof(secret)) != ST_OK)
		st = diag_set(d, ST_INVALID, "", "",
		    "This is not an age identity (AGE-SECRET-KEY-1...).");
	else
		st = from_secret(secret, out);
	explicit_bzero(secret, sizeof(secret));
	return st;
}

void
age_identity_free(struct age_identity **id)
{
	if (*id == NULL)
		return;
	EVP_PKEY_free((*id)->key); /* wipes its own */
	explicit_bzero(*id, sizeof(**id));
	free(*id);
	*id = NULL;
}

void
age_identity_text(const struct age_identity *id, char out[AGE_SECRET_TEXT])
{
	char *c;

	bech32_write(SECRET_PREFIX, id->secret, sizeof(id->secret), out);
	for (c = out; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
}

void
age_identity_recipient(const struct age_identity *id, struct age_recipient *out)
{
	memcpy(out->key, id->public, sizeof(out->key));
}

enum status
age_recipient_parse(const char *text, struct age_recipient *out, struct diag *d)
{
	if (bech32_read(text, RECIPIENT_PREFIX, out->key, sizeof(out->key)) ==
	    ST_OK)
		return ST_OK;
	return diag_set(
	    d, ST_INVALID, "", "", "This is not an age recipient (age1...).");
}

void
age_recipient_text(const struct age_recipient *r, char out[AGE_RECIPIENT_TEXT])
{
	bech32_write(RECIPIENT_PREFIX, r->key, sizeof(r->key), out);
}

/*
 * The secret that key shares with public.  ST_OK, ST_INVALID if it is all
 * zeros, whatever key is (public is of low order), or ST_FAIL.
 */
static enum status
agree(EVP_PKEY *key, const uint8_t public[32], uint8_t shared[32])
{
	static const uint8_t zeros[32];
	EVP_PKEY_CTX *ctx = NULL;
	enum status st = ST_FAIL;
	EVP_PKEY *peer;
	size_t n = 32;

	peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, public, 32);
	if (peer != NULL && (ctx = EVP_PKEY_CTX_new(key, NULL)) != NULL &&
	    EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, peer) == 1)
		/* OpenSSL refuses zeros too; which is not to be relied on. */
		st = EVP_PKEY_derive(ctx, shared, &n) == 1 && n == 32 &&
			!hash_equal(shared, zeros, 32)
		    ? ST_OK
		    : ST_INVALID;
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return st;
}

/* The cipher that wraps a file key; shared is used up. */
static enum status
wrapping(uint8_t shared[32], const uint8_t epk[32], const uint8_t to[32],
    int sealing, struct age_chunk **out)
{
	static const char info[] = "age-encryption.org/v1/X25519";
	uint8_t salt[64], key[32];
	enum status st;

	memcpy(salt, epk, 32);
	memcpy(salt + 32, to, 32);
	hash_hkdf(shared, 32, salt, sizeof(salt), info, strlen(info), key,
	    sizeof(key));
	st = age_chunk_new(key, sealing, out);
	explicit_bzero(shared, 32);
	explicit_bzero(key, sizeof(key));
	return st;
}

enum status
age_wrap(const struct age_recipient *to, const uint8_t file_key[AGE_FILE_KEY],
    struct age_stanza *out, struct diag *d)
{
	struct age_identity *ephemeral = NULL;
	struct age_chunk *c = NULL;
	uint8_t shared[32];
	enum status st;

	if ((st = age_identity_new(&ephemeral)) != ST_OK)
		goto done;
	memcpy(out->epk, ephemeral->public, sizeof(out->epk));
	if ((st = agree(ephemeral->key, to->key, shared)) != ST_OK) {
		(void)diag_set(d, st, "", "",
		    "The recipient's key is not one that can be sealed to.");
		goto done;
	}
	if ((st = wrapping(shared, out->epk, to->key, 1, &c)) == ST_OK)
		/* The first chunk's nonce, not the last: twelve zeros. */
		st = age_chunk_seal(c, file_key, AGE_FILE_KEY, 0, out->body);
done:
	age_chunk_free(&c);
	age_identity_free(&ephemeral);
	return st;
}

/* ST_OK, ST_NOTFOUND (for somebody else), ST_INVALID (low order), ... */
static enum status
unwrap(const struct age_stanza *s, const struct age_identity *id,
    uint8_t file_key[AGE_FILE_KEY])
{
	struct age_chunk *c = NULL;
	uint8_t shared[32];
	enum status st;

	if ((st = agree(id->key, s->epk, shared)) != ST_OK ||
	    (st = wrapping(shared, s->epk, id->public, 0, &c)) != ST_OK)
		return st;
	st = age_chunk_open(c, s->body, sizeof(s->body), 0, file_key);
	age_chunk_free(&c);
	return st == ST_INVALID ? ST_NOTFOUND : st;
}

enum status
age_unwrap(const struct age_header *h, const void *p,
    const struct age_identity *id, uint8_t file_key[AGE_FILE_KEY],
    struct diag *d)
{
	enum status st = ST_NOTFOUND;
	uint8_t mac[32];
	size_t i;

	for (i = 0; i < h->n && st == ST_NOTFOUND; i++)
		st = unwrap(&h->stanza[i], id, file_key);
	if (st == ST_INVALID)
		return diag_set(d, st, "", "",
		    "The age file has a key that no honest program writes.");
	if (st != ST_OK)
		return st;
	age_header_mac(file_key, p, h->mac_over, mac);
	if (hash_equal(mac, h->mac, sizeof(mac)))
		return ST_OK;
	explicit_bzero(file_key, AGE_FILE_KEY);
	return diag_set(
	    d, ST_INVALID, "", "", "The header of the age file was altered.");
}

static enum status
append(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

enum status
age_seal(const struct age_recipient *to, const void *p, size_t n,
    struct buf *out, struct diag *d)
{
	struct age_writer *w = NULL;
	enum status st;

	if ((st = age_writer_new(to, 1, append, out, &w, d)) == ST_OK &&
	    (st = age_writer_feed(w, p, n)) == ST_OK)
		st = age_writer_end(w);
	age_writer_free(&w);
	return st;
}

enum status
age_open(const uint8_t file_key[AGE_FILE_KEY], const void *p, size_t n,
    struct buf *out, struct diag *d)
{
	struct age_reader *r = NULL;
	size_t before = out->n;
	enum status st;

	if ((st = age_reader_new(file_key, append, out, &r)) == ST_OK &&
	    (st = age_reader_feed(r, p, n, d)) == ST_OK)
		st = age_reader_end(r, d);
	age_reader_free(&r);
	/* Chunks that were right are no file without those that were not. */
	if (st != ST_OK && out->n > before) {
		explicit_bzero(out->p + before, out->n - before);
		out->n = before;
	}
	return st;
}

enum status
age_open_file(const struct age_identity *id, const void *p, size_t n,
    struct buf *out, struct diag *d)
{
	uint8_t file_key[AGE_FILE_KEY];
	struct age_header h;
	enum status st;

	st = age_header_parse(p, n, &h, d);
	if (st == ST_PENDING)
		return diag_set(
		    d, ST_INVALID, "", "", "The encrypted file is cut off.");
	if (st != ST_OK || (st = age_unwrap(&h, p, id, file_key, d)) != ST_OK)
		return st;
	st = age_open(
	    file_key, (const uint8_t *)p + h.length, n - h.length, out, d);
	explicit_bzero(file_key, sizeof(file_key));
	return st;
}
