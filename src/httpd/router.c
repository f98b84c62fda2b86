#include "httpd/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"

/* A tree over path segments: fixed texts as siblings, then a parameter. */
struct node {
	const char *text; /* n bytes of a route's path */
	size_t n;
	struct node *child, *sibling, *param;
	struct router_leaf *leaf, *rest;
};

struct router {
	struct node root;
	struct router_route *routes;
	size_t n;
};

static const char *const names[ROUTER_METHODS] = { "GET", "HEAD", "POST", "PUT",
	"PATCH", "DELETE", "OPTIONS" };

enum router_method
router_method(const char *method)
{
	int i;

	for (i = 0; i < ROUTER_METHODS; i++)
		if (strcmp(method, names[i]) == 0)
			break;
	return (enum router_method)i;
}

static struct node *
fixed(struct node *at, const char *p, size_t n)
{
	struct node *c;

	for (c = at->child; c != NULL; c = c->sibling)
		if (c->n == n && memcmp(c->text, p, n) == 0)
			return c;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->text = p;
	c->n = n;
	c->sibling = at->child;
	at->child = c;
	return c;
}

/* Note a parameter's name, without braces and star. */
static enum status
name(struct router_route *rr, const char *p, size_t n)
{
	PRE(rr->n < ROUTER_PARAMS && n > 0);
	if ((rr->names[rr->n] = strndup(p, n)) == NULL)
		return ST_NOMEM;
	rr->n++;
	return ST_OK;
}

/* The place of the route's leaf, made on the way; NULL: no memory. */
static struct router_leaf **
place(struct router *r, struct router_route *rr)
{
	const char *p = rr->r->path, *end;
	struct node *at = &r->root;
	size_t n;

	PRE(p[0] == '/');
	for (; *p == '/'; p = end) {
		end = strchrnul(++p, '/');
		n = (size_t)(end - p);
		if (n == 0 || p[0] != '{') {
			if ((at = fixed(at, p, n)) == NULL)
				return NULL;
			continue;
		}
		PRE(n > 2 && p[n - 1] == '}');
		if (p[n - 2] == '*') {
			PRE(*end == '\0');
			if (name(rr, p + 1, n - 3) != ST_OK)
				return NULL;
			return &at->rest;
		}
		if (name(rr, p + 1, n - 2) != ST_OK)
			return NULL;
		if (at->param == NULL &&
		    (at->param = calloc(1, sizeof(*at))) == NULL)
			return NULL;
		at = at->param;
	}
	return &at->leaf;
}

static enum status
add(struct router *r, struct router_route *rr)
{
	enum router_method m = router_method(rr->r->method);
	struct router_leaf **leaf;

	PRE(m < ROUTER_METHODS);
	if ((leaf = place(r, rr)) == NULL ||
	    (*leaf == NULL && (*leaf = calloc(1, sizeof(**leaf))) == NULL))
		return ST_NOMEM;
	PRE((*leaf)->by[m] == NULL);
	(*leaf)->by[m] = rr;
	if (rr->r->public)
		(*leaf)->public = true;
	return ST_OK;
}

/* HEAD falls to GET; Allow is written down once. */
static void
finish_leaf(struct router_leaf *l)
{
	size_t n = 0;
	int i;

	if (l == NULL)
		return;
	if (l->by[ROUTER_HEAD] == NULL)
		l->by[ROUTER_HEAD] = l->by[ROUTER_GET];
	for (i = 0; i < ROUTER_METHODS; i++)
		if (l->by[i] != NULL || i == ROUTER_OPTIONS)
			n += (size_t)snprintf(l->allow + n,
			    sizeof(l->allow) - n, "%s%s", n > 0 ? ", " : "",
			    names[i]);
}

static void
finish(struct node *at)
{
	struct node *c;

	finish_leaf(at->leaf);
	finish_leaf(at->rest);
	for (c = at->child; c != NULL; c = c->sibling)
		finish(c);
	if (at->param != NULL)
		finish(at->param);
}

enum status
router_new(const struct httpd_route *routes, size_t n, struct router **out)
{
	struct router *r;
	size_t i;

	*out = NULL;
	if ((r = calloc(1, sizeof(*r))) == NULL ||
	    (r->routes = calloc(n + 1, sizeof(*r->routes))) == NULL)
		goto fail;
	for (r->n = 0; r->n < n;) {
		i = r->n++;
		r->routes[i].r = &routes[i];
		if (add(r, &r->routes[i]) != ST_OK)
			goto fail;
	}
	finish(&r->root);
	*out = r;
	return ST_OK;
fail:
	router_free(&r);
	return ST_NOMEM;
}

static void
free_below(struct node *at)
{
	struct node *c;

	while ((c = at->child) != NULL) {
		at->child = c->sibling;
		free_below(c);
		free(c);
	}
	if (at->param != NULL)
		free_below(at->param);
	free(at->param);
	free(at->leaf);
	free(at->rest);
}

void
router_free(struct router **r)
{
	size_t i, k;

	if (*r == NULL)
		return;
	free_below(&(*r)->root);
	for (i = 0; i < (*r)->n; i++)
		for (k = 0; k < (*r)->routes[i].n; k++)
			free((*r)->routes[i].names[k]);
	free((*r)->routes);
	free(*r);
	*r = NULL;
}

/*
 * p is what follows a slash, or NULL after the last segment; k parameters
 * have been taken.  The tree is as deep as our longest pattern, so the
 * recursion is too.
 */
static const struct router_leaf *
descend(const struct node *at, const char *p, struct router_value *v, size_t k)
{
	const struct router_leaf *leaf;
	const char *end, *next;
	const struct node *c;
	size_t n;

	if (p == NULL)
		return at->leaf;
	end = strchrnul(p, '/');
	next = *end == '/' ? end + 1 : NULL;
	n = (size_t)(end - p);
	for (c = at->child; c != NULL; c = c->sibling)
		if (c->n == n && memcmp(c->text, p, n) == 0 &&
		    (leaf = descend(c, next, v, k)) != NULL)
			return leaf;
	if (at->param != NULL && n > 0) {
		v[k].p = p;
		v[k].n = n;
		if ((leaf = descend(at->param, next, v, k + 1)) != NULL)
			return leaf;
	}
	if (at->rest != NULL) {
		v[k].p = p;
		v[k].n = strlen(p);
	}
	return at->rest;
}

const struct router_leaf *
router_match(const struct router *r, const char *path,
    struct router_value v[ROUTER_PARAMS])
{
	if (path[0] != '/')
		return NULL;
	return descend(&r->root, path + 1, v, 0);
}
