#include "cli/world.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "cli/child.h"
#include "cli/world_inner.h"

#define LISTEN_MS 20000
#define MARK "setting-up"
#define OPEN_FILES 32

static const struct {
	const char *dir; /* also the log's name */
	enum world_port port;
} roles[WORLD_ROLES] = {
	{ "watcher-1", WORLD_WATCHER },
	{ "watcher-2", WORLD_WATCHER_2 },
	{ "watcher-3", WORLD_WATCHER_3 },
	{ "platform", WORLD_PLATFORM },
	{ "police", WORLD_LOCKER },
	{ "relay-1", WORLD_RELAY },
	{ "relay-2", WORLD_RELAY_2 },
};

void
world_path(const struct world *w, const char *name, char out[PATH_MAX])
{
	/* A data directory with a longer name is refused by its first use. */
	(void)snprintf(out, PATH_MAX, "%.3800s/%.200s", w->dir, name);
}

void
world_say(const struct world *w, const char *text)
{
	if (w->step != NULL)
		w->step(w->arg, text);
}

static void
nap_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&t, NULL);
}

enum status
world_role_start(struct world *w, enum world_role role, struct diag *d)
{
	char dir[PATH_MAX], log[PATH_MAX], name[64], port[8], officers[8];
	const char *args[20] = { NULL };
	size_t n = 0;

	world_path(w, roles[role].dir, dir);
	(void)snprintf(name, sizeof(name), "log/%s.log", roles[role].dir);
	world_path(w, name, log);
	(void)snprintf(
	    port, sizeof(port), "%u", (unsigned)w->ports[roles[role].port]);
	(void)snprintf(officers, sizeof(officers), "%u",
	    (unsigned)w->ports[WORLD_OFFICERS]);
	if (role == WORLD_R_PLATFORM) {
		args[n++] = "platform";
	} else {
		args[n++] = role == WORLD_R_AGENCY ? "agency"
		    : role >= WORLD_R_RELAY        ? "relay"
						   : "watcher";
		args[n++] = "run";
	}
	args[n++] = "--data";
	args[n++] = dir;
	if (role == WORLD_R_AGENCY) {
		args[n++] = "--relay-port";
		args[n++] = port;
		args[n++] = "--port";
		args[n++] = officers;
	} else {
		args[n++] = "--port";
		args[n++] = port;
	}
	if (role >= WORLD_R_AGENCY) {
		args[n++] = "--trust";
		args[n++] = w->trust;
		args[n++] = "--platform";
		args[n++] = w->platform_url;
	}
	if (role == WORLD_R_PLATFORM && w->web != NULL) {
		args[n++] = "--web";
		args[n++] = w->web;
	}
	if (role == WORLD_R_PLATFORM && w->demo) {
		args[n++] = "--map";
		args[n++] = w->map;
	}
	return child_start(args, log, &w->pids[role], d);
}

/* The last line of a role's log. */
static enum status
ended(const struct world *w, enum world_role role, struct diag *d)
{
	char name[64], path[PATH_MAX];
	const char *text, *at;
	struct buf b;
	enum status st;

	(void)snprintf(name, sizeof(name), "log/%s.log", roles[role].dir);
	world_path(w, name, path);
	buf_init(&b, (size_t)16 << 20);
	if (file_read(path, &b, NULL) != ST_OK)
		buf_clear(&b);
	text = buf_text(&b);
	while ((at = strstr(text, "\nporchlight: ")) != NULL)
		text = at + 1;
	st = diag_set(d, ST_FAIL, "", "", "%s ended: %.250s (%.100s)",
	    roles[role].dir, text, path);
	buf_fini(&b);
	return st;
}

enum status
world_role_wait(struct world *w, enum world_role role, struct diag *d)
{
	int64_t until = clock_monotonic_ms() + LISTEN_MS;

	while (!world_port_answers(w->ports[roles[role].port])) {
		if (waitpid(w->pids[role], NULL, WNOHANG) == w->pids[role]) {
			w->pids[role] = 0;
			return ended(w, role, d);
		}
		if (child_interrupted())
			return diag_set(
			    d, ST_GONE, "", "", "It was interrupted.");
		if (clock_monotonic_ms() > until)
			return diag_set(d, ST_PEER, "", "",
			    "%s does not answer.", roles[role].dir);
		nap_ms(10);
	}
	return ST_OK;
}

static enum status
start_some(
    struct world *w, enum world_role from, enum world_role to, struct diag *d)
{
	enum status st = ST_OK;
	int r;

	for (r = (int)from; r <= (int)to && st == ST_OK; r++)
		st = world_role_start(w, (enum world_role)r, d);
	for (r = (int)from; r <= (int)to && st == ST_OK; r++)
		st = world_role_wait(w, (enum world_role)r, d);
	return st;
}

/* -- a directory of ours --------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *f)
{
	(void)sb;
	(void)flag;
	(void)f;
	(void)remove(path);
	return 0;
}

void
world_remove(const char *path)
{
	(void)nftw(path, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

/* Throw away what a set-up left that was broken off; only what it made. */
static void
clear(struct world *w)
{
	static const char *const names[] = { "partner", "files", "map", "log" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < WORLD_ROLES; i++) {
		world_path(w, roles[i].dir, path);
		world_remove(path);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		world_path(w, names[i], path);
		world_remove(path);
	}
}

static enum status
prepare_dir(struct world *w, struct diag *d)
{
	char mark[PATH_MAX], platform[PATH_MAX], log[PATH_MAX];
	enum status st;

	world_path(w, MARK, mark);
	world_path(w, "platform", platform);
	world_path(w, "log", log);
	if ((st = file_mkdir(w->dir, d)) != ST_OK)
		return st;
	if (access(mark, F_OK) == 0)
		clear(w);
	else if (access(platform, F_OK) == 0)
		return diag_set(d, ST_CONFLICT, "data", "",
		    "%.300s holds something that no demo has made. Use "
		    "another directory.",
		    w->dir);
	if ((st = file_write(mark, 0600, "", 0, d)) != ST_OK)
		return st;
	return file_mkdir(log, d);
}

/* -- the whole ------------------------------------------------------------- */

static enum status
set_up(struct world *w, struct diag *d)
{
	char mark[PATH_MAX];
	enum status st;

	w->fresh = true;
	world_path(w, MARK, mark);
	if ((st = world_ports_choose(w, d)) != ST_OK ||
	    (st = world_ports_check(w, d)) != ST_OK ||
	    (st = prepare_dir(w, d)) != ST_OK)
		return st;
	(void)snprintf(w->platform_url, sizeof(w->platform_url),
	    "http://localhost:%u", (unsigned)w->ports[WORLD_PLATFORM]);
	if ((st = world_make_roles(w, d)) != ST_OK)
		return st;
	world_say(w, "Starting the watchers and the platform.");
	if ((st = start_some(w, WORLD_R_WATCHER, WORLD_R_PLATFORM, d)) !=
		ST_OK ||
	    (st = world_make_admit(w, d)) != ST_OK)
		return st;
	world_say(w, "Starting the agency and the relays.");
	if ((st = start_some(w, WORLD_R_AGENCY, WORLD_R_RELAY_2, d)) != ST_OK)
		return st;
	if (w->demo && (st = world_make_requests(w, d)) != ST_OK)
		return st;
	if ((st = world_ports_write(w, d)) == ST_OK)
		(void)unlink(mark);
	return st;
}

enum status
world_start(struct world *w, struct diag *d)
{
	enum status st;

	world_path(w, "platform/trust.json", w->trust);
	world_path(w, "map", w->map);
	st = world_ports_read(w, d);
	if (st == ST_NOTFOUND)
		return set_up(w, d);
	if (st != ST_OK || (st = world_ports_check(w, d)) != ST_OK)
		return st;
	if (w->base != 0 && w->ports[0] != w->base)
		return diag_set(d, ST_CONFLICT, "port", "",
		    "The demo in %.200s was made with port %u, which stands "
		    "in its signed notes. Use that, or another directory.",
		    w->dir, (unsigned)w->ports[0]);
	(void)snprintf(w->platform_url, sizeof(w->platform_url),
	    "http://localhost:%u", (unsigned)w->ports[WORLD_PLATFORM]);
	return start_some(w, WORLD_R_WATCHER, WORLD_R_RELAY_2, d);
}

void
world_stop(struct world *w)
{
	int r;

	/* Told all at once, so that nobody waits for another. */
	for (r = 0; r < WORLD_ROLES; r++)
		if (w->pids[r] > 0)
			(void)kill(w->pids[r], SIGTERM);
	for (r = WORLD_ROLES - 1; r >= 0; r--)
		child_end(&w->pids[r]);
}

enum status
world_tend(struct world *w, struct diag *d)
{
	static int again[WORLD_ROLES];
	enum status st;
	char line[128];
	int r;

	for (r = 0; r < WORLD_ROLES; r++) {
		if (w->pids[r] <= 0 ||
		    waitpid(w->pids[r], NULL, WNOHANG) != w->pids[r])
			continue;
		w->pids[r] = 0;
		if (++again[r] > 5)
			return ended(w, (enum world_role)r, d);
		(void)snprintf(line, sizeof(line),
		    "%s ended by itself; starting it again.", roles[r].dir);
		world_say(w, line);
		if ((st = world_role_start(w, (enum world_role)r, d)) !=
			ST_OK ||
		    (st = world_role_wait(w, (enum world_role)r, d)) != ST_OK)
			return st;
	}
	return ST_OK;
}
