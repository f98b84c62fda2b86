/*
 * padme: how long something is made, so that its length tells little.
 *
 * Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files
 * and Communication with PURBs", 2019): of a length's bits only the first
 * few may be set, which costs at most 12 % and leaves O(log log n) bits of
 * information.
 */
#ifndef EVIDENCE_PADME_H
#define EVIDENCE_PADME_H

#include <stdint.h>

#define PADME_MAX (UINT64_C(1) << 62)

/*
 * The least padded length >= n; n is at most PADME_MAX.  For n of 1,536 and
 * more that is a multiple of 512, the result is one, too.
 */
uint64_t padme_size(uint64_t n);

#endif /* !EVIDENCE_PADME_H */
