/*
 * kept: what the agency keeps of the platform's: the directory, verified, and
 * the notes with proofs that a package needs.
 */
#ifndef AGENCY_KEPT_H
#define AGENCY_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct office;
struct buf;
struct diag;
struct directory;
struct geo_area;
struct id;
struct tx;

#define KEPT_DIRECTORY "directory"
#define KEPT_POLICY "policy"
#define KEPT_PARTNER "partner"
#define KEPT_AGENCY "agency"

/*
 * Call use() with the directory that is in force, under the lock that keeps
 * it.  It is fetched where it is older than an hour, or fresh is not 0 and it
 * is older than a minute; where the platform does not answer the kept one
 * counts for as long as it is young enough.  note and proof are its bytes.
 * Returns what use() does; ST_PEER or ST_STALE without a directory.
 */
typedef enum status kept_use(void *arg, const struct directory *dir,
    const char *note, size_t note_n, const char *proof);
enum status kept_directory(struct office *a, int fresh, kept_use *use,
    void *arg, struct diag *d) NODISCARD;

/*
 * Fetch the feed of a district of area and keep its policy, the agency's own
 * note and its partner's: as the newest, and, where the feed shows the
 * request, as those that go with it, once and for all: keys may change
 * before a package of it is made.  Returns ST_OK; ST_NOTFOUND if the feed
 * does not carry them (no request of this agency is open there); ST_PEER and
 * so on.
 */
enum status kept_refresh(struct office *a, const struct id *request,
    const struct geo_area *area, struct diag *d) NODISCARD;

/*
 * Read a kept note of type (KEPT_...) into note and proof: the one that goes
 * with the request, or else (and for NULL) the newest.  ST_OK, ST_NOTFOUND or
 * what the store says.  For a store function.
 */
enum status kept_note(struct tx *tx, const char *type, const struct id *request,
    struct buf *note, struct buf *proof) NODISCARD;

/*
 * Seconds since the agency's own note was fetched, -1: never; and whether
 * the request has notes that go with it.
 */
enum status kept_age(struct office *a, const struct id *request,
    int64_t *seconds, bool *has) NODISCARD;

#endif /* !AGENCY_KEPT_H */
