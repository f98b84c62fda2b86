/* porchlight verify: check a package, without a network. */
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "evidence/package.h"
#include "tlog/trust.h"

static void
print_check(void *arg, const char *name, const char *title,
    enum package_verdict verdict, const char *detail)
{
	static const char *const words[] = { "passed", "FAILED",
		"not checked" };

	(void)arg;
	(void)printf("%-11s  %s (%s)\n", words[verdict], title, name);
	if (detail != NULL && detail[0] != '\0')
		(void)printf("             %s\n", detail);
}

static void
sum_up(enum status st, const struct package_summary *s)
{
	char id[ID_TEXT], request[ID_TEXT];

	id_text(&s->submission, id);
	id_text(&s->request, request);
	(void)printf("\n%s: %zu passed, %zu failed, %zu not checked\n",
	    st == ST_OK ? "This package holds" : "This package does not hold",
	    s->passed, s->failed, s->unchecked);
	/* Of a package that could not even be opened nothing is known. */
	if (s->agency[0] == '\0')
		return;
	(void)printf("agency %s, locker %s, case number %s\nrequest %s, "
		     "submission %s\nfinding: %s\n",
	    s->agency, s->locker, s->case_number, request, id, s->finding);
}

int
cmd_verify(int argc, char **argv)
{
	const char *trust_path = NULL;
	const struct opt opts[] = {
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "a trust file that was got apart from the package", 0, 0,
		    1 },
	};
	const struct opt_command c = { "porchlight verify PACKAGE --trust FILE",
		"Check an exported package, without a network: every file, "
		"every signature, the\nrequest's place in the public log, and "
		"the finding, which is made anew.",
		"porchlight verify package.zip --trust trust.json", opts,
		NELEMS(opts), 1, 1 };
	struct package_summary sum = { 0 };
	struct trust trust;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = cli_trust(trust_path, &trust, &d)) == ST_OK) {
		st = package_verify(
		    args[0], &trust, print_check, NULL, clock_now(), &sum, &d);
		if (st == ST_OK || st == ST_SIGNATURE)
			sum_up(st, &sum);
	}
	return cli_end(st, &d);
}
