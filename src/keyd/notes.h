/*
 * notes: the note keys of a store, loaded as they are asked for and kept.
 * A key is bound to the types that its file lists.
 */
#ifndef KEYD_NOTES_H
#define KEYD_NOTES_H

#include "keyd/keyd.h"

struct note_key;
struct notes;

/* Keys below dir; NULL if out of memory. */
struct notes *notes_new(const char *dir);

/* Wipe and free *n; sets it to NULL.  NULL is fine. */
void notes_free(struct notes **n);

/* As keyd_create_note_key(). */
enum status
notes_create(struct notes *n, const char *name, char types[][KEYD_TYPE_MAX + 1],
    size_t types_n, struct note_key *out, struct diag *d) NODISCARD;

/* As keyd_note_key(), keyd_sign() and keyd_cosign(). */
enum status notes_key(struct notes *n, const char *name, struct note_key *out,
    struct diag *d) NODISCARD;
enum status notes_sign(struct notes *n, const char *name, const void *text,
    size_t text_n, struct buf *line, struct diag *d) NODISCARD;
enum status notes_cosign(struct notes *n, const char *name, const void *text,
    size_t text_n, int64_t time_s, struct buf *line, struct diag *d) NODISCARD;

#endif /* !KEYD_NOTES_H */
