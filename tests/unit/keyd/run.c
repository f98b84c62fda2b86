#include "run.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/pre.h"

#define THREADS_MAX 64

static char dir[64];

int
run_setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/test-keyd-XXXXXX");
	/* As it was built, unless whoever runs the test says another. */
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_BUILT, 0);
	return mkdtemp(dir) == NULL ? -1 : 0;
}

int
run_teardown(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	return system(cmd) == 0 ? 0 : -1;
}

const char *
run_dir(void)
{
	return dir;
}

struct keyd *run_start(enum keyd_class class)
{
	struct keyd *k = NULL;
	struct diag d = { 0 };
	enum status st = keyd_start(NULL, dir, class, &k, &d);

	if (st != ST_OK)
		diag_print("test", st, &d);
	PRE(st == ST_OK && k != NULL);
	return k;
}

const char *
run_path(const char *file)
{
	static char path[8][256];
	static unsigned turn;

	turn = (turn + 1) % 8;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, file);
	return path[turn];
}

struct start {
	void (*fn)(int);
	int number;
};

static void *
start(void *arg)
{
	struct start *s = arg;

	s->fn(s->number);
	return NULL;
}

void
run_threads(int n, void (*fn)(int number))
{
	pthread_t thread[THREADS_MAX];
	struct start s[THREADS_MAX];
	int i;

	PRE(n <= THREADS_MAX);
	for (i = 0; i < n; i++) {
		s[i] = (struct start){ fn, i };
		PRE(pthread_create(&thread[i], NULL, start, &s[i]) == 0);
	}
	for (i = 0; i < n; i++)
		PRE(pthread_join(thread[i], NULL) == 0);
}
