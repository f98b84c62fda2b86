/*
 * inner: what a relay's own files share.  Private to relay.
 */
#ifndef RELAY_INNER_H
#define RELAY_INNER_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"
#include "crypto/note.h"
#include "crypto/token.h"
#include "httpd/httpd.h"
#include "protocol/directory.h"
#include "relay/relay.h"
#include "tlog/trust.h"

struct arena;
struct blindrsa_key;
struct httpc;
struct httpd_limit;
struct store;

struct relay_locker {
	const char *name, *url;
};

struct relay_issuer {
	int64_t epoch;
	uint8_t key_id[32];
	struct blindrsa_key *key;
};

/*
 * What the newest directory says, as far as a relay needs it.  Never changes
 * once it is shown; counted under the relay's lock.
 */
struct relay_view {
	int refs;
	int64_t time;         /* the directory's, UTC seconds */
	uint8_t agencies[32]; /* SHA-256 of the list of agencies */
	size_t locker_count;
	struct relay_locker *lockers; /* by name */
	size_t issuer_count;
	struct relay_issuer issuers[DIRECTORY_EPOCHS]; /* of "carry" */
	struct arena *arena;
};

struct relay_server {
	struct trust trust;
	char platform[512];
	struct httpc *httpc;
	struct store *store;
	struct httpd_limit *letters;
	struct httpd *httpd;
	pthread_t thread;
	bool started; /* the thread is there */
	pthread_mutex_t lock;
	pthread_cond_t wake;    /* the thread has something to do */
	pthread_cond_t fetched; /* a fetch ended */
	/* Guarded by lock. */
	bool stop, wanted;
	unsigned waiting;        /* calls that wait for a fetch */
	uint64_t begun, ended;   /* fetches, by number */
	int64_t last_ms;         /* when the last one began, monotonic */
	struct relay_view *view; /* NULL: none yet */
	/* The thread's own. */
	int64_t purged; /* the epoch of the last purge */
	bool failing;
};

extern const struct httpd_route relay_routes[];
extern const size_t relay_route_count;

/* -- relay_setup.c --------------------------------------------------------- */

/* DIR/file; ST_OK or ST_INVALID (too long). */
enum status relay_path(const char *dir, const char *file, char path[PATH_MAX],
    struct diag *d) NODISCARD;

/* The name that relay_init() was given; ST_NOTFOUND. */
enum status
relay_name(const char *dir, char name[NOTE_NAME], struct diag *d) NODISCARD;

/* -- relay_view.c ---------------------------------------------------------- */

/* The thread that keeps the view fresh; arg is the relay. */
void *relay_watch(void *arg);

/*
 * The newest view, held until relay_let_go().  Returns ST_OK, or ST_STALE
 * where there is none or it is older than 48 hours.
 */
enum status relay_hold(
    struct relay_server *r, struct relay_view **out, struct diag *d) NODISCARD;
void relay_let_go(struct relay_server *r, struct relay_view **v);

/*
 * Fetch anew, because something is not in the view, and wait for that.  False
 * where that is not worth it: it was done less than two seconds ago.
 */
bool relay_refresh(struct relay_server *r);

/*
 * The address of the locker of that name into url.  Returns ST_OK,
 * ST_NOTFOUND or ST_STALE.
 */
enum status relay_find(struct relay_server *r, const char *name, char *url,
    size_t size, struct diag *d) NODISCARD;

/* -- relay_spend.c --------------------------------------------------------- */

/*
 * Check the Authorization header's pass (NULL: none) and spend it for the
 * locker name; a repeat for the same name is ST_OK.  Writes the upload's id.
 * Returns ST_OK, ST_TOKEN, ST_SPENT, ST_STALE, or what storage says.
 */
enum status relay_spend(struct relay_server *r, const char *authorization,
    const char *name, struct id *upload, struct diag *d) NODISCARD;

/* Forget what was spent of epochs that are not in use any more at now_s. */
enum status relay_purge(struct relay_server *r, int64_t now_s) NODISCARD;

#endif /* !RELAY_INNER_H */
