/*
 * tx: a running transaction, and the store that it belongs to.  Private to
 * store.c, store_run.c and store_sql.c.
 */
#ifndef STORE_TX_H
#define STORE_TX_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "store/engine.h"

#define STORE_BATCH 256   /* functions a commit */
#define STORE_READERS 8   /* connections that read */
#define STORE_ATTEMPTS 32 /* calls of a function that says ST_RETRY */

struct tx {
	const struct engine *engine;
	struct conn *conn;
	struct store *store; /* NULL in a reading transaction */
	enum status spent;   /* the first failure of a statement */
};

/* A call of store_run(), on its caller's stack until done is posted. */
struct store_job {
	store_fn *fn;
	void *arg;
	enum status st;
	int attempts;
	sem_t done;
	struct store_job *next;
};

struct store_jobs {
	struct store_job *head, **tail;
};

struct store {
	const struct engine *engine;
	char *where;

	/* The writer's own; others touch none of it. */
	struct conn *conn;
	void **queued;
	size_t n_queued, cap_queued;
	store_number *number;
	store_committed *committed;
	void *sequencer;
	bool dirty; /* written since the engine was last tidied */

	pthread_t thread;
	bool running;

	pthread_mutex_t lock; /* all that follows */
	pthread_cond_t work;  /* jobs, or stop */
	pthread_cond_t reader_free;
	struct store_jobs jobs;
	bool stop;
	struct conn *readers[STORE_READERS]; /* those that nobody uses */
	size_t n_readers, n_readers_open;
	struct store_stats stats;
};

/* Set while a function of a transaction runs on this thread. */
extern _Thread_local bool store_inside;

/* The writer's thread; arg is the store. */
void *store_writer(void *arg);

#endif /* !STORE_TX_H */
