/*
 * world: every role on this machine, each a process of its own, in one data
 * directory; what demo shows and check drives.
 *
 * DIR/platform, DIR/watcher-1 to -3, DIR/partner, DIR/police, DIR/relay-1 and
 * -2 are the roles' own directories, DIR/files what was handed from one to
 * another while setting up, DIR/map a made-up map, DIR/log what the processes
 * say.  DIR/world.json
 * holds the ports and is written last: with it a set-up is complete.
 */
#ifndef CLI_WORLD_H
#define CLI_WORLD_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

struct diag;

#define WORLD_LOCKER_NAME "locker.lakeland.example"
#define WORLD_AGENCY_NAME "police.lakeland.example"
#define WORLD_PLACE "-88.030000,43.050000" /* in the first request's area */

enum world_port {
	WORLD_PLATFORM,
	WORLD_OFFICERS,
	WORLD_RELAY,
	WORLD_RELAY_2,
	WORLD_WATCHER,
	WORLD_WATCHER_2,
	WORLD_WATCHER_3,
	WORLD_LOCKER,
	WORLD_PORTS
};

#define WORLD_ROLES 7 /* processes: all ports but one, the agency has two */

struct world {
	char dir[PATH_MAX];
	bool demo;       /* with example requests */
	const char *web; /* built pages, or NULL */
	int64_t base;    /* the first port that the person wants; 0: any */
	int64_t first;   /* the first port if nobody says; 0: free ones */
	void (*step)(void *arg, const char *text); /* a line on long steps */
	void *arg;
	/* filled in */
	uint16_t ports[WORLD_PORTS];
	char trust[PATH_MAX];
	char map[PATH_MAX]; /* a made-up one */
	char platform_url[64];
	pid_t pids[WORLD_ROLES];
	bool fresh; /* this start made it */
};

/*
 * Set up DIR where that was not done, start all roles, and wait until each
 * listens.  Returns ST_OK; ST_CONFLICT (a port is in use; DIR is of other
 * ports, or holds something else); or the step that failed, described in d.
 * End with world_stop() in any case.
 */
enum status world_start(struct world *w, struct diag *d) NODISCARD;

/* End all processes. */
void world_stop(struct world *w);

/*
 * Start again what has ended by itself, and say so.  Returns ST_OK; ST_FAIL
 * where one ends again and again.
 */
enum status world_tend(struct world *w, struct diag *d) NODISCARD;

/* Remove path and all below it, links not followed. */
void world_remove(const char *path);

/* Write the example request number i as a file; now_s anchors its window. */
enum status
world_request(const char *path, int i, int64_t now_s, struct diag *d) NODISCARD;

#endif /* !CLI_WORLD_H */
