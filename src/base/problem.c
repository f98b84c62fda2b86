#include "base/problem.h"

#include <stddef.h>
#include <string.h>

#include "base/pre.h"

struct problem {
	const char *name, *title, *text;
};

static const struct problem table[] = {
#define P(name, title, text) { name, title, text },
#include "base/problem.tbl"
#undef P
};

static const struct problem *
find(const char *name)
{
	size_t i;

	for (i = 0; i < NELEMS(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const char *
problem_title(const char *name)
{
	const struct problem *p = find(name);

	return p == NULL ? NULL : p->title;
}

const char *
problem_text(const char *name)
{
	const struct problem *p = find(name);

	return p == NULL ? NULL : p->text;
}
