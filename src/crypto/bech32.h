/*
 * bech32: the text form of age keys (BIP-173, without its limit of 90
 * characters; never bech32m).
 */
#ifndef CRYPTO_BECH32_H
#define CRYPTO_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define BECH32_BYTES 32 /* of data, at most */

/* Bytes of the text for a prefix and n bytes of data, with its NUL. */
#define BECH32_TEXT(prefix_n, n) ((prefix_n) + 1 + ((n)*8 + 4) / 5 + 6 + 1)

/* Write n <= BECH32_BYTES bytes behind the lower-case prefix. */
void bech32_write(const char *prefix, const uint8_t *p, size_t n, char *out);

/*
 * Read text, which must have that prefix and hold exactly n bytes, all in
 * lower case or all in upper case.  Returns ST_OK or ST_INVALID.
 */
enum status bech32_read(
    const char *text, const char *prefix, uint8_t *out, size_t n) NODISCARD;

#endif /* !CRYPTO_BECH32_H */
