/* porchlight init: make an instance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/note.h"
#include "platform/platform.h"

#define YEAR_S (365 * INT64_C(86400))

/* "VKEY,URL": a watcher's key and where it is asked. */
static enum status
read_watcher(
    char *arg, struct trust_watcher *out, const char **url, struct diag *d)
{
	char *comma = strchr(arg, ',');

	if (comma == NULL)
		return diag_set(d, ST_INVALID, "watcher", "KEY,URL",
		    "A watcher is written as its key, a comma, and its "
		    "address; not \"%.60s\".",
		    arg);
	*comma = '\0';
	*url = comma + 1;
	return note_key_parse(arg, &out->key, d);
}

int
cmd_init(int argc, char **argv)
{
	const char *dir = NULL;
	struct platform_setup s = { .title = "Porchlight" };
	int64_t k = 0, years = 1;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the instance's directory", 0,
		    0, 1 },
		{ "origin", OPT_TEXT, &s.origin, "NAME",
		    "the log's name, for good", 0, 0, 1 },
		{ "name", OPT_TEXT, &s.name, "NAME",
		    "the name of the platform's key", 0, 0, 1 },
		{ "url", OPT_TEXT, &s.url, "URL", "where readers find it", 0, 0,
		    1 },
		{ "title", OPT_TEXT, &s.title, "TEXT",
		    "the instance's name for people", 0, 0, 0 },
		{ "k", OPT_INT, &k, "N",
		    "how many watchers must have cosigned (most of them)", 1,
		    TRUST_WATCHERS, 0 },
		{ "demo", OPT_FLAG, &s.demo, NULL,
		    "one machine plays all parts; pages say so", 0, 0, 0 },
		{ "years", OPT_INT, &years, "N",
		    "how long the watchers' keys count (1)", 1, 10, 0 },
	};
	const struct opt_command c = {
		"porchlight init --data DIR --origin NAME --name NAME --url "
		"URL KEY,URL...",
		"Make an instance: its keys, platform.ini, and trust.json, "
		"which readers get apart\nfrom the server. Each further "
		"argument is a watcher: its key and its address.",
		"porchlight init --data lakeland --origin "
		"lakeland.example/log \\\n    --name "
		"platform.lakeland.example \\\n"
		"    --url https://lakeland.example "
		"watcher-1+4e0b...,https://watcher-1.example",
		opts, NELEMS(opts), 1, TRUST_WATCHERS
	};
	const char *urls[TRUST_WATCHERS];
	struct diag d = { 0 };
	enum status st = ST_OK;
	char **args;
	int n = 0, code, i;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	for (i = 0; i < n && st == ST_OK; i++) {
		s.watchers[i].until = clock_now() + years * YEAR_S;
		st = read_watcher(args[i], &s.watchers[i], &urls[i], &d);
	}
	s.watcher_urls = urls;
	s.watcher_count = (size_t)n;
	s.k = k > 0 ? (unsigned)k : (unsigned)n / 2 + 1;
	if (st == ST_OK)
		st = platform_init(dir, &s, &d);
	if (st == ST_OK)
		(void)printf(
		    "Made %s. Give readers %s/trust.json, apart from "
		    "this server.\nNext: porchlight platform --data %s\n",
		    dir, dir, dir);
	return cli_end(st, &d);
}
