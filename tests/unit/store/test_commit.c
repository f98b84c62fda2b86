/* Many functions to a commit: shared, isolated, repeated, numbered. */
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define THREADS 64
#define EACH 40

/* Start n threads of fn, each with its number behind arg's fixture. */
struct worker {
	struct fixture *f;
	int number;
	pthread_t thread;
	void *shared;
	uint64_t good;
};

static void
run_threads(struct fixture *f, int n, void *(*fn)(void *), void *shared,
    struct worker *w)
{
	int i;

	for (i = 0; i < n; i++) {
		w[i] = (struct worker){ .f = f, .number = i, .shared = shared };
		assert_int_equal(
		    pthread_create(&w[i].thread, NULL, fn, &w[i]), 0);
	}
	for (i = 0; i < n; i++)
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
}

/* A function that keeps the writer until it is let go. */
struct gate {
	sem_t entered, go;
};

static void
gate_init(struct gate *g)
{
	assert_int_equal(sem_init(&g->entered, 0, 0), 0);
	assert_int_equal(sem_init(&g->go, 0, 0), 0);
}

static enum status
pass_gate(struct tx *tx, void *arg)
{
	struct gate *g = arg;

	(void)tx;
	(void)sem_post(&g->entered);
	(void)sem_wait(&g->go);
	return ST_OK;
}

static void *
hold(void *arg)
{
	struct worker *w = arg;

	if (store_run(w->f->s, pass_gate, w->shared) == ST_OK)
		w->good++;
	return NULL;
}

/* -- sharing --------------------------------------------------------------- */

struct put {
	int64_t party;
	uint64_t n;
	enum status end;
};

static enum status
put(struct tx *tx, void *arg)
{
	struct put *p = arg;
	enum status st = fixture_put(tx, p->party, p->n);

	return st == ST_OK ? p->end : st;
}

static void *
put_many(void *arg)
{
	struct worker *w = arg;
	struct put p = { .party = w->number, .end = ST_OK };

	for (p.n = 0; p.n < EACH; p.n++)
		if (store_run(w->f->s, put, &p) == ST_OK)
			w->good++;
	return NULL;
}

static void
test_shared_commits(void **state)
{
	struct fixture *f = *state;
	struct worker w[THREADS];
	struct store_stats stats;

	run_threads(f, THREADS, put_many, NULL, w);
	store_stats(f->s, &stats);
	assert_int_equal(stats.functions, THREADS * EACH);
	assert_int_equal(stats.failed, 0);
	assert_true(stats.commits > 0);
	assert_true(stats.commits < stats.functions / 2);
	assert_int_equal(
	    fixture_int(f->s, "SELECT COUNT(*) FROM item"), THREADS * EACH);
}

/* -- isolation ------------------------------------------------------------- */

static void *
put_or_fail(void *arg)
{
	struct worker *w = arg;
	struct put p = { .party = w->number };

	for (p.n = 0; p.n < EACH; p.n++) {
		p.end = p.n % 3 == 0 ? ST_RULE : ST_OK;
		if (store_run(w->f->s, put, &p) == p.end)
			w->good++;
	}
	return NULL;
}

static void
test_failure_is_alone(void **state)
{
	struct fixture *f = *state;
	struct worker w[THREADS];
	int i;

	run_threads(f, THREADS, put_or_fail, NULL, w);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(w[i].good, EACH);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"),
	    THREADS * (EACH - (EACH + 2) / 3));
}

/* -- retry ----------------------------------------------------------------- */

struct retry {
	int64_t party;
	int calls, until;
};

static enum status
retry(struct tx *tx, void *arg)
{
	struct retry *r = arg;
	enum status st;

	r->calls++;
	if ((st = fixture_put(tx, r->party, (uint64_t)r->calls)) != ST_OK)
		return st;
	return r->calls < r->until ? ST_RETRY : ST_OK;
}

static void
test_retry(void **state)
{
	struct fixture *f = *state;
	struct retry r = { 1, 0, 3 };

	assert_int_equal(store_run(f->s, retry, &r), ST_OK);
	assert_int_equal(r.calls, 3);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), 1);
	r = (struct retry){ 2, 0, 1000000 };
	assert_int_equal(store_run(f->s, retry, &r), ST_BUSY);
	assert_true(r.calls > 3 && r.calls < 1000);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), 1);
}

/* -- numbering ------------------------------------------------------------- */

struct entry {
	int64_t party, n, index;
};

struct sequencer {
	int64_t next, provisional;
	int commits;
	enum status fail;
};

static enum status
number(struct tx *tx, void *arg)
{
	struct sequencer *q = arg;
	void *const *items;
	size_t n = store_queued(tx, &items), i;
	enum status st;

	q->provisional = q->next;
	for (i = 0; i < n; i++) {
		struct entry *e = items[i];

		e->index = q->provisional++;
		st = store_exec(tx,
		    "INSERT INTO log_entry (idx, note) VALUES ($1, $2)",
		    (struct store_param[]){
			P_INT(e->index), P_BYTES(e, sizeof(*e)) },
		    2);
		if (st != ST_OK)
			return st;
	}
	return q->fail;
}

static void
committed(void *arg)
{
	struct sequencer *q = arg;

	q->next = q->provisional;
	q->commits++;
}

static enum status
enter(struct tx *tx, void *arg)
{
	struct entry *e = arg;
	enum status st;

	if ((st = store_queue(tx, e)) != ST_OK ||
	    (st = fixture_put(tx, e->party, (uint64_t)e->n)) != ST_OK)
		return st;
	return e->n % 5 == 4 ? ST_RULE : ST_OK;
}

static void *
enter_many(void *arg)
{
	struct worker *w = arg;
	struct entry e = { .party = w->number };
	int64_t last = -1;

	for (e.n = 0; e.n < EACH; e.n++) {
		e.index = -1;
		if (store_run(w->f->s, enter, &e) != ST_OK)
			continue;
		/* Known on return, and later calls come later. */
		if (e.index > last)
			w->good++;
		last = e.index;
	}
	return NULL;
}

static enum status
see_entry(const struct row *row, void *arg)
{
	struct entry e;
	int64_t *next = arg;

	row_fixed(row, 1, &e, sizeof(e));
	assert_int_equal(row_int(row, 0), *next);
	assert_int_equal(e.index, *next);
	(*next)++;
	return ST_OK;
}

static enum status
see_log(struct tx *tx, void *arg)
{
	return store_query(tx, "SELECT idx, note FROM log_entry ORDER BY idx",
	    NULL, 0, see_entry, arg);
}

static void
test_numbers(void **state)
{
	struct fixture *f = *state;
	struct sequencer q = { 0 };
	struct store_stats stats;
	struct worker w[THREADS];
	int64_t next = 0;
	int i;

	store_set_sequencer(f->s, number, committed, &q);
	run_threads(f, THREADS, enter_many, NULL, w);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(w[i].good, EACH - EACH / 5);
	assert_int_equal(store_read(f->s, see_log, &next), ST_OK);
	assert_int_equal(next, THREADS * (EACH - EACH / 5));
	assert_int_equal(q.next, next);
	store_stats(f->s, &stats);
	assert_int_equal(q.commits, stats.commits);
}

/* If numbering fails, nobody's function has happened, and no number is lost. */
static void
test_number_fails(void **state)
{
	struct fixture *f = *state;
	struct sequencer q = { .fail = ST_STALE };
	struct store_stats stats;
	struct worker w[8];
	struct entry e = { .party = 100 };
	int64_t next = 0;
	int i;

	store_set_sequencer(f->s, number, committed, &q);
	run_threads(f, 8, enter_many, NULL, w);
	for (i = 0; i < 8; i++)
		assert_int_equal(w[i].good, 0);
	assert_int_equal(store_run(f->s, enter, &e), ST_STALE);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), 0);
	assert_int_equal(q.commits, 0);
	store_stats(f->s, &stats);
	assert_int_equal(stats.commits, 0);
	assert_true(stats.failed > 0);
	q.fail = ST_OK;
	assert_int_equal(store_run(f->s, enter, &e), ST_OK);
	assert_int_equal(e.index, 0);
	assert_int_equal(store_read(f->s, see_log, &next), ST_OK);
	assert_int_equal(next, 1);
}

/* -- reading --------------------------------------------------------------- */

static enum status
move(struct tx *tx, void *arg)
{
	int64_t *amount = arg;
	enum status st;

	st = store_exec(tx,
	    "UPDATE account SET amount = amount + $1 WHERE id = 1",
	    (struct store_param[]){ P_INT(*amount) }, 1);
	if (st != ST_OK)
		return st;
	return store_exec(tx,
	    "UPDATE account SET amount = amount - $1 WHERE id = 2",
	    (struct store_param[]){ P_INT(*amount) }, 1);
}

struct pair {
	int64_t v[2];
};

/* Two statements that see one state. */
static enum status
read_pair(struct tx *tx, void *arg)
{
	struct pair *p = arg;
	enum status st = ST_OK;
	int64_t i;

	for (i = 0; i < 2 && st == ST_OK; i++)
		st = store_one_int(tx,
		    "SELECT amount FROM account WHERE id = $1",
		    (struct store_param[]){ P_INT(i + 1) }, 1, &p->v[i]);
	return st;
}

static void *
read_or_move(void *arg)
{
	struct worker *w = arg;
	int64_t amount = w->number;
	struct pair p;
	int i;

	for (i = 0; i < 100; i++) {
		if (w->number % 4 == 0) {
			if (store_run(w->f->s, move, &amount) == ST_OK)
				w->good++;
		} else if (store_read(w->f->s, read_pair, &p) == ST_OK &&
		    p.v[0] + p.v[1] == 1000) {
			w->good++;
		}
	}
	return NULL;
}

static void
test_snapshots(void **state)
{
	struct fixture *f = *state;
	struct worker w[32]; /* more than there are connections */
	int i;

	run_threads(f, 32, read_or_move, NULL, w);
	for (i = 0; i < 32; i++)
		assert_int_equal(w[i].good, 100);
}

/* Readers do not wait for a writer, and see what was before. */
static void
test_read_while_writing(void **state)
{
	struct fixture *f = *state;
	struct worker w = { .f = f };
	struct gate g;

	gate_init(&g);
	w.shared = &g;
	assert_int_equal(pthread_create(&w.thread, NULL, hold, &w), 0);
	(void)sem_wait(&g.entered);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM account"), 2);
	(void)sem_post(&g.go);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.good, 1);
}

/* -- a full disk ----------------------------------------------------------- */

static void *
put_until_full(void *arg)
{
	struct worker *w = arg;
	struct put p = { .party = w->number, .end = ST_OK };
	enum status st = ST_OK;

	while (st == ST_OK && p.n < 20000) {
		if ((st = store_run(w->f->s, put, &p)) == ST_OK) {
			w->good++;
			p.n++;
		}
	}
	if (st != ST_FULL)
		w->good = 1000000;
	return NULL;
}

static void
test_full(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, low;
	struct put p = { .party = 99, .end = ST_OK };
	struct worker w[8];
	uint64_t good = 0;
	int i;

	/* The kernel refuses to let files grow: EFBIG instead of ENOSPC. */
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 300000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	run_threads(f, 8, put_until_full, NULL, w);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	for (i = 0; i < 8; i++)
		good += w[i].good;
	/* All that was acknowledged is there, no more, and it goes on. */
	assert_true(good > 0 && good < 1000000);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), good);
	assert_int_equal(store_run(f->s, put, &p), ST_OK);
	store_close(&f->s);
	f->s = fixture_open(f->db);
	assert_int_equal(
	    fixture_int(f->s, "SELECT COUNT(*) FROM item"), good + 1);
}

int
main(void)
{
#define T(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_shared_commits),
		T(test_failure_is_alone),
		T(test_retry),
		T(test_numbers),
		T(test_number_fails),
		T(test_snapshots),
		T(test_read_while_writing),
		T(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
