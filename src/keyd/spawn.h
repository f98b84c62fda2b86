/* spawn: find porchlight-keyd and execute it with one end of a socket pair. */
#ifndef KEYD_SPAWN_H
#define KEYD_SPAWN_H

#include <sys/types.h>

#include "keyd/keyd.h"

/*
 * Execute exe (NULL: where keyd_start() says) and write its process id and
 * our end of the pair.  The process has that pair, stderr, no other file,
 * and an environment of its own.  ST_OK, ST_NOTFOUND, ST_IO or ST_FAIL.
 */
enum status spawn_keyd(const char *exe, const char *store_dir,
    enum keyd_class class, pid_t *pid, int *fd, struct diag *d) NODISCARD;

#endif /* !KEYD_SPAWN_H */
