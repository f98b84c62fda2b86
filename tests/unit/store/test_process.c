/* Processes that die, and processes that share a database. */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define SEEN 4096

struct ack {
	int32_t party, n;
};

/* -- kill -9 --------------------------------------------------------------- */

struct writer {
	struct store *s;
	int pipe;
	struct ack at;
};

/* Two rows a function, so that half of one would show. */
static enum status
put_pair(struct tx *tx, void *arg)
{
	struct ack *a = arg;
	enum status st;

	if ((st = fixture_put(tx, a->party, (uint64_t)a->n)) != ST_OK)
		return st;
	return fixture_put(tx, a->party + 1000, (uint64_t)a->n);
}

static void *
write_and_ack(void *arg)
{
	struct writer *w = arg;

	for (; w->at.n < SEEN; w->at.n++)
		if (store_run(w->s, put_pair, &w->at) != ST_OK ||
		    write(w->pipe, &w->at, sizeof(w->at)) !=
			(ssize_t)sizeof(w->at))
			_exit(1);
	return NULL;
}

static void
child_write(const char *db, int pipe, int round)
{
	struct writer w[THREADS];
	struct store *s = fixture_open(db);
	pthread_t t[THREADS];
	int i;

	if (s == NULL)
		_exit(2);
	for (i = 0; i < THREADS; i++) {
		w[i] = (struct writer){ s, pipe, { round * THREADS + i, 0 } };
		if (pthread_create(&t[i], NULL, write_and_ack, &w[i]) != 0)
			_exit(3);
	}
	for (i = 0; i < THREADS; i++)
		(void)pthread_join(t[i], NULL);
	_exit(0);
}

/* Read acknowledgements; kill child after the first limit; count all. */
static size_t
kill_after(pid_t child, int pipe, size_t limit, int32_t *last)
{
	struct ack a;
	size_t got = 0;
	ssize_t k;

	while ((k = read(pipe, &a, sizeof(a))) != 0) {
		if (k < 0 && errno == EINTR)
			continue;
		assert_int_equal(k, sizeof(a));
		if (a.n > last[a.party])
			last[a.party] = a.n;
		if (++got == limit)
			assert_int_equal(kill(child, SIGKILL), 0);
	}
	return got;
}

struct find {
	int32_t party, last;
	int64_t count, pairs;
};

static enum status
find(struct tx *tx, void *arg)
{
	struct find *f = arg;
	enum status st;

	st = store_one_int(tx, "SELECT COUNT(*) FROM item WHERE party = $1",
	    (struct store_param[]){ P_INT(f->party) }, 1, &f->count);
	if (st != ST_OK)
		return st;
	return store_one_int(tx, "SELECT COUNT(*) FROM item WHERE party = $1",
	    (struct store_param[]){ P_INT(f->party + 1000) }, 1, &f->pairs);
}

static void
test_kill(void **state)
{
	enum { ROUNDS = 6 };
	struct fixture *f = *state;
	int32_t last[ROUNDS * THREADS];
	int round, fds[2], status, i;
	pid_t child;

	for (i = 0; i < ROUNDS * THREADS; i++)
		last[i] = -1;
	for (round = 0; round < ROUNDS; round++) {
		size_t limit = (size_t)round * 97 + 1;

		assert_int_equal(pipe(fds), 0);
		if ((child = fork()) == 0) {
			(void)close(fds[0]);
			child_write(f->db, fds[1], round);
		}
		assert_true(child > 0);
		(void)close(fds[1]);
		assert_true(kill_after(child, fds[0], limit, last) >= limit);
		(void)close(fds[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	f->s = fixture_open(f->db);
	for (i = 0; i < ROUNDS * THREADS; i++) {
		struct find q = { .party = i };

		assert_int_equal(store_read(f->s, find, &q), ST_OK);
		/* n counts from 0, and one more may be unacknowledged. */
		assert_in_range(q.count, last[i] + 1, last[i] + 2);
		assert_int_equal(q.pairs, q.count);
	}
}

/* -- two processes --------------------------------------------------------- */

static enum status
add_one(struct tx *tx, void *arg)
{
	(void)arg;
	return store_exec(
	    tx, "UPDATE account SET amount = amount + 1 WHERE id = 1", NULL, 0);
}

static int
add_many(const char *db)
{
	struct store *s = fixture_open(db);
	int i, bad = s == NULL;

	for (i = 0; i < 200 && !bad; i++)
		bad = store_run(s, add_one, NULL) != ST_OK;
	store_close(&s);
	return bad;
}

/* All open at once, so one makes the schema while the others wait. */
static void
test_share(void **state)
{
	struct fixture *f = *state;
	pid_t child[3];
	int i, status;

	for (i = 0; i < 3; i++) {
		if ((child[i] = fork()) == 0)
			_exit(add_many(f->db));
		assert_true(child[i] > 0);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	f->s = fixture_open(f->db);
	assert_int_equal(
	    fixture_int(f->s, "SELECT amount FROM account WHERE id = 1"),
	    500 + 3 * 200);
}

int
main(void)
{
#define T(name)                          \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_setup_dir, fixture_teardown)
	const struct CMUnitTest tests[] = { T(test_kill), T(test_share) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
