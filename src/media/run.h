/*
 * run: one run of porchlight-media, with nothing but what it needs.
 *
 * The program gets: 0 and 2 /dev/null, 1 a pipe for its answer, 3 the file,
 * 4 where a copy goes (if any), no environment, no other descriptor, default
 * signals.  It is killed when it takes too long or says too much.
 */
#ifndef MEDIA_RUN_H
#define MEDIA_RUN_H

#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;

enum run_end {
	RUN_DONE,    /* it exited with 0: the answer is whole */
	RUN_REFUSED, /* it exited with another code, in *code */
	RUN_CRASHED, /* a signal ended it, in *code */
	RUN_SLOW,    /* it was killed when its time was over */
	RUN_LOUD,    /* it was killed since it said more than answer may hold */
};

/*
 * Run `porchlight-media job` on in_fd and out_fd (-1: none) for at most
 * wall_ms, and collect what it says in answer (whose limit counts).
 * Returns ST_OK with *end and *code set, or ST_FAIL (it could not be started)
 * or ST_NOMEM.  Safe in a process with threads.
 */
enum status run_helper(const char *job, int in_fd, int out_fd, int64_t wall_ms,
    struct buf *answer, enum run_end *end, int *code, struct diag *d) NODISCARD;

#endif /* !MEDIA_RUN_H */
