/* Serving: two listeners with routes of their own, and two threads. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "agency/agency.h"
#include "agency/asking.h"
#include "agency/inner.h"
#include "agency/locker/custodian.h"
#include "agency/locker/intake.h"
#include "agency/locker/letters.h"
#include "agency/locker/upload.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "blob/blob.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"
#include "protocol/letter.h"

#define TICK_S 10
#define RELAY_CONNECTION_MEMORY (64 * 1024)

/* -- routes ---------------------------------------------------------------- */

static enum status
front_page(struct call *call)
{
	static const char page[] =
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<title>Agency</title>\n</head>\n<body>\n<main>\n"
	    "<h1>Agency</h1>\n"
	    "<p>This is the officers' side of an agency that asks for "
	    "footage by way of Porchlight. What was shared is kept here. "
	    "Requests are published and submissions exported on the command "
	    "line: <code>porchlight request publish FILE</code>, "
	    "<code>porchlight package ID</code>.</p>\n"
	    "</main>\n</body>\n</html>\n";

	return httpd_reply(
	    call, 200, "text/html; charset=utf-8", page, sizeof(page) - 1);
}

static const struct httpd_route officer_routes[] = {
	{ .method = "GET",
	    .path = "/",
	    .kind = HTTPD_INLINE,
	    .handler = front_page },
};

static const struct httpd_route relay_routes[] = {
	{ .method = "POST",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_WORKER,
	    .handler = upload_post },
	{ .method = "HEAD",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_WORKER,
	    .handler = upload_head },
	{ .method = "PATCH",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = UPLOAD_MAX,
	    .stream = &upload_patch },
	{ .method = "POST",
	    .path = "/v1/letters",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = LETTER_BYTES,
	    .handler = letters_post },
};

/* -- keeping house --------------------------------------------------------- */

static void
tend(const char *what, enum status st)
{
	/* Without a platform there is simply more to do the next time. */
	if (st != ST_OK && st != ST_PEER && st != ST_PENDING)
		log_line(LOG_WARN, "tend", "what=%s status=%s", what,
		    status_name(st));
}

static void
keep_house(struct office *a, int64_t *levelled)
{
	int64_t now = clock_now();

	tend("uploads", upload_tend(a));
	tend("letters", letters_tend(a));
	tend("requests", asking_tend(a));
	tend("custody", custodian_tend(a));
	if (now - *levelled >= AGENCY_DAY) {
		tend("items", blob_level(a->items));
		*levelled = now;
	}
	/* What could not be done before may be possible now. */
	intake_wake(a);
}

static void *
house_thread(void *arg)
{
	struct office *a = arg;
	int64_t levelled = 0;
	struct timespec until;

	(void)pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		(void)pthread_mutex_unlock(&a->lock);
		keep_house(a, &levelled);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += TICK_S;
		(void)pthread_mutex_lock(&a->lock);
		if (!a->stop)
			(void)pthread_cond_timedwait(
			    &a->tick, &a->lock, &until);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* -- starting and stopping ------------------------------------------------- */

/* One process serves a directory. */
static enum status
take_lock(struct office *a, struct diag *d)
{
	char path[AGENCY_PATH];

	(void)snprintf(path, sizeof(path), "%s/serving", a->dir);
	a->serving = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->serving < 0)
		return diag_set(
		    d, ST_IO, "data", "", "%.200s: %s.", path, strerror(errno));
	if (flock(a->serving, LOCK_EX | LOCK_NB) != 0)
		return diag_set(d, ST_CONFLICT, "data", "",
		    "Another process serves %.200s already.", a->dir);
	return ST_OK;
}

static enum status
listen_both(struct office *a, const struct agency_config *c, struct diag *d)
{
	struct httpd_config relay = { .address = c->relay_address,
		.port = c->relay_port,
		.connection_memory = RELAY_CONNECTION_MEMORY };
	struct httpd_config officer = { .address = c->officer_address,
		.port = c->officer_port };
	enum status st;

	st = httpd_start(
	    &relay, relay_routes, NELEMS(relay_routes), a, &a->relay_side, d);
	if (st != ST_OK)
		return st;
	return httpd_start(&officer, officer_routes, NELEMS(officer_routes), a,
	    &a->officer_side, d);
}

static enum status
start(struct office *a, const struct agency_config *c, struct diag *d)
{
	enum status st;

	if ((st = take_lock(a, d)) != ST_OK ||
	    (st = upload_sweep(a)) != ST_OK ||
	    (st = intake_sweep(a)) != ST_OK ||
	    (st = listen_both(a, c, d)) != ST_OK)
		return st;
	a->complete = true;
	if (pthread_create(&a->intake, NULL, intake_thread, a) != 0)
		return ST_NOMEM;
	a->intake_runs = true;
	if (pthread_create(&a->house, NULL, house_thread, a) != 0)
		return ST_NOMEM;
	a->house_runs = true;
	return ST_OK;
}

enum status
agency_start(
    const struct agency_config *config, struct office **out, struct diag *d)
{
	enum status st = agency_open(
	    config->dir, config->trust_path, config->platform_url, out, d);

	if (st == ST_OK && (st = start(*out, config, d)) != ST_OK)
		agency_stop(out);
	return st;
}

uint16_t
agency_port_relay(const struct office *a)
{
	return httpd_port(a->relay_side);
}

uint16_t
agency_port_officers(const struct office *a)
{
	return httpd_port(a->officer_side);
}

void
agency_stop(struct office **p)
{
	struct office *a = *p;

	if (a == NULL)
		return;
	httpd_stop(&a->relay_side);
	httpd_stop(&a->officer_side);
	(void)pthread_mutex_lock(&a->lock);
	a->stop = true;
	(void)pthread_cond_signal(&a->work);
	(void)pthread_cond_signal(&a->tick);
	(void)pthread_mutex_unlock(&a->lock);
	if (a->intake_runs)
		(void)pthread_join(a->intake, NULL);
	if (a->house_runs)
		(void)pthread_join(a->house, NULL);
	if (a->serving >= 0)
		(void)close(a->serving);
	agency_close(p);
}
