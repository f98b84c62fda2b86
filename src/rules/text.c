#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/request.h"
#include "rules/scan.h"
#include "rules/terms.h"
#include "rules/text.h"

typedef bool scan_fn(const char *, size_t, struct scan_hit *);

static const struct {
	enum rules_text_kind kind;
	scan_fn *scan;
	const char *class;
} scans[] = {
	{ RULES_TEXT_LINK, scan_link, "a link" },
	{ RULES_TEXT_PERSON, scan_person, "a person's name" },
	{ RULES_TEXT_ADDRESS, scan_address, "an address" },
	{ RULES_TEXT_TELEPHONE, scan_telephone, "a telephone number" },
	{ RULES_TEXT_HIDDEN, scan_hidden, "hidden characters" },
};

static void
add(struct rules_text_result *out, enum rules_text_kind kind,
    const char *member, size_t at, size_t n, const char *class)
{
	struct rules_text_hit *h;

	if (out->n == RULES_TEXT_HITS) {
		out->more = true;
		return;
	}
	h = &out->v[out->n++];
	*h = (struct rules_text_hit){ kind, "", at, n, class };
	snprintf(h->member, sizeof(h->member), "%s", member);
}

void
rules_text_scan(
    const char *text, const char *member, struct rules_text_result *out)
{
	struct scan_hit hit;
	struct terms_hit term;
	size_t i, at;

	for (i = 0; i < NELEMS(scans); i++)
		for (at = 0; !out->more && scans[i].scan(text, at, &hit);
		     at = hit.at + hit.n)
			add(out, scans[i].kind, member, hit.at, hit.n,
			    scans[i].class);
	for (at = 0; !out->more && terms_find(text, at, &term);
	     at = term.at + term.n)
		add(out, RULES_TEXT_GUIDELINE, member, term.at, term.n,
		    term.class);
}

static void
scan_words(const struct text_words *w, const char *prefix,
    struct rules_text_result *out)
{
	char member[40];

	snprintf(member, sizeof(member), "%stitle", prefix);
	rules_text_scan(w->title, member, out);
	snprintf(member, sizeof(member), "%sdetails", prefix);
	rules_text_scan(w->details, member, out);
}

/* A contact is a unit and its number: what else is in it is what counts. */
static void
scan_contact(const struct text *t, struct rules_text_result *out)
{
	struct scan_hit hit;

	rules_text_scan(t->unit, "contact.unit", out);
	if (scan_link(t->telephone, 0, &hit))
		add(out, RULES_TEXT_LINK, "contact.telephone", hit.at, hit.n,
		    "a link");
	if (strspn(t->telephone, "0123456789 +-()./") != strlen(t->telephone))
		add(out, RULES_TEXT_GUIDELINE, "contact.telephone", 0,
		    strlen(t->telephone), "something else than a number");
}

enum status
rules_text_check(
    const struct text *t, struct rules_text_result *out, struct diag *d)
{
	char prefix[32];
	size_t i;

	memset(out, 0, sizeof(*out));
	scan_words(&t->words, "", out);
	for (i = 0; i < t->translation_count; i++) {
		snprintf(prefix, sizeof(prefix), "translations[%u].",
		    (unsigned)i % 100);
		scan_words(&t->translations[i], prefix, out);
	}
	scan_contact(t, out);
	for (i = 0; i < out->n; i++)
		if (out->v[i].kind == RULES_TEXT_LINK)
			return diag_problem(d, ST_RULE, "text",
			    out->v[i].member, "no links",
			    "%s holds a link, at byte %zu. Say what people "
			    "need to know instead.",
			    out->v[i].member, out->v[i].at);
	if (out->n > 0)
		return diag_problem(d, ST_HELD, "text", out->v[0].member,
		    "the guidelines",
		    "%s seems to hold %s, at byte %zu, so a person at the "
		    "operator reads it first.",
		    out->v[0].member, out->v[0].class, out->v[0].at);
	return ST_OK;
}
