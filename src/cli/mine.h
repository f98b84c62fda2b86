/* mine: what status and withdraw share: the twelve words in, the state out. */
#ifndef CLI_MINE_H
#define CLI_MINE_H

#include "base/status.h"

struct diag;
struct home_status;
struct opt_command;

/* home_status() or home_withdraw(). */
typedef enum status
mine_ask(const char *words, const char *locker, const char *platform_url,
    const char *trust_path, struct home_status *out, struct diag *d);

/*
 * Parse the options of c, which set the three, read the words from stdin, ask
 * and print the state.  Returns the exit code.
 */
int mine_run(const struct opt_command *c, const char **locker,
    const char **platform, const char **trust_path, mine_ask *ask, int argc,
    char **argv);

#endif /* !CLI_MINE_H */
