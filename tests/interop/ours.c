/*
 * ours: our side of what tests/interop holds against others' programs.
 *
 * usage: ours seal RECIPIENT       encrypt, from stdin to stdout
 *        ours open IDENTITY        decrypt
 *        ours keyd-new STORE       make an identity in a key store; prints
 *                                  its recipient
 *        ours keyd-open STORE      decrypt as a locker does: keyd unwraps
 *        ours token SPKI ISSUER    verify a token, base64, from stdin
 *
 * Exit codes: 0, 1 for a refusal that was printed, 2 for wrong usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/blindrsa.h"
#include "crypto/token.h"
#include "keyd/keyd.h"

#define INPUT_MAX ((size_t)1 << 30)
#define PIECE 10007 /* of odd size, so that no chunk's border falls on it */

static enum status
to_stdout(void *arg, const void *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n ? ST_OK : ST_IO;
}

static void
read_input(struct buf *b)
{
	char piece[65536];
	size_t n;

	buf_init(b, INPUT_MAX);
	while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0)
		buf_put(b, piece, n);
	PRE(buf_status(b) == ST_OK);
}

static size_t
piece_at(size_t at, size_t n)
{
	return n - at < PIECE ? n - at : PIECE;
}

static enum status
seal(const char *recipient, const struct buf *in, struct diag *d)
{
	struct age_writer *w = NULL;
	struct age_recipient to;
	enum status st;
	size_t at;

	if ((st = age_recipient_parse(recipient, &to, d)) != ST_OK ||
	    (st = age_writer_new(&to, 1, to_stdout, NULL, &w, d)) != ST_OK)
		return st;
	for (at = 0; st == ST_OK && at < in->n; at += PIECE)
		st = age_writer_feed(w, in->p + at, piece_at(at, in->n));
	if (st == ST_OK)
		st = age_writer_end(w);
	age_writer_free(&w);
	return st;
}

static enum status
read_payload(const uint8_t file_key[AGE_FILE_KEY], const struct buf *in,
    size_t at, struct diag *d)
{
	struct age_reader *r = NULL;
	enum status st;

	if ((st = age_reader_new(file_key, to_stdout, NULL, &r)) != ST_OK)
		return st;
	for (; st == ST_OK && at < in->n; at += PIECE)
		st = age_reader_feed(r, in->p + at, piece_at(at, in->n), d);
	if (st == ST_OK)
		st = age_reader_end(r, d);
	age_reader_free(&r);
	return st;
}

static enum status
open_with(const char *identity, const struct buf *in, struct diag *d)
{
	uint8_t file_key[AGE_FILE_KEY];
	struct age_identity *id = NULL;
	struct age_header h;
	enum status st;

	if ((st = age_identity_parse(identity, &id, d)) == ST_OK &&
	    (st = age_header_parse(in->p, in->n, &h, d)) == ST_OK &&
	    (st = age_unwrap(&h, in->p, id, file_key, d)) == ST_OK)
		st = read_payload(file_key, in, h.length, d);
	explicit_bzero(file_key, sizeof(file_key));
	age_identity_free(&id);
	return st;
}

static enum status
keyd_new(const char *store, const struct buf *in, struct diag *d)
{
	char recipient[KEYD_RECIPIENT_TEXT];
	struct keyd *k = NULL;
	enum status st;

	(void)in;
	if ((st = keyd_start(NULL, store, KEYD_SIGNING, &k, d)) == ST_OK &&
	    (st = keyd_create_identity(
		 k, KEYD_REQUEST, "interop", recipient, d)) == ST_OK)
		(void)puts(recipient);
	keyd_stop(&k);
	return st;
}

static enum status
keyd_open(const char *store, const struct buf *in, struct diag *d)
{
	char name[KEYD_NAME_MAX + 1];
	uint8_t file_key[AGE_FILE_KEY];
	struct keyd *k = NULL;
	struct age_header h;
	enum status st;

	if ((st = keyd_start(NULL, store, KEYD_SIGNING, &k, d)) == ST_OK &&
	    (st = age_header_parse(in->p, in->n, &h, d)) == ST_OK &&
	    (st = keyd_unwrap(
		 k, KEYD_REQUEST, in->p, h.length, name, file_key, d)) == ST_OK)
		st = read_payload(file_key, in, h.length, d);
	explicit_bzero(file_key, sizeof(file_key));
	keyd_stop(&k);
	return st;
}

/* The bytes of base64, up to max; trailing white space is no part of it. */
static size_t
decode(const char *text, uint8_t *out, size_t max)
{
	size_t n = strcspn(text, "\r\n"), got = 0;

	return enc_unbase64(text, n, out, max, &got) == ST_OK ? got : 0;
}

static enum status
token(const char *spki, const char *issuer, struct buf *in, struct diag *d)
{
	uint8_t der[BLINDRSA_SPKI_MAX], bytes[TOKEN_BYTES];
	struct blindrsa_key *key = NULL;
	struct token t;
	enum status st;
	size_t n;

	if ((st = blindrsa_public(der, decode(spki, der, sizeof(der)), &key)) !=
	    ST_OK)
		return diag_set(d, st, "spki", "", "This is no issuer's key.");
	n = decode(buf_text(in), bytes, sizeof(bytes));
	if ((st = token_decode(bytes, n, &t)) == ST_OK)
		st = token_verify(&t, key, issuer, d);
	blindrsa_free(&key);
	return st;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum status (*run)(
		    const char *arg, const struct buf *in, struct diag *d);
	} commands[] = {
		{ "seal", seal },
		{ "open", open_with },
		{ "keyd-new", keyd_new },
		{ "keyd-open", keyd_open },
	};
	struct diag d = { 0 };
	enum status st = ST_NOTFOUND;
	struct buf in;
	size_t i;

	if (argc < 3)
		return 2;
	read_input(&in);
	if (argc == 4 && strcmp(argv[1], "token") == 0)
		st = token(argv[2], argv[3], &in, &d);
	for (i = 0; argc == 3 && i < NELEMS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			st = commands[i].run(argv[2], &in, &d);
	buf_fini(&in);
	if (fflush(stdout) != 0 && st == ST_OK)
		st = ST_IO;
	if (st != ST_OK)
		diag_print("ours", st, &d);
	return st == ST_OK ? 0 : 1;
}
