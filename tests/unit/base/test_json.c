/* json: strict reading, RFC 8785 writing, declared members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/json.h"
#include "base/pre.h"

/* RFC 8785, appendix B; below it, powers of two as ECMAScript writes them. */
static const struct {
	uint64_t bits;
	const char *text;
} numbers[] = {
	{ 0x0000000000000000, "0" },
	{ 0x8000000000000000, "0" },
	{ 0x0000000000000001, "5e-324" },
	{ 0x8000000000000001, "-5e-324" },
	{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
	{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
	{ 0x4340000000000000, "9007199254740992" },
	{ 0xc340000000000000, "-9007199254740992" },
	{ 0x4430000000000000, "295147905179352830000" },
	{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
	{ 0x44b52d02c7e14af6, "1e+23" },
	{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
	{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
	{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
	{ 0x444b1ae4d6e2ef50, "1e+21" },
	{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
	{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
	{ 0x41b3de4355555553, "333333333.3333332" },
	{ 0x41b3de4355555554, "333333333.33333325" },
	{ 0x41b3de4355555555, "333333333.3333333" },
	{ 0x41b3de4355555556, "333333333.3333334" },
	{ 0x41b3de4355555557, "333333333.33333343" },
	{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
	{ 0x43143ff3c1cb0959, "1424953923781206.2" },

	{ 0x3d30000000000000, "5.684341886080802e-14" },
	{ 0x0100000000000000, "7.291122019556398e-304" },
	{ 0x3fe0000000000000, "0.5" },
	{ 0x0010000000000000, "2.2250738585072014e-308" },
	{ 0x3ff199999999999a, "1.1" },
	{ 0xc0547ccccccccccd, "-81.95" },
};

static void
numbers_as_rfc_8785(void **state)
{
	struct buf b;
	json_t *v;
	double d;
	size_t i;

	(void)state;
	buf_init(&b, 64);
	for (i = 0; i < NELEMS(numbers); i++) {
		memcpy(&d, &numbers[i].bits, sizeof(d));
		v = json_real(d);
		buf_clear(&b);
		assert_int_equal(json_write(v, &b), ST_OK);
		assert_string_equal(buf_text(&b), numbers[i].text);
		json_decref(v);
	}
	buf_fini(&b);
}

static json_t *
parse(const char *text)
{
	json_t *v;

	assert_int_equal(json_read(text, strlen(text), &v, NULL), ST_OK);
	return v;
}

static void
assert_written(const char *text, const char *canonical)
{
	json_t *v = parse(text);
	struct buf b;

	buf_init(&b, 4096);
	assert_int_equal(json_write(v, &b), ST_OK);
	assert_string_equal(buf_text(&b), canonical);
	json_decref(v);
	/* What was written is its own canonical form. */
	assert_int_equal(json_read_canonical(b.p, b.n, &v, NULL), ST_OK);
	json_decref(v);
	buf_fini(&b);
}

/* RFC 8785, sections 3.2.2 and 3.2.3. */
static void
examples_of_rfc_8785(void **state)
{
	(void)state;
	assert_written(
	    "{\n  \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
	    "0.000000000000000000000000001],\n"
	    "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c"
	    "\\\\\\\"\\/\",\n  \"literals\": [null, true, false]\n}",
	    "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,"
	    "1e+30,4.5,0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B"
	    "\\\"\\\\\\\\\\\"/\"}");
	assert_written("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"CR\",\"\\ufb33\":"
		       "\"Dalet\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Face\","
		       "\"\\u0080\":\"Control\",\"\\u00f6\":\"o\"}",
	    "{\"\\r\":\"CR\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
	    "\"\xc3\xb6\":\"o\",\"\xe2\x82\xac\":\"Euro Sign\","
	    "\"\xf0\x9f\x98\x80\":\"Face\",\"\xef\xac\xb3\":\"Dalet\"}");
}

static void
keys_sort_by_utf16(void **state)
{
	(void)state;
	assert_written("{\"b\":1,\"a\":2,\"ab\":3,\"\":4,\"B\":5}",
	    "{\"\":4,\"B\":5,\"a\":2,\"ab\":3,\"b\":1}");
	/* Two emoji with the same first unit, then a longer one. */
	assert_written("{\"\\ud83d\\ude01\":1,\"\\ud83d\\ude00b\":2,"
		       "\"\\ud83d\\ude00\":3}",
	    "{\"\xf0\x9f\x98\x80\":3,\"\xf0\x9f\x98\x80\x62\":2,"
	    "\"\xf0\x9f\x98\x81\":1}");
}

static void
strings_escape_the_least(void **state)
{
	(void)state;
	assert_written("\"\\b\\t\\n\\f\\r\\u001F\\u007f\\/\"",
	    "\"\\b\\t\\n\\f\\r\\u001f\x7f/\"");
}

static void
whole_numbers_are_safe_ones(void **state)
{
	json_t *v;
	struct buf b;

	(void)state;
	assert_written("9007199254740991", "9007199254740991");
	assert_written("-9007199254740991", "-9007199254740991");
	buf_init(&b, 64);
	v = parse("9007199254740992");
	assert_int_equal(json_write(v, &b), ST_INVALID);
	json_decref(v);
	buf_fini(&b);
}

static void
other_bytes_than_canonical_are_refused(void **state)
{
	static const char *const wrong[] = { "{ }", "{\"b\":1,\"a\":2}", "1.0",
		"1e2", "-0", "\"\\u0041\"", "\"\\/\"", "[1, 2]", "[1]\n", " 1",
		"9007199254740992", "0.10" };
	json_t *v;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(wrong); i++) {
		if (json_read_canonical(wrong[i], strlen(wrong[i]), &v, NULL) !=
		    ST_INVALID)
			fail_msg("taken: %s", wrong[i]);
		assert_null(v);
	}
}

static void
reading_is_strict(void **state)
{
	static const char *const wrong[] = { "", "{", "{\"a\":1,\"a\":1}",
		"\"\\u0000\"", "{\"\\u0000\":1}", "\"\xff\"", "\"\xc0\x80\"",
		"\"\\ud800\"", "\"\xed\xa0\x80\"", "[1,]", "{'a':1}", "01",
		"NaN", "1e400", "nul", "[1] x", "\"\t\"", "// c\n1" };
	struct diag d;
	json_t *v;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(wrong); i++) {
		d = (struct diag){ 0 };
		if (json_read(wrong[i], strlen(wrong[i]), &v, &d) != ST_INVALID)
			fail_msg("taken: %s", wrong[i]);
		assert_null(v);
		assert_true(d.text[0] != '\0');
	}
	/* A NUL between is no end of the text. */
	assert_int_equal(json_read("1\0 2", 4, &v, NULL), ST_INVALID);
}

static void
nesting_has_a_limit(void **state)
{
	char text[2 * JSON_DEPTH + 3];
	json_t *v;

	(void)state;
	memset(text, '[', JSON_DEPTH);
	memset(text + JSON_DEPTH, ']', JSON_DEPTH);
	assert_int_equal(
	    json_read(text, (size_t)2 * JSON_DEPTH, &v, NULL), ST_OK);
	json_decref(v);
	memset(text, '[', JSON_DEPTH + 1);
	memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
	assert_int_equal(
	    json_read(text, (size_t)2 * JSON_DEPTH + 2, &v, NULL), ST_INVALID);
	/* Brackets within a string do not nest. */
	assert_int_equal(
	    json_read("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"", 36, &v, NULL),
	    ST_OK);
	json_decref(v);
}

struct filled {
	const char *name, *type;
	int64_t count, when;
	bool open;
	struct id id;
	uint8_t hash[32];
	struct json_bytes key;
	json_t *area, *ring;
	struct json_strs names;
};

#define AT(member) offsetof(struct filled, member)

static const struct json_field spec[] = {
	{ "type", JSON_FIELD_STR, AT(type), 0, 0, 0, "porchlight/x@v1" },
	{ "name", JSON_FIELD_STR, AT(name), 1, 5, 0, NULL },
	{ "count", JSON_FIELD_INT, AT(count), -2, 9, 0, NULL },
	{ "open", JSON_FIELD_BOOL, AT(open), 0, 0, 1, NULL },
	{ "when", JSON_FIELD_TIME, AT(when), 0, 0, 1, NULL },
	{ "id", JSON_FIELD_ID, AT(id), 0, 0, 1, NULL },
	{ "hash", JSON_FIELD_HASH, AT(hash), 0, 0, 1, NULL },
	{ "key", JSON_FIELD_B64, AT(key), 3, 4, 1, NULL },
	{ "area", JSON_FIELD_OBJ, AT(area), 0, 0, 1, NULL },
	{ "ring", JSON_FIELD_ARR, AT(ring), 1, 2, 1, NULL },
	{ "names", JSON_FIELD_STRS, AT(names), 0, 2, 1, NULL },
};

#define MUST "\"type\":\"porchlight/x@v1\",\"name\":\"abc\",\"count\":9"
#define ZEROS "0000000000000000"

static void
members_fill_a_struct(void **state)
{
	struct arena *a = arena_new(4096);
	struct filled got = { .when = 7 };
	json_t *v = parse(
	    "{" MUST ",\"open\":true,\"id\":\"" ZEROS "00000000000000ff\","
	    "\"hash\":\"" ZEROS ZEROS ZEROS "000000000000000a\","
	    "\"key\":\"AQIDBA==\",\"area\":{\"x\":1},"
	    "\"ring\":[1,2],\"names\":[\"p\",\"\"]}");

	(void)state;
	assert_int_equal(
	    json_fields(v, spec, NELEMS(spec), NULL, &got, a, NULL), ST_OK);
	assert_string_equal(got.name, "abc");
	assert_int_equal(got.count, 9);
	assert_true(got.open);
	assert_int_equal(got.when, 7);
	assert_int_equal(got.id.b[15], 0xff);
	assert_int_equal(got.hash[31], 0x0a);
	assert_int_equal(got.key.n, 4);
	assert_memory_equal(got.key.p, "\1\2\3\4", 4);
	assert_int_equal(json_object_size(got.area), 1);
	assert_int_equal(json_array_size(got.ring), 2);
	assert_int_equal(got.names.n, 2);
	assert_string_equal(got.names.v[0], "p");
	assert_string_equal(got.names.v[1], "");
	json_decref(v);
	arena_free(&a);
}

static const struct {
	const char *text, *field, *limit;
} wrong_members[] = {
	{ "[]", "p", "" },
	{ "{\"name\":\"abc\",\"count\":9}", "p.type", "" },
	{ "{\"type\":\"porchlight/x@v2\",\"name\":\"abc\",\"count\":9}",
	    "p.type", "porchlight/x@v1" },
	{ "{\"type\":\"porchlight/x@v1\",\"name\":\"\",\"count\":9}", "p.name",
	    "1 to 5 bytes" },
	{ "{\"type\":\"porchlight/x@v1\",\"name\":\"abcdef\",\"count\":9}",
	    "p.name", "1 to 5 bytes" },
	{ "{\"type\":\"porchlight/x@v1\",\"name\":\"abc\",\"count\":10}",
	    "p.count", "-2 to 9" },
	{ "{\"type\":\"porchlight/x@v1\",\"name\":\"abc\",\"count\":1.5}",
	    "p.count", "" },
	{ "{\"type\":\"porchlight/x@v1\",\"name\":5,\"count\":9}", "p.name",
	    "" },
	{ "{" MUST ",\"new\":1}", "new", "" },
	{ "{" MUST ",\"open\":1}", "p.open", "" },
	{ "{" MUST ",\"when\":\"2026-02-30T00:00:00Z\"}", "p.when", "" },
	{ "{" MUST ",\"id\":\"00\"}", "p.id", "" },
	{ "{" MUST ",\"hash\":\"" ZEROS "\"}", "p.hash", "" },
	{ "{" MUST ",\"key\":\"AQI=\"}", "p.key", "3 to 4 bytes" },
	{ "{" MUST ",\"key\":\"AQIDBAU=\"}", "p.key", "3 to 4 bytes" },
	{ "{" MUST ",\"key\":\"AQIDBAUGBwg=\"}", "p.key", "3 to 4 bytes" },
	{ "{" MUST ",\"key\":\"AQIDBB==\"}", "p.key", "" },
	{ "{" MUST ",\"area\":[]}", "p.area", "" },
	{ "{" MUST ",\"ring\":[]}", "p.ring", "1 to 2 elements" },
	{ "{" MUST ",\"ring\":[1,2,3]}", "p.ring", "1 to 2 elements" },
	{ "{" MUST ",\"names\":[1]}", "p.names", "" },
	{ "{" MUST ",\"names\":null}", "p.names", "" },
};

static void
wrong_members_are_named(void **state)
{
	struct arena *a = arena_new(65536);
	struct filled got;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(wrong_members); i++) {
		json_t *v = parse(wrong_members[i].text);

		d = (struct diag){ 0 };
		assert_int_equal(
		    json_fields(v, spec, NELEMS(spec), "p", &got, a, &d),
		    ST_INVALID);
		assert_string_equal(d.field, wrong_members[i].field);
		assert_string_equal(d.limit, wrong_members[i].limit);
		json_decref(v);
	}
	arena_free(&a);
}

/* Base64 of exactly max bytes fits, whatever its padding. */
static void
base64_up_to_its_limit(void **state)
{
	uint8_t bytes[40] = { 0 };
	int64_t max;

	(void)state;
	for (max = 1; max <= 40; max++) {
		const struct json_field f = { "k", JSON_FIELD_B64, 0, 1, max, 0,
			NULL };
		struct arena *a = arena_new(4096);
		struct json_bytes got;
		json_t *v = json_object();

		assert_int_equal(json_object_set_new(
				     v, "k", json_base64(bytes, (size_t)max)),
		    0);
		assert_int_equal(
		    json_fields(v, &f, 1, NULL, &got, a, NULL), ST_OK);
		assert_int_equal(got.n, max);
		if (max < 40) {
			assert_int_equal(
			    json_object_set_new(
				v, "k", json_base64(bytes, (size_t)max + 1)),
			    0);
			assert_int_equal(
			    json_fields(v, &f, 1, NULL, &got, a, NULL),
			    ST_INVALID);
		}
		json_decref(v);
		arena_free(&a);
	}
}

static void
makers(void **state)
{
	json_t *v = json_time(1796078992);

	(void)state;
	assert_string_equal(json_string_value(v), "2026-11-30T22:49:52Z");
	json_decref(v);
	v = json_hex("\1\xff", 2);
	assert_string_equal(json_string_value(v), "01ff");
	json_decref(v);
	v = json_base64("fo", 2);
	assert_string_equal(json_string_value(v), "Zm8=");
	json_decref(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_as_rfc_8785),
		cmocka_unit_test(examples_of_rfc_8785),
		cmocka_unit_test(keys_sort_by_utf16),
		cmocka_unit_test(strings_escape_the_least),
		cmocka_unit_test(whole_numbers_are_safe_ones),
		cmocka_unit_test(other_bytes_than_canonical_are_refused),
		cmocka_unit_test(reading_is_strict),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(members_fill_a_struct),
		cmocka_unit_test(wrong_members_are_named),
		cmocka_unit_test(base64_up_to_its_limit),
		cmocka_unit_test(makers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
