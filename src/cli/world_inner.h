/* What world's own files share; see world.h. */
#ifndef CLI_WORLD_INNER_H
#define CLI_WORLD_INNER_H

#include "cli/world.h"

enum world_role {
	WORLD_R_WATCHER,
	WORLD_R_WATCHER_2,
	WORLD_R_WATCHER_3,
	WORLD_R_PLATFORM,
	WORLD_R_AGENCY,
	WORLD_R_RELAY,
	WORLD_R_RELAY_2,
};

/* DIR/name. */
void world_path(const struct world *w, const char *name, char out[PATH_MAX]);

/* Tell the person. */
void world_say(const struct world *w, const char *text);

/* world.c: start one role, and wait until it listens. */
enum status world_role_start(
    struct world *w, enum world_role role, struct diag *d) NODISCARD;
enum status world_role_wait(
    struct world *w, enum world_role role, struct diag *d) NODISCARD;

/* world_ports.c */
enum status world_ports_choose(struct world *w, struct diag *d) NODISCARD;
/* ST_NOTFOUND if there is no world.json. */
enum status world_ports_read(struct world *w, struct diag *d) NODISCARD;
enum status world_ports_write(const struct world *w, struct diag *d) NODISCARD;
/* ST_CONFLICT if one is in use. */
enum status world_ports_check(const struct world *w, struct diag *d) NODISCARD;
bool world_port_answers(uint16_t port);

/*
 * world_make.c: make the directories of all roles; then, while watchers and
 * platform run, admit everybody; then publish.
 */
enum status world_make_roles(struct world *w, struct diag *d) NODISCARD;
enum status world_make_admit(struct world *w, struct diag *d) NODISCARD;
enum status world_make_requests(struct world *w, struct diag *d) NODISCARD;

#endif /* !CLI_WORLD_INNER_H */
