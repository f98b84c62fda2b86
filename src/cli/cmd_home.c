/* porchlight home: a resident's account and passes. */
#include <stdio.h>

#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"

static int
make(int argc, char **argv)
{
	const char *dir = NULL, *trust_path = NULL, *platform_url = NULL;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the home's directory", 0, 0,
		    1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file, got apart from it", 0, 0, 1 },
		{ "platform", OPT_TEXT, &platform_url, "URL", "the instance", 0,
		    0, 1 },
	};
	const struct opt_command c = {
		"porchlight home init --data DIR --trust FILE --platform URL",
		"Make a home's directory and an account: a key that can do one "
		"thing, take passes.",
		"porchlight home init --data home --trust trust.json "
		"--platform https://lakeland.example",
		opts, NELEMS(opts), 0, 0
	};
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = home_init(dir, trust_path, platform_url, &d)) == ST_OK)
		(void)printf("Made %s. Next, and once a week from now on: "
			     "porchlight home take --data %s\n",
		    dir, dir);
	return cli_end(st, &d);
}

static int
take(int argc, char **argv)
{
	const char *dir = NULL;
	bool now = false;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the home's directory", 0, 0,
		    1 },
		{ "now", OPT_FLAG, &now, NULL,
		    "do not wait for the random moment (for trying out)", 0, 0,
		    0 },
	};
	const struct opt_command c = { "porchlight home take --data DIR",
		"Take this week's passes, at the first call after a moment "
		"that is drawn at random.\nThey are good from next week on. "
		"Run it daily, by a timer; sharing never needs it.",
		"porchlight home take --data home", opts, NELEMS(opts), 0, 0 };
	struct diag d = { 0 };
	int64_t good, early;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	st = home_take(dir, now, &cli_ui, &good, &early, &d);
	if (st == ST_OK)
		(void)printf("Passes for sharing: %lld that are good, %lld of "
			     "this week.\n",
		    (long long)good, (long long)early);
	return cli_end(st, &d);
}

int
cmd_home(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "init", "make a home's directory and its account", make },
		{ "take", "take this week's passes", take },
	};

	return cli_group("porchlight home COMMAND",
	    "A resident's side: an account that only takes passes, and "
	    "passes that say nothing\nof it.",
	    v, NELEMS(v), argc, argv);
}
