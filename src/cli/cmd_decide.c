/* porchlight decide: the operator's decisions, in public. */
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/random.h"
#include "platform/platform.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "tlog/trust.h"

int
cmd_decide(int argc, char **argv)
{
	const char *dir = NULL, *platform = NULL, *trust_path = NULL;
	struct decision x = { .rule = "", .reason = "" };
	int64_t wait_s = 20;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the instance's directory", 0,
		    0, 1 },
		{ "platform", OPT_TEXT, &platform, "URL",
		    "the instance, as it serves", 0, 0, 1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "action", OPT_TEXT, &x.action, "WORD",
		    "refuse, lift, suspend or restore", 0, 0, 1 },
		{ "subject", OPT_TEXT, &x.subject, "NAME",
		    "a request's id or an agency's name", 0, 0, 1 },
		{ "rule", OPT_TEXT, &x.rule, "NAME",
		    "the rule that is lifted or was broken", 0, 0, 0 },
		{ "reason", OPT_TEXT, &x.reason, "TEXT",
		    "why, for everybody to read", 0, 0, 1 },
		{ "wait", OPT_INT, &wait_s, "S",
		    "seconds to wait for the watchers (20)", 0, 600, 0 },
	};
	const struct opt_command c = {
		"porchlight decide --data DIR --platform URL --trust FILE "
		"--action WORD\n    --subject NAME --reason TEXT",
		"Log a decision of the operator: refuse a request, lift a rule "
		"for it, suspend an\nagency or restore it. It is public for "
		"good.",
		"porchlight decide --data lakeland --platform "
		"https://lakeland.example \\\n"
		"    --trust trust.json \\\n    --action "
		"suspend --subject police.lakeland.example --reason \"Under "
		"review.\"",
		opts, NELEMS(opts), 0, 0
	};
	struct buf text, note;
	struct trust trust;
	struct diag d = { 0 };
	uint64_t index = 0;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	buf_init(&text, DOC_ENTRY_MAX);
	buf_init(&note, DOC_ENTRY_MAX);
	random_id(&x.id);
	x.time = clock_now();
	if ((st = cli_trust(trust_path, &trust, &d)) == ST_OK &&
	    (st = doc_text(decision_json(&x), DECISION_TYPE, trust.origin,
		 &text)) == ST_OK &&
	    (st = platform_sign(dir, text.p, text.n, &note, &d)) == ST_OK)
		st = cli_file_note(
		    platform, note.p, note.n, NULL, wait_s, &index, &d);
	if (st == ST_OK)
		(void)printf("log number %llu\n", (unsigned long long)index);
	buf_fini(&text);
	buf_fini(&note);
	return cli_end(st, &d);
}
