/* What looks like a postal address; see rules/text.h. */
#include <string.h>
#include <strings.h>

#include "base/pre.h"
#include "rules/scan.h"

#define NAME_WORDS 4 /* "12 East Old Mill Pond Road" */

/* Streets that come after their name, in English. */
static const char *const after[] = { "alley", "ave", "avenue", "blvd",
	"boulevard", "cir", "circle", "close", "court", "crescent", "ct",
	"drive", "dr", "highway", "hwy", "lane", "ln", "parkway", "pkwy",
	"place", "pl", "plaza", "rd", "road", "row", "square", "st", "street",
	"terrace", "trail", "way" };

/* Streets that come before it, in French, Spanish and Italian. */
static const char *const before[] = { "rue", "avenue", "allée", "calle",
	"avenida", "chemin", "impasse", "plaza", "via", "viale", "carrera" };

/* Endings of German and Dutch streets. */
static const char *const endings[] = { "straße", "strasse", "str", "weg",
	"platz", "allee", "gasse", "damm", "ufer", "straat", "laan" };

static const char *const rooms[] = { "apartment", "apt", "flat", "suite",
	"unit", "wohnung", "apartamento" };

/* Words between a number and a street that make it no address. */
static const char *const small[] = { "a", "across", "along", "and", "at",
	"block", "blocks", "by", "down", "each", "feet", "from", "houses", "in",
	"km", "m", "meters", "metres", "miles", "of", "off", "on", "onto",
	"our", "that", "the", "this", "to", "towards", "up" };

/* "12", "12b": up to 5 digits and a letter. */
static bool
house_number(struct scan_word w)
{
	size_t n = 0;

	while (n < w.n && w.p[n] >= '0' && w.p[n] <= '9')
		n++;
	return n >= 1 && n <= 5 &&
	    (w.n == n ||
		(w.n == n + 1 && w.p[n] >= 'A' && (w.p[n] & 0x80) == 0));
}

static bool
ordinal(struct scan_word w)
{
	return w.n >= 3 && w.p[0] >= '0' && w.p[0] <= '9' &&
	    (w.p[w.n - 1] == 'h' || w.p[w.n - 1] == 't' || w.p[w.n - 1] == 'd');
}

/* Whether only ", . #" and space lie between a and b, no sentence's end. */
static bool
close_by(const char *s, struct scan_word a, struct scan_word b)
{
	size_t i = a.at + a.n, n = b.at - i;

	return b.n > 0 && n >= 1 && n <= 3 && strspn(s + i, " ,#\n.") >= n &&
	    strncmp(s + i, ". ", 2) != 0;
}

static bool
ends_as_street(struct scan_word w)
{
	size_t i;

	for (i = 0; i < NELEMS(endings); i++) {
		size_t n = strlen(endings[i]);

		if (w.n > n + 1 &&
		    strncasecmp(w.p + w.n - n, endings[i], n) == 0)
			return true;
	}
	return false;
}

/* "12 Main Street", "12 East 5th St": where the address ends, or 0. */
static size_t
number_first(const char *s, struct scan_word number)
{
	struct scan_word prev = number, w = scan_word(s, number.at + number.n);
	int count;

	for (count = 0; count <= NAME_WORDS && close_by(s, prev, w); count++) {
		if (count > 0 && scan_word_in(w, after, NELEMS(after)))
			return w.at + w.n;
		if (scan_word_in(w, small, NELEMS(small)))
			return 0;
		/* One plain word may be a name; two are a sentence. */
		if (count > 0 && !scan_capital(w) && !ordinal(w))
			return 0;
		if (count == 0 && scan_word_in(w, before, NELEMS(before)) &&
		    scan_capital(scan_word(s, w.at + w.n)))
			return scan_word(s, w.at + w.n).at +
			    scan_word(s, w.at + w.n).n;
		prev = w;
		w = scan_word(s, w.at + w.n);
	}
	return 0;
}

/* "calle Mayor 12", "rue de la Paix 12": where the address ends, or 0. */
static size_t
street_first(const char *s, struct scan_word street)
{
	struct scan_word prev = street, w = scan_word(s, street.at + street.n);
	int count;

	for (count = 0; count <= NAME_WORDS && close_by(s, prev, w); count++) {
		if (count > 0 && house_number(w))
			return w.at + w.n;
		if (scan_word_in(w, small, NELEMS(small)))
			return 0;
		prev = w;
		w = scan_word(s, w.at + w.n);
	}
	return 0;
}

static size_t
address_at(const char *s, struct scan_word w)
{
	struct scan_word next = scan_word(s, w.at + w.n);
	/* "Hauptstr. 12", but "am Marktplatz. 12 Leute" is two sentences. */
	bool stop = strncmp(s + w.at + w.n, ". ", 2) == 0 &&
	    next.at == w.at + w.n + 2;

	if (house_number(w))
		return number_first(s, w);
	if (scan_word_in(w, rooms, NELEMS(rooms)) &&
	    (stop || close_by(s, w, next)) && house_number(next))
		return next.at + next.n;
	if (ends_as_street(w) &&
	    ((stop && w.p[w.n - 1] == 'r') || close_by(s, w, next)) &&
	    house_number(next))
		return next.at + next.n;
	if (scan_word_in(w, before, NELEMS(before)))
		return street_first(s, w);
	return 0;
}

bool
scan_address(const char *s, size_t from, struct scan_hit *hit)
{
	struct scan_word w = scan_word(s, from);

	for (; w.n > 0; w = scan_word(s, w.at + w.n)) {
		size_t end = address_at(s, w);

		if (end == 0)
			continue;
		*hit = (struct scan_hit){ w.at, end - w.at };
		return true;
	}
	return false;
}
