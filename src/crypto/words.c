#include "crypto/words.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "crypto/hash.h"
#include "crypto/words_english.h"

#define COUNT 12
#define LETTERS 8 /* of the longest word */
#define BITS 11   /* a word */

/* The secret and, in the upper 4 bits of the last byte, its checksum. */
static void
with_checksum(const uint8_t secret[WORDS_BYTES], uint8_t out[WORDS_BYTES + 1])
{
	uint8_t sum[HASH_BYTES];

	hash_sha256(secret, WORDS_BYTES, sum);
	memcpy(out, secret, WORDS_BYTES);
	out[WORDS_BYTES] = sum[0] & 0xf0;
	explicit_bzero(sum, sizeof(sum));
}

static unsigned
bit(const uint8_t *p, unsigned i)
{
	return p[i / 8] >> (7 - i % 8) & 1;
}

void
words_write(const uint8_t secret[WORDS_BYTES], char out[WORDS_TEXT])
{
	uint8_t bits[WORDS_BYTES + 1];
	unsigned w, i, index;
	size_t n = 0;

	with_checksum(secret, bits);
	for (w = 0; w < COUNT; w++) {
		index = 0;
		for (i = 0; i < BITS; i++)
			index = index << 1 | bit(bits, w * BITS + i);
		n += (size_t)snprintf(out + n, WORDS_TEXT - n, "%s%s",
		    w > 0 ? " " : "", words_english[index]);
	}
	explicit_bzero(bits, sizeof(bits));
}

/* The index of a word or of its first four letters, -1 if there is none. */
static int
lookup(const char *word)
{
	int low = 0, high = WORDS_ENGLISH - 1, mid, cmp;
	size_t n = strlen(word);

	while (low <= high) {
		mid = (low + high) / 2;
		cmp = n == 4 ? strncmp(word, words_english[mid], 4)
			     : strcmp(word, words_english[mid]);
		if (cmp == 0)
			return mid;
		if (cmp < 0)
			high = mid - 1;
		else
			low = mid + 1;
	}
	return -1;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

/*
 * Take the next word at *at in lower case: its whole length is returned, of
 * which word holds as much as a word of the list could have and one more.
 */
static size_t
next(const char **at, char word[LETTERS + 2])
{
	size_t n = 0;

	while (is_space(**at))
		(*at)++;
	memset(word, 0, LETTERS + 2);
	for (; **at != '\0' && !is_space(**at); (*at)++, n++) {
		char c = **at;

		if (n <= LETTERS)
			word[n] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return n;
}

enum status
words_read(const char *text, uint8_t secret[WORDS_BYTES], struct diag *d)
{
	uint8_t bits[WORDS_BYTES + 1] = { 0 }, again[WORDS_BYTES + 1];
	char word[LETTERS + 2];
	enum status st = ST_OK;
	unsigned w, i;
	int index = 0;

	for (w = 0; w < COUNT; w++) {
		if (next(&text, word) == 0) {
			st = diag_set(d, ST_INVALID, "words", "12 words",
			    "There are only %u words; 12 are needed.", w);
			goto done;
		}
		if ((index = lookup(word)) < 0) {
			st = diag_set(d, ST_INVALID, "words", "",
			    "Word %u, \"%s\", is not one of the word list. "
			    "Look at how it was written down.",
			    w + 1, word);
			goto done;
		}
		for (i = 0; i < BITS; i++)
			if (index >> (BITS - 1 - i) & 1)
				bits[(w * BITS + i) / 8] |= (uint8_t)(0x80 >>
				    (w * BITS + i) % 8);
	}
	if (next(&text, word) != 0) {
		st = diag_set(d, ST_INVALID, "words", "12 words",
		    "There are more than 12 words.");
		goto done;
	}
	with_checksum(bits, again);
	if (!hash_equal(bits, again, sizeof(bits))) {
		st = diag_set(d, ST_INVALID, "words", "",
		    "All 12 words are known, but they do not belong together: "
		    "one of them is another word, or two are swapped.");
		goto done;
	}
	memcpy(secret, bits, WORDS_BYTES);
done:
	explicit_bzero(bits, sizeof(bits));
	explicit_bzero(again, sizeof(again));
	explicit_bzero(word, sizeof(word));
	explicit_bzero(&index, sizeof(index));
	return st;
}
