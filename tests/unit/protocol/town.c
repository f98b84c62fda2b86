#include "town.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "protocol/admission.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "tlog/checkpoint.h"
#include "tlog/hashes.h"
#include "tlog/proof.h"

static const char text[] =
    "{\"contact\":{\"telephone\":\"1\",\"unit\":\"U\"},\"details\":\"\","
    "\"language\":\"en\",\"salt\":"
    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"title\":\"A van\","
    "\"translations\":[],\"type\":\"porchlight/text@v1\"}";

void
town_key_make(struct town_key *k, const char *name)
{
	uint8_t pub[32];

	random_bytes(k->seed, sizeof(k->seed));
	ed25519_public(k->seed, pub);
	assert_int_equal(
	    note_key_make(&k->key, name, NOTE_ED25519, pub), ST_OK);
}

void
town_sign(json_t *body, const char *type, const struct town_key *const *keys,
    size_t n, struct buf *out)
{
	struct buf line;
	size_t i;

	buf_init(&line, DOC_MAX);
	buf_init(out, 2 * DOC_MAX);
	assert_int_equal(doc_text(body, type, TOWN_ORIGIN, &line), ST_OK);
	buf_put(out, line.p, line.n);
	buf_putc(out, '\n');
	for (i = 0; i < n; i++)
		note_sign(buf_text(&line), line.n, keys[i]->key.name,
		    keys[i]->seed, out);
	buf_fini(&line);
}

uint64_t
town_log(struct town *t, struct buf *note)
{
	struct tlog_hash leaf;

	assert_true(t->n < TOWN_ENTRIES);
	tree_leaf(note->p, note->n, &leaf);
	assert_int_equal(hashes_append(t->hashes, &leaf), ST_OK);
	t->entries[t->n] = *note;
	t->size = t->n + 1;
	return t->n++;
}

void
town_relog(struct town *t, size_t i, struct buf *note)
{
	struct tlog_hash leaf;
	size_t k;

	buf_fini(&t->entries[i]);
	t->entries[i] = *note;
	hashes_truncate(t->hashes, i);
	for (k = i; k < t->n; k++) {
		tree_leaf(t->entries[k].p, t->entries[k].n, &leaf);
		assert_int_equal(hashes_append(t->hashes, &leaf), ST_OK);
	}
}

/* The checkpoint of the whole log, cosigned by some. */
static void
put_checkpoint(const struct town *t, struct buf *out)
{
	struct checkpoint cp = { .size = t->n };
	struct buf body;
	unsigned i;

	(void)strcpy(cp.origin, TOWN_ORIGIN);
	assert_int_equal(hashes_root(t->hashes, t->n, &cp.root), ST_OK);
	buf_init(&body, CHECKPOINT_NOTE);
	checkpoint_text(&cp, &body);
	buf_put(out, body.p, body.n);
	buf_putc(out, '\n');
	note_sign(buf_text(&body), body.n, t->log.key.name, t->log.seed, out);
	for (i = 0; i < t->cosigned; i++)
		note_cosign(buf_text(&body), body.n, t->watchers[i].key.name,
		    t->watchers[i].seed, t->time, out);
	buf_fini(&body);
}

static json_t *
proof_of(const struct town *t, size_t i)
{
	struct tlog_proof_path path;
	struct buf cp, b;
	json_t *v;

	buf_init(&cp, CHECKPOINT_NOTE);
	buf_init(&b, PROOF_MAX);
	put_checkpoint(t, &cp);
	assert_int_equal(hashes_inclusion(t->hashes, i, t->n, &path), ST_OK);
	proof_text(i, &path, cp.p, cp.n, &b);
	v = json_string(buf_text(&b));
	buf_fini(&cp);
	buf_fini(&b);
	return v;
}

json_t *
town_proved(const struct town *t, size_t i)
{
	return json_pack("{s:s,s:o}", "note", buf_text(&t->entries[i]), "proof",
	    proof_of(t, i));
}

json_t *
town_features(const struct town *t)
{
	const char *given = buf_text(&t->text);
	char id[ID_TEXT];

	id_text(&t->request.id, id);
	return json_pack("[{s:o,s:s,s:{s:s,s:o,s:s},s:s}]", "geometry",
	    area_json(&t->request.area), "id", id, "properties", "note",
	    buf_text(&t->entries[TOWN_REQUEST]), "proof",
	    proof_of(t, TOWN_REQUEST), "text", given, "type", "Feature");
}

json_t *
town_feed_saying(const struct town *t, json_t *features, const json_t *said)
{
	const struct town_key *by[] = { &t->platform };
	struct district_note x = { .district = t->district,
		.time = t->time,
		.size = (int64_t)t->size };
	struct buf b, note, cp;
	json_t *v;

	buf_init(&b, COLLECTION_MAX);
	buf_init(&cp, CHECKPOINT_NOTE);
	assert_int_equal(json_write(said, &b), ST_OK);
	hash_sha256(b.p, b.n, x.features);
	town_sign(district_note_json(&x), DISTRICT_TYPE, by, 1, &note);
	put_checkpoint(t, &cp);
	v = json_pack("{s:s,s:s,s:o,s:[o,o,o,o],s:s}", "checkpoint",
	    buf_text(&cp), "district", buf_text(&note), "features", features,
	    "notes", town_proved(t, TOWN_POLICY), town_proved(t, TOWN_PARTNER),
	    town_proved(t, TOWN_AGENCY), town_proved(t, TOWN_LETTERS), "type",
	    "FeatureCollection");
	buf_fini(&b);
	buf_fini(&note);
	buf_fini(&cp);
	assert_non_null(v);
	return v;
}

json_t *
town_feed(const struct town *t, json_t *features)
{
	return town_feed_saying(t, features, features);
}

/* -- what is published ------------------------------------------------------ */

static void
make_keys(struct town *t)
{
	static const char *const names[] = { "w0.example", "w1.example",
		"w2.example" };
	size_t i;

	town_key_make(&t->log, TOWN_ORIGIN);
	town_key_make(&t->platform, "platform.example");
	town_key_make(&t->partner, "partner.example");
	town_key_make(&t->agency, "police.example");
	town_key_make(&t->locker, "locker.example");
	t->trust = (struct trust){
		.k = 2, .watcher_count = TOWN_WATCHERS, .log = t->log.key
	};
	(void)strcpy(t->trust.origin, TOWN_ORIGIN);
	for (i = 0; i < TOWN_WATCHERS; i++) {
		town_key_make(&t->watchers[i], names[i]);
		t->trust.watchers[i].until = TOWN_NOW + 86400;
		assert_int_equal(
		    note_key_make(&t->trust.watchers[i].key, names[i],
			NOTE_COSIGN, t->watchers[i].key.pub),
		    ST_OK);
	}
}

static void
publish(struct town *t, json_t *body, const char *type,
    const struct town_key *a, const struct town_key *b, uint64_t index)
{
	const struct town_key *by[] = { a, b };
	struct buf note;

	town_sign(body, type, by, b == NULL ? 1 : 2, &note);
	assert_int_equal(town_log(t, &note), index);
}

static void
admit(struct town *t)
{
	struct partner p = { .time = TOWN_NOW,
		.name = "partner.example",
		.legal_name = "The League",
		.url = "https://partner.example",
		.key = t->partner.key };
	struct agency a = { .time = TOWN_NOW,
		.until = TOWN_NOW + 365 * 86400,
		.name = "police.example",
		.legal_name = "Police",
		.class = "municipal-police",
		.telephone = "1",
		.verified = "by visit",
		.partner = "partner.example",
		.key = t->agency.key };
	struct recipient r = { .time = TOWN_NOW,
		.from = TOWN_NOW,
		.until = TOWN_NOW + 7 * 86400,
		.owner = "locker.example",
		.recipient = t->recipient };

	a.locker = (struct locker){ .name = "locker.example",
		.url = "https://locker.example",
		.key = t->locker.key };
	publish(t, partner_json(&p), PARTNER_TYPE, &t->platform, NULL,
	    TOWN_PARTNER);
	publish(t, agency_json(&a), AGENCY_TYPE, &t->partner, &t->platform,
	    TOWN_AGENCY);
	publish(t, recipient_json(&r), RECIPIENT_TYPE, &t->locker, NULL,
	    TOWN_LETTERS);
}

static void
ask(struct town *t)
{
	struct geo_point centre = { -81950000, 28040000 };

	t->request = (struct request){ .agency = "police.example",
		.case_number = "26-1",
		.incident = "hit-and-run",
		.recipient = t->recipient,
		.from = TOWN_NOW - 7200,
		.until = TOWN_NOW - 3600,
		.opens = TOWN_NOW - 60,
		.expires = TOWN_NOW + 86400 };
	random_id(&t->request.id);
	assert_int_equal(
	    area_around(centre, 500, &t->request.area, NULL), ST_OK);
	hash_sha256(t->text.p, t->text.n, t->request.text);
	publish(t, request_json(&t->request), REQUEST_TYPE, &t->agency,
	    &t->locker, TOWN_REQUEST);
	t->district = district_of(centre);
}

void
town_new(struct town *t)
{
	struct age_identity *id = NULL;
	struct age_recipient to;
	struct policy p;

	*t = (struct town){ .time = TOWN_NOW, .cosigned = TOWN_WATCHERS };
	assert_non_null(t->hashes = hashes_new());
	make_keys(t);
	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_recipient(id, &to);
	age_recipient_text(&to, t->recipient);
	age_identity_free(&id);
	buf_init(&t->text, TEXT_MAX);
	buf_puts(&t->text, text);
	policy_default(&p, TOWN_NOW - 86400);
	publish(
	    t, policy_json(&p), POLICY_TYPE, &t->platform, NULL, TOWN_POLICY);
	admit(t);
	ask(t);
	t->dir = (struct directory){ .time = TOWN_NOW,
		.url = "https://platform.example",
		.platform = t->platform.key,
		.policy = TOWN_POLICY,
		.ended = t->ended };
}

void
town_free(struct town *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		buf_fini(&t->entries[i]);
	buf_fini(&t->text);
	hashes_free(&t->hashes);
}
