/*
 * inner: what httpc's own files share.  Private to httpc.
 */
#ifndef HTTPC_INNER_H
#define HTTPC_INNER_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>

#include "httpc/httpc.h"

#define HTTPC_KEEP 32 /* idle handles, each with its connections */

struct httpc {
	pthread_mutex_t lock;
	CURL *idle[HTTPC_KEEP]; /* the one used last is taken first */
	size_t n;
};

/* One call under way. */
struct exchange {
	const struct httpc_call *call;
	struct httpc_reply *out;
	struct curl_slist *headers;
	uint64_t received;
	enum status failed; /* what a callback said, or ST_OK */
};

/* httpc.c: an idle handle, or a new one; and back. */
CURL *httpc_take(struct httpc *c);
void httpc_give(struct httpc *c, CURL *e);
/* Set e up for x; x->headers is freed by the caller.  ST_OK or ST_NOMEM. */
enum status httpc_set(CURL *e, struct exchange *x) NODISCARD;
/* The status of a call of e that ended with code. */
enum status
httpc_result(CURL *e, struct exchange *x, CURLcode code, struct diag *d);

/* reply.c: libcurl's callbacks, with a struct exchange. */
size_t httpc_on_header(char *p, size_t size, size_t n, void *arg);
size_t httpc_on_body(char *p, size_t size, size_t n, void *arg);
size_t httpc_on_read(char *p, size_t size, size_t n, void *arg);
/* An empty reply whose body holds at most limit bytes. */
void httpc_reply_init(struct httpc_reply *r, size_t limit);

#endif /* !HTTPC_INNER_H */
