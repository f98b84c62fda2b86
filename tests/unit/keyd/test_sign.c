/* What a note key signs, and everything that it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/note.h"
#include "run.h"

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define LOG "demo.example/log"
#define BAD_ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=" /* stray bits */
#define REQUEST "{\"id\":\"1\",\"type\":\"porchlight/request@v1\"}\n"

static struct keyd *k;
static struct note_key log_key, agency_key, watcher_key;

static int
setup(void **state)
{
	static const char *const checkpoint[] = { "checkpoint" };
	static const char *const documents[] = { "porchlight/request@v1",
		"porchlight/alert@v1" };
	static const char *const cosignature[] = { "cosignature" };

	if (run_setup(state) != 0)
		return -1;
	k = run_start(KEYD_SIGNING);
	PRE(keyd_create_note_key(k, LOG, checkpoint, 1, &log_key, NULL) ==
	    ST_OK);
	PRE(keyd_create_note_key(
		k, "agency.example", documents, 2, &agency_key, NULL) == ST_OK);
	PRE(keyd_create_note_key(k, "watcher.example", cosignature, 1,
		&watcher_key, NULL) == ST_OK);
	return 0;
}

static int
teardown(void **state)
{
	keyd_stop(&k);
	return run_teardown(state);
}

static enum status
sign(const char *name, const char *text, struct diag *d)
{
	struct buf line;
	enum status st;

	buf_init(&line, 4096);
	st = keyd_sign(k, name, text, strlen(text), &line, d);
	if (st != ST_OK)
		assert_int_equal(line.n, 0);
	buf_fini(&line);
	return st;
}

/* text with the signature line that keyd made, as a note. */
static void
note_of(
    const char *text, const struct buf *line, struct buf *b, struct note *note)
{
	buf_init(b, 65536);
	buf_puts(b, text);
	buf_puts(b, "\n");
	buf_put(b, line->p, line->n);
	assert_int_equal(note_open(b->p, b->n, note, NULL), ST_OK);
}

static void
a_key_signs_what_it_is_for(void **state)
{
	struct buf line, b;
	struct note note;

	(void)state;
	buf_init(&line, 4096);
	assert_int_equal(keyd_sign(k, "agency.example", REQUEST,
			     strlen(REQUEST), &line, NULL),
	    ST_OK);
	note_of(REQUEST, &line, &b, &note);
	assert_int_equal(note_verify(&note, &agency_key), ST_OK);
	assert_int_equal(note_verify(&note, &log_key), ST_NOTFOUND);
	buf_fini(&b);

	buf_clear(&line);
	assert_int_equal(keyd_sign(k, LOG, LOG "\n7\n" ROOT "\n",
			     strlen(LOG "\n7\n" ROOT "\n"), &line, NULL),
	    ST_OK);
	note_of(LOG "\n7\n" ROOT "\n", &line, &b, &note);
	assert_int_equal(note_verify(&note, &log_key), ST_OK);
	buf_fini(&b);
	buf_fini(&line);
}

static void
a_watcher_cosigns_any_log(void **state)
{
	static const char text[] = "other.example\n12\n" ROOT "\nextension\n";
	struct buf line, b;
	struct note note;
	int64_t t = 0;

	(void)state;
	buf_init(&line, 4096);
	assert_int_equal(keyd_cosign(k, "watcher.example", text, strlen(text),
			     1796079600, &line, NULL),
	    ST_OK);
	note_of(text, &line, &b, &note);
	assert_int_equal(note_verify_cosig(&note, &watcher_key, &t), ST_OK);
	assert_int_equal(t, 1796079600);
	buf_fini(&b);
	/* It does so to checkpoints alone, and signs nothing. */
	buf_clear(&line);
	assert_int_equal(keyd_cosign(k, "watcher.example", REQUEST,
			     strlen(REQUEST), 1, &line, NULL),
	    ST_INVALID);
	assert_int_equal(sign("watcher.example", REQUEST, NULL), ST_FORBIDDEN);
	assert_int_equal(
	    sign("watcher.example", "watcher.example\n7\n" ROOT "\n", NULL),
	    ST_FORBIDDEN);
	/* And nobody else cosigns. */
	assert_int_equal(
	    keyd_cosign(k, LOG, text, strlen(text), 1, &line, NULL),
	    ST_FORBIDDEN);
	assert_int_equal(line.n, 0);
	buf_fini(&line);
}

static void
another_type_is_refused(void **state)
{
	static const char *const refused[] = {
		"{\"type\":\"porchlight/agency@v1\"}\n",
		"{\"type\":\"porchlight/request@v2\"}\n",
		"{\"type\":\"porchlight/request@v1x\"}\n",
		"{\"type\":\"porchlight/request\"}\n",
		"{\"type\":\"checkpoint\"}\n",
		"{\"type\":\"cosignature\"}\n",
		"agency.example\n7\n" ROOT "\n",
	};
	struct diag d = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(refused); i++)
		if (sign("agency.example", refused[i], NULL) != ST_FORBIDDEN)
			fail_msg("not refused: %s", refused[i]);
	assert_int_equal(sign("agency.example", refused[0], &d), ST_FORBIDDEN);
	assert_non_null(strstr(d.text, "porchlight/agency@v1"));
	assert_string_equal(d.field, "type");
	/* The log's key signs no document, whatever that calls itself. */
	assert_int_equal(sign(LOG, REQUEST, NULL), ST_FORBIDDEN);
	assert_int_equal(
	    sign(LOG, "{\"type\":\"checkpoint\"}\n", NULL), ST_FORBIDDEN);
}

static void
a_checkpoint_of_another_origin_is_refused(void **state)
{
	static const char *const refused[] = {
		"other.example/log\n7\n" ROOT "\n",
		LOG "x\n7\n" ROOT "\n",
		"demo.example/lo\n7\n" ROOT "\n",
		"Demo.example/log\n7\n" ROOT "\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(refused); i++)
		if (sign(LOG, refused[i], NULL) != ST_FORBIDDEN)
			fail_msg("not refused: %s", refused[i]);
}

static void
what_can_be_read_in_two_ways_is_refused(void **state)
{
	static const char *const documents[] = {
		"{\"type\":\"porchlight/request@v1\",\"type\":\"x\"}\n",
		"{\"type\":\"x\",\"type\":\"porchlight/request@v1\"}\n",
		"{\"a\":{\"type\":\"porchlight/request@v1\"}}\n",
		"{\"type\":{\"type\":\"porchlight/request@v1\"}}\n",
		"{\"type\":[\"porchlight/request@v1\"]}\n",
		"{\"\\u0074ype\":\"porchlight/request@v1\"}\n",
		"{\"type\":\"porchlight\\/request@v1\"}\n",
		"{ \"type\":\"porchlight/request@v1\"}\n",
		"{\"type\":\"porchlight/request@v1\"} \n",
		"{\"type\":\"porchlight/request@v1\",\"b\":1,\"a\":1}\n",
		"{\"type\":\"porchlight/request@v1\"}",
		"{\"type\":\"porchlight/request@v1\"}\n\n",
		"{\"type\":\"porchlight/request@v1\"}\nx\n",
		"{\"type\":\"porchlight/request@v1\\u0000\"}\n",
		"[\"porchlight/request@v1\"]\n",
		"\"porchlight/request@v1\"\n",
		("\n" REQUEST),
		"{}\n",
		"{\"type\":\"\"}\n",
		"{\n",
		"\n",
		"",
	};
	static const char *const checkpoints[] = {
		LOG "\n7\n" ROOT,
		LOG "\n7\n" ROOT "\n\n",
		LOG "\n7\n" ROOT "\nextension\n",
		LOG "\n07\n" ROOT "\n",
		LOG "\n+7\n" ROOT "\n",
		LOG "\n-7\n" ROOT "\n",
		LOG "\n 7\n" ROOT "\n",
		LOG "\n\n" ROOT "\n",
		LOG "\n9999999999999999999\n" ROOT "\n",
		LOG "\n7\n" BAD_ROOT "\n",
		LOG "\n7\nAAEC\n",
		LOG "\n7\n\n",
		LOG "\n7\n",
		LOG "\r\n7\n" ROOT "\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(documents); i++)
		if (sign("agency.example", documents[i], NULL) != ST_INVALID)
			fail_msg("not refused: %s", documents[i]);
	for (i = 0; i < NELEMS(checkpoints); i++)
		if (sign(LOG, checkpoints[i], NULL) != ST_INVALID)
			fail_msg("not refused: %s", checkpoints[i]);
}

static void
keys_are_kept_and_are_not_replaced(void **state)
{
	static const char *const types[] = { "porchlight/request@v1" };
	struct note_key key;
	struct keyd *other;
	struct stat st;

	(void)state;
	assert_int_equal(
	    keyd_create_note_key(k, "agency.example", types, 1, &key, NULL),
	    ST_CONFLICT);
	assert_int_equal(keyd_note_key(k, LOG, &key, NULL), ST_OK);
	assert_true(note_key_equal(&key, &log_key));
	/* Another process, now or later, has the same keys and limits. */
	other = run_start(KEYD_SIGNING);
	assert_int_equal(
	    keyd_note_key(other, "watcher.example", &key, NULL), ST_OK);
	assert_true(note_key_equal(&key, &watcher_key));
	assert_int_equal(key.alg, NOTE_COSIGN);
	assert_int_equal(
	    keyd_note_key(other, "agency.example", &key, NULL), ST_OK);
	assert_true(note_key_equal(&key, &agency_key));
	keyd_stop(&other);
	assert_null(other);
	assert_int_equal(
	    stat(run_path("note/demo.example%2Flog.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
names_and_types_are_checked(void **state)
{
	static const char *const bad[] = { "", "a b", "a+b", "{", "a\nb",
		"caf\xc3\xa9", "a%2F" };
	static const char *const mixed[] = { "cosignature",
		"porchlight/request@v1" };
	static const char *const empty[] = { "" };
	char longest[2000];
	const char *too_long[1] = { longest };
	struct note_key key;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(bad); i++)
		assert_int_equal(
		    keyd_create_note_key(k, bad[i], mixed, 1, &key, NULL),
		    ST_INVALID);
	assert_int_equal(
	    keyd_create_note_key(k, "mixed", mixed, 2, &key, NULL), ST_INVALID);
	assert_int_equal(
	    keyd_create_note_key(k, "empty", empty, 1, &key, NULL), ST_INVALID);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(keyd_note_key(k, longest, &key, NULL), ST_INVALID);
	assert_int_equal(
	    keyd_create_note_key(k, "long", too_long, 1, &key, NULL),
	    ST_INVALID);
	/* A name is no path. */
	assert_int_equal(
	    keyd_create_note_key(k, "../../up", mixed + 1, 1, &key, NULL),
	    ST_OK);
	assert_int_equal(access(run_path("note/%2E.%2F..%2Fup.json"), F_OK), 0);
	/* The process is still there. */
	assert_int_equal(keyd_note_key(k, LOG, &key, NULL), ST_OK);
}

static void
a_missing_file_is_named(void **state)
{
	struct note_key key;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    keyd_note_key(k, "nobody.example", &key, &d), ST_NOTFOUND);
	assert_non_null(strstr(d.text, "note/nobody.example.json"));
	assert_non_null(strstr(d.text, "backup"));
	assert_int_equal(sign("nobody.example", REQUEST, NULL), ST_NOTFOUND);
}

static void
a_file_that_others_may_read_is_not_used(void **state)
{
	static const char *const types[] = { "porchlight/request@v1" };
	struct keyd *other;
	struct note_key key;
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(
	    keyd_create_note_key(k, "open", types, 1, &key, NULL), ST_OK);
	assert_int_equal(chmod(run_path("note/open.json"), 0640), 0);
	other = run_start(KEYD_SIGNING);
	assert_int_equal(keyd_note_key(other, "open", &key, &d), ST_IO);
	assert_non_null(strstr(d.text, "chmod 600"));
	keyd_stop(&other);
}

static void
a_file_under_another_name_is_not_used(void **state)
{
	struct note_key key;

	(void)state;
	assert_int_equal(link(run_path("note/agency.example.json"),
			     run_path("note/alias.json")),
	    0);
	assert_int_equal(keyd_note_key(k, "alias", &key, NULL), ST_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_signs_what_it_is_for),
		cmocka_unit_test(a_watcher_cosigns_any_log),
		cmocka_unit_test(another_type_is_refused),
		cmocka_unit_test(a_checkpoint_of_another_origin_is_refused),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(keys_are_kept_and_are_not_replaced),
		cmocka_unit_test(names_and_types_are_checked),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(a_file_that_others_may_read_is_not_used),
		cmocka_unit_test(a_file_under_another_name_is_not_used),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
