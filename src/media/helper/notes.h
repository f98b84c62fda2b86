/*
 * notes: the list of what a file carries that a decoder does not need.
 *
 * Texts are examples for a person: at most NOTES_TEXT bytes, valid UTF-8
 * without control characters, whatever the file held.  The list is short:
 * the same thing in the same place is told once, and a full list says so.
 */
#ifndef MEDIA_HELPER_NOTES_H
#define MEDIA_HELPER_NOTES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define NOTES_MAX 64
#define NOTES_TEXT 60

struct note {
	char what[80];
	char where[48];
	char text[NOTES_TEXT + 1];
};

struct notes {
	size_t n;
	struct note v[NOTES_MAX];
};

/* Add a note with n bytes of text, which may be anything. */
void notes_add(struct notes *l, const char *where, const char *what,
    const void *text, size_t n);

/* The same, with the first readable run among n bytes of binary data. */
void notes_add_data(struct notes *l, const char *where, const char *what,
    const void *data, size_t n);

/* A new array of {"text", "what", "where"}; NULL if out of memory. */
json_t *notes_json(const struct notes *l);

#endif /* !MEDIA_HELPER_NOTES_H */
