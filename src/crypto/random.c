#include "crypto/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/id.h"
#include "base/pre.h"

void
random_bytes(void *p, size_t n)
{
	uint8_t *to = p;
	ssize_t got;

	while (n > 0) {
		got = getrandom(to, n < 256 ? n : 256, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			perror("porchlight: no randomness from the system");
			abort();
		}
		to += got;
		n -= (size_t)got;
	}
}

void
random_id(struct id *id)
{
	random_bytes(id->b, sizeof(id->b));
}

uint64_t
random_below(uint64_t n)
{
	uint64_t v, rest;

	PRE(n > 0);
	/* Numbers above the last multiple of n would favour small results. */
	rest = (UINT64_MAX % n + 1) % n;
	do
		random_bytes(&v, sizeof(v));
	while (v > UINT64_MAX - rest);
	return v % n;
}
