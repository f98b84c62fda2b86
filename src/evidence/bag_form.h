/*
 * bag_form: the texts that bag.c expects and bag_write.c writes.
 */
#ifndef EVIDENCE_BAG_FORM_H
#define EVIDENCE_BAG_FORM_H

#include "evidence/bag.h"

#define BAG_BAGIT              \
	"BagIt-Version: 1.0\n" \
	"Tag-File-Character-Encoding: UTF-8\n"
#define BAG_PAYLOADS_MAX (3 + BAG_CLIPS_MAX)
#define BAG_MANIFEST_MAX (size_t)16384
#define BAG_NAME_BYTES 24

/* The name of a payload in the bag, "data/clips.json". */
void bag_form_name(enum bag_part part, unsigned clip, char out[BAG_NAME_BYTES]);

#endif /* !EVIDENCE_BAG_FORM_H */
