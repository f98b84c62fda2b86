/* porchlight check: the main job once, from a request to a package. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/world.h"

#define TEXT 200
#define OUT (size_t)(1 << 20)
#define STOP_AFTER "70000"
#define INSPECT_MS 30000 /* how long the locker may take to look at a clip */
#define CLIP_S 3600      /* the clip is stated to begin this long ago */

struct check {
	struct world world;
	char home[PATH_MAX], clip[PATH_MAX], package[PATH_MAX];
	char police[PATH_MAX];
	struct buf out; /* what the last command printed; may hold words */
	char request[TEXT], log_index[TEXT], submission[TEXT], finding[TEXT];
	char words[TEXT];
	struct diag d;
};

/* A run of the program whose arguments end with NULL. */
#define RUN(c, input, ...) \
	run((c), (const char *[]){ __VA_ARGS__, NULL }, (input))

static enum status
run(struct check *c, const char *const *args, const char *input)
{
	buf_wipe(&c->out);
	buf_init(&c->out, OUT);
	c->d = (struct diag){ 0 };
	return child_run(args, input, &c->out, &c->d);
}

/* The rest of the line that begins with word, of what was printed. */
static enum status
value(struct check *c, const char *word, char out[TEXT])
{
	const char *at = buf_text(&c->out);
	size_t n = strlen(word);

	while (at != NULL && strncmp(at, word, n) != 0)
		at = (at = strchr(at, '\n')) != NULL ? at + 1 : NULL;
	if (at == NULL)
		return diag_set(&c->d, ST_FAIL, "", "",
		    "The command printed no line \"%s\".", word);
	at += n;
	(void)snprintf(out, TEXT, "%.*s", (int)strcspn(at, "\n"), at);
	return ST_OK;
}

/* -- the steps ------------------------------------------------------------- */

static enum status
set_up(struct check *c)
{
	(void)snprintf(
	    c->police, sizeof(c->police), "%.3800s/police", c->world.dir);
	(void)snprintf(c->home, sizeof(c->home), "%.3800s/home", c->world.dir);
	(void)snprintf(c->package, sizeof(c->package), "%.3800s/package.zip",
	    c->world.dir);
	return world_start(&c->world, &c->d);
}

static enum status
publish(struct check *c)
{
	char path[PATH_MAX];
	enum status st;

	(void)snprintf(
	    path, sizeof(path), "%.3800s/files/request-1.json", c->world.dir);
	if ((st = world_request(path, 0, clock_now(), &c->d)) != ST_OK ||
	    (st = RUN(c, NULL, "request", "publish", "--data", c->police,
		 "--trust", c->world.trust, "--platform", c->world.platform_url,
		 path)) != ST_OK ||
	    (st = value(c, "request ", c->request)) != ST_OK)
		return st;
	return value(c, "log number ", c->log_index);
}

static enum status
take(struct check *c)
{
	enum status st;

	st = RUN(c, NULL, "home", "init", "--data", c->home, "--trust",
	    c->world.trust, "--platform", c->world.platform_url);
	if (st != ST_OK)
		return st;
	return RUN(c, NULL, "home", "take", "--data", c->home, "--now");
}

/* Real footage where it lies beside the source, else made by ffmpeg. */
static enum status
find_clip(struct check *c)
{
	const char *shared = getenv("PORCHLIGHT_SHARED");
	char command[PATH_MAX + 256];

	if (shared != NULL) {
		(void)snprintf(c->clip, sizeof(c->clip),
		    "%.3800s/footage/test_signed_h264.mp4", shared);
		if (access(c->clip, R_OK) == 0)
			return ST_OK;
	}
	(void)snprintf(
	    c->clip, sizeof(c->clip), "%.3800s/clip.mp4", c->world.dir);
	(void)snprintf(command, sizeof(command),
	    "ffmpeg -nostdin -loglevel error -f lavfi -i "
	    "testsrc2=size=1280x720:rate=15:duration=6 -pix_fmt yuv420p "
	    "'%s' </dev/null",
	    c->clip);
	if (system(command) == 0)
		return ST_OK;
	return diag_set(&c->d, ST_FAIL, "", "",
	    "There is no footage to share: neither PORCHLIGHT_SHARED nor the "
	    "command ffmpeg gives any.");
}

static enum status
break_off(struct check *c)
{
	char start[CLOCK_TEXT];
	enum status st;

	if ((st = find_clip(c)) != ST_OK)
		return st;
	clock_text(clock_now() - CLIP_S * 4, start);
	st = RUN(c, NULL, "share", "--data", c->home, "--at", WORLD_PLACE,
	    "--request", c->request, "--start", start, "--say",
	    "A camera by the street.", "--early", "--yes", "--stop-after",
	    STOP_AFTER, c->clip);
	if (st == ST_OK)
		return diag_set(&c->d, ST_FAIL, "", "",
		    "The upload was to be broken off, and was not.");
	if (strstr(c->d.text, "broken off") == NULL)
		return st;
	c->d = (struct diag){ 0 };
	return ST_OK;
}

static enum status
resume(struct check *c)
{
	const char *at;
	enum status st;

	st = RUN(c, NULL, "share", "--data", c->home, "--resume");
	if (st != ST_OK ||
	    (st = value(c, "Submission ", c->submission)) != ST_OK)
		return st;
	/* The words stand in the first line that is indented. */
	if ((at = strstr(buf_text(&c->out), "\n  ")) == NULL)
		return ST_FAIL;
	(void)snprintf(c->words, sizeof(c->words), "%.*s",
	    (int)strcspn(at + 3, "\n"), at + 3);
	return ST_OK;
}

static enum status
status(struct check *c)
{
	char state[TEXT];
	enum status st;

	st = RUN(c, c->words, "status", "--locker", WORLD_LOCKER_NAME,
	    "--platform", c->world.platform_url, "--trust", c->world.trust);
	if (st != ST_OK || (st = value(c, "State: ", state)) != ST_OK)
		return st;
	if (strcmp(state, "received") == 0 &&
	    strstr(buf_text(&c->out), c->submission) != NULL)
		return ST_OK;
	return diag_set(&c->d, ST_FAIL, "", "",
	    "The locker says %.20s, not received.", state);
}

static enum status
package(struct check *c)
{
	int64_t until = clock_monotonic_ms() + INSPECT_MS;
	struct timespec nap = { .tv_nsec = 200 * 1000 * 1000 };
	enum status st;

	for (;;) {
		st = RUN(c, NULL, "package", "--data", c->police, "--trust",
		    c->world.trust, "--platform", c->world.platform_url,
		    "--receiver", "prosecutor", "--basis",
		    "The check's own case.", "--out", c->package,
		    c->submission);
		/* The locker looks at the clips after it gave the receipt. */
		if (st == ST_OK || strstr(c->d.text, "not-") == NULL ||
		    clock_monotonic_ms() > until)
			return st;
		(void)nanosleep(&nap, NULL);
	}
}

static enum status
verify(struct check *c)
{
	enum status st;

	st = RUN(c, NULL, "verify", "--trust", c->world.trust, c->package);
	if (st != ST_OK)
		return st;
	return value(c, "finding: ", c->finding);
}

/* One byte in the middle, where the clip lies. */
static enum status
tamper(struct check *c)
{
	char part[1];
	struct stat sb;
	enum status st = ST_IO;
	FILE *f = fopen(c->package, "r+");

	if (f == NULL || fstat(fileno(f), &sb) != 0 ||
	    fseek(f, sb.st_size / 2, SEEK_SET) != 0 ||
	    fread(part, 1, 1, f) != 1)
		goto done;
	part[0] = (char)(part[0] ^ 1);
	if (fseek(f, sb.st_size / 2, SEEK_SET) != 0 ||
	    fwrite(part, 1, 1, f) != 1 || fflush(f) != 0)
		goto done;
	st = RUN(c, NULL, "verify", "--trust", c->world.trust, c->package);
	if (st == ST_OK)
		st = diag_set(&c->d, ST_FAIL, "", "",
		    "A package with a changed byte passed.");
	else if (strstr(buf_text(&c->out), "does not hold") != NULL)
		st = ST_OK;
done:
	if (f != NULL)
		(void)fclose(f);
	return st;
}

static const struct {
	const char *name, *what;
	enum status (*run)(struct check *c);
} steps[] = {
	{ "set-up", "every role set up, admitted and started", set_up },
	{ "publish", "a request published and in the log", publish },
	{ "take", "a home registered and its passes taken", take },
	{ "break-off", "a clip sealed, its upload broken off", break_off },
	{ "resume", "gone on by another process, receipt verified", resume },
	{ "status", "status by the twelve words alone", status },
	{ "package", "exported as a package", package },
	{ "verify", "the package verified, offline", verify },
	{ "tamper", "one byte changed: verification fails", tamper },
};

/* All steps; *failed names the one that did not work. */
static enum status
run_all(struct check *c, const char **failed)
{
	int64_t began;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < NELEMS(steps) && st == ST_OK; i++) {
		began = clock_monotonic_ms();
		*failed = steps[i].name;
		st = steps[i].run(c);
		if (st == ST_OK && child_interrupted())
			st = diag_set(
			    &c->d, ST_FAIL, "", "", "It was interrupted.");
		(void)printf("%-6s %6.2f s  %s\n",
		    st == ST_OK ? "ok" : "FAILED",
		    (double)(clock_monotonic_ms() - began) / 1000,
		    steps[i].what);
		(void)fflush(stdout);
	}
	return st;
}

static int
drive(struct check *c, bool keep)
{
	int64_t began = clock_monotonic_ms();
	const char *failed = "";
	enum status st;

	cli_signals_hold();
	buf_init(&c->out, OUT);
	st = run_all(c, &failed);
	world_stop(&c->world);
	buf_wipe(&c->out);
	explicit_bzero(c->words, sizeof(c->words));
	if (st == ST_OK)
		(void)printf("{\"ok\":true,\"request\":\"%s\",\"log_index\":%s,"
			     "\"submission\":\"%s\",\"finding\":\"%s\","
			     "\"package\":\"%s\",\"steps\":%zu,\"ms\":%lld}\n",
		    c->request, c->log_index, c->submission, c->finding,
		    keep ? c->package : "verified", NELEMS(steps),
		    (long long)(clock_monotonic_ms() - began));
	else
		diag_print("porchlight check", st, &c->d);
	if (st != ST_OK)
		(void)printf("{\"ok\":false,\"step\":\"%s\"}\n", failed);
	if (!keep)
		world_remove(c->world.dir);
	return st == ST_OK ? 0 : 1;
}

int
cmd_check(int argc, char **argv)
{
	static struct check c;
	const char *store = "sqlite", *temp = getenv("TMPDIR");
	bool keep = false;
	const struct opt opts[] = {
		{ "store", OPT_TEXT, &store, "NAME",
		    "the database: sqlite is the one there is", 0, 0, 0 },
		{ "keep", OPT_FLAG, &keep, NULL,
		    "leave the temporary directory", 0, 0, 0 },
	};
	const struct opt_command cmd = { "porchlight check",
		"Drive the main job once: every role as a process of its own "
		"on free ports in a\ntemporary directory, from a request to a "
		"package that verifies. The last line is\none of JSON.",
		"porchlight check --store sqlite", opts, NELEMS(opts), 0, 0 };
	struct diag d = { 0 };
	char **args;
	int n, code;

	if (!cli_options(&cmd, argc, argv, &args, &n, &code))
		return code;
	if (strcmp(store, "sqlite") != 0) {
		(void)fprintf(stderr,
		    "porchlight: there is no store \"%.40s\"; "
		    "sqlite is the one there is.\n",
		    store);
		return 2;
	}
	(void)snprintf(c.world.dir, sizeof(c.world.dir),
	    "%.3800s/porchlight-check-XXXXXX", temp != NULL ? temp : "/tmp");
	if (mkdtemp(c.world.dir) == NULL)
		return cli_end(diag_set(&d, ST_IO, "", "",
				   "No temporary directory can be made."),
		    &d);
	return drive(&c, keep);
}
