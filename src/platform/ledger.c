#include "platform/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "platform/ledger_inner.h"
#include "store/store.h"
#include "tlog/tile.h"

static enum status
number(struct tx *tx, void *arg)
{
	struct ledger *l = arg;
	enum status st = ST_OK;
	void *const *items;
	struct tlog_hash leaf;
	size_t i, n = store_queued(tx, &items);

	if (n == 0)
		return ST_OK;
	(void)pthread_rwlock_wrlock(&l->hashes_lock);
	/* A commit that failed left its leaves here. */
	hashes_truncate(l->hashes, l->committed);
	for (i = 0; i < n && st == ST_OK; i++) {
		struct ledger_item *item = items[i];

		item->index = l->committed + i;
		tree_leaf(item->note, item->n, &leaf);
		if ((st = hashes_append(l->hashes, &leaf)) == ST_OK)
			st = ledger_sql_number(tx, item->index, item);
	}
	(void)pthread_rwlock_unlock(&l->hashes_lock);
	return st;
}

/* Only the store's thread changes hashes and committed, so this reads them. */
static void
committed(void *arg)
{
	struct ledger *l = arg;

	(void)pthread_mutex_lock(&l->lock);
	if (l->committed != hashes_size(l->hashes)) {
		l->committed = hashes_size(l->hashes);
		(void)pthread_cond_broadcast(&l->changed);
	}
	(void)pthread_mutex_unlock(&l->lock);
}

/* A checkpoint once seen must be a prefix of what the rows hold now. */
static enum status
check_published(struct ledger *l, struct diag *d)
{
	struct checkpoint cp;
	struct tlog_hash root;
	enum status st;
	int64_t time;

	if (l->checkpoint.n == 0)
		return ST_OK;
	st = trust_checkpoint_verify(l->config.trust, l->checkpoint.p,
	    l->checkpoint.n, clock_now(), &cp, &time, d);
	/* A watcher whose time has run out takes nothing back. */
	if (st != ST_OK && st != ST_PENDING)
		return st;
	if (st == ST_OK)
		l->time = l->renewed = time;
	if (cp.size > l->committed ||
	    hashes_root(l->hashes, cp.size, &root) != ST_OK ||
	    !tree_hash_equal(&root, &cp.root))
		return diag_set(d, ST_INVALID, "", "",
		    "The log in this database is not the one that was "
		    "published: the last cosigned checkpoint does not match "
		    "its entries. Was an old copy restored?");
	l->published = l->announced = cp.size;
	return ST_OK;
}

enum status
ledger_open(
    const struct ledger_config *config, struct ledger **out, struct diag *d)
{
	struct ledger *l = calloc(1, sizeof(*l));
	pthread_condattr_t monotonic;
	enum status st = ST_NOMEM;
	size_t i;

	*out = NULL;
	if (l == NULL)
		return ST_NOMEM;
	PRE(config->watcher_count <= LEDGER_WATCHERS);
	l->config = *config;
	(void)pthread_rwlock_init(&l->hashes_lock, NULL);
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&l->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	buf_init(&l->checkpoint, CHECKPOINT_NOTE);
	buf_init(&l->round.note, CHECKPOINT_NOTE);
	buf_init(&l->round.lines, CHECKPOINT_NOTE);
	for (i = 0; i < config->watcher_count; i++)
		l->watchers[i] = (struct watcher){ .ledger = l,
			.url = config->watchers[i] };
	if ((l->hashes = hashes_new()) != NULL &&
	    (st = ledger_sql_load(l, d)) == ST_OK)
		st = check_published(l, d);
	if (st != ST_OK) {
		ledger_close(&l);
		return st;
	}
	for (i = 0; i < config->watcher_count; i++)
		l->watchers[i].size = l->published;
	store_set_sequencer(config->store, number, committed, l);
	*out = l;
	return ST_OK;
}

enum status
ledger_start(struct ledger *l)
{
	size_t i;

	PRE(!l->started);
	if (pthread_create(&l->thread, NULL, ledger_run, l) != 0)
		return ST_FAIL;
	l->started = true;
	for (i = 0; i < l->config.watcher_count; i++)
		if (pthread_create(&l->watchers[i].thread, NULL, ledger_watch,
			&l->watchers[i]) != 0) {
			/* ledger_close() joins those that were started. */
			l->config.watcher_count = i;
			return ST_FAIL;
		}
	return ST_OK;
}

void
ledger_close(struct ledger **lp)
{
	struct ledger *l = *lp;
	size_t i;

	if (l == NULL)
		return;
	(void)pthread_mutex_lock(&l->lock);
	l->stop = true;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	if (l->started) {
		(void)pthread_join(l->thread, NULL);
		for (i = 0; i < l->config.watcher_count; i++)
			(void)pthread_join(l->watchers[i].thread, NULL);
	}
	hashes_free(&l->hashes);
	buf_fini(&l->checkpoint);
	buf_fini(&l->round.note);
	buf_fini(&l->round.lines);
	(void)pthread_cond_destroy(&l->changed);
	(void)pthread_mutex_destroy(&l->lock);
	(void)pthread_rwlock_destroy(&l->hashes_lock);
	free(l);
	*lp = NULL;
}

enum status
ledger_queue(struct tx *tx, struct ledger_item *item)
{
	return store_queue(tx, item);
}

uint64_t
ledger_committed(struct ledger *l)
{
	uint64_t n;

	(void)pthread_mutex_lock(&l->lock);
	n = l->committed;
	(void)pthread_mutex_unlock(&l->lock);
	return n;
}

uint64_t
ledger_published(struct ledger *l)
{
	uint64_t n;

	(void)pthread_mutex_lock(&l->lock);
	n = l->published;
	(void)pthread_mutex_unlock(&l->lock);
	return n;
}

void
ledger_sleep(struct ledger *l, unsigned ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&l->changed, &l->lock, &until);
}

enum status
ledger_wait(struct ledger *l, uint64_t index, unsigned ms)
{
	int64_t until = clock_monotonic_ms() + ms, left;
	enum status st;

	(void)pthread_mutex_lock(&l->lock);
	while (l->announced <= index && !l->stop &&
	    (left = until - clock_monotonic_ms()) > 0)
		ledger_sleep(l, (unsigned)left);
	st = l->announced > index ? ST_OK : ST_PENDING;
	(void)pthread_mutex_unlock(&l->lock);
	return st;
}

enum status
ledger_checkpoint(
    struct ledger *l, struct buf *b, uint64_t *size, int64_t *time_s)
{
	enum status st = ST_STALE;

	(void)pthread_mutex_lock(&l->lock);
	if (l->checkpoint.n > 0) {
		buf_put(b, l->checkpoint.p, l->checkpoint.n);
		if (size != NULL)
			*size = l->published;
		if (time_s != NULL)
			*time_s = l->time;
		st = buf_status(b);
	}
	(void)pthread_mutex_unlock(&l->lock);
	return st;
}

enum status
ledger_tile(struct ledger *l, const struct tile *t, struct buf *b)
{
	enum status st = ST_NOTFOUND;
	uint8_t bytes[TILE_FULL];

	/* Of the published log alone, and no wider than it is. */
	if (t->level < 0 ||
	    t->width > tile_width(t->level, t->index, ledger_published(l)))
		return ST_NOTFOUND;
	(void)pthread_rwlock_rdlock(&l->hashes_lock);
	st = hashes_tile(l->hashes, t, bytes);
	(void)pthread_rwlock_unlock(&l->hashes_lock);
	if (st == ST_OK)
		buf_put(b, bytes, t->width * TREE_HASH);
	return st != ST_OK ? st : buf_status(b);
}
