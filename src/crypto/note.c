/* Reading notes and keys, and checking signatures; see note.h. */
#include "crypto/note.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"

#define DASH "\xe2\x80\x94 " /* an em dash and a space */
#define DASH_N (sizeof(DASH) - 1)

/*
 * The code point at p, of n bytes that remain, and in *len its length; -1 for
 * what is not UTF-8: cut short, overlong, a surrogate, or too high.
 */
static int32_t
code_point(const uint8_t *p, size_t n, size_t *len)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int32_t v;
	size_t i;

	*len = p[0] < 0x80 ? 1
	    : p[0] < 0xc0  ? 0
	    : p[0] < 0xe0  ? 2
	    : p[0] < 0xf0  ? 3
	    : p[0] < 0xf8  ? 4
			   : 0;
	if (*len == 0 || *len > n)
		return -1;
	v = *len == 1 ? p[0] : p[0] & (0x7f >> *len);
	for (i = 1; i < *len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		v = v << 6 | (p[i] & 0x3f);
	}
	if (v < least[*len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return -1;
	return v;
}

static bool
is_space(int32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 ||
	    c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	    c == 0x3000;
}

static bool
name_ok(const char *name, size_t n)
{
	const uint8_t *p = (const uint8_t *)name;
	size_t at, len;
	int32_t c;

	if (n == 0 || n >= NOTE_NAME)
		return false;
	for (at = 0; at < n; at += len) {
		c = code_point(p + at, n - at, &len);
		if (c < 0x20 || c == '+' || is_space(c))
			return false;
	}
	return true;
}

enum status
note_name_check(const char *name)
{
	return name_ok(name, strlen(name)) ? ST_OK : ST_INVALID;
}

enum status
note_key_make(struct note_key *key, const char *name, enum note_alg alg,
    const uint8_t pub[32])
{
	const uint8_t head[2] = { '\n', (uint8_t)alg };
	uint8_t digest[HASH_BYTES];
	struct hash *h;

	if (!name_ok(name, strlen(name)))
		return ST_INVALID;
	*key = (struct note_key){ .alg = (uint8_t)alg };
	memcpy(key->name, name, strlen(name) + 1);
	memcpy(key->pub, pub, sizeof(key->pub));
	h = hash_new();
	hash_update(h, name, strlen(name));
	hash_update(h, head, sizeof(head));
	hash_update(h, pub, sizeof(key->pub));
	hash_final(&h, digest);
	memcpy(key->id, digest, sizeof(key->id));
	return ST_OK;
}

static enum status
bad_key(struct diag *d, const char *what)
{
	return diag_set(d, ST_INVALID, "", "", "A verifier key %s.", what);
}

enum status
note_key_parse(const char *vkey, struct note_key *key, struct diag *d)
{
	char name[NOTE_NAME], id_text[9];
	const char *plus, *base64;
	uint8_t id[4], material[33];
	size_t n;

	plus = strchr(vkey, '+');
	if (plus == NULL || !name_ok(vkey, (size_t)(plus - vkey)))
		return bad_key(d, "begins with a name and a plus");
	memcpy(name, vkey, (size_t)(plus - vkey));
	name[plus - vkey] = '\0';
	base64 = strchr(plus + 1, '+');
	if (base64 == NULL || base64 - plus != sizeof(id_text))
		return bad_key(d, "has an id of eight hexadecimal digits");
	memcpy(id_text, plus + 1, 8);
	id_text[8] = '\0';
	if (enc_unhex(id_text, id, sizeof(id)) != ST_OK)
		return bad_key(d, "has an id of eight hexadecimal digits");
	base64++;
	if (enc_unbase64(base64, strlen(base64), material, sizeof(material),
		&n) != ST_OK ||
	    n != sizeof(material))
		return bad_key(d, "ends in the base64 of 33 bytes");
	if (material[0] != NOTE_ED25519 && material[0] != NOTE_COSIGN)
		return bad_key(d, "is of algorithm 1 or 4, both Ed25519");
	if (note_key_make(key, name, material[0], material + 1) != ST_OK ||
	    memcmp(key->id, id, sizeof(id)) != 0)
		return bad_key(d, "has the id that follows from its parts");
	return ST_OK;
}

void
note_key_text(const struct note_key *key, char out[NOTE_VKEY])
{
	char id[ENC_HEX(4)], base64[ENC_BASE64(33)];
	uint8_t material[33];

	material[0] = key->alg;
	memcpy(material + 1, key->pub, sizeof(key->pub));
	enc_hex(key->id, sizeof(key->id), id);
	enc_base64(material, sizeof(material), base64);
	(void)snprintf(out, NOTE_VKEY, "%s+%s+%s", key->name, id, base64);
}

int
note_key_equal(const struct note_key *a, const struct note_key *b)
{
	return strcmp(a->name, b->name) == 0 && a->alg == b->alg &&
	    memcmp(a->id, b->id, sizeof(a->id)) == 0 &&
	    memcmp(a->pub, b->pub, sizeof(a->pub)) == 0;
}

static enum status
bad_note(struct diag *d, const char *what)
{
	return diag_set(d, ST_INVALID, "", "", "A signed note %s.", what);
}

static bool
characters_ok(const uint8_t *p, size_t n)
{
	size_t at, len;
	int32_t c;

	for (at = 0; at < n; at += len) {
		c = code_point(p + at, n - at, &len);
		if (c < 0x20 && c != '\n')
			return false;
	}
	return true;
}

/* The signature line of n characters, without its newline. */
static enum status
read_line(const char *line, size_t n, struct note_signature *out)
{
	uint8_t sig[4 + NOTE_SIGNATURE_MAX];
	const char *space;
	size_t sig_n;

	if (n <= DASH_N || memcmp(line, DASH, DASH_N) != 0)
		return ST_INVALID;
	out->name = line + DASH_N;
	if ((space = memchr(out->name, ' ', n - DASH_N)) == NULL)
		return ST_INVALID;
	out->name_n = (size_t)(space - out->name);
	out->base64 = space + 1;
	out->base64_n = (size_t)(line + n - out->base64);
	if (!name_ok(out->name, out->name_n) ||
	    enc_unbase64(out->base64, out->base64_n, sig, sizeof(sig),
		&sig_n) != ST_OK ||
	    sig_n <= sizeof(out->id))
		return ST_INVALID;
	memcpy(out->id, sig, sizeof(out->id));
	out->n = sig_n - sizeof(out->id);
	return ST_OK;
}

enum status
note_open(const void *p, size_t n, struct note *out, struct diag *d)
{
	const char *at = p, *end = at + n, *line;
	size_t i;

	*out = (struct note){ 0 };
	if (n < 3 || end[-1] != '\n')
		return bad_note(d, "ends in a newline");
	if (!characters_ok(p, n))
		return bad_note(d,
		    "is UTF-8 without control characters other than newline");
	/* The text ends at the last empty line; it may hold others. */
	for (i = n - 1; i > 0 && !(at[i] == '\n' && at[i - 1] == '\n'); i--)
		;
	if (i == 0 || i == n - 1)
		return bad_note(d, "has signatures behind an empty line");
	out->text = at;
	out->text_n = i;
	for (at += i + 1; at < end; at = line + 1) {
		line = memchr(at, '\n', (size_t)(end - at));
		PRE(line != NULL);
		if (out->signature_count == NOTE_SIGNATURES)
			return bad_note(d, "has at most 100 signatures");
		if (read_line(at, (size_t)(line - at),
			&out->signatures[out->signature_count]) != ST_OK)
			return bad_note(d,
			    "has signature lines: a dash, a name, and base64");
		out->signature_count++;
	}
	return ST_OK;
}

/* Whether s names key, as far as it can without being checked. */
static bool
names(const struct note_signature *s, const struct note_key *key)
{
	return s->name_n == strlen(key->name) &&
	    memcmp(s->name, key->name, s->name_n) == 0 &&
	    memcmp(s->id, key->id, sizeof(key->id)) == 0;
}

/* Id and signature of s into out; false if they are not n bytes. */
static bool
signature_bytes(const struct note_signature *s, uint8_t *out, size_t n)
{
	size_t got;

	return enc_unbase64(s->base64, s->base64_n, out, n, &got) == ST_OK &&
	    got == n;
}

static enum status
check_plain(const struct note *note, const struct note_signature *s,
    const struct note_key *key)
{
	uint8_t sig[4 + ED25519_SIGNATURE];

	if (!signature_bytes(s, sig, sizeof(sig)))
		return ST_SIGNATURE;
	return ed25519_verify(key->pub, note->text, note->text_n, sig + 4);
}

static enum status
check_cosig(const struct note *note, const struct note_signature *s,
    const struct note_key *key, int64_t *time_s)
{
	uint8_t sig[4 + 8 + ED25519_SIGNATURE];
	enum status st;
	uint64_t t = 0;
	struct buf b;
	size_t i;

	if (!signature_bytes(s, sig, sizeof(sig)))
		return ST_SIGNATURE;
	for (i = 4; i < 12; i++)
		t = t << 8 | sig[i];
	if (t > INT64_MAX)
		return ST_SIGNATURE;
	*time_s = (int64_t)t;
	buf_init(&b, note->text_n + 128);
	note_cosign_message(note->text, note->text_n, *time_s, &b);
	if ((st = buf_status(&b)) == ST_OK)
		st = ed25519_verify(key->pub, b.p, b.n, sig + 12);
	buf_fini(&b);
	return st == ST_OK ? ST_OK : ST_SIGNATURE;
}

enum status
note_verify(const struct note *note, const struct note_key *key)
{
	enum status st = ST_NOTFOUND;
	size_t i;

	if (key->alg != NOTE_ED25519)
		return ST_NOTFOUND;
	for (i = 0; i < note->signature_count; i++) {
		if (!names(&note->signatures[i], key))
			continue;
		st = check_plain(note, &note->signatures[i], key);
		if (st != ST_OK)
			return st;
	}
	return st;
}

enum status
note_verify_cosig(
    const struct note *note, const struct note_key *key, int64_t *time_s)
{
	enum status st = ST_NOTFOUND;
	int64_t t, newest = -1;
	size_t i;

	if (key->alg != NOTE_COSIGN)
		return ST_NOTFOUND;
	for (i = 0; i < note->signature_count; i++) {
		if (!names(&note->signatures[i], key))
			continue;
		st = check_cosig(note, &note->signatures[i], key, &t);
		if (st != ST_OK)
			return st;
		newest = t > newest ? t : newest;
	}
	if (st == ST_OK)
		*time_s = newest;
	return st;
}

enum status
note_document(
    const struct note *note, const char **json, size_t *n, struct diag *d)
{
	if (note->text_n < 2 ||
	    memchr(note->text, '\n', note->text_n) !=
		note->text + note->text_n - 1)
		return diag_set(d, ST_INVALID, "", "",
		    "The text of a document's note is exactly one line.");
	*json = note->text;
	*n = note->text_n - 1;
	return ST_OK;
}
