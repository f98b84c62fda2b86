/*
 * Every signed document: what is written is read back as it was, and anything
 * else than exactly that form is refused by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "protocol/account.h"
#include "protocol/admission.h"
#include "protocol/agencies.h"
#include "protocol/collection.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/letter.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "protocol/share.h"

#define ORIGIN "test.example/log"
#define NOW INT64_C(1796000000)

static uint8_t seed[32];
static char to[63]; /* an age recipient */
static const struct id an_id = { .b = { 1, 2, 3 } };

/* The one key of these tests, under that name. */
static struct note_key
named(const char *name)
{
	struct note_key key;
	uint8_t pub[32];

	ed25519_public(seed, pub);
	assert_int_equal(note_key_make(&key, name, NOTE_ED25519, pub), ST_OK);
	return key;
}

static int
set_up(void **state)
{
	struct age_identity *id = NULL;
	struct age_recipient r;

	(void)state;
	random_bytes(seed, sizeof(seed));
	if (age_identity_new(&id) != ST_OK)
		return -1;
	age_identity_recipient(id, &r);
	age_recipient_text(&r, to);
	age_identity_free(&id);
	return 0;
}

/* -- one of each ------------------------------------------------------------ */

static json_t *
make_partner(void)
{
	return partner_json(&(struct partner){ .time = NOW,
	    .name = "a.example",
	    .legal_name = "Äther e. V.",
	    .url = "https://a.example",
	    .key = named("a.example") });
}

static struct agency
an_agency(void)
{
	static const char *forces[] = { "one", "two" };

	return (struct agency){ .time = NOW,
		.until = NOW + 86400,
		.name = "a.example",
		.legal_name = "Police",
		.class = "sheriff",
		.telephone = "1",
		.verified = "by visit",
		.partner = "p.example",
		.key = named("a.example"),
		.jurisdiction = { 7 },
		.task_forces = { .v = forces, .n = 2 },
		.locker = { .name = "l.example",
		    .url = "https://l.example",
		    .key = named("l.example") } };
}

static json_t *
make_agency(void)
{
	struct agency a = an_agency();

	return agency_json(&a);
}

static json_t *
make_relay(void)
{
	return relay_json(&(struct relay){ .time = NOW,
	    .name = "a.example",
	    .url = "https://a.example",
	    .key = named("a.example") });
}

static json_t *
make_recipient(void)
{
	return recipient_json(&(struct recipient){ .time = NOW,
	    .from = NOW,
	    .until = NOW + 14 * 86400,
	    .owner = "a.example",
	    .recipient = to });
}

static json_t *
make_decision(void)
{
	return decision_json(&(struct decision){ .time = NOW,
	    .id = an_id,
	    .action = "lift",
	    .subject = "01020300000000000000000000000000",
	    .rule = "text",
	    .reason = "It names nobody." });
}

static json_t *
make_policy(void)
{
	struct policy p;

	policy_default(&p, NOW);
	return policy_json(&p);
}

static json_t *
make_request(void)
{
	static const char *behalf[] = { "b.example" };
	struct request r = { .id = an_id,
		.agency = "a.example",
		.case_number = "26-1",
		.incident = "fire",
		.recipient = to,
		.on_behalf_of = { .v = behalf, .n = 1 },
		.from = NOW - 7200,
		.until = NOW - 3600,
		.opens = NOW,
		.expires = NOW + 86400,
		.urgent = true,
		.text = { 9 } };

	assert_int_equal(area_around((struct geo_point){ -81950000, 28040000 },
			     500, &r.area, NULL),
	    ST_OK);
	return request_json(&r);
}

static json_t *
make_request_end(void)
{
	return request_end_json(&(struct request_end){
	    .time = NOW, .request = an_id, .reason = "withdrawn" });
}

static json_t *
make_directory(void)
{
	static const uint64_t ended[] = { 3, 5, 9 };
	static uint8_t spki[346];
	struct directory d = { .time = NOW,
		.url = "https://a.example",
		.platform = named("a.example"),
		.relay_count = 1,
		.issuer_count = 2,
		.ended_count = NELEMS(ended),
		.ended = ended,
		.policy = 1,
		.served_count = 1,
		.served = { { 2969, 40 } },
		.agencies = { 4 } };

	d.relays[0] = (struct directory_relay){ .name = "r.example",
		.url = "https://r.example",
		.key = named("r.example") };
	d.issuers[0] = (struct directory_issuer){ .purpose = "carry",
		.epoch = 2969,
		.spki = { spki, sizeof(spki) } };
	d.issuers[1] = d.issuers[0];
	d.issuers[1].purpose = "share";
	return directory_json(&d);
}

static json_t *
make_account(void)
{
	return account_json(&(struct account){
	    .key = named(ACCOUNT_NAME), .kind = "recorder" });
}

static json_t *
make_take(void)
{
	static struct take t;

	t = (struct take){ .key = named(ACCOUNT_NAME),
		.purpose = PURPOSE_SHARE,
		.epoch = 2969,
		.n = 16 };
	memset(t.blinded, 0x11, sizeof(t.blinded));
	return take_json(&t);
}

static json_t *
make_share(void)
{
	struct share s = { .request = an_id,
		.locker = "l.example",
		.key = named(ONE_TIME_NAME),
		.manifest = { 5 } };

	hash_sha256(s.key.pub, sizeof(s.key.pub), s.token.nonce);
	return share_json(&s);
}

static json_t *
make_receipt(void)
{
	return receipt_json(&(struct receipt){ .submission = an_id,
	    .request = an_id,
	    .key = named(ONE_TIME_NAME),
	    .time = NOW,
	    .size = 1536,
	    .ciphertext = { 6 } });
}

static json_t *
make_letter(void)
{
	struct letter l = { .id = an_id,
		.to = "l.example",
		.reply = to,
		.ask = "withdraw",
		.key = named(ONE_TIME_NAME),
		.version = 2 };
	uint8_t nonce[HASH_BYTES];

	hash_sha256(l.key.pub, sizeof(l.key.pub), nonce);
	submission_id(nonce, &l.submission);
	return letter_json(&l);
}

static json_t *
make_answer(void)
{
	return answer_json(&(struct answer){ .letter = an_id,
	    .submission = an_id,
	    .state = "refused",
	    .version = 3,
	    .opened = true,
	    .receipt = "a note",
	    .problem = "bag-tar",
	    .detail = "It is no archive." });
}

static json_t *
make_district_note(void)
{
	return district_note_json(
	    &(struct district_note){ .district = { 12, 1115, 1712 },
		.time = NOW,
		.size = 17,
		.features = { 8 } });
}

/* -- reading them ----------------------------------------------------------- */

typedef enum status read_fn(const struct doc *, json_t **, struct diag *);

#define READ(x)                                                    \
	static enum status read_##x(                               \
	    const struct doc *doc, json_t **again, struct diag *d) \
	{                                                          \
		static struct x in;                                \
		enum status st = x##_parse(doc, &in, d);           \
                                                                   \
		if (st == ST_OK)                                   \
			*again = x##_json(&in);                    \
		return st;                                         \
	}

READ(partner)
READ(agency)
READ(relay)
READ(recipient)
READ(decision)
READ(policy)
READ(request)
READ(request_end)
READ(directory)
READ(account)
READ(take)
READ(share)
READ(receipt)
READ(letter)
READ(answer)
READ(district_note)

#define KIND(type, key, x)                    \
	{                                     \
		type, key, make_##x, read_##x \
	}

static const struct kind {
	const char *type, *key; /* the name that it is signed as */
	json_t *(*make)(void);
	read_fn *read;
} kinds[] = {
	KIND(PARTNER_TYPE, "a.example", partner),
	KIND(AGENCY_TYPE, "a.example", agency),
	KIND(RELAY_TYPE, "a.example", relay),
	KIND(RECIPIENT_TYPE, "a.example", recipient),
	KIND(DECISION_TYPE, "a.example", decision),
	KIND(POLICY_TYPE, "a.example", policy),
	KIND(REQUEST_TYPE, "a.example", request),
	KIND(REQUEST_END_TYPE, "a.example", request_end),
	KIND(DIRECTORY_TYPE, "a.example", directory),
	KIND(ACCOUNT_TYPE, ACCOUNT_NAME, account),
	KIND(TAKE_TYPE, ACCOUNT_NAME, take),
	KIND(SHARE_TYPE, ONE_TIME_NAME, share),
	KIND(RECEIPT_TYPE, "a.example", receipt),
	KIND(LETTER_TYPE, ONE_TIME_NAME, letter),
	KIND(ANSWER_TYPE, "a.example", answer),
	KIND(DISTRICT_TYPE, "a.example", district_note),
};

/* Sign the n bytes of text, open them and read them as k. */
static enum status
read_text(const struct kind *k, const struct buf *text, json_t **again,
    struct diag *d)
{
	struct doc *doc = NULL;
	enum status st;
	struct buf b;

	*d = (struct diag){ 0 };
	buf_init(&b, 2 * DOC_MAX);
	buf_put(&b, text->p, text->n);
	buf_putc(&b, '\n');
	note_sign((const char *)text->p, text->n, k->key, seed, &b);
	if ((st = doc_open(b.p, b.n, ORIGIN, &doc, d)) == ST_OK)
		st = k->read(doc, again, d);
	doc_free(&doc);
	buf_fini(&b);
	return st;
}

/* The same for a body, which is taken. */
static enum status
read_body(const struct kind *k, json_t *body, const char *type, struct diag *d)
{
	json_t *again = NULL;
	struct buf text;
	enum status st;

	buf_init(&text, DOC_MAX);
	assert_int_equal(doc_text(body, type, ORIGIN, &text), ST_OK);
	st = read_text(k, &text, &again, d);
	json_decref(again);
	buf_fini(&text);
	return st;
}

static void
come_back_as_they_were(void **state)
{
	struct buf text, twice;
	json_t *again;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		again = NULL;
		buf_init(&text, DOC_MAX);
		buf_init(&twice, DOC_MAX);
		assert_int_equal(
		    doc_text(kinds[i].make(), kinds[i].type, ORIGIN, &text),
		    ST_OK);
		if (read_text(&kinds[i], &text, &again, &d) != ST_OK)
			fail_msg("%s: %s", kinds[i].type, d.text);
		assert_int_equal(
		    doc_text(again, kinds[i].type, ORIGIN, &twice), ST_OK);
		assert_string_equal(buf_text(&text), buf_text(&twice));
		buf_fini(&text);
		buf_fini(&twice);
	}
}

static void
have_no_other_member(void **state)
{
	struct diag d;
	json_t *body;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		body = kinds[i].make();
		json_object_set_new(body, "zz", json_true());
		if (read_body(&kinds[i], body, kinds[i].type, &d) !=
			ST_INVALID ||
		    strcmp(d.field, "zz") != 0)
			fail_msg("%s takes another member: %s", kinds[i].type,
			    d.field);
	}
}

static bool
may_be_absent(const struct kind *k, const char *name)
{
	return strcmp(k->type, ANSWER_TYPE) == 0 &&
	    (strcmp(name, "receipt") == 0 || strcmp(name, "problem") == 0 ||
		strcmp(name, "detail") == 0);
}

static void
need_every_member(void **state)
{
	json_t *whole, *body, *v;
	const char *name;
	struct diag d;
	enum status st;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		whole = kinds[i].make();
		json_object_foreach(whole, name, v)
		{
			body = json_deep_copy(whole);
			json_object_del(body, name);
			st = read_body(&kinds[i], body, kinds[i].type, &d);
			if (may_be_absent(&kinds[i], name)) {
				assert_int_equal(st, ST_OK);
				continue;
			}
			if (st != ST_INVALID || strcmp(d.field, name) != 0)
				fail_msg("%s without %s: %s, %s", kinds[i].type,
				    name, status_name(st), d.field);
			/* Nor is null the same as a value. */
			body = json_deep_copy(whole);
			json_object_set_new(body, name, json_null());
			st = read_body(&kinds[i], body, kinds[i].type, &d);
			if (st != ST_INVALID)
				fail_msg("%s with %s null: %s", kinds[i].type,
				    name, status_name(st));
		}
		json_decref(whole);
	}
}

static void
are_of_one_version(void **state)
{
	char type[64];
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		(void)snprintf(type, sizeof(type), "%s", kinds[i].type);
		type[strlen(type) - 1] = '2';
		if (read_body(&kinds[i], kinds[i].make(), type, &d) !=
			ST_INVALID ||
		    strcmp(d.field, "type") != 0)
			fail_msg("%s is taken", type);
	}
}

/* One document has one form: bytes that say the same are refused. */
static void
have_one_form(void **state)
{
	struct buf text, other;
	json_t *again = NULL;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(kinds); i++) {
		buf_init(&text, DOC_MAX);
		buf_init(&other, DOC_MAX + 16);
		assert_int_equal(
		    doc_text(kinds[i].make(), kinds[i].type, ORIGIN, &text),
		    ST_OK);
		buf_puts(&other, "{ ");
		buf_put(&other, text.p + 1, text.n - 1);
		if (read_text(&kinds[i], &other, &again, &d) != ST_INVALID)
			fail_msg("%s with a space is taken", kinds[i].type);
		/* A member twice, with the same value. */
		buf_clear(&other);
		buf_put(&other, text.p, text.n - 2);
		buf_printf(&other, ",\"type\":\"%s\"}\n", kinds[i].type);
		if (read_text(&kinds[i], &other, &again, &d) != ST_INVALID)
			fail_msg("%s with a member twice", kinds[i].type);
		assert_null(again);
		buf_fini(&text);
		buf_fini(&other);
	}
}

static void
are_for_one_log(void **state)
{
	struct doc *doc = NULL;
	struct diag d = { 0 };
	struct buf text, b;

	(void)state;
	buf_init(&text, DOC_MAX);
	buf_init(&b, DOC_MAX);
	assert_int_equal(
	    doc_text(make_partner(), PARTNER_TYPE, "other.example/log", &text),
	    ST_OK);
	buf_put(&b, text.p, text.n);
	buf_putc(&b, '\n');
	note_sign(buf_text(&text), text.n, "a.example", seed, &b);
	assert_int_equal(doc_open(b.p, b.n, ORIGIN, &doc, &d), ST_INVALID);
	assert_string_equal(d.field, "log");
	assert_null(doc);
	buf_fini(&text);
	buf_fini(&b);
}

/* -- signatures that the form itself demands -------------------------------- */

static void
want_their_own_signature(void **state)
{
	static const char *const self_signed[] = { DIRECTORY_TYPE, ACCOUNT_TYPE,
		TAKE_TYPE, SHARE_TYPE, LETTER_TYPE };
	uint8_t kept[32];
	json_t *body;
	struct diag d;
	size_t i, k;

	(void)state;
	memcpy(kept, seed, sizeof(seed));
	for (k = 0; k < NELEMS(self_signed); k++)
		for (i = 0; i < NELEMS(kinds); i++) {
			if (strcmp(kinds[i].type, self_signed[k]) != 0)
				continue;
			body = kinds[i].make();
			random_bytes(seed, sizeof(seed));
			assert_int_equal(
			    read_body(&kinds[i], body, kinds[i].type, &d),
			    ST_SIGNATURE);
			memcpy(seed, kept, sizeof(seed));
		}
}

static void
share_names_the_keys_own_pass(void **state)
{
	const struct kind k = KIND(SHARE_TYPE, ONE_TIME_NAME, share);
	struct share s = { .request = an_id, .locker = "l.example" };
	struct diag d;

	(void)state;
	s.key = named(ONE_TIME_NAME);
	random_bytes(s.token.nonce, sizeof(s.token.nonce));
	assert_int_equal(
	    read_body(&k, share_json(&s), SHARE_TYPE, &d), ST_TOKEN);
	assert_string_equal(d.problem, "token-key");
}

static void
letter_is_for_the_keys_own_submission(void **state)
{
	const struct kind k = KIND(LETTER_TYPE, ONE_TIME_NAME, letter);
	json_t *body = make_letter();
	struct diag d;

	(void)state;
	json_object_set_new(body, "submission",
	    json_string("00000000000000000000000000000000"));
	assert_int_equal(read_body(&k, body, LETTER_TYPE, &d), ST_SIGNATURE);
	assert_string_equal(d.field, "key");
}

static void
refuses_a_second_issuer(void **state)
{
	const struct kind k = KIND(DIRECTORY_TYPE, "a.example", directory);
	json_t *body = make_directory(), *list, *one;
	struct diag d;

	(void)state;
	list = json_object_get(body, "issuers");
	one = json_deep_copy(json_array_get(list, 1));
	json_array_append_new(list, one);
	assert_int_equal(read_body(&k, body, DIRECTORY_TYPE, &d), ST_INVALID);
	assert_string_equal(d.problem, "issuer-twice");
	/* Another purpose or week is another key's place. */
	body = make_directory();
	list = json_object_get(body, "issuers");
	one = json_deep_copy(json_array_get(list, 1));
	json_object_set_new(one, "epoch", json_integer(2970));
	json_array_append_new(list, one);
	assert_int_equal(read_body(&k, body, DIRECTORY_TYPE, &d), ST_OK);
	/* Log numbers ascend, each once. */
	body = make_directory();
	json_array_append_new(json_object_get(body, "ended"), json_integer(9));
	assert_int_equal(read_body(&k, body, DIRECTORY_TYPE, &d), ST_INVALID);
	assert_string_equal(d.field, "ended");
}

/* -- letters ---------------------------------------------------------------- */

static void
letters_have_one_size(void **state)
{
	static const size_t sizes[] = { 1, 300, 4000,
		LETTER_BYTES - AGE_OVERHEAD };
	struct age_identity *id = NULL;
	struct age_recipient r;
	struct buf note, sealed, opened;
	struct diag d = { 0 };
	char text[63];
	size_t i;

	(void)state;
	assert_int_equal(age_identity_new(&id), ST_OK);
	age_identity_recipient(id, &r);
	age_recipient_text(&r, text);
	for (i = 0; i < NELEMS(sizes); i++) {
		buf_init(&note, LETTER_BYTES);
		buf_init(&sealed, LETTER_BYTES);
		buf_init(&opened, LETTER_BYTES);
		memset(buf_extend(&note, sizes[i]), 'x', sizes[i]);
		assert_int_equal(letter_seal(&note, text, &sealed, &d), ST_OK);
		assert_int_equal(sealed.n, 16384);
		assert_int_equal(
		    age_open_file(id, sealed.p, sealed.n, &opened, &d), ST_OK);
		assert_int_equal(
		    letter_note_length(opened.p, opened.n), sizes[i]);
		assert_memory_equal(opened.p, note.p, note.n);
		buf_fini(&note);
		buf_fini(&sealed);
		buf_fini(&opened);
	}
	buf_init(&note, 2 * LETTER_BYTES);
	buf_init(&sealed, LETTER_BYTES);
	memset(buf_extend(&note, LETTER_BYTES - AGE_OVERHEAD + 1), 'x',
	    LETTER_BYTES - AGE_OVERHEAD + 1);
	assert_int_equal(letter_seal(&note, text, &sealed, &d), ST_TOO_LARGE);
	d = (struct diag){ 0 };
	buf_clear(&note);
	buf_puts(&note, "x");
	assert_int_equal(
	    letter_seal(&note, "age1nobody", &sealed, &d), ST_INVALID);
	assert_int_equal(sealed.n, 0);
	buf_fini(&note);
	buf_fini(&sealed);
	age_identity_free(&id);
}

/* -- documents that are not signed ------------------------------------------ */

static void
text_comes_back(void **state)
{
	static const uint8_t salt[32] = { 1 };
	struct text t = { .words = { "en", "A title", "Details" },
		.translation_count = 1,
		.unit = "Investigations",
		.telephone = "1",
		.salt = { salt, sizeof(salt) } },
		    in;
	struct arena *a = arena_new(1 << 18);
	uint8_t hash[HASH_BYTES];
	struct diag d = { 0 };
	struct buf b, again;

	(void)state;
	t.translations[0] = (struct text_words){ "es", "Un título", "" };
	buf_init(&b, TEXT_MAX);
	buf_init(&again, TEXT_MAX);
	assert_int_equal(text_write(&t, &b), ST_OK);
	hash_sha256(b.p, b.n, hash);
	assert_int_equal(text_parse(b.p, b.n, hash, &in, a, &d), ST_OK);
	assert_int_equal(text_write(&in, &again), ST_OK);
	assert_string_equal(buf_text(&b), buf_text(&again));
	hash[0] ^= 1;
	assert_int_equal(text_parse(b.p, b.n, hash, &in, a, &d), ST_INVALID);
	assert_string_equal(d.problem, "text-hash");
	d = (struct diag){ 0 };
	b.p[b.n - 2] ^= 1; /* another version's letter, in "…@v1"}" */
	assert_int_equal(text_parse(b.p, b.n, NULL, &in, a, &d), ST_INVALID);
	buf_fini(&b);
	buf_fini(&again);
	arena_free(&a);
}

static void
clips_and_statement_come_back(void **state)
{
	struct share_clips c = { .n = 2,
		.v = { { "1.mp4", "file", NOW, NOW + 60, 2 },
		    { "2.mp4", "stated", NOW, NOW + 1, 300 } } },
			   in;
	struct arena *a = arena_new(1 << 18);
	const char *text = NULL;
	struct diag d = { 0 };
	struct buf b, again;

	(void)state;
	buf_init(&b, 65536);
	buf_init(&again, 65536);
	assert_int_equal(share_clips_write(&c, &b), ST_OK);
	assert_int_equal(share_clips_parse(b.p, b.n, &in, a, &d), ST_OK);
	assert_int_equal(share_clips_write(&in, &again), ST_OK);
	assert_string_equal(buf_text(&b), buf_text(&again));
	buf_clear(&b);
	c.v[1].end = c.v[1].start;
	assert_int_equal(share_clips_write(&c, &b), ST_OK);
	assert_int_equal(share_clips_parse(b.p, b.n, &in, a, &d), ST_INVALID);
	assert_string_equal(d.field, "clips.end");
	buf_clear(&b);
	assert_int_equal(share_statement_write("I saw \"it\".\n", &b), ST_OK);
	assert_int_equal(share_statement_parse(b.p, b.n, &text, a, &d), ST_OK);
	assert_string_equal(text, "I saw \"it\".\n");
	buf_fini(&b);
	buf_fini(&again);
	arena_free(&a);
}

static void
agencies_come_back(void **state)
{
	struct agencies_entry e = { .agency = an_agency(), .index = 4 };
	json_t *list = json_array();
	struct arena *a = arena_new(1 << 18);
	uint8_t hash[HASH_BYTES];
	struct agencies in;
	struct diag d = { 0 };
	struct buf b;

	(void)state;
	e.suspended = true;
	json_array_append_new(list, agencies_entry_json(&e));
	buf_init(&b, 65536);
	assert_int_equal(agencies_write(list, json_array(), &b), ST_OK);
	hash_sha256(b.p, b.n, hash);
	assert_int_equal(agencies_parse(b.p, b.n, hash, &in, a, &d), ST_OK);
	assert_int_equal(in.n, 1);
	assert_true(in.v[0].suspended);
	assert_int_equal(in.v[0].index, 4);
	assert_non_null(agencies_by_locker(&in, "l.example"));
	assert_null(agencies_by_locker(&in, "m.example"));
	hash[3] ^= 1;
	assert_int_equal(
	    agencies_parse(b.p, b.n, hash, &in, a, &d), ST_INVALID);
	buf_fini(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(come_back_as_they_were),
		cmocka_unit_test(have_no_other_member),
		cmocka_unit_test(need_every_member),
		cmocka_unit_test(are_of_one_version),
		cmocka_unit_test(have_one_form),
		cmocka_unit_test(are_for_one_log),
		cmocka_unit_test(want_their_own_signature),
		cmocka_unit_test(share_names_the_keys_own_pass),
		cmocka_unit_test(letter_is_for_the_keys_own_submission),
		cmocka_unit_test(refuses_a_second_issuer),
		cmocka_unit_test(letters_have_one_size),
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(clips_and_statement_come_back),
		cmocka_unit_test(agencies_come_back),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
