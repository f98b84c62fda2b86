/*
 * child: this program run again as another process: once, for a result, or
 * as a server that goes on.  So the demo drives nothing that a person could
 * not type.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

struct buf;
struct diag;

/*
 * Whether SIGINT or SIGTERM came while cli_signals_hold() keeps them: long
 * work asks between its steps.
 */
bool child_interrupted(void);

/*
 * Run `porchlight args...` (NULL after the last) with input on stdin (NULL:
 * none) and append its stdout to out (NULL: discard).  Returns ST_OK where it
 * ended with 0; ST_FAIL, where d says what it said on stderr; ST_GONE, without a
 * run, once child_interrupted(); ST_NOMEM.
 */
enum status child_run(const char *const *args, const char *input,
    struct buf *out, struct diag *d) NODISCARD;

/*
 * Start it and leave it running, its output appended to the file log.  It
 * ends with SIGTERM when the thread that called this ends.
 */
enum status child_start(const char *const *args, const char *log, pid_t *pid,
    struct diag *d) NODISCARD;

/* End one that was started and wait for it; *pid becomes 0.  0 is fine. */
void child_end(pid_t *pid);

#endif /* !CLI_CHILD_H */
