/*
 * problem: what the named problems mean, from one table, problem.tbl.
 *
 * A status has a problem name of its own (status.tbl); a check that can say
 * more gives diag_problem() one of these names instead.  tests/repo holds the
 * table to the code: no name without its row, no row without its use.
 */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

/* The title of the problem called name, one sentence; NULL: no such name. */
const char *problem_title(const char *name);

/* What it means and what to do, for a person; NULL: no such name. */
const char *problem_text(const char *name);

#endif /* !BASE_PROBLEM_H */
