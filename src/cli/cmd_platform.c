/* porchlight platform: run an instance. */
#include <stdio.h>

#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "platform/platform.h"

int
cmd_platform(int argc, char **argv)
{
	struct platform_config config = { 0 };
	int64_t port = 8080;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &config.dir, "DIR",
		    "the instance's directory", 0, 0, 1 },
		{ "address", OPT_TEXT, &config.address, "ADDRESS",
		    "where to listen (127.0.0.1)", 0, 0, 0 },
		{ "port", OPT_INT, &port, "N", "the port (8080)", 0, 65535, 0 },
		{ "web", OPT_TEXT, &config.web, "DIR",
		    "the built pages, to be served", 0, 0, 0 },
		{ "map", OPT_TEXT, &config.map, "DIR",
		    "a map file a district, x-y.json", 0, 0, 0 },
	};
	const struct opt_command c = { "porchlight platform --data DIR",
		"Run an instance until it is told to end (Ctrl-C). Public TLS "
		"is a reverse proxy's.",
		"porchlight platform --data lakeland --port 8080 --web "
		"web/dist",
		opts, NELEMS(opts), 0, 0 };
	struct platform *p = NULL;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	log_role("platform");
	cli_signals_hold();
	config.port = (uint16_t)port;
	if ((st = platform_start(&config, &p, &d)) == ST_OK) {
		log_line(LOG_INFO, "listening", "port=%u",
		    (unsigned)platform_port(p));
		cli_signals_wait();
		platform_stop(&p);
	}
	return cli_end(st, &d);
}
