#include <string.h>
#include <strings.h>

#include "base/pre.h"
#include "rules/scan.h"
#include "rules/terms.h"

struct scan_word
scan_word(const char *s, size_t from)
{
	struct scan_word w = { s, from, 0 };

	while (s[w.at] != '\0' && !terms_word(s[w.at]))
		w.at++;
	while (terms_word(s[w.at + w.n]))
		w.n++;
	w.p = s + w.at;
	return w;
}

bool
scan_word_in(struct scan_word w, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(list[i]) == w.n &&
		    strncasecmp(list[i], w.p, w.n) == 0)
			return true;
	return false;
}

bool
scan_capital(struct scan_word w)
{
	unsigned char c = (unsigned char)w.p[0];

	if (w.n == 0)
		return false;
	/* Latin-1's capitals are C3 80 to C3 9E; other scripts: no case. */
	if (c == 0xc3)
		return (unsigned char)w.p[1] <= 0x9e;
	return (c >= 'A' && c <= 'Z') || c > 0xc3;
}

/*
 * A top level that people write.  Those that are words as well count where a
 * path follows: "t.me/x", but not "we saw it.At night".
 */
static bool
top_level(struct scan_word w)
{
	static const char *const list[] = { "app", "biz", "ca", "ch", "cn",
		"com", "de", "dev", "edu", "es", "eu", "fr", "gov", "info",
		"io", "ly", "mil", "net", "nl", "online", "org", "pl", "ru",
		"tv", "uk", "xyz" };
	static const char *const words[] = { "at", "be", "co", "it", "me",
		"page", "site", "to", "us" };

	return scan_word_in(w, list, NELEMS(list)) ||
	    (w.p[w.n] == '/' && scan_word_in(w, words, NELEMS(words)));
}

static bool
link_at(const char *s, size_t at, size_t *n)
{
	static const char *const openings[] = { "www.",
		"mailto:", "http:", "https:", "ftp:", "tel:", "sms:" };
	struct scan_word w = scan_word(s, at), next;
	size_t i;

	for (i = 0; i < NELEMS(openings); i++)
		if (strncasecmp(s + at, openings[i], strlen(openings[i])) == 0)
			goto found;
	if (strncmp(s + at + w.n, "://", 3) == 0)
		goto found;
	/* name@host, host.com; both want words without a space between. */
	i = at + w.n;
	if (s[i] != '@' && s[i] != '.')
		return false;
	next = scan_word(s, i + 1);
	if (next.at != i + 1 || next.n == 0)
		return false;
	if (s[i] == '.' && !top_level(next))
		return false;
found:
	*n = strcspn(s + at, " \t\n\"<>");
	return true;
}

bool
scan_link(const char *s, size_t from, struct scan_hit *hit)
{
	struct scan_word w = scan_word(s, from);

	for (; w.n > 0; w = scan_word(s, w.at + w.n)) {
		hit->at = w.at;
		if (link_at(s, w.at, &hit->n))
			return true;
	}
	return false;
}

/* Whether nothing but space, and a full stop first, is between a and b. */
static bool
follows(const char *s, struct scan_word a, struct scan_word b)
{
	size_t i = a.at + a.n;

	i += s[i] == '.';
	while (s[i] == ' ' || s[i] == '\n' || s[i] == '\t')
		i++;
	return b.n > 0 && b.at == i && b.at > a.at + a.n;
}

bool
scan_person(const char *s, size_t from, struct scan_hit *hit)
{
	static const char *const titles[] = { "mr", "mrs", "ms", "miss", "mx",
		"dr", "prof", "mister", "herr", "frau", "señor", "señora", "sr",
		"sra", "monsieur", "madame", "mme" };
	static const char *const before[] = { "named", "called", "alias",
		"namens" };
	static const char *const last[] = { "as", "is" };
	static const char *const known[] = { "known", "identified", "name" };
	struct scan_word w = scan_word(s, from), next, third;

	for (; w.n > 0; w = next) {
		next = scan_word(s, w.at + w.n);
		if (!follows(s, w, next))
			continue;
		third = scan_word(s, next.at + next.n);
		hit->at = w.at;
		hit->n = next.at + next.n - w.at;
		if ((scan_word_in(w, titles, NELEMS(titles)) ||
			scan_word_in(w, before, NELEMS(before))) &&
		    scan_capital(next))
			return true;
		hit->n = third.at + third.n - w.at;
		if (scan_word_in(w, known, NELEMS(known)) &&
		    scan_word_in(next, last, NELEMS(last)) &&
		    follows(s, next, third) && scan_capital(third))
			return true;
	}
	return false;
}

/* Digits from at, at most most of them; 0 if there are more or none. */
static size_t
digits(const char *s, size_t at, size_t most)
{
	size_t n = strspn(s + at, "0123456789");

	return n <= most ? n : 0;
}

/* What a telephone number's groups look like. */
struct groups {
	size_t count, total;
	size_t n[8];
};

static bool
is_telephone(const struct groups *g, bool plus, bool zero)
{
	size_t i = g->count;

	if (plus)
		return g->total >= 8;
	/* 2026-11-30, 30.11.2026 */
	if (g->count == 3 && g->total <= 8)
		return false;
	if (zero && g->total >= 9)
		return true;
	if (i < 2 || g->n[i - 1] != 4 || g->n[i - 2] != 3)
		return false;
	return i == 2 || (g->n[i - 3] == 3 && (i == 3 || g->n[0] <= 2));
}

bool
scan_telephone(const char *s, size_t from, struct scan_hit *hit)
{
	size_t at, end, gap;

	for (at = from; s[at] != '\0'; at = end > at ? end : at + 1) {
		struct groups g = { 0 };
		bool plus = s[at] == '+';

		end = at;
		if (at > 0 && terms_word(s[at - 1]))
			continue;
		gap = strspn(s + at, "+(");
		while (g.count < NELEMS(g.n)) {
			size_t n = digits(s, end + gap, 15);

			if (n == 0)
				break;
			g.n[g.count++] = n;
			g.total += n;
			end += gap + n;
			gap = strspn(s + end, " -.()/");
			if (gap > 3)
				break;
		}
		if (end == at || terms_word(s[end]))
			continue;
		*hit = (struct scan_hit){ at, end - at };
		if (g.total <= 15 &&
		    is_telephone(&g, plus, s[at + strspn(s + at, "+(")] == '0'))
			return true;
	}
	return false;
}

bool
scan_hidden(const char *s, size_t from, struct scan_hit *hit)
{
	/* Zero width, direction, joiner, byte order mark; soft hyphen. */
	static const struct {
		const char *bytes; /* all but the last */
		unsigned char lo, hi;
	} ranges[] = {
		{ "\xe2\x80", 0x8b, 0x8f },
		{ "\xe2\x80", 0xaa, 0xae },
		{ "\xe2\x81", 0xa0, 0xaf },
		{ "\xef\xbb", 0xbf, 0xbf },
		{ "\xc2", 0xad, 0xad },
	};
	size_t i, at, n;

	for (at = from; s[at] != '\0'; at++)
		for (i = 0; i < NELEMS(ranges); i++) {
			unsigned char c;

			n = strlen(ranges[i].bytes);
			if (strncmp(s + at, ranges[i].bytes, n) != 0)
				continue;
			c = (unsigned char)s[at + n];
			if (c < ranges[i].lo || c > ranges[i].hi)
				continue;
			*hit = (struct scan_hit){ at, n + 1 };
			return true;
		}
	return false;
}
