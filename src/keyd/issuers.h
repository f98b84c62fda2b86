/*
 * issuers: blind RSA keys by purpose and epoch, loaded as they are asked for.
 */
#ifndef KEYD_ISSUERS_H
#define KEYD_ISSUERS_H

#include "keyd/keyd.h"

struct issuers;

/* Those below dir; NULL if out of memory. */
struct issuers *issuers_new(const char *dir);

/* Wipe and free *s; sets it to NULL.  NULL is fine. */
void issuers_free(struct issuers **s);

/* As keyd_create_issuer(), keyd_issuer_public(), keyd_erase_issuer(). */
enum status issuers_create(struct issuers *s, const char *purpose,
    uint64_t epoch, struct buf *spki, struct diag *d) NODISCARD;
enum status issuers_public(struct issuers *s, const char *purpose,
    uint64_t epoch, struct buf *spki, struct diag *d) NODISCARD;
enum status issuers_erase(struct issuers *s, const char *purpose,
    uint64_t epoch, struct diag *d) NODISCARD;

/* As keyd_blind_sign(); signatures is as long as blinded. */
enum status issuers_sign(struct issuers *s, const char *purpose, uint64_t epoch,
    const uint8_t *blinded, size_t n, uint8_t *signatures,
    struct diag *d) NODISCARD;

#endif /* !KEYD_ISSUERS_H */
