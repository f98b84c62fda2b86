/* The archive: what tar(1) makes of it, and what the reader refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "evidence/padme.h"
#include "evidence/tar.h"
#include "scratch.h"

#define LIMIT ((size_t)4 << 20)

static enum status
to_buf(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
add(struct tar_writer *w, const char *name, const char *text)
{
	assert_int_equal(tar_begin(w, name, strlen(text)), ST_OK);
	assert_int_equal(tar_data(w, text, strlen(text)), ST_OK);
}

/* Three small members, one of them empty. */
static void
make(struct buf *b)
{
	struct tar_writer *w;

	buf_init(b, LIMIT);
	w = tar_writer_new(to_buf, b);
	assert_non_null(w);
	add(w, "one.txt", "first");
	add(w, "dir/two.txt", "");
	add(w, "three.txt", "third and last");
	assert_int_equal(tar_finish(w), ST_OK);
	tar_writer_free(&w);
}

/* What a reader told, as text. */
static enum status
tell_begin(void *arg, const char *name, uint64_t size)
{
	buf_printf(arg, "<%s %u>", name, (unsigned)size);
	return ST_OK;
}

static enum status
tell_data(void *arg, const void *p, size_t n)
{
	assert_true(n > 0);
	buf_put(arg, p, n);
	return ST_OK;
}

static enum status
tell_end(void *arg)
{
	buf_puts(arg, "|");
	return ST_OK;
}

static enum status
read_all(const struct buf *b, size_t step, struct buf *told, struct diag *d)
{
	static const struct tar_events ev = { tell_begin, tell_data, tell_end };
	struct tar_reader *r = tar_reader_new(&ev, told, 3, LIMIT);
	enum status st = ST_OK;
	size_t at, k;

	assert_non_null(r);
	memset(d, 0, sizeof(*d));
	for (at = 0; st == ST_OK && at < b->n; at += k) {
		k = b->n - at < step ? b->n - at : step;
		st = tar_feed(r, b->p + at, k, d);
	}
	if (st == ST_OK)
		st = tar_end(r, d);
	tar_reader_free(&r);
	return st;
}

static void
refused(const struct buf *b, enum status want, const char *problem)
{
	struct buf told;
	struct diag d;

	buf_init(&told, LIMIT);
	assert_int_equal(read_all(b, 100000, &told, &d), want);
	assert_string_equal(d.problem, problem);
	buf_fini(&told);
}

/* Put the sum right that a test made wrong, so that only its point is. */
static void
fix_sum(uint8_t *h)
{
	unsigned sum = 0;
	char text[16];
	size_t i;

	memset(h + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += h[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(h + 148, text, 7);
}

static void
test_round_trip(void **state)
{
	static const size_t steps[] = { 1, 7, 511, 512, 513, 1 << 20 };
	const uint64_t sizes[] = { 5, 0, 14 };
	struct buf b, told;
	struct diag d;
	size_t i;

	(void)state;
	make(&b);
	assert_int_equal(b.n, tar_total_size(sizes, 3));
	assert_int_equal(b.n, padme_size(5 * 512 + 1024));
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_init(&told, LIMIT);
		assert_int_equal(read_all(&b, steps[i], &told, &d), ST_OK);
		assert_string_equal(buf_text(&told),
		    "<one.txt 5>first|<dir/two.txt 0>|"
		    "<three.txt 14>third and last|");
		buf_fini(&told);
	}
	buf_fini(&b);
}

static void
test_tar_reads_it(void **state)
{
	struct scratch s;
	struct buf b;

	(void)state;
	scratch_make(&s);
	make(&b);
	scratch_write(&s, "a.tar", b.p, b.n);
	assert_int_equal(scratch_run(&s, "tar xf a.tar"), 0);
	assert_int_equal(scratch_run(&s, "test \"$(cat one.txt)\" = first"), 0);
	assert_int_equal(scratch_run(&s, "test -f dir/two.txt"), 0);
	assert_int_equal(
	    scratch_run(&s, "tar tvf a.tar | grep -q 'rw-r--r-- 0/0'"), 0);
	assert_int_equal(
	    scratch_run(&s, "TZ=UTC tar tvf a.tar | grep -q 1970-01-01"), 0);
	buf_fini(&b);
	scratch_drop(&s);
}

/* What tar(1) writes is taken, but not if it tells an owner or a time. */
static void
test_reads_tar_without_owner(void **state)
{
	struct scratch s;
	struct buf b, told;
	struct diag d;
	char path[128];
	uint8_t piece[4096];
	size_t n;
	FILE *f;

	(void)state;
	scratch_make(&s);
	assert_int_equal(scratch_run(&s,
			     "echo hello > x.txt; tar --format=ustar "
			     "--numeric-owner --owner=0 "
			     "--group=0 --mode=0644 --mtime=@0 -b 1 -cf a.tar "
			     "x.txt; truncate -s 2048 "
			     "a.tar"),
	    0);
	scratch_path(&s, "a.tar", path);
	f = fopen(path, "rb");
	assert_non_null(f);
	buf_init(&b, LIMIT);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&b, piece, n);
	fclose(f);
	buf_init(&told, LIMIT);
	assert_int_equal(read_all(&b, 512, &told, &d), ST_OK);
	assert_string_equal(buf_text(&told), "<x.txt 6>hello\n|");
	memcpy(b.p + 136, "00000000001", 11);
	fix_sum(b.p);
	refused(&b, ST_INVALID, "bag-tar");
	buf_fini(&told);
	buf_fini(&b);
	scratch_drop(&s);
}

static void
test_refuses_names(void **state)
{
	static const char *const bad[] = { "/one", "../one", "a/../b", "a//b",
		"a/", ".hid", "a/.b", "a b", "a\\b", "\xc3\xa4", "" };
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(tar_name_ok(bad[i]));
		make(&b);
		memset(b.p, 0, 100);
		memcpy(b.p, bad[i], strlen(bad[i]));
		fix_sum(b.p);
		refused(&b, ST_INVALID, "bag-path");
		buf_fini(&b);
	}
	make(&b);
	memset(b.p, 'a', 100); /* a hundred bytes are allowed */
	fix_sum(b.p);
	memcpy(b.p + 345, "prefix", 6);
	fix_sum(b.p);
	refused(&b, ST_INVALID, "bag-path");
	buf_fini(&b);
}

static void
test_refuses_kinds(void **state)
{
	static const char kinds[] = "123456790xgLKSV";
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds); i++) {
		make(&b);
		b.p[156] = (uint8_t)kinds[i];
		fix_sum(b.p);
		if (kinds[i] != '0')
			refused(&b, ST_INVALID, "bag-links");
		buf_fini(&b);
	}
	make(&b);
	memcpy(b.p + 157, "target", 6);
	fix_sum(b.p);
	refused(&b, ST_INVALID, "bag-links");
	buf_fini(&b);
}

static void
test_refuses_lies(void **state)
{
	static const struct {
		size_t at;
		const char *bytes;
	} lies[] = {
		{ 124, "00000000000" }, /* its bytes would be a header */
		{ 124, "77777777777" }, /* 8 GiB */
		{ 124, "-0000000001" }, { 100, "0000755" }, { 108, "0000001" },
		{ 265, "root" }, { 329, "0000001" }, { 500, "x" },
		{ 257, "ustar  " }, /* GNU's own dialect */
	};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		make(&b);
		memcpy(b.p + lies[i].at, lies[i].bytes, strlen(lies[i].bytes));
		fix_sum(b.p);
		refused(&b, i == 1 ? ST_TOO_LARGE : ST_INVALID,
		    i == 1 ? "bag-too-large" : "bag-tar");
		buf_fini(&b);
	}
	make(&b);
	b.p[148] ^= 1; /* the sum itself */
	refused(&b, ST_INVALID, "bag-tar");
	buf_fini(&b);
}

/* Every byte of headers, padding and tail counts. */
static void
test_refuses_any_flip_outside_contents(void **state)
{
	struct buf b, told;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < 5 * 512 + 1024; i++) {
		if ((i >= 512 && i < 517) || (i >= 2048 && i < 2062))
			continue;
		make(&b);
		b.p[i] ^= 0x10;
		buf_init(&told, LIMIT);
		assert_int_not_equal(read_all(&b, 4096, &told, &d), ST_OK);
		buf_fini(&told);
		buf_fini(&b);
	}
}

static void
test_refuses_lengths(void **state)
{
	static const size_t cuts[] = { 0, 1, 511, 512, 515, 1024, 2600 };
	struct buf b;
	size_t i, n;

	(void)state;
	make(&b);
	n = b.n;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		b.n = cuts[i];
		refused(&b, ST_INVALID, "bag-tar");
	}
	b.n = n - 1;
	refused(&b, ST_INVALID, "bag-tar");
	b.n = n - 512;
	refused(&b, ST_INVALID, "bag-tar");
	b.n = n;
	memset(buf_extend(&b, 512), 0, 512);
	refused(&b, ST_INVALID, "bag-tar");
	buf_fini(&b);
}

static void
test_limits(void **state)
{
	static const struct tar_events ev = { tell_begin, tell_data, tell_end };
	struct tar_reader *r;
	struct buf b, told;
	struct diag d = { 0 };

	(void)state;
	make(&b);
	buf_init(&told, LIMIT);
	r = tar_reader_new(&ev, &told, 2, LIMIT);
	assert_int_equal(tar_feed(r, b.p, b.n, &d), ST_INVALID);
	tar_reader_free(&r);
	memset(&d, 0, sizeof(d));
	r = tar_reader_new(&ev, &told, 3, b.n - 1);
	assert_int_equal(tar_feed(r, b.p, b.n, &d), ST_TOO_LARGE);
	assert_string_equal(d.problem, "bag-too-large");
	tar_reader_free(&r);
	buf_fini(&told);
	buf_fini(&b);
}

static void
test_writer_keeps_its_word(void **state)
{
	struct tar_writer *w;
	struct buf b;

	(void)state;
	buf_init(&b, LIMIT);
	w = tar_writer_new(to_buf, &b);
	assert_int_equal(tar_begin(w, "a", 3), ST_OK);
	assert_int_equal(tar_data(w, "abcd", 4), ST_FAIL);
	assert_int_equal(tar_data(w, "ab", 2), ST_OK);
	assert_int_equal(tar_begin(w, "b", 0), ST_FAIL);
	assert_int_equal(tar_finish(w), ST_FAIL);
	tar_writer_free(&w);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_tar_reads_it),
		cmocka_unit_test(test_reads_tar_without_owner),
		cmocka_unit_test(test_refuses_names),
		cmocka_unit_test(test_refuses_kinds),
		cmocka_unit_test(test_refuses_lies),
		cmocka_unit_test(test_refuses_any_flip_outside_contents),
		cmocka_unit_test(test_refuses_lengths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_writer_keeps_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
