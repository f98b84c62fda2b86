#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "httpc/httpc.h"
#include "tlog/trust.h"

#define NAME "porchlight"
#define REPLY_BYTES (size_t)(1 << 20)
#define FILED_BYTES (size_t)(4 << 20)

static void
list(
    const char *usage, const char *about, const struct cli_command *v, size_t n)
{
	size_t i;

	(void)printf("usage: %s\n\n%s\n\ncommands:\n", usage, about);
	for (i = 0; i < n; i++)
		(void)printf("  %-10s %s\n", v[i].name, v[i].what);
	(void)printf("\nexample:\n  porchlight demo --data demo-data\n");
}

int
cli_group(const char *usage, const char *about, const struct cli_command *v,
    size_t n, int argc, char **argv)
{
	size_t i;

	if (argc > 1 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		list(usage, about, v, n);
		return 0;
	}
	for (i = 0; argc > 1 && i < n; i++)
		if (strcmp(argv[1], v[i].name) == 0)
			return v[i].run(argc - 1, argv + 1);
	if (argc > 1)
		(void)fprintf(stderr, "%s: there is no command \"%.40s\".\n",
		    NAME, argv[1]);
	(void)fprintf(stderr, "usage: %s (--help lists the commands)\n", usage);
	return 2;
}

bool
cli_options(const struct opt_command *c, int argc, char **argv, char ***args,
    int *n_args, int *code)
{
	struct diag d = { 0 };
	enum status st = opt_parse(c, argc, argv, args, n_args, &d);

	if (st == ST_OK)
		return true;
	*code = st == ST_NOTFOUND ? 0 : 2;
	if (st != ST_NOTFOUND)
		(void)fprintf(stderr, "%s: %s\n", NAME, d.text);
	return false;
}

int
cli_end(enum status st, const struct diag *d)
{
	if (st == ST_OK)
		return 0;
	diag_print(NAME, st, d);
	return 1;
}

static void
the_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
}

void
cli_signals_hold(void)
{
	sigset_t set;

	the_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void
cli_signals_wait(void)
{
	sigset_t set;
	int which;

	the_signals(&set);
	(void)sigwait(&set, &which);
}

/* -- what home tells ------------------------------------------------------- */

static void
ui_line(void *arg, const char *text)
{
	(void)arg;
	(void)fprintf(stderr, "%s\n", text);
}

static void
ui_progress(void *arg, int64_t done, int64_t total)
{
	(void)arg;
	if (!isatty(STDERR_FILENO))
		return;
	(void)fprintf(stderr, "\rsent %lld of %lld bytes (%lld %%)%s",
	    (long long)done, (long long)total,
	    (long long)(total > 0 ? done * 100 / total : 100),
	    done == total ? "\n" : "");
}

static bool
ui_ask(void *arg, const char *question)
{
	char line[16];

	(void)arg;
	if (!isatty(STDIN_FILENO))
		return false;
	(void)fprintf(stderr, "%s [y/N] ", question);
	return fgets(line, sizeof(line), stdin) != NULL &&
	    (line[0] == 'y' || line[0] == 'Y');
}

static void
ui_received(void *arg, const struct home_shared *s)
{
	char id[ID_TEXT], when[CLOCK_TEXT];

	(void)arg;
	id_text(&s->submission, id);
	clock_text(s->receipt_s, when);
	(void)printf("Received by the locker %s at %s.\n", s->locker, when);
	(void)printf("Submission %s\n\n", id);
	(void)printf(
	    "Write down these twelve words and the locker's name. They "
	    "alone show what\nbecomes of it, or take it back; they are kept "
	    "nowhere else.\n\n  %s\n  %s\n\n",
	    s->words, s->locker);
	(void)fflush(stdout);
}

const struct home_ui cli_ui = { .line = ui_line,
	.progress = ui_progress,
	.ask = ui_ask,
	.received = ui_received };

/* -- shared by several ----------------------------------------------------- */

enum status
cli_id(const char *text, struct id *out, struct diag *d)
{
	if (id_parse(text, out) == ST_OK)
		return ST_OK;
	return diag_set(d, ST_INVALID, "id", "32 hex digits",
	    "\"%.40s\" is not an id.", text);
}

enum status
cli_trust(const char *path, struct trust *out, struct diag *d)
{
	struct buf b;
	enum status st;

	buf_init(&b, TRUST_FILE);
	if ((st = file_read(path, &b, d)) == ST_OK)
		st = trust_parse(b.p, b.n, out, d);
	buf_fini(&b);
	return st;
}

/* What the platform said to a note, from its reply. */
static enum status
read_filed(const struct httpc_reply *r, uint64_t *index, struct diag *d)
{
	const char *state, *detail, *type;
	json_t *v = NULL;
	enum status st;

	if ((st = json_read(r->body.p, r->body.n, &v, NULL)) != ST_OK)
		v = json_object();
	state = json_string_value(json_object_get(v, "state"));
	detail = json_string_value(json_object_get(v, "detail"));
	type = json_string_value(json_object_get(v, "type"));
	*index = (uint64_t)json_integer_value(json_object_get(v, "index"));
	if (r->code == 201) {
		st = ST_OK;
	} else if (r->code == 202 && state != NULL &&
	    strcmp(state, "pending") == 0) {
		st = diag_set(d, ST_PENDING, "", "",
		    "Logged as number %llu, but not cosigned by enough "
		    "watchers yet. Repeat the command to get the proof.",
		    (unsigned long long)*index);
	} else if (r->code == 202) {
		st = diag_set(d, ST_HELD, "", "",
		    "Held for the operator to decide (%s).",
		    json_string_value(json_object_get(v, "rule")) != NULL
			? json_string_value(json_object_get(v, "rule"))
			: "no rule named");
	} else {
		type = type != NULL && strrchr(type, '/') != NULL
		    ? strrchr(type, '/') + 1
		    : NULL;
		st = diag_problem(d, r->code >= 500 ? ST_PEER : ST_RULE, type,
		    json_string_value(json_object_get(v, "field")),
		    json_string_value(json_object_get(v, "limit")),
		    "The platform answered %u. %.300s", r->code,
		    detail != NULL ? detail : "");
	}
	json_decref(v);
	return st;
}

static enum status
filing_body(const void *note, size_t n, const char *jurisdiction, struct buf *b)
{
	json_t *v = json_pack("{s:s%}", "note", note, n);
	enum status st = ST_NOMEM;

	if (v != NULL &&
	    (jurisdiction == NULL ||
		json_object_set_new(
		    v, "jurisdiction", json_string(jurisdiction)) == 0))
		st = json_write(v, b);
	if (v != NULL)
		json_decref(v);
	return st;
}

enum status
cli_file_note(const char *platform_url, const void *note, size_t n,
    const char *jurisdiction, int64_t wait_s, uint64_t *index, struct diag *d)
{
	int64_t until = clock_monotonic_ms() + wait_s * 1000;
	struct timespec nap = { .tv_nsec = 200 * 1000 * 1000 };
	struct httpc *http = NULL;
	struct httpc_reply r;
	struct buf body;
	char url[600];
	enum status st;

	buf_init(&body, FILED_BYTES);
	(void)snprintf(url, sizeof(url), "%.500s/v1/notes", platform_url);
	if ((st = filing_body(note, n, jurisdiction, &body)) != ST_OK ||
	    (st = httpc_new(&http)) != ST_OK)
		goto done;
	for (;;) {
		*d = (struct diag){ 0 };
		st = httpc_post(http, url, "application/json", body.p, body.n,
		    NULL, REPLY_BYTES, &r, d);
		if (st == ST_OK)
			st = read_filed(&r, index, d);
		httpc_reply_fini(&r);
		if ((st != ST_PENDING && st != ST_PEER) ||
		    clock_monotonic_ms() >= until)
			break;
		(void)nanosleep(&nap, NULL);
	}
done:
	httpc_free(&http);
	buf_fini(&body);
	return st;
}
