/* porchlight withdraw: with the twelve words alone. */
#include "base/pre.h"
#include "cli/cli.h"
#include "cli/mine.h"

int
cmd_withdraw(int argc, char **argv)
{
	const char *locker = NULL, *platform = NULL, *trust_path = NULL;
	const struct opt opts[] = {
		{ "locker", OPT_TEXT, &locker, "NAME", "the locker's name", 0,
		    0, 1 },
		{ "platform", OPT_TEXT, &platform, "URL", "the instance", 0, 0,
		    1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight withdraw --locker NAME --platform URL --trust "
		"FILE",
		"Take a submission back, as long as no officer has opened it. "
		"The twelve words are\nread from the terminal, or from stdin.",
		"porchlight withdraw --locker locker.lakeland.example "
		"\\\n    --platform https://lakeland.example --trust "
		"trust.json < words.txt",
		opts, NELEMS(opts), 0, 0
	};

	return mine_run(
	    &c, &locker, &platform, &trust_path, home_withdraw, argc, argv);
}
