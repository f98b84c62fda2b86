/*
 * link: the process porchlight-keyd as its client has it, and calls to it by
 * several threads at once over one socket.
 *
 * Of the threads that wait for a reply one reads, for all of them; there is
 * no thread of our own.  Once the process is gone, every call is ST_PEER.
 */
#ifndef KEYD_LINK_H
#define KEYD_LINK_H

#include "base/status.h"
#include "keyd/keyd.h"
#include "keyd/wire.h"

struct link;

/* As keyd_start(). */
enum status link_start(const char *exe, const char *store_dir,
    enum keyd_class class, struct link **out, struct diag *d) NODISCARD;

/* As keyd_stop(). */
void link_stop(struct link **l);

int link_pid(const struct link *l);

/*
 * Call an operation with body and get the reply's body, which the caller
 * wipes.  Returns the status of the reply, described in d, or ST_PEER.
 */
enum status link_call(struct link *l, enum wire_op op, const struct buf *body,
    struct buf *reply, struct diag *d) NODISCARD;

#endif /* !KEYD_LINK_H */
