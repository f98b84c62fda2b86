/* The zip: what unzip and python make of it, and what the reader refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "evidence/zip.h"
#include "scratch.h"

#define LIMIT ((size_t)4 << 20)

static enum status
to_buf(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
make(struct buf *b)
{
	struct zip_writer *w;
	int fd = memfd_create("m", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "from a file", 11), 11);
	buf_init(b, LIMIT);
	w = zip_writer_new(to_buf, b);
	assert_non_null(w);
	assert_int_equal(zip_add(w, "package/one.txt", "first", 5), ST_OK);
	assert_int_equal(zip_add(w, "package/empty", "", 0), ST_OK);
	assert_int_equal(zip_add_fd(w, "package/data/file", fd), ST_OK);
	assert_int_equal(zip_add(w, "package/ONE.txt", "x", 1), ST_CONFLICT);
	assert_int_equal(zip_finish(w), ST_OK);
	zip_writer_free(&w);
	close(fd);
}

static void
test_round_trip(void **state)
{
	const struct zip_member *m;
	struct diag d = { 0 };
	struct zip *z;
	struct buf b;
	char text[16] = "";
	size_t i;

	(void)state;
	make(&b);
	assert_int_equal(zip_open(b.p, b.n, &z, &d), ST_OK);
	assert_int_equal(zip_count(z), 3);
	assert_string_equal(zip_member(z, 1)->name, "package/empty");
	m = zip_find(z, "package/data/file");
	assert_non_null(m);
	assert_int_equal(m->size, 11);
	assert_memory_equal(b.p + m->offset, "from a file", 11);
	assert_int_equal(zip_read(z, m, 5, text, 6), ST_OK);
	assert_string_equal(text, "a file");
	assert_null(zip_find(z, "package/other"));
	for (i = 0; i < zip_count(z); i++)
		assert_int_equal(zip_check(z, zip_member(z, i), &d), ST_OK);
	zip_close(&z);
	buf_fini(&b);
}

static void
test_same_bytes_again(void **state)
{
	struct buf a, b;

	(void)state;
	make(&a);
	make(&b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	buf_fini(&a);
	buf_fini(&b);
}

static void
test_other_tools_agree(void **state)
{
	struct scratch s;
	struct buf b;

	(void)state;
	scratch_make(&s);
	make(&b);
	scratch_write(&s, "a.zip", b.p, b.n);
	if (scratch_run(&s, "command -v unzip") == 0) {
		assert_int_equal(scratch_run(&s, "unzip -tq a.zip"), 0);
		assert_int_equal(
		    scratch_run(&s, "unzip -v a.zip | grep -q 1980-01-01"), 0);
		assert_int_equal(scratch_run(&s, "unzip -q a.zip"), 0);
		assert_int_equal(
		    scratch_run(&s, "test $(cat package/one.txt) = first"), 0);
	}
	assert_int_equal(
	    scratch_run(&s, "/usr/bin/python3 -m zipfile -t a.zip"), 0);
	buf_fini(&b);
	scratch_drop(&s);
}

static void
test_nothing_at_all(void **state)
{
	struct zip_writer *w;
	struct diag d = { 0 };
	struct zip *z;
	struct buf b;

	(void)state;
	buf_init(&b, LIMIT);
	w = zip_writer_new(to_buf, &b);
	assert_int_equal(zip_finish(w), ST_OK);
	zip_writer_free(&w);
	assert_int_equal(b.n, 22);
	assert_int_equal(zip_open(b.p, b.n, &z, &d), ST_OK);
	assert_int_equal(zip_count(z), 0);
	zip_close(&z);
	buf_fini(&b);
}

static void
refused(const struct buf *b)
{
	struct diag d = { 0 };
	struct zip *z;

	assert_int_equal(zip_open(b->p, b->n, &z, &d), ST_INVALID);
	assert_null(z);
	assert_string_equal(d.problem, "package-zip");
}

/* A flip is refused at once, or found by the member's sum. */
static void
test_any_flip_is_seen(void **state)
{
	struct buf b;
	struct zip *z;
	enum status st;
	size_t i, k;

	(void)state;
	make(&b);
	for (i = 0; i < b.n * 8; i++) {
		b.p[i / 8] ^= (uint8_t)(1U << (i % 8));
		st = zip_open(b.p, b.n, &z, NULL);
		for (k = 0; st == ST_OK && k < zip_count(z); k++)
			st = zip_check(z, zip_member(z, k), NULL);
		/* A name is only a name: where both copies differ it shows. */
		if (st == ST_OK)
			fail_msg("bit %zu changed unseen", i);
		zip_close(&z);
		b.p[i / 8] ^= (uint8_t)(1U << (i % 8));
	}
	buf_fini(&b);
}

static void
test_lengths(void **state)
{
	struct buf b;
	struct diag d = { 0 };
	struct zip *z;
	size_t i, n;

	(void)state;
	make(&b);
	n = b.n;
	for (i = 0; i < n; i++) {
		b.n = i;
		assert_int_equal(zip_open(b.p, i, &z, &d), ST_INVALID);
	}
	b.n = n;
	buf_put(&b, "x", 1);
	refused(&b);
	b.n = n;
	/* Something in front, as a self-extracting file has it. */
	{
		struct buf c;

		buf_init(&c, LIMIT);
		buf_puts(&c, "MZ");
		buf_put(&c, b.p, b.n);
		refused(&c);
		buf_fini(&c);
	}
	buf_fini(&b);
}

/* A zip that python makes, stored, is none of ours (flags, owners). */
static void
test_foreign_zips(void **state)
{
	struct scratch s;
	struct diag d = { 0 };
	struct zip *z;
	char path[128];
	int fd;

	(void)state;
	scratch_make(&s);
	assert_int_equal(scratch_run(&s,
			     "echo aaaaaaaaaaaaaaaaaaaaaaaaaa > f; "
			     "/usr/bin/python3 -c \"import "
			     "zipfile; z = zipfile.ZipFile('a.zip', 'w', "
			     "zipfile.ZIP_DEFLATED); "
			     "z.write('f'); z.close()\""),
	    0);
	scratch_path(&s, "a.zip", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(zip_open_fd(fd, &z, &d), ST_INVALID);
	close(fd);
	scratch_drop(&s);
}

static void
test_names(void **state)
{
	char name[ZIP_NAME_MAX + 2];

	(void)state;
	assert_true(zip_name_ok("package/data/items/1.mp4"));
	assert_false(zip_name_ok("package/../x"));
	assert_false(zip_name_ok("/x"));
	assert_false(zip_name_ok(""));
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_false(zip_name_ok(name));
	name[90] = '/';
	name[180] = '\0';
	assert_true(zip_name_ok(name));
	name[91] = '.';
	assert_false(zip_name_ok(name));
}

static void
test_writer_keeps_its_word(void **state)
{
	struct zip_writer *w;
	struct buf b;

	(void)state;
	buf_init(&b, LIMIT);
	w = zip_writer_new(to_buf, &b);
	assert_int_equal(zip_begin(w, "a", 3, 0), ST_OK);
	assert_int_equal(zip_data(w, "abcd", 4), ST_FAIL);
	assert_int_equal(zip_data(w, "abc", 3), ST_OK);
	assert_int_equal(zip_end(w), ST_FAIL); /* the CRC was wrong */
	zip_writer_free(&w);
	buf_fini(&b);
}

/* -- beyond 4 GiB, as a file with holes -------------------------------------- */

static enum status
to_sparse(void *arg, const void *p, size_t n)
{
	int fd = *(int *)arg;
	const uint8_t *b = p;

	if (n > 1000 && b[0] == 0 && memcmp(b, b + 1, n - 1) == 0)
		return lseek(fd, (off_t)n, SEEK_CUR) < 0 ? ST_IO : ST_OK;
	return write(fd, p, n) == (ssize_t)n ? ST_OK : ST_IO;
}

static void
test_beyond_4_gib(void **state)
{
	static uint8_t zeros[1 << 20];
	const uint64_t size = (UINT64_C(4) << 30) + 5;
	struct zip_writer *w;
	struct diag d = { 0 };
	struct scratch s;
	struct zip *z;
	uint64_t left;
	char path[128];
	int fd;

	(void)state;
	scratch_make(&s);
	scratch_path(&s, "big.zip", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	w = zip_writer_new(to_sparse, &fd);
	/* The CRC-32 of that many zeros. */
	assert_int_equal(zip_begin(w, "big", size, 0xb1c2a1a3), ST_OK);
	for (left = size; left > 0;) {
		size_t k = left < sizeof(zeros) ? (size_t)left : sizeof(zeros);

		assert_int_equal(zip_data(w, zeros, k), ST_OK);
		left -= k;
	}
	assert_int_equal(zip_end(w), ST_OK);
	assert_int_equal(zip_add(w, "behind", "small", 5), ST_OK);
	assert_int_equal(zip_finish(w), ST_OK);
	zip_writer_free(&w);
	assert_int_equal(zip_open_fd(fd, &z, &d), ST_OK);
	assert_int_equal(zip_find(z, "big")->size, size);
	assert_true(zip_find(z, "behind")->offset > size);
	assert_int_equal(zip_check(z, zip_find(z, "behind"), &d), ST_OK);
	zip_close(&z);
	close(fd);
	assert_int_equal(scratch_run(&s,
			     "/usr/bin/python3 -c \"import zipfile; z = "
			     "zipfile.ZipFile('big.zip')"
			     "; assert z.read('behind') == b'small'; assert "
			     "z.getinfo('big').file_size == 4294967301\""),
	    0);
	scratch_drop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_bytes_again),
		cmocka_unit_test(test_other_tools_agree),
		cmocka_unit_test(test_nothing_at_all),
		cmocka_unit_test(test_any_flip_is_seen),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_foreign_zips),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_writer_keeps_its_word),
		cmocka_unit_test(test_beyond_4_gib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
