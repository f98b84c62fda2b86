#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "crypto/ed25519.h"
#include "crypto/note.h"

/* The example of C2SP signed-note. */
#define KEY            \
	"example.com/" \
	"foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define LINE                                                                 \
	"\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXp" \
	"pzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define TEXT "This is an example message.\n"

static const uint8_t seed_a[32] = { 1 }, seed_b[32] = { 2 };

static enum status
open_text(const char *s, struct note *note)
{
	return note_open(s, strlen(s), note, NULL);
}

static void
the_specification_s_example(void **state)
{
	struct note_key key;
	struct note note;
	char text[NOTE_VKEY];

	(void)state;
	assert_int_equal(note_key_parse(KEY, &key, NULL), ST_OK);
	assert_string_equal(key.name, "example.com/foo");
	note_key_text(&key, text);
	assert_string_equal(text, KEY);
	assert_int_equal(open_text(TEXT "\n" LINE, &note), ST_OK);
	assert_int_equal(note.text_n, strlen(TEXT));
	assert_int_equal(note.signature_count, 1);
	assert_int_equal(note_verify(&note, &key), ST_OK);
	assert_int_equal(open_text("This is another.\n\n" LINE, &note), ST_OK);
	assert_int_equal(note_verify(&note, &key), ST_SIGNATURE);
}

static void
keys_that_are_none(void **state)
{
	static const char *const bad[] = { "", "+", "++", "example.com/foo",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		/* another name, another id, upper case, another length */
		"example.com/fox+530d903a+"
		"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+"
		"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530D903A+"
		"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903+"
		"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+"
		"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
		"example.com/foo+530d903a+"
		"BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		KEY "\n", KEY "=", KEY "AAAA" };
	struct note_key key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct diag d = { 0 };

		assert_int_equal(note_key_parse(bad[i], &key, &d), ST_INVALID);
		assert_string_not_equal(d.text, "");
	}
}

static void
names_have_no_spaces(void **state)
{
	char longest[NOTE_NAME + 1];

	(void)state;
	assert_int_equal(note_name_check("demo.example/log"), ST_OK);
	assert_int_equal(note_name_check("caf\xc3\xa9"), ST_OK);
	assert_int_equal(note_name_check(""), ST_INVALID);
	assert_int_equal(note_name_check("a+b"), ST_INVALID);
	assert_int_equal(note_name_check("a b"), ST_INVALID);
	assert_int_equal(note_name_check("a\nb"), ST_INVALID);
	assert_int_equal(note_name_check("a\x01"), ST_INVALID);
	/* no-break space, em space, ideographic space, next line */
	assert_int_equal(note_name_check("a\xc2\xa0"), ST_INVALID);
	assert_int_equal(note_name_check("a\xe2\x80\x83"), ST_INVALID);
	assert_int_equal(note_name_check("a\xe3\x80\x80"), ST_INVALID);
	assert_int_equal(note_name_check("a\xc2\x85"), ST_INVALID);
	assert_int_equal(note_name_check("a\xff"), ST_INVALID);
	memset(longest, 'a', sizeof(longest));
	longest[NOTE_NAME - 1] = '\0';
	assert_int_equal(note_name_check(longest), ST_OK);
	longest[NOTE_NAME - 1] = 'a';
	longest[NOTE_NAME] = '\0';
	assert_int_equal(note_name_check(longest), ST_INVALID);
}

static void
notes_that_are_none(void **state)
{
	static const char *const bad[] = { "", "\n", "\n\n", TEXT, TEXT "\n",
		LINE, "\n" LINE, TEXT LINE, TEXT "\n" LINE "\n",
		TEXT "\n" LINE "x\n", TEXT "\r\n\n" LINE, "\x01" TEXT "\n" LINE,
		"a\tb\n\n" LINE, "\xc0\xaf\n\n" LINE, "\xed\xa0\x80\n\n" LINE,
		"\xf4\x90\x80\x80\n\n" LINE, "\xe2\x82\n\n" LINE,
		TEXT "\n- example.com/foo AAAAAAA=\n",
		TEXT "\n\xe2\x80\x94 example.com/foo\n",
		TEXT "\n\xe2\x80\x94  AAAAAAA=\n",
		TEXT "\n\xe2\x80\x94 a+b AAAAAAA=\n",
		TEXT "\n\xe2\x80\x94 a AAAAAA==\n",
		TEXT "\n\xe2\x80\x94 a AAAAAAA\n",
		TEXT "\n\xe2\x80\x94 a AAAAAAB=\n",
		TEXT "\n\xe2\x80\x94 a  AAAAAAA=\n",
		TEXT "\n\xe2\x80\x94 a AAAAAAA= \n" };
	struct note note;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct diag d = { 0 };

		assert_int_equal(
		    note_open(bad[i], strlen(bad[i]), &note, &d), ST_INVALID);
		assert_string_not_equal(d.text, "");
	}
	assert_int_equal(
	    note_open(TEXT "\n" LINE, strlen(TEXT "\n" LINE) - 1, &note, NULL),
	    ST_INVALID);
	assert_int_equal(
	    note_open("a\0b\n\n" LINE, 5 + strlen(LINE), &note, NULL),
	    ST_INVALID);
	assert_int_equal(
	    open_text(TEXT "\n\xe2\x80\x94 a AAAAAAA=\n", &note), ST_OK);
}

/* The text may hold empty lines and signature lines of an inner note. */
static void
the_last_empty_line_separates(void **state)
{
	struct note note;

	(void)state;
	assert_int_equal(open_text(TEXT "\n" TEXT "\n" LINE, &note), ST_OK);
	assert_int_equal(note.text_n, 2 * strlen(TEXT) + 1);
	assert_int_equal(open_text(TEXT "\n" LINE "\n" LINE, &note), ST_OK);
	assert_int_equal(note.text_n, strlen(TEXT "\n" LINE));
	assert_int_equal(note.signature_count, 1);
}

static void
key_of(const uint8_t seed[32], const char *name, enum note_alg alg,
    struct note_key *key)
{
	uint8_t pub[32];

	ed25519_public(seed, pub);
	assert_int_equal(note_key_make(key, name, alg, pub), ST_OK);
}

static void
several_signers(void **state)
{
	struct note_key a, b, c;
	struct note note;
	struct buf text;

	(void)state;
	key_of(seed_a, "a.example", NOTE_ED25519, &a);
	key_of(seed_b, "b.example", NOTE_ED25519, &b);
	key_of(seed_b, "a.example", NOTE_ED25519, &c);
	buf_init(&text, 4096);
	buf_puts(&text, TEXT "\n");
	note_sign(TEXT, strlen(TEXT), "a.example", seed_a, &text);
	note_sign(TEXT, strlen(TEXT), "b.example", seed_b, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &a), ST_OK);
	assert_int_equal(note_verify(&note, &b), ST_OK);
	/* The same name with another key is another signer. */
	assert_int_equal(note_verify(&note, &c), ST_NOTFOUND);
	assert_false(note_key_equal(&a, &c));
	assert_true(note_key_equal(&a, &a));
	/* A wrong signature under a known key spoils the note. */
	note_sign("other\n", 6, "a.example", seed_a, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &a), ST_SIGNATURE);
	assert_int_equal(note_verify(&note, &b), ST_OK);
	buf_fini(&text);
}

static void
every_changed_byte_is_noticed(void **state)
{
	struct note_key key;
	struct note note;
	struct buf text;
	enum status st;
	size_t i;

	(void)state;
	key_of(seed_a, "a.example", NOTE_ED25519, &key);
	buf_init(&text, 4096);
	buf_puts(&text, TEXT "\n");
	note_sign(TEXT, strlen(TEXT), "a.example", seed_a, &text);
	for (i = 0; i < text.n; i++) {
		text.p[i] ^= 1;
		st = note_open(text.p, text.n, &note, NULL);
		if (st == ST_OK)
			st = note_verify(&note, &key);
		assert_int_not_equal(st, ST_OK);
		text.p[i] ^= 1;
	}
	for (i = 0; i < text.n; i++)
		assert_int_not_equal(note_open(text.p, i, &note, NULL), ST_OK);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &key), ST_OK);
	buf_fini(&text);
}

static void
a_cosignature_has_its_time(void **state)
{
	struct note_key key, plain;
	int64_t time_s = 0;
	struct note note;
	struct buf text;
	size_t i, from;

	(void)state;
	key_of(seed_a, "w.example", NOTE_COSIGN, &key);
	key_of(seed_a, "w.example", NOTE_ED25519, &plain);
	buf_init(&text, 4096);
	buf_puts(&text, TEXT "\n");
	from = text.n;
	note_cosign(TEXT, strlen(TEXT), "w.example", seed_a, 1679315147, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &key, &time_s), ST_OK);
	assert_int_equal(time_s, 1679315147);
	/* The two kinds never stand for each other. */
	assert_int_equal(note_verify(&note, &plain), ST_NOTFOUND);
	assert_int_equal(note_verify(&note, &key), ST_NOTFOUND);
	assert_int_equal(
	    note_verify_cosig(&note, &plain, &time_s), ST_NOTFOUND);
	for (i = from; i < text.n; i++) {
		text.p[i] ^= 1;
		time_s = 5;
		if (note_open(text.p, text.n, &note, NULL) == ST_OK)
			assert_int_not_equal(
			    note_verify_cosig(&note, &key, &time_s), ST_OK);
		assert_int_equal(time_s, 5);
		text.p[i] ^= 1;
	}
	note_cosign(TEXT, strlen(TEXT), "w.example", seed_a, 1679319999, &text);
	note_cosign(TEXT, strlen(TEXT), "w.example", seed_a, 1679310000, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &key, &time_s), ST_OK);
	assert_int_equal(time_s, 1679319999);
	buf_fini(&text);
}

/* A timestamp of 2^63 or more, however well signed, is none. */
static void
a_cosignature_s_time_is_not_negative(void **state)
{
	uint8_t sig[72] = { 0x80 };
	struct note_key key;
	struct note note;
	struct buf b;
	int64_t t;

	(void)state;
	key_of(seed_a, "w.example", NOTE_COSIGN, &key);
	buf_init(&b, 4096);
	buf_puts(&b, "cosignature/v1\ntime 9223372036854775808\n" TEXT);
	ed25519_sign(seed_a, b.p, b.n, sig + 8);
	buf_clear(&b);
	buf_puts(&b, TEXT "\n");
	note_signature_line(&b, "w.example", key.id, sig, sizeof(sig));
	assert_int_equal(note_open(b.p, b.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify_cosig(&note, &key, &t), ST_SIGNATURE);
	buf_fini(&b);
}

static void
signatures_are_capped(void **state)
{
	struct note_key key;
	struct note note;
	struct buf text;
	char name[32];
	size_t i;

	(void)state;
	key_of(seed_a, "last.example", NOTE_ED25519, &key);
	buf_init(&text, 65536);
	buf_puts(&text, TEXT "\n");
	for (i = 1; i < NOTE_SIGNATURES; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.example", i);
		note_sign(TEXT, strlen(TEXT), name, seed_b, &text);
	}
	note_sign(TEXT, strlen(TEXT), "last.example", seed_a, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note.signature_count, NOTE_SIGNATURES);
	assert_int_equal(note_verify(&note, &key), ST_OK);
	note_sign(TEXT, strlen(TEXT), "more.example", seed_a, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_INVALID);
	buf_fini(&text);
}

/* Long signatures of algorithms that we do not know are passed over. */
static void
unknown_algorithms_are_passed_over(void **state)
{
	static const uint8_t sig[NOTE_SIGNATURE_MAX], id[4] = { 1, 2, 3, 4 };
	struct note_key key;
	struct note note;
	struct buf text;

	(void)state;
	key_of(seed_a, "a.example", NOTE_ED25519, &key);
	buf_init(&text, 65536);
	buf_puts(&text, TEXT "\n");
	note_signature_line(&text, "a.example", id, sig, sizeof(sig));
	note_sign(TEXT, strlen(TEXT), "a.example", seed_a, &text);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note.signatures[0].n, sizeof(sig));
	assert_int_equal(note_verify(&note, &key), ST_OK);
	/* A short one under the key's own name and id is wrong, no more. */
	note_signature_line(&text, "a.example", key.id, sig, 10);
	assert_int_equal(note_open(text.p, text.n, &note, NULL), ST_OK);
	assert_int_equal(note_verify(&note, &key), ST_SIGNATURE);
	buf_fini(&text);
}

static void
a_document_is_one_line(void **state)
{
	struct note note;
	const char *json;
	size_t n;

	(void)state;
	assert_int_equal(open_text("{}\n\n" LINE, &note), ST_OK);
	assert_int_equal(note_document(&note, &json, &n, NULL), ST_OK);
	assert_int_equal(n, 2);
	assert_memory_equal(json, "{}", 2);
	assert_int_equal(open_text("{}\n{}\n\n" LINE, &note), ST_OK);
	assert_int_equal(note_document(&note, &json, &n, NULL), ST_INVALID);
	assert_int_equal(open_text("\n\n" LINE, &note), ST_OK);
	assert_int_equal(note_document(&note, &json, &n, NULL), ST_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_specification_s_example),
		cmocka_unit_test(keys_that_are_none),
		cmocka_unit_test(names_have_no_spaces),
		cmocka_unit_test(notes_that_are_none),
		cmocka_unit_test(the_last_empty_line_separates),
		cmocka_unit_test(several_signers),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(a_cosignature_has_its_time),
		cmocka_unit_test(a_cosignature_s_time_is_not_negative),
		cmocka_unit_test(signatures_are_capped),
		cmocka_unit_test(unknown_algorithms_are_passed_over),
		cmocka_unit_test(a_document_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
