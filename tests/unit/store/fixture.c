#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <store_test_sql.h>

int
fixture_setup_dir(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test-store-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	(void)snprintf(f->db, sizeof(f->db), "%s/a.db", f->dir);
	*state = f;
	return 0;
}

int
fixture_setup(void **state)
{
	struct fixture *f;

	if (fixture_setup_dir(state) != 0)
		return -1;
	f = *state;
	f->s = fixture_open(f->db);
	return f->s == NULL ? -1 : 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX];
	struct dirent *e;
	DIR *dir;

	store_close(&f->s);
	(void)chmod(f->dir, 0700);
	if ((dir = opendir(f->dir)) == NULL)
		return -1;
	while ((e = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, e->d_name);
		if (e->d_name[0] != '.')
			(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

struct store *
fixture_open(const char *path)
{
	struct store *s = NULL;
	struct diag d = { 0 };

	if (store_open(path, store_test_sql, NELEMS(store_test_sql), &s, &d) !=
	    ST_OK)
		(void)fprintf(stderr, "open: %s\n", d.text);
	return s;
}

struct ask {
	const char *sql;
	int64_t n;
};

static enum status
ask(struct tx *tx, void *arg)
{
	struct ask *a = arg;

	return store_one_int(tx, a->sql, NULL, 0, &a->n);
}

int64_t
fixture_int(struct store *s, const char *sql)
{
	struct ask a = { sql, -1 };

	assert_int_equal(store_read(s, ask, &a), ST_OK);
	return a.n;
}

enum status
fixture_put(struct tx *tx, int64_t party, uint64_t n)
{
	uint8_t id[16] = { 0 };

	(void)memcpy(id, &n, sizeof(n));
	return store_exec(tx,
	    "INSERT INTO item (party, id, name) VALUES ($1, $2, $3)",
	    (struct store_param[]){
		P_INT(party), P_BYTES(id, sizeof(id)), P_TEXT("row") },
	    3);
}
