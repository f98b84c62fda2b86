/*
 * scan: the patterns that rules/text.h describes, within rules alone.
 *
 * Each finds the first match in s at or after the byte from, and writes where
 * it begins and how many bytes it has.
 */
#ifndef RULES_SCAN_H
#define RULES_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan_hit {
	size_t at, n;
};

bool scan_link(const char *s, size_t from, struct scan_hit *hit);
bool scan_person(const char *s, size_t from, struct scan_hit *hit);
bool scan_address(const char *s, size_t from, struct scan_hit *hit);
bool scan_telephone(const char *s, size_t from, struct scan_hit *hit);
bool scan_hidden(const char *s, size_t from, struct scan_hit *hit);

/* One word: bytes of s from at; n is 0 where there is none. */
struct scan_word {
	const char *p;
	size_t at, n;
};

/* The first word of s at or after from: letters, digits, not ASCII. */
struct scan_word scan_word(const char *s, size_t from);

/* Whether w is one of the list, upper and lower case alike. */
bool scan_word_in(struct scan_word w, const char *const *list, size_t n);

/* Whether w begins with a capital letter (also some beyond ASCII). */
bool scan_capital(struct scan_word w);

#endif /* !RULES_SCAN_H */
