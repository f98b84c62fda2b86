/*
 * status: what every function that can fail returns.
 *
 * One table, status.tbl, yields the codes, the HTTP replies and the sentences
 * that a person reads.  A function returns a status and describes the details
 * in a struct diag; only the dispatcher of httpd turns the two into a reply,
 * and only main() into an exit code.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum status {
#define S(name, http, problem, text) name,
#include "base/status.tbl"
#undef S
	ST_COUNT
};

/* The HTTP code that answers st. */
unsigned status_http(enum status st);

/* The problem name of st: the end of /problems/NAME. */
const char *status_problem(enum status st);

/* One or two sentences for a person: what happened, what to do. */
const char *status_text(enum status st);

/* The status' own name, such as "ST_INVALID", for diagnostics. */
const char *status_name(enum status st);

#endif /* !BASE_STATUS_H */
