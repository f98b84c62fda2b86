#include "protocol/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"

/* A document's text, its JSON and all that is parsed from them. */
#define ARENA_MAX (size_t)(16 * DOC_MAX)

static enum status
read_head(struct doc *doc, const char *origin, struct diag *d)
{
	const json_t *type = json_object_get(doc->json, "type");
	const json_t *log = json_object_get(doc->json, "log");

	if (!json_is_string(type) ||
	    strncmp(json_string_value(type), "porchlight/", 11) != 0)
		return diag_set(d, ST_INVALID, "type", "",
		    "The document does not say what it is: `type` is missing.");
	if (!json_is_string(log) || strcmp(json_string_value(log), origin) != 0)
		return diag_set(d, ST_INVALID, "log", origin,
		    "The document is not for this log, %.120s.", origin);
	doc->type = json_string_value(type);
	return ST_OK;
}

enum status
doc_open(const void *p, size_t n, const char *origin, struct doc **out,
    struct diag *d)
{
	struct doc *doc;
	const char *line;
	size_t line_n;
	enum status st = ST_NOMEM;

	*out = NULL;
	if (n > DOC_MAX)
		return diag_set(d, ST_TOO_LARGE, "note", "65535 bytes",
		    "The document is larger than 65,535 bytes.");
	if ((doc = calloc(1, sizeof(*doc))) == NULL ||
	    (doc->arena = arena_new(ARENA_MAX)) == NULL ||
	    (doc->bytes = arena_strndup(doc->arena, p, n)) == NULL)
		goto done;
	doc->n = n;
	if ((st = note_open(doc->bytes, n, &doc->note, d)) != ST_OK ||
	    (st = note_document(&doc->note, &line, &line_n, d)) != ST_OK ||
	    (st = json_read_canonical(line, line_n, &doc->json, d)) != ST_OK ||
	    (st = read_head(doc, origin, d)) != ST_OK)
		goto done;
	*out = doc;
	doc = NULL;
done:
	doc_free(&doc);
	return st;
}

void
doc_free(struct doc **doc)
{
	if (*doc == NULL)
		return;
	if ((*doc)->json != NULL)
		json_decref((*doc)->json);
	arena_free(&(*doc)->arena);
	free(*doc);
	*doc = NULL;
}

enum status
doc_is(const struct doc *doc, const char *type, struct diag *d)
{
	if (strcmp(doc->type, type) == 0)
		return ST_OK;
	return diag_set(d, ST_INVALID, "type", type,
	    "This must be a document of type %s, not %.64s.", type, doc->type);
}

enum status
doc_signed(const struct doc *doc, const struct note_key *key, const char *who,
    struct diag *d)
{
	switch (note_verify(&doc->note, key)) {
	case ST_OK:
		return ST_OK;
	case ST_NOTFOUND:
		return diag_set(d, ST_SIGNATURE, "", key->name,
		    "The document is not signed by %s (%.100s).", who,
		    key->name);
	default:
		return diag_set(d, ST_SIGNATURE, "", key->name,
		    "The signature by %s (%.100s) is wrong.", who, key->name);
	}
}

enum status
doc_loggable(const struct doc *doc, struct diag *d)
{
	static const struct {
		const char *type;
		size_t max;
	} types[] = {
		{ "porchlight/directory@v1", DOC_MAX },
		{ "porchlight/policy@v1", DOC_MAX },
		{ "porchlight/agency@v1", DOC_MAX },
		{ "porchlight/partner@v1", DOC_ENTRY_MAX },
		{ "porchlight/relay@v1", DOC_ENTRY_MAX },
		{ "porchlight/recipient@v1", DOC_ENTRY_MAX },
		{ "porchlight/decision@v1", DOC_ENTRY_MAX },
		{ "porchlight/request@v1", DOC_ENTRY_MAX },
		{ "porchlight/request-end@v1", DOC_ENTRY_MAX },
		{ "porchlight/custody@v1", DOC_ENTRY_MAX },
	};
	char limit[32];
	size_t i;

	for (i = 0; i < NELEMS(types); i++)
		if (strcmp(doc->type, types[i].type) == 0)
			break;
	if (i == NELEMS(types))
		return diag_set(d, ST_INVALID, "type", "",
		    "Documents of type %.64s are not logged.", doc->type);
	if (doc->n <= types[i].max)
		return ST_OK;
	(void)snprintf(limit, sizeof(limit), "%zu bytes", types[i].max);
	return diag_set(d, ST_TOO_LARGE, "note", limit,
	    "The note is larger than %s.", limit);
}

enum status
doc_fields(const struct doc *doc, const char *type,
    const struct json_field *spec, size_t n, void *out, struct diag *d)
{
	enum status st;
	json_t *rest;

	if ((st = doc_is(doc, type, d)) != ST_OK)
		return st;
	/* `type` and `log` were read on opening; the rest is the reader's. */
	if ((rest = json_copy(doc->json)) == NULL)
		return ST_NOMEM;
	(void)json_object_del(rest, "type");
	(void)json_object_del(rest, "log");
	/* Borrowed members stay: a shallow copy shares them with doc. */
	st = json_fields(rest, spec, n, NULL, out, doc->arena, d);
	json_decref(rest);
	return st;
}

enum status
doc_key(const char *vkey, enum note_alg alg, const char *field,
    struct note_key *key, struct diag *d)
{
	struct diag why = { 0 };

	if (note_key_parse(vkey, key, &why) == ST_OK && key->alg == alg)
		return ST_OK;
	return diag_set(d, ST_INVALID, field, "",
	    "%s is not a verifier key (name+id+base64). %.200s", field,
	    why.text);
}

enum status
doc_text(json_t *body, const char *type, const char *log, struct buf *b)
{
	enum status st = ST_NOMEM;

	if (body == NULL)
		return ST_NOMEM;
	if (json_object_set_new(body, "type", json_string(type)) == 0 &&
	    json_object_set_new(body, "log", json_string(log)) == 0)
		st = json_write(body, b);
	json_decref(body);
	buf_putc(b, '\n');
	return st != ST_OK ? st : buf_status(b);
}
