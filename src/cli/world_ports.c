/* Ports of a world; see world.h. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/world_inner.h"

#define FILE_NAME "world.json"

static struct sockaddr_in
loopback(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };

	return a;
}

/* A socket bound to port, 0 for a free one; -1 where it is in use. */
static int
bound(uint16_t port, uint16_t *got)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in a = loopback(port);
	socklen_t n = sizeof(a);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
		(void)close(fd);
		return -1;
	}
	*got = ntohs(a.sin_port);
	return fd;
}

/* All at once, so that no port is given twice. */
static enum status
choose_free(struct world *w, struct diag *d)
{
	int fds[WORLD_PORTS];
	enum status st = ST_OK;
	int i, n = 0;

	for (i = 0; i < WORLD_PORTS && st == ST_OK; i++) {
		if ((fds[n] = bound(0, &w->ports[i])) < 0)
			st = diag_set(
			    d, ST_FAIL, "", "", "No free port was found.");
		else
			n++;
	}
	while (n > 0)
		(void)close(fds[--n]);
	return st;
}

enum status
world_ports_choose(struct world *w, struct diag *d)
{
	int64_t first = w->base != 0 ? w->base : w->first;
	int i;

	if (first == 0)
		return choose_free(w, d);
	for (i = 0; i < WORLD_PORTS; i++)
		w->ports[i] = (uint16_t)(first + i);
	return ST_OK;
}

enum status
world_ports_read(struct world *w, struct diag *d)
{
	char path[PATH_MAX];
	const json_t *list;
	json_t *v = NULL;
	struct buf b;
	enum status st;
	size_t i;

	world_path(w, FILE_NAME, path);
	buf_init(&b, 4096);
	if ((st = file_read(path, &b, NULL)) == ST_OK)
		st = json_read(b.p, b.n, &v, d);
	list = json_object_get(v, "ports");
	if (st == ST_OK && json_array_size(list) != WORLD_PORTS)
		st = diag_set(
		    d, ST_INVALID, "ports", "", "%.300s is damaged.", path);
	for (i = 0; st == ST_OK && i < WORLD_PORTS; i++)
		w->ports[i] = (uint16_t)json_integer_value(
		    json_array_get(list, i));
	if (v != NULL)
		json_decref(v);
	buf_fini(&b);
	return st;
}

enum status
world_ports_write(const struct world *w, struct diag *d)
{
	char path[PATH_MAX];
	struct buf b;
	enum status st;
	int i;

	world_path(w, FILE_NAME, path);
	buf_init(&b, 4096);
	buf_puts(&b, "{\"ports\":[");
	for (i = 0; i < WORLD_PORTS; i++)
		buf_printf(&b, "%s%u", i > 0 ? "," : "", (unsigned)w->ports[i]);
	buf_puts(&b, "]}\n");
	if ((st = buf_status(&b)) == ST_OK)
		st = file_write(path, 0600, b.p, b.n, d);
	buf_fini(&b);
	return st;
}

enum status
world_ports_check(const struct world *w, struct diag *d)
{
	uint16_t got;
	int i, fd;

	for (i = 0; i < WORLD_PORTS; i++) {
		if ((fd = bound(w->ports[i], &got)) < 0)
			return diag_problem(d, ST_CONFLICT, "port-in-use",
			    "port", "",
			    "Port %u is in use by another program. End that "
			    "one, or start a demo in another directory with "
			    "--port or --free-ports.",
			    (unsigned)w->ports[i]);
		(void)close(fd);
	}
	return ST_OK;
}

bool
world_port_answers(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = loopback(port);
	bool yes;

	if (fd < 0)
		return false;
	yes = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	(void)close(fd);
	return yes;
}
