#include "crypto/bech32.h"

#include <string.h>

#include "base/pre.h"

#define CHECKSUM 6 /* characters */

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* One step of BIP-173's checksum: a BCH code over GF(32). */
static uint32_t
step(uint32_t sum, unsigned v)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d,
		0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;
	int i;

	sum = (sum & 0x1ffffff) << 5 ^ v;
	for (i = 0; i < 5; i++)
		if (top >> i & 1)
			sum ^= generator[i];
	return sum;
}

static uint32_t
begin(const char *prefix)
{
	uint32_t sum = 1;
	const char *c;

	for (c = prefix; *c != '\0'; c++)
		sum = step(sum, (unsigned)*c >> 5);
	sum = step(sum, 0);
	for (c = prefix; *c != '\0'; c++)
		sum = step(sum, (unsigned)*c & 31);
	return sum;
}

void
bech32_write(const char *prefix, const uint8_t *p, size_t n, char *out)
{
	uint32_t sum = begin(prefix), v = 0;
	unsigned bits = 0;
	size_t i;

	PRE(n <= BECH32_BYTES);
	memcpy(out, prefix, strlen(prefix));
	out += strlen(prefix);
	*out++ = '1';
	for (i = 0; i < n; i++) {
		v = v << 8 | p[i];
		for (bits += 8; bits >= 5; bits -= 5) {
			sum = step(sum, v >> (bits - 5) & 31);
			*out++ = alphabet[v >> (bits - 5) & 31];
		}
	}
	if (bits > 0) {
		sum = step(sum, v << (5 - bits) & 31);
		*out++ = alphabet[v << (5 - bits) & 31];
	}
	for (i = 0; i < CHECKSUM; i++)
		sum = step(sum, 0);
	sum ^= 1;
	for (i = 0; i < CHECKSUM; i++)
		*out++ = alphabet[sum >> 5 * (CHECKSUM - 1 - i) & 31];
	*out = '\0';
}

/* c in lower case, -1 if it is in the other case than those before. */
static int
fold(char c, int *lower, int *upper)
{
	if (c >= 'a' && c <= 'z')
		*lower = 1;
	if (c >= 'A' && c <= 'Z') {
		*upper = 1;
		c = (char)(c + 32);
	}
	return *lower && *upper ? -1 : c;
}

enum status
bech32_read(const char *text, const char *prefix, uint8_t *out, size_t n)
{
	size_t prefix_n = strlen(prefix), data_n = (n * 8 + 4) / 5, i;
	uint32_t sum = begin(prefix), v = 0;
	int lower = 0, upper = 0, c;
	unsigned bits = 0;
	const char *at;

	PRE(n <= BECH32_BYTES);
	if (strlen(text) != prefix_n + 1 + data_n + CHECKSUM)
		return ST_INVALID;
	for (i = 0; i < prefix_n; i++)
		if (fold(text[i], &lower, &upper) != prefix[i])
			return ST_INVALID;
	if (text[i++] != '1')
		return ST_INVALID;
	text += i;
	for (i = 0; i < data_n + CHECKSUM; i++) {
		if ((c = fold(text[i], &lower, &upper)) <= 0 ||
		    (at = strchr(alphabet, c)) == NULL)
			return ST_INVALID;
		sum = step(sum, (unsigned)(at - alphabet));
		if (i >= data_n)
			continue;
		v = v << 5 | (uint32_t)(at - alphabet);
		if ((bits += 5) >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(v >> bits);
		}
	}
	/* What fills the last group up must be zeros. */
	return sum == 1 && (v & ((1U << bits) - 1)) == 0 ? ST_OK : ST_INVALID;
}
