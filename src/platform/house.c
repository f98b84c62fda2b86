#include "platform/house.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "httpd/body.h"
#include "platform/districts.h"
#include "platform/filing.h"
#include "platform/house_inner.h"
#include "platform/ledger.h"
#include "platform/registry.h"
#include "platform/serve.h"
#include "protocol/account.h"
#include "protocol/agencies.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/policy.h"

#define DIRECTORY_EVERY_S (12 * 3600) /* older than 48 h nobody uses it */

struct house *
house_new(const struct house_config *config)
{
	struct house *h = calloc(1, sizeof(*h));
	pthread_condattr_t monotonic;

	if (h == NULL)
		return NULL;
	h->config = *config;
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_rwlock_init(&h->bodies_lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&h->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return h;
}

void
house_stop(struct house *h)
{
	if (h == NULL || !h->started)
		return;
	(void)pthread_mutex_lock(&h->lock);
	h->stop = true;
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
	(void)pthread_join(h->thread, NULL);
	h->started = false;
}

void
house_free(struct house **hp)
{
	struct house *h = *hp;

	if (h == NULL)
		return;
	house_stop(h);
	httpd_body_free(&h->directory);
	httpd_body_free(&h->agencies);
	httpd_body_free(&h->recipients);
	(void)pthread_cond_destroy(&h->changed);
	(void)pthread_rwlock_destroy(&h->bodies_lock);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
	*hp = NULL;
}

void
house_seen_directory(struct house *h, uint64_t index)
{
	h->filed = true;
	h->index = index;
}

void
house_wake(struct house *h)
{
	(void)pthread_mutex_lock(&h->lock);
	h->woken = true;
	(void)pthread_cond_broadcast(&h->changed);
	(void)pthread_mutex_unlock(&h->lock);
}

/* The log begins with the policy. */
static enum status
first_policy(struct house *h, struct diag *d)
{
	struct policy p;
	struct buf note;
	uint64_t index;
	enum status st;

	if (ledger_committed(h->config.ledger) > 0)
		return ST_OK;
	buf_init(&note, DOC_MAX);
	policy_default(&p, clock_now());
	st = serve_sign(h->config.signing, h->config.platform.name,
	    policy_json(&p), POLICY_TYPE, h->config.origin, &note, d);
	if (st == ST_OK)
		st = filing_own(
		    h->config.filing, buf_text(&note), NULL, &index, d);
	buf_fini(&note);
	return st;
}

enum status
house_prepare(struct house *h, struct diag *d)
{
	enum status st;

	if ((st = house_issuers(h, d)) != ST_OK)
		return st;
	return first_policy(h, d);
}

/* Whether what the last directory states may be true no more. */
static bool
outdated(struct house *h, uint64_t version, int64_t now)
{
	uint64_t policy;

	if (!h->filed || h->time == 0 || now < h->time ||
	    now - h->time >= DIRECTORY_EVERY_S || epoch_of(now) != h->epoch)
		return true;
	/* Readers refuse a district by another policy than the directory's. */
	if (districts_policy(h->config.districts, now, &policy) == ST_OK &&
	    policy != h->policy)
		return true;
	if (version == h->version)
		return false;
	/* The directory is made of what is published: wait for the change. */
	if (h->seen != version) {
		h->seen = version;
		h->size = ledger_committed(h->config.ledger);
	}
	return ledger_wait(h->config.ledger, h->size - 1, 0) == ST_OK;
}

/*
 * After a start: whether the log's last directory still says what one of the
 * same time would say now.  Signatures are deterministic, so the bytes tell.
 */
static void
adopt(struct house *h, uint64_t version)
{
	struct buf now, logged, agencies;
	struct doc *doc = NULL;
	struct directory dir;

	buf_init(&now, DOC_MAX);
	buf_init(&logged, DOC_MAX);
	buf_init(&agencies, AGENCIES_MAX);
	if (ledger_entry(h->config.ledger, h->index, &logged) == ST_OK &&
	    doc_open(logged.p, logged.n, h->config.origin, &doc, NULL) ==
		ST_OK &&
	    directory_parse(doc, &dir, NULL) == ST_OK &&
	    house_write_directory(h, dir.time, &now, &agencies, NULL) ==
		ST_OK &&
	    now.n == logged.n && memcmp(now.p, logged.p, now.n) == 0) {
		h->time = dir.time;
		h->epoch = epoch_of(clock_now());
		h->version = version;
		h->policy = (uint64_t)dir.policy;
	}
	doc_free(&doc);
	buf_fini(&now);
	buf_fini(&logged);
	buf_fini(&agencies);
}

static enum status
file_directory(struct house *h, struct diag *d)
{
	uint64_t version = registry_version(h->config.registry), index;
	int64_t now = clock_now();
	struct buf note, agencies;
	uint64_t policy = 0;
	enum status st;

	if (h->filed && h->time == 0)
		adopt(h, version);
	if (!outdated(h, version, now))
		return ST_OK;
	buf_init(&note, DOC_MAX);
	buf_init(&agencies, AGENCIES_MAX);
	if ((st = house_forget(h)) == ST_OK &&
	    (st = house_issuers(h, d)) == ST_OK &&
	    (st = districts_policy(h->config.districts, now, &policy)) ==
		ST_OK &&
	    (st = house_write_directory(h, now, &note, &agencies, d)) ==
		ST_OK &&
	    (st = filing_own(h->config.filing, buf_text(&note),
		 buf_text(&agencies), &index, d)) == ST_OK) {
		h->filed = true;
		h->index = index;
		h->time = now;
		h->epoch = epoch_of(now);
		h->version = version;
		h->policy = policy;
	}
	buf_fini(&note);
	buf_fini(&agencies);
	return st;
}

static void
look(struct house *h)
{
	struct diag d = { 0 };
	enum status st;
	bool failing;

	districts_tick(h->config.districts);
	/* Until the policy is cosigned there is nothing to state. */
	if (ledger_published(h->config.ledger) == 0)
		return;
	if ((st = file_directory(h, &d)) == ST_OK && h->filed)
		st = house_publish(h);
	/* Said once when it begins and once when it ends. */
	failing = st != ST_OK && st != ST_PENDING;
	if (failing != h->failing)
		log_line(failing ? LOG_WARN : LOG_INFO, "directory",
		    "status=%s detail=\"%s\"", status_name(st), d.text);
	h->failing = failing;
}

static void *
run(void *arg)
{
	struct house *h = arg;
	struct timespec until;
	bool stop = false;

	while (!stop) {
		look(h);
		(void)pthread_mutex_lock(&h->lock);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec++;
		if (!h->woken && !h->stop)
			(void)pthread_cond_timedwait(
			    &h->changed, &h->lock, &until);
		h->woken = false;
		stop = h->stop;
		(void)pthread_mutex_unlock(&h->lock);
	}
	return NULL;
}

enum status
house_start(struct house *h)
{
	if (pthread_create(&h->thread, NULL, run, h) != 0)
		return ST_FAIL;
	h->started = true;
	return ST_OK;
}
