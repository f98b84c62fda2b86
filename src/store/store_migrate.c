/* Schemas: forward only, each step in a transaction of its own. */
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "store/engine.h"

static const char table[] = "CREATE TABLE IF NOT EXISTS schema_migration (\n"
			    "	number BIGINT NOT NULL PRIMARY KEY,\n"
			    "	name TEXT NOT NULL\n"
			    ");\n";

struct applied {
	const struct store_migration *list;
	size_t n;
	size_t count; /* of those in the database */
	bool other;   /* one of them is none of ours */
};

static enum status
see(const struct row *row, void *arg)
{
	struct applied *a = arg;
	const char *name = row_text_borrow(row, 1);

	a->count++;
	if (row_int(row, 0) != (int64_t)a->count)
		a->other = true;
	else if (a->count <= a->n &&
	    strcmp(name, a->list[a->count - 1].name) != 0)
		a->other = true;
	return ST_OK;
}

static enum status
check(const struct applied *a, struct diag *d)
{
	if (a->other)
		return diag_set(d, ST_INVALID, "", "",
		    "This database was made for something else: its schema is "
		    "not one of this role. Check the path of the database.");
	if (a->count > a->n)
		return diag_set(d, ST_INVALID, "", "",
		    "This database has schema %zu, and this program knows "
		    "schemas up to %zu. It was used by a newer version: "
		    "install that one, or restore a backup from before.",
		    a->count, a->n);
	return ST_OK;
}

/* Within a transaction: apply the next step.  *more: there was one. */
static enum status
advance(const struct engine *e, struct conn *c,
    const struct store_migration *list, size_t n, bool *more, struct diag *d)
{
	struct applied a = { .list = list, .n = n };
	enum status st;

	*more = false;
	if ((st = e->define(c, table, d)) != ST_OK ||
	    (st = e->run(c,
		 "SELECT number, name FROM schema_migration ORDER BY number",
		 NULL, 0, see, &a, NULL)) != ST_OK ||
	    (st = check(&a, d)) != ST_OK || a.count == n)
		return st;
	if ((st = e->define(c, list[a.count].sql, d)) != ST_OK ||
	    (st = e->run(c,
		 "INSERT INTO schema_migration (number, name) VALUES ($1, $2)",
		 (struct store_param[]){
		     P_INT((int64_t)a.count + 1), P_TEXT(list[a.count].name) },
		 2, NULL, NULL, NULL)) != ST_OK)
		return diag_set(d, st, "", "",
		    "The migration %s could not be applied.",
		    list[a.count].name);
	*more = true;
	return ST_OK;
}

enum status
store_migrate(const struct engine *e, struct conn *c,
    const struct store_migration *list, size_t n, struct diag *d)
{
	enum status st;
	bool more = true;

	while (more) {
		if ((st = e->step(c, ENGINE_BEGIN_WRITE)) != ST_OK)
			return diag_set(d, st, "", "",
			    "The database is in use by another process.");
		st = advance(e, c, list, n, &more, d);
		if (st == ST_OK && more)
			st = e->step(c, ENGINE_COMMIT);
		/* Nothing new, or a failure. */
		if (e->in_transaction(c) &&
		    e->step(c, ENGINE_ROLLBACK) != ST_OK && st == ST_OK)
			st = ST_IO;
		if (st != ST_OK)
			return diag_set(d, st, "", "",
			    "The database's schema could not be brought up "
			    "to date: %s",
			    status_text(st));
	}
	return ST_OK;
}
