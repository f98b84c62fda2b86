/*
 * terms: the guideline list.  Words that suggest what footage is never asked
 * for: immigration, lawful assembly, minor offences, or who somebody is
 * instead of what happened.
 *
 * A list catches the careless, not the cunning: what it finds is held for a
 * person to read, nothing is decided by it.
 */
#ifndef RULES_TERMS_H
#define RULES_TERMS_H

#include <stdbool.h>
#include <stddef.h>

struct terms_hit {
	size_t at, n;      /* bytes */
	const char *class; /* in plain words: "immigration" */
};

/*
 * Find the first term in text at or after the byte from.  Whole words, upper
 * and lower case alike (but "ICE"); hyphens and spaces are the same.
 */
bool terms_find(const char *text, size_t from, struct terms_hit *hit);

/* Whether c, a byte of UTF-8, belongs to a word: letters, digits, not ASCII. */
bool terms_word(char c);

#endif /* !RULES_TERMS_H */
