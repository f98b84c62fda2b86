/*
 * feed: what bench/feed-http.inc measures.
 *
 * usage: feed platform FILE
 *
 *	A platform with three watchers and one open request.  Writes that
 *	request's district, as it is served, to FILE; prints the port and the
 *	path.
 *
 *        feed bare FILE ETAG
 *
 *	libmicrohttpd with a handler that does nothing but queue one reply:
 *	FILE.  Prints the port.
 *
 * Both serve until their standard input ends.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "geo/point.h"
#include "world.h"

#define TYPE "application/geo+json"
#define BODY_MAX ((size_t)1 << 20)

static struct MHD_Response *reply, *same;

static void
wait_for_end(void)
{
	char c;

	(void)fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

/* One request; *path is its district's. */
static void
publish(struct world *w, char path[64])
{
	struct geo_point at = { WORLD_CENTRE_LON, WORLD_CENTRE_LAT };
	struct geo_district t = district_of(at);
	struct world_reply r;
	struct request q;

	world_request(w, &q, "24-117");
	world_publish(w, &q, &r);
	PRE(r.code == 201);
	world_reply_fini(&r);
	(void)snprintf(path, 64, "/v1/feed/%d/%d/%d", t.z, t.x, t.y);
}

static int
serve_platform(const char *file)
{
	static struct world w;
	struct diag d = { 0 };
	char path[64];
	struct buf b;
	int tries;

	world_start(&w);
	world_admit(&w);
	publish(&w, path);
	/* A reply to a filing may precede its district by a moment. */
	for (tries = 0; tries < 500; tries++) {
		buf_init(&b, BODY_MAX);
		PRE(world_get(&w, path, &b) == 200);
		if (strstr(buf_text(&b), "porchlight/request@v1") != NULL)
			break;
		buf_fini(&b);
		(void)usleep(10000);
	}
	PRE(tries < 500);
	PRE(file_create(file, 0644, b.p, b.n, &d) == ST_OK);
	buf_fini(&b);
	(void)printf("%s %s\n", strrchr(w.url, ':') + 1, path);
	wait_for_end();
	world_stop(&w);
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
serve_bare(const char *file, const char *etag)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *daemon;
	struct diag d = { 0 };
	struct buf b;

	buf_init(&b, BODY_MAX);
	PRE(file_read(file, &b, &d) == ST_OK);
	reply = MHD_create_response_from_buffer(
	    b.n, b.p, MHD_RESPMEM_PERSISTENT);
	same = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	PRE(reply != NULL && same != NULL);
	(void)MHD_add_response_header(reply, "Content-Type", TYPE);
	(void)MHD_add_response_header(reply, "ETag", etag);
	(void)MHD_add_response_header(same, "ETag", etag);
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO,
	    0, NULL, NULL, bare, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096U,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)8192, MHD_OPTION_END);
	PRE(daemon != NULL);
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	(void)printf("%u\n", (unsigned)info->port);
	wait_for_end();
	MHD_stop_daemon(daemon);
	MHD_destroy_response(reply);
	MHD_destroy_response(same);
	buf_fini(&b);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "platform") == 0)
		return serve_platform(argv[2]);
	if (argc == 4 && strcmp(argv[1], "bare") == 0)
		return serve_bare(argv[2], argv[3]);
	return 2;
}
