/*
 * finding: what the locker found out about a submission, and each check under
 * it in plain words (docs/protocol.md, "Receipt, finding, custody").
 *
 * The finding follows from facts by one function, which the locker uses when
 * footage arrives and a verifier when it recomputes.  Never a score: a
 * sentence, and a list of what was checked.
 */
#ifndef EVIDENCE_FINDING_H
#define EVIDENCE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"

struct arena;
struct buf;
struct diag;

#define FINDING_TYPE "porchlight/finding@v1"
#define FINDING_ITEMS 25
#define FINDING_CHECKS (5 + FINDING_ITEMS)

#define FINDING_RECORDER_BEFORE "recorder-before"
#define FINDING_RECORDER_UNPROVEN "recorder-unproven"
#define FINDING_UNCHANGED "unchanged"
#define FINDING_UNREADABLE "unreadable"

struct finding_check {
	const char *name; /* "signature", "pass", ..., "readable-3" */
	bool passed;
	const char *detail; /* what was found, a sentence */
};

struct finding {
	struct id submission;
	const char *finding;
	size_t n;
	struct finding_check checks[FINDING_CHECKS];
};

struct finding_item {
	bool same;          /* its hash is the one in the sharer's list */
	bool readable;      /* it can be played */
	const char *detail; /* what is in it, or why it cannot be read */
};

struct finding_facts {
	struct id submission;
	bool signature; /* the one-time key signed the share */
	bool pass;      /* a pass of this platform certifies that key */
	bool list;      /* the share names the list of files */
	bool request;   /* and the request and this locker */
	size_t n;
	struct finding_item items[FINDING_ITEMS];
};

/* From facts to finding; texts in a.  ST_OK or ST_NOMEM. */
enum status finding_make(const struct finding_facts *f, struct finding *out,
    struct arena *a) NODISCARD;

/*
 * Look at the clip in fd with the media helper (media/media.h): whether it
 * can be read, and what is in it, in words.  Returns ST_OK; ST_FAIL where
 * the helper cannot be run; ST_NOMEM or ST_IO.
 */
enum status finding_inspect(int fd, bool *readable, const char **detail,
    struct arena *a, struct diag *d) NODISCARD;

/* Append finding.json. */
enum status finding_write(const struct finding *f, struct buf *b) NODISCARD;

/* Read its n bytes; text into a.  ST_OK, ST_INVALID or ST_NOMEM. */
enum status finding_parse(const void *p, size_t n, struct finding *out,
    struct arena *a, struct diag *d) NODISCARD;

/* The finding as one sentence, and what that does not say. */
const char *finding_sentence(const char *finding);
const char *finding_limits(const char *finding);

/* A check's words for people: by its name. */
struct finding_words {
	const char *title;  /* "Signed by whoever shared it" */
	const char *how;    /* how it was checked */
	const char *failed; /* what it would mean if it had failed */
};
const struct finding_words *finding_words(const char *check);

#endif /* !EVIDENCE_FINDING_H */
