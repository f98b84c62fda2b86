#include "keyd/text.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/json.h"

#define LINES 16 /* of a checkpoint, extension lines included */
#define ORIGIN_MAX 255

struct line {
	const char *p;
	size_t n; /* without its line break */
};

/* Split into lines; 0 unless each is ended, none is empty, none too many. */
static size_t
split(const char *p, size_t n, struct line line[LINES])
{
	size_t count = 0, i, start = 0;

	for (i = 0; i < n; i++) {
		/* No control character but the line's end (signed-note). */
		if (p[i] != '\n') {
			if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
				return 0;
			continue;
		}
		if (count == LINES || i == start)
			return 0;
		line[count++] = (struct line){ p + start, i - start };
		start = i + 1;
	}
	return start == n ? count : 0;
}

/* A tree's size: decimal, below 2^63, no sign, no leading zero. */
static int
is_size(const struct line *l)
{
	size_t i;

	if (l->n > 18 || (l->n > 1 && l->p[0] == '0'))
		return 0;
	for (i = 0; i < l->n; i++)
		if (l->p[i] < '0' || l->p[i] > '9')
			return 0;
	return 1;
}

static int
is_root(const struct line *l)
{
	uint8_t root[32];
	size_t n;

	return enc_unbase64(l->p, l->n, root, sizeof(root), &n) == ST_OK &&
	    n == sizeof(root);
}

/* 0, or how many lines the checkpoint has. */
static size_t
checkpoint_lines(const void *text, size_t n, struct line line[LINES])
{
	size_t count = split(text, n, line);
	json_t *s;

	if (count < 3 || line[0].n > ORIGIN_MAX || line[0].p[0] == '{' ||
	    !is_size(&line[1]) || !is_root(&line[2]))
		return 0;
	/* jansson makes no string of what is not UTF-8. */
	if ((s = json_stringn(text, n)) == NULL)
		return 0;
	json_decref(s);
	return count;
}

enum status
text_checkpoint(const void *text, size_t n, struct diag *d)
{
	struct line line[LINES];

	if (checkpoint_lines(text, n, line) > 0)
		return ST_OK;
	return diag_set(d, ST_INVALID, "", "", "This is not a checkpoint.");
}

/* The type member of one line of JSON. */
static enum status
document_type(
    const char *p, size_t n, char type[KEYD_TYPE_MAX + 1], struct diag *d)
{
	json_t *doc = NULL, *member;
	enum status st;

	if ((st = json_read_canonical(p, n, &doc, d)) != ST_OK)
		return st;
	member = json_object_get(doc, "type");
	if (!json_is_string(member) || json_string_length(member) == 0 ||
	    json_string_length(member) > KEYD_TYPE_MAX)
		st = diag_set(d, ST_INVALID, "type", "1 to 63 bytes",
		    "The document has no type that could be signed.");
	else
		(void)snprintf(
		    type, KEYD_TYPE_MAX + 1, "%s", json_string_value(member));
	json_decref(doc);
	if (st == ST_OK &&
	    (strcmp(type, TEXT_CHECKPOINT) == 0 ||
		strcmp(type, TEXT_COSIGNATURE) == 0))
		return diag_set(d, ST_FORBIDDEN, "type", "",
		    "A document cannot have the type \"%s\".", type);
	return st;
}

enum status
text_type(const void *text, size_t n, const char *origin,
    char type[KEYD_TYPE_MAX + 1], struct diag *d)
{
	struct line line[LINES];
	const char *p = text;
	size_t count;

	if (n > 1 && p[0] == '{' && memchr(p, '\n', n) == p + n - 1)
		return document_type(p, n - 1, type, d);
	count = checkpoint_lines(text, n, line);
	if (count != 3)
		return diag_set(d, ST_INVALID, "", "",
		    "This is neither a document of one line of JSON nor a "
		    "checkpoint of three lines.");
	if (line[0].n != strlen(origin) ||
	    memcmp(line[0].p, origin, line[0].n) != 0)
		return diag_set(d, ST_FORBIDDEN, "origin", "",
		    "The checkpoint is of another log than the key %.127s is "
		    "bound to.",
		    origin);
	(void)snprintf(type, KEYD_TYPE_MAX + 1, "%s", TEXT_CHECKPOINT);
	return ST_OK;
}
