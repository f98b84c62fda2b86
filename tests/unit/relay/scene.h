/*
 * scene: what a relay stands between, for tests: a platform that serves a
 * logged directory and a list of agencies, and two lockers that keep uploads
 * in memory and look at what reaches them.
 */
#ifndef TESTS_RELAY_SCENE_H
#define TESTS_RELAY_SCENE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "crypto/token.h"
#include "relay/relay.h"

#define SCENE_ORIGIN "demo.example/log"
#define SCENE_RELAY "relay.example"
#define SCENE_ONE "locker.one.example" /* names of the lockers */
#define SCENE_TWO "locker.two.example"
#define SCENE_GONE "locker.gone.example" /* nothing answers at its address */
#define SCENE_NEW "locker.new.example"   /* there once with_new is set */
#define SCENE_LETTER 16384               /* bytes of a letter */
#define SCENE_UPLOAD (4 * 1024 * 1024)   /* bytes of one that a locker keeps */

/* Whose passes: epochs as seen from the start of the test. */
enum scene_issuer {
	SCENE_LAST,    /* carry, of last week: good */
	SCENE_THIS,    /* carry, of this week: early */
	SCENE_EXPIRED, /* carry, of nine weeks ago */
	SCENE_SHARE,   /* share, of last week */
	SCENE_UNKNOWN, /* in no directory */
	SCENE_ISSUERS
};

struct scene {
	char dir[64];
	struct relay_server *relay;
	/* What the platform and the lockers do now. */
	atomic_bool platform_down, lockers_down, locker_slow;
	bool with_new; /* what the next directory lists */
	/* What the lockers saw. */
	atomic_int created, letters;
	atomic_bool told; /* a header that is none of a locker's business */
	size_t n;         /* of the one upload that a locker keeps */
	size_t length;
	char id[ID_TEXT];
	uint8_t bytes[SCENE_UPLOAD];
};

extern struct scene scene;

/* cmocka's: make keys, platform, lockers and the relay's directory. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Log a directory of now, with the lockers as they are. */
void scene_log_directory(void);

/* Start the relay, and stop it. */
void scene_start(void);
void scene_stop(void);

/* Forget what a locker keeps. */
void scene_empty(void);

/* A new pass of that issuer, as an Authorization header's value. */
void scene_token(enum scene_issuer issuer, struct token *t);
void scene_authorization(enum scene_issuer issuer, char out[TOKEN_HEADER]);

#endif /* !TESTS_RELAY_SCENE_H */
