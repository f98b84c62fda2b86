/* What the districts' own files share; see districts.h. */
#ifndef PLATFORM_DISTRICTS_INNER_H
#define PLATFORM_DISTRICTS_INNER_H

#include <pthread.h>
#include <stdbool.h>

#include "platform/districts.h"
#include "rules/feed.h"

#define TOUCHED_MAX 256 /* districts that one publication makes anew singly */

struct httpd_body;

/* A district that is ready to be sent. */
struct ready {
	struct geo_district district;
	struct httpd_body *body;
	size_t items;
	int64_t made; /* UTC seconds */
};

struct districts {
	struct districts_config config;
	/* Held while anything is made: the feed, next and renewed. */
	pthread_mutex_t making;
	struct rules_feed *feed;
	int64_t next, renewed;
	/* Held for memory only: what is ready. */
	pthread_rwlock_t lock;
	struct ready *v; /* by district */
	size_t n, empty, dropped;
	struct httpd_body *list;
};

/*
 * districts_build.c: make the body of r->district from what is published;
 * `making` is held.  Sets r->body and r->items.
 */
enum status districts_build(struct districts *x, struct ready *r) NODISCARD;

/* The body of /v1/districts.json. */
enum status
districts_build_list(struct districts *x, struct httpd_body **out) NODISCARD;

#endif /* !PLATFORM_DISTRICTS_INNER_H */
