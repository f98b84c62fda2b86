/* porchlight demo: every role on this machine. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "cli/demo_pages.h"
#include "cli/world.h"

static void
step(void *arg, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "%s\n", text);
}

/* A path as a person in this directory would write it. */
static const char *
shown(const char *path)
{
	char here[PATH_MAX];
	size_t n;

	if (getcwd(here, sizeof(here)) == NULL)
		return path;
	n = strlen(here);
	return strncmp(path, here, n) == 0 && path[n] == '/' ? path + n + 1
							     : path;
}

/* What to type in another terminal, so that it works as it stands. */
static void
tell_next(const struct world *w)
{
	const char *trust = shown(w->trust), *dir = shown(w->dir);
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[n > 0 ? n : 0] = '\0';
	(void)printf("Next, in another terminal, as a resident:\n\n"
		     "  alias porchlight=%s\n"
		     "  porchlight home init --data home --platform %s \\\n"
		     "      --trust %s\n"
		     "  porchlight home take --data home --now\n"
		     "  porchlight share --data home --at %s --early "
		     "CLIP.mp4\n\n"
		     "and as the agency:\n\n"
		     "  porchlight package --list --data %s/police \\\n"
		     "      --trust %s\n\n",
	    shown(program), w->platform_url, trust, "-88.03,43.05", dir, trust);
}

static void
tell(const struct world *w)
{
	const uint16_t *p = w->ports;

	(void)printf(
	    "\nPorchlight runs on this machine. Ctrl-C ends it.\n\n"
	    "  public pages, residents  http://localhost:%u\n"
	    "  agency's portal          http://agency.localhost:%u\n"
	    "  relays                   http://localhost:%u, :%u\n"
	    "  watchers                 http://localhost:%u, :%u, :%u\n"
	    "  locker, for relays       http://localhost:%u\n\n"
	    "Lakeland is not a real place, and one machine plays all "
	    "parts: nothing here is\nanonymous or independent. ",
	    p[WORLD_PLATFORM], p[WORLD_OFFICERS], p[WORLD_RELAY],
	    p[WORLD_RELAY_2], p[WORLD_WATCHER], p[WORLD_WATCHER_2],
	    p[WORLD_WATCHER_3], p[WORLD_LOCKER]);
	tell_next(w);
	(void)fflush(stdout);
}

/* Until a signal comes: look after the processes. */
static enum status
supervise(struct world *w, struct diag *d)
{
	struct timespec second = { .tv_sec = 1 };
	enum status st;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	while (sigtimedwait(&set, NULL, &second) < 0)
		if ((st = world_tend(w, d)) != ST_OK)
			return st;
	return ST_OK;
}

int
cmd_demo(int argc, char **argv)
{
	static struct world w;
	const char *dir = "demo-data";
	bool free_ports = false;
	int64_t port = 0;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR",
		    "where the demo is kept (demo-data)", 0, 0, 0 },
		{ "port", OPT_INT, &port, "N",
		    "the first of eight ports (8080)", 1024, 65528, 0 },
		{ "free-ports", OPT_FLAG, &free_ports, NULL,
		    "use eight ports that are free", 0, 0, 0 },
		{ "web", OPT_TEXT, &w.web, "DIR", "the built pages", 0, 0, 0 },
	};
	const struct opt_command c = {
		"porchlight demo [--data DIR] [--port N]",
		"Run every role on this machine, each a process of its own: a "
		"platform, three\nwatchers, two relays, a police department in "
		"a place that does not exist. The first\nstart sets all up; "
		"later ones go on with it.",
		"porchlight demo --data demo-data", opts, NELEMS(opts), 0, 0
	};
	int64_t began = clock_monotonic_ms();
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	cli_signals_hold();
	if (w.web == NULL)
		w.web = demo_pages();
	w.demo = true;
	w.step = step;
	w.base = port;
	w.first = free_ports ? 0 : 8080;
	if (realpath(dir, w.dir) == NULL)
		(void)snprintf(w.dir, sizeof(w.dir), "%s", dir);
	if ((st = world_start(&w, &d)) == ST_OK) {
		(void)fprintf(stderr, "%s in %.1f s.\n",
		    w.fresh ? "Set up and started" : "Started again",
		    (double)(clock_monotonic_ms() - began) / 1000);
		tell(&w);
		st = supervise(&w, &d);
		(void)fprintf(stderr, "\nEnding.\n");
	}
	world_stop(&w);
	return cli_end(st, &d);
}
