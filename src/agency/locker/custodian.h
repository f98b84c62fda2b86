/*
 * custodian: the custody lists as rows, and the daily root over them
 * (evidence/custody.h has their form).
 */
#ifndef AGENCY_LOCKER_CUSTODIAN_H
#define AGENCY_LOCKER_CUSTODIAN_H

#include <stdint.h>

#include "base/id.h"
#include "base/status.h"

struct buf;
struct office;
struct tx;

/*
 * Append an entry to the list of item, at now_s or the time of its last
 * entry, if that is later; by is the locker.  For a store function.
 */
enum status
custodian_add(struct tx *tx, const struct office *a, const struct id *item,
    int64_t now_s, const char *event, const char *detail) NODISCARD;

/* The same to every item of a submission. */
enum status custodian_add_all(struct tx *tx, const struct office *a,
    const struct id *submission, int64_t now_s, const char *event,
    const char *detail) NODISCARD;

/* Append a submission's lists, an item after the other. */
enum status custodian_lines(
    struct tx *tx, const struct id *submission, struct buf *out) NODISCARD;

/* Make and file the root of the day that ended, if that was not done yet. */
enum status custodian_tend(struct office *a) NODISCARD;

#endif /* !AGENCY_LOCKER_CUSTODIAN_H */
