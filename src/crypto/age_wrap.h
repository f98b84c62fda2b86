/* age_wrap: a file key sealed to one recipient; age_unwrap() is in age.h. */
#ifndef CRYPTO_AGE_WRAP_H
#define CRYPTO_AGE_WRAP_H

#include "crypto/age.h"

/* ST_OK, ST_INVALID (a recipient of low order), ST_NOMEM or ST_FAIL. */
enum status
age_wrap(const struct age_recipient *to, const uint8_t file_key[AGE_FILE_KEY],
    struct age_stanza *out, struct diag *d) NODISCARD;

#endif /* !CRYPTO_AGE_WRAP_H */
