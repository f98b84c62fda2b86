#include "platform/settings.h"

#include "base/arena.h"
#include "base/pre.h"

#define ROW(sec, m, k, u, lo, hi, d, text)                                   \
	{                                                                    \
		sec, #m, k, offsetof(struct settings, m), u, lo, hi, d, text \
	}

const struct conf_param settings_params[] = {
	ROW("platform", origin, CONF_TEXT, "", 1, 200, NULL,
	    "The log's name, without a scheme. It never changes."),
	ROW("platform", name, CONF_TEXT, "", 1, 120, NULL,
	    "The name of the platform's own key."),
	ROW("platform", title, CONF_TEXT, "", 1, 120, NULL,
	    "The instance's name, for people."),
	ROW("platform", url, CONF_TEXT, "", 8, 200, NULL,
	    "Where readers find this platform."),
	ROW("platform", demo, CONF_BOOL, "", 0, 0, "no",
	    "Whether one machine plays all parts; the pages say so."),
	ROW("log", watchers, CONF_TEXT, "", 1, 4000, NULL,
	    "The watchers' addresses, with spaces between them."),
	ROW("log", wait_ms, CONF_INT, "ms", 0, 60000, "5000",
	    "How long a filing waits for the watchers before it is answered "
	    "with 202."),
	ROW("server", event_threads, CONF_INT, "threads", 1, 64, "2",
	    "Threads that serve what is in memory."),
	ROW("server", workers, CONF_INT, "threads", 1, 256, "16",
	    "Threads that may wait for the store."),
	ROW("server", connections, CONF_INT, "connections", 16, 100000, "8192",
	    "Connections at once."),
};

const size_t settings_count = NELEMS(settings_params);

enum status
settings_read(
    const char *dir, struct settings *out, struct arena *a, struct diag *d)
{
	const char *path = arena_printf(a, "%s/platform.ini", dir);

	if (path == NULL)
		return ST_NOMEM;
	return conf_read(
	    path, settings_params, NELEMS(settings_params), out, a, d);
}
