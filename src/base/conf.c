#include "base/conf.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

#define PARAMS_MAX (size_t)64

struct reading {
	const struct conf_param *params;
	size_t n;
	char *out;
	bool seen[PARAMS_MAX];
	struct arena *a;
	struct diag *d;
	enum status st;
};

static enum status
set(struct reading *r, const struct conf_param *p, const char *value)
{
	char limit[80], field[96], *end;
	bool truth;
	int64_t n;
	char *text;

	(void)snprintf(field, sizeof(field), "%s.%s", p->section, p->name);
	(void)snprintf(limit, sizeof(limit), "%" PRId64 " to %" PRId64 " %s",
	    p->min, p->max, p->kind == CONF_TEXT ? "characters" : p->unit);
	switch (p->kind) {
	case CONF_TEXT:
		n = (int64_t)strlen(value);
		if (n < p->min || n > p->max)
			break;
		if ((text = arena_strdup(r->a, value)) == NULL)
			return ST_NOMEM;
		memcpy(r->out + p->offset, &text, sizeof(text));
		return ST_OK;
	case CONF_INT:
		errno = 0;
		n = strtoll(value, &end, 10);
		if (errno != 0 || end == value || *end != '\0' || n < p->min ||
		    n > p->max)
			break;
		memcpy(r->out + p->offset, &n, sizeof(n));
		return ST_OK;
	case CONF_BOOL:
		truth = strcmp(value, "yes") == 0;
		(void)snprintf(limit, sizeof(limit), "yes or no");
		if (!truth && strcmp(value, "no") != 0)
			break;
		memcpy(r->out + p->offset, &truth, sizeof(truth));
		return ST_OK;
	}
	return diag_set(r->d, ST_INVALID, field, limit,
	    "The parameter %s in section [%s] cannot be \"%.60s\".", p->name,
	    p->section, value);
}

static int
on_line(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	size_t i;

	/* inih goes on after a line that was refused; the first one counts. */
	if (r->st != ST_OK)
		return 0;
	for (i = 0; i < r->n; i++)
		if (strcmp(r->params[i].section, section) == 0 &&
		    strcmp(r->params[i].name, name) == 0)
			break;
	if (i == r->n)
		r->st = diag_set(r->d, ST_INVALID, name, "",
		    "There is no parameter %.40s in a section [%.40s].", name,
		    section);
	else if (r->seen[i])
		r->st = diag_set(r->d, ST_INVALID, name, "",
		    "The parameter %.40s is given twice.", name);
	else {
		r->seen[i] = true;
		r->st = set(r, &r->params[i], value);
	}
	return r->st == ST_OK;
}

/* Say behind the description on which line it was. */
static void
name_line(struct diag *d, int line)
{
	size_t n;

	if (d == NULL)
		return;
	n = strlen(d->text);
	(void)snprintf(d->text + n, sizeof(d->text) - n, " (line %d)", line);
}

enum status
conf_read(const char *path, const struct conf_param *params, size_t n,
    void *out, struct arena *a, struct diag *d)
{
	struct reading r = {
		.params = params, .n = n, .out = out, .a = a, .d = d
	};
	FILE *f;
	size_t i;
	int line;

	if (n > PARAMS_MAX)
		return ST_FAIL;
	for (i = 0; i < n; i++)
		if (params[i].def != NULL &&
		    (r.st = set(&r, &params[i], params[i].def)) != ST_OK)
			return r.st;
	if (path == NULL)
		return ST_OK;
	if ((f = fopen(path, "re")) == NULL)
		return diag_set(d, errno == ENOENT ? ST_NOTFOUND : ST_IO, "",
		    "", "The configuration file %.200s cannot be read: %s.",
		    path, strerror(errno));
	line = ini_parse_file(f, on_line, &r);
	(void)fclose(f);
	if (r.st == ST_INVALID && line > 0)
		name_line(d, line);
	if (r.st != ST_OK)
		return r.st;
	if (line != 0)
		return diag_set(d, ST_INVALID, "", "",
		    "Line %d of %.200s is neither [section] nor name = value.",
		    line, path);
	for (i = 0; i < n; i++)
		if (params[i].def == NULL && !r.seen[i])
			return diag_set(d, ST_INVALID, params[i].name, "",
			    "The parameter %s in section [%s] is missing in "
			    "%.200s.",
			    params[i].name, params[i].section, path);
	return ST_OK;
}

void
conf_document(const struct conf_param *params, size_t n, struct buf *b)
{
	size_t i;

	buf_puts(b,
	    "| section | name | default | limits | what |\n"
	    "|---|---|---|---|---|\n");
	for (i = 0; i < n; i++) {
		const struct conf_param *p = &params[i];

		buf_printf(b, "| %s | %s | %s | ", p->section, p->name,
		    p->def == NULL        ? "(required)"
			: *p->def == '\0' ? "(none)"
					  : p->def);
		if (p->kind == CONF_BOOL)
			buf_puts(b, "yes or no");
		else
			buf_printf(b, "%" PRId64 " to %" PRId64 "%s%s", p->min,
			    p->max, *p->unit != '\0' ? " " : "",
			    p->kind == CONF_TEXT ? " characters" : p->unit);
		buf_printf(b, " | %s |\n", p->prose);
	}
}
