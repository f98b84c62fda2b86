#include "base/status.h"

#include "base/pre.h"

static const struct {
	const char *name;
	unsigned http;
	const char *problem;
	const char *text;
} table[ST_COUNT] = {
#define S(name, http, problem, text) { #name, http, problem, text },
#include "base/status.tbl"
#undef S
};

unsigned
status_http(enum status st)
{
	PRE(st < ST_COUNT);
	return table[st].http;
}

const char *
status_problem(enum status st)
{
	PRE(st < ST_COUNT);
	return table[st].problem;
}

const char *
status_text(enum status st)
{
	PRE(st < ST_COUNT);
	return table[st].text;
}

const char *
status_name(enum status st)
{
	PRE(st < ST_COUNT);
	return table[st].name;
}
