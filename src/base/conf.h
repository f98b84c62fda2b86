/*
 * conf: a configuration file (INI), read against a table of parameters.
 *
 * A row of the table gives a parameter's section and name, type, unit, limits,
 * default and a sentence of prose; the check of the file and the documentation
 * are both made from it.  Unknown sections and names are refused.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct buf;
struct diag;

enum conf_kind { CONF_TEXT, CONF_INT, CONF_BOOL };

struct conf_param {
	const char *section, *name;
	enum conf_kind kind;
	size_t offset; /* const char *, int64_t or bool in the struct filled */
	const char *unit; /* "" where there is none */
	int64_t min, max; /* of an integer, or of a text's bytes */
	const char *def;  /* NULL: must be in the file */
	const char *prose;
};

/*
 * Set *out to the defaults, then to what the file at path says; path NULL
 * gives defaults alone.  Texts live in a.  Returns ST_OK, ST_INVALID (d names
 * line, parameter and limit), ST_NOTFOUND, ST_NOMEM or ST_IO.
 */
enum status conf_read(const char *path, const struct conf_param *params,
    size_t n, void *out, struct arena *a, struct diag *d) NODISCARD;

/* Append the table as Markdown, one row a parameter. */
void conf_document(const struct conf_param *params, size_t n, struct buf *b);

#endif /* !BASE_CONF_H */
