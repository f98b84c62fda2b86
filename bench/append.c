/*
 * append: durable log entries per second, from many threads, through the store.
 *
 * usage: append DIR MODE THREADS SECONDS
 *
 * An entry is a note of 1 KiB, its signature verified already, that gets its
 * log number in its commit.  MODE `shared` lets calls share commits, as the
 * store does; `alone` gives each call a commit of its own.  Prints
 *
 *	ENTRIES/S P50 P99 ENTRIES COMMITS FLUSHES
 *
 * with times in milliseconds, after checking that the log has no gap.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/pre.h"
#include "store/store.h"

#define NOTE 1024
#define MAX_THREADS 1024
#define MAX_CALLS 65536 /* of a thread */

static const struct store_migration schema[] = {
	{ "0001-log",
	    "CREATE TABLE log_entry (\n"
	    "	idx BIGINT NOT NULL PRIMARY KEY,\n"
	    "	note BYTEA NOT NULL\n"
	    ");" },
};

struct entry {
	uint8_t note[NOTE];
	int64_t index;
};

static struct {
	struct store *store;
	int64_t next, provisional; /* the writer's thread alone */
	atomic_bool stop;
	pthread_mutex_t *alone; /* held during a call; NULL: calls share */
} all;

struct worker {
	pthread_t thread;
	uint64_t seed;
	size_t n;
	uint32_t *us; /* of each call */
};

static enum status
number(struct tx *tx, void *arg)
{
	void *const *items;
	size_t n = store_queued(tx, &items), i;
	enum status st;

	(void)arg;
	all.provisional = all.next;
	for (i = 0; i < n; i++) {
		struct entry *e = items[i];

		e->index = all.provisional++;
		st = store_exec(tx,
		    "INSERT INTO log_entry (idx, note) VALUES ($1, $2)",
		    (struct store_param[]){
			P_INT(e->index), P_BYTES(e->note, sizeof(e->note)) },
		    2);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static void
committed(void *arg)
{
	(void)arg;
	all.next = all.provisional;
}

static enum status
append(struct tx *tx, void *arg)
{
	return store_queue(tx, arg);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
fill(struct worker *w, struct entry *e)
{
	size_t i;

	for (i = 0; i < NOTE; i += 8) {
		w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
		(void)memcpy(e->note + i, &w->seed, 8);
	}
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct entry e;
	enum status st;

	while (!all.stop && w->n < MAX_CALLS) {
		uint64_t start = now_us();

		fill(w, &e);
		if (all.alone != NULL)
			PRE(pthread_mutex_lock(all.alone) == 0);
		st = store_run(all.store, append, &e);
		if (all.alone != NULL)
			PRE(pthread_mutex_unlock(all.alone) == 0);
		if (st != ST_OK) {
			(void)fprintf(stderr, "append: %s\n", status_name(st));
			exit(1);
		}
		w->us[w->n++] = (uint32_t)(now_us() - start);
	}
	return NULL;
}

static enum status
count(struct tx *tx, void *arg)
{
	return store_one_int(tx,
	    "SELECT CASE WHEN COUNT(*) = MAX(idx) + 1 THEN COUNT(*) ELSE -1 "
	    "END "
	    "FROM log_entry",
	    NULL, 0, arg);
}

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* All times of w[n] in one sorted array of *total. */
static uint32_t *
collect(const struct worker *w, int n, size_t *total)
{
	uint32_t *us;
	int i;

	*total = 0;
	for (i = 0; i < n; i++)
		*total += w[i].n;
	PRE((us = calloc(*total + 1, sizeof(*us))) != NULL);
	*total = 0;
	for (i = 0; i < n; i++) {
		(void)memcpy(us + *total, w[i].us, w[i].n * sizeof(*us));
		*total += w[i].n;
	}
	qsort(us, *total, sizeof(*us), ascending);
	return us;
}

static unsigned long
flushes(void)
{
	unsigned long (*counted)(void);

	*(void **)&counted = dlsym(RTLD_DEFAULT, "slowsync_count");
	return counted != NULL ? counted() : 0;
}

static void
measure(struct worker *w, int threads, long seconds)
{
	struct timespec t = { seconds, 0 };
	unsigned long before = flushes();
	struct store_stats stats;
	uint64_t start = now_us();
	size_t total;
	uint32_t *us;
	double took;
	int64_t n = -1;
	int i;

	for (i = 0; i < threads; i++)
		PRE(pthread_create(&w[i].thread, NULL, work, &w[i]) == 0);
	(void)nanosleep(&t, NULL);
	all.stop = true;
	for (i = 0; i < threads; i++)
		PRE(pthread_join(w[i].thread, NULL) == 0);
	took = (double)(now_us() - start) / 1e6;
	before = flushes() - before;
	us = collect(w, threads, &total);
	store_stats(all.store, &stats);
	PRE(store_read(all.store, count, &n) == ST_OK);
	PRE(total > 0 && n == (int64_t)total && stats.functions == total);
	(void)printf("%.0f %.1f %.1f %zu %llu %lu\n", (double)total / took,
	    us[total / 2] / 1e3, us[total - 1 - total / 100] / 1e3, total,
	    (unsigned long long)stats.commits, before);
	free(us);
}

int
main(int argc, char **argv)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct worker w[MAX_THREADS];
	struct diag d = { 0 };
	char path[4096];
	int threads, i;
	enum status st;

	if (argc != 5 || (threads = atoi(argv[3])) < 1 ||
	    threads > MAX_THREADS) {
		(void)fprintf(
		    stderr, "usage: append DIR shared|alone THREADS SECONDS\n");
		return 2;
	}
	all.alone = strcmp(argv[2], "alone") == 0 ? &lock : NULL;
	(void)snprintf(path, sizeof(path), "%s/%s.db", argv[1], argv[2]);
	if ((st = store_open(path, schema, 1, &all.store, &d)) != ST_OK) {
		diag_print("append", st, &d);
		return 1;
	}
	store_set_sequencer(all.store, number, committed, NULL);
	for (i = 0; i < threads; i++) {
		w[i].seed = (uint64_t)i;
		PRE((w[i].us = calloc(MAX_CALLS, sizeof(uint32_t))) != NULL);
	}
	measure(w, threads, atol(argv[4]));
	for (i = 0; i < threads; i++)
		free(w[i].us);
	store_close(&all.store);
	return 0;
}
