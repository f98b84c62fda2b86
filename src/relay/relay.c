#include "relay/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <relay_sql.h> /* the build makes it: it is not in src/ */

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "httpd/limit.h"
#include "relay/inner.h"
#include "store/store.h"

#define LETTERS_A_MINUTE 30
#define LETTERS_AT_ONCE 20
#define LETTERS_SLOTS 8192
#define STREAMS 64
#define CONNECTIONS 1024
#define CONNECTION_MEMORY 65536 /* bytes: uploads run at a disk's speed */

static enum status
read_trust(const char *path, struct trust *out, struct diag *d)
{
	struct buf b;
	enum status st;

	buf_init(&b, TRUST_FILE);
	if ((st = file_read(path, &b, d)) == ST_OK)
		st = trust_parse(b.p, b.n, out, d);
	buf_fini(&b);
	return st;
}

static enum status
check_config(
    const struct relay_config *config, struct relay_server *r, struct diag *d)
{
	char name[NOTE_NAME];
	enum status st;
	int n;

	if ((st = relay_name(config->dir, name, d)) != ST_OK)
		return st;
	if (config->name != NULL && strcmp(config->name, name) != 0)
		return diag_set(d, ST_CONFLICT, "name", name,
		    "This data directory belongs to the relay %.200s.", name);
	n = snprintf(
	    r->platform, sizeof(r->platform), "%s", config->platform_url);
	if (n <= 0 || (size_t)n >= sizeof(r->platform))
		return diag_set(d, ST_INVALID, "platform", "1 to 511 bytes",
		    "The platform's address is empty or too long.");
	return read_trust(config->trust_path, &r->trust, d);
}

static enum status
open_parts(
    const struct relay_config *config, struct relay_server *r, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = check_config(config, r, d)) != ST_OK ||
	    (st = relay_path(config->dir, "relay.db", path, d)) != ST_OK ||
	    (st = store_open(
		 path, relay_sql, NELEMS(relay_sql), &r->store, d)) != ST_OK ||
	    (st = httpc_new(&r->httpc)) != ST_OK)
		return st;
	return httpd_limit_new(
	    LETTERS_A_MINUTE, LETTERS_AT_ONCE, LETTERS_SLOTS, &r->letters);
}

/* Waiting must not depend on a clock that somebody sets. */
static void
init_locks(struct relay_server *r)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->wake, &attr);
	(void)pthread_cond_init(&r->fetched, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum status
relay_start(const struct relay_config *config, struct relay_server **out,
    struct diag *d)
{
	struct httpd_config http = {
		.address = config->address,
		.port = config->port,
		.streams = STREAMS,
		.connections = CONNECTIONS,
		.connection_memory = CONNECTION_MEMORY,
		.forwarded = config->forwarded,
	};
	struct relay_server *r;
	enum status st;

	if ((*out = r = calloc(1, sizeof(*r))) == NULL)
		return ST_NOMEM;
	init_locks(r);
	r->purged = -1;
	/* A call that comes before the first fetch waits for it. */
	r->wanted = true;
	if ((st = open_parts(config, r, d)) != ST_OK)
		goto done;
	if (pthread_create(&r->thread, NULL, relay_watch, r) != 0) {
		st = ST_NOMEM;
		goto done;
	}
	r->started = true;
	st = httpd_start(
	    &http, relay_routes, relay_route_count, r, &r->httpd, d);
done:
	if (st != ST_OK)
		relay_stop(out);
	return st;
}

uint16_t
relay_port(const struct relay_server *r)
{
	return httpd_port(r->httpd);
}

void
relay_stop(struct relay_server **rp)
{
	struct relay_server *r = *rp;

	*rp = NULL;
	if (r == NULL)
		return;
	/* First, so that no call waits for a fetch that will not come. */
	(void)pthread_mutex_lock(&r->lock);
	r->stop = true;
	(void)pthread_cond_broadcast(&r->wake);
	(void)pthread_cond_broadcast(&r->fetched);
	(void)pthread_mutex_unlock(&r->lock);
	httpd_stop(&r->httpd);
	if (r->started)
		(void)pthread_join(r->thread, NULL);
	relay_let_go(r, &r->view);
	httpd_limit_free(&r->letters);
	httpc_free(&r->httpc);
	store_close(&r->store);
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_cond_destroy(&r->fetched);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}
