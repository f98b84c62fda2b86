/*
 * aac: AAC as MP4 and Matroska store it, raw_data_block by raw_data_block
 * (ISO/IEC 14496-3, 4.4.2.1).
 *
 * A block may start with fill and data-stream elements, where encoders write
 * their names.  Their contents are made zero, which changes no length and no
 * sound.  Elements behind the first channel cannot be found without decoding
 * and are left.
 */
#ifndef MEDIA_HELPER_AAC_H
#define MEDIA_HELPER_AAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct notes;

/* Append the AudioSpecificConfig; *elements: blocks are made of elements. */
enum status aac_config(const uint8_t *p, size_t n, struct buf *out,
    bool *elements, struct diag *d) NODISCARD;

/* Make those contents zero, in place. */
void aac_blank(uint8_t *p, size_t n, const char *where, struct notes *notes);

#endif /* !MEDIA_HELPER_AAC_H */
