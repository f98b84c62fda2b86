/* What the ledger's own files share; see ledger.h. */
#ifndef PLATFORM_LEDGER_INNER_H
#define PLATFORM_LEDGER_INNER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "platform/ledger.h"
#include "tlog/hashes.h"
#include "tlog/trust.h"

/* What the watchers are to cosign now, and what came. */
struct round {
	uint64_t number; /* counts the rounds; 0: none yet */
	uint64_t size;
	struct buf note;  /* the checkpoint, signed by the log alone */
	struct buf lines; /* cosignature lines that came */
	size_t count;     /* watchers that answered */
};

struct watcher {
	struct ledger *ledger;
	const char *url;
	uint64_t size;  /* of the log, as this watcher last knew it */
	uint64_t round; /* the last one that it worked on */
	bool failing;
	pthread_t thread;
};

struct ledger {
	struct ledger_config config;
	/* Hashes of all entries that are numbered; committed may lag. */
	pthread_rwlock_t hashes_lock;
	struct tlog_hashes *hashes;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t changed;
	/* durable; cosigned; and told to config.published() */
	uint64_t committed, published, announced;
	struct buf checkpoint; /* cosigned */
	int64_t time;          /* of the checkpoint: the watchers' */
	int64_t renewed; /* when that round began, by this machine's clock */
	struct round round;
	bool stop, started;
	pthread_t thread;
	struct watcher watchers[LEDGER_WATCHERS];
};

/* ledger_sql.c */
enum status ledger_sql_load(struct ledger *l, struct diag *d) NODISCARD;
enum status ledger_sql_number(
    struct tx *tx, uint64_t index, const struct ledger_item *item) NODISCARD;
/* Keep the checkpoint and the proofs of [from, to) against it. */
enum status ledger_sql_publish(struct ledger *l, uint64_t from, uint64_t to,
    const struct buf *checkpoint) NODISCARD;

/* ledger_watchers.c: a watcher's thread. */
void *ledger_watch(void *arg);

/* ledger_round.c: the ledger's thread. */
void *ledger_run(void *arg);

/* Wait on changed for up to ms; the lock is held. */
void ledger_sleep(struct ledger *l, unsigned ms);

#endif /* !PLATFORM_LEDGER_INNER_H */
