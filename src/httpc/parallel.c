/*
 * parallel: one body to several servers at once, on the caller's thread.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "httpc/inner.h"

struct one {
	struct httpc_call call;
	struct httpc_reply reply;
	struct exchange x;
	CURL *e;
	bool ended;
};

struct all {
	struct one *v;
	size_t n, left, counted;
	CURLM *multi;
	httpc_done *done;
	void *arg;
};

static void
report(struct all *a, size_t i, enum status st, const struct diag *d)
{
	struct one *o = &a->v[i];

	o->ended = true;
	a->left--;
	if (a->done(a->arg, i, st, st == ST_OK ? &o->reply : NULL, d) != 0)
		a->counted++;
}

/* Tell of those that ended since the last time. */
static void
collect(struct all *a)
{
	struct diag d = { 0 };
	enum status st;
	CURLMsg *m;
	int more;
	size_t i;

	while ((m = curl_multi_info_read(a->multi, &more)) != NULL) {
		for (i = 0; i < a->n; i++)
			if (a->v[i].e == m->easy_handle)
				break;
		if (m->msg != CURLMSG_DONE || i == a->n || a->v[i].ended)
			continue;
		d = (struct diag){ 0 };
		st = httpc_result(a->v[i].e, &a->v[i].x, m->data.result, &d);
		report(a, i, st, &d);
	}
}

static enum status
begin(struct httpc *c, struct all *a, size_t i)
{
	struct one *o = &a->v[i];
	enum status st;

	o->x.call = &o->call;
	o->x.out = &o->reply;
	httpc_reply_init(&o->reply, (size_t)o->call.limit);
	if ((o->e = httpc_take(c)) == NULL)
		return ST_NOMEM;
	if ((st = httpc_set(o->e, &o->x)) != ST_OK)
		return st;
	return curl_multi_add_handle(a->multi, o->e) == CURLM_OK ? ST_OK
								 : ST_NOMEM;
}

static enum status
run(struct all *a, size_t k, int64_t until)
{
	int64_t left;
	int active;

	for (;;) {
		if (curl_multi_perform(a->multi, &active) != CURLM_OK)
			return ST_NOMEM;
		collect(a);
		if (a->counted >= k)
			return ST_OK;
		left = until - clock_monotonic_ms();
		if (a->left == 0 || left <= 0)
			return ST_PEER;
		if (curl_multi_poll(a->multi, NULL, 0,
			left > 1000 ? 1000 : (int)left, NULL) != CURLM_OK)
			return ST_NOMEM;
	}
}

static void
end(struct httpc *c, struct all *a)
{
	size_t i;

	for (i = 0; a->v != NULL && i < a->n; i++) {
		if (a->v[i].e != NULL && a->multi != NULL)
			(void)curl_multi_remove_handle(a->multi, a->v[i].e);
		httpc_give(c, a->v[i].e);
		curl_slist_free_all(a->v[i].x.headers);
		httpc_reply_fini(&a->v[i].reply);
	}
	if (a->multi != NULL)
		(void)curl_multi_cleanup(a->multi);
	free(a->v);
}

enum status
httpc_parallel(struct httpc *c, const char *const *urls, size_t n_urls,
    const char *content_type, const void *body, size_t n, size_t limit,
    size_t k, unsigned total_ms, httpc_done *done, void *arg, struct diag *d)
{
	struct all a = {
		.n = n_urls, .left = n_urls, .done = done, .arg = arg
	};
	int64_t until = clock_monotonic_ms() + total_ms;
	enum status st = ST_NOMEM;
	size_t i;

	a.v = calloc(n_urls + 1, sizeof(*a.v));
	a.multi = curl_multi_init();
	if (a.v == NULL || a.multi == NULL)
		goto out;
	for (i = 0; i < n_urls; i++) {
		a.v[i].call = (struct httpc_call){
			.method = "POST",
			.url = urls[i],
			.content_type = content_type,
			.body = body,
			.n = n,
			.limit = limit,
			.total_ms = total_ms,
		};
		if ((st = begin(c, &a, i)) != ST_OK)
			goto out;
	}
	st = run(&a, k, until);
	if (st == ST_PEER)
		st = diag_set(d, ST_PEER, "", "",
		    "%zu of the %zu servers that are needed answered.",
		    a.counted, k);
out:
	end(c, &a);
	return st;
}
