/*
 * opening: one complete upload, decrypted, unpacked and checked, its clips
 * stored under random ids.  It changes no row.
 */
#ifndef AGENCY_LOCKER_OPENING_H
#define AGENCY_LOCKER_OPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/status.h"
#include "evidence/bag.h"
#include "protocol/share.h"

struct office;
struct doc;

enum opening_outcome {
	OPENING_DROP,   /* nothing in it that counts */
	OPENING_REFUSE, /* a good pass, but d says why it is refused */
	OPENING_ADMIT,
};

struct opening_item {
	struct id blob;
	int64_t size;
	uint8_t sha256[32];
};

struct opening {
	/* Given. */
	struct id upload;
	int64_t size, created;

	/* Found. */
	enum opening_outcome outcome;
	struct diag why;
	struct id request;
	uint8_t ciphertext[32];
	bool share_ok; /* share and share_note are valid, its pass too */
	struct doc *share_doc;
	struct share share;
	int64_t epoch; /* of the pass */
	struct buf share_note, manifest, clips, statement;
	struct buf directory_note, directory_proof;
	size_t n;
	struct opening_item items[BAG_CLIPS_MAX];
};

void opening_init(struct opening *o);
void opening_fini(struct opening *o);

/*
 * Open the upload.  ST_OK with an outcome; anything else says that it cannot
 * be told now (no directory, no space) and that nothing was kept.
 */
enum status opening_run(struct office *a, struct opening *o) NODISCARD;

/* Erase the items that were stored. */
void opening_discard(struct office *a, struct opening *o);

#endif /* !AGENCY_LOCKER_OPENING_H */
