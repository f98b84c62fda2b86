/*
 * sandbox: what this program gives up before it reads a byte of footage.
 *
 * After sandbox_close() the process has its memory, three descriptors and
 * the clock.  It cannot open a file, make a socket or a process, run a
 * program or map memory as code, and it ends when it takes too much memory
 * or time.  There is no way back and no way around: if any part cannot be
 * had, the caller must exit.
 */
#ifndef MEDIA_HELPER_SANDBOX_H
#define MEDIA_HELPER_SANDBOX_H

#include <stddef.h>

#include "base/status.h"

struct diag;

/* The descriptors that remain; see media/run.h. */
#define SANDBOX_ANSWER 1 /* written */
#define SANDBOX_ERRORS 2 /* written */
#define SANDBOX_IN 3     /* read and sought */
#define SANDBOX_OUT 4    /* written */

#define SANDBOX_MEMORY ((size_t)1 << 30) /* bytes of address space */

/*
 * Close the sandbox; the process ends after cpu_s seconds of computing.
 * Landlock is used where the kernel has it, seccomp always.
 * Returns ST_OK, or ST_FAIL with the part that is missing in d.
 */
enum status sandbox_close(unsigned cpu_s, struct diag *d) NODISCARD;

#endif /* !MEDIA_HELPER_SANDBOX_H */
