/* Statements: what goes in comes out, and what is wrong is told. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"

#define RUN(f, fn, arg) store_run((f)->s, (fn), (arg))

static const struct id an_id = { { 7, 0, 255, 1 } };

/* -- types ----------------------------------------------------------------- */

static enum status
put_two(struct tx *tx, void *arg)
{
	enum status st;

	(void)arg;
	/* Parameters out of order, and one used twice. */
	st = store_exec(tx,
	    "INSERT INTO item (name, data, id, party, live, weight) "
	    "VALUES ($3, $2, $2, $1, $4, $1)",
	    (struct store_param[]){ P_INT(INT64_MIN), P_ID(&an_id),
		P_TEXT("na\xc3\xafve 12"), P_BOOL(false) },
	    4);
	if (st != ST_OK)
		return st;
	return store_exec(tx,
	    "INSERT INTO item (party, id, name, data) VALUES (1, $1, $2, $3)",
	    (struct store_param[]){
		P_BYTES("", 0), P_TEXT(""), P_BYTES(NULL, 0) },
	    3);
}

struct seen {
	struct arena *a;
	int rows;
};

static enum status
see(const struct row *row, void *arg)
{
	struct seen *s = arg;
	const uint8_t *p;
	struct id id;
	size_t n;

	if (s->rows++ == 0) {
		assert_true(row_int(row, 0) == INT64_MIN);
		row_id(row, 1, &id);
		assert_true(id_equal(&id, &an_id));
		assert_string_equal(row_text(row, 2, s->a), "na\xc3\xafve 12");
		assert_false(row_bool(row, 3));
		row_bytes(row, 4, &p, &n);
		assert_int_equal(n, ID_BYTES);
		assert_memory_equal(p, an_id.b, n);
		assert_true(row_int(row, 5) == INT64_MIN);
		return ST_OK;
	}
	row_bytes(row, 1, &p, &n);
	assert_int_equal(n, 0);
	assert_string_equal(row_text_borrow(row, 2), "");
	assert_true(row_bool(row, 3)); /* the default */
	assert_true(row_null(row, 4));
	assert_true(row_null(row, 5));
	assert_false(row_null(row, 1));
	return ST_OK;
}

static enum status
see_all(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT party, id, name, live, data, weight FROM item "
	    "ORDER BY party",
	    NULL, 0, see, arg);
}

static void
test_types(void **state)
{
	struct fixture *f = *state;
	struct seen s = { arena_new(1000), 0 };

	assert_int_equal(RUN(f, put_two, NULL), ST_OK);
	assert_int_equal(store_read(f->s, see_all, &s), ST_OK);
	assert_int_equal(s.rows, 2);
	arena_free(&s.a);
}

/* A statement that must fail as a whole. */
struct wrong {
	const char *sql;
	struct store_param p;
};

static enum status
run_wrong(struct tx *tx, void *arg)
{
	struct wrong *w = arg;

	return store_exec(tx, w->sql, &w->p, 1);
}

static void
test_wrong_types(void **state)
{
	struct fixture *f = *state;
	struct wrong cases[] = {
		{ "INSERT INTO spent (nonce) VALUES ($1)", P_TEXT("12") },
		{ "INSERT INTO spent (nonce) VALUES ($1)", P_TEXT("ab") },
		{ "INSERT INTO spent (nonce) VALUES ($1)", P_INT(12) },
		{ "INSERT INTO spent (nonce) VALUES ($1)", P_NULL },
		{ "INSERT INTO item (party, id, name) VALUES (1, $1, 'x')",
		    P_TEXT("12") },
		{ "INSERT INTO item (party, id, name) VALUES (1, x'00', $1)",
		    P_BYTES("x", 1) },
		{ "INSERT INTO item (party, id, name, live) "
		  "VALUES (1, x'00', 'x', $1)",
		    P_INT(2) },
		{ "INSERT INTO item (party, id, name) VALUES ($1, x'00', 'x')",
		    P_TEXT("one") },
		{ "INSERT INTO nowhere (party) VALUES ($1)", P_INT(1) },
	};
	size_t i;

	for (i = 0; i < NELEMS(cases); i++)
		assert_int_equal(RUN(f, run_wrong, &cases[i]), ST_FAIL);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), 0);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM spent"), 0);
}

/* -- conflicts ------------------------------------------------------------- */

static enum status
put_one(struct tx *tx, void *arg)
{
	return fixture_put(tx, 1, *(uint64_t *)arg);
}

static enum status
ignore_conflict(struct tx *tx, void *arg)
{
	int64_t n;

	assert_int_equal(fixture_put(tx, 1, 100), ST_OK);
	assert_int_equal(put_one(tx, arg), ST_CONFLICT);
	/* On PostgreSQL nothing more can be done, so nothing can here. */
	assert_int_equal(
	    store_one_int(tx, "SELECT COUNT(*) FROM item", NULL, 0, &n),
	    ST_CONFLICT);
	return ST_OK;
}

static enum status
tolerate(struct tx *tx, void *arg)
{
	int64_t *changes = arg;
	enum status st;

	st = store_exec_changes(tx,
	    "INSERT INTO spent (nonce) VALUES ($1) ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_BYTES("n", 1) }, 1, &changes[0]);
	if (st != ST_OK)
		return st;
	return store_exec_changes(
	    tx, "UPDATE account SET amount = amount + 0", NULL, 0, &changes[1]);
}

static void
test_conflict(void **state)
{
	struct fixture *f = *state;
	int64_t changes[2];
	uint64_t n = 5;

	assert_int_equal(RUN(f, put_one, &n), ST_OK);
	assert_int_equal(RUN(f, put_one, &n), ST_CONFLICT);
	assert_int_equal(RUN(f, ignore_conflict, &n), ST_CONFLICT);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM item"), 1);
	assert_int_equal(RUN(f, tolerate, changes), ST_OK);
	assert_int_equal(changes[0], 1);
	assert_int_equal(RUN(f, tolerate, changes), ST_OK);
	assert_int_equal(changes[0], 0);
	assert_int_equal(changes[1], 2);
}

/* -- queries --------------------------------------------------------------- */

static enum status
take_two(const struct row *row, void *arg)
{
	int *left = arg;

	(void)row;
	return --*left == 0 ? ST_GONE : ST_OK;
}

static enum status
queries(struct tx *tx, void *arg)
{
	int64_t n = 0;
	int left = 2;
	uint64_t i;

	(void)arg;
	for (i = 0; i < 5; i++)
		assert_int_equal(fixture_put(tx, 1, i), ST_OK);
	assert_int_equal(
	    store_one_int(tx, "SELECT amount FROM account WHERE id = $1",
		(struct store_param[]){ P_INT(9) }, 1, &n),
	    ST_NOTFOUND);
	assert_int_equal(store_one(tx, "SELECT id FROM account WHERE id = $1",
			     (struct store_param[]){ P_INT(2) }, 1, NULL, NULL),
	    ST_OK);
	/* A callback may end the query; the transaction goes on. */
	assert_int_equal(
	    store_query(tx, "SELECT id FROM item", NULL, 0, take_two, &left),
	    ST_GONE);
	assert_int_equal(left, 0);
	assert_int_equal(
	    store_one_int(tx, "SELECT COUNT(*) FROM item", NULL, 0, &n), ST_OK);
	assert_int_equal(n, 5);
	/* RETURNING is a query that writes. */
	assert_int_equal(
	    store_one_int(tx,
		"UPDATE account SET amount = amount + $1 WHERE id = 1 "
		"RETURNING amount",
		(struct store_param[]){ P_INT(3) }, 1, &n),
	    ST_OK);
	assert_int_equal(n, 503);
	return ST_OK;
}

static void
test_queries(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN(f, queries, NULL), ST_OK);
}

static enum status
two_rows(struct tx *tx, void *arg)
{
	return store_one(tx, "SELECT id FROM account", NULL, 0, NULL, arg);
}

static void
test_one_is_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_read(f->s, two_rows, NULL), ST_FAIL);
}

/* The same statement within its own callback. */
struct nest {
	struct tx *tx;
	int depth, rows;
};

static enum status
nested(const struct row *row, void *arg)
{
	struct nest *n = arg;
	int64_t id = row_int(row, 0);
	enum status st;

	n->rows++;
	if (n->depth == 2)
		return ST_OK;
	n->depth++;
	st = store_query(
	    n->tx, "SELECT id FROM account ORDER BY id", NULL, 0, nested, n);
	n->depth--;
	assert_int_equal(row_int(row, 0), id);
	return st;
}

static enum status
nest(struct tx *tx, void *arg)
{
	struct nest *n = arg;

	n->tx = tx;
	return store_query(
	    tx, "SELECT id FROM account ORDER BY id", NULL, 0, nested, n);
}

static void
test_nested(void **state)
{
	struct fixture *f = *state;
	struct nest n = { 0 };

	assert_int_equal(store_read(f->s, nest, &n), ST_OK);
	assert_int_equal(n.rows, 2 + 4 + 8);
}

/* Reading transactions cannot write, not even by a query. */
static enum status
sneak(struct tx *tx, void *arg)
{
	(void)arg;
	return store_query(
	    tx, "DELETE FROM account RETURNING id", NULL, 0, NULL, NULL);
}

static void
test_reader_cannot_write(void **state)
{
	struct fixture *f = *state;

	assert_int_not_equal(store_read(f->s, sneak, NULL), ST_OK);
	assert_int_equal(fixture_int(f->s, "SELECT COUNT(*) FROM account"), 2);
}

int
main(void)
{
#define T(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_types),
		T(test_wrong_types),
		T(test_conflict),
		T(test_queries),
		T(test_one_is_one),
		T(test_nested),
		T(test_reader_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
