/*
 * call: one HTTP exchange, as its handler sees it.
 *
 * Everything that is returned lives as long as the call.  A call belongs to
 * one thread at a time; a STREAM handler reads parameters, query and headers
 * before its first piece of body (in begin()), not after.
 */
#ifndef HTTPD_CALL_H
#define HTTPD_CALL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct call;
struct diag;

/* What httpd_start() was given. */
void *call_env(const struct call *call);

/* The call's arena, 1 MiB; made on first use; NULL if out of memory. */
struct arena *call_arena(struct call *call);

/* Where the handler describes a failure; NULL (fine for diag) if no memory. */
struct diag *call_diag(struct call *call);

/* "GET", "HEAD", ...: as the client sent it. */
const char *call_method(const struct call *call);

/* The path parameter name, decoded; a name not in the pattern aborts. */
const char *call_param(const struct call *call, const char *name);

/* The query parameter name, decoded, or NULL; "" where it has no value. */
const char *call_query(const struct call *call, const char *name);

/* The request header name (any case), or NULL.  The first, if several. */
const char *call_header(const struct call *call, const char *name);

/* The cookie name, or NULL. */
const char *call_cookie(const struct call *call, const char *name);

/* The spooled body of a WORKER call; *n is 0 where there is none. */
const void *call_body(const struct call *call, size_t *n);

/* The parsed body of an HTTPD_JSON route, borrowed. */
const json_t *call_json(const struct call *call);

/* The body's Content-Length, or -1 where it comes in chunks. */
int64_t call_length(const struct call *call);

/*
 * STREAM: wait for the next piece of the body.  *p is valid until the next
 * call_next() or call_read(); *n is 0 at the end of the body.
 * Returns ST_OK; ST_GONE if the client left or the server stops; or
 * ST_TOO_LARGE if the body is larger than the route's limit.
 */
enum status call_next(struct call *call, const void **p, size_t *n) NODISCARD;

/* The same into memory of the caller, at most max bytes. */
enum status
call_read(struct call *call, void *p, size_t max, size_t *n) NODISCARD;

/* A pointer of the handler's own, NULL at first. */
void call_set_state(struct call *call, void *state);
void *call_state(const struct call *call);

#endif /* !HTTPD_CALL_H */
