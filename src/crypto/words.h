/*
 * words: 16 secret bytes as twelve words that a person can copy (BIP-39,
 * English, 128 bits with 4 bits of checksum).
 *
 * Reading is forgiving of what people do (capitals, spaces, line breaks, the
 * first four letters of a word, which tell all words apart) and names the
 * word that is wrong.  The words are a secret: callers wipe them.
 */
#ifndef CRYPTO_WORDS_H
#define CRYPTO_WORDS_H

#include <stdint.h>

#include "base/status.h"

struct diag;

#define WORDS_BYTES 16
#define WORDS_TEXT (12 * 9) /* twelve words of up to 8 letters, and a NUL */

void words_write(const uint8_t secret[WORDS_BYTES], char out[WORDS_TEXT]);

/*
 * Returns ST_OK or ST_INVALID; d then says which word is not one of the
 * list, how many words are missing, or that a word must have been mistaken.
 */
enum status words_read(
    const char *text, uint8_t secret[WORDS_BYTES], struct diag *d) NODISCARD;

#endif /* !CRYPTO_WORDS_H */
