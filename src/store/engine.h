/*
 * engine: what the store needs of a database, implemented by sqlite.c.
 *
 * A connection is used by one thread at a time.  Nothing here runs threads or
 * decides when to commit; that is store.c and store_run.c.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

struct conn;
struct diag;

enum engine_step {
	ENGINE_BEGIN_WRITE, /* waits for other processes; ST_BUSY in the end */
	ENGINE_BEGIN_READ,
	ENGINE_COMMIT, /* durable on ST_OK */
	ENGINE_ROLLBACK,
	ENGINE_SAVEPOINT,
	ENGINE_RELEASE,
	ENGINE_UNDO, /* back to the savepoint, and release it */
	ENGINE_STEPS
};

struct row {
	const struct engine *engine;
	void *at;
};

struct engine {
	/* A writing connection creates what is absent. */
	enum status (*open)(
	    const char *where, bool write, struct conn **out, struct diag *d);
	void (*close)(struct conn **c);
	enum status (*step)(struct conn *c, enum engine_step step);
	/* False once a failure has undone the whole transaction. */
	bool (*in_transaction)(struct conn *c);
	/* One statement; each and changes may be NULL. */
	enum status (*run)(struct conn *c, const char *sql,
	    const struct store_param *params, size_t n, store_each *each,
	    void *arg, int64_t *changes);
	/* Several statements that define tables, of the common dialect. */
	enum status (*define)(struct conn *c, const char *sql, struct diag *d);
	/* Nothing to write: tidy up.  False if it is to be tried again. */
	bool (*idle)(struct conn *c);
	struct store_param (*column)(const struct row *row, int col);
};

extern const struct engine sqlite_engine;

/* store_migrate.c: bring the database behind c to list's schema. */
enum status store_migrate(const struct engine *e, struct conn *c,
    const struct store_migration *list, size_t n, struct diag *d) NODISCARD;

#endif /* !STORE_ENGINE_H */
