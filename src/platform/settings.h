/*
 * settings: platform.ini, every parameter a row of one table.
 */
#ifndef PLATFORM_SETTINGS_H
#define PLATFORM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/status.h"

struct arena;
struct diag;

struct settings {
	const char *origin, *name, *title, *url, *watchers;
	bool demo;
	int64_t event_threads, workers, connections, wait_ms;
};

extern const struct conf_param settings_params[];
extern const size_t settings_count;

/* Read DIR/platform.ini; texts live in a. */
enum status settings_read(const char *dir, struct settings *out,
    struct arena *a, struct diag *d) NODISCARD;

#endif /* !PLATFORM_SETTINGS_H */
