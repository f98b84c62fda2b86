#include "httpd/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "httpd/inner.h"

#define BACKLOG 1024
#define STOP_MS 2000 /* for replies and streams that are under way */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static enum status
read_address(const struct httpd_config *c, union address *a, socklen_t *n,
    struct diag *d)
{
	const char *text = c->address != NULL ? c->address : "127.0.0.1";

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(c->port);
		*n = sizeof(a->v4);
		return ST_OK;
	}
	if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(c->port);
		*n = sizeof(a->v6);
		return ST_OK;
	}
	return diag_set(d, ST_INVALID, "address", "a numeric address",
	    "\"%s\" is not an address to listen at, such as 127.0.0.1 or ::1.",
	    text);
}

static enum status
refused(const struct httpd_config *c, int err, struct diag *d)
{
	const char *text = c->address != NULL ? c->address : "127.0.0.1";

	if (err == EADDRINUSE)
		return diag_set(d, ST_CONFLICT, "port", "",
		    "Port %u is in use by another program; stop that one or "
		    "choose another port.",
		    (unsigned)c->port);
	if (err == EACCES)
		return diag_set(d, ST_INVALID, "port", "",
		    "Port %u may be used by the superuser only; choose one "
		    "from 1024 on.",
		    (unsigned)c->port);
	if (err == EADDRNOTAVAIL)
		return diag_set(d, ST_INVALID, "address", "",
		    "This machine has no address %s to listen at.", text);
	return diag_set(d, ST_FAIL, "", "", "Cannot listen at %s port %u: %s.",
	    text, (unsigned)c->port, strerror(err));
}

/* A listening socket of our own, so that errors can be told apart. */
static enum status
listen_at(const struct httpd_config *c, int *fd, uint16_t *port, struct diag *d)
{
	union address a;
	enum status st;
	socklen_t n;
	int one = 1, err;

	if ((st = read_address(c, &a, &n, d)) != ST_OK)
		return st;
	*fd = socket(
	    a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd == -1)
		return refused(c, errno, d);
	(void)setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(*fd, &a.any, n) != 0 || listen(*fd, BACKLOG) != 0 ||
	    getsockname(*fd, &a.any, &n) != 0) {
		err = errno;
		(void)close(*fd);
		return refused(c, err, d);
	}
	*port = ntohs(
	    a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
	return ST_OK;
}

static void
fill_defaults(struct httpd_config *c)
{
#define DEFAULT(what, value) c->what = c->what != 0 ? c->what : (value)
	DEFAULT(event_threads, 2);
	DEFAULT(workers, 16);
	DEFAULT(streams, 64);
	DEFAULT(connections, 4096);
	DEFAULT(connection_memory, 8192);
	DEFAULT(idle_s, 30);
	DEFAULT(body_s, 30);
#undef DEFAULT
}

static void
check_routes(const struct httpd_route *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		PRE(r[i].handler != NULL ||
		    (r[i].kind == HTTPD_STREAM && r[i].stream != NULL));
		PRE(r[i].kind != HTTPD_INLINE || r[i].body == HTTPD_NONE);
		PRE(r[i].kind != HTTPD_WORKER ||
		    r[i].limit <= HTTPD_WORKER_LIMIT);
		PRE(r[i].kind != HTTPD_STREAM || r[i].body != HTTPD_JSON);
	}
}

/* libmicrohttpd's own messages name addresses and paths: say none of them. */
static void
silent(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

static enum status
start_daemon(struct httpd *h, int fd, struct diag *d)
{
	const struct httpd_config *c = &h->config;
	unsigned threads = c->event_threads;

	h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
		MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
		MHD_USE_ERROR_LOG,
	    0, NULL, NULL, httpd_on_call, h, MHD_OPTION_EXTERNAL_LOGGER, silent,
	    NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
	    threads > 1 ? threads : 0, MHD_OPTION_CONNECTION_LIMIT,
	    c->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)c->connection_memory, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
	    MHD_OPTION_NOTIFY_COMPLETED, httpd_on_end, h,
	    MHD_OPTION_NOTIFY_CONNECTION, httpd_on_connection, h,
	    MHD_OPTION_END);
	if (h->daemon == NULL)
		return diag_set(d, ST_FAIL, "", "",
		    "The web server could not start: %s.", strerror(errno));
	return ST_OK;
}

static struct httpd *
make(const struct httpd_config *c, void *env)
{
	struct httpd *h;
	pthread_condattr_t a;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->config = *c;
	fill_defaults(&h->config);
	h->env = env;
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->work, NULL);
	(void)pthread_condattr_init(&a);
	(void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&h->idle, &a);
	(void)pthread_cond_init(&h->wake, &a);
	(void)pthread_condattr_destroy(&a);
	return h;
}

enum status
httpd_start(const struct httpd_config *config, const struct httpd_route *routes,
    size_t n, void *env, struct httpd **out, struct diag *d)
{
	struct httpd *h;
	enum status st;
	int fd = -1;

	*out = NULL;
	check_routes(routes, n);
	if ((h = make(config, env)) == NULL)
		return ST_NOMEM;
	if ((st = router_new(routes, n, &h->router)) != ST_OK ||
	    (st = listen_at(config, &fd, &h->port, d)) != ST_OK ||
	    (st = httpd_work_start(h)) != ST_OK ||
	    (st = httpd_sweep_start(h)) != ST_OK ||
	    (st = start_daemon(h, fd, d)) != ST_OK) {
		if (fd != -1)
			(void)close(fd);
		httpd_stop(&h);
		return st;
	}
	*out = h;
	return ST_OK;
}

uint16_t
httpd_port(const struct httpd *h)
{
	return h->port;
}

/* Whether any call has yet to end.  With the lock. */
static bool
busy(const struct httpd *h)
{
	const struct conn *c;

	for (c = h->conns; c != NULL; c = c->next)
		if (atomic_load_explicit(&c->busy, memory_order_acquire))
			return true;
	return h->under_way > 0 || h->streams > 0;
}

/* Wait for a change, 20 ms at most; whether until_ms is not over. */
static bool
wait_a_little(struct httpd *h, int64_t until_ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 20 * 1000 * 1000;
	if (t.tv_nsec >= 1000 * 1000 * 1000) {
		t.tv_nsec -= 1000 * 1000 * 1000;
		t.tv_sec++;
	}
	(void)pthread_cond_timedwait(&h->idle, &h->lock, &t);
	return clock_monotonic_ms() < until_ms;
}

/* Let calls end; then cut streams, and wait for handlers, however long. */
static void
drain(struct httpd *h)
{
	int64_t until = clock_monotonic_ms() + STOP_MS;
	struct conn *c;

	(void)pthread_mutex_lock(&h->lock);
	while (busy(h) && wait_a_little(h, until))
		;
	for (c = h->conns; c != NULL; c = c->next)
		if (c->streaming != NULL)
			httpd_stream_cut(c->streaming);
	while (h->under_way > 0 || h->streams > 0)
		(void)pthread_cond_wait(&h->idle, &h->lock);
	(void)pthread_mutex_unlock(&h->lock);
}

void
httpd_stop(struct httpd **hp)
{
	struct httpd *h = *hp;
	MHD_socket fd;

	*hp = NULL;
	if (h == NULL)
		return;
	atomic_store(&h->stopping, true);
	if (h->daemon != NULL) {
		fd = MHD_quiesce_daemon(h->daemon);
		drain(h);
		MHD_stop_daemon(h->daemon);
		if (fd != MHD_INVALID_SOCKET)
			(void)close(fd);
	}
	httpd_sweep_stop(h);
	httpd_work_stop(h);
	router_free(&h->router);
	(void)pthread_cond_destroy(&h->work);
	(void)pthread_cond_destroy(&h->idle);
	(void)pthread_cond_destroy(&h->wake);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}
