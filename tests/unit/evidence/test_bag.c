/* The bag: packed, unpacked by tar and sha256sum, read back, and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "crypto/hash.h"
#include "evidence/bag.h"
#include "evidence/tar.h"
#include "scratch.h"

#define LIMIT ((size_t)8 << 20)

struct out {
	struct buf tar;
	uint64_t total;
	uint8_t manifest[BAG_HASH];
	int signs;
};

static enum status
sign(void *arg, const uint8_t manifest[BAG_HASH], struct bag_bytes *note)
{
	struct out *o = arg;

	memcpy(o->manifest, manifest, BAG_HASH);
	assert_int_equal(o->tar.n, 0);
	o->signs++;
	*note = (struct bag_bytes){ "a note\n", 7 };
	return ST_OK;
}

static enum status
total(void *arg, uint64_t size)
{
	struct out *o = arg;

	assert_int_equal(o->tar.n, 0);
	o->total = size;
	return ST_OK;
}

static enum status
to_out(void *arg, const void *p, size_t n)
{
	struct out *o = arg;

	buf_put(&o->tar, p, n);
	return buf_status(&o->tar);
}

static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("clip", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	return fd;
}

static enum status
pack(struct out *o, size_t n_clips, const char *seals, struct diag *d)
{
	int fds[BAG_CLIPS_MAX + 1];
	struct bag_source s = { .clips = { "{\"clips\":[]}", 12 },
		.statement = { "{}", 2 },
		.n_clips = n_clips,
		.clip_fds = fds,
		.sign = sign,
		.total = total,
		.put = to_out,
		.arg = o };
	char text[2000];
	enum status st;
	size_t i;

	memset(o, 0, sizeof(*o));
	buf_init(&o->tar, LIMIT);
	if (seals != NULL)
		s.seals = (struct bag_bytes){ seals, strlen(seals) };
	for (i = 0; i < n_clips; i++) {
		memset(text, (int)('a' + i), sizeof(text));
		fds[i] = memory_file(text, 700 * (i % 2) + 1000);
	}
	st = bag_write(&s, d);
	for (i = 0; i < n_clips; i++)
		close(fds[i]);
	return st;
}

/* What the reader told. */
struct told {
	struct buf b;
	enum status answer; /* to a payload's begin */
};

static enum status
tell_note(void *arg, const void *p, size_t n)
{
	struct told *t = arg;

	buf_puts(&t->b, "note:");
	buf_put(&t->b, p, n - 1);
	return ST_OK;
}

static enum status
tell_manifest(void *arg, const void *p, size_t n, const uint8_t sha256[32])
{
	struct told *t = arg;
	uint8_t h[32];

	hash_sha256(p, n, h);
	assert_memory_equal(h, sha256, 32);
	buf_puts(&t->b, " manifest");
	return ST_OK;
}

static enum status
tell_begin(void *arg, const struct bag_payload *f)
{
	struct told *t = arg;

	buf_printf(
	    &t->b, " %d.%u:%u", (int)f->part, f->clip, (unsigned)f->size);
	return t->answer;
}

static enum status
tell_end(void *arg, const struct bag_payload *f)
{
	struct told *t = arg;

	(void)f;
	buf_puts(&t->b, "|");
	return ST_OK;
}

static const struct bag_sink sink = { .note = tell_note,
	.manifest = tell_manifest,
	.begin = tell_begin,
	.end = tell_end };

static enum status
feed(struct bag_reader *r, const struct buf *b, size_t step, struct diag *d)
{
	enum status st = ST_OK;
	size_t at, k;

	memset(d, 0, sizeof(*d));
	for (at = 0; st == ST_OK && at < b->n; at += k) {
		k = b->n - at < step ? b->n - at : step;
		st = bag_feed(r, b->p + at, k, d);
	}
	return st == ST_OK ? bag_end(r, d) : st;
}

static void
refused(const struct buf *b, enum status want, const char *problem,
    const char *field)
{
	struct told t = { .answer = ST_OK };
	struct bag_reader *r = bag_reader_new(&sink, &t);
	struct diag d;

	buf_init(&t.b, LIMIT);
	assert_int_equal(feed(r, b, 1000, &d), want);
	assert_string_equal(d.problem, problem);
	assert_string_equal(d.field, field);
	assert_true(strlen(d.text) > 0);
	bag_reader_free(&r);
	buf_fini(&t.b);
}

static void
test_round_trip(void **state)
{
	struct told t = { .answer = ST_OK };
	struct bag_reader *r;
	struct diag d = { 0 };
	struct out o;
	uint8_t h[BAG_HASH];

	(void)state;
	assert_int_equal(pack(&o, 2, "[1]", &d), ST_OK);
	assert_int_equal(o.signs, 1);
	assert_int_equal(o.total, o.tar.n);
	buf_init(&t.b, LIMIT);
	r = bag_reader_new(&sink, &t);
	assert_int_equal(feed(r, &o.tar, 333, &d), ST_OK);
	assert_string_equal(buf_text(&t.b),
	    "note:a note manifest 0.0:12| 1.0:2| 2.0:3| 3.1:1000| 3.2:1700|");
	bag_manifest_hash(r, h);
	assert_memory_equal(h, o.manifest, BAG_HASH);
	assert_int_equal(bag_n_payloads(r), 5);
	assert_int_equal(bag_payload(r, 4)->clip, 2);
	assert_int_equal(bag_document(r, BAG_PART_SEALS).n, 3);
	assert_memory_equal(
	    bag_document(r, BAG_PART_CLIPS).p, "{\"clips\":[]}", 12);
	assert_int_equal(bag_note(r).n, 7);
	bag_reader_free(&r);
	buf_fini(&t.b);
	buf_fini(&o.tar);
}

static void
test_most_clips_without_seals(void **state)
{
	struct bag_reader *r;
	struct told t = { .answer = ST_OK };
	struct diag d = { 0 };
	struct out o;

	(void)state;
	assert_int_equal(pack(&o, BAG_CLIPS_MAX, NULL, &d), ST_OK);
	buf_init(&t.b, LIMIT);
	r = bag_reader_new(&sink, &t);
	assert_int_equal(feed(r, &o.tar, 1 << 20, &d), ST_OK);
	assert_int_equal(bag_n_payloads(r), 2 + BAG_CLIPS_MAX);
	assert_null(bag_document(r, BAG_PART_SEALS).p);
	bag_reader_free(&r);
	buf_fini(&t.b);
	buf_fini(&o.tar);
}

static void
test_other_tools_agree(void **state)
{
	struct scratch s;
	struct diag d = { 0 };
	struct out o;

	(void)state;
	scratch_make(&s);
	assert_int_equal(pack(&o, 3, NULL, &d), ST_OK);
	scratch_write(&s, "bag.tar", o.tar.p, o.tar.n);
	assert_int_equal(scratch_run(&s, "tar xf bag.tar"), 0);
	assert_int_equal(
	    scratch_run(&s, "sha256sum --strict -c manifest-sha256.txt"), 0);
	assert_int_equal(
	    scratch_run(&s, "test $(wc -l < manifest-sha256.txt) = 5"), 0);
	assert_int_equal(
	    scratch_run(&s,
		"test \"$(tar tf bag.tar | tr '\\n' ' ')\" = 'bagit.txt "
		"tags/share.note manifest-sha256.txt data/clips.json "
		"data/statement.json data/1.mp4 data/2.mp4 data/3.mp4 '"),
	    0);
	assert_int_equal(
	    scratch_run(
		&s, "echo x >> data/2.mp4; sha256sum -c manifest-sha256.txt"),
	    256);
	buf_fini(&o.tar);
	scratch_drop(&s);
}

static void
test_writer_refuses(void **state)
{
	struct diag d = { 0 };
	struct out o;

	(void)state;
	assert_int_equal(pack(&o, 0, NULL, &d), ST_INVALID);
	assert_string_equal(d.problem, "bag-no-clip");
	buf_fini(&o.tar);
	memset(&d, 0, sizeof(d));
	assert_int_equal(pack(&o, BAG_CLIPS_MAX + 1, NULL, &d), ST_INVALID);
	assert_string_equal(d.problem, "bag-too-many-clips");
	assert_int_equal(o.signs, 0);
	buf_fini(&o.tar);
}

/* An archive of the given members, made by hand. */
struct member {
	const char *name, *text;
};

static enum status
to_buf(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
build(struct buf *b, const struct member *m, size_t n)
{
	struct tar_writer *w = tar_writer_new(to_buf, b);
	size_t i;

	buf_init(b, LIMIT);
	for (i = 0; i < n; i++) {
		assert_int_equal(
		    tar_begin(w, m[i].name, strlen(m[i].text)), ST_OK);
		assert_int_equal(
		    tar_data(w, m[i].text, strlen(m[i].text)), ST_OK);
	}
	assert_int_equal(tar_finish(w), ST_OK);
	tar_writer_free(&w);
}

#define BAGIT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

/* Lines for files whose text is "{}" or "clip". */
static void
line(struct buf *b, const char *name, const char *text)
{
	uint8_t h[32];
	char hex[ENC_HEX(32)];

	hash_sha256(text, strlen(text), h);
	enc_hex(h, 32, hex);
	buf_printf(b, "%s  %s\n", hex, name);
}

static void
manifest(struct buf *b, unsigned clips)
{
	char name[32];
	unsigned i;

	buf_init(b, LIMIT);
	line(b, "data/clips.json", "{}");
	line(b, "data/statement.json", "{}");
	for (i = 1; i <= clips; i++) {
		snprintf(name, sizeof(name), "data/%u.mp4", i);
		line(b, name, "clip");
	}
}

#define WELL(m)                                                       \
	{                                                             \
		{ "bagit.txt", BAGIT }, { "tags/share.note", "n\n" }, \
		    { "manifest-sha256.txt", buf_text(m) },           \
		    { "data/clips.json", "{}" },                      \
		    { "data/statement.json", "{}" },                  \
		{                                                     \
			"data/1.mp4", "clip"                          \
		}                                                     \
	}

static void
test_reader_refuses_members(void **state)
{
	struct buf m, b;
	struct diag d;
	struct told t = { .answer = ST_OK };
	struct bag_reader *r;

	(void)state;
	manifest(&m, 1);
	{
		struct member well[] = WELL(&m);

		build(&b, well, 6);
		buf_init(&t.b, LIMIT);
		r = bag_reader_new(&sink, &t);
		assert_int_equal(feed(r, &b, 512, &d), ST_OK);
		bag_reader_free(&r);
		buf_fini(&t.b);
		buf_fini(&b);

		build(&b, well, 5); /* a clip is missing */
		refused(&b, ST_INVALID, "bag-path", "data/1.mp4");
		buf_fini(&b);
		build(&b, well, 2); /* all of it is */
		refused(&b, ST_INVALID, "bag-path", "manifest-sha256.txt");
		buf_fini(&b);
		build(&b, well + 1, 5);
		refused(&b, ST_INVALID, "bag-path", "tags/share.note");
		buf_fini(&b);
		well[5].text = "clop";
		build(&b, well, 6);
		refused(&b, ST_INVALID, "bag-hash", "data/1.mp4");
		buf_fini(&b);
		well[5] = (struct member){ "data/2.mp4", "clip" };
		build(&b, well, 6);
		refused(&b, ST_INVALID, "bag-path", "data/2.mp4");
		buf_fini(&b);
		well[5] = (struct member){ "bag-info.txt", "me" };
		build(&b, well, 6);
		refused(&b, ST_INVALID, "bag-path", "bag-info.txt");
		buf_fini(&b);
	}
	{
		struct member well[] = WELL(&m);

		well[0].text = "BagIt-Version: 0.97\n"
			       "Tag-File-Character-Encoding: UTF-8\n";
		build(&b, well, 6);
		refused(&b, ST_INVALID, "bag-version", "bagit.txt");
		b.p[156] = '2';
		buf_fini(&b);
	}
	buf_fini(&m);
}

static void
refused_manifest(const char *text, enum status want, const char *problem)
{
	struct member m[] = { { "bagit.txt", BAGIT },
		{ "tags/share.note", "n\n" }, { "manifest-sha256.txt", text } };
	struct buf b;

	build(&b, m, 3);
	refused(&b, want, problem, "manifest-sha256.txt");
	buf_fini(&b);
}

static void
test_reader_refuses_manifests(void **state)
{
	struct buf m;

	(void)state;
	manifest(&m, 0);
	refused_manifest(buf_text(&m), ST_INVALID, "bag-no-clip");
	line(&m, "data/2.mp4", "clip");
	refused_manifest(buf_text(&m), ST_INVALID, "bag-manifest");
	buf_fini(&m);

	manifest(&m, BAG_CLIPS_MAX + 1);
	refused_manifest(buf_text(&m), ST_INVALID, "bag-too-many-clips");
	buf_fini(&m);

	manifest(&m, 1);
	m.p[0] = 'A'; /* upper-case hex is another form */
	refused_manifest(buf_text(&m), ST_INVALID, "bag-manifest");
	buf_fini(&m);

	manifest(&m, 1);
	line(&m, "data/../2.mp4", "clip");
	refused_manifest(buf_text(&m), ST_INVALID, "bag-manifest");
	buf_fini(&m);

	manifest(&m, 1);
	m.p[--m.n] = '\0'; /* no last newline */
	refused_manifest(buf_text(&m), ST_INVALID, "bag-manifest");
	buf_fini(&m);

	refused_manifest("", ST_INVALID, "bag-manifest");
	refused_manifest("\n", ST_INVALID, "bag-manifest");
}

static void
test_links_are_named(void **state)
{
	struct diag d = { 0 };
	struct out o;
	unsigned sum = 0;
	char text[8];
	size_t i;

	(void)state;
	assert_int_equal(pack(&o, 1, NULL, &d), ST_OK);
	o.tar.p[156] = '2';
	memset(o.tar.p + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += o.tar.p[i];
	snprintf(text, sizeof(text), "%06o", sum & 0777777U);
	memcpy(o.tar.p + 148, text, 7);
	refused(&o.tar, ST_INVALID, "bag-links", "");
	buf_fini(&o.tar);
}

static void
test_sink_may_refuse(void **state)
{
	struct told t = { .answer = ST_FULL };
	struct bag_reader *r;
	struct diag d = { 0 };
	struct out o;

	(void)state;
	assert_int_equal(pack(&o, 1, NULL, &d), ST_OK);
	buf_init(&t.b, LIMIT);
	r = bag_reader_new(&sink, &t);
	assert_int_equal(feed(r, &o.tar, 512, &d), ST_FULL);
	bag_reader_free(&r);
	buf_fini(&t.b);
	buf_fini(&o.tar);
}

/* No byte of the archive may change unseen, but in the note. */
static void
test_any_flip_is_seen(void **state)
{
	struct told t = { .answer = ST_OK };
	struct bag_reader *r;
	struct diag d = { 0 };
	struct out o;
	size_t i;

	(void)state;
	assert_int_equal(pack(&o, 1, NULL, &d), ST_OK);
	for (i = 0; i < o.tar.n; i++) {
		if (i >= 1536 && i < 1543)
			continue; /* the note's bytes, which its signature covers */
		if (i >= 2560 && i < 2560 + 512)
			continue; /* the manifest's, covered by the note */
		/* 0x10: a NUL behind a number may be a space as well. */
		o.tar.p[i] ^= 0x10;
		buf_init(&t.b, LIMIT);
		r = bag_reader_new(&sink, &t);
		if (feed(r, &o.tar, 4096, &d) == ST_OK)
			fail_msg("byte %zu changed unseen", i);
		bag_reader_free(&r);
		buf_fini(&t.b);
		o.tar.p[i] ^= 0x10;
	}
	buf_fini(&o.tar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_most_clips_without_seals),
		cmocka_unit_test(test_other_tools_agree),
		cmocka_unit_test(test_writer_refuses),
		cmocka_unit_test(test_reader_refuses_members),
		cmocka_unit_test(test_reader_refuses_manifests),
		cmocka_unit_test(test_links_are_named),
		cmocka_unit_test(test_sink_may_refuse),
		cmocka_unit_test(test_any_flip_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
