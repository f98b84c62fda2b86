/*
 * problem: the pages that explain /problems/NAME, from the two tables.
 */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/pre.h"
#include "base/problem.h"
#include "httpd/inner.h"

static const struct {
	const char *name;
	unsigned http;
	const char *text;
} statuses[] = {
#define S(name, http, problem, text) { problem, http, text },
#include "base/status.tbl"
#undef S
};

static void
put_escaped(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '<')
			buf_puts(b, "&lt;");
		else if (*s == '>')
			buf_puts(b, "&gt;");
		else if (*s == '&')
			buf_puts(b, "&amp;");
		else if (*s == '"')
			buf_puts(b, "&quot;");
		else
			buf_putc(b, *s);
	}
}

/* What a person can take from the code alone. */
static const char *
meaning(unsigned http)
{
	if (http < 300)
		return "Nothing is wrong. There is one more step to wait for.";
	if (http < 500)
		return "Something in what was sent has to change. The reply "
		       "names the field at fault and its limit, where there "
		       "is one.";
	return "The reason is on this server's side. What was sent may be "
	       "all right, and sending the same again does no harm.";
}

static void
put_paragraph(struct buf *b, const char *text)
{
	buf_puts(b, "<p>");
	put_escaped(b, text);
	buf_puts(b, "</p>\n");
}

/* A name of status.tbl: every status that bears it. */
static bool
put_statuses(struct buf *b, const char *name)
{
	unsigned http = 0;
	size_t i;

	for (i = 0; i < NELEMS(statuses); i++) {
		if (strcmp(statuses[i].name, name) != 0)
			continue;
		http = statuses[i].http;
		put_paragraph(b, statuses[i].text);
	}
	if (http == 0)
		return false;
	buf_printf(
	    b, "<p>%s</p>\n<p>HTTP status %u.</p>\n", meaning(http), http);
	return true;
}

/* A name of problem.tbl. */
static bool
put_problem(struct buf *b, const char *name)
{
	const char *title = problem_title(name);

	if (title == NULL)
		return false;
	put_paragraph(b, title);
	put_paragraph(b, problem_text(name));
	return true;
}

enum status
httpd_problem_page(struct call *call, const char *name)
{
	bool known, named;
	enum status st;
	struct buf b;

	buf_init(&b, 8192);
	buf_puts(&b,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<title>");
	put_escaped(&b, name);
	buf_puts(&b,
	    "</title>\n<link rel=\"stylesheet\" href=\"/ui.css\">\n"
	    "</head>\n<body>\n<main>\n<h1>");
	put_escaped(&b, name);
	buf_puts(&b, "</h1>\n");
	known = put_statuses(&b, name);
	named = put_problem(&b, name);
	buf_puts(&b, "</main>\n</body>\n</html>\n");
	st = !known && !named
	    ? ST_NOTFOUND
	    : httpd_reply_buf(call, 200, "text/html; charset=utf-8", &b);
	buf_fini(&b);
	return st;
}
