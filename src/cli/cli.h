/*
 * cli: the program porchlight: one subcommand a file, cmd_NAME.c, each with
 * the prefix of its file and no knowledge of the others.
 *
 * A subcommand gets its own argv and returns the exit code: 0, 1 for a
 * failure that was printed, 2 for wrong usage.  What is for a program goes to
 * stdout, what is for a person in between to stderr.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"
#include "base/status.h"
#include "home/home.h"

struct buf;
struct diag;
struct id;
struct trust;

struct cli_command {
	const char *name, *what; /* what: a line of the help */
	int (*run)(int argc, char **argv);
};

/*
 * Run the one of n commands that argv[1] names, its argv beginning there;
 * without one, or with --help, list them.
 */
int cli_group(const char *usage, const char *about, const struct cli_command *v,
    size_t n, int argc, char **argv);

/* Parse options; false where the command is over, with *code. */
bool cli_options(const struct opt_command *c, int argc, char **argv,
    char ***args, int *n_args, int *code);

/* Print a failure and give its exit code; 0 for ST_OK. */
int cli_end(enum status st, const struct diag *d);

/*
 * Before a server starts: keep SIGINT and SIGTERM from all threads that will
 * be.  Then wait until one of them comes.
 */
void cli_signals_hold(void);
void cli_signals_wait(void);

/* What home tells, on this terminal. */
extern const struct home_ui cli_ui;

/* Read an id of 32 hex digits.  ST_OK or ST_INVALID. */
enum status cli_id(const char *text, struct id *out, struct diag *d) NODISCARD;

/* Read a trust file. */
enum status
cli_trust(const char *path, struct trust *out, struct diag *d) NODISCARD;

/*
 * File a note at the platform, with a jurisdiction beside an agency's (else
 * NULL), and wait up to wait_s for its proof.  Returns ST_OK with its log
 * number; ST_PENDING, ST_HELD; or the platform's refusal.
 */
enum status cli_file_note(const char *platform_url, const void *note, size_t n,
    const char *jurisdiction, int64_t wait_s, uint64_t *index,
    struct diag *d) NODISCARD;

/* The subcommands. */
int cmd_init(int argc, char **argv);
int cmd_platform(int argc, char **argv);
int cmd_watcher(int argc, char **argv);
int cmd_relay(int argc, char **argv);
int cmd_agency(int argc, char **argv);
int cmd_partner(int argc, char **argv);
int cmd_admit(int argc, char **argv);
int cmd_request(int argc, char **argv);
int cmd_decide(int argc, char **argv);
int cmd_home(int argc, char **argv);
int cmd_share(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_withdraw(int argc, char **argv);
int cmd_package(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_check(int argc, char **argv);

#endif /* !CLI_CLI_H */
