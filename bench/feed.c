/*
 * feed: what bench/feed-http.inc measures.  Serves one body from memory until
 * its standard input ends, and prints the port.
 *
 * usage: feed httpd|bare FILE ETAG
 *
 * httpd is our server with a route as the platform's; bare is libmicrohttpd
 * with a handler that does nothing but queue one reply.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "httpd/body.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"

#define TYPE "application/geo+json"

static struct httpd_body *body;
static struct MHD_Response *reply, *same;

static enum status
feed(struct call *call)
{
	if (call_param(call, "x")[0] == '\0')
		return ST_NOTFOUND;
	return httpd_reply_shared(call, body);
}

static enum status
other(struct call *call)
{
	return httpd_reply_empty(call, 204);
}

static const struct httpd_route routes[] = {
	{ .method = "GET", .path = "/v1/directory", .handler = other },
	{ .method = "GET", .path = "/v1/agencies.json", .handler = other },
	{ .method = "GET",
	    .path = "/v1/feed/{z}/{x}/{y}",
	    .handler = feed,
	    .public = true },
	{ .method = "GET", .path = "/v1/requests/{id}", .handler = other },
	{ .method = "GET", .path = "/log/checkpoint", .handler = other },
	{ .method = "GET", .path = "/{path*}", .handler = other },
};

static void
wait_for_end(unsigned port)
{
	char c;

	(void)printf("%u\n", port);
	(void)fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

static int
serve_httpd(const struct buf *b, const char *etag)
{
	struct httpd_config c = { .event_threads = 1, .workers = 1 };
	struct httpd_body_spec s = {
		.type = TYPE,
		.p = b->p,
		.n = b->n,
		.etag = etag,
		.cache_control = "public, max-age=60",
		.compress = true,
		.quality = 5,
		.public = true,
	};
	struct httpd *h = NULL;
	struct diag d = { 0 };
	enum status st;

	if ((st = httpd_body_new(&s, &body)) != ST_OK ||
	    (st = httpd_start(&c, routes, sizeof(routes) / sizeof(routes[0]),
		 NULL, &h, &d)) != ST_OK) {
		diag_print("feed", st, &d);
		return 1;
	}
	wait_for_end(httpd_port(h));
	httpd_stop(&h);
	httpd_body_free(&body);
	return 0;
}

static enum MHD_Result
bare(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **ctx)
{
	static int seen;

	(void)cls;
	(void)url;
	(void)method;
	(void)version;
	(void)data;
	(void)n;
	if (*ctx == NULL) {
		*ctx = &seen;
		return MHD_YES;
	}
	if (same != NULL &&
	    MHD_lookup_connection_value(c, MHD_HEADER_KIND, "If-None-Match"))
		return MHD_queue_response(c, 304, same);
	return MHD_queue_response(c, 200, reply);
}

static int
serve_bare(const struct buf *b, const char *etag)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *daemon;

	reply = MHD_create_response_from_buffer(
	    b->n, b->p, MHD_RESPMEM_PERSISTENT);
	same = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (reply == NULL || same == NULL)
		return 1;
	(void)MHD_add_response_header(reply, "Content-Type", TYPE);
	(void)MHD_add_response_header(reply, "ETag", etag);
	(void)MHD_add_response_header(same, "ETag", etag);
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO,
	    0, NULL, NULL, bare, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096U,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)8192, MHD_OPTION_END);
	if (daemon == NULL)
		return 1;
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	wait_for_end(info->port);
	MHD_stop_daemon(daemon);
	MHD_destroy_response(reply);
	MHD_destroy_response(same);
	return 0;
}

int
main(int argc, char **argv)
{
	struct diag d = { 0 };
	enum status st;
	struct buf b;
	int r;

	if (argc != 4)
		return 2;
	buf_init(&b, 1 << 20);
	if ((st = file_read(argv[2], &b, &d)) != ST_OK) {
		diag_print("feed", st, &d);
		return 1;
	}
	r = strcmp(argv[1], "bare") == 0 ? serve_bare(&b, argv[3])
					 : serve_httpd(&b, argv[3]);
	buf_fini(&b);
	return r;
}
