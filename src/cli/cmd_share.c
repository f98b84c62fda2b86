/* porchlight share: answer a request. */
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "geo/point.h"

struct input {
	const char *dir, *place, *request, *starts;
	bool resume;
	struct home_share what;
	struct home_clip clips[HOME_CLIPS_MAX];
	struct id id;
};

/* The clips, with the start that the person states for each, in order. */
static enum status
read_clips(struct input *in, char **args, int n, struct diag *d)
{
	char *next = NULL, *one = NULL;
	static char starts[HOME_CLIPS_MAX * 32];
	int i;

	if (in->starts != NULL && strlen(in->starts) >= sizeof(starts))
		return diag_set(d, ST_INVALID, "start", "",
		    "--start takes a time a clip, with commas between them.");
	if (in->starts != NULL) {
		memcpy(starts, in->starts, strlen(in->starts) + 1);
		one = strtok_r(starts, ",", &next);
	}
	for (i = 0; i < n && i < HOME_CLIPS_MAX; i++) {
		in->clips[i] = (struct home_clip){ .path = args[i],
			.start = one };
		one = one != NULL ? strtok_r(NULL, ",", &next) : NULL;
	}
	in->what.clips = in->clips;
	in->what.clip_count = (size_t)n;
	return ST_OK;
}

static enum status
read_input(struct input *in, char **args, int n, struct diag *d)
{
	enum status st;

	if (in->place == NULL || n == 0)
		return diag_set(d, ST_INVALID, "", "",
		    "--at and at least one clip are needed, or --resume "
		    "alone. --help explains.");
	if ((st = point_from_text(in->place, &in->what.place, d)) != ST_OK)
		return st;
	if (in->request != NULL) {
		if ((st = cli_id(in->request, &in->id, d)) != ST_OK)
			return st;
		in->what.request = &in->id;
	}
	return read_clips(in, args, n, d);
}

int
cmd_share(int argc, char **argv)
{
	struct input in = { 0 };
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &in.dir, "DIR", "the home's directory", 0,
		    0, 1 },
		{ "at", OPT_TEXT, &in.place, "LON,LAT",
		    "where the camera stands; it stays here", 0, 0, 0 },
		{ "request", OPT_TEXT, &in.request, "ID",
		    "which request, where there are several", 0, 0, 0 },
		{ "start", OPT_TEXT, &in.starts, "TIME,...",
		    "when each clip begins (else the file's time)", 0, 0, 0 },
		{ "say", OPT_TEXT, &in.what.say, "TEXT",
		    "what you want to say with it", 0, 0, 0 },
		{ "anyway", OPT_FLAG, &in.what.anyway, NULL,
		    "also where the home is outside of the area", 0, 0, 0 },
		{ "early", OPT_FLAG, &in.what.early, NULL,
		    "agree to use a pass of this very week", 0, 0, 0 },
		{ "yes", OPT_FLAG, &in.what.yes, NULL,
		    "agree to what is shown before it is sent", 0, 0, 0 },
		{ "resume", OPT_FLAG, &in.resume, NULL,
		    "go on with one that was broken off", 0, 0, 0 },
		{ "stop-after", OPT_INT, &in.what.stop_after, "BYTES",
		    "break the upload off there (for trying out)", 1,
		    INT64_C(1) << 40, 0 },
	};
	const struct opt_command c = {
		"porchlight share --data DIR --at LON,LAT CLIP...",
		"Share clips with the agency that asks about this place. Shows "
		"what is asked, what\nis removed from the clips, and what they "
		"get, before anything is sent.",
		"porchlight share --data home --at -96.7012,40.8136 "
		"\\\n    --start 2026-11-29T22:10:00Z porch.mp4",
		opts, NELEMS(opts), 0, HOME_CLIPS_MAX
	};
	struct home_shared shared = { 0 };
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	if (in.resume)
		st = home_resume(
		    in.dir, in.what.stop_after, &cli_ui, &shared, &d);
	else if ((st = read_input(&in, args, n, &d)) == ST_OK)
		st = home_share(in.dir, &in.what, &cli_ui, &shared, &d);
	explicit_bzero(&shared, sizeof(shared));
	return cli_end(st, &d);
}
