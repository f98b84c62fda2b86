/*
 * identities: the age identities of one kind, all in memory, since a header
 * does not say whom it is for: they are tried in turn.
 *
 * The directory is read again when it has changed and when nothing fits, so
 * that what another process of the same store makes or erases counts here.
 */
#ifndef KEYD_IDENTITIES_H
#define KEYD_IDENTITIES_H

#include "keyd/keyd.h"

struct identities;

/* Those of kind ("request", "letter") below dir; NULL if out of memory. */
struct identities *identities_new(const char *dir, const char *kind);

/* Wipe and free *s; sets it to NULL.  NULL is fine. */
void identities_free(struct identities **s);

/* As keyd_create_identity(), keyd_recipient(), keyd_erase_identity(). */
enum status identities_create(struct identities *s, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d) NODISCARD;
enum status identities_recipient(struct identities *s, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d) NODISCARD;
enum status identities_erase(
    struct identities *s, const char *name, struct diag *d) NODISCARD;

/* As keyd_unwrap(). */
enum status identities_unwrap(struct identities *s, const void *header,
    size_t n, char name[KEYD_NAME_MAX + 1], uint8_t file_key[16],
    struct diag *d) NODISCARD;

#endif /* !KEYD_IDENTITIES_H */
