/*
 * home_pool: what a home keeps in home.db: passes, calls for passes that are
 * under way, issuer keys that were seen, and what is being shared.
 *
 * Secrets lie in rows here as long as they are needed (the directory is the
 * resident's own, 0700), and in fixed buffers that callers wipe.
 */
#ifndef HOME_HOME_POOL_H
#define HOME_HOME_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/status.h"
#include "crypto/onetime.h"
#include "crypto/token.h"
#include "home/home_net.h"
#include "protocol/account.h"

struct diag;
struct directory;
struct store;

/* Open DIR/home.db.  As store_open(). */
enum status
home_pool_open(const char *dir, struct store **out, struct diag *d) NODISCARD;

/*
 * Remember the directory's issuer keys.  ST_SIGNATURE ("issuer-changed") if
 * one is not the key that was seen before for its purpose and epoch.
 */
enum status home_pool_issuers(
    struct store *s, const struct directory *dir, struct diag *d) NODISCARD;

/* The epoch's moment, drawn on the first call; UTC seconds. */
enum status
home_pool_moment(struct store *s, int64_t epoch, int64_t *at_s) NODISCARD;

/* One call for passes: what was blinded, and with which key. */
struct home_take {
	const char *purpose;
	int64_t epoch;
	bool done;
	struct buf note, spki;
	size_t n;
	struct home_blinding {
		uint8_t nonce[32];
		uint8_t secret[ONETIME_SECRET]; /* of share alone */
		struct buf blind;
	} v[QUOTA_MAX];
};

/* An empty one; fini wipes. */
void
home_pool_begin_take(struct home_take *t, const char *purpose, int64_t epoch);
void home_pool_drop_take(struct home_take *t);

/*
 * Store a new call; read one back (ST_NOTFOUND); replace it by the n tokens
 * that came of it, one a blinding.
 */
enum status
home_pool_put_take(struct store *s, const struct home_take *t) NODISCARD;
enum status home_pool_get_take(struct store *s, struct home_take *t) NODISCARD;
enum status home_pool_end_take(struct store *s, const struct home_take *t,
    const struct token *tokens) NODISCARD;

/* How many share passes may be spent at now_s, and how many only early. */
enum status home_pool_count(
    struct store *s, int64_t now_s, int64_t *good, int64_t *early) NODISCARD;

struct home_pass {
	struct token token;
	uint8_t secret[ONETIME_SECRET];
	int64_t epoch;
	bool early; /* of the current epoch */
};

/*
 * Reserve a pass of purpose: of an earlier epoch, and of these of the one in
 * which most accounts were served, as the directory says; where there is
 * none, one of the current epoch if early is set.  ST_NOTFOUND if none.
 */
enum status home_pool_reserve(struct store *s, const char *purpose,
    const struct directory *dir, int64_t now_s, bool early,
    struct home_pass *out) NODISCARD;

/* Give it back: nothing was sent with it. */
enum status
home_pool_release(struct store *s, const struct home_pass *pass) NODISCARD;

enum home_sent {
	HOME_SEALED,   /* ciphertext in the outbox */
	HOME_UPLOADED, /* whole at the locker, no receipt yet */
	HOME_RECEIVED, /* receipt there, secret gone */
	HOME_REFUSED,  /* by the locker, secret gone */
};

struct home_submission {
	struct id id, request;
	uint8_t secret[ONETIME_SECRET];
	struct token carry;
	char locker[HOME_NAME];
	char relay[HOME_URL];
	int64_t size;
	uint8_t hash[32]; /* SHA-256 of the ciphertext */
	enum home_sent state;
};

/* Store it and drop its two reserved passes, in one step. */
enum status
home_pool_put_submission(struct store *s, const struct home_submission *x,
    const struct home_pass *share, const struct home_pass *carry) NODISCARD;

/* One that is under way.  ST_NOTFOUND if there is none. */
enum status home_pool_get_submission(
    struct store *s, struct home_submission *out) NODISCARD;

/*
 * Change its state and relay; the receipt's note may be NULL.  On RECEIVED
 * and REFUSED the secret and the pass are forgotten.
 */
enum status home_pool_set_submission(struct store *s,
    const struct home_submission *x, const char *receipt) NODISCARD;

#endif /* !HOME_HOME_POOL_H */
