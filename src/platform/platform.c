#include "platform/platform.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "httpd/body.h"
#include "httpd/httpd.h"
#include "httpd/limit.h"
#include "httpd/static.h"
#include "keyd/keyd.h"
#include "platform/districts.h"
#include "platform/filing.h"
#include "platform/house.h"
#include "platform/inner.h"
#include "platform/ledger.h"
#include "platform/registry.h"
#include "platform/serve.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "store/store.h"

#include <platform_sql.h>

/* Nothing inline, nothing from elsewhere, no plugins. */
static const char csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const char *
path_of(struct platform *p, const char *dir, const char *name)
{
	return arena_printf(p->arena, "%s/%s", dir, name);
}

/* -- opening, in the order of dependence ----------------------------------- */

static enum status
open_keys(struct platform *p, const char *dir, struct diag *d)
{
	enum status st;

	if ((st = keyd_start(NULL, path_of(p, dir, "keys"), KEYD_SIGNING,
		 &p->signing, d)) != ST_OK)
		return st;
	return keyd_start(
	    NULL, path_of(p, dir, "issuing"), KEYD_ISSUING, &p->issuing, d);
}

static enum status
read_trust(struct platform *p, const char *dir, struct diag *d)
{
	enum status st;
	struct buf b;

	buf_init(&b, TRUST_FILE);
	if ((st = file_read(path_of(p, dir, "trust.json"), &b, d)) == ST_OK &&
	    (st = trust_parse(b.p, b.n, &p->trust, d)) == ST_OK)
		st = serve_body("application/json", &b, &p->trust_file);
	buf_fini(&b);
	return st;
}

static enum status
make_about(struct platform *p)
{
	/* What a demonstration shortens; the pages know these by name. */
	static const char *const demo[] = { "one-machine", "same-epoch",
		"own-watchers", "same-relay" };
	json_t *notices = json_array(), *v;
	enum status st;
	struct buf b;
	size_t i;

	for (i = 0; p->settings.demo && i < NELEMS(demo); i++)
		(void)json_array_append_new(notices, json_string(demo[i]));
	v = json_pack("{s:b,s:s,s:o,s:s}", "demo", (int)p->settings.demo,
	    "name", p->settings.title, "notices", notices, "origin",
	    p->settings.origin);
	buf_init(&b, 4096);
	st = v == NULL ? ST_NOMEM : json_write(v, &b);
	if (st == ST_OK)
		st = serve_body("application/json", &b, &p->about);
	json_decref(v);
	buf_fini(&b);
	return st;
}

/* The ledger's thread: entries have become part of the cosigned log. */
static void
published(void *arg, uint64_t from, uint64_t to)
{
	struct platform *p = arg;

	(void)from;
	(void)to;
	districts_publish(p->districts);
	house_wake(p->house);
}

static enum status
open_ledger(struct platform *p, struct diag *d)
{
	const char **urls = arena_alloc(
	    p->arena, LEDGER_WATCHERS * sizeof(*urls));
	char *list = arena_strdup(p->arena, p->settings.watchers), *at, *rest;
	struct ledger_config c = { .store = p->store,
		.keyd = p->signing,
		.trust = &p->trust,
		.httpc = p->httpc,
		.watchers = urls,
		.published = published,
		.arg = p };

	if (urls == NULL || list == NULL)
		return ST_NOMEM;
	for (at = strtok_r(list, " ", &rest); at != NULL;
	     at = strtok_r(NULL, " ", &rest)) {
		if (c.watcher_count == LEDGER_WATCHERS)
			return diag_set(d, ST_INVALID, "watchers", "16",
			    "There can be up to 16 watchers.");
		urls[c.watcher_count++] = at;
	}
	return ledger_open(&c, &p->ledger, d);
}

static enum status
document(const uint8_t hash[32], struct buf *out, void *arg)
{
	struct platform *p = arg;

	return filing_document(p->store, hash, out);
}

static enum status
open_state(struct platform *p, struct diag *d)
{
	struct registry_config r = {
		.origin = p->settings.origin, .document = document, .arg = p
	};
	struct house_config h = { .store = p->store,
		.ledger = p->ledger,
		.signing = p->signing,
		.issuing = p->issuing,
		.origin = p->settings.origin,
		.url = p->settings.url };
	enum status st;

	if ((st = keyd_note_key(
		 p->signing, p->settings.name, &r.platform, d)) != ST_OK)
		return st;
	h.platform = r.platform;
	if ((p->registry = registry_new(&r)) == NULL ||
	    (p->filing = filing_new(&(struct filing_config){ .store = p->store,
		 .ledger = p->ledger,
		 .registry = p->registry,
		 .origin = p->settings.origin })) == NULL ||
	    (p->districts = districts_new(
		 &(struct districts_config){ .store = p->store,
		     .ledger = p->ledger,
		     .keyd = p->signing,
		     .origin = p->settings.origin,
		     .platform = p->settings.name })) == NULL)
		return ST_NOMEM;
	h.filing = p->filing;
	h.registry = p->registry;
	h.districts = p->districts;
	if ((p->house = house_new(&h)) == NULL)
		return ST_NOMEM;
	p->tokens = (struct tokens_config){ .store = p->store,
		.issuing = p->issuing,
		.origin = p->settings.origin };
	return ST_OK;
}

/* Read the whole log once: what it says is the platform's memory. */
static enum status
take_note(uint64_t index, const void *note, size_t n, void *arg)
{
	struct platform *p = arg;
	struct doc *doc = NULL;
	enum status st;

	if ((st = doc_open(note, n, p->settings.origin, &doc, NULL)) != ST_OK)
		return st;
	if (strcmp(doc->type, DIRECTORY_TYPE) == 0)
		house_seen_directory(p->house, index);
	return registry_add(p->registry, index, &doc);
}

static enum status
read_log(struct platform *p, struct diag *d)
{
	enum status st = ledger_each(p->ledger, 0, take_note, p);

	if (st != ST_OK)
		return diag_set(d, st, "", "",
		    "An entry of the log in this database cannot be read.");
	districts_publish(p->districts);
	return ST_OK;
}

static enum status
open_all(struct platform *p, const struct platform_config *c, struct diag *d)
{
	enum status st;

	if ((st = settings_read(c->dir, &p->settings, p->arena, d)) != ST_OK ||
	    (st = open_keys(p, c->dir, d)) != ST_OK ||
	    (st = read_trust(p, c->dir, d)) != ST_OK ||
	    (st = make_about(p)) != ST_OK ||
	    (st = httpc_new(&p->httpc)) != ST_OK ||
	    (st = store_open(path_of(p, c->dir, "platform.db"), platform_sql,
		 NELEMS(platform_sql), &p->store, d)) != ST_OK ||
	    (st = open_ledger(p, d)) != ST_OK ||
	    (st = open_state(p, d)) != ST_OK ||
	    (st = read_log(p, d)) != ST_OK ||
	    (st = house_prepare(p->house, d)) != ST_OK)
		return st;
	if (c->map != NULL && (p->map = arena_strdup(p->arena, c->map)) == NULL)
		return ST_NOMEM;
	if (c->web != NULL &&
	    (st = httpd_static_load(c->web, csp, serve_hash, &p->web, d)) !=
		ST_OK)
		return st;
	if ((st = httpd_limit_new(600, 300, 4096, &p->filings)) != ST_OK)
		return st;
	return httpd_limit_new(600, 1200, 65536, &p->takes);
}

static enum status
serve(struct platform *p, const struct platform_config *c, struct diag *d)
{
	struct httpd_config h = { .address = c->address,
		.port = c->port,
		.event_threads = (unsigned)p->settings.event_threads,
		.workers = (unsigned)p->settings.workers,
		.connections = (unsigned)p->settings.connections,
		.csp = csp };
	enum status st;

	if ((st = ledger_start(p->ledger)) != ST_OK ||
	    (st = house_start(p->house)) != ST_OK)
		return st;
	return httpd_start(
	    &h, platform_routes, platform_route_count, p, &p->httpd, d);
}

enum status
platform_start(
    const struct platform_config *config, struct platform **out, struct diag *d)
{
	struct platform *p = calloc(1, sizeof(*p));
	enum status st = ST_NOMEM;

	*out = NULL;
	if (p == NULL)
		return ST_NOMEM;
	if ((p->arena = arena_new(1 << 20)) != NULL &&
	    (st = open_all(p, config, d)) == ST_OK)
		st = serve(p, config, d);
	if (st != ST_OK) {
		platform_stop(&p);
		return st;
	}
	*out = p;
	return ST_OK;
}

uint16_t
platform_port(const struct platform *p)
{
	return httpd_port(p->httpd);
}

void
platform_stop(struct platform **pp)
{
	struct platform *p = *pp;

	if (p == NULL)
		return;
	httpd_stop(&p->httpd);
	/* The house's thread reads the ledger, whose threads wake the house. */
	house_stop(p->house);
	ledger_close(&p->ledger);
	house_free(&p->house);
	districts_free(&p->districts);
	filing_free(&p->filing);
	registry_free(&p->registry);
	store_close(&p->store);
	httpc_free(&p->httpc);
	httpd_static_free(&p->web);
	httpd_body_free(&p->about);
	httpd_body_free(&p->trust_file);
	httpd_limit_free(&p->filings);
	httpd_limit_free(&p->takes);
	keyd_stop(&p->signing);
	keyd_stop(&p->issuing);
	arena_free(&p->arena);
	free(p);
	*pp = NULL;
}
