/* porchlight package: export a submission. */
#include <stdio.h>

#include "agency/agency.h"
#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"

static enum status
print_row(void *arg, const struct agency_submission_row *row)
{
	char id[ID_TEXT], request[ID_TEXT];

	(void)arg;
	id_text(&row->id, id);
	id_text(&row->request, request);
	(void)printf("%s  %-9s %-20s case %s, request %s, %lld clip%s%s\n", id,
	    row->state,
	    row->problem[0] != '\0'       ? row->problem
		: row->finding[0] != '\0' ? row->finding
					  : "being checked",
	    row->case_number, request, (long long)row->items,
	    row->items == 1 ? "" : "s", row->opened ? ", opened" : "");
	return ST_OK;
}

int
cmd_package(int argc, char **argv)
{
	const char *dir = NULL, *trust_path = NULL, *platform = NULL;
	const char *receiver = NULL, *basis = NULL, *out = NULL;
	bool list = false;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the agency's directory", 0, 0,
		    1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "platform", OPT_TEXT, &platform, "URL", "the instance", 0, 0,
		    0 },
		{ "receiver", OPT_TEXT, &receiver, "CLASS",
		    "who gets it: a class; a wrong one lists them", 0, 0, 0 },
		{ "basis", OPT_TEXT, &basis, "TEXT",
		    "the legal basis, in a person's words", 0, 0, 0 },
		{ "out", OPT_TEXT, &out, "FILE",
		    "the package; must not be there yet", 0, 0, 0 },
		{ "list", OPT_FLAG, &list, NULL, "list what was shared", 0, 0,
		    0 },
	};
	const struct opt_command c = {
		"porchlight package --data DIR --trust FILE [OPTION]... ID",
		"Export a submission as a file that anybody can check with "
		"`porchlight verify`. From\nthen on it counts as opened. With "
		"--list: list what was shared.",
		"porchlight package --data police --trust trust.json "
		"--receiver prosecutor \\\n    --basis \"case 24-117\" --out "
		"p.zip 0123456789abcdef0123456789abcdef",
		opts, NELEMS(opts), 0, 1
	};
	struct office *a = NULL;
	struct diag d = { 0 };
	struct id id;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if (!list &&
	    (n != 1 || receiver == NULL || basis == NULL || out == NULL)) {
		(void)fprintf(stderr, "usage: %s\n", c.usage);
		return 2;
	}
	if ((st = agency_open(dir, trust_path, platform, &a, &d)) != ST_OK)
		return cli_end(st, &d);
	if (list)
		st = agency_submission_list(a, print_row, NULL, &d);
	else if ((st = cli_id(args[0], &id, &d)) == ST_OK &&
	    (st = agency_package(a, &id, receiver, basis, out, &d)) == ST_OK)
		(void)printf("Wrote %s\n", out);
	agency_close(&a);
	return cli_end(st, &d);
}
