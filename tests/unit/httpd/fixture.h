/*
 * fixture: a plain client for tests of the server, which sends exactly the
 * bytes that it is given and shows exactly those that come back.
 */
#ifndef TEST_HTTPD_FIXTURE_H
#define TEST_HTTPD_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>

#include "base/buf.h"
#include "httpd/httpd.h"

struct answer {
	unsigned code;
	struct buf head; /* the status line and headers */
	struct buf body;
};

/* A connection to 127.0.0.1:port. */
int fixture_connect(uint16_t port);

void fixture_send(int fd, const void *p, size_t n);
void fixture_puts(int fd, const char *s);

/*
 * Read one reply; head: it has no body.  Code 0 where the connection ended
 * first.  A 100 is read over.
 */
void fixture_read(int fd, bool head, struct answer *a);

/* Whether the other side has closed, after at most ms of waiting. */
bool fixture_closed(int fd, int ms);

/* Connect, send s, read one reply, close. */
void fixture_call(uint16_t port, const char *s, struct answer *a);

/* The value of a header in a, "" if none; valid until the next call. */
const char *fixture_header(const struct answer *a, const char *name);

void fixture_free(struct answer *a);

#endif /* !TEST_HTTPD_FIXTURE_H */
