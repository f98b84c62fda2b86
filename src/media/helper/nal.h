/*
 * nal: H.264 and H.265 video as MP4 and Matroska store it (ISO/IEC 14496-15):
 * NAL units behind their lengths, parameter sets in avcC or hvcC.
 *
 * What leaves here holds the NAL units that make pictures, and of SEI
 * messages only those that tell how to show them; units that the standards
 * leave to anybody's use are gone.  Lengths are always 4 bytes.
 */
#ifndef MEDIA_HELPER_NAL_H
#define MEDIA_HELPER_NAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct notes;

struct nal {
	bool hevc;
	unsigned length_size; /* of the source */
	const char *where;    /* for notes */
	struct notes *notes;
};

/*
 * Read n bytes of avcC or hvcC, set length_size and append the clean record
 * to out.  Returns ST_OK, ST_INVALID or what buf_status() says.
 */
enum status nal_config(struct nal *v, const uint8_t *p, size_t n,
    struct buf *out, struct diag *d) NODISCARD;

/*
 * Append the clean form of one sample to out; nothing if no picture is in
 * it.  What follows a length that is not true is dropped and noted.
 */
enum status nal_sample(
    struct nal *v, const uint8_t *p, size_t n, struct buf *out) NODISCARD;

#endif /* !MEDIA_HELPER_NAL_H */
