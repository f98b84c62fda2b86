/*
 * opt: a subcommand's options, declared once; parsing and help come from the
 * same table.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct diag;

enum opt_kind {
	OPT_FLAG, /* bool, set to true */
	OPT_TEXT, /* const char *, borrowed from argv */
	OPT_INT,  /* int64_t within min and max */
};

struct opt {
	const char *name; /* "data" for --data */
	enum opt_kind kind;
	void *to;         /* keeps its value where the option is absent */
	const char *what; /* the value in the help, "DIR"; NULL for a flag */
	const char *help; /* a sentence */
	int64_t min, max;
	int required;
};

/* What a subcommand says of itself; its help fits a screen. */
struct opt_command {
	const char *usage;   /* "porchlight share --request ID CLIP..." */
	const char *summary; /* what it does, a few lines */
	const char *example; /* a command that works */
	const struct opt *opts;
	size_t n;
	int min_args, max_args; /* those that are no options */
};

/*
 * Parse argv[1..] of c.  *args is set to those that are no options, *n_args
 * to how many; argv is reordered.  Returns ST_OK; ST_INVALID, described in
 * d; or ST_NOTFOUND after --help was printed to stdout.
 */
enum status opt_parse(const struct opt_command *c, int argc, char **argv,
    char ***args, int *n_args, struct diag *d) NODISCARD;

/* Print the help of c to stdout. */
void opt_help(const struct opt_command *c);

#endif /* !BASE_OPT_H */
