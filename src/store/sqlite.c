/* The SQLite engine: the only file that sees its library. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "store/engine.h"
#include "store/sqlite_ddl.h"

#define WAIT_MS 10000      /* for another process that writes */
#define CACHE 256          /* buckets of prepared statements */
#define CACHE_MAX 1024     /* statements kept a connection */
#define DDL_MAX 1048576    /* bytes of a migration */
#define SETUP_MAX_TRIES 50 /* for the switch to WAL, which does not wait */

struct stmt {
	struct stmt *next;
	char *sql;
	sqlite3_stmt *st;
	bool used; /* a query's callback may run the same statement */
};

struct conn {
	sqlite3 *db;
	struct stmt *cache[CACHE];
	size_t n_cached;
	sqlite3_stmt *steps[ENGINE_STEPS];
};

/* -- failures -------------------------------------------------------------- */

static bool
no_space(const struct conn *c)
{
	int e = sqlite3_system_errno(c->db);

	return e == ENOSPC || e == EDQUOT;
}

/* The status of a result code; one that is our bug goes to the log. */
static enum status
failed(const struct conn *c, int rc, const char *sql)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ST_RETRY;
	case SQLITE_FULL:
		return ST_FULL;
	case SQLITE_NOMEM:
		return ST_NOMEM;
	case SQLITE_TOOBIG:
		return ST_TOO_LARGE;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_READONLY:
		if (no_space(c))
			return ST_FULL;
		log_line(LOG_ERROR, "store-io", "code=%d reason=\"%s\"",
		    sqlite3_extended_errcode(c->db), sqlite3_errmsg(c->db));
		return ST_IO;
	default:
		break;
	}
	rc = sqlite3_extended_errcode(c->db);
	if (rc == SQLITE_CONSTRAINT_UNIQUE ||
	    rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_ROWID)
		return ST_CONFLICT;
	log_line(LOG_ERROR, "store-statement",
	    "code=%d reason=\"%s\" sql=\"%.200s\"", rc, sqlite3_errmsg(c->db),
	    sql);
	return ST_FAIL;
}

/* -- statements ------------------------------------------------------------ */

static size_t
bucket(const char *sql)
{
	uint32_t h = 2166136261u;

	for (; *sql != '\0'; sql++)
		h = (h ^ (uint8_t)*sql) * 16777619u;
	return h % CACHE;
}

static void
stmt_free(struct stmt *s)
{
	(void)sqlite3_finalize(s->st);
	free(s->sql);
	free(s);
}

static enum status
stmt_prepare(struct conn *c, const char *sql, struct stmt **out)
{
	struct stmt *s;
	const char *tail;
	int rc;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->sql = strdup(sql)) == NULL) {
		free(s);
		return ST_NOMEM;
	}
	rc = sqlite3_prepare_v3(
	    c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->st, &tail);
	if (rc != SQLITE_OK) {
		stmt_free(s);
		return failed(c, rc, sql);
	}
	PRE(s->st != NULL && *tail == '\0'); /* one statement at a time */
	*out = s;
	return ST_OK;
}

/* A statement ready for use, from the cache where it can be. */
static enum status
stmt_get(struct conn *c, const char *sql, struct stmt **out)
{
	struct stmt *s, **head = &c->cache[bucket(sql)];
	bool busy = false;
	enum status st;

	for (s = *head; s != NULL; s = s->next) {
		if (strcmp(s->sql, sql) != 0)
			continue;
		if (!s->used)
			goto done;
		busy = true;
	}
	if ((st = stmt_prepare(c, sql, &s)) != ST_OK)
		return st;
	if (!busy && c->n_cached < CACHE_MAX) {
		s->next = *head;
		*head = s;
		c->n_cached++;
	}
done:
	s->used = true;
	*out = s;
	return ST_OK;
}

static void
stmt_put(struct conn *c, struct stmt *s)
{
	struct stmt *k;

	for (k = c->cache[bucket(s->sql)]; k != NULL && k != s; k = k->next)
		continue;
	if (k == NULL) {
		stmt_free(s);
		return;
	}
	(void)sqlite3_reset(s->st);
	(void)sqlite3_clear_bindings(s->st);
	s->used = false;
}

static int
bind_one(sqlite3_stmt *st, int at, const struct store_param *p)
{
	switch (p->kind) {
	case STORE_NULL:
		return sqlite3_bind_null(st, at);
	case STORE_INT:
	case STORE_BOOL:
		return sqlite3_bind_int64(st, at, p->i);
	case STORE_TEXT:
		return sqlite3_bind_text64(
		    st, at, p->p, p->n, SQLITE_STATIC, SQLITE_UTF8);
	case STORE_BYTES:
		return sqlite3_bind_blob64(st, at, p->p, p->n, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

/* SQLite counts $1 by order of appearance, so ask where it is. */
static enum status
bind(struct conn *c, struct stmt *s, const struct store_param *params, size_t n)
{
	char name[24];
	size_t i;
	int at, rc;

	PRE((size_t)sqlite3_bind_parameter_count(s->st) == n);
	for (i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "$%zu", i + 1);
		at = sqlite3_bind_parameter_index(s->st, name);
		PRE(at > 0);
		if ((rc = bind_one(s->st, at, &params[i])) != SQLITE_OK)
			return failed(c, rc, s->sql);
	}
	return ST_OK;
}

static enum status
sqlite_run(struct conn *c, const char *sql, const struct store_param *params,
    size_t n, store_each *each, void *arg, int64_t *changes)
{
	struct row row = { .engine = &sqlite_engine };
	struct stmt *s = NULL;
	enum status st;
	int rc = SQLITE_DONE;

	if ((st = stmt_get(c, sql, &s)) != ST_OK)
		return st;
	row.at = s->st;
	st = bind(c, s, params, n);
	while (st == ST_OK && (rc = sqlite3_step(s->st)) == SQLITE_ROW)
		if (each != NULL)
			st = each(&row, arg);
	if (st == ST_OK && rc != SQLITE_DONE)
		st = failed(c, rc, sql);
	if (st == ST_OK && changes != NULL)
		*changes = sqlite3_changes64(c->db);
	stmt_put(c, s);
	return st;
}

static struct store_param
sqlite_column(const struct row *row, int col)
{
	sqlite3_stmt *st = row->at;
	struct store_param v = { .kind = STORE_NULL };

	PRE(col >= 0 && col < sqlite3_data_count(st));
	switch (sqlite3_column_type(st, col)) {
	case SQLITE_INTEGER:
		v.kind = STORE_INT;
		v.i = sqlite3_column_int64(st, col);
		break;
	case SQLITE_TEXT:
		v.kind = STORE_TEXT;
		v.p = sqlite3_column_text(st, col);
		v.n = (size_t)sqlite3_column_bytes(st, col);
		break;
	case SQLITE_BLOB:
		v.kind = STORE_BYTES;
		v.p = sqlite3_column_blob(st, col);
		v.n = (size_t)sqlite3_column_bytes(st, col);
		break;
	case SQLITE_NULL:
		break;
	default: /* a floating-point number: no column of ours has any */
		PRE(!"a column of a type that is not ours");
	}
	return v;
}

/* -- transactions ---------------------------------------------------------- */

static const char *const steps[ENGINE_STEPS] = {
	[ENGINE_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[ENGINE_BEGIN_READ] = "BEGIN",
	[ENGINE_COMMIT] = "COMMIT",
	[ENGINE_ROLLBACK] = "ROLLBACK",
	[ENGINE_SAVEPOINT] = "SAVEPOINT fn",
	[ENGINE_RELEASE] = "RELEASE fn",
	[ENGINE_UNDO] = "ROLLBACK TO fn",
};

static enum status
sqlite_step(struct conn *c, enum engine_step step)
{
	int rc;

	if (c->steps[step] == NULL &&
	    (rc = sqlite3_prepare_v3(c->db, steps[step], -1,
		 SQLITE_PREPARE_PERSISTENT, &c->steps[step], NULL)) !=
		SQLITE_OK)
		return failed(c, rc, steps[step]);
	rc = sqlite3_step(c->steps[step]);
	(void)sqlite3_reset(c->steps[step]);
	if (rc != SQLITE_DONE) {
		enum status st = failed(c, rc, steps[step]);

		/* It has waited already. */
		return st == ST_RETRY && step == ENGINE_BEGIN_WRITE ? ST_BUSY
								    : st;
	}
	/* SQLite keeps a savepoint that it went back to. */
	return step == ENGINE_UNDO ? sqlite_step(c, ENGINE_RELEASE) : ST_OK;
}

static bool
sqlite_in_transaction(struct conn *c)
{
	return !sqlite3_get_autocommit(c->db);
}

static enum status
sqlite_define(struct conn *c, const char *sql, struct diag *d)
{
	struct buf b;
	enum status st;
	char *why = NULL;
	int rc;

	buf_init(&b, DDL_MAX);
	if ((st = sqlite_ddl(sql, &b, d)) != ST_OK)
		goto done;
	if ((rc = sqlite3_exec(c->db, buf_text(&b), NULL, NULL, &why)) !=
	    SQLITE_OK) {
		st = failed(c, rc, "(migration)");
		(void)diag_set(d, st, "", "", "The migration failed: %.200s.",
		    why != NULL ? why : sqlite3_errstr(rc));
	}
done:
	sqlite3_free(why);
	buf_fini(&b);
	return st;
}

/* Fold the write-ahead log into the database and empty it. */
static bool
sqlite_idle(struct conn *c)
{
	int rc;

	(void)sqlite3_busy_timeout(c->db, 0);
	rc = sqlite3_wal_checkpoint_v2(
	    c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)sqlite3_busy_timeout(c->db, WAIT_MS);
	if (rc == SQLITE_OK)
		return true;
	if (rc != SQLITE_BUSY && rc != SQLITE_LOCKED)
		log_line(LOG_WARN, "store-checkpoint", "reason=\"%s\"",
		    sqlite3_errmsg(c->db));
	return false;
}

/* -- opening, closing ------------------------------------------------------ */

static void
sqlite_close(struct conn **cp)
{
	struct conn *c = *cp;
	struct stmt *s, *next;
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < CACHE; i++)
		for (s = c->cache[i]; s != NULL; s = next) {
			next = s->next;
			stmt_free(s);
		}
	for (i = 0; i < ENGINE_STEPS; i++)
		(void)sqlite3_finalize(c->steps[i]);
	PRE(sqlite3_close(c->db) == SQLITE_OK);
	free(c);
	*cp = NULL;
}

/* Say what is wrong with the path while it can still be told. */
static enum status
check_place(const char *where, struct diag *d)
{
	char copy[PATH_MAX];
	struct stat sb;
	const char *dir;

	if (snprintf(copy, sizeof(copy), "%s", where) >= (int)sizeof(copy))
		return diag_set(
		    d, ST_IO, "", "", "The database's path is too long.");
	dir = dirname(copy);
	if (stat(dir, &sb) != 0 || !S_ISDIR(sb.st_mode))
		return diag_set(d, ST_NOTFOUND, "", "",
		    "There is no directory %.200s for the database. Make it "
		    "first.",
		    dir);
	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0)
		return diag_set(d, ST_IO, "", "",
		    "The directory %.200s cannot be written to (%s). The "
		    "database keeps its files there: make it writable for "
		    "this user, or choose another one.",
		    dir, strerror(errno));
	if (faccessat(AT_FDCWD, where, R_OK | W_OK, AT_EACCESS) != 0 &&
	    errno != ENOENT)
		return diag_set(d, ST_IO, "", "",
		    "The database %.200s cannot be written to (%s).", where,
		    strerror(errno));
	return ST_OK;
}

/*
 * SQLite would make the file readable for all.  Only an absent one is touched:
 * closing a file drops the locks that a process holds on it.
 */
static enum status
create(const char *where, struct diag *d)
{
	int fd = open(where, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return ST_OK;
	if (fd < 0)
		return diag_set(d, errno == ENOSPC ? ST_FULL : ST_IO, "", "",
		    "The database %.200s cannot be made: %s.", where,
		    strerror(errno));
	(void)close(fd);
	return file_sync_parent(where);
}

static int
is_wal(void *arg, int n, char **values, char **names)
{
	(void)names;
	*(bool *)arg = n == 1 && strcmp(values[0], "wal") == 0;
	return 0;
}

static enum status
set_up(struct conn *c, bool write)
{
	static const char all[] = "PRAGMA synchronous=FULL;"
				  "PRAGMA secure_delete=ON;"
				  "PRAGMA foreign_keys=ON;"
				  "PRAGMA temp_store=MEMORY;"
				  "PRAGMA trusted_schema=OFF;";
	bool wal = false;
	int rc = SQLITE_BUSY, i;

	(void)sqlite3_extended_result_codes(c->db, 1);
	(void)sqlite3_busy_timeout(c->db, WAIT_MS);
	/* Two processes that open a new file meet here. */
	for (i = 0; write && i < SETUP_MAX_TRIES && (rc & 0xff) == SQLITE_BUSY;
	     i++) {
		rc = sqlite3_exec(
		    c->db, "PRAGMA journal_mode=WAL", is_wal, &wal, NULL);
		if ((rc & 0xff) == SQLITE_BUSY)
			(void)sqlite3_sleep(20);
	}
	if (write && rc != SQLITE_OK)
		return failed(c, rc, "PRAGMA journal_mode");
	if (write && !wal)
		return ST_IO;
	if ((rc = sqlite3_exec(c->db, all, NULL, NULL, NULL)) != SQLITE_OK ||
	    (!write &&
		(rc = sqlite3_exec(c->db, "PRAGMA query_only=ON", NULL, NULL,
		     NULL)) != SQLITE_OK))
		return failed(c, rc, all);
	return ST_OK;
}

static enum status
sqlite_open(const char *where, bool write, struct conn **out, struct diag *d)
{
	struct conn *c = NULL;
	enum status st;
	int rc;

	if (write &&
	    ((st = check_place(where, d)) != ST_OK ||
		(st = create(where, d)) != ST_OK))
		return st;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return ST_NOMEM;
	rc = sqlite3_open_v2(
	    where, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	st = rc != SQLITE_OK ? failed(c, rc, "(open)") : set_up(c, write);
	if (st == ST_IO && (sqlite3_errcode(c->db) & 0xff) == SQLITE_NOTADB)
		st = diag_set(d, ST_INVALID, "", "",
		    "The file %.200s is not a database.", where);
	else if (st != ST_OK)
		(void)diag_set(d, st, "", "",
		    "The database %.200s cannot be opened: %s.", where,
		    sqlite3_errmsg(c->db));
	if (st != ST_OK)
		sqlite_close(&c);
	else
		*out = c;
	return st;
}

const struct engine sqlite_engine = {
	.open = sqlite_open,
	.close = sqlite_close,
	.step = sqlite_step,
	.in_transaction = sqlite_in_transaction,
	.run = sqlite_run,
	.define = sqlite_define,
	.idle = sqlite_idle,
	.column = sqlite_column,
};
