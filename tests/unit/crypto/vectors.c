#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/enc.h"

const char *
vectors_path(const char *name)
{
	static char path[1024];
	const char *shared = getenv("PORCHLIGHT_SHARED");

	(void)snprintf(path, sizeof(path), "%s/vectors/%s",
	    shared != NULL ? shared : PORCHLIGHT_SOURCE "/../shared", name);
	if (access(path, R_OK) != 0) {
		print_message("skipped: there is no %s\n", path);
		skip();
	}
	return path;
}

json_t *
vectors_json(const char *path)
{
	json_error_t error;
	json_t *v = json_load_file(path, JSON_DECODE_INT_AS_REAL, &error);

	if (v == NULL)
		fail_msg("%s: %s", path, error.text);
	return v;
}

size_t
vectors_hex(const json_t *object, const char *member, uint8_t *out, size_t max)
{
	const char *hex = json_string_value(json_object_get(object, member));
	size_t n;

	assert_non_null(hex);
	if (strncmp(hex, "0x", 2) == 0)
		hex += 2;
	n = strlen(hex) / 2;
	assert_true(n <= max);
	assert_int_equal(enc_unhex(hex, out, n), ST_OK);
	return n;
}
