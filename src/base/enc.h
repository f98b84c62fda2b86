/*
 * enc: bytes as text and back: lower-case hex, and base64 of RFC 4648 with
 * padding.  Readers take the one canonical form only.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define ENC_HEX(n) ((n)*2 + 1)                /* bytes for hex of n, with NUL */
#define ENC_BASE64(n) (((n) + 2) / 3 * 4 + 1) /* the same for base64 */

void enc_hex(const void *p, size_t n, char *out);
void enc_base64(const void *p, size_t n, char *out);

/*
 * Read text, exactly n bytes' worth, into out.  Returns ST_OK or ST_INVALID;
 * out is undefined then.
 */
enum status enc_unhex(const char *text, void *out, size_t n) NODISCARD;

/*
 * Read text_n characters of base64 into out, which holds max bytes; *n is
 * how many came.  Returns ST_OK, or ST_INVALID for a character, padding or
 * trailing bits that are not canonical, or more than max bytes.
 */
enum status enc_unbase64(const char *text, size_t text_n, void *out, size_t max,
    size_t *n) NODISCARD;

/* The same for the URL-safe alphabet; padding may be absent (RFC 9577). */
enum status enc_unbase64url(const char *text, size_t text_n, void *out,
    size_t max, size_t *n) NODISCARD;

#endif /* !BASE_ENC_H */
