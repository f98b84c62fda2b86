/* age_header: writing the header that age_header_parse() (age.h) reads. */
#ifndef CRYPTO_AGE_HEADER_H
#define CRYPTO_AGE_HEADER_H

#include "crypto/age.h"

#define AGE_WRAPPED 32 /* a file key and its tag */

/*
 * Append a header of n stanzas to b, its MAC made with file_key.  ST_OK or
 * what buf_status() says.
 */
enum status age_header_write(const struct age_stanza *stanza, size_t n,
    const uint8_t file_key[AGE_FILE_KEY], struct buf *b) NODISCARD;

/* The MAC of the n bytes at p, up to and with the "---". */
void age_header_mac(const uint8_t file_key[AGE_FILE_KEY], const void *p,
    size_t n, uint8_t mac[32]);

#endif /* !CRYPTO_AGE_HEADER_H */
