/* porchlight request: what an agency asks. */
#include <stdio.h>
#include <string.h>

#include "agency/agency.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "cli/cli.h"

#define REQUEST_BYTES (size_t)131072

static const char *dir, *trust_path, *platform_url;
static const char *reason = "resolved";
static int64_t wait_s = 20;

#define COMMON                                                                 \
	{ "data", OPT_TEXT, &dir, "DIR", "the agency's directory", 0, 0, 1 },  \
	    { "trust", OPT_TEXT, &trust_path, "FILE",                          \
		    "the instance's trust file", 0, 0, 1 },                    \
	{                                                                      \
		"platform", OPT_TEXT, &platform_url, "URL", "the instance", 0, \
		    0, 1                                                       \
	}

/* What the platform said, for a person. */
static void
tell(enum status st, const struct agency_filed *f)
{
	char id[ID_TEXT], by[CLOCK_TEXT];

	id_text(&f->request, id);
	if (st == ST_OK)
		(void)printf("request %s\nlog number %llu\n", id,
		    (unsigned long long)f->index);
	else if (st == ST_PENDING)
		(void)printf("request %s\nlog number %llu, not cosigned yet\n",
		    id, (unsigned long long)f->index);
	else if (st == ST_HELD) {
		clock_text(f->by, by);
		(void)printf("request %s\nheld (%s): the operator decides "
			     "until %s\n",
		    id, f->rule, by);
	}
}

static int
publish(int argc, char **argv)
{
	const struct opt opts[] = { COMMON,
		{ "wait", OPT_INT, &wait_s, "S",
		    "seconds to wait for the watchers (20)", 0, 600, 0 } };
	const struct opt_command c = {
		"porchlight request publish --data DIR --trust FILE "
		"--platform URL FILE",
		"Publish the request that FILE describes (JSON; "
		"docs/agency.md). The same file\nagain is the same request.",
		"porchlight request publish --data police --trust trust.json "
		"\\\n    --platform https://lakeland.example burglary.json",
		opts, NELEMS(opts), 1, 1
	};
	struct agency_filed filed = { 0 };
	struct office *a = NULL;
	struct diag d = { 0 };
	struct buf json;
	struct id id;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	buf_init(&json, REQUEST_BYTES);
	if ((st = file_read(args[0], &json, &d)) == ST_OK &&
	    (st = agency_open(dir, trust_path, platform_url, &a, &d)) ==
		ST_OK &&
	    (st = agency_request_make(a, json.p, json.n, &id, &d)) == ST_OK)
		st = agency_request_publish(
		    a, &id, (unsigned)wait_s, &filed, &d);
	tell(st, &filed);
	agency_close(&a);
	buf_fini(&json);
	return cli_end(st, &d);
}

static int
end(int argc, char **argv)
{
	const struct opt opts[] = { COMMON,
		{ "reason", OPT_TEXT, &reason, "WORD",
		    "resolved (default) or withdrawn", 0, 0, 0 },
		{ "wait", OPT_INT, &wait_s, "S",
		    "seconds to wait for the watchers (20)", 0, 600, 0 } };
	const struct opt_command c = {
		"porchlight request end --data DIR --trust FILE --platform "
		"URL ID",
		"End a request. No new upload counts from then on; a day later "
		"what was sealed to\nit can be read no more.",
		"porchlight request end --data police --trust trust.json "
		"\\\n    --platform https://lakeland.example "
		"0123456789abcdef0123456789abcdef",
		opts, NELEMS(opts), 1, 1
	};
	struct agency_filed filed = { 0 };
	struct office *a = NULL;
	struct diag d = { 0 };
	struct id id;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if ((st = cli_id(args[0], &id, &d)) == ST_OK &&
	    (st = agency_open(dir, trust_path, platform_url, &a, &d)) == ST_OK)
		st = agency_request_end(
		    a, &id, reason, (unsigned)wait_s, &filed, &d);
	tell(st, &filed);
	agency_close(&a);
	return cli_end(st, &d);
}

static enum status
print_row(void *arg, const struct agency_request_row *row)
{
	char id[ID_TEXT], until[CLOCK_TEXT];

	(void)arg;
	id_text(&row->id, id);
	clock_text(row->expires, until);
	(void)printf("%s  %-8s %-12s until %s  %lld submission%s  %s\n", id,
	    row->ended != 0 ? "ended" : row->state, row->case_number, until,
	    (long long)row->submissions, row->submissions == 1 ? "" : "s",
	    row->title);
	return ST_OK;
}

static int
list(int argc, char **argv)
{
	const struct opt opts[] = { COMMON };
	const struct opt_command c = {
		"porchlight request list --data DIR --trust FILE --platform "
		"URL",
		"List the agency's requests.",
		"porchlight request list --data police --trust trust.json "
		"\\\n    --platform https://lakeland.example",
		opts, NELEMS(opts), 0, 0
	};
	struct office *a = NULL;
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	st = agency_open(dir, trust_path, platform_url, &a, &d);
	if (st == ST_OK)
		st = agency_request_list(a, print_row, NULL, &d);
	agency_close(&a);
	return cli_end(st, &d);
}

int
cmd_request(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "publish", "publish what a file describes", publish },
		{ "end", "end a request", end },
		{ "list", "list the agency's requests", list },
	};

	return cli_group("porchlight request COMMAND",
	    "A request is a public call for footage of one place and one span "
	    "of time.",
	    v, NELEMS(v), argc, argv);
}
