/*
 * age files, against ourselves and against Debian's age: each side opens what
 * the other sealed, at every border of a chunk; what was altered or cut off
 * is refused, and nothing unverified comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/random.h"

#define MAX ((size_t)1 << 22)

static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 131073 };

/* Where files for the age command go. */
static char dir[] = "/tmp/test-age-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	return system(cmd) == 0 ? 0 : -1;
}

static const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned turn;

	turn = (turn + 1) % 4;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static int
have_age(void)
{
	if (system("age --version >/dev/null 2>&1") == 0)
		return 1;
	print_message("skipped: there is no age command\n");
	return 0;
}

static uint8_t *
pattern(size_t n)
{
	uint8_t *p = malloc(n + 1);
	size_t i;

	assert_non_null(p);
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + i / 253);
	return p;
}

static enum status
append(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
seal(const struct age_identity *id, const void *p, size_t n, struct buf *out)
{
	struct age_recipient to;

	age_identity_recipient(id, &to);
	buf_init(out, MAX);
	assert_int_equal(age_seal(&to, p, n, out, NULL), ST_OK);
	assert_int_equal(out->n, age_sealed_size(n));
}

/* Open a payload in pieces of `piece` bytes; out holds what was released. */
static enum status
stream(const uint8_t key[AGE_FILE_KEY], const uint8_t *p, size_t n,
    size_t piece, struct buf *out)
{
	struct age_reader *r = NULL;
	enum status st;
	size_t k;

	assert_int_equal(age_reader_new(key, append, out, &r), ST_OK);
	for (st = ST_OK; st == ST_OK && n > 0; p += k, n -= k) {
		k = n < piece ? n : piece;
		st = age_reader_feed(r, p, k, NULL);
	}
	if (st == ST_OK)
		st = age_reader_end(r, NULL);
	else
		assert_int_equal(age_reader_end(r, NULL), st);
	age_reader_free(&r);
	return st;
}

static void
keys_have_one_text(void **state)
{
	struct age_identity *id = NULL, *again = NULL;
	char secret[AGE_SECRET_TEXT], text[AGE_RECIPIENT_TEXT];
	struct age_recipient a, b;
	size_t i;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_text(id, secret);
	assert_int_equal(strlen(secret), AGE_SECRET_TEXT - 1);
	assert_memory_equal(secret, "AGE-SECRET-KEY-1", 16);
	assert_int_equal(age_identity_parse(secret, &again, NULL), ST_OK);
	age_identity_recipient(id, &a);
	age_identity_recipient(again, &b);
	assert_memory_equal(a.key, b.key, 32);
	age_recipient_text(&a, text);
	assert_int_equal(strlen(text), AGE_RECIPIENT_TEXT - 1);
	assert_int_equal(age_recipient_parse(text, &b, NULL), ST_OK);
	assert_memory_equal(a.key, b.key, 32);
	for (i = 0; text[i] != '\0'; i++) {
		char c = text[i];

		text[i] = c == 'q' ? 'p' : 'q';
		assert_int_equal(
		    age_recipient_parse(text, &b, NULL), ST_INVALID);
		text[i] = c;
	}
	text[8] = (char)(text[8] >= 'a' ? text[8] - 32 : 'X');
	assert_int_equal(age_recipient_parse(text, &b, NULL), ST_INVALID);
	assert_int_equal(age_recipient_parse(secret, &b, NULL), ST_INVALID);
	assert_int_equal(age_recipient_parse("age1", &b, NULL), ST_INVALID);
	age_identity_free(&id);
	age_identity_free(&again);
	assert_null(id);
}

static void
borders_open_at_any_piece(void **state)
{
	static const size_t pieces[] = { 1000, 65552, 65553, 1 << 20 };
	struct age_identity *id = NULL;
	struct age_header h;
	uint8_t key[AGE_FILE_KEY], *p = pattern(131073);
	struct buf file, out;
	size_t i, k;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	for (i = 0; i < NELEMS(sizes); i++) {
		seal(id, p, sizes[i], &file);
		assert_int_equal(
		    age_header_parse(file.p, file.n, &h, NULL), ST_OK);
		assert_int_equal(age_unwrap(&h, file.p, id, key, NULL), ST_OK);
		for (k = 0; k < NELEMS(pieces); k++) {
			buf_init(&out, MAX);
			assert_int_equal(
			    stream(key, file.p + h.length, file.n - h.length,
				pieces[k], &out),
			    ST_OK);
			assert_int_equal(out.n, sizes[i]);
			assert_memory_equal(out.n ? out.p : p, p, out.n);
			buf_fini(&out);
		}
		buf_fini(&file);
	}
	free(p);
	age_identity_free(&id);
}

static void
cut_or_longer_is_refused(void **state)
{
	static const size_t nonce = 16, sealed = AGE_CHUNK + 16;
	struct age_identity *id = NULL;
	struct age_header h;
	uint8_t key[AGE_FILE_KEY], *p = pattern(131073), *at;
	struct buf file, out;
	size_t i, n, cuts[12], m;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	seal(id, p, 131073, &file);
	assert_int_equal(age_header_parse(file.p, file.n, &h, NULL), ST_OK);
	assert_int_equal(age_unwrap(&h, file.p, id, key, NULL), ST_OK);
	at = file.p + h.length;
	n = file.n - h.length;
	m = 0;
	for (i = 0; i < 3; i++) {
		cuts[m++] = nonce + i * sealed;
		cuts[m++] = nonce + i * sealed + 1;
		cuts[m++] = nonce + i * sealed + 16;
	}
	cuts[m++] = 0;
	cuts[m++] = 15;
	cuts[m++] = n - 1;
	for (i = 0; i < m; i++) {
		buf_init(&out, MAX);
		assert_int_equal(
		    stream(key, at, cuts[i], 5000, &out), ST_INVALID);
		/* Whole chunks only, and the right ones. */
		assert_int_equal(out.n % AGE_CHUNK, 0);
		assert_memory_equal(out.n ? out.p : p, p, out.n);
		buf_fini(&out);
		buf_init(&out, MAX);
		assert_int_equal(
		    age_open(key, at, cuts[i], &out, NULL), ST_INVALID);
		assert_int_equal(out.n, 0);
		buf_fini(&out);
	}
	buf_putc(&file, 'x');
	buf_init(&out, MAX);
	assert_int_equal(
	    stream(key, file.p + h.length, n + 1, 70000, &out), ST_INVALID);
	buf_fini(&out);
	buf_fini(&file);
	free(p);
	age_identity_free(&id);
}

static void
chunks_cannot_be_moved(void **state)
{
	struct age_identity *id = NULL;
	struct age_header h;
	uint8_t key[AGE_FILE_KEY], *p = pattern(3 * AGE_CHUNK), *a;
	const size_t sealed = AGE_CHUNK + 16;
	struct buf file, out;
	size_t i;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	seal(id, p, 3 * AGE_CHUNK, &file);
	assert_int_equal(age_header_parse(file.p, file.n, &h, NULL), ST_OK);
	assert_int_equal(age_unwrap(&h, file.p, id, key, NULL), ST_OK);
	a = file.p + h.length + 16;
	for (i = 0; i < sealed; i++) {
		uint8_t c = a[i];

		a[i] = a[sealed + i];
		a[sealed + i] = c;
	}
	buf_init(&out, MAX);
	assert_int_equal(
	    stream(key, a - 16, 16 + 3 * sealed, sealed, &out), ST_INVALID);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
	buf_fini(&file);
	free(p);
	age_identity_free(&id);
}

static void
every_header_byte_counts(void **state)
{
	struct age_identity *id = NULL;
	struct age_header h;
	uint8_t key[AGE_FILE_KEY];
	struct buf file;
	enum status st;
	size_t i, length;
	int bit;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	seal(id, "letter", 6, &file);
	assert_int_equal(age_header_parse(file.p, file.n, &h, NULL), ST_OK);
	length = h.length;
	assert_int_equal(length, 168);
	for (i = 0; i < length; i++) {
		for (bit = 0; bit < 8; bit++) {
			file.p[i] ^= (uint8_t)(1 << bit);
			st = age_header_parse(file.p, file.n, &h, NULL);
			if (st == ST_OK)
				st = age_unwrap(&h, file.p, id, key, NULL);
			assert_int_not_equal(st, ST_OK);
			file.p[i] ^= (uint8_t)(1 << bit);
		}
		/* A part of a header is no header, and no error. */
		assert_int_equal(
		    age_header_parse(file.p, i, &h, NULL), ST_PENDING);
	}
	assert_int_equal(age_header_parse(file.p, length, &h, NULL), ST_OK);
	buf_fini(&file);
	age_identity_free(&id);
}

static enum status
parse(const char *text, struct age_header *h)
{
	return age_header_parse(text, strlen(text), h, NULL);
}

#define V "age-encryption.org/v1\n"
#define A43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A64 A43 "AAAAAAAAAAAAAAAAAAAAA"
#define X "-> X25519 " A43 "\n" A43 "\n"
#define MAC "--- " A43 "\n"

static void
headers_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"age-encryption.org/v2\n" X MAC,
		V MAC,
		V "-> X25519\n" A43 "\n" MAC,
		V "-> X25519 \n" A43 "\n" MAC,
		V "-> X25519 " A43 " x\n" A43 "\n" MAC,
		V "-> X25519  " A43 "\n" A43 "\n" MAC,
		V "-> X25519 " A43 "=\n" A43 "\n" MAC,
		V "-> X25519 " A43 "\n" A43 "=\n" MAC,
		V "-> X25519 " A43 "\n" A64 "\n" A43 "\n" MAC,
		V "-> X25519 " A43 "\n\n" MAC,
		V "-> X25519 " A43 "A\n" A43 "\n" MAC,
		/* The last bits are not zero. */
		V "-> X25519 " A43 "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAAB\n" MAC,
		V X "--- " A43 "=\n",
		V X "---" A43 "\n",
		V X "--- \n",
		V X "\n" MAC,
		V "-> \nAAAA\n" MAC,
		V "-> x\nA\n" MAC,
		V "-> x\r\nAAAA\n" MAC,
	};
	struct age_header h;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(bad); i++)
		if (parse(bad[i], &h) != ST_INVALID)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(parse(V X MAC "payload", &h), ST_OK);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.length, strlen(V X MAC));
	/* Stanzas of others are skipped, ours among them are found. */
	assert_int_equal(
	    parse(
		V "-> grease a b\n" A64 "\n\n" X "-> X25519x\nAAAA\n" MAC, &h),
	    ST_OK);
	assert_int_equal(h.n, 1);

	buf_init(&b, MAX);
	buf_puts(&b, V);
	for (i = 0; i < AGE_STANZAS_MAX; i++)
		buf_puts(&b, X);
	assert_int_equal(parse(buf_text(&b), &h), ST_PENDING);
	buf_puts(&b, X);
	assert_int_equal(parse(buf_text(&b), &h), ST_INVALID);
	buf_fini(&b);

	buf_init(&b, MAX);
	buf_puts(&b, V "-> x\n");
	while (b.n < AGE_HEADER_MAX - 65)
		buf_puts(&b, A64 "\n");
	assert_int_equal(parse(buf_text(&b), &h), ST_PENDING);
	buf_puts(&b, A64 A64 "\n");
	assert_int_equal(parse(buf_text(&b), &h), ST_INVALID);
	buf_fini(&b);
}

static void
low_order_keys_are_refused(void **state)
{
	struct age_recipient zero = { { 0 } };
	struct age_identity *id = NULL;
	uint8_t key[AGE_FILE_KEY];
	struct age_header h;
	struct buf b;

	(void)state;
	buf_init(&b, MAX);
	assert_int_equal(age_seal(&zero, "x", 1, &b, NULL), ST_INVALID);
	buf_fini(&b);
	assert_int_equal(age_identity_new(&id), ST_OK);
	assert_int_equal(parse(V X MAC, &h), ST_OK);
	assert_int_equal(age_unwrap(&h, V X MAC, id, key, NULL), ST_INVALID);
	age_identity_free(&id);
}

static void
several_recipients_open_each(void **state)
{
	struct age_identity *id[3] = { NULL }, *other = NULL;
	struct age_recipient to[3];
	struct age_writer *w = NULL;
	struct buf file, out;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(age_identity_new(&id[i]), ST_OK);
		age_identity_recipient(id[i], &to[i]);
	}
	assert_int_equal(age_identity_new(&other), ST_OK);
	buf_init(&file, MAX);
	assert_int_equal(age_writer_new(to, 3, append, &file, &w, NULL), ST_OK);
	assert_int_equal(age_writer_feed(w, "hel", 3), ST_OK);
	assert_int_equal(age_writer_feed(w, "lo", 2), ST_OK);
	assert_int_equal(age_writer_end(w), ST_OK);
	age_writer_free(&w);
	buf_init(&out, MAX);
	for (i = 0; i < 3; i++) {
		buf_clear(&out);
		assert_int_equal(
		    age_open_file(id[i], file.p, file.n, &out, NULL), ST_OK);
		assert_string_equal(buf_text(&out), "hello");
		age_identity_free(&id[i]);
	}
	assert_int_equal(
	    age_open_file(other, file.p, file.n, &out, NULL), ST_NOTFOUND);
	assert_int_equal(
	    age_open_file(other, file.p, 20, &out, NULL), ST_INVALID);
	age_identity_free(&other);
	buf_fini(&out);
	buf_fini(&file);
}

static enum status
refuse(void *arg, const void *p, size_t n)
{
	(void)arg, (void)p, (void)n;
	return ST_FULL;
}

static void
a_sink_that_fails_ends_it(void **state)
{
	struct age_identity *id = NULL;
	struct age_recipient to;
	struct age_writer *w = NULL;
	struct age_reader *r = NULL;
	uint8_t key[AGE_FILE_KEY];
	struct age_header h;
	struct buf file;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_recipient(id, &to);
	assert_int_equal(
	    age_writer_new(&to, 1, refuse, NULL, &w, NULL), ST_FULL);
	assert_null(w);
	seal(id, "x", 1, &file);
	assert_int_equal(age_header_parse(file.p, file.n, &h, NULL), ST_OK);
	assert_int_equal(age_unwrap(&h, file.p, id, key, NULL), ST_OK);
	assert_int_equal(age_reader_new(key, refuse, NULL, &r), ST_OK);
	assert_int_equal(
	    age_reader_feed(r, file.p + h.length, file.n - h.length, NULL),
	    ST_OK);
	assert_int_equal(age_reader_end(r, NULL), ST_FULL);
	age_reader_free(&r);
	buf_fini(&file);
	age_identity_free(&id);
}

static void
run(const char *fmt, const char *a, const char *b, const char *c)
{
	char cmd[1024];

	/* The format is this file's own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(cmd, sizeof(cmd), fmt, a, b, c);
#pragma GCC diagnostic pop
	assert_int_equal(system(cmd), 0);
}

static void
opens_what_debians_age_seals(void **state)
{
	struct age_identity *id = NULL;
	uint8_t *p = pattern(131073);
	struct buf key, file, out;
	char *line;
	size_t i;

	(void)state;
	if (!have_age())
		return;
	run("age-keygen -o '%s' 2>/dev/null && "
	    "age-keygen -y -o '%s' '%s' 2>/dev/null",
	    in_dir("id"), in_dir("to"), in_dir("id"));
	buf_init(&key, 4096);
	assert_int_equal(file_read(in_dir("id"), &key, NULL), ST_OK);
	line = strstr((char *)key.p, "AGE-SECRET-KEY-1");
	assert_non_null(line);
	line[strcspn(line, "\n")] = '\0';
	assert_int_equal(age_identity_parse(line, &id, NULL), ST_OK);
	for (i = 0; i < NELEMS(sizes); i++) {
		assert_int_equal(
		    file_write(in_dir("plain"), 0600, p, sizes[i], NULL),
		    ST_OK);
		run("age -R '%s' -o '%s' '%s'", in_dir("to"), in_dir("sealed"),
		    in_dir("plain"));
		buf_init(&file, MAX);
		buf_init(&out, MAX);
		assert_int_equal(
		    file_read(in_dir("sealed"), &file, NULL), ST_OK);
		assert_int_equal(
		    age_open_file(id, file.p, file.n, &out, NULL), ST_OK);
		assert_int_equal(out.n, sizes[i]);
		assert_memory_equal(out.n ? out.p : p, p, out.n);
		buf_fini(&file);
		buf_fini(&out);
	}
	buf_wipe(&key);
	age_identity_free(&id);
	free(p);
}

static void
debians_age_opens_what_we_seal(void **state)
{
	char secret[AGE_SECRET_TEXT];
	struct age_identity *id = NULL;
	uint8_t *p = pattern(131073);
	struct buf file, out;
	size_t i;

	(void)state;
	if (!have_age())
		return;
	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_text(id, secret);
	assert_int_equal(
	    file_write(in_dir("ours"), 0600, secret, strlen(secret), NULL),
	    ST_OK);
	for (i = 0; i < NELEMS(sizes); i++) {
		seal(id, p, sizes[i], &file);
		assert_int_equal(
		    file_write(in_dir("file"), 0600, file.p, file.n, NULL),
		    ST_OK);
		/* Not -o, which makes no file of nothing. */
		run("age -d -i '%s' >'%s' <'%s'", in_dir("ours"),
		    in_dir("opened"), in_dir("file"));
		buf_init(&out, MAX);
		assert_int_equal(
		    file_read(in_dir("opened"), &out, NULL), ST_OK);
		assert_int_equal(out.n, sizes[i]);
		assert_memory_equal(out.n ? out.p : p, p, out.n);
		buf_fini(&file);
		buf_fini(&out);
	}
	age_identity_free(&id);
	free(p);
}

static enum status
count(void *arg, const void *p, size_t n)
{
	(void)p;
	*(size_t *)arg += n;
	return ST_OK;
}

/* Not a limit, since machines differ: what is measured is printed. */
static void
speed(void **state)
{
	struct age_identity *id = NULL;
	struct age_reader *r = NULL;
	uint8_t key[AGE_FILE_KEY], *p = pattern(MAX / 2);
	struct age_header h;
	struct buf file;
	int64_t start;
	size_t n = 0;
	int i;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	seal(id, p, MAX / 2, &file);
	assert_int_equal(age_header_parse(file.p, file.n, &h, NULL), ST_OK);
	assert_int_equal(age_unwrap(&h, file.p, id, key, NULL), ST_OK);
	start = clock_monotonic_ms();
	for (i = 0; i < 100; i++) {
		assert_int_equal(age_reader_new(key, count, &n, &r), ST_OK);
		assert_int_equal(age_reader_feed(r, file.p + h.length,
				     file.n - h.length, NULL),
		    ST_OK);
		assert_int_equal(age_reader_end(r, NULL), ST_OK);
		age_reader_free(&r);
	}
	start = clock_monotonic_ms() - start;
	assert_int_equal(n, MAX / 2 * 100);
	print_message("opened %zu MB in %d ms\n", n / 1000000, (int)start);
	buf_fini(&file);
	free(p);
	age_identity_free(&id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_one_text),
		cmocka_unit_test(borders_open_at_any_piece),
		cmocka_unit_test(cut_or_longer_is_refused),
		cmocka_unit_test(chunks_cannot_be_moved),
		cmocka_unit_test(every_header_byte_counts),
		cmocka_unit_test(headers_are_read_strictly),
		cmocka_unit_test(low_order_keys_are_refused),
		cmocka_unit_test(several_recipients_open_each),
		cmocka_unit_test(a_sink_that_fails_ends_it),
		cmocka_unit_test(opens_what_debians_age_seals),
		cmocka_unit_test(debians_age_opens_what_we_seal),
		cmocka_unit_test(speed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
