/*
 * expect: what the tests of refusals share: the problem document that a call
 * must be answered with, and requests that are one thing away from a good one.
 */
#ifndef TESTS_PLATFORM_EXPECT_H
#define TESTS_PLATFORM_EXPECT_H

#include <jansson.h>

#include "world.h"

/* A problem as it must be told; NULL: not looked at.  limit is a part of it. */
struct expect {
	unsigned code;
	const char *problem, *field, *limit;
};

/*
 * Fail, naming what, unless r is that problem, complete and with a page that
 * explains it.  Frees r's body.
 */
void expect_problem(struct world *w, const char *what, struct world_reply *r,
    const struct expect *e);

/* Fail, naming what, unless r is a 201; frees r's body; its log number. */
int64_t expect_filed(const char *what, struct world_reply *r);

/* Sign body (taken) as a request by agency and locker, and file it. */
void expect_request(struct world *w, json_t *body, struct world_reply *out);

/* The default request, but around a point so many metres away. */
void
expect_place(struct request *r, double east_m, double north_m, double radius_m);

/* The first place of from in b becomes to; fails where there is none. */
void expect_replace(struct buf *b, const char *from, const char *to);

#endif /* !TESTS_PLATFORM_EXPECT_H */
