/*
 * publish: how long until a request that an agency files can be read in its
 * district, committed and cosigned by two of three watchers, while readers of
 * the same district go on.
 *
 * usage: publish READERS REQUESTS; prints p50, p99 and max in ms, the same
 * p50 and p99 until the filing was answered, and the readers' rate.
 */
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "httpc/httpc.h"
#include "protocol/doc.h"
#include "world.h"

#define SIDE 24 /* places a row */
#define REST_MS 3000
#define P99(n) (((n)*99 + 99) / 100 - 1) /* of n in order, by rank */
#define STEP 90000 /* microdegrees between places, some 9 km */

static struct world w;
static _Atomic uint64_t reads;
static _Atomic int stop;
static char district_url[160];

static double
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void *
reader(void *arg)
{
	struct httpc_reply r = { 0 };
	struct diag d = { 0 };

	(void)arg;
	while (!atomic_load(&stop)) {
		if (httpc_get(w.httpc, district_url, NULL, 1 << 24, &r, &d) ==
			ST_OK &&
		    r.code == 200)
			atomic_fetch_add(&reads, 1);
		httpc_reply_fini(&r);
	}
	return NULL;
}

/* Place number i: far enough from all others to be no neighbour. */
static struct geo_district
place(struct request *r, size_t i)
{
	struct geo_point c = { -82950000 + (int32_t)(i % SIDE) * STEP,
		27100000 + (int32_t)(i / SIDE) * STEP };

	PRE(area_around(c, 300, &r->area, NULL) == ST_OK);
	return district_of(c);
}

/* How long it took until it could be read, and until 201 in *filed. */
static double
publish_one(size_t i, double *filed)
{
	struct world_reply reply;
	struct geo_district t;
	struct request r;
	char case_number[32], path[64], id[ID_TEXT];
	double start;
	struct buf b;

	(void)snprintf(case_number, sizeof(case_number), "24-%05zu", i);
	world_request(&w, &r, case_number);
	t = place(&r, i);
	id_text(&r.id, id);
	(void)snprintf(path, sizeof(path), "/v1/feed/%d/%d/%d", t.z, t.x, t.y);
	start = now_ms();
	world_publish(&w, &r, &reply);
	*filed = now_ms() - start;
	if (reply.code != 201) {
		(void)fprintf(stderr, "publish: request %zu: %u %s %s\n", i,
		    reply.code, reply.problem, reply.title);
		exit(1);
	}
	world_reply_fini(&reply);
	do {
		buf_init(&b, 16 << 20);
		PRE(world_get(&w, path, &b) == 200);
		if (strstr(buf_text(&b), id) != NULL)
			break;
		buf_fini(&b);
	} while (now_ms() - start < 10000);
	buf_fini(&b);
	return now_ms() - start;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	size_t readers, n, i;
	struct geo_district t;
	struct request r = { 0 };
	pthread_t *threads;
	double *ms, *filed, start, seconds;

	PRE(argc == 3);
	readers = strtoul(argv[1], NULL, 10);
	n = strtoul(argv[2], NULL, 10);
	PRE(n >= 1 && n <= (size_t)SIDE * 20);
	threads = calloc(readers + 1, sizeof(*threads));
	ms = calloc(n, sizeof(*ms));
	filed = calloc(n, sizeof(*filed));
	PRE(threads != NULL && ms != NULL && filed != NULL);
	world_start(&w);
	w.jurisdiction = strdup(
	    "{\"coordinates\":[[[[-83,27],[-80.5,27],[-80.5,29],[-83,29],"
	    "[-83,27]]]],\"type\":\"MultiPolygon\"}");
	world_admit(&w);
	t = place(&r, 0);
	(void)snprintf(district_url, sizeof(district_url),
	    "%s/v1/feed/%d/%d/%d", w.url, t.z, t.x, t.y);
	/* Long enough for the stores to be at rest, as in one that runs. */
	(void)poll(NULL, 0, REST_MS);
	for (i = 0; i < readers; i++)
		PRE(pthread_create(&threads[i], NULL, reader, NULL) == 0);
	start = now_ms();
	for (i = 0; i < n; i++)
		ms[i] = publish_one(i, &filed[i]);
	seconds = (now_ms() - start) / 1e3;
	atomic_store(&stop, 1);
	for (i = 0; i < readers; i++)
		(void)pthread_join(threads[i], NULL);
	qsort(ms, n, sizeof(*ms), compare);
	qsort(filed, n, sizeof(*filed), compare);
	(void)printf("%.1f %.1f %.1f %.1f %.1f %.0f\n", ms[n / 2], ms[P99(n)],
	    ms[n - 1], filed[n / 2], filed[P99(n)],
	    (double)atomic_load(&reads) / seconds);
	world_stop(&w);
	free(threads);
	free(ms);
	free(filed);
	return 0;
}
