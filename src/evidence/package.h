/*
 * package: a submission as a file that a stranger can check, years later and
 * without a network (docs/protocol.md, "Package").
 *
 * Writing lays out what the caller has; it signs nothing itself.  Verifying
 * believes only a trust file that was got apart from the package: from it
 * follow, through the notes' proofs, the platform, the partner, the agency,
 * its locker and the request; all else is recomputed.
 */
#ifndef EVIDENCE_PACKAGE_H
#define EVIDENCE_PACKAGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"

struct buf;
struct diag;
struct doc;
struct trust;

#define PACKAGE_TYPE "porchlight/package@v1"
#define SUBMISSIONS_TYPE "porchlight/submissions@v1"
#define PACKAGE_ITEMS_MAX 25
#define PACKAGE_NOTES_MAX 16
#define PACKAGE_BASIS_MAX 400
#define PACKAGE_DOCUMENT_MAX ((size_t)4 << 20) /* bytes of one but an item */

/* package.note, signed by the locker. */
struct package {
	int64_t time; /* UTC seconds */
	struct id submission, request;
	uint8_t tagmanifest[32];      /* SHA-256 of tagmanifest-sha256.txt */
	const char *receiver, *basis; /* a class; the legal basis */
};

/* ST_OK, ST_INVALID or ST_NOMEM; strings live with doc. */
enum status package_parse(
    const struct doc *doc, struct package *out, struct diag *d) NODISCARD;

/* The body for doc_text(); NULL if out of memory. */
json_t *package_json(const struct package *p);

/* Whether receiver is a class that is known: ST_OK or ST_INVALID. */
enum status package_receiver(const char *receiver, struct diag *d) NODISCARD;

/* Those classes, NULL after the last. */
extern const char *const package_receivers[];

/* Bytes, borrowed. */
struct package_bytes {
	const void *p;
	size_t n;
};

/* A note with its proof, NAME of data/notes/NAME.note. */
struct package_note {
	const char *name; /* "directory", "policy", "partner", "agency" */
	struct package_bytes note, proof;
};

/* What package_write() lays out; all borrowed. */
struct package_source {
	size_t n_items;
	const int *item_fds; /* seekable; read from offset 0 */
	struct package_bytes share_note, share_manifest, clips, statement;
	struct package_bytes receipt, finding, custody, submissions;
	struct package_bytes request_note, request_text, request_proof;
	size_t n_notes;
	struct package_note notes[PACKAGE_NOTES_MAX];
	struct package_bytes report; /* report.html */

	/* Append package.note, which names this hash, to note. */
	enum status (*sign)(
	    void *arg, const uint8_t tagmanifest[32], struct buf *note);
	void *arg;
};

/*
 * Write the package into fd, from offset 0.  Returns ST_OK, ST_IO, ST_FULL,
 * ST_NOMEM, ST_INVALID (an item or note that may not be in it), or what sign
 * returned.
 */
enum status
package_write(const struct package_source *s, int fd, struct diag *d) NODISCARD;

enum package_verdict {
	PACKAGE_PASSED,
	PACKAGE_FAILED,
	PACKAGE_UNCHECKED, /* could not be checked; detail says why */
};

/*
 * One check: name is a short fixed word ("manifest"), title and detail are
 * plain words.  Strings are borrowed for the call.
 */
typedef void package_check(void *arg, const char *name, const char *title,
    enum package_verdict verdict, const char *detail);

/* What a verified package is, for the line that sums it up. */
struct package_summary {
	struct id submission, request;
	int64_t time; /* of the package */
	char agency[256], locker[256], case_number[65], finding[32];
	size_t passed, failed, unchecked;
};

/*
 * Check the package at path by trust, as of now_s, offline.  check() is called
 * for every check, also after one failed where it can still be made.  out may
 * be NULL.  Returns ST_OK if no check failed; ST_SIGNATURE if one did;
 * ST_NOTFOUND, ST_IO or ST_NOMEM where it could not be read at all.
 */
enum status package_verify(const char *path, const struct trust *trust,
    package_check *check, void *arg, int64_t now_s, struct package_summary *out,
    struct diag *d) NODISCARD;

#endif /* !EVIDENCE_PACKAGE_H */
