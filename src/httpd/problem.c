/*
 * problem: the pages that explain /problems/NAME, from the status table.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
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
put_page(struct buf *b, const char *name)
{
	unsigned http = 0;
	size_t i;

	buf_puts(b,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<title>");
	put_escaped(b, name);
	buf_puts(b,
	    "</title>\n<link rel=\"stylesheet\" href=\"/ui.css\">\n"
	    "</head>\n<body>\n<main>\n<h1>");
	put_escaped(b, name);
	buf_puts(b, "</h1>\n");
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(statuses[i].name, name) != 0)
			continue;
		http = statuses[i].http;
		buf_puts(b, "<p>");
		put_escaped(b, statuses[i].text);
		buf_puts(b, "</p>\n");
	}
	buf_printf(b,
	    "<p>%s</p>\n<p>HTTP status %u.</p>\n"
	    "</main>\n</body>\n</html>\n",
	    meaning(http), http);
}

enum status
httpd_problem_page(struct call *call, const char *name)
{
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(statuses[i].name, name) == 0)
			break;
	if (i == sizeof(statuses) / sizeof(statuses[0]))
		return ST_NOTFOUND;
	buf_init(&b, 8192);
	put_page(&b, name);
	return httpd_reply_buf(call, 200, "text/html; charset=utf-8", &b);
}
