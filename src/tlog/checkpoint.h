/*
 * checkpoint: the text of a signed tree head, C2SP tlog-checkpoint v1.0.0.
 *
 * This is the text alone; signatures are crypto/note.h, and whom to believe
 * is tlog/trust.h.
 */
#ifndef TLOG_CHECKPOINT_H
#define TLOG_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "tlog/tree.h"

struct buf;
struct diag;

#define CHECKPOINT_ORIGIN 256 /* bytes of an origin, with NUL */
#define CHECKPOINT_NOTE 65536 /* bytes of a signed checkpoint at most */

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN];
	uint64_t size;
	struct tlog_hash root;
};

/* Append the three lines. */
void checkpoint_text(const struct checkpoint *c, struct buf *b);

/*
 * Read a checkpoint's text (a note's text).  Extension lines are accepted
 * and ignored.  Returns ST_OK or ST_INVALID.
 */
enum status checkpoint_parse(const char *text, size_t n, struct checkpoint *out,
    struct diag *d) NODISCARD;

#endif /* !TLOG_CHECKPOINT_H */
