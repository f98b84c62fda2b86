/*
 * opus: how long a packet of Opus sounds (RFC 6716, section 3.1).
 */
#ifndef MEDIA_HELPER_OPUS_H
#define MEDIA_HELPER_OPUS_H

#include <stddef.h>
#include <stdint.h>

/* Samples at 48 kHz; 0 if that cannot be told. */
int64_t opus_duration(const uint8_t *p, size_t n);

#endif /* !MEDIA_HELPER_OPUS_H */
