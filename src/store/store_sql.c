/* Statements within a transaction, and what its functions queue. */
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "store/tx.h"

#define QUEUE_MAX 1048576 /* items a commit */

struct store_param
store_param_text(const char *s)
{
	if (s == NULL)
		return P_NULL;
	return (
	    struct store_param){ .kind = STORE_TEXT, .p = s, .n = strlen(s) };
}

struct store_param
store_param_bytes(const void *p, size_t n)
{
	if (p == NULL)
		return P_NULL;
	return (struct store_param){ .kind = STORE_BYTES, .p = p, .n = n };
}

/* The caller's callback, and whether it was the one that ended the query. */
struct guard {
	store_each *each;
	void *arg;
	enum status st;
	int rows, max; /* max 0: any number */
};

static enum status
guarded(const struct row *row, void *arg)
{
	struct guard *g = arg;

	if (g->max > 0 && ++g->rows > g->max)
		return ST_FAIL;
	g->st = g->each != NULL ? g->each(row, g->arg) : ST_OK;
	return g->st;
}

static enum status
run(struct tx *tx, const char *sql, const struct store_param *params, size_t n,
    struct guard *g, int64_t *changes)
{
	enum status st;

	if (tx->spent != ST_OK)
		return tx->spent;
	st = tx->engine->run(
	    tx->conn, sql, params, n, g != NULL ? guarded : NULL, g, changes);
	/* A callback that ends its query has broken nothing. */
	if (st != ST_OK && (g == NULL || g->st == ST_OK))
		tx->spent = st;
	return st;
}

enum status
store_exec(
    struct tx *tx, const char *sql, const struct store_param *params, size_t n)
{
	PRE(tx->store != NULL);
	return run(tx, sql, params, n, NULL, NULL);
}

enum status
store_exec_changes(struct tx *tx, const char *sql,
    const struct store_param *params, size_t n, int64_t *changes)
{
	PRE(tx->store != NULL);
	return run(tx, sql, params, n, NULL, changes);
}

enum status
store_query(struct tx *tx, const char *sql, const struct store_param *params,
    size_t n, store_each *each, void *arg)
{
	struct guard g = { .each = each, .arg = arg, .st = ST_OK };

	return run(tx, sql, params, n, &g, NULL);
}

enum status
store_one(struct tx *tx, const char *sql, const struct store_param *params,
    size_t n, store_each *each, void *arg)
{
	struct guard g = { .each = each, .arg = arg, .st = ST_OK, .max = 1 };
	enum status st;

	if ((st = run(tx, sql, params, n, &g, NULL)) != ST_OK)
		return st;
	return g.rows == 0 ? ST_NOTFOUND : ST_OK;
}

static enum status
take_int(const struct row *row, void *arg)
{
	*(int64_t *)arg = row_int(row, 0);
	return ST_OK;
}

enum status
store_one_int(struct tx *tx, const char *sql, const struct store_param *params,
    size_t n, int64_t *out)
{
	return store_one(tx, sql, params, n, take_int, out);
}

enum status
store_queue(struct tx *tx, void *item)
{
	struct store *s = tx->store;

	PRE(s != NULL);
	if (s->n_queued == s->cap_queued) {
		size_t cap = s->cap_queued == 0 ? 512 : s->cap_queued * 2;
		void **more;

		if (cap > QUEUE_MAX)
			return ST_NOMEM;
		if ((more = realloc(s->queued, cap * sizeof(*more))) == NULL)
			return ST_NOMEM;
		s->queued = more;
		s->cap_queued = cap;
	}
	s->queued[s->n_queued++] = item;
	return ST_OK;
}

size_t
store_queued(struct tx *tx, void *const **items)
{
	PRE(tx->store != NULL);
	*items = tx->store->queued;
	return tx->store->n_queued;
}
