/* The SQLite engine: opening and closing. */
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

#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "store/sqlite_conn.h"

#define SETUP_MAX_TRIES 50 /* for the switch to WAL, which does not wait */

void
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
			sqlite_stmt_free(s);
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
		return sqlite_failed(c, rc, "PRAGMA journal_mode");
	if (write && !wal)
		return ST_IO;
	if ((rc = sqlite3_exec(c->db, all, NULL, NULL, NULL)) != SQLITE_OK ||
	    (!write &&
		(rc = sqlite3_exec(c->db, "PRAGMA query_only=ON", NULL, NULL,
		     NULL)) != SQLITE_OK))
		return sqlite_failed(c, rc, all);
	return ST_OK;
}

enum status
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
	st = rc != SQLITE_OK ? sqlite_failed(c, rc, "(open)")
			     : set_up(c, write);
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
