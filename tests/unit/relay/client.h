/* client: calls to the relay of the scene, as people's programs make them. */
#ifndef TESTS_RELAY_CLIENT_H
#define TESTS_RELAY_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "fixture.h"
#include "scene.h"

#define TUS "Tus-Resumable: 1.0.0\r\n"
#define ONE "/v1/to/" SCENE_ONE
#define TWO "/v1/to/" SCENE_TWO
#define GONE "/v1/to/" SCENE_GONE

/* Send a call with these header lines and body; returns the answer's code. */
unsigned client_call(const char *method, const char *path, const char *headers,
    const void *body, size_t n, struct answer *a);

/* The same without a body, for the code alone. */
unsigned client_code(const char *method, const char *path, const char *headers);

/*
 * Create an upload of length with a pass at the path of a locker; with headers
 * that are nobody's business.
 */
unsigned client_create(
    const char *to, const char *authorization, size_t length, struct answer *a);

/* The same for 1,000 bytes; problem, unless NULL, must be in the answer. */
unsigned client_create_code(
    const char *to, const char *authorization, const char *problem);

/* A new upload of length at the first locker, which is empty; its path. */
void client_fresh(size_t length, char path[200]);

/* Send n bytes from the offset from. */
unsigned client_patch(
    const char *path, size_t from, const void *p, size_t n, struct answer *a);

/* n bytes that are to be freed. */
uint8_t *client_bytes(size_t n);

#endif /* !TESTS_RELAY_CLIENT_H */
