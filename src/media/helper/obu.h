/*
 * obu: AV1 as MP4 and Matroska store it (AV1 specification, section 5.3; AV1
 * in ISOBMFF): the units that make pictures, and of metadata only the light
 * levels.  ITU-T T.35 user data, time codes and padding are dropped.
 */
#ifndef MEDIA_HELPER_OBU_H
#define MEDIA_HELPER_OBU_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct notes;

/* Append the contents of a clean av1C box. */
enum status obu_config(
    const uint8_t *p, size_t n, struct buf *out, struct diag *d) NODISCARD;

enum status obu_sample(const uint8_t *p, size_t n, struct buf *out,
    const char *where, struct notes *notes) NODISCARD;

#endif /* !MEDIA_HELPER_OBU_H */
