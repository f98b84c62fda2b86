/*
 * diag: what went wrong, for a person; and the log lines of a server.
 *
 * A struct diag travels beside a status.  The first failure is kept: whoever
 * detects it first describes it, callers above add nothing.  A diag is always
 * optional: NULL discards.
 *
 * Log lines are structured (key=value) and go to stderr.  They never hold an
 * address, an account, a token or a key; ids of public documents are fine.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/status.h"

struct diag {
	char problem[32]; /* overrides status_problem(), "" if not */
	char field[96];   /* the member at fault, "area.coordinates", or "" */
	char limit[96];   /* the limit it missed, with unit, or "" */
	char text[400];   /* a sentence for a person, or "" */
};

/*
 * Describe a failure, unless d is NULL or holds one already, and return st,
 * so that a check can end in `return diag_set(d, ST_INVALID, ...)`.
 */
enum status diag_set(struct diag *d, enum status st, const char *field,
    const char *limit, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The same with a problem name of its own, /problems/NAME. */
enum status diag_problem(struct diag *d, enum status st, const char *problem,
    const char *field, const char *limit, const char *fmt, ...)
    PRINTF_LIKE(6, 7);

/* Print d and st to stderr as an error message of the program name. */
void diag_print(const char *name, enum status st, const struct diag *d);

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Name this process's role in its log lines; name must stay valid. */
void log_role(const char *name);

/* Lines below level are dropped; LOG_INFO from the start. */
void log_threshold(enum log_level level);

/*
 * Write one line: time, level, role, event, and fmt's key=value pairs.  event
 * is a fixed word such as "checkpoint".  fmt may be NULL.
 */
void log_line(enum log_level level, const char *event, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif /* !BASE_DIAG_H */
