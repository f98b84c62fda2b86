/*
 * sweep: one thread that keeps the tick and cuts connections whose deadline
 * has passed.  libmicrohttpd's own timeout is off: it starts again with every
 * byte, so a client that sends one a second would hold a connection for ever.
 */
#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "httpd/inner.h"

/*
 * libmicrohttpd takes a read that gave less than it asked for as the last one
 * until the next event; where the client's end came together with those bytes
 * there is none, and a stream would wait for its deadline.  Shutting what is
 * shut already makes an event.
 */
static void
wake_if_ended(const struct conn *c)
{
	char byte;

	if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		(void)shutdown(c->fd, SHUT_RD);
}

static void
cut_late(struct httpd *h, unsigned now)
{
	struct conn *c;
	unsigned at;

	for (c = h->conns; c != NULL; c = c->next) {
		at = atomic_load_explicit(&c->deadline, memory_order_relaxed);
		/* libmicrohttpd sees the end, and closes. */
		if (at != 0 && now >= at)
			(void)shutdown(c->fd, SHUT_RDWR);
		else if (c->streaming != NULL)
			wake_if_ended(c);
	}
}

static void *
sweeper(void *arg)
{
	int64_t start = clock_monotonic_ms();
	struct httpd *h = arg;
	struct timespec t;
	unsigned now;

	(void)pthread_mutex_lock(&h->lock);
	while (!h->quit) {
		(void)clock_gettime(CLOCK_MONOTONIC, &t);
		t.tv_sec++;
		(void)pthread_cond_timedwait(&h->wake, &h->lock, &t);
		now = (unsigned)((clock_monotonic_ms() - start) / 1000);
		atomic_store_explicit(&h->tick, now, memory_order_relaxed);
		cut_late(h, now);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

enum status
httpd_sweep_start(struct httpd *h)
{
	if (pthread_create(&h->sweeper, NULL, sweeper, h) != 0)
		return ST_NOMEM;
	h->sweeping = true;
	return ST_OK;
}

void
httpd_sweep_stop(struct httpd *h)
{
	if (!h->sweeping)
		return;
	(void)pthread_mutex_lock(&h->lock);
	h->quit = true;
	(void)pthread_cond_broadcast(&h->wake);
	(void)pthread_mutex_unlock(&h->lock);
	(void)pthread_join(h->sweeper, NULL);
	h->sweeping = false;
}
