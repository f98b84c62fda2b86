#include "httpd/limit.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "httpd/inner.h"

#define WAYS 4 /* slots that one address may be in */

struct slot {
	uint64_t who;  /* keyed hash; 0: free */
	int64_t at_ms; /* when left was true */
	double left;   /* calls that it may make */
};

struct httpd_limit {
	pthread_mutex_t lock;
	uint64_t key[2];
	double per_ms, burst;
	size_t sets;
	struct slot slots[];
};

enum status
httpd_limit_new(unsigned per_minute, unsigned burst, unsigned slots,
    struct httpd_limit **out)
{
	size_t sets = slots / WAYS + 1;
	struct httpd_limit *l;

	*out = NULL;
	l = calloc(1, sizeof(*l) + sets * WAYS * sizeof(l->slots[0]));
	if (l == NULL)
		return ST_NOMEM;
	if (getrandom(l->key, sizeof(l->key), 0) != sizeof(l->key) ||
	    pthread_mutex_init(&l->lock, NULL) != 0) {
		free(l);
		return ST_NOMEM;
	}
	l->sets = sets;
	l->per_ms = per_minute / 60000.0;
	l->burst = burst;
	*out = l;
	return ST_OK;
}

void
httpd_limit_free(struct httpd_limit **l)
{
	if (*l == NULL)
		return;
	(void)pthread_mutex_destroy(&(*l)->lock);
	explicit_bzero(*l, sizeof(**l));
	free(*l);
	*l = NULL;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h ^= v;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 29;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

static uint64_t
hash(const struct httpd_limit *l, const void *p, size_t n)
{
	const unsigned char *c = p;
	uint64_t h = l->key[0];
	size_t i;

	for (i = 0; i < n; i++)
		h = mix(h, c[i]);
	return mix(h, l->key[1]) | 1; /* never the mark of a free slot */
}

/* The last address of X-Forwarded-For: what our own proxy saw. */
static uint64_t
forwarded(const struct httpd_limit *l, const char *s)
{
	const char *last = strrchr(s, ',');

	last = last != NULL ? last + 1 : s;
	last += strspn(last, " \t");
	return hash(l, last, strcspn(last, " \t"));
}

static uint64_t
who(const struct httpd_limit *l, const struct call *call)
{
	const union MHD_ConnectionInfo *info;
	const struct sockaddr *sa;
	const char *s;

	if (call->h->config.forwarded &&
	    (s = call_header(call, "X-Forwarded-For")) != NULL)
		return forwarded(l, s);
	info = MHD_get_connection_info(
	    call->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	sa = info != NULL ? info->client_addr : NULL;
	if (sa != NULL && sa->sa_family == AF_INET)
		return hash(l,
		    &((const struct sockaddr_in *)(const void *)sa)->sin_addr,
		    4);
	if (sa != NULL && sa->sa_family == AF_INET6)
		return hash(l,
		    &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr,
		    8);
	return hash(l, "", 0);
}

/* The slot of id: its own, else a free one, else the one that is oldest. */
static struct slot *
find(struct httpd_limit *l, uint64_t id, int64_t now)
{
	struct slot *s = &l->slots[id % l->sets * WAYS], *best = s;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (s[i].who == id)
			return &s[i];
		if (s[i].at_ms < best->at_ms)
			best = &s[i];
	}
	best->who = id;
	best->at_ms = now;
	best->left = l->burst;
	return best;
}

enum status
httpd_limit(struct httpd_limit *l, struct call *call)
{
	int64_t now = clock_monotonic_ms();
	uint64_t id = who(l, call);
	double wait_s = 0;
	char text[24];
	struct slot *s;

	(void)pthread_mutex_lock(&l->lock);
	s = find(l, id, now);
	s->left += (double)(now - s->at_ms) * l->per_ms;
	if (s->left > l->burst)
		s->left = l->burst;
	s->at_ms = now;
	if (s->left >= 1)
		s->left -= 1;
	else
		wait_s = (1 - s->left) / l->per_ms / 1000;
	(void)pthread_mutex_unlock(&l->lock);
	if (wait_s <= 0)
		return ST_OK;
	(void)snprintf(text, sizeof(text), "%.0f", wait_s + 1);
	httpd_header(call, "Retry-After", text);
	return ST_RATE;
}
