/* porchlight agency: an agency's portal and locker. */
#include <stdio.h>

#include "agency/agency.h"
#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/note.h"
#include "tlog/trust.h"

static int
make(int argc, char **argv)
{
	const char *dir = NULL, *name = NULL, *locker = NULL,
		   *trust_path = NULL;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the agency's directory", 0, 0,
		    1 },
		{ "name", OPT_TEXT, &name, "NAME", "the agency's name", 0, 0,
		    1 },
		{ "locker", OPT_TEXT, &locker, "NAME", "its locker's name", 0,
		    0, 1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight agency init --data DIR --name NAME --locker NAME "
		"--trust FILE",
		"Make an agency's directory and print its two public keys, "
		"which a partner attests.",
		"porchlight agency init --data police --name "
		"police.lakeland.example \\\n    --locker "
		"locker.lakeland.example --trust trust.json",
		opts, NELEMS(opts), 0, 0
	};
	struct note_key key, locker_key;
	struct trust trust;
	struct diag d = { 0 };
	char **args, text[NOTE_VKEY];
	enum status st;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = cli_trust(trust_path, &trust, &d)) == ST_OK &&
	    (st = agency_init(dir, name, locker, trust.origin, &key,
		 &locker_key, &d)) == ST_OK) {
		note_key_text(&key, text);
		(void)printf("agency %s\n", text);
		note_key_text(&locker_key, text);
		(void)printf("locker %s\n", text);
	}
	return cli_end(st, &d);
}

static int
run(int argc, char **argv)
{
	struct agency_config config = { 0 };
	int64_t relays = 8087, officers = 8081;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &config.dir, "DIR",
		    "the agency's directory", 0, 0, 1 },
		{ "trust", OPT_TEXT, &config.trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "platform", OPT_TEXT, &config.platform_url, "URL",
		    "the instance", 0, 0, 1 },
		{ "relay-address", OPT_TEXT, &config.relay_address, "ADDRESS",
		    "where relays reach the locker (127.0.0.1)", 0, 0, 0 },
		{ "relay-port", OPT_INT, &relays, "N", "its port (8087)", 0,
		    65535, 0 },
		{ "address", OPT_TEXT, &config.officer_address, "ADDRESS",
		    "where officers reach the portal (127.0.0.1)", 0, 0, 0 },
		{ "port", OPT_INT, &officers, "N", "its port (8081)", 0, 65535,
		    0 },
	};
	const struct opt_command c = {
		"porchlight agency run --data DIR --trust FILE --platform URL",
		"Run an agency's locker and portal until told to end "
		"(Ctrl-C).",
		"porchlight agency run --data police --trust trust.json "
		"--platform https://lakeland.example",
		opts, NELEMS(opts), 0, 0
	};
	struct office *a = NULL;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	log_role("agency");
	cli_signals_hold();
	config.relay_port = (uint16_t)relays;
	config.officer_port = (uint16_t)officers;
	if ((st = agency_start(&config, &a, &d)) == ST_OK) {
		log_line(LOG_INFO, "listening", "relays=%u officers=%u",
		    (unsigned)agency_port_relay(a),
		    (unsigned)agency_port_officers(a));
		cli_signals_wait();
		agency_stop(&a);
	}
	return cli_end(st, &d);
}

int
cmd_agency(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "init", "make its directory and print its keys", make },
		{ "run", "run its locker and portal", run },
	};

	return cli_group("porchlight agency COMMAND",
	    "An agency asks for footage, and its locker receives, checks, "
	    "keeps and exports it.",
	    v, NELEMS(v), argc, argv);
}
