#include "httpd/call.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pre.h"
#include "httpd/inner.h"

void *
call_env(const struct call *call)
{
	return call->h->env;
}

struct arena *
call_arena(struct call *call)
{
	if (call->arena == NULL)
		call->arena = arena_new(HTTPD_ARENA);
	return call->arena;
}

struct diag *
call_diag(struct call *call)
{
	if (call->diag == NULL && call_arena(call) != NULL)
		call->diag = arena_alloc(call->arena, sizeof(*call->diag));
	return call->diag;
}

const char *
call_method(const struct call *call)
{
	return call->method;
}

const char *
call_param(const struct call *call, const char *name)
{
	const struct router_route *rr = call->route;
	size_t i;

	for (i = 0; i < rr->n; i++)
		if (strcmp(rr->names[i], name) == 0)
			break;
	PRE(i < rr->n);
	return call->params[i];
}

/* Header and query belong to libmicrohttpd until a stream's body comes. */
static struct MHD_Connection *
header_of(const struct call *call)
{
	PRE(call->stream == NULL || !httpd_stream_opened(call));
	return call->mhd;
}

const char *
call_query(const struct call *call, const char *name)
{
	const char *v = NULL;
	size_t n = 0;

	if (MHD_lookup_connection_value_n(header_of(call),
		MHD_GET_ARGUMENT_KIND, name, strlen(name), &v, &n) != MHD_YES)
		return NULL;
	return v != NULL ? v : "";
}

const char *
call_header(const struct call *call, const char *name)
{
	return MHD_lookup_connection_value(
	    header_of(call), MHD_HEADER_KIND, name);
}

const char *
call_cookie(const struct call *call, const char *name)
{
	return MHD_lookup_connection_value(
	    header_of(call), MHD_COOKIE_KIND, name);
}

const void *
call_body(const struct call *call, size_t *n)
{
	*n = call->body.n;
	return call->body.p;
}

const json_t *
call_json(const struct call *call)
{
	return call->json;
}

int64_t
call_length(const struct call *call)
{
	return call->length;
}

void
call_set_state(struct call *call, void *state)
{
	call->state = state;
}

void *
call_state(const struct call *call)
{
	return call->state;
}
