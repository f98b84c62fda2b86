/*
 * vectors: test vectors that others made, in a folder beside the repository
 * that may be absent: a test of them then says that it was skipped.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The path of a file or folder below the vectors' root; skips if absent. */
const char *vectors_path(const char *name);

/*
 * The JSON in the file at path, numbers as reals since some are beyond 2^63;
 * the caller frees it.  Fails the test where it is not JSON.
 */
json_t *vectors_json(const char *path);

/* A member's hex (with or without 0x) as bytes; returns how many. */
size_t
vectors_hex(const json_t *object, const char *member, uint8_t *out, size_t max);

#endif /* !TESTS_VECTORS_H */
