#include "base/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/id.h"
#include "base/pre.h"

#define INT_MAX_SAFE INT64_C(9007199254740991) /* 2^53 - 1 */

/* Refuse deep nesting before jansson recurses into it. */
static int
too_deep(const char *p, size_t n)
{
	int depth = 0, in_string = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (in_string) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				in_string = 0;
		} else if (p[i] == '"') {
			in_string = 1;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > JSON_DEPTH)
				return 1;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	return 0;
}

enum status
json_read(const void *p, size_t n, json_t **out, struct diag *d)
{
	json_error_t err;
	char limit[32];

	*out = NULL;
	if (too_deep(p, n)) {
		(void)snprintf(limit, sizeof(limit), "%d levels", JSON_DEPTH);
		return diag_set(
		    d, ST_INVALID, "", limit, "The JSON is nested too deeply.");
	}
	*out = json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
	if (*out != NULL)
		return ST_OK;
	if (json_error_code(&err) == json_error_out_of_memory)
		return ST_NOMEM;
	return diag_set(d, ST_INVALID, "", "",
	    "The JSON cannot be read: %.120s (line %d, column %d).", err.text,
	    err.line, err.column);
}

enum status
json_read_canonical(const void *p, size_t n, json_t **out, struct diag *d)
{
	struct buf again;
	enum status st;

	if ((st = json_read(p, n, out, d)) != ST_OK)
		return st;
	buf_init(&again, n + 1);
	st = json_write(*out, &again);
	if (st != ST_NOMEM &&
	    (st != ST_OK || again.n != n || memcmp(again.p, p, n) != 0))
		st = diag_set(d, ST_INVALID, "", "RFC 8785",
		    "The JSON is not in its canonical form (RFC 8785).");
	buf_fini(&again);
	if (st != ST_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return st;
}

/*
 * The shortest digits of v > 0 that read back as v, and its exponent: v is
 * 0.DIGITS x 10^exponent.
 *
 * Below a power of two doubles lie closer together than above it.  There the
 * nearest decimal of some length can fall outside of what reads back as v
 * while the next one above still does, so that one is tried as well.
 */
static int
shortest(double v, char digits[32])
{
	unsigned long long m;
	int precision, exponent = 0;
	char text[32], *e;
	bool power_of_two;
	size_t n;

	power_of_two = frexp(v, &exponent) == 0.5;
	for (precision = 0; precision < 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, v);
		e = strchr(text, 'e');
		exponent = (int)strtol(e + 1, NULL, 10);
		*e = '\0';
		/* Drop the point, keep the digits. */
		if (text[1] == '.')
			memmove(text + 1, text + 2, strlen(text + 2) + 1);
		m = strtoull(text, NULL, 10);
		(void)snprintf(digits, 32, "%llue%d", m, exponent - precision);
		if (strtod(digits, NULL) == v)
			break;
		if (!power_of_two)
			continue;
		(void)snprintf(
		    digits, 32, "%llue%d", m + 1, exponent - precision);
		if (strtod(digits, NULL) == v)
			break;
	}
	*strchr(digits, 'e') = '\0';
	/* 9..9 + 1 has one digit more, and then zeros at its end. */
	n = strlen(digits);
	exponent += (int)n - precision;
	while (n > 1 && digits[n - 1] == '0')
		digits[--n] = '\0';
	return exponent;
}

/* ECMAScript's Number::toString, which RFC 8785 asks for. */
static enum status
write_real(double v, struct buf *b)
{
	char digits[32];
	int exponent, n, i;

	if (v != v || v - v != 0)
		return ST_INVALID;
	if (v == 0) {
		buf_puts(b, "0");
		return buf_status(b);
	}
	if (v < 0) {
		buf_putc(b, '-');
		v = -v;
	}
	exponent = shortest(v, digits);
	n = (int)strlen(digits);

	if (n <= exponent && exponent <= 21) {
		buf_puts(b, digits);
		for (i = n; i < exponent; i++)
			buf_putc(b, '0');
	} else if (exponent > 0 && exponent <= 21) {
		buf_put(b, digits, (size_t)exponent);
		buf_putc(b, '.');
		buf_puts(b, digits + exponent);
	} else if (exponent > -6 && exponent <= 0) {
		buf_puts(b, "0.");
		for (i = exponent; i < 0; i++)
			buf_putc(b, '0');
		buf_puts(b, digits);
	} else {
		buf_putc(b, digits[0]);
		if (n > 1) {
			buf_putc(b, '.');
			buf_puts(b, digits + 1);
		}
		buf_printf(b, "e%c%d", exponent > 0 ? '+' : '-',
		    exponent > 0 ? exponent - 1 : 1 - exponent);
	}
	return buf_status(b);
}

static void
write_string(const char *s, size_t n, struct buf *b)
{
	static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";
	size_t i, k;

	buf_putc(b, '"');
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		for (k = 0; k + 1 < sizeof(shorts); k += 2)
			if ((unsigned char)shorts[k] == c)
				break;
		if (k + 1 < sizeof(shorts)) {
			buf_putc(b, '\\');
			buf_putc(b, shorts[k + 1]);
		} else if (c < 0x20) {
			buf_printf(b, "\\u%04x", c);
		} else {
			buf_putc(b, (char)c);
		}
	}
	buf_putc(b, '"');
}

/* The next code point of s as its first UTF-16 unit, then the rest. */
static uint32_t
utf16_rank(const unsigned char **s)
{
	const unsigned char *p = *s;
	uint32_t c;

	if (p[0] < 0x80) {
		*s += 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*s += 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0) {
		*s += 3;
		return (uint32_t)(p[0] & 0x0f) << 12 |
		    (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*s += 4;
	c = (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	    (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
	c -= 0x10000;
	/* Surrogates sort below U+E000; keep the low one as a fraction. */
	return 0xd800 + (c >> 10);
}

/* RFC 8785 sorts members by UTF-16 code units. */
static int
compare_keys(const void *pa, const void *pb)
{
	const unsigned char *a = *(const unsigned char *const *)pa;
	const unsigned char *b = *(const unsigned char *const *)pb;
	uint32_t x, y;

	while (*a != '\0' && *b != '\0') {
		const unsigned char *a0 = a, *b0 = b;

		x = utf16_rank(&a);
		y = utf16_rank(&b);
		if (x != y)
			return x < y ? -1 : 1;
		/* Same first unit: supplementary ones differ in their bytes. */
		if (a - a0 == 4 && b - b0 == 4 && memcmp(a0, b0, 4) != 0)
			return memcmp(a0, b0, 4);
	}
	return *a == *b ? 0 : *a == '\0' ? -1 : 1;
}

static enum status
write_object(const json_t *v, struct buf *b)
{
	size_t n = json_object_size(v), i = 0;
	enum status st = ST_OK;
	const char **keys;
	const char *key;
	json_t *member;

	if ((keys = calloc(n + 1, sizeof(*keys))) == NULL)
		return ST_NOMEM;
	/* jansson's iteration takes a mutable object but changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)v, key, member)
	    keys[i++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	buf_putc(b, '{');
	for (i = 0; i < n && st == ST_OK; i++) {
		if (i > 0)
			buf_putc(b, ',');
		write_string(keys[i], strlen(keys[i]), b);
		buf_putc(b, ':');
		st = json_write(json_object_get(v, keys[i]), b);
	}
	buf_putc(b, '}');
	free(keys);
	return st != ST_OK ? st : buf_status(b);
}

enum status
json_write(const json_t *v, struct buf *b)
{
	enum status st;
	size_t i;

	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return write_object(v, b);
	case JSON_ARRAY:
		buf_putc(b, '[');
		for (i = 0; i < json_array_size(v); i++) {
			if (i > 0)
				buf_putc(b, ',');
			if ((st = json_write(json_array_get(v, i), b)) != ST_OK)
				return st;
		}
		buf_putc(b, ']');
		break;
	case JSON_STRING:
		write_string(json_string_value(v), json_string_length(v), b);
		break;
	case JSON_INTEGER:
		if (json_integer_value(v) > INT_MAX_SAFE ||
		    json_integer_value(v) < -INT_MAX_SAFE)
			return ST_INVALID;
		buf_printf(b, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		break;
	case JSON_REAL:
		return write_real(json_real_value(v), b);
	case JSON_TRUE:
		buf_puts(b, "true");
		break;
	case JSON_FALSE:
		buf_puts(b, "false");
		break;
	case JSON_NULL:
		buf_puts(b, "null");
		break;
	}
	return buf_status(b);
}

json_t *
json_time(int64_t t_s)
{
	char text[CLOCK_TEXT];

	clock_text(t_s, text);
	return json_string(text);
}

json_t *
json_base64(const void *p, size_t n)
{
	char *text = malloc(ENC_BASE64(n));
	json_t *v;

	if (text == NULL)
		return NULL;
	enc_base64(p, n, text);
	v = json_string(text);
	free(text);
	return v;
}

json_t *
json_hex(const void *p, size_t n)
{
	char *text = malloc(ENC_HEX(n));
	json_t *v;

	if (text == NULL)
		return NULL;
	enc_hex(p, n, text);
	v = json_string(text);
	free(text);
	return v;
}
