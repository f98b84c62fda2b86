#include "base/opt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"

#define OPTS_MAX 32

void
opt_help(const struct opt_command *c)
{
	char left[64];
	size_t i;

	(void)printf("usage: %s\n\n%s\n", c->usage, c->summary);
	if (c->n > 0)
		(void)printf("\noptions:\n");
	for (i = 0; i < c->n; i++) {
		(void)snprintf(left, sizeof(left), "--%s%s%s", c->opts[i].name,
		    c->opts[i].what != NULL ? " " : "",
		    c->opts[i].what != NULL ? c->opts[i].what : "");
		(void)printf("  %-22s %s\n", left, c->opts[i].help);
	}
	(void)printf("\nexample:\n  %s\n", c->example);
}

static enum status
set(const struct opt *o, const char *value, struct diag *d)
{
	char limit[64], *end;
	int64_t n;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return ST_OK;
	case OPT_TEXT:
		*(const char **)o->to = value;
		return ST_OK;
	case OPT_INT:
		errno = 0;
		n = strtoll(value, &end, 10);
		if (errno != 0 || end == value || *end != '\0' || n < o->min ||
		    n > o->max) {
			(void)snprintf(limit, sizeof(limit),
			    "%" PRId64 " to %" PRId64, o->min, o->max);
			return diag_set(d, ST_INVALID, o->name, limit,
			    "--%s takes a whole number from %s, not \"%.40s\".",
			    o->name, limit, value);
		}
		*(int64_t *)o->to = n;
		return ST_OK;
	}
	return ST_FAIL;
}

/* One option at argv[*i]; moves *i past its value. */
static enum status
take(const struct opt_command *c, int argc, char **argv, int *i, bool *seen,
    struct diag *d)
{
	const char *name = argv[*i] + 2, *eq = strchr(name, '=');
	size_t len = eq != NULL ? (size_t)(eq - name) : strlen(name), k;
	const char *value = NULL;

	for (k = 0; k < c->n; k++)
		if (strlen(c->opts[k].name) == len &&
		    strncmp(c->opts[k].name, name, len) == 0)
			break;
	if (k == c->n)
		return diag_set(d, ST_INVALID, "", "",
		    "There is no option --%.*s; --help lists them.", (int)len,
		    name);
	seen[k] = true;
	if (c->opts[k].kind != OPT_FLAG) {
		value = eq != NULL ? eq + 1 : ++*i < argc ? argv[*i] : NULL;
		if (value == NULL)
			return diag_set(d, ST_INVALID, c->opts[k].name, "",
			    "--%s needs a value: %s.", c->opts[k].name,
			    c->opts[k].what);
	} else if (eq != NULL) {
		return diag_set(d, ST_INVALID, c->opts[k].name, "",
		    "--%s takes no value.", c->opts[k].name);
	}
	return set(&c->opts[k], value, d);
}

static enum status
complete(
    const struct opt_command *c, const bool *seen, int n_args, struct diag *d)
{
	size_t k;

	for (k = 0; k < c->n; k++)
		if (c->opts[k].required && !seen[k])
			return diag_set(d, ST_INVALID, c->opts[k].name, "",
			    "--%s %s is missing.\nusage: %s", c->opts[k].name,
			    c->opts[k].what, c->usage);
	if (n_args < c->min_args || n_args > c->max_args)
		return diag_set(d, ST_INVALID, "", "", "usage: %s", c->usage);
	return ST_OK;
}

enum status
opt_parse(const struct opt_command *c, int argc, char **argv, char ***args,
    int *n_args, struct diag *d)
{
	bool seen[OPTS_MAX] = { false }, only_args = false;
	enum status st;
	int i, n = 0;

	PRE(c->n <= OPTS_MAX);
	for (i = 1; i < argc; i++) {
		if (!only_args && strcmp(argv[i], "--help") == 0) {
			opt_help(c);
			return ST_NOTFOUND;
		}
		if (!only_args && strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
			if ((st = take(c, argc, argv, &i, seen, d)) != ST_OK)
				return st;
		} else {
			argv[1 + n++] = argv[i];
		}
	}
	*args = argv + 1;
	*n_args = n;
	return complete(c, seen, n, d);
}
