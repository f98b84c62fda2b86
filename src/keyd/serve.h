/*
 * serve: from an operation's frame to its reply.  Knows the operations, and
 * which class of process has which; nothing of sockets or threads.
 */
#ifndef KEYD_SERVE_H
#define KEYD_SERVE_H

#include "keyd/keyd.h"
#include "keyd/wire.h"

struct serve;

/*
 * Over the key store at dir, whose directories are made if they are not
 * there.  ST_OK, ST_IO or ST_NOMEM.
 */
enum status serve_new(const char *dir, enum keyd_class class,
    struct serve **out, struct diag *d) NODISCARD;

/* Wipe and free *s; sets it to NULL.  NULL is fine. */
void serve_free(struct serve **s);

/*
 * Whether op is done in a moment, so that the thread that reads frames may do
 * it: a signature is not to wait for anything.
 */
int serve_is_quick(uint8_t op);

/*
 * Do op and write the reply's code and body.  Returns 0 if the frame is
 * malformed or of an operation that this class has not: nobody who is of
 * this build sends such.
 */
int serve_call(struct serve *s, uint8_t op, const struct buf *body,
    uint8_t *code, struct buf *reply);

#endif /* !KEYD_SERVE_H */
