/*
 * stream: a call with a thread of its own.
 *
 *   HEADER   suspended; the handler has the header alone
 *     | first call_next()                    | handler returned
 *     v                                      v
 *   BODY     event thread fills the ring,  DRAIN  the rest is dropped, and
 *     |      suspended while it is full      |    the reply queued at its end
 *     v                                      v
 *   WHOLE    suspended until the handler returned, then the reply is queued
 *
 * The connection's side and the thread hold the call together (refs); where
 * the connection ends first, the thread finds `gone` and its reply is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "httpd/inner.h"

#define RING HTTPD_STREAM_BUFFER
#define WINDOW 30720 /* bytes that a client must send in body_s */

struct stream {
	pthread_mutex_t lock;
	pthread_cond_t more;
	int refs;
	bool opened; /* the handler asked for the body */
	bool header; /* the connection went past the header */
	bool parked; /* the connection is suspended */
	bool whole;  /* all of the body is in the ring */
	bool done;   /* the handler returned, the reply is there */
	bool gone;   /* the connection ended */
	bool stop;   /* the server stops */
	bool over;   /* more than the route's limit came */
	uint8_t *ring;
	size_t head, used; /* used bytes from head, around the end */
	size_t lent;       /* of these, what the handler looks at */
	size_t window;     /* bytes since the deadline was last moved */
	uint64_t received;
};

bool
httpd_stream_opened(const struct call *call)
{
	return call->stream->opened;
}

static void
park(struct call *call)
{
	call->stream->parked = true;
	httpd_deadline(call->h, call->conn, 0);
	MHD_suspend_connection(call->mhd);
}

static void
unpark(struct call *call)
{
	struct stream *s = call->stream;

	if (!s->parked || s->gone)
		return;
	s->parked = false;
	s->window = 0;
	httpd_deadline(call->h, call->conn, call->h->config.body_s);
	MHD_resume_connection(call->mhd);
}

/* One of the two sides ends. */
static void
drop_ref(struct call *call)
{
	struct stream *s = call->stream;
	int left;

	(void)pthread_mutex_lock(&s->lock);
	left = --s->refs;
	(void)pthread_mutex_unlock(&s->lock);
	if (left > 0)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->more);
	free(s->ring);
	free(s);
	httpd_call_fini(call);
	free(call);
}

/* Drive the callbacks. */
static enum status
push(struct call *call, const struct httpd_stream *f)
{
	const void *p;
	enum status st;
	size_t n;

	if (f->begin != NULL && (st = f->begin(call)) != ST_OK)
		return st;
	while ((st = call_next(call, &p, &n)) == ST_OK) {
		if (n == 0)
			return f->end(call);
		if ((st = f->chunk(call, p, n)) != ST_OK)
			break;
	}
	if (f->abort != NULL)
		f->abort(call);
	return st;
}

static void *
thread(void *arg)
{
	struct call *call = arg;
	struct stream *s = call->stream;
	struct httpd *h = call->h;
	const struct httpd_route *r = call->route->r;
	enum status st;

	st = r->stream != NULL ? push(call, r->stream) : r->handler(call);
	httpd_finish(call, st);
	(void)pthread_mutex_lock(&s->lock);
	s->done = true;
	call->ran = true;
	s->head = s->used = s->lent = 0;
	unpark(call);
	(void)pthread_mutex_unlock(&s->lock);
	drop_ref(call);
	(void)pthread_mutex_lock(&h->lock);
	h->streams--;
	(void)pthread_cond_broadcast(&h->idle);
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* Count the call and show it to httpd_stop(), or not if there are too many. */
static enum status
enter(struct call *call)
{
	struct httpd *h = call->h;
	enum status st = ST_BUSY;

	(void)pthread_mutex_lock(&h->lock);
	if (h->streams < h->config.streams) {
		h->streams++;
		call->conn->streaming = call;
		st = ST_OK;
	}
	(void)pthread_mutex_unlock(&h->lock);
	return st;
}

static void
leave(struct call *call)
{
	struct httpd *h = call->h;

	(void)pthread_mutex_lock(&h->lock);
	h->streams--;
	call->conn->streaming = NULL;
	(void)pthread_mutex_unlock(&h->lock);
}

static enum status
spawn(struct call *call)
{
	pthread_attr_t attr;
	pthread_t t;
	int r;

	if (pthread_attr_init(&attr) != 0)
		return ST_NOMEM;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&t, &attr, thread, call);
	(void)pthread_attr_destroy(&attr);
	return r == 0 ? ST_OK : ST_BUSY;
}

enum status
httpd_stream_start(struct call *call)
{
	struct stream *s;
	enum status st;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return ST_NOMEM;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->more, NULL);
	s->refs = 2;
	call->stream = s;
	if ((st = enter(call)) != ST_OK)
		goto fail;
	(void)pthread_mutex_lock(&s->lock);
	if ((st = spawn(call)) == ST_OK)
		park(call);
	(void)pthread_mutex_unlock(&s->lock);
	if (st == ST_OK)
		return ST_OK;
	leave(call);
fail:
	call->stream = NULL;
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->more);
	free(s);
	return st;
}

/* Copy what fits of the n bytes at p; how many did. */
static size_t
fill(struct stream *s, const char *p, size_t n)
{
	size_t at, run, took = 0;

	if (s->ring == NULL && (s->ring = malloc(RING)) == NULL)
		return 0;
	while (took < n && s->used < RING) {
		at = (s->head + s->used) % RING;
		run = at >= s->head ? RING - at : s->head - at;
		if (run > n - took)
			run = n - took;
		memcpy(s->ring + at, p + took, run);
		s->used += run;
		took += run;
	}
	return took;
}

static void
move_deadline(struct call *call, size_t n)
{
	struct stream *s = call->stream;

	s->window += n;
	if (s->window < WINDOW)
		return;
	s->window = 0;
	httpd_deadline(call->h, call->conn, call->h->config.body_s);
}

enum MHD_Result
httpd_stream_take(struct call *call, const char *data, size_t *n)
{
	struct stream *s = call->stream;
	enum MHD_Result r = MHD_YES;
	size_t took;

	(void)pthread_mutex_lock(&s->lock);
	if (s->done || s->over) {
		call->drained += *n;
		*n = 0;
		r = call->drained <= HTTPD_DRAIN ? MHD_YES : MHD_NO;
		goto done;
	}
	if (s->received + *n > call->route->r->limit) {
		s->over = true;
		*n = 0;
		goto signal;
	}
	took = fill(s, data, *n);
	if (took == 0 && s->ring == NULL) {
		r = MHD_NO;
		goto done;
	}
	s->received += took;
	*n -= took;
	move_deadline(call, took);
	if (*n > 0)
		park(call);
signal:
	(void)pthread_cond_signal(&s->more);
done:
	(void)pthread_mutex_unlock(&s->lock);
	return r;
}

enum MHD_Result
httpd_stream_proceed(struct call *call)
{
	struct stream *s = call->stream;
	enum MHD_Result r = MHD_YES;

	(void)pthread_mutex_lock(&s->lock);
	if (!s->header) {
		/* Resumed for the first time: the body may come. */
		s->header = true;
		if (s->done && httpd_refuse_now(call))
			r = httpd_send(call);
	} else if (s->done) {
		r = httpd_send(call);
	} else {
		s->whole = true;
		park(call);
		(void)pthread_cond_signal(&s->more);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return r;
}

void
httpd_stream_leave(struct call *call)
{
	struct stream *s = call->stream;

	(void)pthread_mutex_lock(&s->lock);
	s->gone = true;
	(void)pthread_cond_signal(&s->more);
	(void)pthread_mutex_unlock(&s->lock);
	drop_ref(call);
}

void
httpd_stream_cut(struct call *call)
{
	struct stream *s = call->stream;

	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_signal(&s->more);
	(void)pthread_mutex_unlock(&s->lock);
}

/* Give back what the handler has seen; let the client go on at half empty. */
static void
give_back(struct call *call)
{
	struct stream *s = call->stream;

	s->head = (s->head + s->lent) % RING;
	s->used -= s->lent;
	s->lent = 0;
	if (s->used == 0)
		s->head = 0; /* the longest piece next time */
	if (!s->whole && s->used <= RING / 2)
		unpark(call);
}

enum status
call_next(struct call *call, const void **p, size_t *n)
{
	struct stream *s = call->stream;
	enum status st = ST_OK;

	PRE(s != NULL);
	*p = NULL;
	*n = 0;
	(void)pthread_mutex_lock(&s->lock);
	s->opened = true;
	give_back(call);
	while (s->used == 0 && !s->whole && !s->gone && !s->over && !s->stop)
		(void)pthread_cond_wait(&s->more, &s->lock);
	if (s->stop) {
		st = ST_GONE;
	} else if (s->over) {
		st = diag_set(call_diag(call), ST_TOO_LARGE, "", NULL,
		    "The body is larger than this address takes.");
	} else if (s->used > 0) {
		/* What came before the client left is still good. */
		*n = RING - s->head < s->used ? RING - s->head : s->used;
		*p = s->ring + s->head;
		s->lent = *n;
	} else if (!s->whole) {
		st = ST_GONE;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return st;
}

enum status
call_read(struct call *call, void *p, size_t max, size_t *n)
{
	struct stream *s = call->stream;
	const void *from;
	enum status st;
	size_t got;

	*n = 0;
	if ((st = call_next(call, &from, &got)) != ST_OK)
		return st;
	if (got > max)
		got = max;
	if (got > 0)
		memcpy(p, from, got);
	(void)pthread_mutex_lock(&s->lock);
	s->lent = got;
	(void)pthread_mutex_unlock(&s->lock);
	*n = got;
	return ST_OK;
}
