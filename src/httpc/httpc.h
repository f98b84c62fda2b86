/*
 * httpc: the HTTP client of every role.
 *
 * One handle serves several threads; connections are kept and used again.
 * http and https alone; no redirect is followed, no cookie kept, no proxy
 * taken from the environment, no User-Agent sent.  A server that cannot be
 * reached, breaks off, or is too slow is ST_PEER, and the diag names its host
 * and what failed.  Any answer, also 4xx and 5xx, is ST_OK: look at the code.
 */
#ifndef HTTPC_HTTPC_H
#define HTTPC_HTTPC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

struct diag;
struct httpc;

struct httpc_reply {
	unsigned code;
	struct buf body;
	/* Headers; "" or -1 where the server sent none. */
	char content_type[128];
	char location[1024];
	char etag[128];
	char upload_expires[64];
	int64_t retry_after_s;
	int64_t upload_offset;
	int64_t upload_length;
	int64_t content_length; /* of a HEAD: what GET would send */
};

/* Free what r holds; fine on a zeroed one, and after any failure. */
void httpc_reply_fini(struct httpc_reply *r);

/* Returns ST_OK or ST_NOMEM. */
enum status httpc_new(struct httpc **out) NODISCARD;

/* No call may be under way.  Sets *c to NULL. */
void httpc_free(struct httpc **c);

/*
 * Fill p with at most max bytes of the body, *n of them; *n = 0 ends it.  May
 * block.  Another status than ST_OK breaks the call off and is returned.
 */
typedef enum status httpc_read(void *arg, void *p, size_t max, size_t *n);

/* Take n bytes of a 2xx reply's body as they come; likewise. */
typedef enum status httpc_write(void *arg, const void *p, size_t n);

struct httpc_call {
	const char *method, *url;
	/* "Name: value" lines, NULL after the last; NULL for none. */
	const char *const *headers;
	const char *content_type; /* NULL: none */
	/* A body in memory, or one that read() gives; neither: none. */
	const void *body;
	size_t n;
	httpc_read *read;
	void *read_arg;
	int64_t length;     /* of read()'s body; -1: in chunks */
	httpc_write *write; /* NULL: into the reply's body, as all but 2xx */
	void *write_arg;
	uint64_t limit;    /* bytes of the reply's body; beyond it ST_PEER */
	unsigned total_ms; /* for all of it; 0: 30 s, or none with read/write,
			      where 60 s without progress end it */
};

/*
 * Make one call.  *out is initialised in every case and is the caller's to
 * fini.  Returns ST_OK, ST_PEER, ST_INVALID (a URL that is not http or
 * https), ST_NOMEM, or what read() or write() returned.
 */
enum status httpc_call(struct httpc *c, const struct httpc_call *call,
    struct httpc_reply *out, struct diag *d) NODISCARD;

enum status
httpc_get(struct httpc *c, const char *url, const char *const *headers,
    size_t limit, struct httpc_reply *out, struct diag *d) NODISCARD;

enum status
httpc_post(struct httpc *c, const char *url, const char *content_type,
    const void *body, size_t n, const char *const *headers, size_t limit,
    struct httpc_reply *out, struct diag *d) NODISCARD;

/* Send length bytes (-1: in chunks) that read() gives. */
enum status httpc_upload(struct httpc *c, const char *method, const char *url,
    const char *const *headers, httpc_read *read, void *arg, int64_t length,
    size_t limit, struct httpc_reply *out, struct diag *d) NODISCARD;

/*
 * One of several calls of httpc_parallel() ended: number i, with st and, on
 * ST_OK, its reply, borrowed.  Returns 1 where it counts towards k.
 */
typedef int httpc_done(void *arg, size_t i, enum status st,
    const struct httpc_reply *r, const struct diag *d);

/*
 * POST the same n bytes to every one of n_urls URLs at once.  done() is called
 * for each that ends, one after the other, on this thread.  Returns as soon
 * as k of them counted (calls still under way are broken off, without a
 * done()), when all have ended, or after total_ms.
 * The connections are not kept.  Returns ST_OK if k counted, ST_PEER otherwise,
 * or ST_NOMEM.
 */
enum status httpc_parallel(struct httpc *c, const char *const *urls,
    size_t n_urls, const char *content_type, const void *body, size_t n,
    size_t limit, size_t k, unsigned total_ms, httpc_done *done, void *arg,
    struct diag *d) NODISCARD;

#endif /* !HTTPC_HTTPC_H */
