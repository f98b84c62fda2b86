/*
 * jpeg: a JPEG picture (ITU-T T.81) without application segments (EXIF, XMP,
 * maker's notes), comments, and bytes behind its end.  Adobe's segment of 12
 * bytes, which tells how colours are stored, is kept.
 */
#ifndef MEDIA_HELPER_JPEG_H
#define MEDIA_HELPER_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct notes;

enum status jpeg_sample(const uint8_t *p, size_t n, struct buf *out,
    const char *where, struct notes *notes) NODISCARD;

#endif /* !MEDIA_HELPER_JPEG_H */
