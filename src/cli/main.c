#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pre.h"
#include "cli/cli.h"

static const struct cli_command commands[] = {
	{ "demo", "run every role on this machine", cmd_demo },
	{ "check", "drive the main job once, from a request to a package",
	    cmd_check },
	{ "home", "a resident's home: its account and its passes", cmd_home },
	{ "share", "share footage that was asked for", cmd_share },
	{ "status", "ask what became of it, with the twelve words",
	    cmd_status },
	{ "withdraw", "take it back, with the twelve words", cmd_withdraw },
	{ "agency", "an agency's portal and locker", cmd_agency },
	{ "request", "publish or end an agency's request", cmd_request },
	{ "package", "export a submission as a file that proves itself",
	    cmd_package },
	{ "verify", "check such a file, without a network", cmd_verify },
	{ "init", "make an instance: keys, configuration, trust file",
	    cmd_init },
	{ "platform", "run an instance", cmd_platform },
	{ "admit", "countersign a partner, an agency or a relay, and file it",
	    cmd_admit },
	{ "decide", "log a decision on a request or an agency", cmd_decide },
	{ "partner", "attest agencies", cmd_partner },
	{ "relay", "run the door that knows nobody", cmd_relay },
	{ "watcher", "cosign public logs", cmd_watcher },
};

int
main(int argc, char **argv)
{
	(void)setlocale(LC_ALL, "C.UTF-8");
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("porchlight %s\n", PORCHLIGHT_VERSION);
		return 0;
	}
	return cli_group("porchlight COMMAND [OPTION]...",
	    "Ask a neighbourhood for camera footage, and answer or not, "
	    "without anyone\nlearning who. Each command explains itself with "
	    "--help.",
	    commands, NELEMS(commands), argc, argv);
}
