/*
 * random: bytes that nobody can guess, from the system.
 *
 * A system without randomness is one on which nothing of ours may run: these
 * functions end the process then, so that no caller has to think of it.
 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct id;

/* Fill n bytes at p. */
void random_bytes(void *p, size_t n);

/* A new id (base/id.h). */
void random_id(struct id *id);

/* A uniform number from 0 to n - 1; n is at least 1. */
uint64_t random_below(uint64_t n);

#endif /* !CRYPTO_RANDOM_H */
