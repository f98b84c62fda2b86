#include "crypto/age_header.h"

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "crypto/hash.h"

#define VERSION "age-encryption.org/v1\n"
#define COLUMNS 64 /* of a full line of base64 */

/* What is left to be read, and the line that was read last. */
struct lines {
	const char *all, *at, *end;
	const char *line; /* without its line break */
	size_t n;
	int over; /* end is where a header must have ended */
	struct diag *d;
};

static enum status
bad(const struct lines *l, const char *what)
{
	return diag_set(
	    l->d, ST_INVALID, "", "", "This is not an age file: %s.", what);
}

static enum status
next(struct lines *l)
{
	const char *nl = memchr(l->at, '\n', (size_t)(l->end - l->at));

	if (nl == NULL)
		return l->over ? diag_set(l->d, ST_INVALID, "", "16384 bytes",
				     "The header of the age file is too long.")
			       : ST_PENDING;
	l->line = l->at;
	l->n = (size_t)(nl - l->at);
	l->at = nl + 1;
	return ST_OK;
}

/* Base64 without padding, as one line of a header holds it. */
static enum status
unpadded(const char *p, size_t n, uint8_t *out, size_t max, size_t *got)
{
	char text[COLUMNS + 4];

	if (n > COLUMNS || memchr(p, '=', n) != NULL)
		return ST_INVALID;
	memcpy(text, p, n);
	while (n % 4 != 0)
		text[n++] = '=';
	return enc_unbase64(text, n, out, max, got);
}

/* Exactly want bytes of it. */
static enum status
exactly(const char *p, size_t n, uint8_t *out, size_t want)
{
	uint8_t bytes[COLUMNS];
	size_t got;

	if (unpadded(p, n, bytes, sizeof(bytes), &got) != ST_OK || got != want)
		return ST_INVALID;
	memcpy(out, bytes, want);
	return ST_OK;
}

/* Arguments are one or more printable characters, a space between them. */
static int
arguments(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == ' ' ? i == 0 || i + 1 == n || p[i - 1] == ' '
				: p[i] < 33 || p[i] > 126)
			return 0;
	}
	return n > 0;
}

/* A stanza's body; ours is the one line that holds 32 bytes. */
static enum status
read_body(struct lines *l, struct age_stanza *ours)
{
	uint8_t bytes[COLUMNS];
	size_t got, lines = 0;
	enum status st;

	do {
		if ((st = next(l)) != ST_OK)
			return st;
		if (unpadded(l->line, l->n, bytes, sizeof(bytes), &got) !=
		    ST_OK)
			return bad(l, "the body of a stanza is not base64");
		lines++;
	} while (l->n == COLUMNS);
	if (ours == NULL)
		return ST_OK;
	if (lines != 1 || got != sizeof(ours->body))
		return bad(l, "an X25519 stanza has no body of 32 bytes");
	memcpy(ours->body, bytes, sizeof(ours->body));
	return ST_OK;
}

/* The stanza whose first line, "-> type arguments", was just read. */
static enum status
read_stanza(struct lines *l, struct age_header *out)
{
	static const char type[] = "X25519";
	struct age_stanza *ours = NULL;
	const char *p = l->line + 3;
	size_t n = l->n - 3, type_n = sizeof(type) - 1;

	if (!arguments(p, n))
		return bad(l, "the arguments of a stanza are not well formed");
	if (n >= type_n && memcmp(p, type, type_n) == 0 &&
	    (n == type_n || p[type_n] == ' ')) {
		ours = &out->stanza[out->n++];
		if (n == type_n ||
		    exactly(p + type_n + 1, n - type_n - 1, ours->epk,
			sizeof(ours->epk)) != ST_OK)
			return bad(l, "an X25519 stanza has no key");
	}
	return read_body(l, ours);
}

enum status
age_header_parse(
    const void *p, size_t n, struct age_header *out, struct diag *d)
{
	struct lines l = { .all = p,
		.at = p,
		.end = (const char *)p +
		    (n < AGE_HEADER_MAX ? n : AGE_HEADER_MAX),
		.over = n >= AGE_HEADER_MAX,
		.d = d };
	size_t version_n = strlen(VERSION), stanzas = 0;
	enum status st;

	out->n = 0;
	if (memcmp(p, VERSION, n < version_n ? n : version_n) != 0)
		return bad(&l, "it does not begin as one");
	if (n < version_n)
		return ST_PENDING;
	l.at += version_n;
	for (;;) {
		if ((st = next(&l)) != ST_OK)
			return st;
		if (l.n < 4 || memcmp(l.line, "-> ", 3) != 0)
			break;
		if (++stanzas > AGE_STANZAS_MAX)
			return diag_set(d, ST_INVALID, "", "32 recipients",
			    "The age file has too many recipients.");
		if ((st = read_stanza(&l, out)) != ST_OK)
			return st;
	}
	if (stanzas == 0)
		return bad(&l, "it has no recipient");
	if (l.n < 4 || memcmp(l.line, "--- ", 4) != 0 ||
	    exactly(l.line + 4, l.n - 4, out->mac, sizeof(out->mac)) != ST_OK)
		return bad(&l, "its header does not end as one");
	out->mac_over = (size_t)(l.line + 3 - l.all);
	out->length = (size_t)(l.at - l.all);
	return ST_OK;
}

void
age_header_mac(const uint8_t file_key[AGE_FILE_KEY], const void *p, size_t n,
    uint8_t mac[32])
{
	uint8_t key[32];

	hash_hkdf(
	    file_key, AGE_FILE_KEY, NULL, 0, "header", 6, key, sizeof(key));
	hash_hmac(key, sizeof(key), p, n, mac);
	explicit_bzero(key, sizeof(key));
}

/* 32 bytes, which are 43 characters and one of padding, and a line break. */
static void
put_base64(struct buf *b, const uint8_t p[32])
{
	char text[ENC_BASE64(32)];

	enc_base64(p, 32, text);
	text[strcspn(text, "=")] = '\0';
	buf_puts(b, text);
	buf_putc(b, '\n');
}

enum status
age_header_write(const struct age_stanza *stanza, size_t n,
    const uint8_t file_key[AGE_FILE_KEY], struct buf *b)
{
	size_t start = b->n, i;
	uint8_t mac[32];

	buf_puts(b, VERSION);
	for (i = 0; i < n; i++) {
		buf_puts(b, "-> X25519 ");
		put_base64(b, stanza[i].epk);
		put_base64(b, stanza[i].body);
	}
	buf_puts(b, "---");
	if (buf_status(b) == ST_OK) {
		age_header_mac(file_key, b->p + start, b->n - start, mac);
		buf_putc(b, ' ');
		put_base64(b, mac);
	}
	return buf_status(b);
}
