#include "protocol/collection.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/proved.h"
#include "tlog/trust.h"

#define NOTES_MAX 1024
#define NEAR_SLACK_M 1.0 /* two programs round differently */
#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

/* A note that the features need, verified; which of them `type` says. */
struct carried {
	struct proved p;
	const char *proof;
	union {
		struct partner partner;
		struct agency agency;
		struct recipient recipient;
	} as;
};

struct collection_private {
	json_t *body;
	struct arena *arena;
	size_t note_count;
	struct carried *notes;
	struct proved *proofs; /* of the items */
};

struct members {
	const char *type, *checkpoint, *district;
	json_t *features, *notes;
};

/* What the checks of one collection share. */
struct opening {
	const struct trust *trust;
	const struct directory *dir;
	int64_t now;
	struct collection *c;
	struct diag *d;
};

/* The note says what the district holds; it must match all that came. */
static enum status
check_district(struct opening *o, const struct members *m,
    struct geo_district t, const struct checkpoint *cp)
{
	struct district_note x = { 0 };
	struct doc *doc = NULL;
	uint8_t hash[HASH_BYTES];
	const char *lie = NULL;
	struct buf b;
	enum status st;

	buf_init(&b, COLLECTION_MAX);
	if ((st = doc_open(m->district, strlen(m->district), o->trust->origin,
		 &doc, o->d)) != ST_OK ||
	    (st = district_note_parse(doc, &x, o->d)) != ST_OK ||
	    (st = doc_signed(doc, &o->dir->platform, "the platform", o->d)) !=
		ST_OK ||
	    (st = json_write(m->features, &b)) != ST_OK)
		goto done;
	hash_sha256(b.p, b.n, hash);
	if (!district_equal(x.district, t))
		lie = "It is for another district.";
	else if ((uint64_t)x.size != cp->size)
		lie = "It was made for another size of the log than the "
		      "checkpoint that came with it.";
	else if (!hash_equal(hash, x.features, sizeof(hash)))
		lie = "It names other items than those that came.";
	if (lie != NULL)
		st = diag_problem(o->d, ST_INVALID, "district-false",
		    "district", "",
		    "The operator's note about this district does not match. "
		    "%s",
		    lie);
done:
	buf_fini(&b);
	doc_free(&doc);
	return st;
}

static enum status
check_head(struct opening *o, const struct members *m, struct geo_district t)
{
	struct checkpoint cp;
	enum status st;
	int64_t age;

	st = trust_checkpoint_verify(o->trust, m->checkpoint,
	    strlen(m->checkpoint), o->now, &cp, &o->c->time, o->d);
	if (st != ST_OK)
		return st;
	age = o->now - o->c->time;
	if (age > COLLECTION_STALE_S)
		return diag_problem(o->d, ST_STALE, "district-stale",
		    "checkpoint", "24 hours",
		    "What the platform shows of this district is older than "
		    "24 hours, so it is not shown.");
	o->c->marked = age > COLLECTION_MARK_S;
	return check_district(o, m, t, &cp);
}

static struct carried *
find(const struct collection *c, const char *type, const char *name)
{
	const struct collection_private *own = c->own;
	struct carried *best = NULL, *n;
	size_t i;

	for (i = 0; i < own->note_count; i++) {
		n = &own->notes[i];
		if (n->p.doc == NULL || strcmp(n->p.doc->type, type) != 0)
			continue;
		if ((strcmp(type, PARTNER_TYPE) == 0 &&
			strcmp(n->as.partner.name, name) != 0) ||
		    (strcmp(type, AGENCY_TYPE) == 0 &&
			strcmp(n->as.agency.name, name) != 0) ||
		    (strcmp(type, RECIPIENT_TYPE) == 0 &&
			strcmp(n->as.recipient.owner, name) != 0))
			continue;
		/* The newest counts. */
		if (best == NULL || n->p.index > best->p.index)
			best = n;
	}
	return best;
}

/* The form and, where one key settles it, the signature. */
static enum status
read_note(struct opening *o, struct carried *n)
{
	const struct doc *doc = n->p.doc;
	enum status st;

	if (strcmp(doc->type, POLICY_TYPE) == 0) {
		if ((int64_t)n->p.index != o->dir->policy)
			return diag_problem(o->d, ST_INVALID, "policy", "notes",
			    "",
			    "The policy that came is not the one that the "
			    "directory names.");
		if ((st = policy_parse(doc, &o->c->policy, o->d)) != ST_OK)
			return st;
		return doc_signed(doc, &o->dir->platform, "the platform", o->d);
	}
	if (strcmp(doc->type, PARTNER_TYPE) == 0) {
		if ((st = partner_parse(doc, &n->as.partner, o->d)) != ST_OK)
			return st;
		/* Then the operator alone would say who may ask. */
		if (hash_equal(n->as.partner.key.pub, o->dir->platform.pub,
			sizeof(n->as.partner.key.pub)))
			return diag_problem(o->d, ST_INVALID, "partner-key",
			    "notes", n->as.partner.name,
			    "The partner's key is the operator's own.");
		return doc_signed(doc, &o->dir->platform, "the platform", o->d);
	}
	if (strcmp(doc->type, AGENCY_TYPE) == 0) {
		if ((st = agency_parse(doc, &n->as.agency, o->d)) != ST_OK)
			return st;
		return doc_signed(doc, &o->dir->platform, "the platform", o->d);
	}
	if (strcmp(doc->type, RECIPIENT_TYPE) == 0)
		return recipient_parse(doc, &n->as.recipient, o->d);
	return diag_set(o->d, ST_INVALID, "notes", "",
	    "A feed does not carry documents of type %.64s.", doc->type);
}

/* An agency counts where a partner that the operator enrolled signed it. */
static enum status
check_agency(struct opening *o, struct carried *n)
{
	const struct carried *partner = find(
	    o->c, PARTNER_TYPE, n->as.agency.partner);

	if (partner == NULL)
		return diag_set(o->d, ST_SIGNATURE, "notes",
		    n->as.agency.partner,
		    "The note of the partner that attests %.100s is missing.",
		    n->as.agency.name);
	return doc_signed(n->p.doc, &partner->as.partner.key,
	    "the partner that attests it", o->d);
}

static enum status
check_notes(struct opening *o, const json_t *notes)
{
	struct collection_private *own = o->c->own;
	size_t i, n = json_array_size(notes);
	struct carried *one;
	enum status st;

	if ((own->notes = calloc(n + 1, sizeof(*own->notes))) == NULL)
		return ST_NOMEM;
	for (i = 0; i < n; i++) {
		one = &own->notes[own->note_count++];
		st = proved_open(
		    o->trust, json_array_get(notes, i), o->now, &one->p, o->d);
		if (st != ST_OK || (st = read_note(o, one)) != ST_OK)
			return st;
		one->proof = json_string_value(
		    json_object_get(json_array_get(notes, i), "proof"));
	}
	for (i = 0; i < n; i++) {
		one = &own->notes[i];
		if (strcmp(one->p.doc->type, AGENCY_TYPE) == 0 &&
		    (st = check_agency(o, one)) != ST_OK)
			return st;
	}
	return ST_OK;
}

/* The agency must be in force, and itself and its locker have signed. */
static enum status
check_agency_of(struct opening *o, const struct proved *p,
    const struct request *r, const char *name, struct carried **out)
{
	struct carried *a = find(o->c, AGENCY_TYPE, name);
	enum agency_may may;

	*out = a;
	if (a == NULL)
		return diag_problem(o->d, ST_SIGNATURE, "agency-key", "notes",
		    name, "The note that admits the agency %.100s is missing.",
		    name);
	if (agency_class(a->as.agency.class, &may, o->d) != ST_OK ||
	    may != AGENCY_ASKS)
		return diag_problem(o->d, ST_SIGNATURE, "agency-class",
		    "agency", name,
		    "The agency %.100s is of a class that may not ask for "
		    "footage.",
		    name);
	/* As of the checkpoint: the feed may have been kept for a while. */
	if (directory_has_ended(o->dir, a->p.index) ||
	    a->as.agency.until <= r->opens || a->as.agency.until <= o->c->time)
		return diag_problem(o->d, ST_SIGNATURE, "agency-key", "agency",
		    name, "The agency %.100s is not admitted any more.", name);
	if (doc_signed(p->doc, &a->as.agency.key, "the agency", NULL) != ST_OK)
		return diag_problem(o->d, ST_SIGNATURE, "agency-key", "note",
		    name,
		    "The request is not signed by the key of %.100s that "
		    "was admitted.",
		    name);
	return ST_OK;
}

static enum status
check_signers(
    struct opening *o, const struct proved *p, struct collection_item *item)
{
	const struct request *r = &item->request;
	struct carried *a, *other, *letters;
	enum status st;
	size_t i;

	if ((st = check_agency_of(o, p, r, r->agency, &a)) != ST_OK)
		return st;
	for (i = 0; i < r->on_behalf_of.n; i++)
		if ((st = check_agency_of(
			 o, p, r, r->on_behalf_of.v[i], &other)) != ST_OK)
			return st;
	item->agency = &a->as.agency;
	if (doc_signed(p->doc, &item->agency->locker.key, "its locker", NULL) !=
	    ST_OK)
		return diag_problem(o->d, ST_SIGNATURE, "locker-key", "note",
		    item->agency->locker.name,
		    "The request is not signed by the locker's key that was "
		    "admitted, so its recipient is not believed.");
	letters = find(o->c, RECIPIENT_TYPE, item->agency->locker.name);
	if (letters == NULL)
		return diag_set(o->d, ST_SIGNATURE, "notes",
		    item->agency->locker.name,
		    "The locker's letter recipient is missing.");
	item->letters = &letters->as.recipient;
	if (item->letters->until <= o->c->time)
		return diag_set(o->d, ST_STALE, "notes",
		    item->agency->locker.name,
		    "The locker's letter recipient has run out.");
	return doc_signed(
	    letters->p.doc, &item->agency->locker.key, "the locker", o->d);
}

struct properties {
	const char *note, *proof, *text;
};

static enum status
check_item(struct opening *o, const json_t *feature, struct proved *p,
    struct collection_item *item)
{
	static const struct json_field spec[] = {
		AS("note", JSON_FIELD_STR, struct properties, note, 1, DOC_MAX),
		AS("proof", JSON_FIELD_STR, struct properties, proof, 1,
		    131072),
		AS("text", JSON_FIELD_STR, struct properties, text, 1,
		    TEXT_MAX),
	};
	struct properties in = { 0 };
	struct arena *a = o->c->own->arena;
	enum status st;

	if ((st = json_fields(json_object_get(feature, "properties"), spec,
		 NELEMS(spec), "features.properties", &in, a, o->d)) != ST_OK ||
	    (st = proved_check(o->trust, in.note, strlen(in.note), in.proof,
		 strlen(in.proof), o->now, p, o->d)) != ST_OK ||
	    (st = request_parse(p->doc, &item->request, o->d)) != ST_OK ||
	    (st = text_parse(in.text, strlen(in.text), item->request.text,
		 &item->text, a, o->d)) != ST_OK)
		return st;
	if (directory_has_ended(o->dir, p->index))
		return diag_problem(o->d, ST_GONE, "ended", "features", "",
		    "The feed shows a request that the directory says has "
		    "ended.");
	item->index = p->index;
	item->time = p->time;
	item->doc = p->doc;
	item->proof = in.proof;
	item->text_bytes = in.text;
	return check_signers(o, p, item);
}

/*
 * What the platform has no say in: a district shows what comes near it, while
 * it is open, each once and in the log's order, which the rules go by.
 */
static enum status
check_place(struct opening *o, struct geo_district t,
    const struct collection_item *item, const struct collection_item *before)
{
	const char *lie = NULL;

	if (!district_near_area(
		t, &item->request.area, DISTRICT_NEAR_M + NEAR_SLACK_M))
		lie = "It shows a request of another place.";
	else if (item->request.expires <= o->c->time)
		lie = "It shows a request that had expired.";
	else if (before != NULL && item->index <= before->index)
		lie = "Its requests are not in the order of the log.";
	if (lie == NULL)
		return ST_OK;
	return diag_problem(o->d, ST_INVALID, "district-false", "features", "",
	    "What the operator says about this district cannot be. %s", lie);
}

static enum status
check_items(struct opening *o, const json_t *features, struct geo_district t)
{
	size_t i, n = json_array_size(features);
	struct collection *c = o->c;
	enum status st;

	c->items = calloc(n + 1, sizeof(*c->items));
	c->own->proofs = calloc(n + 1, sizeof(*c->own->proofs));
	if (c->items == NULL || c->own->proofs == NULL)
		return ST_NOMEM;
	if (n > 0 && find(c, POLICY_TYPE, "") == NULL)
		return diag_set(o->d, ST_INVALID, "notes", "",
		    "The policy's note is missing.");
	for (i = 0; i < n; i++) {
		c->item_count++;
		if ((st = check_item(o, json_array_get(features, i),
			 &c->own->proofs[i], &c->items[i])) != ST_OK ||
		    (st = check_place(o, t, &c->items[i],
			 i > 0 ? &c->items[i - 1] : NULL)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
open_all(struct opening *o, struct geo_district t, const void *body, size_t n)
{
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct members, type),
		    .only = "FeatureCollection" },
		AS("checkpoint", JSON_FIELD_STR, struct members, checkpoint, 1,
		    CHECKPOINT_NOTE),
		AS("district", JSON_FIELD_STR, struct members, district, 1,
		    DOC_MAX),
		AS("features", JSON_FIELD_ARR, struct members, features, 0,
		    COLLECTION_ITEMS),
		AS("notes", JSON_FIELD_ARR, struct members, notes, 0,
		    NOTES_MAX),
	};
	struct collection_private *own = o->c->own;
	struct members m = { 0 };
	enum status st;

	if (n > COLLECTION_MAX)
		return diag_set(o->d, ST_TOO_LARGE, "", "16 MiB",
		    "The district's feed is larger than 16 MiB.");
	if ((own->arena = arena_new(4 * COLLECTION_MAX)) == NULL)
		return ST_NOMEM;
	if ((st = json_read_canonical(body, n, &own->body, o->d)) != ST_OK ||
	    (st = json_fields(own->body, spec, NELEMS(spec), NULL, &m,
		 own->arena, o->d)) != ST_OK ||
	    (st = check_head(o, &m, t)) != ST_OK ||
	    (st = check_notes(o, m.notes)) != ST_OK)
		return st;
	return check_items(o, m.features, t);
}

enum status
collection_open(const struct trust *trust, const struct directory *dir,
    struct geo_district t, const void *body, size_t n, int64_t now_s,
    struct collection **out, struct diag *d)
{
	struct collection *c = calloc(1, sizeof(*c));
	struct opening o = {
		.trust = trust, .dir = dir, .now = now_s, .c = c, .d = d
	};
	enum status st = ST_NOMEM;

	*out = NULL;
	if (c != NULL && (c->own = calloc(1, sizeof(*c->own))) != NULL)
		st = open_all(&o, t, body, n);
	if (st != ST_OK) {
		collection_free(&c);
		return st;
	}
	*out = c;
	return ST_OK;
}

void
collection_free(struct collection **c)
{
	struct collection_private *own;
	size_t i;

	if (*c == NULL)
		return;
	if ((own = (*c)->own) != NULL) {
		for (i = 0; i < own->note_count; i++)
			proved_fini(&own->notes[i].p);
		for (i = 0; i < (*c)->item_count; i++)
			proved_fini(&own->proofs[i]);
		free(own->notes);
		free(own->proofs);
		arena_free(&own->arena);
		if (own->body != NULL)
			json_decref(own->body);
		free(own);
	}
	free((*c)->items);
	free(*c);
	*c = NULL;
}

const struct collection_item *
collection_item(const struct collection *c, const struct id *id)
{
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (id_equal(&c->items[i].request.id, id))
			return &c->items[i];
	return NULL;
}

const struct doc *
collection_note(const struct collection *c, const char *type, const char *name,
    const char **proof)
{
	const struct carried *n = find(c, type, name);

	if (n == NULL)
		return NULL;
	*proof = n->proof;
	return n->p.doc;
}
