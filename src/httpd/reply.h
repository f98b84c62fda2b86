/*
 * reply: answers to a call.
 *
 * A handler gives exactly one reply and returns what the function returned.
 * Every reply carries nosniff, no-referrer and same-origin headers; HTML the
 * server's Content-Security-Policy.  All but shared bodies are no-store
 * unless the handler set Cache-Control itself.
 */
#ifndef HTTPD_REPLY_H
#define HTTPD_REPLY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct call;
struct httpd_body;

/*
 * Add a header to the reply, before it is given; kept also where a problem
 * document is what is sent.  name and value are copied; a line break in them
 * is a bug of ours and aborts.  At most 12.
 */
void httpd_header(struct call *call, const char *name, const char *value);

/* A reply of n bytes, copied.  type NULL: none.  ST_OK or ST_NOMEM. */
enum status httpd_reply(struct call *call, unsigned code, const char *type,
    const void *p, size_t n) NODISCARD;

/* A reply without a body. */
enum status httpd_reply_empty(struct call *call, unsigned code) NODISCARD;

/* The bytes of b, which are taken: b is empty afterwards. */
enum status httpd_reply_buf(struct call *call, unsigned code, const char *type,
    struct buf *b) NODISCARD;

/*
 * v in its RFC 8785 form as application/json; v is taken, also on failure, and
 * NULL is ST_NOMEM, so that the argument may be a json_pack().
 */
enum status
httpd_reply_json(struct call *call, unsigned code, json_t *v) NODISCARD;

/*
 * The n bytes from offset of the open file fd, which is taken, also on
 * failure.  A Range of one span is answered with 206 where code is 200.  Not
 * for INLINE calls.  ST_OK or ST_NOMEM.
 */
enum status httpd_reply_file(struct call *call, unsigned code, const char *type,
    int fd, uint64_t offset, uint64_t n) NODISCARD;

/* Send the browser on to location (a path of this server) with 303. */
enum status
httpd_reply_redirect(struct call *call, const char *location) NODISCARD;

/*
 * 200 with the variant of b that Accept-Encoding allows, or 304 where
 * If-None-Match names it.  Nothing is copied or allocated; headers set by
 * httpd_header() are not sent.  Not for STREAM calls.  b may be freed as soon as this returns.
 */
enum status
httpd_reply_shared(struct call *call, struct httpd_body *b) NODISCARD;

/* The page that explains the problem name; ST_NOTFOUND for another name. */
enum status httpd_problem_page(struct call *call, const char *name) NODISCARD;

#endif /* !HTTPD_REPLY_H */
