/*
 * httpd: the HTTP/1.1 server of every role: routes, threads, limits.
 *
 * A route says what it is before any byte of a body is read: method, path,
 * kind, body, limit.  Three kinds, by where the handler runs:
 *
 *   HTTPD_INLINE  on an event thread.  Memory only; never blocks, never waits
 *                 for a lock that is held over I/O.  No body.
 *   HTTPD_WORKER  on a worker thread, exactly once, when the whole body is in
 *                 memory (limit at most HTTPD_WORKER_LIMIT).  May block.
 *   HTTPD_STREAM  on a thread of its own, exactly once, as soon as the header
 *                 is there; takes the body piece by piece with call_read() or
 *                 call_next(), or by the callbacks of struct httpd_stream.
 *                 At most HTTPD_STREAM_BUFFER bytes wait in memory; the
 *                 client is held back beyond that.
 *
 * A handler answers with one httpd_reply*() (reply.h) and returns ST_OK, or
 * returns another status: the dispatcher alone then writes a problem document
 * from the status and call_diag() (call.h).
 *
 * HEAD is answered wherever GET is, unless a route names HEAD itself.  OPTIONS
 * is answered with Allow (and, on public routes, for CORS), unless a route
 * names it.  An unknown path is 404, a known one with another method 405.
 *
 * It knows no accounts, sessions or roles, and logs no address, path, query,
 * header or body: a log line names the route's pattern.
 */
#ifndef HTTPD_HTTPD_H
#define HTTPD_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct call;
struct diag;
struct httpd;

#define HTTPD_WORKER_LIMIT (1024 * 1024) /* bytes */
#define HTTPD_STREAM_BUFFER (256 * 1024) /* bytes a call */

enum httpd_kind { HTTPD_INLINE, HTTPD_WORKER, HTTPD_STREAM };

/*
 * HTTPD_NONE: a body is refused.  HTTPD_JSON: application/json, read strictly,
 * given by call_json(); 415 or 400 otherwise.  HTTPD_BYTES: any bytes, of the
 * route's media type where it names one.
 */
enum httpd_input { HTTPD_NONE, HTTPD_JSON, HTTPD_BYTES };

typedef enum status httpd_handler(struct call *call);

/*
 * A stream by callbacks, all on the call's own thread.  begin() sees the
 * header alone, may refuse, and leaves the body unread; chunk() takes each
 * piece.  After a begin() that returned ST_OK exactly one of end() and abort()
 * is called: end() when the body is complete, and it replies; abort() when the
 * client left, chunk() failed, or the server stops.  What begin() made is
 * released there.  begin() and abort() may be NULL.
 */
struct httpd_stream {
	enum status (*begin)(struct call *call);
	enum status (*chunk)(struct call *call, const void *p, size_t n);
	enum status (*end)(struct call *call);
	void (*abort)(struct call *call);
};

struct httpd_route {
	const char *method; /* "GET", "HEAD", "POST", "PUT", "PATCH", ... */
	/*
	 * "/v1/feed/{z}/{x}/{y}": a segment in braces is a parameter of at
	 * least one byte; a last segment "{name*}" takes the rest, slashes
	 * and all, or nothing.  Fixed text wins over a parameter, and a
	 * parameter over the rest.
	 */
	const char *path;
	enum httpd_kind kind;
	enum httpd_input body;
	uint64_t limit;   /* bytes of the body; WORKER: <= HTTPD_WORKER_LIMIT */
	const char *type; /* HTTPD_BYTES: the media type it takes; NULL: any */
	httpd_handler *handler;
	const struct httpd_stream *stream; /* STREAM: instead of handler */
	/*
	 * INLINE: where handler returns ST_RETRY, having replied nothing, this
	 * is called on a worker instead.  May be NULL.
	 */
	httpd_handler *slow;
	/*
	 * May be NULL.  Called on an event thread before the body is read, so
	 * that a pass, a header or a rate can be refused early; memory only.
	 * It gives no reply; headers that it sets are on every reply.
	 */
	httpd_handler *admit;
	/*
	 * Pages of any origin may call it without credentials: the CORS
	 * headers are added, and OPTIONS answered for a browser.
	 */
	bool public;
};

struct httpd_config {
	const char *address; /* NULL: 127.0.0.1; a numeric IPv4 or IPv6 one */
	uint16_t port;       /* 0: a free one, see httpd_port() */
	/* Any of these 0: the default. */
	unsigned event_threads; /* 2 */
	unsigned workers;       /* 16 */
	unsigned streams;       /* 64 at once; beyond it 503 */
	unsigned connections;   /* 4096 */
	/*
	 * Bytes for each connection, 8 KiB.  Its header must fit.  A server
	 * whose streams should run at a disk's speed takes 128 KiB.
	 */
	unsigned connection_memory;
	unsigned idle_s; /* 30: a connection without a call */
	unsigned body_s; /* 30: a WORKER body, or 30 KiB of a stream's */
	/* Content-Security-Policy of every HTML reply; NULL: a strict one. */
	const char *csp;
	/*
	 * No line in the log for a call, whatever it comes to: a relay keeps
	 * no trace of when it was used, and for whom.
	 */
	bool silent;
	/*
	 * The last X-Forwarded-For names the client for httpd_limit(): set
	 * only behind a reverse proxy that writes it.
	 */
	bool forwarded;
};

/*
 * Listen and serve the n routes, which are borrowed until httpd_stop().  env
 * is what call_env() gives.  Returns ST_OK; ST_CONFLICT where the port is in
 * use, ST_INVALID for an address that cannot be, ST_NOMEM or ST_FAIL, all
 * described in d.  Two equal routes are a bug of ours and abort.
 */
enum status
httpd_start(const struct httpd_config *config, const struct httpd_route *routes,
    size_t n, void *env, struct httpd **out, struct diag *d) NODISCARD;

/* The port that it listens at. */
uint16_t httpd_port(const struct httpd *h);

/*
 * Take no new calls, let those in hand end (streams are cut after two
 * seconds), join all threads, free *h and set it to NULL.  NULL is fine.
 */
void httpd_stop(struct httpd **h);

#endif /* !HTTPD_HTTPD_H */
