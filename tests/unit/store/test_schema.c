/* Opening: schemas, places that will not do, and what the files tell. */
#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <store_test_sql.h>

static enum status
open_list(const char *path, const struct store_migration *list, size_t n,
    struct diag *d)
{
	struct store *s = NULL;
	enum status st;

	(void)memset(d, 0, sizeof(*d));
	st = store_open(path, list, n, &s, d);
	assert_true((st == ST_OK) == (s != NULL));
	store_close(&s);
	return st;
}

static void
test_forward(void **state)
{
	struct fixture *f = *state;
	struct diag d;

	assert_int_equal(open_list(f->db, store_test_sql, 1, &d), ST_OK);
	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_OK);
	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_OK);
	f->s = fixture_open(f->db);
	/* Each was applied once. */
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM account"), 2);
}

static void
test_newer_refused(void **state)
{
	struct fixture *f = *state;
	struct diag d;

	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_OK);
	assert_int_equal(open_list(f->db, store_test_sql, 1, &d), ST_INVALID);
	assert_non_null(strstr(d.text, "newer"));
	assert_non_null(strstr(d.text, "schema 2"));
}

static void
test_other_refused(void **state)
{
	static const struct store_migration other[] = {
		{ "0001-other", "CREATE TABLE x (y TEXT);" },
		{ "0002-other", "CREATE TABLE z (y TEXT);" },
		{ "0003-other", "CREATE TABLE w (y TEXT);" },
	};
	struct fixture *f = *state;
	struct diag d;
	int fd;

	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_OK);
	assert_int_equal(open_list(f->db, other, 3, &d), ST_INVALID);
	assert_non_null(strstr(d.text, "something else"));
	assert_int_equal(unlink(f->db), 0);
	fd = open(f->db, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(
	    write(fd, "This is a letter, of some length.", 33), 33);
	(void)close(fd);
	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_INVALID);
	assert_non_null(strstr(d.text, "not a database"));
}

/* A step that fails leaves the schema where it was. */
static void
test_wrong_step(void **state)
{
	struct store_migration list[] = { store_test_sql[0],
		{ "0002-wrong",
		    "CREATE TABLE good (y TEXT); INSERT INTO nowhere "
		    "VALUES (1);" } };
	struct fixture *f = *state;
	struct diag d;

	assert_int_equal(open_list(f->db, list, 2, &d), ST_FAIL);
	assert_non_null(strstr(d.text, "nowhere"));
	list[1].sql = "CREATE TABLE good (y TEXT);";
	assert_int_equal(open_list(f->db, list, 2, &d), ST_OK);
}

static void
test_dialect(void **state)
{
	static const char *const wrong[] = {
		"CREATE TABLE x (y INTEGER);", "CREATE TABLE x (y BLOB);",
		"CREATE TABLE x (y varchar(10));", "CREATE TABLE x (y FLOAT);",
		"CREATE TABLE x (y TEXT) WITHOUT ROWID;",
		"CREATE TABLE x (y TEXT)",
		"CREATE TABLE x (y TEXT DEFAULT 'z);",
		"CREATE TABLE x (y TEXT NOT NULL PRIMARY KEY)\n-- unordered\n;",
		"CREATE TABLE x (y TEXT NOT NULL PRIMARY KEY);\n-- unordered\n",
		"CREATE TABLE x (y TEXT); -- unordered\n", /* no key */
	};
	struct store_migration m = { "0001-wrong", NULL };
	struct fixture *f = *state;
	struct diag d;
	size_t i;

	for (i = 0; i < NELEMS(wrong); i++) {
		m.sql = wrong[i];
		assert_int_equal(open_list(f->db, &m, 1, &d), ST_FAIL);
		assert_true(d.text[0] != '\0');
	}
}

static enum status
spend(struct tx *tx, void *arg)
{
	return store_exec(tx, "INSERT INTO spent (nonce) VALUES ($1)",
	    (struct store_param[]){ P_BYTES(arg, 1) }, 1);
}

static enum status
see_nonce(const struct row *row, void *arg)
{
	char **at = arg;

	row_fixed(row, 0, (*at)++, 1);
	return ST_OK;
}

static enum status
see_nonces(struct tx *tx, void *arg)
{
	char *at = arg;

	return store_query(
	    tx, "SELECT nonce FROM spent", NULL, 0, see_nonce, &at);
}

static enum status
see_rowid(struct tx *tx, void *arg)
{
	return store_query(tx, arg, NULL, 0, NULL, NULL);
}

static void
test_unordered(void **state)
{
	char item[] = "SELECT rowid FROM item";
	char spent[] = "SELECT rowid FROM spent";
	struct fixture *f = *state;
	char order[] = "qbzam", seen[6] = "";
	size_t i;

	f->s = fixture_open(f->db);
	for (i = 0; i < 5; i++)
		assert_int_equal(store_run(f->s, spend, order + i), ST_OK);
	assert_int_equal(store_read(f->s, see_nonces, seen), ST_OK);
	assert_string_equal(seen, "abmqz");
	/* There is nothing that counts the rows in. */
	assert_int_equal(store_read(f->s, see_rowid, item), ST_OK);
	assert_int_equal(store_read(f->s, see_rowid, spent), ST_FAIL);
}

static int64_t
size_of(const struct fixture *f, const char *name)
{
	char path[128];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	if (stat(path, &sb) != 0)
		return -1;
	assert_int_equal(sb.st_mode & 0077, 0);
	return sb.st_size;
}

/* Whether the file holds anything but zeros. */
static bool
says_something(const struct fixture *f, const char *name)
{
	bool found = false;
	char path[128];
	FILE *file;
	int c;

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_non_null(file = fopen(path, "rb"));
	while (!found && (c = getc(file)) != EOF)
		found = c != 0;
	(void)fclose(file);
	return found;
}

static void
copy(const struct fixture *f, const char *from, const char *to)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "cp '%s/%s' '%s/%s'", f->dir,
	    from, f->dir, to);
	assert_int_equal(system(command), 0);
}

static void
test_files(void **state)
{
	struct fixture *f = *state;
	char n[] = "n", seen[6] = "", other[128];
	struct store *b;
	int i;

	f->s = fixture_open(f->db);
	assert_int_equal(store_run(f->s, spend, n), ST_OK);
	assert_true(size_of(f, "a.db") > 0);
	assert_true(says_something(f, "a.db-wal"));
	/* With nothing to write, the order of the last writes goes. */
	for (i = 0; i < 2000 &&
	     (size_of(f, "a.db-wal") == 0 || says_something(f, "a.db-wal"));
	     i++)
		(void)poll(NULL, 0, 10);
	assert_false(says_something(f, "a.db-wal"));
	assert_true(size_of(f, "a.db-wal") > 0);
	/* What is written next lies over the zeros, and is found again. */
	n[0] = 'm';
	assert_int_equal(store_run(f->s, spend, n), ST_OK);
	assert_true(says_something(f, "a.db-wal"));
	/* As after a power loss: the files as they are, without a closing. */
	copy(f, "a.db", "b.db");
	copy(f, "a.db-wal", "b.db-wal");
	(void)snprintf(other, sizeof(other), "%s/b.db", f->dir);
	b = fixture_open(other);
	assert_int_equal(store_read(b, see_nonces, seen), ST_OK);
	assert_string_equal(seen, "mn");
	store_close(&b);
	store_close(&f->s);
	assert_int_equal(size_of(f, "a.db-wal"), -1);
}

static void
test_no_directory(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/none/a.db", f->dir);
	assert_int_equal(open_list(path, store_test_sql, 2, &d), ST_NOTFOUND);
	assert_non_null(strstr(d.text, "/none"));
}

/* In a child that is not root, to whom permissions apply. */
static int
open_unprivileged(const char *path, const char *says)
{
	struct diag d = { 0 };
	struct store *s = NULL;
	enum status st;

	if (geteuid() == 0 && setuid(65534) != 0)
		return 2;
	st = store_open(path, store_test_sql, 2, &s, &d);
	store_close(&s);
	return st == ST_IO && strstr(d.text, says) != NULL ? 0 : 1;
}

static void
expect_refused(const char *path, const char *says)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(open_unprivileged(path, says));
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
test_read_only(void **state)
{
	struct fixture *f = *state;
	struct diag d;

	/* An empty directory, then one with a database in it. */
	assert_int_equal(chmod(f->dir, 0555), 0);
	expect_refused(f->db, "cannot be written to");
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(open_list(f->db, store_test_sql, 2, &d), ST_OK);
	assert_int_equal(chmod(f->dir, 0555), 0);
	expect_refused(f->db, f->dir);
	/* A directory that would do, with a file that does not. */
	assert_int_equal(chmod(f->dir, 0777), 0);
	assert_int_equal(chmod(f->db, 0444), 0);
	expect_refused(f->db, f->db);
}

int
main(void)
{
#define T(name)                          \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_setup_dir, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_forward),
		T(test_newer_refused),
		T(test_other_refused),
		T(test_wrong_step),
		T(test_dialect),
		T(test_unordered),
		T(test_files),
		T(test_no_directory),
		T(test_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
