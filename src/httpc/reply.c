#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "httpc/inner.h"

void
httpc_reply_init(struct httpc_reply *r, size_t limit)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->body, limit);
	r->retry_after_s = -1;
	r->upload_offset = -1;
	r->upload_length = -1;
	r->content_length = -1;
}

void
httpc_reply_fini(struct httpc_reply *r)
{
	buf_fini(&r->body);
}

/* A number of digits alone; -1 for anything else. */
static int64_t
number(const char *p, size_t n)
{
	int64_t v = 0;
	size_t i;

	if (n == 0 || n > 15)
		return -1;
	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* Too long a value is as good as none: a part of it would be another one. */
static void
text(char *to, size_t size, const char *p, size_t n)
{
	if (n >= size)
		n = 0;
	memcpy(to, p, n);
	to[n] = '\0';
}

static void
note(struct httpc_reply *r, const char *name, size_t name_n, const char *v,
    size_t n)
{
#define IS(s) (name_n == sizeof(s) - 1 && strncasecmp(name, s, name_n) == 0)
	if (IS("Content-Type"))
		text(r->content_type, sizeof(r->content_type), v, n);
	else if (IS("Location"))
		text(r->location, sizeof(r->location), v, n);
	else if (IS("ETag"))
		text(r->etag, sizeof(r->etag), v, n);
	else if (IS("Upload-Expires"))
		text(r->upload_expires, sizeof(r->upload_expires), v, n);
	else if (IS("Retry-After"))
		r->retry_after_s = number(v, n);
	else if (IS("Upload-Offset"))
		r->upload_offset = number(v, n);
	else if (IS("Upload-Length"))
		r->upload_length = number(v, n);
	else if (IS("Content-Length"))
		r->content_length = number(v, n);
#undef IS
}

size_t
httpc_on_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	const char *colon, *v;
	size_t all = size * n, left;

	/* A status line begins anew, so that what came with a 100 is gone. */
	if (all > 5 && memcmp(p, "HTTP/", 5) == 0) {
		size_t limit = x->out->body.limit;

		buf_fini(&x->out->body);
		httpc_reply_init(x->out, limit);
		if (all > 12)
			x->out->code = (unsigned)number(p + 9, 3);
		return all;
	}
	if ((colon = memchr(p, ':', all)) == NULL)
		return all;
	v = colon + 1;
	left = all - (size_t)(v - p);
	while (left > 0 && (*v == ' ' || *v == '\t')) {
		v++;
		left--;
	}
	while (left > 0 &&
	    (v[left - 1] == '\r' || v[left - 1] == '\n' || v[left - 1] == ' '))
		left--;
	note(x->out, p, (size_t)(colon - p), v, left);
	return all;
}

size_t
httpc_on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t all = size * n;

	x->received += all;
	if (x->received > x->call->limit) {
		x->failed = ST_TOO_LARGE;
		return 0;
	}
	if (x->call->write != NULL && x->out->code / 100 == 2) {
		x->failed = x->call->write(x->call->write_arg, p, all);
		return x->failed == ST_OK ? all : 0;
	}
	buf_put(&x->out->body, p, all);
	x->failed = buf_status(&x->out->body);
	return x->failed == ST_OK ? all : 0;
}

size_t
httpc_on_read(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t got = 0;

	x->failed = x->call->read(x->call->read_arg, p, size * n, &got);
	return x->failed == ST_OK ? got : CURL_READFUNC_ABORT;
}
