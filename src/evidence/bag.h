/*
 * bag: what a resident shares, as a BagIt 1.0 bag (RFC 8493) in a tar.
 *
 * Members, in this order and no others:
 *
 *	bagit.txt
 *	tags/share.note         the one-time key's note, over the manifest
 *	manifest-sha256.txt     of all of data/, in this order
 *	data/clips.json
 *	data/statement.json
 *	data/seals.json         only where the recorder has seals
 *	data/1.mp4 ... data/25.mp4
 *
 * No bag-info, no original names, nothing of the sender.  The note stands
 * before the payload, so that a reader can refuse before it has stored
 * anything, and the manifest too, so that each payload is known to be whole
 * as its last byte arrives.
 *
 * This module knows the frame, not what the note, the clips or the statement
 * say: protocol/ reads those.
 */
#ifndef EVIDENCE_BAG_H
#define EVIDENCE_BAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct bag_reader;
struct diag;

#define BAG_CLIPS_MAX 25
#define BAG_TOTAL_MAX (UINT64_C(2) << 30)  /* bytes of the clips */
#define BAG_TAR_MAX (UINT64_C(2400) << 20) /* of the tar, padded */
#define BAG_NOTE_MAX (size_t)16384         /* tags/share.note */
#define BAG_JSON_MAX (size_t)262144        /* clips, statement */
#define BAG_SEALS_MAX ((size_t)8 << 20)    /* data/seals.json */
#define BAG_HASH 32

/* Bytes, borrowed. */
struct bag_bytes {
	const void *p; /* NULL: the document is not there */
	size_t n;
};

/* What bag_write() packs. */
struct bag_source {
	struct bag_bytes clips;     /* data/clips.json, canonical */
	struct bag_bytes statement; /* data/statement.json, canonical */
	struct bag_bytes seals;     /* data/seals.json, or .p NULL */
	size_t n_clips;             /* 1 to BAG_CLIPS_MAX */
	const int *clip_fds;        /* seekable; read from offset 0 */

	/*
	 * Sign the share over the SHA-256 of the manifest: set *note to bytes
	 * that stay valid until bag_write() returns.
	 */
	enum status (*sign)(void *arg, const uint8_t manifest[BAG_HASH],
	    struct bag_bytes *note);
	/* total is told once, before the first byte is put; may be NULL. */
	enum status (*total)(void *arg, uint64_t tar_size);
	/* Where the tar goes. */
	enum status (*put)(void *arg, const void *p, size_t n);
	void *arg;
};

/*
 * Hash the clips, have the manifest signed, and put the whole tar.
 * Returns ST_OK, ST_INVALID (`bag-no-clip`, `bag-too-many-clips`),
 * ST_TOO_LARGE (`bag-too-large`), ST_IO (a clip cannot be read, or changed
 * meanwhile), ST_NOMEM, or what a callback returned.
 */
enum status bag_write(const struct bag_source *s, struct diag *d) NODISCARD;

enum bag_part {
	BAG_PART_CLIPS,     /* data/clips.json */
	BAG_PART_STATEMENT, /* data/statement.json */
	BAG_PART_SEALS,     /* data/seals.json */
	BAG_PART_CLIP,      /* data/N.mp4 */
};

/* One file of data/. */
struct bag_payload {
	enum bag_part part;
	unsigned clip; /* 1 to BAG_CLIPS_MAX for BAG_PART_CLIP, else 0 */
	uint64_t size;
	uint8_t sha256[BAG_HASH]; /* as the manifest has it */
};

/*
 * Where a reader's findings go; any may be NULL.  Anything but ST_OK ends the
 * reading and is what bag_feed() returns.  `end` is called only once the
 * payload's hash was found to be the manifest's: what was stored since
 * `begin` without an `end` is to be dropped.
 */
struct bag_sink {
	/* tags/share.note, and the manifest that follows it. */
	enum status (*note)(void *arg, const void *p, size_t n);
	enum status (*manifest)(
	    void *arg, const void *p, size_t n, const uint8_t sha256[BAG_HASH]);
	enum status (*begin)(void *arg, const struct bag_payload *f);
	enum status (*data)(void *arg, const void *p, size_t n);
	enum status (*end)(void *arg, const struct bag_payload *f);
};

/* NULL if out of memory. */
struct bag_reader *bag_reader_new(const struct bag_sink *sink, void *arg);
void bag_reader_free(struct bag_reader **r);

/*
 * Take n more bytes of the tar.  Returns ST_OK, what the sink returned,
 * ST_NOMEM, ST_TOO_LARGE (`bag-too-large`), or ST_INVALID with one of
 *
 *	bag-tar             not the archive that tar.h describes
 *	bag-path            a member that does not belong, or out of order
 *	bag-links           a link, device or directory
 *	bag-version         bagit.txt is not that of BagIt 1.0 in UTF-8
 *	bag-manifest        the manifest is malformed or names other files
 *	bag-hash            a payload differs from the manifest
 *	bag-no-clip         no clip
 *	bag-too-many-clips  more than BAG_CLIPS_MAX clips
 *
 * d names the member.  After anything but ST_OK only bag_reader_free is
 * allowed.
 */
enum status bag_feed(
    struct bag_reader *r, const void *p, size_t n, struct diag *d) NODISCARD;

/* The bytes are over: was it all there?  The same statuses. */
enum status bag_end(struct bag_reader *r, struct diag *d) NODISCARD;

/*
 * After bag_end() gave ST_OK, and as long as r lives.  The documents are
 * kept; clips only go to the sink.
 */
struct bag_bytes bag_note(const struct bag_reader *r);
struct bag_bytes bag_manifest(const struct bag_reader *r);
struct bag_bytes bag_document(const struct bag_reader *r, enum bag_part part);
void bag_manifest_hash(const struct bag_reader *r, uint8_t out[BAG_HASH]);
size_t bag_n_payloads(const struct bag_reader *r);
const struct bag_payload *bag_payload(const struct bag_reader *r, size_t i);

#endif /* !EVIDENCE_BAG_H */
