/* The filters within tracks: NAL units, AV1, JPEG and AAC, made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "media/helper/aac.h"
#include "media/helper/jpeg.h"
#include "media/helper/nal.h"
#include "media/helper/notes.h"
#include "media/helper/obu.h"

static struct notes notes;

static int
fresh(void **state)
{
	(void)state;
	memset(&notes, 0, sizeof(notes));
	return 0;
}

static void
sample(struct nal *v, const void *p, size_t n, const void *want, size_t want_n)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(nal_sample(v, p, n, &b), ST_OK);
	assert_int_equal(b.n, want_n);
	if (want_n > 0)
		assert_memory_equal(b.p, want, want_n);
	buf_fini(&b);
}

#define S(text) text, sizeof(text) - 1

static void
test_h264_messages(void **state)
{
	struct nal v = { .length_size = 2, .where = "video", .notes = &notes };

	(void)state;
	/* User data goes, the slice stays; lengths become 4 bytes. */
	sample(&v,
	    S("\0\x16\x06\x05\x12"
	      "0123456789abcdefHI"
	      "\x80"
	      "\0\x02\x65\x01"),
	    S("\0\0\0\x02\x65\x01"));
	assert_int_equal(notes.n, 1);
	assert_string_equal(notes.v[0].what, "user data in the video");
	/* A recovery point beside it stays, in a unit of its own. */
	sample(&v,
	    S("\0\x0a\x06\x06\x01\xc4\x04\x03"
	      "abc"
	      "\x80"
	      "\0\x02\x41\x01"),
	    S("\0\0\0\x05\x06\x06\x01\xc4\x80\0\0\0\x02\x41\x01"));
	/* Units that anybody may use, and filler, go. */
	sample(&v, S("\0\x07\x18secret"), NULL, 0);
	sample(&v, S("\0\x04\x18sec\0\x03\x0c\xff\x80\0\x02\x41\x01"),
	    S("\0\0\0\x02\x41\x01"));
	/* Without a picture nothing is left. */
	sample(&v, S("\0\x02\x09\xf0"), NULL, 0);
}

/* Bytes between zeros are taken out for reading, and put back. */
static void
test_h264_escapes(void **state)
{
	struct nal v = { .length_size = 4, .where = "video", .notes = &notes };

	(void)state;
	sample(&v,
	    S("\0\0\0\x0d\x06\x06\x04\0\0\x03\x01\x02\x05\x01x\x80\x80"
	      "\0\0\0\x02\x41\x01"),
	    S("\0\0\0\x09\x06\x06\x04\0\0\x03\x01\x02\x80"
	      "\0\0\0\x02\x41\x01"));
}

static void
test_h264_lying_lengths(void **state)
{
	struct nal v = { .length_size = 4, .where = "video", .notes = &notes };

	(void)state;
	sample(&v, S("\0\0\0\x02\x65\x01\0\0\0\x7fsecret"),
	    S("\0\0\0\x02\x65\x01"));
	assert_int_equal(notes.n, 1);
	sample(&v, S("\xff\xff\xff\xffsecret"), NULL, 0);
	sample(&v, S("\0\0"), NULL, 0);
	/* A message that claims to be longer than its unit is dropped. */
	sample(&v,
	    S("\0\0\0\x06\x06\x05\xff\xff"
	      "ab"
	      "\0\0\0\x02\x65\x01"),
	    S("\0\0\0\x02\x65\x01"));
	sample(&v, S("\0\0\0\x02\x06\x05\0\0\0\x02\x65\x01"),
	    S("\0\0\0\x02\x65\x01"));
}

static void
test_hevc_messages(void **state)
{
	struct nal v = { .hevc = true,
		.length_size = 4,
		.where = "video",
		.notes = &notes };

	(void)state;
	/* Prefix SEI (39), suffix SEI (40), unspecified (48). */
	sample(&v,
	    S("\0\0\0\x07\x4e\x01\x04\x02hi\x80"
	      "\0\0\0\x03\x26\x01\xaa"
	      "\0\0\0\x07\x50\x01\x04\x02hi\x80"
	      "\0\0\0\x04\x60\x01hi"),
	    S("\0\0\0\x03\x26\x01\xaa"));
	assert_true(notes.n >= 2);
}

static void
config(struct nal *v, const void *p, size_t n, const void *want, size_t want_n)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_int_equal(nal_config(v, p, n, &b, NULL), ST_OK);
	assert_int_equal(b.n, want_n);
	assert_memory_equal(b.p, want, want_n);
	buf_fini(&b);
}

static void
test_settings(void **state)
{
	struct nal v = { .where = "video", .notes = &notes };
	struct buf b;

	(void)state;
	/* avcC with a hidden SEI among the SPS, and bytes behind. */
	config(&v,
	    S("\x01\x42\0\x1e\xfd\xe2\0\x02\x67\x42\0\x03\x06\x05x"
	      "\x01\0\x02\x68\xce"
	      "secret"),
	    S("\x01\x42\0\x1e\xff\xe1\0\x02\x67\x42\x01\0\x02\x68\xce"));
	assert_int_equal(v.length_size, 2);
	/* hvcC with an array of SEI. */
	v.hevc = true;
	config(&v,
	    S("\x01"
	      "01234567890123456789"
	      "\x0c\x02"
	      "\xa0\0\x01\0\x03\x40\x01z"
	      "\xa7\0\x01\0\x03\x4e\x01s"),
	    S("\x01"
	      "01234567890123456789"
	      "\x0f\x01"
	      "\xa0\0\x01\0\x03\x40\x01z"));
	assert_int_equal(v.length_size, 1);
	/* Start codes, and lengths that lie. */
	buf_init(&b, 1000);
	assert_int_equal(
	    nal_config(
		&v, (const uint8_t *)"\0\0\0\x01\x67\x42\0\x1e", 8, &b, NULL),
	    ST_INVALID);
	v.hevc = false;
	assert_int_equal(nal_config(&v,
			     (const uint8_t *)"\x01\x42\0\x1e\xff\xe1\0\x7f"
					      "g",
			     9, &b, NULL),
	    ST_INVALID);
	buf_fini(&b);
}

static void
test_av1(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	/* Delimiter, T.35 metadata, light levels, padding, frame. */
	assert_int_equal(obu_sample((const uint8_t *)"\x12\0"
						     "\x2a\x04\x04xyz"
						     "\x2a\x05\x01\0\x01\0\x01"
						     "\x7a\x02zz"
						     "\x32\x02\xaa\xbb",
			     23, &b, "video", &notes),
	    ST_OK);
	assert_int_equal(b.n, 11);
	assert_memory_equal(
	    b.p, "\x2a\x05\x01\0\x01\0\x01\x32\x02\xaa\xbb", 11);
	assert_int_equal(notes.n, 1);
	buf_clear(&b);
	assert_int_equal(
	    obu_sample((const uint8_t *)"\x32\x7f\xaa", 3, &b, "v", &notes),
	    ST_OK);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
test_jpeg(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_int_equal(jpeg_sample((const uint8_t *)"\xff\xd8"
						      "\xff\xe1\0\x06"
						      "Exif"
						      "\xff\xfe\0\x05"
						      "hey"
						      "\xff\xdb\0\x03"
						      "q"
						      "\xff\xda\0\x02"
						      "ab\xff\0c\xff\xd0"
						      "d\xff\xd9trailer",
			     43, &b, "video", &notes),
	    ST_OK);
	assert_int_equal(b.n, 21);
	assert_memory_equal(b.p,
	    "\xff\xd8\xff\xdb\0\x03q\xff\xda\0\x02"
	    "ab\xff\0c\xff\xd0"
	    "d\xff\xd9",
	    21);
	assert_int_equal(notes.n, 2);
	buf_fini(&b);
}

static void
test_aac(void **state)
{
	/* ID_FIL (110), 8 bytes (1000), extension 0, padding, text, sound. */
	uint8_t p[] = { 0xd0, 0, 'L', 'a', 'v', 'c', '!', 0, 0, 0x5a };
	/* ID_FIL with 1 byte of spectral band replication (1101) is sound. */
	uint8_t q[] = { 0xc3, 0xaa, 0xbb, 0xcc };
	uint8_t keep[4];

	(void)state;
	aac_blank(p, sizeof(p), "sound", &notes);
	assert_memory_equal(p, "\xd0\0\0\0\0\0\0\0\0", 9);
	assert_int_equal(p[9], 0x5a);
	assert_int_equal(notes.n, 1);
	memcpy(keep, q, sizeof(q));
	aac_blank(q, sizeof(q), "sound", &notes);
	assert_memory_equal(q, keep, sizeof(q));
	aac_blank(q, 0, "sound", &notes);
	memset(q, 0xdf, sizeof(q)); /* longer than the block */
	aac_blank(q, sizeof(q), "sound", &notes);
}

static void
test_notes_are_printable(void **state)
{
	(void)state;
	notes_add(
	    &notes, "file", "a", "x\n\x1b[31m\xff\xc3\xa4\xe2\x80\xae", 13);
	assert_string_equal(notes.v[0].text, "x..[31m.\xc3\xa4...");
	notes_add_data(&notes, "file", "b", "\0\1ab\2hello there\3", 16);
	assert_string_equal(notes.v[1].text, "hello there");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_h264_messages, fresh),
		cmocka_unit_test_setup(test_h264_escapes, fresh),
		cmocka_unit_test_setup(test_h264_lying_lengths, fresh),
		cmocka_unit_test_setup(test_hevc_messages, fresh),
		cmocka_unit_test_setup(test_settings, fresh),
		cmocka_unit_test_setup(test_av1, fresh),
		cmocka_unit_test_setup(test_jpeg, fresh),
		cmocka_unit_test_setup(test_aac, fresh),
		cmocka_unit_test_setup(test_notes_are_printable, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
