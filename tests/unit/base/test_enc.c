/* enc: hex and base64; readers take the canonical form alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/enc.h"
#include "base/id.h"
#include "base/pre.h"

static void
hex_and_back(void **state)
{
	const uint8_t bytes[] = { 0x00, 0x01, 0x9a, 0xbf, 0xff };
	uint8_t back[sizeof(bytes)];
	char text[ENC_HEX(sizeof(bytes))];

	(void)state;
	enc_hex(bytes, sizeof(bytes), text);
	assert_string_equal(text, "00019abfff");
	assert_int_equal(enc_unhex(text, back, sizeof(back)), ST_OK);
	assert_memory_equal(back, bytes, sizeof(bytes));
	enc_hex(bytes, 0, text);
	assert_string_equal(text, "");
}

static void
hex_of_another_form_is_refused(void **state)
{
	uint8_t out[2];

	(void)state;
	assert_int_equal(enc_unhex("00ff", out, 2), ST_OK);
	assert_int_equal(enc_unhex("00FF", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("00f", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("00ff0", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("00ff00", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("00fg", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("0x0f", out, 2), ST_INVALID);
	assert_int_equal(enc_unhex("00 f", out, 2), ST_INVALID);
}

/* RFC 4648, section 10. */
static const struct {
	const char *plain, *base64;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void
base64_vectors(void **state)
{
	char text[ENC_BASE64(6)];
	uint8_t back[6];
	size_t i, n;

	(void)state;
	for (i = 0; i < NELEMS(vectors); i++) {
		const char *plain = vectors[i].plain;
		const char *base64 = vectors[i].base64;

		enc_base64(plain, strlen(plain), text);
		assert_string_equal(text, base64);
		assert_int_equal(enc_unbase64(base64, strlen(base64), back,
				     strlen(plain), &n),
		    ST_OK);
		assert_int_equal(n, strlen(plain));
		assert_memory_equal(back, plain, n);
	}
}

static void
base64_all_values(void **state)
{
	uint8_t all[256], back[256];
	char text[ENC_BASE64(256)];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	enc_base64(all, sizeof(all), text);
	assert_int_equal(strlen(text), ENC_BASE64(256) - 1);
	assert_int_equal(
	    enc_unbase64(text, strlen(text), back, sizeof(back), &n), ST_OK);
	assert_int_equal(n, sizeof(all));
	assert_memory_equal(back, all, n);
}

static void
base64_of_another_form_is_refused(void **state)
{
	static const char *const wrong[] = {
		"Z",
		"Zg",
		"Zg=",
		"Zg===",
		"Zh==",
		"Zm9=",
		"Zm8",
		"=",
		"==",
		"====",
		"Z===",
		"Zg==Zg==",
		"Zm9v\n",
		"Zm 9v",
		"Zm9_",
		"Zm9-",
		"Zm9v=",
		"Zm9v====",
		"Z=g=",
	};
	uint8_t out[64];
	size_t i, n;

	(void)state;
	for (i = 0; i < NELEMS(wrong); i++)
		if (enc_unbase64(wrong[i], strlen(wrong[i]), out, sizeof(out),
			&n) != ST_INVALID)
			fail_msg("taken: \"%s\"", wrong[i]);
	/* A NUL within is no character either. */
	assert_int_equal(
	    enc_unbase64("Zm\0v", 4, out, sizeof(out), &n), ST_INVALID);
}

static void
base64_stays_within_its_room(void **state)
{
	uint8_t out[4] = { 0xaa, 0xaa, 0xaa, 0xaa };
	size_t n;

	(void)state;
	assert_int_equal(enc_unbase64("Zm9v", 4, out, 2, &n), ST_INVALID);
	assert_int_equal(out[2], 0xaa);
	assert_int_equal(enc_unbase64("Zm9v", 4, out, 3, &n), ST_OK);
	assert_int_equal(out[3], 0xaa);
}

static void
base64url_with_and_without_padding(void **state)
{
	const uint8_t bytes[] = { 0xfb, 0xff };
	uint8_t out[2];
	size_t n;

	(void)state;
	assert_int_equal(enc_unbase64url("-_8=", 4, out, 2, &n), ST_OK);
	assert_int_equal(n, 2);
	assert_memory_equal(out, bytes, 2);
	assert_int_equal(enc_unbase64url("-_8", 3, out, 2, &n), ST_OK);
	assert_memory_equal(out, bytes, 2);
	assert_int_equal(enc_unbase64url("+/8=", 4, out, 2, &n), ST_INVALID);
	assert_int_equal(enc_unbase64url("-_9", 3, out, 2, &n), ST_INVALID);
	assert_int_equal(enc_unbase64url("-_8==", 5, out, 2, &n), ST_INVALID);
}

static void
ids(void **state)
{
	const char *text = "00112233445566778899aabbccddeeff";
	struct id id, other = { { 0 } };
	char back[ID_TEXT];

	(void)state;
	assert_int_equal(id_parse(text, &id), ST_OK);
	assert_int_equal(id.b[1], 0x11);
	id_text(&id, back);
	assert_string_equal(back, text);
	assert_false(id_equal(&id, &other));
	other = id;
	assert_true(id_equal(&id, &other));
	other.b[ID_BYTES - 1] ^= 1;
	assert_false(id_equal(&id, &other));
	assert_int_equal(
	    id_parse("00112233445566778899AABBCCDDEEFF", &id), ST_INVALID);
	assert_int_equal(id_parse("0011", &id), ST_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_and_back),
		cmocka_unit_test(hex_of_another_form_is_refused),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_all_values),
		cmocka_unit_test(base64_of_another_form_is_refused),
		cmocka_unit_test(base64_stays_within_its_room),
		cmocka_unit_test(base64url_with_and_without_padding),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
