/*
 * account: a key that can do one thing, take passes; and the weeks (epochs)
 * that passes belong to (docs/protocol.md, "Accounts and passes").
 */
#ifndef PROTOCOL_ACCOUNT_H
#define PROTOCOL_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/note.h"

struct diag;
struct doc;

#define ACCOUNT_TYPE "porchlight/account@v1"
#define TAKE_TYPE "porchlight/take@v1"
#define ACCOUNT_NAME "account"

#define EPOCH_SECONDS 604800
#define EPOCH_GOOD_FOR 8 /* epoch e's passes are good in e+1 to e+8 */

#define PURPOSE_CARRY "carry"
#define PURPOSE_SHARE "share"
#define PURPOSE_COUNT 2
#define QUOTA_MAX 32
#define BLINDED_BYTES 256

struct account {
	struct note_key key;
	const char *kind; /* "recorder" */
};

struct take {
	struct note_key key; /* the account */
	const char *purpose;
	int64_t epoch;
	size_t n; /* the whole quota */
	uint8_t blinded[QUOTA_MAX][BLINDED_BYTES];
};

/* Both are signed by the account itself, which these check. */
enum status account_parse(
    const struct doc *doc, struct account *out, struct diag *d) NODISCARD;
enum status
take_parse(const struct doc *doc, struct take *out, struct diag *d) NODISCARD;

json_t *account_json(const struct account *a);
json_t *take_json(const struct take *t);

int64_t epoch_of(int64_t t_s);

/* Every purpose, as PURPOSE_COUNT names. */
extern const char *const purposes[PURPOSE_COUNT];

/* How many passes of purpose one account takes in an epoch; 0: no purpose. */
size_t purpose_quota(const char *purpose);

/*
 * Whether a pass of epoch may be spent at now_s.  *early is set where it is
 * of now's own epoch, which a client does only after a shown warning.
 * Returns ST_OK or ST_TOKEN ("token-epoch").
 */
enum status
epoch_good(int64_t epoch, int64_t now_s, bool *early, struct diag *d) NODISCARD;

#endif /* !PROTOCOL_ACCOUNT_H */
