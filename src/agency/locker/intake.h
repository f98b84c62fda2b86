/*
 * intake: from a complete upload to a submission with its finding.
 *
 * Every step is one transaction that moves a row's state, after whatever it
 * needs on disk is durable, so that work stopped at any point is taken up by
 * looking at the rows:
 *
 *	upload complete     opened, checked; then spent pass, submission,
 *	                    items, custody and receipt in one commit (or a
 *	                    refusal, or nothing)            -> decided
 *	upload decided      ciphertext erased               -> done
 *	item not inspected  looked at by the media helper   -> inspected
 *	all inspected       the finding made                -> found
 *	withdrawn           items erased                    -> not present
 *
 * Items that a stopped step has written have no row and are swept at the
 * next start.
 */
#ifndef AGENCY_LOCKER_INTAKE_H
#define AGENCY_LOCKER_INTAKE_H

#include <stdbool.h>

#include "base/status.h"

struct office;

/*
 * Do one step if there is one; *worked tells.  A step that cannot be done now
 * (no directory, a full disk) is left for later, and others are done first.
 * Returns ST_OK, or why the store could not be read.
 */
enum status intake_step(struct office *a, bool *worked) NODISCARD;

/* All that there is. */
enum status intake_run(struct office *a) NODISCARD;

/* Tell the thread that something is complete. */
void intake_wake(struct office *a);

/* The thread; arg is the office.  Ends once a->stop is set. */
void *intake_thread(void *arg);

/* Erase items that no row names; before the thread starts. */
enum status intake_sweep(struct office *a) NODISCARD;

#endif /* !AGENCY_LOCKER_INTAKE_H */
