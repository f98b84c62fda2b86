/*
 * text: what people wrote, held to the guidelines.
 *
 * Links are refused: a text is read on a doorstep, and what it points to can
 * change.  A text that seems to name a person or an address, gives a telephone
 * number outside of the contact, hides characters, or has a word of the
 * guideline list (rules/terms.h) is held for a person to read.  The
 * heuristics, on purpose simple enough to be explained:
 *
 *   link       "://", "www.", "mailto:", a mail address, a name such as
 *              "example.com" under one of some thirty common top levels
 *   person     a title (Mr, Mrs, Ms, Dr, Herr, Frau, Señor ...) and a
 *              capitalised word; "named", "name is", "called", "known as",
 *              "identified as", "alias" and a capitalised word
 *   address    a number of up to 5 digits before a street's name ("12 Main
 *              Street"; not "1200 block of Main Street"), or after one
 *              ("Hauptstraße 12", "calle Mayor 12"); "apartment 4", "unit 5B"
 *   telephone  "+" and 8 digits or more, 3-4 or 3-3-4 digits, or 9 digits and
 *              more that begin with 0; a date is none
 *   hidden     characters that are not seen and that turn or join others
 *   guideline  the list
 */
#ifndef RULES_TEXT_H
#define RULES_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct diag;
struct text;

enum rules_text_kind {
	RULES_TEXT_LINK,
	RULES_TEXT_PERSON,
	RULES_TEXT_ADDRESS,
	RULES_TEXT_TELEPHONE,
	RULES_TEXT_HIDDEN,
	RULES_TEXT_GUIDELINE,
};

#define RULES_TEXT_HITS 32

struct rules_text_hit {
	enum rules_text_kind kind;
	char member[40];   /* "details", "translations[0].title" */
	size_t at, n;      /* bytes in that member's string */
	const char *class; /* "a link", "a person's name", "immigration" */
};

struct rules_text_result {
	size_t n;  /* in the order of members, then of kinds */
	bool more; /* there were more than fit */
	struct rules_text_hit v[RULES_TEXT_HITS];
};

/*
 * Check all strings of t.  Returns ST_OK; ST_RULE with the problem "text",
 * where there is a link; ST_HELD with the problem "text", where anything else
 * was found.  out holds what and where in each case.
 */
enum status rules_text_check(const struct text *t,
    struct rules_text_result *out, struct diag *d) NODISCARD;

/* The same for one string, for forms that check while a person types. */
void rules_text_scan(
    const char *text, const char *member, struct rules_text_result *out);

#endif /* !RULES_TEXT_H */
