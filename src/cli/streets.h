/*
 * streets: a made-up street plan for the demo's districts, so that its pages
 * have a map without anybody's data.  The same place always gets the same
 * streets, and they go on across districts.
 */
#ifndef CLI_STREETS_H
#define CLI_STREETS_H

#include "base/status.h"
#include "geo/district.h"

struct buf;
struct diag;

/* Append district t's plan, porchlight/map@v1, to b.  ST_OK or ST_NOMEM. */
enum status streets_plan(struct geo_district t, struct buf *b) NODISCARD;

/*
 * Write the plans of t and of the districts up to two around it into dir, as
 * X-Y.json.  Returns ST_OK, or what file_write() says.
 */
enum status
streets_write(const char *dir, struct geo_district t, struct diag *d) NODISCARD;

#endif /* !CLI_STREETS_H */
