/* What the platform's own files share; see platform.h. */
#ifndef PLATFORM_INNER_H
#define PLATFORM_INNER_H

#include "httpd/httpd.h"
#include "platform/platform.h"
#include "platform/settings.h"
#include "platform/tokens.h"

struct arena;
struct districts;
struct filing;
struct house;
struct httpc;
struct httpd_body;
struct httpd_limit;

struct httpd_static;
struct keyd;
struct ledger;
struct registry;
struct store;

struct platform {
	struct arena *arena;
	struct settings settings;
	struct trust trust;
	const char *map;
	struct keyd *signing, *issuing;
	struct store *store;
	struct httpc *httpc;
	struct ledger *ledger;
	struct registry *registry;
	struct filing *filing;
	struct districts *districts;
	struct house *house;
	struct tokens_config tokens;
	struct httpd_static *web;
	struct httpd_body *about, *trust_file;
	struct httpd_limit *filings, *takes; /* calls that write */
	struct httpd *httpd;
};

/* api.c: the routes; their env is the struct platform. */
extern const struct httpd_route platform_routes[];
extern const size_t platform_route_count;

#endif /* !PLATFORM_INNER_H */
