/*
 * letters: what sharers ask afterwards, and the locker's answers; and the
 * recipients that letters are sealed to (docs/protocol.md, "Letter").
 */
#ifndef AGENCY_LOCKER_LETTERS_H
#define AGENCY_LOCKER_LETTERS_H

#include <stddef.h>

#include "base/status.h"

struct buf;
struct call;
struct office;

/* POST /v1/letters. */
enum status letters_post(struct call *call) NODISCARD;

/*
 * Append exactly LETTER_BYTES to out: the sealed answer to the n bytes, or
 * random bytes where no answer can be made.  Returns ST_OK, ST_NOMEM, or
 * ST_INVALID for another length.
 */
enum status letters_answer(
    struct office *a, const void *letter, size_t n, struct buf *out) NODISCARD;

/*
 * See that this week's recipient is made and filed, destroy the identities
 * of old ones and forget old answers; called by housekeeping.
 */
enum status letters_tend(struct office *a) NODISCARD;

#endif /* !AGENCY_LOCKER_LETTERS_H */
