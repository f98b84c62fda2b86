/*
 * body: a reply made once and given to many calls at the same time.
 *
 * Holds the bytes, their br and gzip forms, and the ready 200 and 304
 * replies.  Immutable and counted: whoever swaps one for another lets go of
 * the old one at once; replies under way keep what they need.
 */
#ifndef HTTPD_BODY_H
#define HTTPD_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct httpd_body;

struct httpd_body_spec {
	const char *type; /* "application/geo+json" */
	const void *p;    /* n bytes, copied */
	size_t n;
	/* SHA-256 of the bytes in hex, without quotes; NULL: no ETag. */
	const char *etag;
	const char *cache_control; /* NULL: "no-cache" */
	/*
	 * Make br and gzip forms, kept where they are smaller.  quality is
	 * brotli's, 0 to 11: 5 for what is made while others wait, 11 for
	 * files loaded at start.
	 */
	bool compress;
	int quality;
	bool public;     /* pages of any origin may read it */
	const char *csp; /* its Content-Security-Policy; NULL: none */
};

/* Returns ST_OK or ST_NOMEM. */
enum status httpd_body_new(
    const struct httpd_body_spec *spec, struct httpd_body **out) NODISCARD;

/* One more holder of b; returns b. */
struct httpd_body *httpd_body_hold(struct httpd_body *b);

/* Let go of *b and set it to NULL.  NULL is fine. */
void httpd_body_free(struct httpd_body **b);

/* The bytes as they were given. */
const void *httpd_body_bytes(const struct httpd_body *b, size_t *n);

#endif /* !HTTPD_BODY_H */
