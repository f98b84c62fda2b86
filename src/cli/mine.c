#include "cli/mine.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/id.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/words.h"

#define TYPED 400

/* A locker's words for a state, for a person. */
static const char *
plain(const char *state)
{
	static const char *const words[][2] = {
		{ "unknown", "The locker knows nothing of it." },
		{ "pending", "It has arrived and is being checked." },
		{ "received", "It was received and is kept." },
		{ "refused", "The locker refused it." },
		{ "withdrawn", "It was taken back." },
	};
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (strcmp(words[i][0], state) == 0)
			return words[i][1];
	return state;
}

static void
tell(const struct home_status *s)
{
	char id[ID_TEXT], when[CLOCK_TEXT];

	id_text(&s->submission, id);
	(void)printf(
	    "Submission %s\nState: %s\n%s\n", id, s->state, plain(s->state));
	if (s->receipt_s != 0) {
		clock_text(s->receipt_s, when);
		(void)printf("Receipt of %s.\n", when);
	}
	if (strcmp(s->state, "received") == 0)
		(void)printf("%s\n",
		    s->opened ? "An officer has opened it, so it cannot be "
				"taken back any more."
			      : "No officer has opened it; it can still be "
				"taken back.");
	if (s->problem[0] != '\0')
		(void)printf("(%s) %s\n", s->problem, s->detail);
}

int
mine_run(const struct opt_command *c, const char **locker,
    const char **platform, const char **trust_path, mine_ask *ask, int argc,
    char **argv)
{
	char words[TYPED] = "";
	struct home_status s = { 0 };
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(c, argc, argv, &args, &n, &code))
		return code;
	/* From stdin: arguments can be seen by other users of a machine. */
	if (isatty(STDIN_FILENO))
		(void)fprintf(stderr, "The twelve words: ");
	if (fgets(words, sizeof(words), stdin) == NULL)
		words[0] = '\0';
	st = ask(words, *locker, *platform, *trust_path, &s, &d);
	explicit_bzero(words, sizeof(words));
	if (st == ST_OK)
		tell(&s);
	return cli_end(st, &d);
}
