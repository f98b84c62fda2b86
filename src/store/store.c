#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "store/tx.h"

/* -- opening, closing ------------------------------------------------------ */

static struct store *
store_new(const char *where)
{
	struct store *s;
	pthread_condattr_t attr;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	if ((s->where = strdup(where)) == NULL) {
		free(s);
		return NULL;
	}
	s->engine = &sqlite_engine;
	s->jobs.tail = &s->jobs.head;
	PRE(pthread_mutex_init(&s->lock, NULL) == 0);
	PRE(pthread_cond_init(&s->reader_free, NULL) == 0);
	PRE(pthread_condattr_init(&attr) == 0);
	PRE(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	PRE(pthread_cond_init(&s->work, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
	return s;
}

enum status
store_open(const char *where, const struct store_migration *list, size_t n,
    struct store **out, struct diag *d)
{
	struct store *s;
	enum status st;

	if ((s = store_new(where)) == NULL)
		return ST_NOMEM;
	if ((st = s->engine->open(where, true, &s->conn, d)) != ST_OK ||
	    (st = store_migrate(s->engine, s->conn, list, n, d)) != ST_OK)
		goto done;
	if (pthread_create(&s->thread, NULL, store_writer, s) != 0) {
		st = ST_NOMEM;
		goto done;
	}
	s->running = true;
	*out = s;
	s = NULL;
done:
	store_close(&s);
	return st;
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;
	size_t i;

	if (s == NULL)
		return;
	PRE(!store_inside);
	if (s->running) {
		PRE(pthread_mutex_lock(&s->lock) == 0);
		s->stop = true;
		(void)pthread_cond_signal(&s->work);
		PRE(pthread_mutex_unlock(&s->lock) == 0);
		PRE(pthread_join(s->thread, NULL) == 0);
	}
	PRE(s->n_readers == s->n_readers_open);
	for (i = 0; i < s->n_readers; i++)
		s->engine->close(&s->readers[i]);
	/* The last one to go folds the write-ahead log into the database. */
	s->engine->close(&s->conn);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_cond_destroy(&s->reader_free);
	(void)pthread_mutex_destroy(&s->lock);
	free(s->queued);
	free(s->where);
	free(s);
	*sp = NULL;
}

void
store_set_sequencer(struct store *s, store_number *number,
    store_committed *committed, void *arg)
{
	/* The queue's lock orders this before the writer's first use. */
	PRE(pthread_mutex_lock(&s->lock) == 0);
	PRE(s->stats.commits == 0);
	s->number = number;
	s->committed = committed;
	s->sequencer = arg;
	PRE(pthread_mutex_unlock(&s->lock) == 0);
}

void
store_stats(struct store *s, struct store_stats *out)
{
	PRE(pthread_mutex_lock(&s->lock) == 0);
	*out = s->stats;
	PRE(pthread_mutex_unlock(&s->lock) == 0);
}

/* -- reading --------------------------------------------------------------- */

static void
reader_put(struct store *s, struct conn *c)
{
	PRE(pthread_mutex_lock(&s->lock) == 0);
	if (c != NULL)
		s->readers[s->n_readers++] = c;
	else
		s->n_readers_open--;
	(void)pthread_cond_signal(&s->reader_free);
	PRE(pthread_mutex_unlock(&s->lock) == 0);
}

static enum status
reader_get(struct store *s, struct conn **out)
{
	struct conn *c = NULL;
	enum status st;

	PRE(pthread_mutex_lock(&s->lock) == 0);
	while (s->n_readers == 0 && s->n_readers_open == STORE_READERS)
		(void)pthread_cond_wait(&s->reader_free, &s->lock);
	if (s->n_readers > 0)
		c = s->readers[--s->n_readers];
	else
		s->n_readers_open++;
	PRE(pthread_mutex_unlock(&s->lock) == 0);
	if (c == NULL &&
	    (st = s->engine->open(s->where, false, &c, NULL)) != ST_OK) {
		reader_put(s, NULL);
		return st;
	}
	*out = c;
	return ST_OK;
}

static enum status
read_once(struct store *s, struct conn *c, store_fn *fn, void *arg)
{
	struct tx tx = { .engine = s->engine, .conn = c, .spent = ST_OK };
	enum status st, end;

	if ((st = s->engine->step(c, ENGINE_BEGIN_READ)) != ST_OK)
		return st;
	store_inside = true;
	st = fn(&tx, arg);
	store_inside = false;
	if (st == ST_OK)
		st = tx.spent;
	end = ST_OK;
	if (s->engine->in_transaction(c))
		end = s->engine->step(c, ENGINE_ROLLBACK);
	return st == ST_OK ? end : st;
}

enum status
store_read(struct store *s, store_fn *fn, void *arg)
{
	struct conn *c = NULL;
	enum status st;
	int i;

	PRE(!store_inside);
	if ((st = reader_get(s, &c)) != ST_OK)
		return st;
	for (i = 0; i < STORE_ATTEMPTS; i++)
		if ((st = read_once(s, c, fn, arg)) != ST_RETRY)
			break;
	if (s->engine->in_transaction(c))
		s->engine->close(&c);
	reader_put(s, c);
	return st == ST_RETRY ? ST_BUSY : st;
}
