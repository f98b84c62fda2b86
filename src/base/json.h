/*
 * json: reading and writing the JSON that parties exchange.
 *
 * Every document that crosses between parties equals its RFC 8785 (JCS) form,
 * so two readers cannot see different things: no duplicate members, one way
 * to write a number.  json_t is jansson's.  Reading is strict: UTF-8, no
 * U+0000, at most JSON_DEPTH levels.
 *
 * Members are declared in a table (struct json_field) and read by
 * json_fields(), which refuses what it does not know; nothing is parsed by
 * hand.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct buf;
struct diag;

#define JSON_DEPTH 24

/*
 * Parse n bytes at p into *out, which the caller frees with json_decref().
 * Returns ST_OK, ST_INVALID (described in d) or ST_NOMEM.
 */
enum status
json_read(const void *p, size_t n, json_t **out, struct diag *d) NODISCARD;

/* The same, and refuse bytes that are not their own RFC 8785 form. */
enum status json_read_canonical(
    const void *p, size_t n, json_t **out, struct diag *d) NODISCARD;

/*
 * Append the RFC 8785 form of v to b.  Returns ST_OK, ST_INVALID (a number
 * that is not finite) or what buf_status() says.
 */
enum status json_write(const json_t *v, struct buf *b) NODISCARD;

enum json_kind {
	JSON_FIELD_STR,  /* const char *; min and max are bytes */
	JSON_FIELD_INT,  /* int64_t; min and max are values */
	JSON_FIELD_BOOL, /* bool */
	JSON_FIELD_TIME, /* int64_t, UTC seconds, from RFC 3339 */
	JSON_FIELD_ID,   /* struct id: 32 lower-case hex digits */
	JSON_FIELD_HASH, /* uint8_t[32] from 64 lower-case hex digits */
	JSON_FIELD_B64,  /* struct json_bytes; min and max are bytes decoded */
	JSON_FIELD_OBJ,  /* json_t *, borrowed from the document */
	JSON_FIELD_ARR,  /* json_t *, borrowed; min and max are elements */
	JSON_FIELD_STRS, /* struct json_strs; max are elements of <= 255 bytes */
};

/* Bytes that a base64 member held, in the arena. */
struct json_bytes {
	const uint8_t *p;
	size_t n;
};

/* Strings that an array member held, in the arena. */
struct json_strs {
	const char **v;
	size_t n;
};

struct json_field {
	const char *name;
	enum json_kind kind;
	size_t offset; /* of the member in the struct that is filled */
	int64_t min, max;
	/*
	 * 0: the member must be there.  Otherwise it may be absent; the struct
	 * keeps what it held (so zero it first).
	 */
	int optional;
	const char *only; /* JSON_FIELD_STR: the one value it may have */
};

/*
 * Fill out from obj by the n fields of spec.  A member that is missing, of
 * another type, out of its limits or not in spec is ST_INVALID, named in d
 * behind prefix (NULL for none).  Strings are copied into a.
 * Returns ST_OK, ST_INVALID or ST_NOMEM.
 */
enum status
json_fields(const json_t *obj, const struct json_field *spec, size_t n,
    const char *prefix, void *out, struct arena *a, struct diag *d) NODISCARD;

/* A new JSON string of t_s as RFC 3339. */
json_t *json_time(int64_t t_s);

/* A new JSON string of n bytes as base64 or lower-case hex; NULL: no memory. */
json_t *json_base64(const void *p, size_t n);
json_t *json_hex(const void *p, size_t n);

#endif /* !BASE_JSON_H */
