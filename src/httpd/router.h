/*
 * router: from a method and a path to a route, without allocation.
 *
 * Built once from the routes; read-only afterwards.  Private to httpd.
 */
#ifndef HTTPD_ROUTER_H
#define HTTPD_ROUTER_H

#include <stddef.h>

#include "httpd/httpd.h"

#define ROUTER_PARAMS 8

enum router_method {
	ROUTER_GET,
	ROUTER_HEAD,
	ROUTER_POST,
	ROUTER_PUT,
	ROUTER_PATCH,
	ROUTER_DELETE,
	ROUTER_OPTIONS,
	ROUTER_METHODS /* also: a method that no route can have */
};

/* A route with its parameters' names, in the order of the path. */
struct router_route {
	const struct httpd_route *r;
	char *names[ROUTER_PARAMS];
	size_t n;
};

/* All routes of one path. */
struct router_leaf {
	const struct router_route *by[ROUTER_METHODS];
	char allow[64]; /* the value of an Allow header */
	bool public;    /* any of them is */
};

/* A parameter's value: a part of the path that was matched. */
struct router_value {
	const char *p;
	size_t n;
};

struct router;

/* Returns ST_OK or ST_NOMEM; a pattern that cannot be aborts. */
enum status router_new(
    const struct httpd_route *routes, size_t n, struct router **out) NODISCARD;

void router_free(struct router **r);

enum router_method router_method(const char *method);

/* The leaf of path, its parameters into v; NULL where there is none. */
const struct router_leaf *router_match(const struct router *r, const char *path,
    struct router_value v[ROUTER_PARAMS]);

#endif /* !HTTPD_ROUTER_H */
