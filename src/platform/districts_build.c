/* Making a district's body; see districts.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "geo/area.h"
#include "httpd/body.h"
#include "keyd/keyd.h"
#include "platform/districts_inner.h"
#include "platform/filing.h"
#include "platform/ledger.h"
#include "platform/serve.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "protocol/request.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

#define LIST_MAX (size_t)(4 * 1024 * 1024)

static json_t *
read_text(struct districts *x, const uint8_t hash[32])
{
	json_t *v = NULL;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	if (filing_document(x->config.store, hash, &b) == ST_OK)
		v = json_string(buf_text(&b));
	buf_fini(&b);
	return v;
}

/* A feature: the note with its proof and text; around it what GeoJSON wants. */
static json_t *
feature(struct districts *x, uint64_t index)
{
	json_t *properties = serve_proved(x->config.ledger, index), *v = NULL;
	struct doc *doc = NULL;
	struct request q;
	const char *note;
	json_t *text;

	if (properties == NULL)
		return NULL;
	note = json_string_value(json_object_get(properties, "note"));
	if (doc_open(note, strlen(note), x->config.origin, &doc, NULL) ==
		ST_OK &&
	    request_parse(doc, &q, NULL) == ST_OK &&
	    (text = read_text(x, q.text)) != NULL &&
	    json_object_set_new(properties, "text", text) == 0)
		v = json_pack("{s:s,s:o,s:o,s:O}", "type", "Feature", "id",
		    json_hex(q.id.b, ID_BYTES), "geometry", area_json(&q.area),
		    "properties", properties);
	doc_free(&doc);
	json_decref(properties);
	return v;
}

/* Append the signed note over the features as of the checkpoint's size. */
static enum status
sign_district(struct districts *x, const struct ready *r,
    const json_t *features, struct buf *out)
{
	struct district_note note = { .district = r->district,
		.time = r->made,
		.size = (int64_t)x->size };
	struct buf b;
	enum status st;

	buf_init(&b, COLLECTION_MAX);
	if ((st = json_write(features, &b)) == ST_OK) {
		hash_sha256(b.p, b.n, note.features);
		st = serve_sign(x->config.keyd, x->config.platform,
		    district_note_json(&note), DISTRICT_TYPE, x->config.origin,
		    out, NULL);
	}
	buf_fini(&b);
	return st;
}

static enum status
fill(struct districts *x, const struct rules_feed_view *view, json_t *features,
    json_t *notes)
{
	size_t i;

	for (i = 0; i < view->item_count; i++)
		if (json_array_append_new(
			features, feature(x, view->items[i])) != 0)
			return ST_IO;
	for (i = 0; i < view->note_count; i++)
		if (json_array_append_new(notes,
			serve_proved(x->config.ledger, view->notes[i])) != 0)
			return ST_IO;
	return ST_OK;
}

/* The whole, in its RFC 8785 form, as a body that is ready to be sent. */
static enum status
finish(struct districts *x, struct ready *r, json_t *features, json_t *notes)
{
	struct buf district, b;
	json_t *v = NULL;
	enum status st;

	buf_init(&district, DOC_MAX);
	buf_init(&b, COLLECTION_MAX);
	if ((st = sign_district(x, r, features, &district)) == ST_OK) {
		v = json_pack("{s:s,s:s,s:s,s:O,s:O}", "type",
		    "FeatureCollection", "checkpoint", buf_text(&x->checkpoint),
		    "district", buf_text(&district), "features", features,
		    "notes", notes);
		st = v == NULL ? ST_NOMEM : json_write(v, &b);
		json_decref(v);
	}
	if (st == ST_OK)
		st = serve_body("application/geo+json", &b, &r->body);
	buf_fini(&district);
	buf_fini(&b);
	return st;
}

enum status
districts_view(struct districts *x, struct geo_district t, int64_t now_s,
    struct rules_feed_view *view, uint8_t hash[32])
{
	enum status st;
	struct buf b;

	if ((st = rules_feed_view(x->feed, t, now_s, NULL, NULL, view)) !=
	    ST_OK)
		return st;
	buf_init(&b, COLLECTION_MAX);
	buf_put(&b, &view->item_count, sizeof(view->item_count));
	buf_put(&b, view->items, view->item_count * sizeof(*view->items));
	buf_put(&b, view->notes, view->note_count * sizeof(*view->notes));
	if ((st = buf_status(&b)) == ST_OK)
		hash_sha256(b.p, b.n, hash);
	else
		rules_feed_view_fini(view);
	buf_fini(&b);
	return st;
}

enum status
districts_build(struct districts *x, struct ready *r)
{
	json_t *features = json_array(), *notes = json_array();
	struct rules_feed_view view = { 0 };
	enum status st;

	st = districts_view(x, r->district, r->made, &view, r->view);
	if (st == ST_OK)
		st = fill(x, &view, features, notes);
	if (st == ST_OK)
		st = finish(x, r, features, notes);
	r->items = view.item_count;
	r->as_of = x->as_of;
	rules_feed_view_fini(&view);
	json_decref(features);
	json_decref(notes);
	return st;
}

enum status
districts_build_list(struct districts *x, struct httpd_body **out)
{
	struct geo_district *v = NULL;
	json_t *list = json_array(), *doc;
	char text[DISTRICT_TEXT];
	enum status st;
	size_t i, n;
	struct buf b;

	buf_init(&b, LIST_MAX);
	st = rules_feed_districts(x->feed, clock_now(), NULL, NULL, &v, &n);
	for (i = 0; st == ST_OK && i < n; i++) {
		district_text(v[i], text);
		if (json_array_append_new(list, json_string(text)) != 0)
			st = ST_NOMEM;
	}
	doc = json_pack(
	    "{s:s,s:O}", "type", "porchlight/districts@v1", "districts", list);
	if (st == ST_OK)
		st = doc == NULL ? ST_NOMEM : json_write(doc, &b);
	if (st == ST_OK)
		st = serve_body("application/json", &b, out);
	json_decref(doc);
	json_decref(list);
	free(v);
	buf_fini(&b);
	return st;
}
