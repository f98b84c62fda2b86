/* porchlight admit: the operator's countersignature, filed. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "platform/platform.h"
#include "protocol/doc.h"

#define REGION_BYTES (size_t)(1 << 20)

/*
 * A partner's document is the platform's alone to sign; agencies and relays
 * have signed theirs.
 */
static enum status
sign(const char *dir, const struct buf *in, struct buf *out, struct diag *d)
{
	if (strstr(buf_text(in), "\n\n") == NULL)
		return platform_sign(dir, in->p, in->n, out, d);
	return platform_countersign(dir, in->p, in->n, out, d);
}

int
cmd_admit(int argc, char **argv)
{
	const char *dir = NULL, *platform = NULL, *jurisdiction = NULL;
	int64_t wait_s = 20;
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the instance's directory", 0,
		    0, 1 },
		{ "platform", OPT_TEXT, &platform, "URL",
		    "the instance, as it serves", 0, 0, 1 },
		{ "jurisdiction", OPT_TEXT, &jurisdiction, "FILE",
		    "an agency's, as the partner wrote it", 0, 0, 0 },
		{ "wait", OPT_INT, &wait_s, "S",
		    "seconds to wait for the watchers (20)", 0, 600, 0 },
	};
	const struct opt_command c = {
		"porchlight admit --data DIR --platform URL FILE",
		"Sign a partner's, an agency's or a relay's note as the "
		"operator and have it logged.\nFrom then on it counts.",
		"porchlight admit --data lakeland --platform "
		"https://lakeland.example \\\n    --jurisdiction "
		"police.note.jurisdiction.json police.note",
		opts, NELEMS(opts), 1, 1
	};
	struct buf in, region, note;
	struct diag d = { 0 };
	uint64_t index = 0;
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	buf_init(&in, DOC_MAX);
	buf_init(&note, 2 * DOC_MAX);
	buf_init(&region, REGION_BYTES);
	if ((st = file_read(args[0], &in, &d)) == ST_OK &&
	    (jurisdiction == NULL ||
		(st = file_read(jurisdiction, &region, &d)) == ST_OK) &&
	    (st = sign(dir, &in, &note, &d)) == ST_OK)
		st = cli_file_note(platform, note.p, note.n,
		    jurisdiction != NULL ? buf_text(&region) : NULL, wait_s,
		    &index, &d);
	if (st == ST_OK)
		(void)printf("log number %llu\n", (unsigned long long)index);
	buf_fini(&in);
	buf_fini(&note);
	buf_fini(&region);
	return cli_end(st, &d);
}
