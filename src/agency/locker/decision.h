/*
 * decision: what becomes of a complete upload, in one commit: the spent pass
 * with the submission, its items, their custody and the receipt; or with the
 * refusal; or nothing.  See intake.h for the states.
 */
#ifndef AGENCY_LOCKER_DECISION_H
#define AGENCY_LOCKER_DECISION_H

#include <stdint.h>

#include "base/status.h"

struct id;
struct office;

/*
 * Open the upload of that size, created then (UTC seconds), and decide.
 * Returns ST_OK, or why that cannot be done now.
 */
enum status decision_make(struct office *a, const struct id *upload,
    int64_t size, int64_t created) NODISCARD;

/* Erase the ciphertext of a decided one. */
enum status decision_close(struct office *a, const struct id *upload) NODISCARD;

#endif /* !AGENCY_LOCKER_DECISION_H */
