/*
 * entry: the sample entry of an MP4 track, the box in stsd that tells a
 * decoder what to expect (ISO/IEC 14496-12, -14, -15; Opus, VP and AV1 in
 * ISOBMFF).  Made from settings that filter.h cleaned; compressor names and
 * everything optional are left empty.
 */
#ifndef MEDIA_HELPER_ENTRY_H
#define MEDIA_HELPER_ENTRY_H

#include "base/status.h"

struct buf;
struct track;

/* Append the box to b.  Returns what buf_status() says. */
enum status entry_put(struct buf *b, const struct track *t) NODISCARD;

/* Bytes of one sample of PCM over all channels; 0 for other codecs. */
unsigned entry_pcm_unit(const struct track *t);

#endif /* !MEDIA_HELPER_ENTRY_H */
