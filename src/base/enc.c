#include "base/enc.h"

#include <string.h>

void
enc_hex(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = p;
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum status
enc_unhex(const char *text, void *out, size_t n)
{
	uint8_t *to = out;
	size_t i;
	int hi, lo;

	if (strlen(text) != n * 2)
		return ST_INVALID;
	for (i = 0; i < n; i++) {
		hi = nibble(text[2 * i]);
		lo = nibble(text[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return ST_INVALID;
		to[i] = (uint8_t)(hi << 4 | lo);
	}
	return ST_OK;
}

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
enc_base64(const void *p, size_t n, char *out)
{
	const uint8_t *in = p;
	uint32_t v;
	size_t i;

	for (i = 0; i < n; i += 3) {
		v = (uint32_t)in[i] << 16;
		if (i + 1 < n)
			v |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			v |= in[i + 2];
		*out++ = standard[v >> 18];
		*out++ = standard[v >> 12 & 63];
		*out++ = i + 1 < n ? standard[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? standard[v & 63] : '=';
	}
	*out = '\0';
}

/* Characters without padding, n of them: 4k+1 of them cannot be. */
static enum status
decode(const char *alphabet, const char *text, size_t text_n, uint8_t *out,
    size_t max, size_t *n)
{
	uint32_t v = 0;
	unsigned bits = 0;
	const char *at;
	size_t i;

	*n = 0;
	if (text_n % 4 == 1)
		return ST_INVALID;
	for (i = 0; i < text_n; i++) {
		if (text[i] == '\0' || (at = strchr(alphabet, text[i])) == NULL)
			return ST_INVALID;
		v = v << 6 | (uint32_t)(at - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			if (*n == max)
				return ST_INVALID;
			out[(*n)++] = (uint8_t)(v >> bits);
			v &= (1U << bits) - 1;
		}
	}
	return v == 0 ? ST_OK : ST_INVALID;
}

static size_t
padding(const char *text, size_t text_n)
{
	if (text_n > 1 && text[text_n - 1] == '=')
		return text[text_n - 2] == '=' ? 2 : 1;
	return 0;
}

enum status
enc_unbase64(const char *text, size_t text_n, void *out, size_t max, size_t *n)
{
	if (text_n % 4 != 0)
		return ST_INVALID;
	return decode(
	    standard, text, text_n - padding(text, text_n), out, max, n);
}

enum status
enc_unbase64url(
    const char *text, size_t text_n, void *out, size_t max, size_t *n)
{
	size_t pad = padding(text, text_n);

	if (pad > 0 && text_n % 4 != 0)
		return ST_INVALID;
	return decode(url_safe, text, text_n - pad, out, max, n);
}
