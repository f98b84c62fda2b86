/*
 * limit: how often one address may call, in memory alone.
 *
 * A token bucket for each address (IPv6: each /64) in a table of fixed size,
 * under a keyed hash whose key is drawn anew at each start: no address is
 * kept, logged or to be had from the table.  Where it is full, whoever was
 * quiet longest is forgotten.  Loopback counts as one address.
 */
#ifndef HTTPD_LIMIT_H
#define HTTPD_LIMIT_H

#include "base/status.h"

struct call;
struct httpd_limit;

/*
 * burst calls at once, then per_minute calls a minute, for some slots
 * addresses.  Returns ST_OK or ST_NOMEM.
 */
enum status httpd_limit_new(unsigned per_minute, unsigned burst, unsigned slots,
    struct httpd_limit **out) NODISCARD;

void httpd_limit_free(struct httpd_limit **l);

/*
 * Count this call.  Returns ST_OK, or ST_RATE with Retry-After set on the
 * reply.  Never blocks for long: fit for admit() and INLINE handlers.
 */
enum status httpd_limit(struct httpd_limit *l, struct call *call) NODISCARD;

#endif /* !HTTPD_LIMIT_H */
