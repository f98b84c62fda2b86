/*
 * scene: an agency that a platform has admitted, with an open request, and
 * whatever a sharer may send it, well made or not.
 *
 * One platform (tests/support/world.h) serves all tests of a program.
 */
#ifndef TEST_AGENCY_SCENE_H
#define TEST_AGENCY_SCENE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>

#include "agency/agency.h"
#include "base/buf.h"
#include "base/id.h"
#include "crypto/token.h"
#include "world.h"

#define SCENE_PASSES 16

struct scene_pass {
	uint8_t seed[32]; /* of the one-time key */
	struct note_key key;
	struct token token;
	struct id submission;
};

struct scene {
	struct world w;
	char dir[128], trust[128]; /* the agency's data directory, trust file */
	char locker[64];
	struct id request;
	char recipient[63]; /* of the request */
	struct scene_pass passes[SCENE_PASSES];
	size_t next; /* the next one that nobody used */
};

extern struct scene scene;

/* cmocka's: start all of it, and end it. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Open the agency without serving; it is the caller's to close. */
struct office *scene_open(void);

/* A pass that was not used yet. */
struct scene_pass *scene_pass(void);

/* A pass that the platform's key for the other purpose signed. */
void scene_carry_pass(struct scene_pass *out);

/* What is put in a bag, and how it is broken. */
struct scene_bag {
	const struct scene_pass *pass;
	size_t clips;     /* of the first, the bytes below; others short */
	const void *clip; /* NULL: some text */
	size_t clip_n;
	const char *first_name; /* of the first clip's member; NULL: right */
	const char *statement;
	bool other_request, other_manifest;
};

/* The sealed upload of b; the caller fini's out. */
void scene_seal(const struct scene_bag *b, struct buf *out);

/* A good one with a pass of its own, of test footage where there is any. */
struct scene_pass *scene_good(struct buf *out);

/* Put it among the complete uploads, as if it had arrived just now. */
void scene_put(struct office *a, const struct buf *upload);

/* The state of a submission, "" if there is none; problem may be NULL. */
const char *
scene_state(struct office *a, const struct id *submission, char problem[32]);

/* The finding, "" while there is none. */
const char *scene_finding(struct office *a, const struct id *submission);

/* The shared footage file's bytes; false where there is none. */
bool scene_footage(const char *name, struct buf *out);

/* How many blobs lie below DIR/what. */
size_t scene_blobs(const char *what);

#endif /* !TEST_AGENCY_SCENE_H */
