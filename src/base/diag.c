#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const char *role = "porchlight";
static enum log_level threshold = LOG_INFO;

static void
vset(struct diag *d, const char *problem, const char *field, const char *limit,
    const char *fmt, va_list ap)
{
	if (d == NULL || d->text[0] != '\0')
		return;
	(void)snprintf(d->problem, sizeof(d->problem), "%s",
	    problem != NULL ? problem : "");
	(void)snprintf(
	    d->field, sizeof(d->field), "%s", field != NULL ? field : "");
	(void)snprintf(
	    d->limit, sizeof(d->limit), "%s", limit != NULL ? limit : "");
	(void)vsnprintf(d->text, sizeof(d->text), fmt, ap);
}

enum status
diag_set(struct diag *d, enum status st, const char *field, const char *limit,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vset(d, NULL, field, limit, fmt, ap);
	va_end(ap);
	return st;
}

enum status
diag_problem(struct diag *d, enum status st, const char *problem,
    const char *field, const char *limit, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vset(d, problem, field, limit, fmt, ap);
	va_end(ap);
	return st;
}

void
diag_print(const char *name, enum status st, const struct diag *d)
{
	int said = d != NULL && d->text[0] != '\0';

	(void)fprintf(
	    stderr, "%s: %s\n", name, said ? d->text : status_text(st));
	if (said && d->limit[0] != '\0')
		(void)fprintf(stderr, "  limit: %s\n", d->limit);
	if (said && d->field[0] != '\0')
		(void)fprintf(stderr, "  field: %s\n", d->field);
	(void)fprintf(stderr, "  (%s)\n",
	    said && d->problem[0] != '\0' ? d->problem : status_problem(st));
}

void
log_role(const char *name)
{
	role = name;
}

void
log_threshold(enum log_level level)
{
	threshold = level;
}

void
log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	char line[1024], when[CLOCK_TEXT];
	va_list ap;
	int n;

	if (level < threshold)
		return;
	clock_text(clock_now(), when);
	n = snprintf(
	    line, sizeof(line), "%s %s %s %s", when, names[level], role, event);
	if (fmt != NULL && n > 0 && (size_t)n < sizeof(line) - 2) {
		line[n++] = ' ';
		va_start(ap, fmt);
		(void)vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
		va_end(ap);
	}
	/* What came from outside must not be able to forge another line. */
	for (n = 0; line[n] != '\0'; n++)
		if ((unsigned char)line[n] < 0x20 || line[n] == 0x7f)
			line[n] = '?';
	/* One write a line, so that lines of threads do not mix. */
	(void)fprintf(stderr, "%s\n", line);
}
