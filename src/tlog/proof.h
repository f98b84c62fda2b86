/*
 * proof: an entry's own proof that it is in the log, to be kept beside it:
 * C2SP tlog-proof at commit ab17a741.
 */
#ifndef TLOG_PROOF_H
#define TLOG_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tlog/tree.h"

struct buf;
struct diag;

#define PROOF_MAX 131072 /* bytes of a proof at most */
#define PROOF_EXTRA 4096 /* bytes of extra data at most, decoded */

/* A parsed proof; extra and checkpoint lie in the bytes it came from. */
struct proof {
	uint64_t index;
	struct tlog_proof_path path;
	const char *extra; /* base64, NULL if none; not authenticated */
	size_t extra_n;
	const char *checkpoint; /* a signed note */
	size_t checkpoint_n;
};

/* Append a proof without extra data around the signed checkpoint note. */
void proof_text(uint64_t index, const struct tlog_proof_path *path,
    const void *checkpoint, size_t n, struct buf *b);

/* Read one.  Returns ST_OK or ST_INVALID, described in d. */
enum status proof_parse(
    const void *p, size_t n, struct proof *out, struct diag *d) NODISCARD;

#endif /* !TLOG_PROOF_H */
