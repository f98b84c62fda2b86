/*
 * admission: who takes part.  Partners that attest agencies, agencies with
 * their lockers, relays, the lockers' letter recipients, and the operator's
 * decisions (docs/protocol.md, "Partner, agency, relay, recipient, decision").
 *
 * Parsing checks the form.  Who must have signed is said at each; whether a
 * note is still in force, the directory says.
 */
#ifndef PROTOCOL_ADMISSION_H
#define PROTOCOL_ADMISSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/json.h"
#include "base/status.h"
#include "crypto/note.h"

struct diag;
struct doc;

#define PARTNER_TYPE "porchlight/partner@v1"
#define AGENCY_TYPE "porchlight/agency@v1"
#define RELAY_TYPE "porchlight/relay@v1"
#define RECIPIENT_TYPE "porchlight/recipient@v1"
#define DECISION_TYPE "porchlight/decision@v1"

#define RECIPIENT_DAYS_MAX 14

/* Signed by the platform. */
struct partner {
	int64_t time;
	const char *name, *legal_name, *url;
	struct note_key key; /* of that name */
};

struct locker {
	const char *name, *url;
	struct note_key key; /* of that name */
};

/* Signed by the partner and the platform. */
struct agency {
	int64_t time, until; /* UTC seconds */
	const char *name, *legal_name, *class, *telephone, *verified;
	const char *partner; /* the partner's name */
	struct note_key key; /* of the agency's name */
	uint8_t jurisdiction[32];
	struct json_strs task_forces;
	struct locker locker;
};

/* Signed by the relay and the platform. */
struct relay {
	int64_t time;
	const char *name, *url;
	struct note_key key;
};

/* Signed by the owner's key (the locker's). */
struct recipient {
	int64_t time, from, until; /* UTC seconds */
	const char *owner, *recipient;
};

/* Signed by the platform. */
struct decision {
	int64_t time;
	struct id id;
	const char *action, *subject, *rule, *reason;
};

/* Each returns ST_OK, ST_INVALID or ST_NOMEM; strings live with doc. */
enum status partner_parse(
    const struct doc *doc, struct partner *out, struct diag *d) NODISCARD;
enum status agency_parse(
    const struct doc *doc, struct agency *out, struct diag *d) NODISCARD;
enum status
relay_parse(const struct doc *doc, struct relay *out, struct diag *d) NODISCARD;
enum status recipient_parse(
    const struct doc *doc, struct recipient *out, struct diag *d) NODISCARD;
enum status decision_parse(
    const struct doc *doc, struct decision *out, struct diag *d) NODISCARD;

/* The bodies for doc_text(); NULL if out of memory. */
json_t *partner_json(const struct partner *p);
json_t *agency_json(const struct agency *a);
json_t *relay_json(const struct relay *r);
json_t *recipient_json(const struct recipient *r);
json_t *decision_json(const struct decision *x);

enum agency_may { AGENCY_ASKS, AGENCY_ALERTS, AGENCY_REFUSED };

/*
 * What agencies of class may do.  Returns ST_OK, or ST_INVALID for a class
 * that nobody knows.
 */
enum status
agency_class(const char *class, enum agency_may *may, struct diag *d) NODISCARD;

#endif /* !PROTOCOL_ADMISSION_H */
