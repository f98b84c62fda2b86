/*
 * inner: what httpd's own files share.  Private to httpd.
 *
 * An exchange is a struct call.  That of an INLINE or WORKER route lies in its
 * connection; that of a STREAM is allocated, since its thread may outlive the
 * connection.  A connection is suspended whenever another thread has its call,
 * except while a stream's body comes in (stream.c).
 */
#ifndef HTTPD_INNER_H
#define HTTPD_INNER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "httpd/body.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"
#include "httpd/router.h"

#define HTTPD_DRAIN (2 * 1024 * 1024)       /* bytes read and dropped */
#define HTTPD_SPOOL (64 * 1024 * 1024)      /* of bodies, all calls */
#define HTTPD_ARENA ((size_t)(1024 * 1024)) /* of a call */
#define HTTPD_REPLY_S 60                    /* to take a small reply */
#define HTTPD_RATE (32 * 1024)              /* bytes/s a reader must take */
#define HTTPD_HEADERS 12

struct header {
	struct header *next;
	const char *name, *value;
};

struct stream;

struct call {
	struct httpd *h;
	struct conn *conn;
	struct MHD_Connection *mhd;
	const struct router_leaf *leaf;   /* NULL: unknown path */
	const struct router_route *route; /* NULL: unknown path or method */
	const char *method;
	enum router_method m;
	enum status early; /* refused before the handler, or ST_OK */
	bool ran;          /* the handler was called: reply */
	bool sent;         /* given to libmicrohttpd */
	bool expect;       /* the client waits for 100 Continue */
	int64_t length;    /* Content-Length, -1: in chunks */
	size_t spooled;    /* what of h->spooled is for its body */
	uint64_t drained;
	struct buf body;
	json_t *json;
	struct arena *arena;
	struct diag *diag;
	struct header *headers;
	unsigned n_headers;
	unsigned code; /* of the reply, 0: none yet */
	struct MHD_Response *response;
	bool borrowed; /* response belongs to held */
	struct httpd_body *held;
	uint64_t reply_bytes;
	void *state;
	struct stream *stream;
	struct call *next; /* in the workers' queue */
	const char *params[ROUTER_PARAMS];
	char text[80]; /* the parameters, where they fit */
};

struct conn {
	struct conn *next, *prev;
	int fd;
	atomic_uint deadline;   /* tick at which it is cut; 0: none */
	atomic_bool busy;       /* a call is under way */
	struct call *streaming; /* guarded by h->lock */
	struct call call;
};

struct httpd {
	struct httpd_config config;
	struct router *router;
	void *env;
	uint16_t port;
	struct MHD_Daemon *daemon;
	/* Seconds since the start, so that calls need not ask a clock. */
	atomic_uint tick;
	atomic_bool stopping;
	atomic_size_t spooled;
	pthread_mutex_t lock;
	pthread_cond_t work, idle, wake;
	/* Guarded by lock. */
	struct conn *conns;
	struct call *first, **last; /* waiting for a worker */
	unsigned under_way;         /* calls with workers, waiting or running */
	unsigned streams;
	bool quit; /* workers and the sweeper end */
	pthread_t *workers, sweeper;
	unsigned n_workers;
	bool sweeping;
};

/* exchange.c: libmicrohttpd's callbacks. */
enum MHD_Result httpd_on_call(void *cls, struct MHD_Connection *mhd,
    const char *url, const char *method, const char *version, const char *data,
    size_t *n, void **ctx);
void httpd_on_end(void *cls, struct MHD_Connection *mhd, void **ctx,
    enum MHD_RequestTerminationCode code);
void httpd_on_connection(void *cls, struct MHD_Connection *mhd, void **ctx,
    enum MHD_ConnectionNotificationCode code);
/* Free what call holds; it may be used for the next one. */
void httpd_call_fini(struct call *call);
/* Queue the reply that call has; MHD_NO closes the connection. */
enum MHD_Result httpd_send(struct call *call);
/* Whether to answer before the body rather than to read and drop it. */
bool httpd_refuse_now(const struct call *call);

/* work.c: the worker threads. */
enum status httpd_work_start(struct httpd *h);
void httpd_work_stop(struct httpd *h);
/* Suspend call and hand it to a worker. */
void httpd_work_put(struct call *call);

/* stream.c: start the thread of call, with its connection suspended. */
enum status httpd_stream_start(struct call *call);
bool httpd_stream_opened(const struct call *call);
enum MHD_Result
httpd_stream_take(struct call *call, const char *data, size_t *n);
enum MHD_Result httpd_stream_proceed(struct call *call);
/* The connection's side lets go of call. */
void httpd_stream_leave(struct call *call);
/* Make a waiting handler see that the server stops. */
void httpd_stream_cut(struct call *call);

/* sweep.c: the tick, and the end of slow connections. */
enum status httpd_sweep_start(struct httpd *h);
void httpd_sweep_stop(struct httpd *h);

/* reply.c: after the handler returned st, make sure that call has a reply. */
void httpd_finish(struct call *call, enum status st);
/* The reply to OPTIONS where no route names it. */
enum status httpd_reply_options(struct call *call);

/* body.c: choose the reply for call; its code and bytes. */
struct MHD_Response *httpd_body_choose(const struct httpd_body *b,
    struct MHD_Connection *mhd, unsigned *code, uint64_t *n);

/* Cut the connection of call s seconds from now; 0: never. */
static inline void
httpd_deadline(struct httpd *h, struct conn *conn, unsigned s)
{
	unsigned tick;

	tick = s == 0
	    ? 0
	    : s + 1 + atomic_load_explicit(&h->tick, memory_order_relaxed);
	atomic_store_explicit(&conn->deadline, tick, memory_order_relaxed);
}

#endif /* !HTTPD_INNER_H */
