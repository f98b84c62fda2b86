/* porchlight watcher: cosign public logs. */
#include <stdio.h>

#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/note.h"
#include "tlog/trust.h"
#include "witness/witness.h"

static int
make(int argc, char **argv)
{
	const char *dir = NULL, *name = NULL;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the watcher's directory", 0,
		    0, 1 },
		{ "name", OPT_TEXT, &name, "NAME", "the name of its key", 0, 0,
		    1 },
	};
	const struct opt_command c = {
		"porchlight watcher init --data DIR --name NAME",
		"Make a watcher and print its public key, which goes into "
		"trust files.",
		"porchlight watcher init --data watcher-1 --name "
		"watcher-1.example",
		opts, NELEMS(opts), 0, 0
	};
	struct note_key key;
	struct diag d = { 0 };
	char **args, text[NOTE_VKEY];
	enum status st;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = witness_init(dir, name, &key, &d)) == ST_OK) {
		note_key_text(&key, text);
		(void)printf("%s\n", text);
	}
	return cli_end(st, &d);
}

static int
trust_log(int argc, char **argv)
{
	const char *dir = NULL, *trust_path = NULL;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the watcher's directory", 0,
		    0, 1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "a trust file that names the log", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight watcher add --data DIR --trust FILE",
		"Watch a log from the next start on.",
		"porchlight watcher add --data watcher-1 --trust "
		"lakeland/trust.json",
		opts, NELEMS(opts), 0, 0
	};
	struct trust trust;
	struct diag d = { 0 };
	char **args, text[NOTE_VKEY];
	enum status st;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = cli_trust(trust_path, &trust, &d)) == ST_OK) {
		note_key_text(&trust.log, text);
		st = witness_trust_log(dir, trust.origin, text, &d);
	}
	return cli_end(st, &d);
}

static int
run(int argc, char **argv)
{
	struct witness_config config = { 0 };
	int64_t port = 8084;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &config.dir, "DIR",
		    "the watcher's directory", 0, 0, 1 },
		{ "address", OPT_TEXT, &config.address, "ADDRESS",
		    "where to listen (127.0.0.1)", 0, 0, 0 },
		{ "port", OPT_INT, &port, "N", "the port (8084)", 0, 65535, 0 },
	};
	const struct opt_command c = { "porchlight watcher run --data DIR",
		"Cosign the logs that were added, until told to end (Ctrl-C).",
		"porchlight watcher run --data watcher-1 --port 8084", opts,
		NELEMS(opts), 0, 0 };
	struct witness *w = NULL;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	log_role("watcher");
	cli_signals_hold();
	config.port = (uint16_t)port;
	if ((st = witness_start(&config, &w, &d)) == ST_OK) {
		log_line(LOG_INFO, "listening", "port=%u",
		    (unsigned)witness_port(w));
		cli_signals_wait();
		witness_stop(&w);
	}
	return cli_end(st, &d);
}

int
cmd_watcher(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "init", "make a watcher and print its key", make },
		{ "add", "watch another log", trust_log },
		{ "run", "cosign", run },
	};

	return cli_group("porchlight watcher COMMAND",
	    "A watcher cosigns a public log only where it holds all that it "
	    "held before, so\nthat nobody can be shown another one.",
	    v, NELEMS(v), argc, argv);
}
