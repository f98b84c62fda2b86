/*
 * world: a platform with three watchers in one process, and the keys of a
 * partner, an agency and its locker, for tests of behaviour through HTTP.
 *
 * Everything is real but the keys of partner, agency and locker, which lie
 * here instead of in a key process, so that a test can sign anything.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "crypto/note.h"
#include "geo/district.h"
#include "protocol/admission.h"
#include "protocol/request.h"
#include "tlog/trust.h"

#define WORLD_WATCHERS 3
#define WORLD_ORIGIN "test.example/log"
#define WORLD_CENTRE_LON (-81950000) /* microdegrees */
#define WORLD_CENTRE_LAT 28040000

struct collection;
struct doc;
struct httpc;
struct platform;
struct witness;

/* A party whose key the test holds. */
struct world_key {
	uint8_t seed[32];
	struct note_key key;
};

/* An agency with its locker, and what was filed to admit it. */
struct world_agency {
	struct world_key agency, locker;
	char name[64], locker_name[80];
	struct agency admitted;
	char recipient[63];
};

struct world {
	char dir[64];
	uint16_t ports[WORLD_WATCHERS];
	struct witness *watchers[WORLD_WATCHERS];
	struct platform *platform;
	struct httpc *httpc;
	struct trust trust;
	char url[64]; /* of the platform */
	struct world_key partner, agency, locker;
	struct agency admitted;
	char recipient[63]; /* an age recipient that requests use */
	char *jurisdiction;
};

/* Start watchers and platform, wait for the first directory. */
void world_start(struct world *w);

/*
 * Also enrol the partner, admit the agency, publish the letter recipient.  The
 * agency's jurisdiction is w->jurisdiction (taken), if it was set.
 */
void world_admit(struct world *w);

void world_stop(struct world *w);

/* Stop and start the platform over the same data. */
void world_restart(struct world *w);

/* Stop or start the i-th watcher; it keeps its port and what it cosigned. */
void world_watcher_stop(struct world *w, size_t i);
void world_watcher_start(struct world *w, size_t i);

/*
 * Admit another agency, "NAME" with the locker "locker.NAME", for the same
 * jurisdiction.
 */
void
world_admit_another(struct world *w, struct world_agency *a, const char *name);

/* The note of an agency as admission needs it: signed by partner and platform. */
void
world_agency_note(struct world *w, const struct agency *a, struct buf *out);

/* File a decision of the operator's, which is logged. */
void world_decide(
    struct world *w, const char *action, const char *subject, const char *rule);

/* How many entries of type the published log holds. */
size_t world_logged(struct world *w, const char *type);

/* A new key of that name. */
void world_key_make(struct world_key *k, const char *name);

/*
 * Append to out the note of body (taken), signed by the n keys.  body NULL
 * aborts.
 */
void world_note(json_t *body, const char *type,
    const struct world_key *const *keys, size_t n, struct buf *out);

/* Add the platform's signature to the note. */
void world_countersign(struct world *w, struct buf *note);

/* Append the note of body (taken), signed by the platform alone. */
void world_own_note(
    struct world *w, json_t *body, const char *type, struct buf *out);

/* Append the note of that line, as it is, signed by the n keys. */
void world_sign(const char *line, const struct world_key *const *keys, size_t n,
    struct buf *out);

/* A reply to a call that writes; "" or 0 where it does not say. */
struct world_reply {
	unsigned code;
	json_t *body;
	char problem[64], title[160], field[96], limit[96];
	char state[16], rule[32];
	int64_t by, index;
};

/* POST n bytes of JSON, or of what should be, to a path of the platform. */
void world_post(struct world *w, const char *path, const void *p, size_t n,
    struct world_reply *out);

/* POST /v1/notes; text and jurisdiction may be NULL. */
void world_file(struct world *w, const char *note, const char *text,
    const char *jurisdiction, struct world_reply *out);
void world_reply_fini(struct world_reply *r);

/* A request that the default policy allows: 500 m around the centre. */
void
world_request(struct world *w, struct request *out, const char *case_number);

/* Move its area so many metres east. */
void world_move(struct request *r, double east_m);

/* Sign r by agency and locker, with a plain text, and file it. */
void world_publish(struct world *w, struct request *r, struct world_reply *out);

/* The text of requests here; its hash is in world_request()'s. */
extern const char world_text[];

/* Read and verify a district as a resident's client does. */
enum status world_read(struct world *w, struct geo_district t,
    struct collection **out, struct diag *d) NODISCARD;

/* GET a path of the platform; the caller fini's b. */
unsigned world_get(struct world *w, const char *path, struct buf *b);

#endif /* !TESTS_WORLD_H */
