#include "base/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/pre.h"

static _Atomic int64_t offset;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
read_environment(void)
{
	const char *text = getenv("PORCHLIGHT_CLOCK_OFFSET");

	if (text != NULL)
		atomic_fetch_add(&offset, strtoll(text, NULL, 10));
}

int64_t
clock_now(void)
{
	struct timespec ts;

	(void)pthread_once(&once, read_environment);
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec + atomic_load(&offset);
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_shift(int64_t seconds)
{
	atomic_fetch_add(&offset, seconds);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void
clock_text(int64_t t_s, char out[CLOCK_TEXT])
{
	time_t t = (time_t)t_s;
	struct tm tm;
	size_t n;

	PRE(t_s >= 0 && t_s <= CLOCK_MAX);
	(void)gmtime_r(&t, &tm);
	n = strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	PRE(n == CLOCK_TEXT - 1);
}

enum status
clock_parse(const char *text, int64_t *t_s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	char again[CLOCK_TEXT];
	int v[6] = { 0 }, field = 0;
	int64_t t;
	size_t i;

	if (strlen(text) != sizeof(form) - 1)
		return ST_INVALID;
	for (i = 0; i < sizeof(form) - 1; i++) {
		if (form[i] != 'd') {
			if (text[i] != form[i])
				return ST_INVALID;
			field++;
		} else if (text[i] < '0' || text[i] > '9') {
			return ST_INVALID;
		} else {
			v[field] = v[field] * 10 + (text[i] - '0');
		}
	}
	if (v[0] < 1970 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 ||
	    v[3] > 23 || v[4] > 59 || v[5] > 59)
		return ST_INVALID;
	t = days_from_civil(v[0], v[1], v[2]) * 86400 + v[3] * 3600 +
	    v[4] * 60 + v[5];
	/* A day that does not exist comes back as another one. */
	clock_text(t, again);
	if (strcmp(again, text) != 0)
		return ST_INVALID;
	*t_s = t;
	return ST_OK;
}
