/*
 * home: the resident's side.  It holds passes, reads the one district that
 * the home lies in, decides here whether the home is meant, and shares.
 *
 * One home is one data directory: DIR/trust.json and DIR/platform (copies of
 * what home_init() was given), DIR/keys (keyd's store, with the account's
 * key), DIR/home.db (passes and what is under way, 0600), DIR/outbox (what
 * was sealed, until its receipt).
 *
 * The account's key takes passes and does nothing else: sharing never uses
 * it, and never causes passes to be taken.  What is asked of the platform
 * tells a district, never a request; what is asked of relays tells a locker.
 * No function here prints: it tells struct home_ui.
 *
 * A directory is for one process at a time where something is shared; a
 * second one is told ST_BUSY by the store, or ST_CONFLICT.
 */
#ifndef HOME_HOME_H
#define HOME_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "crypto/words.h"
#include "geo/point.h"

struct diag;

struct home_shared;

/* Whom these functions talk to; any may be NULL. */
struct home_ui {
	/* A line for a person, without a line break. */
	void (*line)(void *arg, const char *text);
	/* Bytes sent of all; called seldom enough to be drawn each time. */
	void (*progress)(void *arg, int64_t done, int64_t total);
	/* Whether the person agrees; NULL: nobody is there, so no. */
	bool (*ask)(void *arg, const char *question);
	/*
	 * The receipt is here and verified.  Show the words now: they are
	 * forgotten when this returns.
	 */
	void (*received)(void *arg, const struct home_shared *shared);
	void *arg;
};

/*
 * Make the data directory and the account's key, and register that at the
 * platform ("http://...").  May be repeated.  Returns ST_OK; ST_CONFLICT (the
 * directory is for another platform or log); ST_PEER; or what the trust file,
 * storage and keyd say.  Call it from the main thread.
 */
enum status home_init(const char *dir, const char *trust_path,
    const char *platform_url, struct diag *d) NODISCARD;

/*
 * Take the passes of the current epoch that were not taken yet, if its random
 * moment is over or now is set.  Writes how many there are to use (from
 * earlier epochs, and of the current one) to *good and *early.
 *
 * Returns ST_OK, also where the moment has not come; ST_SIGNATURE
 * ("issuer-changed": the platform shows another key for an epoch than it did
 * before; or what the directory lacks); ST_NOTFOUND ("issuer-missing");
 * ST_PEER; or what storage says.  A call whose answer was lost is repeated
 * with the same bytes by the next call.  Call it from the main thread.
 */
enum status home_take(const char *dir, bool now, const struct home_ui *ui,
    int64_t *good, int64_t *early, struct diag *d) NODISCARD;

#define HOME_CLIPS_MAX 25

struct home_clip {
	const char *path;
	const char *start; /* RFC 3339, as the person states it; or NULL */
};

struct home_share {
	struct geo_point place;   /* stays here: only its district is asked */
	const struct id *request; /* NULL: the one whose area holds place */
	const struct home_clip *clips;
	size_t clip_count;
	const char *say;    /* a statement, or NULL */
	bool anyway;        /* also where the home is outside of the area */
	bool early;         /* agree beforehand to a pass of this very epoch */
	bool yes;           /* agree beforehand to what is shown */
	int64_t stop_after; /* break off after that many bytes; 0: never */
};

/* What came of sharing; wiped by whoever owns it. */
struct home_shared {
	struct id request, submission;
	char locker[128];
	char words[WORDS_TEXT];
	int64_t size;      /* of what was sent */
	int64_t receipt_s; /* when the locker received it, UTC seconds */
};

/*
 * Share clips with the agency that asks: find and verify the request, show
 * what it is and what the agency will get, take away from the clips what
 * tells of the camera and its owner, seal, upload through a relay, wait for
 * the receipt.
 *
 * Returns ST_OK with *out; ST_PENDING (uploaded, no receipt yet: go on with
 * home_resume()); ST_PEER, ST_BUSY (broken off: likewise); ST_FORBIDDEN ("not-agreed");
 * ST_NOTFOUND ("request-missing", "no-pass"); ST_RULE (a rule is not kept, or
 * "outside": the home is not in the area); ST_GONE ("request-over"); what
 * collection_open(), directory_open(), media_strip() and bag_write() say;
 * ST_FORBIDDEN with the locker's problem where it refused.
 */
enum status home_share(const char *dir, const struct home_share *what,
    const struct home_ui *ui, struct home_shared *out,
    struct diag *d) NODISCARD;

/*
 * Go on with what home_share() began, also in another process: the oldest
 * submission without a receipt.  stop_after as above.  Returns as
 * home_share() does; ST_NOTFOUND where nothing is under way.
 */
enum status
home_resume(const char *dir, int64_t stop_after, const struct home_ui *ui,
    struct home_shared *out, struct diag *d) NODISCARD;

/* -- with the twelve words alone ------------------------------------------- */

struct home_status {
	struct id submission;
	char state[16];
	bool opened; /* an officer was shown a frame */
	int64_t version;
	int64_t receipt_s; /* 0: no receipt */
	char problem[64], detail[300];
};

/*
 * Ask the locker of that name about the submission of these words; nothing
 * but the trust file and the platform's address is needed.  Returns ST_OK;
 * ST_INVALID (words); ST_NOTFOUND ("locker-missing"); ST_PEER; ST_SIGNATURE.
 */
enum status
home_status(const char *words, const char *locker, const char *platform_url,
    const char *trust_path, struct home_status *out, struct diag *d) NODISCARD;

/*
 * Withdraw it, as long as no officer was shown a frame.  Returns ST_OK with
 * the state after it (look at state: "withdrawn"); or as home_status().
 */
enum status
home_withdraw(const char *words, const char *locker, const char *platform_url,
    const char *trust_path, struct home_status *out, struct diag *d) NODISCARD;

#endif /* !HOME_HOME_H */
