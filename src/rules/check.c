#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/pre.h"
#include "protocol/request.h"
#include "rules/check.h"

void
check_number(double v, char out[CHECK_NUMBER])
{
	char digits[CHECK_NUMBER];
	size_t i, k = 0, whole;

	snprintf(digits, sizeof(digits),
	    fabs(v - round(v)) < 0.05 ? "%.0f" : "%.1f", v);
	whole = strcspn(digits, ".");
	for (i = 0; digits[i] != '\0' && k + 2 < CHECK_NUMBER; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			out[k++] = ',';
		out[k++] = digits[i];
	}
	out[k] = '\0';
}

void
check_span(int64_t seconds, char out[CHECK_NUMBER])
{
	static const struct {
		int64_t s;
		const char *one, *many;
	} units[] = { { 86400, " day", " days" }, { 3600, " h", " h" },
		{ 60, " min", " min" }, { 1, " s", " s" } };
	int64_t rest = seconds < 0 ? -seconds : seconds;
	size_t i, k = 0;

	out[0] = '\0';
	for (i = 0; i < NELEMS(units); i++) {
		int64_t count = rest / units[i].s;

		/* 36 hours, but 7 days. */
		if (count == 0 || (i == 0 && (rest % 86400 != 0 || count == 1)))
			continue;
		rest -= count * units[i].s;
		k += (size_t)snprintf(out + k, CHECK_NUMBER - k, "%s%lld%s",
		    k > 0 ? " " : "", (long long)count,
		    count == 1 ? units[i].one : units[i].many);
		if (k >= CHECK_NUMBER)
			return;
	}
	if (k == 0)
		snprintf(out, CHECK_NUMBER, "0 s");
}

struct rules_finding *
check_add(struct check *c, enum rules_rule rule, const char *field)
{
	struct rules_finding *f = &c->out->v[c->out->n++];

	PRE(c->out->n <= RULES_COUNT);
	*f = (struct rules_finding){
		.rule = rule, .state = RULES_KEPT, .field = field
	};
	return f;
}

void
check_fail(
    struct rules_finding *f, enum rules_state state, const char *fmt, ...)
{
	va_list args;

	f->state = state;
	va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
}

const char *
check_agency(const struct request *r, size_t i)
{
	return i == 0 ? r->agency : r->on_behalf_of.v[i - 1];
}

bool
check_asks(const struct rules_other *o, const char *agency)
{
	size_t i;

	if (strcmp(o->agency, agency) == 0)
		return true;
	for (i = 0; i < o->on_behalf_of.n; i++)
		if (strcmp(o->on_behalf_of.v[i], agency) == 0)
			return true;
	return false;
}

bool
check_shares_agency(const struct check *c, const struct rules_other *o)
{
	size_t i;

	for (i = 0; i <= c->r->on_behalf_of.n; i++)
		if (check_asks(o, check_agency(c->r, i)))
			return true;
	return false;
}
