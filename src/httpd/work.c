/*
 * work: the worker threads.  A call waits in one queue, with its connection
 * suspended; the worker that takes it resumes the connection at the end.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/json.h"
#include "httpd/inner.h"

/* Parse the body where the route says JSON, then call the handler. */
static void
run(struct call *call)
{
	const struct httpd_route *r = call->route->r;
	enum status st = ST_OK;

	if (r->body == HTTPD_JSON)
		st = json_read(
		    call->body.p != NULL ? call->body.p : (const uint8_t *)"",
		    call->body.n, &call->json, call_diag(call));
	if (st == ST_OK)
		st = r->kind == HTTPD_INLINE ? r->slow(call) : r->handler(call);
	httpd_finish(call, st);
}

static void *
worker(void *arg)
{
	struct httpd *h = arg;
	struct call *call;

	(void)pthread_mutex_lock(&h->lock);
	for (;;) {
		while (h->first == NULL && !h->quit)
			(void)pthread_cond_wait(&h->work, &h->lock);
		if ((call = h->first) == NULL)
			break;
		if ((h->first = call->next) == NULL)
			h->last = &h->first;
		(void)pthread_mutex_unlock(&h->lock);
		run(call);
		call->ran = true;
		MHD_resume_connection(call->mhd);
		(void)pthread_mutex_lock(&h->lock);
		if (--h->under_way == 0)
			(void)pthread_cond_broadcast(&h->idle);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

void
httpd_work_put(struct call *call)
{
	struct httpd *h = call->h;

	httpd_deadline(h, call->conn, 0);
	MHD_suspend_connection(call->mhd);
	(void)pthread_mutex_lock(&h->lock);
	call->next = NULL;
	*h->last = call;
	h->last = &call->next;
	h->under_way++;
	(void)pthread_cond_signal(&h->work);
	(void)pthread_mutex_unlock(&h->lock);
}

enum status
httpd_work_start(struct httpd *h)
{
	unsigned n = h->config.workers;

	h->last = &h->first;
	if ((h->workers = calloc(n, sizeof(*h->workers))) == NULL)
		return ST_NOMEM;
	for (h->n_workers = 0; h->n_workers < n; h->n_workers++)
		if (pthread_create(
			&h->workers[h->n_workers], NULL, worker, h) != 0)
			return ST_NOMEM;
	return ST_OK;
}

void
httpd_work_stop(struct httpd *h)
{
	(void)pthread_mutex_lock(&h->lock);
	h->quit = true;
	(void)pthread_cond_broadcast(&h->work);
	(void)pthread_mutex_unlock(&h->lock);
	while (h->n_workers > 0)
		(void)pthread_join(h->workers[--h->n_workers], NULL);
	free(h->workers);
	h->workers = NULL;
}
