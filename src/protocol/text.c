/* The text of a request, delivered beside the note; see request.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/request.h"

#define SALT 32
#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define WORDS(s, m)                                           \
	AS("language", JSON_FIELD_STR, s, m language, 2, 16), \
	    AS("title", JSON_FIELD_STR, s, m title, 1, 120),  \
	    AS("details", JSON_FIELD_STR, s, m details, 0, 2000)

struct text_in {
	const char *type;
	struct text t;
	json_t *translations, *contact;
};

static const struct json_field fields[] = {
	{ .name = "type",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct text_in, type),
	    .only = TEXT_TYPE },
	AS("salt", JSON_FIELD_B64, struct text_in, t.salt, SALT, SALT),
	WORDS(struct text_in, t.words.),
	AS("translations", JSON_FIELD_ARR, struct text_in, translations, 0,
	    TEXT_TRANSLATIONS),
	AS("contact", JSON_FIELD_OBJ, struct text_in, contact, 0, 0),
};

static const struct json_field translation_fields[] = {
	WORDS(struct text_words, ),
};

static const struct json_field contact_fields[] = {
	AS("unit", JSON_FIELD_STR, struct text, unit, 1, 120),
	AS("telephone", JSON_FIELD_STR, struct text, telephone, 1, 40),
};

static enum status
read_members(
    const json_t *v, struct text_in *in, struct arena *a, struct diag *d)
{
	enum status st;
	size_t i;

	if ((st = json_fields(v, fields, NELEMS(fields), NULL, in, a, d)) !=
		ST_OK ||
	    (st = json_fields(in->contact, contact_fields,
		 NELEMS(contact_fields), "contact", &in->t, a, d)) != ST_OK)
		return st;
	in->t.translation_count = json_array_size(in->translations);
	for (i = 0; i < in->t.translation_count; i++) {
		st = json_fields(json_array_get(in->translations, i),
		    translation_fields, NELEMS(translation_fields),
		    "translations", &in->t.translations[i], a, d);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
text_parse(const void *p, size_t n, const uint8_t hash[32], struct text *out,
    struct arena *a, struct diag *d)
{
	struct text_in in = { 0 };
	uint8_t got[HASH_BYTES];
	json_t *v = NULL;
	enum status st;

	if (n > TEXT_MAX)
		return diag_set(d, ST_TOO_LARGE, "text", "32768 bytes",
		    "The text is larger than 32,768 bytes.");
	hash_sha256(p, n, got);
	if (hash != NULL && !hash_equal(got, hash, sizeof(got)))
		return diag_problem(d, ST_INVALID, "text-hash", "text", "",
		    "The text is not the one that the signed request names.");
	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	if ((st = read_members(v, &in, a, d)) == ST_OK)
		*out = in.t;
	json_decref(v);
	return st;
}

static json_t *
words_json(const struct text_words *w)
{
	return json_pack("{s:s,s:s,s:s}", "language", w->language, "title",
	    w->title, "details", w->details);
}

enum status
text_write(const struct text *t, struct buf *b)
{
	json_t *body = words_json(&t->words), *list = json_array(), *rest;
	enum status st = ST_NOMEM;
	size_t i;

	for (i = 0; i < t->translation_count; i++)
		if (json_array_append_new(
			list, words_json(&t->translations[i])) != 0)
			break;
	rest = json_pack("{s:s,s:o,s:o,s:{s:s,s:s}}", "type", TEXT_TYPE, "salt",
	    json_base64(t->salt.p, t->salt.n), "translations", list, "contact",
	    "unit", t->unit, "telephone", t->telephone);
	if (body != NULL && rest != NULL && i == t->translation_count &&
	    json_object_update(body, rest) == 0)
		st = json_write(body, b);
	json_decref(body);
	json_decref(rest);
	return st;
}
