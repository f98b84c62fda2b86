/* porchlight relay: the anonymous door. */
#include <stdio.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/note.h"
#include "protocol/doc.h"
#include "relay/relay.h"
#include "tlog/trust.h"

static int
make(int argc, char **argv)
{
	const char *dir = NULL, *name = NULL, *url = NULL, *trust_path = NULL;
	const char *out = NULL;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the relay's directory", 0, 0,
		    1 },
		{ "name", OPT_TEXT, &name, "NAME", "the name of its key", 0, 0,
		    1 },
		{ "url", OPT_TEXT, &url, "URL", "where people reach it", 0, 0,
		    1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "out", OPT_TEXT, &out, "FILE",
		    "the note to be admitted; must not be there", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight relay init --data DIR --name NAME --url URL "
		"--trust FILE --out FILE",
		"Make a relay and the note by which the operator admits it.",
		"porchlight relay init --data relay-1 --name relay-1.example "
		"\\\n    --url https://relay-1.example --trust trust.json "
		"--out relay-1.note",
		opts, NELEMS(opts), 0, 0
	};
	struct trust trust;
	struct note_key key;
	struct diag d = { 0 };
	struct buf note;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	buf_init(&note, DOC_ENTRY_MAX);
	if ((st = cli_trust(trust_path, &trust, &d)) == ST_OK &&
	    (st = relay_init(dir, name, &key, &d)) == ST_OK &&
	    (st = relay_note(dir, trust.origin, url, &note, &d)) == ST_OK)
		st = file_create(out, 0644, note.p, note.n, &d);
	if (st == ST_OK)
		(void)printf("Made %s. The operator admits it: porchlight "
			     "admit %s\n",
		    dir, out);
	buf_fini(&note);
	return cli_end(st, &d);
}

static int
run(int argc, char **argv)
{
	struct relay_config config = { 0 };
	bool forwarded = false;
	int64_t port = 8082;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &config.dir, "DIR", "the relay's directory",
		    0, 0, 1 },
		{ "trust", OPT_TEXT, &config.trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "platform", OPT_TEXT, &config.platform_url, "URL",
		    "the instance", 0, 0, 1 },
		{ "address", OPT_TEXT, &config.address, "ADDRESS",
		    "where to listen (127.0.0.1)", 0, 0, 0 },
		{ "port", OPT_INT, &port, "N", "the port (8082)", 0, 65535, 0 },
		{ "forwarded", OPT_FLAG, &forwarded, NULL,
		    "a reverse proxy of ours writes X-Forwarded-For", 0, 0, 0 },
	};
	const struct opt_command c = {
		"porchlight relay run --data DIR --trust FILE --platform URL",
		"Pass uploads and letters on to lockers that are admitted, "
		"until told to end\n(Ctrl-C). It keeps no address and logs no "
		"call.",
		"porchlight relay run --data relay-1 --trust trust.json "
		"--platform https://lakeland.example",
		opts, NELEMS(opts), 0, 0
	};
	struct relay_server *r = NULL;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	log_role("relay");
	cli_signals_hold();
	config.port = (uint16_t)port;
	config.forwarded = forwarded;
	if ((st = relay_start(&config, &r, &d)) == ST_OK) {
		log_line(
		    LOG_INFO, "listening", "port=%u", (unsigned)relay_port(r));
		cli_signals_wait();
		relay_stop(&r);
	}
	return cli_end(st, &d);
}

int
cmd_relay(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "init", "make a relay and its note", make },
		{ "run", "pass things on", run },
	};

	return cli_group("porchlight relay COMMAND",
	    "A relay is the door that knows nobody. It must not be run by the "
	    "operator or by\nwhoever runs a locker.",
	    v, NELEMS(v), argc, argv);
}
