/* How many requests an agency has: for one case, and open in one district. */
#include <stdio.h>
#include <string.h>

#include "geo/district.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/check.h"

void
rules_case_key(const char *case_number, char out[RULES_CASE_KEY])
{
	bool gap = false;
	size_t k = 0;

	for (; *case_number != '\0' && k + 2 < RULES_CASE_KEY; case_number++) {
		unsigned char c = (unsigned char)*case_number;

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		if (c < 0x80 && (c < '0' || c > '9') && (c < 'a' || c > 'z')) {
			gap = k > 0;
			continue;
		}
		if (gap)
			out[k++] = '-';
		gap = false;
		out[k++] = (char)c;
	}
	out[k] = '\0';
}

/* Others of agency with the same case number. */
static int64_t
count_case(struct check *c, const char *agency, struct id *other)
{
	char key[RULES_CASE_KEY], theirs[RULES_CASE_KEY];
	int64_t count = 0;
	size_t i;

	rules_case_key(c->r->case_number, key);
	for (i = 0; i < c->ctx->other_count; i++) {
		const struct rules_other *o = &c->ctx->others[i];

		if (id_equal(&o->id, &c->r->id) || !check_asks(o, agency))
			continue;
		rules_case_key(o->case_number, theirs);
		if (strcmp(key, theirs) != 0)
			continue;
		*other = o->id;
		count++;
	}
	return count;
}

void
check_per_case(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_PER_CASE, "case");
	int64_t most = 0;
	size_t i;

	snprintf(f->limit, sizeof(f->limit), "%lld requests a case number",
	    (long long)c->p->per_case);
	for (i = 0; i <= c->r->on_behalf_of.n; i++) {
		const char *agency = check_agency(c->r, i);
		int64_t count = count_case(c, agency, &f->other) + 1;

		if (count > most)
			most = count;
		if (count <= c->p->per_case || f->state != RULES_KEPT)
			continue;
		f->has_other = true;
		check_fail(f, RULES_BROKEN,
		    "This would be request %lld of %.100s for case number "
		    "%.64s. There may be %lld.",
		    (long long)count, agency, c->r->case_number,
		    (long long)c->p->per_case);
	}
	snprintf(f->found, sizeof(f->found), "%lld", (long long)most);
}

/* Open others of agency that lie in district t. */
static int64_t
count_open(struct check *c, const char *agency, struct geo_district t,
    struct id *other)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < c->ctx->other_count; i++) {
		const struct rules_other *o = &c->ctx->others[i];

		if (!o->open || id_equal(&o->id, &c->r->id) ||
		    !check_asks(o, agency) ||
		    !district_near_area(t, &o->area, DISTRICT_NEAR_M))
			continue;
		*other = o->id;
		count++;
	}
	return count;
}

static int64_t
check_district(struct check *c, struct geo_district t, struct rules_finding *f)
{
	char name[DISTRICT_TEXT];
	int64_t most = 0;
	size_t i;

	for (i = 0; i <= c->r->on_behalf_of.n; i++) {
		const char *agency = check_agency(c->r, i);
		int64_t count = count_open(c, agency, t, &f->other) + 1;

		if (count > most)
			most = count;
		if (count <= c->p->per_district || f->state != RULES_KEPT)
			continue;
		f->has_other = true;
		district_text(t, name);
		check_fail(f, RULES_BROKEN,
		    "This would be open request %lld of %.100s in district "
		    "%s. There may be %lld at once.",
		    (long long)count, agency, name,
		    (long long)c->p->per_district);
	}
	return most;
}

void
check_per_district(struct check *c)
{
	struct rules_finding *f = check_add(c, RULES_PER_DISTRICT, "area");
	struct geo_district t[DISTRICT_NEAR_MAX];
	int64_t most = 0, count;
	size_t i, n = 0;

	snprintf(f->limit, sizeof(f->limit), "%lld open a district",
	    (long long)c->p->per_district);
	if (district_near_list(&c->r->area, DISTRICT_NEAR_M, t, &n, NULL) !=
	    ST_OK) {
		snprintf(f->limit, sizeof(f->limit), "%d districts",
		    DISTRICT_NEAR_MAX);
		check_fail(f, RULES_BROKEN,
		    "The area lies in more than %d districts. Make it less "
		    "long.",
		    DISTRICT_NEAR_MAX);
		return;
	}
	for (i = 0; i < n; i++)
		if ((count = check_district(c, t[i], f)) > most)
			most = count;
	snprintf(f->found, sizeof(f->found), "%lld", (long long)most);
}
