/*
 * text: what kind of document a text is, found in its bytes alone.
 *
 * Of this depends what a key signs, so whatever could be read in two ways is
 * refused: a document equals its RFC 8785 form, where a member is there
 * once; a checkpoint of ours has no extension lines.
 */
#ifndef KEYD_TEXT_H
#define KEYD_TEXT_H

#include "keyd/keyd.h"

#define TEXT_CHECKPOINT "checkpoint"
#define TEXT_COSIGNATURE "cosignature"

/*
 * The type of the n bytes of a note's text, for a key bound to origin.
 * Returns ST_OK, ST_INVALID (neither a document nor a checkpoint) or
 * ST_FORBIDDEN (a checkpoint of another origin; a document that claims a
 * type that is none of a document's).
 */
enum status text_type(const void *text, size_t n, const char *origin,
    char type[KEYD_TYPE_MAX + 1], struct diag *d) NODISCARD;

/*
 * Whether text is a checkpoint of any origin, extension lines allowed, as a
 * watcher cosigns it.  ST_OK or ST_INVALID.
 */
enum status
text_checkpoint(const void *text, size_t n, struct diag *d) NODISCARD;

#endif /* !KEYD_TEXT_H */
