/* What the districts' own files share; see districts.h. */
#ifndef PLATFORM_DISTRICTS_INNER_H
#define PLATFORM_DISTRICTS_INNER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "platform/districts.h"
#include "rules/feed.h"

#define TOUCHED_MAX 256 /* districts that one publication makes anew singly */

struct httpd_body;

/* A district that is ready to be sent. */
struct ready {
	struct geo_district district;
	struct httpd_body *body;
	size_t items;
	uint8_t view[32]; /* tells whether it would show something else now */
	int64_t made;     /* UTC seconds */
	int64_t as_of;    /* the time of its checkpoint */
};

struct districts {
	struct districts_config config;
	/* Held while anything is made: all until `lock`. */
	pthread_mutex_t making;
	struct rules_feed *feed;
	uint64_t fed;          /* entries that the feed has taken in */
	struct buf checkpoint; /* what districts are made as of */
	uint64_t size;         /* its size: fed, unless reading failed */
	int64_t as_of;         /* its time */
	int64_t next, renewed;
	bool failing;
	/* Held for memory only: what is ready. */
	pthread_rwlock_t lock;
	struct ready *v; /* by district */
	size_t n, empty, dropped;
	struct httpd_body *list;
};

/*
 * districts_build.c: what t shows at now_s; hash stands for it.  `making` is
 * held; free the view with rules_feed_view_fini().
 */
enum status districts_view(struct districts *x, struct geo_district t,
    int64_t now_s, struct rules_feed_view *view, uint8_t hash[32]) NODISCARD;

/*
 * The same file: make the body of r->district from what is published;
 * `making` is held.  Sets r->body, items, view and as_of.
 */
enum status districts_build(struct districts *x, struct ready *r) NODISCARD;

/* The body of /v1/districts.json. */
enum status
districts_build_list(struct districts *x, struct httpd_body **out) NODISCARD;

#endif /* !PLATFORM_DISTRICTS_INNER_H */
