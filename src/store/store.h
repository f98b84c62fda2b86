/*
 * store: transactions, statements and migrations over one SQL database.
 *
 * A transaction is a function that the store calls, possibly more than once:
 * it reads and writes through its struct tx and the memory behind its
 * argument, replies to nobody and can be repeated from the start.
 *
 * All writing functions run one after another on one thread of the store's
 * own, each in a savepoint, many to a commit.  store_run() returns once that
 * commit is durable, so whatever it acknowledges survives power loss.  One
 * function's failure undoes that function alone.
 *
 * Statements are the common part of SQLite's and PostgreSQL's SQL: parameters
 * $1, $2, ...; columns BYTEA, BIGINT, BOOLEAN and TEXT (sql/README.md has the
 * rules for tables and migrations).  Nothing outside this folder knows which
 * engine runs.  Today that is SQLite: WAL, synchronous=FULL, column types
 * enforced, foreign keys on, deleted content overwritten.
 *
 * What the files still tell: a table marked `-- unordered` keeps its rows in
 * the order of their keys, not of their arrival.  The write-ahead log beside
 * the database, however, holds whole pages in the order in which they were
 * written, old versions too, until it is folded into the database; the store
 * does that, and leaves nothing but zeros in the file, whenever it has had
 * nothing to write for a second, and removes it at store_close().  A copy of
 * the disk taken in between shows the order of the last writes, and blocks
 * that a file system or a drive has kept aside are out of reach of any program.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/row.h"

struct diag;
struct store;
struct tx;

/* One step of a schema: sql/PARTY/NNNN-name.sql, compiled in. */
struct store_migration {
	const char *name; /* "0001-log": number n of a list is its n-th */
	const char *sql;
};

/*
 * Open the database at the path where, creating it (0600) if it is absent;
 * its directory must be there.  Migrations that it lacks are applied in
 * order, each in a transaction of its own.
 *
 * Returns ST_OK; ST_INVALID if the database has a newer schema than list, or
 * another one, or is no database; ST_NOTFOUND without a directory; ST_IO,
 * e.g. if it is read-only; ST_FULL, ST_NOMEM, ST_BUSY, or ST_FAIL for a
 * migration that is wrong.  d says what to do.
 */
enum status store_open(const char *where, const struct store_migration *list,
    size_t n, struct store **out, struct diag *d) NODISCARD;

/* No call may be running.  Waits for nothing, frees all; *s becomes NULL. */
void store_close(struct store **s);

typedef enum status store_fn(struct tx *tx, void *arg);

/*
 * Run fn in a writing transaction on the store's thread and wait until its
 * commit is durable.  A status other than ST_OK of fn undoes what fn did and
 * is returned; ST_RETRY makes the store call fn again, and becomes ST_BUSY
 * after many times.  If the commit fails nobody's function has happened, and
 * ST_FULL, ST_IO or ST_FAIL is returned.  Not to be called by a fn.
 */
enum status store_run(struct store *s, store_fn *fn, void *arg) NODISCARD;

/*
 * Run fn on the calling thread in a transaction that cannot write and sees
 * one state of the database throughout, everything acknowledged included.  A
 * few run at once; others wait.  Not to be called by a fn.  Returns what fn
 * does; ST_BUSY, ST_IO or ST_NOMEM.
 */
enum status store_read(struct store *s, store_fn *fn, void *arg) NODISCARD;

/* -- statements ------------------------------------------------------------ */

enum store_kind { STORE_NULL, STORE_INT, STORE_BOOL, STORE_TEXT, STORE_BYTES };

/* A parameter: element 0 is bound to $1.  Pointers are borrowed. */
struct store_param {
	enum store_kind kind;
	int64_t i;
	const void *p;
	size_t n;
};

/* clang-format off */
#define P_NULL        ((struct store_param){ .kind = STORE_NULL })
#define P_INT(v)      ((struct store_param){ .kind = STORE_INT, .i = (v) })
#define P_BOOL(v)     ((struct store_param){ .kind = STORE_BOOL, .i = (v) ? 1 : 0 })
/* NULL for s is SQL's NULL; so is NULL for p of P_BYTES. */
#define P_TEXT(s)     store_param_text(s)
#define P_BYTES(b, l) store_param_bytes((b), (l))
#define P_ID(id)      P_BYTES((id)->b, sizeof((id)->b))
/* clang-format on */

struct store_param store_param_text(const char *s);
struct store_param store_param_bytes(const void *p, size_t n);

/*
 * A statement takes a literal sql (it is prepared once a connection and kept)
 * and exactly as many parameters as it names:
 *
 *	store_exec(tx, "INSERT INTO spent (nonce, epoch) VALUES ($1, $2)",
 *	    (struct store_param[]){ P_BYTES(nonce, 32), P_INT(epoch) }, 2);
 *
 * Each returns ST_OK; ST_CONFLICT for a key that is there already; ST_RETRY,
 * ST_FULL, ST_IO, ST_NOMEM, ST_TOO_LARGE; or ST_FAIL for a statement that is
 * wrong: a type that is not the column's, a constraint other than a key's.
 *
 * After any of these but ST_OK the transaction is spent, as on PostgreSQL:
 * further statements return the same, and fn's ST_OK no longer counts.  So
 * where a row may be there already say ON CONFLICT DO NOTHING and count the
 * changes; do not insert, fail and read.
 */
enum status store_exec(struct tx *tx, const char *sql,
    const struct store_param *params, size_t n) NODISCARD;

/* The same; *changes is the number of rows inserted, updated or deleted. */
enum status store_exec_changes(struct tx *tx, const char *sql,
    const struct store_param *params, size_t n, int64_t *changes) NODISCARD;

/* A status other than ST_OK ends the query, which returns it. */
typedef enum status store_each(const struct row *row, void *arg);

/*
 * Call each for every row.  each may use other statements of the same tx, but
 * change no table that the query reads.
 */
enum status
store_query(struct tx *tx, const char *sql, const struct store_param *params,
    size_t n, store_each *each, void *arg) NODISCARD;

/*
 * Call each (NULL: nothing) for the one row that the query gives.  Returns
 * ST_NOTFOUND if there is none, which does not spend the transaction; a
 * second row is ST_FAIL.
 */
enum status
store_one(struct tx *tx, const char *sql, const struct store_param *params,
    size_t n, store_each *each, void *arg) NODISCARD;

/* The common case: one BIGINT, e.g. of SELECT COUNT(*), or ST_NOTFOUND. */
enum status store_one_int(struct tx *tx, const char *sql,
    const struct store_param *params, size_t n, int64_t *out) NODISCARD;

/* -- numbering in the commit ----------------------------------------------- */

/*
 * Queue item for the sequencer, in the order of the calls.  item must stay
 * valid until the store_run() that runs this function returns; if the
 * function fails or is repeated, the item is forgotten.  ST_OK or ST_NOMEM.
 */
enum status store_queue(struct tx *tx, void *item) NODISCARD;

/* For a sequencer: what the functions of this commit queued, in order. */
size_t store_queued(struct tx *tx, void *const **items);

/*
 * Called on the store's thread once a commit, in its transaction, after the
 * functions that it holds and just before it: it gives numbers to what they
 * queued, which may be nothing.  Another status than ST_OK undoes the whole
 * commit and goes to all callers.
 */
typedef enum status store_number(struct tx *tx, void *arg);

/*
 * Called after that commit is durable, before its callers are released.  If
 * it is not called between two calls of number, the first one's commit has
 * not happened: the same numbers are given again.
 */
typedef void store_committed(void *arg);

/* Set the two, before the first store_run(). */
void store_set_sequencer(struct store *s, store_number *number,
    store_committed *committed, void *arg);

/* -- measuring ------------------------------------------------------------- */

struct store_stats {
	uint64_t functions; /* that ran and were committed */
	uint64_t commits;   /* durable */
	uint64_t failed;    /* commits that failed as a whole */
};

void store_stats(struct store *s, struct store_stats *out);

#endif /* !STORE_STORE_H */
