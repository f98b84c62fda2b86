#include <string.h>

#include "base/pre.h"
#include "rules/terms.h"

struct term {
	/* Lower case; a last * stands for the rest of a word. */
	const char *word;
	const char *class;
};

#define IMMIGRATION "immigration"
#define ASSEMBLY "lawful assembly"
#define MINOR "a minor offence"
#define PERSON "who somebody is"

static const struct term terms[] = {
	{ "immigra*", IMMIGRATION },
	{ "inmigra*", IMMIGRATION },
	{ "einwander*", IMMIGRATION },
	{ "undocumented", IMMIGRATION },
	{ "indocumentad*", IMMIGRATION },
	{ "sans papiers", IMMIGRATION },
	{ "illegal alien*", IMMIGRATION },
	{ "migrant*", IMMIGRATION },
	{ "refugee*", IMMIGRATION },
	{ "asylum*", IMMIGRATION },
	{ "deport*", IMMIGRATION },
	{ "abschieb*", IMMIGRATION },
	{ "citizenship", IMMIGRATION },
	{ "visa status", IMMIGRATION },
	{ "border patrol", IMMIGRATION },
	{ "uscis", IMMIGRATION },
	{ "protest", ASSEMBLY },
	{ "protests", ASSEMBLY },
	{ "protester*", ASSEMBLY },
	{ "protestor*", ASSEMBLY },
	{ "protesting", ASSEMBLY },
	{ "protesta*", ASSEMBLY },
	{ "demonstration*", ASSEMBLY },
	{ "demonstrator*", ASSEMBLY },
	{ "manifestation*", ASSEMBLY },
	{ "manifestante*", ASSEMBLY },
	{ "kundgebung*", ASSEMBLY },
	{ "rally", ASSEMBLY },
	{ "rallies", ASSEMBLY },
	{ "marchers", ASSEMBLY },
	{ "picket*", ASSEMBLY },
	{ "vigil*", ASSEMBLY },
	{ "sit in", ASSEMBLY },
	{ "activist*", ASSEMBLY },
	{ "public assembly", ASSEMBLY },
	{ "political meeting", ASSEMBLY },
	{ "loiter*", MINOR },
	{ "jaywalk*", MINOR },
	{ "litter*", MINOR },
	{ "panhandl*", MINOR },
	{ "begging", MINOR },
	{ "beggar*", MINOR },
	{ "vagran*", MINOR },
	{ "homeless*", MINOR },
	{ "truan*", MINOR },
	{ "curfew*", MINOR },
	{ "noise complaint*", MINOR },
	{ "loud music", MINOR },
	{ "parking ticket*", MINOR },
	{ "parking violation*", MINOR },
	{ "illegal parking", MINOR },
	{ "skateboard*", MINOR },
	{ "public drinking", MINOR },
	{ "public urination", MINOR },
	{ "minor offence*", MINOR },
	{ "minor offense*", MINOR },
	{ "suspicious person*", PERSON },
	{ "suspicious man", PERSON },
	{ "suspicious men", PERSON },
	{ "suspicious woman", PERSON },
	{ "suspicious youth*", PERSON },
	{ "suspicious teen*", PERSON },
	{ "does not belong", PERSON },
	{ "doesn't belong", PERSON },
	{ "out of place", PERSON },
};

bool
terms_word(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
	    (u >= 'a' && u <= 'z');
}

static char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == '-' || c == '_' || c == '\n' || c == '\t')
		return ' ';
	return c;
}

/* Bytes that word matches at text, a word's start; 0 if it does not. */
static size_t
match(const char *text, const char *word)
{
	size_t i, k = 0;

	for (i = 0; word[i] != '\0' && word[i] != '*'; i++, k++) {
		if (fold(text[k]) != word[i])
			return 0;
		/* Any run of space stands for one. */
		while (word[i] == ' ' && fold(text[k + 1]) == ' ')
			k++;
	}
	if (word[i] == '*') {
		while (terms_word(text[k]))
			k++;
		return k;
	}
	return terms_word(text[k]) ? 0 : k;
}

bool
terms_find(const char *text, size_t from, struct terms_hit *hit)
{
	size_t i, at, n = strlen(text);

	for (at = from; at < n; at++) {
		if (!terms_word(text[at]) ||
		    (at > 0 && terms_word(text[at - 1])))
			continue;
		/* The agency; "ice" is on the road. */
		if (strncmp(text + at, "ICE", 3) == 0 &&
		    !terms_word(text[at + 3])) {
			*hit = (struct terms_hit){ at, 3, IMMIGRATION };
			return true;
		}
		for (i = 0; i < NELEMS(terms); i++) {
			size_t k = match(text + at, terms[i].word);

			if (k == 0)
				continue;
			*hit = (struct terms_hit){ at, k, terms[i].class };
			return true;
		}
	}
	return false;
}
