/* The writer: many functions to a commit. */
#include <errno.h>
#include <time.h>

#include "base/diag.h"
#include "base/pre.h"
#include "store/tx.h"

#define IDLE_S 1

_Thread_local bool store_inside;

/* -- queue ----------------------------------------------------------------- */

static void
put(struct store_jobs *q, struct store_job *j)
{
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
}

static struct store_job *
take(struct store_jobs *q)
{
	struct store_job *j = q->head;

	if (j != NULL && (q->head = j->next) == NULL)
		q->tail = &q->head;
	return j;
}

enum status
store_run(struct store *s, store_fn *fn, void *arg)
{
	struct store_job j = { .fn = fn, .arg = arg, .st = ST_FAIL };

	PRE(!store_inside);
	PRE(sem_init(&j.done, 0, 0) == 0);
	PRE(pthread_mutex_lock(&s->lock) == 0);
	put(&s->jobs, &j);
	(void)pthread_cond_signal(&s->work);
	PRE(pthread_mutex_unlock(&s->lock) == 0);
	while (sem_wait(&j.done) != 0)
		PRE(errno == EINTR);
	(void)sem_destroy(&j.done);
	return j.st;
}

/* -- one commit ------------------------------------------------------------ */

struct batch {
	struct store_jobs jobs;
	size_t n, good;
	enum status st; /* of the commit as a whole */
};

static enum status
step(struct store *s, enum engine_step what)
{
	return s->engine->step(s->conn, what);
}

/* Call fn; a statement that failed is not to be overlooked. */
static enum status
call(struct tx *tx, store_fn *fn, void *arg)
{
	enum status st;

	tx->spent = ST_OK;
	store_inside = true;
	st = fn(tx, arg);
	store_inside = false;
	return st == ST_OK ? tx->spent : st;
}

/* Run one job in a savepoint.  Returns the status of the batch. */
static enum status
job_run(struct store *s, struct tx *tx, struct store_job *j)
{
	size_t mark = s->n_queued;
	enum status st;

	if ((st = step(s, ENGINE_SAVEPOINT)) != ST_OK)
		return j->st = st;
	j->st = call(tx, j->fn, j->arg);
	j->attempts++;
	if (j->st == ST_OK)
		return step(s, ENGINE_RELEASE);
	s->n_queued = mark;
	/* A full disk, say, may have undone the others' work as well. */
	if (!s->engine->in_transaction(s->conn))
		return tx->spent != ST_OK ? tx->spent : ST_IO;
	return step(s, ENGINE_UNDO);
}

/* The next job for this batch, NULL if it is full or nobody waits. */
static struct store_job *
job_next(struct store *s, const struct batch *b)
{
	struct store_job *j;

	if (b->n == STORE_BATCH)
		return NULL;
	PRE(pthread_mutex_lock(&s->lock) == 0);
	j = take(&s->jobs);
	PRE(pthread_mutex_unlock(&s->lock) == 0);
	return j;
}

static void
batch_fill(struct store *s, struct tx *tx, struct batch *b)
{
	struct store_job *j;

	while (b->st == ST_OK && (j = job_next(s, b)) != NULL) {
		put(&b->jobs, j);
		b->n++;
		b->st = job_run(s, tx, j);
		if (j->st == ST_OK)
			b->good++;
	}
}

static void
batch_commit(struct store *s, struct tx *tx, struct batch *b)
{
	if (b->st == ST_OK && b->good > 0 && s->number != NULL)
		b->st = call(tx, s->number, s->sequencer);
	if (b->st == ST_OK && b->good > 0)
		b->st = step(s, ENGINE_COMMIT);
	if ((b->st != ST_OK || b->good == 0) &&
	    s->engine->in_transaction(s->conn)) {
		enum status st = step(s, ENGINE_ROLLBACK);

		if (st != ST_OK && b->st == ST_OK)
			b->st = st;
	}
	if (b->st == ST_OK && b->good > 0) {
		s->dirty = true;
		if (s->committed != NULL)
			s->committed(s->sequencer);
	}
}

/* Whether j is to be called again, rather than told its status. */
static bool
again(struct store_job *j)
{
	if (j->st != ST_RETRY)
		return false;
	if (j->attempts < STORE_ATTEMPTS)
		return true;
	j->st = ST_BUSY;
	return false;
}

static void
batch_release(struct store *s, struct batch *b)
{
	struct store_jobs repeat = { .tail = &repeat.head };
	struct store_job *j;

	while ((j = take(&b->jobs)) != NULL) {
		if (b->st != ST_OK && j->st == ST_OK)
			j->st = b->st;
		if (again(j))
			put(&repeat, j);
		else
			(void)sem_post(&j->done); /* j is gone now */
	}
	PRE(pthread_mutex_lock(&s->lock) == 0);
	while ((j = take(&repeat)) != NULL)
		put(&s->jobs, j);
	PRE(pthread_mutex_unlock(&s->lock) == 0);
}

static void
batch_count(struct store *s, const struct batch *b)
{
	PRE(pthread_mutex_lock(&s->lock) == 0);
	if (b->st != ST_OK) {
		s->stats.failed++;
	} else if (b->good > 0) {
		s->stats.commits++;
		s->stats.functions += b->good;
	}
	PRE(pthread_mutex_unlock(&s->lock) == 0);
}

static void
batch_run(struct store *s)
{
	struct tx tx = { .engine = s->engine, .conn = s->conn, .store = s };
	struct batch b = { .st = ST_OK };
	struct store_job *j;

	b.jobs.tail = &b.jobs.head;
	s->n_queued = 0;
	if ((b.st = step(s, ENGINE_BEGIN_WRITE)) == ST_OK) {
		batch_fill(s, &tx, &b);
	} else if ((j = job_next(s, &b)) != NULL) {
		/* Whoever waits behind j may find the store well again. */
		j->st = b.st;
		j->attempts++;
		put(&b.jobs, j);
	}
	batch_commit(s, &tx, &b);
	if (b.st != ST_OK)
		log_line(LOG_ERROR, "commit-failed", "status=%s functions=%zu",
		    status_name(b.st), b.n);
	batch_count(s, &b);
	batch_release(s, &b);
}

/* -- the thread ------------------------------------------------------------ */

/* Wait for work, tidying up meanwhile.  False: the store is closing. */
static bool
wait_work(struct store *s)
{
	struct timespec until;
	bool more;

	PRE(pthread_mutex_lock(&s->lock) == 0);
	while (s->jobs.head == NULL && !s->stop) {
		if (!s->dirty) {
			(void)pthread_cond_wait(&s->work, &s->lock);
			continue;
		}
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += IDLE_S;
		if (pthread_cond_timedwait(&s->work, &s->lock, &until) !=
		    ETIMEDOUT)
			continue;
		if (s->jobs.head != NULL)
			break;
		PRE(pthread_mutex_unlock(&s->lock) == 0);
		s->dirty = !s->engine->idle(s->conn);
		PRE(pthread_mutex_lock(&s->lock) == 0);
	}
	more = s->jobs.head != NULL;
	PRE(pthread_mutex_unlock(&s->lock) == 0);
	return more;
}

void *
store_writer(void *arg)
{
	struct store *s = arg;

	while (wait_work(s))
		batch_run(s);
	return NULL;
}
