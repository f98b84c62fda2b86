/* Identities: made, shared by two processes, tried in turn, erased. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "run.h"

#define ID "000102030405060708090a0b0c0d0e0f"

static struct keyd *k;

static int
setup(void **state)
{
	if (run_setup(state) != 0)
		return -1;
	k = run_start(KEYD_SIGNING);
	return 0;
}

static int
teardown(void **state)
{
	keyd_stop(&k);
	return run_teardown(state);
}

static void
seal_to(const char *recipient, struct buf *file)
{
	struct age_recipient to;

	buf_init(file, 65536);
	assert_int_equal(age_recipient_parse(recipient, &to, NULL), ST_OK);
	assert_int_equal(age_seal(&to, "hello", 5, file, NULL), ST_OK);
}

static enum status
unwrap(struct keyd *with, enum keyd_kind kind, const struct buf *file,
    char name[KEYD_NAME_MAX + 1])
{
	struct age_header h;
	uint8_t key[16];
	struct buf out;
	enum status st;

	st = keyd_unwrap(with, kind, file->p, file->n, name, key, NULL);
	if (st != ST_OK)
		return st;
	buf_init(&out, 4096);
	assert_int_equal(age_header_parse(file->p, file->n, &h, NULL), ST_OK);
	assert_int_equal(
	    age_open(key, file->p + h.length, file->n - h.length, &out, NULL),
	    ST_OK);
	assert_string_equal(buf_text(&out), "hello");
	buf_fini(&out);
	return ST_OK;
}

static void
what_was_sealed_opens(void **state)
{
	char to[KEYD_RECIPIENT_TEXT], again[KEYD_RECIPIENT_TEXT];
	char letters[KEYD_RECIPIENT_TEXT], name[KEYD_NAME_MAX + 1];
	struct buf file;

	(void)state;
	assert_int_equal(
	    keyd_create_identity(k, KEYD_REQUEST, ID, to, NULL), ST_OK);
	assert_int_equal(keyd_create_identity(k, KEYD_REQUEST, ID, again, NULL),
	    ST_CONFLICT);
	assert_int_equal(
	    keyd_recipient(k, KEYD_REQUEST, ID, again, NULL), ST_OK);
	assert_string_equal(to, again);
	assert_int_equal(
	    keyd_create_identity(k, KEYD_LETTER, "2960", letters, NULL), ST_OK);
	seal_to(to, &file);
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
	assert_string_equal(name, ID);
	/* Of the other kind nothing is tried. */
	assert_int_equal(unwrap(k, KEYD_LETTER, &file, name), ST_NOTFOUND);
	buf_fini(&file);
	seal_to(letters, &file);
	assert_int_equal(unwrap(k, KEYD_LETTER, &file, name), ST_OK);
	assert_string_equal(name, "2960");
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_NOTFOUND);
	buf_fini(&file);
	assert_int_equal(
	    keyd_recipient(k, KEYD_LETTER, "2961", again, NULL), ST_NOTFOUND);
}

static void
two_processes_have_one_store(void **state)
{
	char to[KEYD_RECIPIENT_TEXT], name[KEYD_NAME_MAX + 1], id[16];
	struct keyd *other = run_start(KEYD_SIGNING);
	struct buf file;
	int i;

	(void)state;
	/* So fast after each other that a directory's time may not move. */
	for (i = 0; i < 40; i++) {
		(void)snprintf(id, sizeof(id), "shared%d", i);
		assert_int_equal(
		    keyd_create_identity(k, KEYD_REQUEST, id, to, NULL), ST_OK);
		seal_to(to, &file);
		assert_int_equal(
		    unwrap(other, KEYD_REQUEST, &file, name), ST_OK);
		assert_string_equal(name, id);
		assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
		assert_int_equal(
		    keyd_erase_identity(k, KEYD_REQUEST, id, NULL), ST_OK);
		assert_int_equal(
		    unwrap(other, KEYD_REQUEST, &file, name), ST_NOTFOUND);
		assert_int_equal(
		    unwrap(k, KEYD_REQUEST, &file, name), ST_NOTFOUND);
		buf_fini(&file);
	}
	keyd_stop(&other);
}

static void
erased_is_gone(void **state)
{
	char to[KEYD_RECIPIENT_TEXT], name[KEYD_NAME_MAX + 1];
	struct buf file, held;
	struct diag d = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(
	    keyd_create_identity(k, KEYD_REQUEST, "erased", to, NULL), ST_OK);
	seal_to(to, &file);
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
	/* A second name shows what becomes of the bytes themselves. */
	assert_int_equal(
	    link(run_path("request/erased.json"), run_path("kept")), 0);
	assert_int_equal(
	    keyd_erase_identity(k, KEYD_REQUEST, "erased", NULL), ST_OK);
	assert_int_not_equal(access(run_path("request/erased.json"), F_OK), 0);
	buf_init(&held, 16384);
	assert_int_equal(file_read(run_path("kept"), &held, NULL), ST_OK);
	assert_true(held.n > 0);
	for (i = 0; i < held.n; i++)
		assert_int_equal(held.p[i], 0);
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_NOTFOUND);
	assert_int_equal(
	    keyd_erase_identity(k, KEYD_REQUEST, "erased", &d), ST_NOTFOUND);
	assert_non_null(strstr(d.text, "request/erased.json"));
	buf_fini(&held);
	buf_fini(&file);
}

static enum status
append(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
what_is_no_header_is_refused(void **state)
{
	static const char zero[] = "age-encryption.org/v1\n"
				   "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				   "AAAAAAAAAAA\n"
				   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				   "\n"
				   "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				   "AAAA\n";
	char to[KEYD_RECIPIENT_TEXT], name[KEYD_NAME_MAX + 1];
	struct age_identity *id = NULL;
	struct age_recipient five[5];
	struct age_writer *w = NULL;
	struct buf file, big;
	uint8_t key[16];
	int i;

	(void)state;
	assert_int_equal(
	    keyd_create_identity(k, KEYD_REQUEST, "strict", to, NULL), ST_OK);
	seal_to(to, &file);
	assert_int_equal(
	    keyd_unwrap(k, KEYD_REQUEST, file.p, 100, name, key, NULL),
	    ST_INVALID);
	assert_int_equal(
	    keyd_unwrap(k, KEYD_REQUEST, "", 0, name, key, NULL), ST_INVALID);
	/* Damage to the MAC, of a header that is for us. */
	file.p[130] ^= 1;
	assert_int_not_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
	buf_fini(&file);
	assert_int_equal(
	    keyd_unwrap(k, KEYD_REQUEST, zero, strlen(zero), name, key, NULL),
	    ST_INVALID);
	/* More than a header's bytes stay with the caller. */
	buf_init(&big, (size_t)4 << 20);
	seal_to(to, &file);
	buf_put(&big, file.p, file.n);
	PRE(buf_extend(&big, (size_t)3 << 20) != NULL);
	assert_int_equal(
	    keyd_unwrap(k, KEYD_REQUEST, big.p, big.n, name, key, NULL), ST_OK);
	buf_fini(&big);
	buf_fini(&file);
	/* A stranger cannot make it try much. */
	assert_int_equal(age_identity_new(&id), ST_OK);
	for (i = 0; i < 5; i++)
		age_identity_recipient(id, &five[i]);
	age_identity_free(&id);
	buf_init(&file, 65536);
	assert_int_equal(
	    age_writer_new(five, 5, append, &file, &w, NULL), ST_OK);
	assert_int_equal(age_writer_end(w), ST_OK);
	age_writer_free(&w);
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_INVALID);
	buf_fini(&file);
}

static struct keyd *shared;
static struct buf shared_file;

static void
unwrap_often(int number)
{
	char name[KEYD_NAME_MAX + 1], id[32], to[KEYD_RECIPIENT_TEXT];
	uint8_t key[16];
	int i;

	for (i = 0; i < 30; i++) {
		PRE(keyd_unwrap(shared, KEYD_REQUEST, shared_file.p,
			shared_file.n, name, key, NULL) == ST_OK);
		PRE(strcmp(name, "threads") == 0);
		(void)snprintf(id, sizeof(id), "t%d-%d", number, i % 3);
		if (i % 3 == 0)
			PRE(keyd_create_identity(
				shared, KEYD_REQUEST, id, to, NULL) == ST_OK);
		if (i % 3 == 2) {
			(void)snprintf(id, sizeof(id), "t%d-0", number);
			PRE(keyd_erase_identity(
				shared, KEYD_REQUEST, id, NULL) == ST_OK);
		}
	}
}

static void
many_threads_at_once(void **state)
{
	char to[KEYD_RECIPIENT_TEXT];

	(void)state;
	shared = k;
	assert_int_equal(
	    keyd_create_identity(k, KEYD_REQUEST, "threads", to, NULL), ST_OK);
	seal_to(to, &shared_file);
	run_threads(16, unwrap_often);
	buf_fini(&shared_file);
}

/* The number that a store must stand; how long it takes is printed. */
static void
many_identities_are_tried(void **state)
{
	const char *many = getenv("PORCHLIGHT_TEST_IDENTITIES");
	int n = many != NULL ? atoi(many) : 300, i;
	char to[KEYD_RECIPIENT_TEXT], id[32], name[KEYD_NAME_MAX + 1];
	struct buf file;
	int64_t start;

	(void)state;
	for (i = 0; i < n; i++) {
		(void)snprintf(id, sizeof(id), "many%06d", i);
		assert_int_equal(
		    keyd_create_identity(k, KEYD_REQUEST, id, to, NULL), ST_OK);
	}
	seal_to(to, &file);
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
	start = clock_monotonic_ms();
	assert_int_equal(unwrap(k, KEYD_REQUEST, &file, name), ST_OK);
	assert_string_equal(name, id);
	print_message("tried %d identities in %d ms\n", n,
	    (int)(clock_monotonic_ms() - start));
	buf_fini(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens),
		cmocka_unit_test(two_processes_have_one_store),
		cmocka_unit_test(erased_is_gone),
		cmocka_unit_test(what_is_no_header_is_refused),
		cmocka_unit_test(many_threads_at_once),
		cmocka_unit_test(many_identities_are_tried),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
