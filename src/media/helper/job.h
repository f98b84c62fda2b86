/*
 * job: what this program is asked to do with the file at SANDBOX_IN.  Each
 * fills *r as far as it gets, and on failure says in d in plain words why.
 * Statuses: ST_OK, ST_INVALID, ST_NOMEM, ST_IO, ST_FULL.
 */
#ifndef MEDIA_HELPER_JOB_H
#define MEDIA_HELPER_JOB_H

#include <stdint.h>

#include "base/status.h"

struct diag;
struct report;

/* See media_inspect(). */
enum status
job_inspect(int64_t size, struct report *r, struct diag *d) NODISCARD;

/* See media_strip(); the copy goes to SANDBOX_OUT, from its start on. */
enum status job_strip(int64_t size, struct report *r, struct diag *d) NODISCARD;

#endif /* !MEDIA_HELPER_JOB_H */
