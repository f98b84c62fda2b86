#include "media/helper/notes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The length of the UTF-8 character at p that may be shown, or 0. */
static size_t
character(const uint8_t *p, size_t n)
{
	size_t k, i;
	uint32_t c;

	if (p[0] >= 0x20 && p[0] < 0x7f)
		return 1;
	k = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < k)
		return 0;
	c = p[0] & (0x7fU >> k);
	for (i = 1; i < k; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((k == 3 && c < 0x800) || (k == 4 && c < 0x10000) || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000) || c < 0xa0)
		return 0;
	/* Marks that change the direction of what follows. */
	if ((c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return 0;
	return k;
}

static void
readable(char out[NOTES_TEXT + 1], const uint8_t *p, size_t n)
{
	size_t at = 0, k;

	for (; n > 0; p += k, n -= k) {
		if ((k = character(p, n)) == 0) {
			k = 1;
			if (at + 1 > NOTES_TEXT)
				break;
			out[at++] = p[0] == 0 ? ' ' : '.';
			continue;
		}
		if (at + k > NOTES_TEXT)
			break;
		memcpy(out + at, p, k);
		at += k;
	}
	while (at > 0 && out[at - 1] == ' ')
		at--;
	out[at] = '\0';
}

void
notes_add(struct notes *l, const char *where, const char *what,
    const void *text, size_t n)
{
	struct note *t;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i].what, what) == 0 &&
		    strcmp(l->v[i].where, where) == 0)
			return;
	if (l->n == NOTES_MAX)
		return;
	t = &l->v[l->n++];
	if (l->n == NOTES_MAX) {
		where = "file";
		what = "more of this kind";
		n = 0;
	}
	snprintf(t->what, sizeof(t->what), "%s", what);
	snprintf(t->where, sizeof(t->where), "%s", where);
	readable(t->text, text, n);
}

void
notes_add_data(struct notes *l, const char *where, const char *what,
    const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t i, start = 0, best = 0, best_n = 0;

	for (i = 0; i <= n && best_n < NOTES_TEXT; i++) {
		if (i < n && p[i] >= 0x20 && p[i] < 0x7f)
			continue;
		if (i - start > best_n) {
			best = start;
			best_n = i - start;
		}
		start = i + 1;
	}
	if (best_n < 5)
		best_n = 0;
	notes_add(l, where, what, p == NULL ? NULL : p + best, best_n);
}

json_t *
notes_json(const struct notes *l)
{
	json_t *v = json_array(), *o;
	size_t i;

	for (i = 0; v != NULL && i < l->n; i++) {
		o = json_pack("{s:s, s:s, s:s}", "text", l->v[i].text, "what",
		    l->v[i].what, "where", l->v[i].where);
		if (o == NULL || json_array_append_new(v, o) != 0) {
			json_decref(v);
			v = NULL;
		}
	}
	return v;
}
