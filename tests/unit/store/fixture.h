/*
 * fixture: a directory for a test, and a store in it with the tests' schema.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/pre.h"
#include "store/store.h"

struct fixture {
	char dir[64];
	char db[80];
	struct store *s;
};

/* cmocka's setup and teardown: *state is the fixture, its store open. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The same without a store. */
int fixture_setup_dir(void **state);

/* Open a store of the tests' schema at path, or fail the test. */
struct store *fixture_open(const char *path);

/* One BIGINT of a query without parameters. */
int64_t fixture_int(struct store *s, const char *sql);

/* Insert the row (party, n as an id) into item. */
enum status fixture_put(struct tx *tx, int64_t party, uint64_t n);

#endif /* !TESTS_STORE_FIXTURE_H */
