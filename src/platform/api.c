/* The platform's calls (docs/protocol.md); each is a screen or less. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "httpd/body.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/limit.h"
#include "httpd/reply.h"
#include "httpd/static.h"
#include "platform/districts.h"
#include "platform/filing.h"
#include "platform/house.h"
#include "platform/inner.h"
#include "platform/ledger.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

#define BUNDLE_MAX (size_t)(TILE_WIDTH * (TILE_ENTRY_MAX + 2))
#define JURISDICTION_MAX (size_t)(16 * 1024 * 1024)
#define MAP_MAX (size_t)(4 * 1024 * 1024)

/* -- reading --------------------------------------------------------------- */

static enum status
district_param(struct call *call, struct geo_district *t)
{
	char text[64];

	if (snprintf(text, sizeof(text), "%s/%s/%s", call_param(call, "z"),
		call_param(call, "x"),
		call_param(call, "y")) >= (int)sizeof(text))
		return ST_NOTFOUND;
	return district_parse(text, t, call_diag(call)) == ST_OK ? ST_OK
								 : ST_NOTFOUND;
}

static enum status
get_feed(struct call *call)
{
	struct platform *p = call_env(call);
	struct geo_district t;
	enum status st;

	if ((st = district_param(call, &t)) != ST_OK)
		return st;
	return districts_reply(p->districts, call, t);
}

/* The first call for a district that shows nothing. */
static enum status
get_feed_slow(struct call *call)
{
	struct platform *p = call_env(call);
	struct geo_district t;
	enum status st;

	if ((st = district_param(call, &t)) != ST_OK)
		return st;
	return districts_reply_made(p->districts, call, t);
}

static enum status
get_districts(struct call *call)
{
	struct platform *p = call_env(call);

	return districts_reply_list(p->districts, call);
}

static enum status
get_directory(struct call *call)
{
	struct platform *p = call_env(call);

	return house_reply_directory(p->house, call);
}

static enum status
get_agencies(struct call *call)
{
	struct platform *p = call_env(call);

	return house_reply_agencies(p->house, call);
}

static enum status
get_recipients(struct call *call)
{
	struct platform *p = call_env(call);

	return house_reply_recipients(p->house, call);
}

static enum status
get_about(struct call *call)
{
	struct platform *p = call_env(call);

	return httpd_reply_shared(call, p->about);
}

static enum status
get_trust(struct call *call)
{
	struct platform *p = call_env(call);

	return httpd_reply_shared(call, p->trust_file);
}

static enum status
get_jurisdiction(struct call *call)
{
	struct platform *p = call_env(call);
	uint8_t hash[32];
	enum status st;
	struct buf b;

	if (enc_unhex(call_param(call, "hash"), hash, sizeof(hash)) != ST_OK)
		return ST_NOTFOUND;
	buf_init(&b, JURISDICTION_MAX);
	st = filing_document(p->store, hash, &b);
	if (st == ST_OK) {
		/* A document by its hash never changes. */
		httpd_header(call, "Cache-Control",
		    "public, max-age=31536000, immutable");
		st = httpd_reply_buf(call, 200, "application/geo+json", &b);
	}
	buf_fini(&b);
	return st;
}

/* A whole district's map; the operator may have none. */
static enum status
get_map(struct call *call)
{
	struct platform *p = call_env(call);
	struct geo_district t;
	char path[4096];
	enum status st;
	struct buf b;

	if ((st = district_param(call, &t)) != ST_OK)
		return st;
	if (p->map == NULL ||
	    snprintf(path, sizeof(path), "%s/%d-%d.json", p->map, t.x, t.y) >=
		(int)sizeof(path))
		return ST_NOTFOUND;
	buf_init(&b, MAP_MAX);
	st = file_read(path, &b, NULL);
	if (st == ST_OK) {
		httpd_header(call, "Cache-Control", "public, max-age=3600");
		st = httpd_reply_buf(call, 200, "application/json", &b);
	}
	buf_fini(&b);
	return st;
}

/* -- the log --------------------------------------------------------------- */

static enum status
get_checkpoint(struct call *call)
{
	struct platform *p = call_env(call);
	enum status st;
	struct buf b;

	buf_init(&b, CHECKPOINT_NOTE);
	if ((st = ledger_checkpoint(p->ledger, &b, NULL, NULL)) == ST_OK) {
		httpd_header(call, "Cache-Control", "no-cache");
		st = httpd_reply_buf(
		    call, 200, "text/plain; charset=utf-8", &b);
	}
	buf_fini(&b);
	return st;
}

static enum status
get_tile(struct call *call)
{
	struct platform *p = call_env(call);
	char path[TILE_PATH + 8];
	struct tile t;
	enum status st;
	struct buf b;

	if (snprintf(path, sizeof(path), "tile/%s", call_param(call, "tile")) >=
		(int)sizeof(path) ||
	    tile_path_parse(path, &t) != ST_OK)
		return ST_NOTFOUND;
	buf_init(&b, BUNDLE_MAX);
	st = t.level == TILE_ENTRIES ? ledger_bundle(p->ledger, &t, &b)
				     : ledger_tile(p->ledger, &t, &b);
	if (st == ST_OK) {
		/* Also a partial tile is what it is for ever. */
		httpd_header(call, "Cache-Control",
		    "public, max-age=31536000, immutable");
		st = httpd_reply_buf(call, 200, "application/octet-stream", &b);
	}
	buf_fini(&b);
	return st;
}

/* -- writing --------------------------------------------------------------- */

static enum status
reply_filed(struct call *call, enum status st, const struct filing_result *r)
{
	struct platform *p = call_env(call);
	struct buf proof;

	if (st == ST_HELD)
		return httpd_reply_json(call, 202,
		    json_pack("{s:s,s:s,s:o}", "state", "held", "rule", r->rule,
			"by", json_time(r->by)));
	if (st == ST_PENDING)
		return httpd_reply_json(call, 202,
		    json_pack("{s:s,s:I}", "state", "pending", "index",
			(json_int_t)r->index));
	buf_init(&proof, PROOF_MAX);
	if ((st = ledger_proof(p->ledger, r->index, &proof)) == ST_OK)
		st = httpd_reply_json(call, 201,
		    json_pack("{s:I,s:s}", "index", (json_int_t)r->index,
			"proof", buf_text(&proof)));
	buf_fini(&proof);
	return st;
}

static enum status
post_note(struct call *call)
{
	struct platform *p = call_env(call);
	struct in {
		const char *note, *text, *jurisdiction;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "note",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = HTTPD_WORKER_LIMIT,
		    .offset = offsetof(struct in, note) },
		{ .name = "text",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = HTTPD_WORKER_LIMIT,
		    .optional = 1,
		    .offset = offsetof(struct in, text) },
		{ .name = "jurisdiction",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = HTTPD_WORKER_LIMIT,
		    .optional = 1,
		    .offset = offsetof(struct in, jurisdiction) },
	};
	struct filing_result result;
	struct arena *a = call_arena(call);
	enum status st;

	if (a == NULL)
		return ST_NOMEM;
	if ((st = json_fields(call_json(call), spec, NELEMS(spec), NULL, &in, a,
		 call_diag(call))) != ST_OK)
		return st;
	st = filing_file(p->filing, in.note, in.text, in.jurisdiction,
	    (unsigned)p->settings.wait_ms, &result, call_diag(call));
	if (st != ST_OK && st != ST_PENDING && st != ST_HELD)
		return st;
	return reply_filed(call, st, &result);
}

/* The one member of {"note"}. */
static enum status
body_note(struct call *call, const char **note)
{
	struct in {
		const char *note;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "note",
		    .kind = JSON_FIELD_STR,
		    .min = 1,
		    .max = 65535,
		    .offset = offsetof(struct in, note) },
	};
	struct arena *a = call_arena(call);
	enum status st;

	if (a == NULL)
		return ST_NOMEM;
	st = json_fields(
	    call_json(call), spec, NELEMS(spec), NULL, &in, a, call_diag(call));
	*note = in.note;
	return st;
}

static enum status
post_account(struct call *call)
{
	struct platform *p = call_env(call);
	const char *note;
	enum status st;

	if ((st = body_note(call, &note)) != ST_OK ||
	    (st = tokens_register(&p->tokens, note, call_diag(call))) != ST_OK)
		return st;
	return httpd_reply_json(call, 201, json_object());
}

static enum status
post_tokens(struct call *call)
{
	struct platform *p = call_env(call);
	uint8_t(*signatures)[BLINDED_BYTES];
	json_t *list = json_array();
	const char *note;
	enum status st;
	size_t i, n = 0;

	if ((signatures = calloc(QUOTA_MAX, sizeof(*signatures))) == NULL)
		st = ST_NOMEM;
	else if ((st = body_note(call, &note)) == ST_OK)
		st = tokens_take(
		    &p->tokens, note, signatures, &n, call_diag(call));
	for (i = 0; st == ST_OK && i < n; i++)
		if (json_array_append_new(
			list, json_base64(signatures[i], BLINDED_BYTES)) != 0)
			st = ST_NOMEM;
	if (st == ST_OK)
		st = httpd_reply_json(
		    call, 200, json_pack("{s:O}", "signatures", list));
	json_decref(list);
	free(signatures);
	return st;
}

static enum status
admit_filing(struct call *call)
{
	struct platform *p = call_env(call);

	return httpd_limit(p->filings, call);
}

static enum status
admit_take(struct call *call)
{
	struct platform *p = call_env(call);

	return httpd_limit(p->takes, call);
}

/* -- pages ----------------------------------------------------------------- */

static enum status
get_problem(struct call *call)
{
	return httpd_problem_page(call, call_param(call, "name"));
}

static enum status
get_page(struct call *call)
{
	static const char bare[] =
	    "This is a Porchlight platform without its pages. The API is at "
	    "/v1/directory and the public log at /log/checkpoint.\n";
	struct platform *p = call_env(call);

	if (p->web == NULL)
		return *call_param(call, "path") != '\0'
		    ? ST_NOTFOUND
		    : httpd_reply(call, 200, "text/plain; charset=utf-8", bare,
			  sizeof(bare) - 1);
	return httpd_static_page(
	    call, p->web, call_param(call, "path"), "index.html");
}

#define GET(p, k, h)                                                 \
	{                                                            \
		.method = "GET", .path = p, .kind = k, .handler = h, \
		.public = true                                       \
	}
#define POST(p, n, h, a)                                                  \
	{                                                                 \
		.method = "POST", .path = p, .kind = HTTPD_WORKER,        \
		.body = HTTPD_JSON, .limit = n, .handler = h, .admit = a, \
		.public = true                                            \
	}

const struct httpd_route platform_routes[] = {
	{ .method = "GET",
	    .path = "/v1/feed/{z}/{x}/{y}",
	    .kind = HTTPD_INLINE,
	    .handler = get_feed,
	    .slow = get_feed_slow,
	    .public = true },
	GET("/v1/districts.json", HTTPD_INLINE, get_districts),
	GET("/v1/directory", HTTPD_INLINE, get_directory),
	GET("/v1/agencies.json", HTTPD_INLINE, get_agencies),
	GET("/v1/recipients.json", HTTPD_INLINE, get_recipients),
	GET("/v1/about", HTTPD_INLINE, get_about),
	GET("/trust.json", HTTPD_INLINE, get_trust),
	GET("/v1/jurisdictions/{hash}", HTTPD_WORKER, get_jurisdiction),
	GET("/v1/map/{z}/{x}/{y}", HTTPD_WORKER, get_map),
	GET("/log/checkpoint", HTTPD_INLINE, get_checkpoint),
	GET("/log/tile/{tile*}", HTTPD_WORKER, get_tile),
	POST("/v1/notes", HTTPD_WORKER_LIMIT, post_note, admit_filing),
	POST("/v1/accounts", 4096, post_account, admit_take),
	POST("/v1/tokens", 65536, post_tokens, admit_take),
	GET("/problems/{name}", HTTPD_INLINE, get_problem),
	GET("/{path*}", HTTPD_INLINE, get_page),
};

const size_t platform_route_count = NELEMS(platform_routes);
