/* The SQLite engine: statements and transactions. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "store/sqlite_conn.h"
#include "store/sqlite_ddl.h"

#define CACHE_MAX 1024  /* statements kept a connection */
#define DDL_MAX 1048576 /* bytes of a migration */

/* -- failures -------------------------------------------------------------- */

/*
 * SQLITE_FULL is for a write that said ENOSPC; a quota, a limit of file size
 * and a flush that found no space are told by the files' own last error.
 */
static bool
no_space(const struct conn *c)
{
	static const int which[] = { SQLITE_FCNTL_FILE_POINTER,
		SQLITE_FCNTL_JOURNAL_POINTER };
	sqlite3_file *f;
	size_t i;
	int e;

	for (i = 0; i < NELEMS(which); i++) {
		f = NULL;
		e = 0;
		(void)sqlite3_file_control(c->db, NULL, which[i], &f);
		if (f == NULL || f->pMethods == NULL)
			continue;
		(void)f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &e);
		if (e == ENOSPC || e == EDQUOT || e == EFBIG)
			return true;
	}
	return false;
}

enum status
sqlite_failed(const struct conn *c, int rc, const char *sql)
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
		if ((rc & 0xff) == SQLITE_IOERR && no_space(c))
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

void
sqlite_stmt_free(struct stmt *s)
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
		sqlite_stmt_free(s);
		return sqlite_failed(c, rc, sql);
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
		sqlite_stmt_free(s);
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
			return sqlite_failed(c, rc, s->sql);
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
		st = sqlite_failed(c, rc, sql);
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
	default:
		pre_failed(__FILE__, __LINE__, "a floating-point number");
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
		return sqlite_failed(c, rc, steps[step]);
	rc = sqlite3_step(c->steps[step]);
	(void)sqlite3_reset(c->steps[step]);
	if (rc != SQLITE_DONE) {
		enum status st = sqlite_failed(c, rc, steps[step]);

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
		st = sqlite_failed(c, rc, "(migration)");
		(void)diag_set(d, st, "", "", "The migration failed: %.200s.",
		    why != NULL ? why : sqlite3_errstr(rc));
	}
done:
	sqlite3_free(why);
	buf_fini(&b);
	return st;
}

/* The write-ahead log, as SQLite's own file; NULL if there is none yet. */
static sqlite3_file *
wal_file(struct conn *c, sqlite3_int64 *size)
{
	sqlite3_file *f = NULL;

	if (sqlite3_file_control(
		c->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) != SQLITE_OK ||
	    f == NULL || f->pMethods == NULL ||
	    f->pMethods->xFileSize(f, size) != SQLITE_OK)
		return NULL;
	return f;
}

/* How long the log is to be: as it was, or half as long as last time. */
static void
plan_spare(struct conn *c, sqlite3_int64 size)
{
	if (c->spare == 0 || size > c->spare)
		c->spare = WAL_SPARE_MAX;
	else if (c->spare > WAL_SPARE_MIN)
		c->spare /= 2;
}

/*
 * Lengthen the log with zeros, which are no frames to SQLite, so that commits
 * write over what the file system has set aside already: a commit that makes
 * the file longer waits for the file system's journal, and with it for what
 * all other programs wrote.  Held against other processes by the write lock,
 * and only behind the file's end, so that no frame of theirs is touched.
 */
static void
lengthen(struct conn *c)
{
	static const char zeros[65536];
	sqlite3_int64 size = 0;
	sqlite3_file *f;
	int rc = SQLITE_OK;

	if (sqlite3_exec(c->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return;
	f = wal_file(c, &size);
	while (f != NULL && rc == SQLITE_OK && size < c->spare) {
		int n = (int)sizeof(zeros) - (int)(size % (int)sizeof(zeros));

		rc = f->pMethods->xWrite(f, zeros, n, size);
		size += n;
	}
	/* Where the disk is full, the log is as long as it can be. */
	if (f != NULL)
		(void)f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
	(void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

/*
 * Fold the write-ahead log into the database and empty it: only zeros stay.
 */
static bool
sqlite_idle(struct conn *c)
{
	sqlite3_int64 size = 0;
	int rc;

	(void)sqlite3_busy_timeout(c->db, 0);
	if (wal_file(c, &size) != NULL)
		plan_spare(c, size);
	rc = sqlite3_wal_checkpoint_v2(
	    c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK)
		lengthen(c);
	(void)sqlite3_busy_timeout(c->db, WAIT_MS);
	if (rc == SQLITE_OK)
		return true;
	if (rc != SQLITE_BUSY && rc != SQLITE_LOCKED)
		log_line(LOG_WARN, "store-checkpoint", "reason=\"%s\"",
		    sqlite3_errmsg(c->db));
	return false;
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
