/* The locker as relays and sharers meet it, over HTTP. */
#include "scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agency/inner.h"
#include "agency/locker/custodian.h"
#include "agency/locker/intake.h"
#include "agency/locker/letters.h"
#include "agency/asking.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "crypto/age.h"
#include "crypto/random.h"
#include "httpc/httpc.h"
#include "protocol/collection.h"
#include "protocol/doc.h"
#include "protocol/letter.h"
#include "protocol/share.h"
#include "store/store.h"

static struct office *office;
static char base[64];

static int
setup(void **state)
{
	struct agency_config c = { 0 };
	struct diag d = { 0 };

	if (scene_setup(state) != 0)
		return -1;
	c.dir = scene.dir;
	c.trust_path = scene.trust;
	c.platform_url = scene.w.url;
	if (agency_start(&c, &office, &d) != ST_OK)
		return -1;
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u",
	    agency_port_relay(office));
	return 0;
}

static int
teardown(void **state)
{
	agency_stop(&office);
	return scene_teardown(state);
}

/* -- tus ------------------------------------------------------------------- */

static unsigned
send(const char *method, const struct id *id, const char *header, const void *p,
    size_t n, struct httpc_reply *r)
{
	const char *headers[] = { "Tus-Resumable: 1.0.0", header, NULL };
	struct httpc_call c = { .method = method,
		.headers = headers,
		.body = p,
		.n = n,
		.limit = 65536 };
	char url[128], name[ID_TEXT];
	struct diag d = { 0 };

	id_text(id, name);
	(void)snprintf(url, sizeof(url), "%s/v1/uploads/%s", base, name);
	c.url = url;
	if (p != NULL)
		c.content_type = "application/offset+octet-stream";
	httpc_reply_fini(r);
	assert_int_equal(httpc_call(scene.w.httpc, &c, r, &d), ST_OK);
	return r->code;
}

static unsigned
create(const struct id *id, size_t length)
{
	struct httpc_reply r = { 0 };
	char header[64];
	unsigned code;

	(void)snprintf(header, sizeof(header), "Upload-Length: %zu", length);
	code = send("POST", id, header, NULL, 0, &r);
	httpc_reply_fini(&r);
	return code;
}

static unsigned
patch(const struct id *id, size_t offset, const void *p, size_t n)
{
	struct httpc_reply r = { 0 };
	char header[64];
	unsigned code;

	(void)snprintf(header, sizeof(header), "Upload-Offset: %zu", offset);
	code = send("PATCH", id, header, p, n, &r);
	httpc_reply_fini(&r);
	return code;
}

static int64_t
offset_of(const struct id *id)
{
	struct httpc_reply r = { 0 };
	int64_t offset = -1;

	if (send("HEAD", id, NULL, NULL, 0, &r) == 200)
		offset = r.upload_offset;
	httpc_reply_fini(&r);
	return offset;
}

static void
takes_uploads_by_tus(void **state)
{
	static const char text[] = "not an age file, and of 40 bytes length.";
	struct id id;

	(void)state;
	random_id(&id);
	assert_int_equal(offset_of(&id), -1);
	assert_int_equal(patch(&id, 0, text, 10), 404);
	assert_int_equal(create(&id, 0), 400);
	assert_int_equal(create(&id, (size_t)3 << 30), 413);
	assert_int_equal(create(&id, 40), 201);
	assert_int_equal(create(&id, 40), 201);
	assert_int_equal(create(&id, 41), 409);
	assert_int_equal(offset_of(&id), 0);
	assert_int_equal(patch(&id, 5, text, 5), 409);
	assert_int_equal(patch(&id, 0, text, 10), 204);
	assert_int_equal(patch(&id, 0, text, 10), 409);
	assert_int_equal(offset_of(&id), 10);
	/* Longer than was said: nothing beyond is kept. */
	assert_int_equal(patch(&id, 10, text, 31), 413);
	assert_int_equal(offset_of(&id), 10);
	assert_int_equal(patch(&id, 10, text + 10, 30), 204);
	assert_int_equal(offset_of(&id), 40);
	assert_int_equal(patch(&id, 40, text, 1), 409);
	assert_int_equal(create(&id, 40), 201);
}

/* -- letters --------------------------------------------------------------- */

static char recipient[63];

/* The locker's letter recipient, as a district shows it. */
static void
find_recipient(void)
{
	struct geo_point centre = { WORLD_CENTRE_LON, WORLD_CENTRE_LAT };
	const struct collection_item *item;
	struct collection *c = NULL;
	struct diag d = { 0 };

	assert_int_equal(
	    world_read(&scene.w, district_of(centre), &c, &d), ST_OK);
	item = collection_item(c, &scene.request);
	assert_non_null(item);
	assert_non_null(item->letters);
	(void)snprintf(
	    recipient, sizeof(recipient), "%s", item->letters->recipient);
	collection_free(&c);
}

struct asked {
	struct letter l;
	struct age_identity *reply;
	char reply_text[AGE_RECIPIENT_TEXT];
	struct buf sealed;
};

static void
write_letter(struct asked *q, const struct scene_pass *pass, const char *ask,
    int64_t version)
{
	struct age_recipient to;
	struct diag d = { 0 };
	struct buf text, note;

	*q = (struct asked){ .l = { .to = scene.locker,
				 .ask = ask,
				 .submission = pass->submission,
				 .key = pass->key,
				 .version = version } };
	random_id(&q->l.id);
	assert_int_equal(age_identity_new(&q->reply), ST_OK);
	age_identity_recipient(q->reply, &to);
	age_recipient_text(&to, q->reply_text);
	q->l.reply = q->reply_text;
	buf_init(&text, DOC_MAX);
	buf_init(&note, DOC_MAX);
	buf_init(&q->sealed, LETTER_BYTES);
	assert_int_equal(
	    doc_text(letter_json(&q->l), LETTER_TYPE, WORLD_ORIGIN, &text),
	    ST_OK);
	buf_put(&note, text.p, text.n);
	buf_putc(&note, '\n');
	note_sign(buf_text(&text), text.n, ONE_TIME_NAME, pass->seed, &note);
	/* Kept: the feed has it while a request is open. */
	if (recipient[0] == '\0')
		find_recipient();
	assert_int_equal(letter_seal(&note, recipient, &q->sealed, &d), ST_OK);
	buf_fini(&text);
	buf_fini(&note);
}

static void
asked_fini(struct asked *q)
{
	age_identity_free(&q->reply);
	buf_fini(&q->sealed);
}

/* Send the letter; *doc owns what the answer borrows; NULL: unreadable. */
static void
send_letter(struct asked *q, struct doc **doc, struct answer *a)
{
	struct httpc_reply r = { 0 };
	struct diag d = { 0 };
	struct buf plain;
	char url[128];

	*doc = NULL;
	buf_init(&plain, LETTER_BYTES);
	(void)snprintf(url, sizeof(url), "%s/v1/letters", base);
	assert_int_equal(
	    httpc_post(scene.w.httpc, url, "application/octet-stream",
		q->sealed.p, q->sealed.n, NULL, 2 * LETTER_BYTES, &r, &d),
	    ST_OK);
	assert_int_equal(r.code, 200);
	assert_int_equal(r.body.n, LETTER_BYTES);
	if (age_open_file(q->reply, r.body.p, r.body.n, &plain, &d) == ST_OK) {
		assert_int_equal(
		    doc_open(plain.p, letter_note_length(plain.p, plain.n),
			WORLD_ORIGIN, doc, &d),
		    ST_OK);
		assert_int_equal(
		    doc_signed(*doc, &office->locker_key, "the locker", &d),
		    ST_OK);
		assert_int_equal(answer_parse(*doc, a, &d), ST_OK);
		assert_true(id_equal(&a->letter, &q->l.id));
	}
	httpc_reply_fini(&r);
	buf_fini(&plain);
}

static void
expect(const struct scene_pass *pass, const char *ask, int64_t version,
    const char *state, const char *problem)
{
	struct doc *doc = NULL;
	struct answer a;
	struct asked q;

	write_letter(&q, pass, ask, version);
	send_letter(&q, &doc, &a);
	assert_non_null(doc);
	assert_string_equal(a.state, state);
	assert_string_equal(a.problem == NULL ? "" : a.problem, problem);
	if (strcmp(state, "received") == 0) {
		struct doc *receipt = NULL;
		struct receipt r;
		struct diag d = { 0 };

		assert_non_null(a.receipt);
		assert_int_equal(doc_open(a.receipt, strlen(a.receipt),
				     WORLD_ORIGIN, &receipt, &d),
		    ST_OK);
		assert_int_equal(receipt_parse(receipt, &r, &d), ST_OK);
		assert_int_equal(
		    doc_signed(receipt, &office->locker_key, "the locker", &d),
		    ST_OK);
		assert_true(id_equal(&r.submission, &pass->submission));
		doc_free(&receipt);
	}
	doc_free(&doc);
	asked_fini(&q);
}

/* Upload by HTTP, in two pieces, and wait until its finding is there. */
static void
upload(const struct buf *up, const struct scene_pass *pass)
{
	struct id id;
	int i;

	random_id(&id);
	assert_int_equal(create(&id, up->n), 201);
	assert_int_equal(patch(&id, 0, up->p, up->n / 2), 204);
	assert_int_equal(
	    patch(&id, up->n / 2, up->p + up->n / 2, up->n - up->n / 2), 204);
	for (i = 0; i < 2000; i++) {
		if (scene_finding(office, &pass->submission)[0] != '\0')
			return;
		(void)usleep(10000);
	}
	fail_msg("the upload was never opened");
}

static void
answers_letters(void **state)
{
	struct scene_pass *pass;
	struct asked q, again;
	struct doc *one = NULL, *two = NULL;
	struct answer a;
	struct buf up;

	(void)state;
	pass = scene_good(&up);
	expect(pass, "status", 0, "unknown", "");
	upload(&up, pass);
	expect(pass, "status", 0, "received", "");
	/* The same letter again: the same answer, byte for byte. */
	write_letter(&q, pass, "status", 0);
	send_letter(&q, &one, &a);
	send_letter(&q, &two, &a);
	assert_int_equal(one->n, two->n);
	assert_memory_equal(one->bytes, two->bytes, one->n);
	doc_free(&one);
	doc_free(&two);
	/* The same id with other bytes does not act. */
	write_letter(&again, pass, "withdraw", 1);
	asked_fini(&q);
	q = again;
	expect(pass, "withdraw", 7, "received", "stale-version");
	send_letter(&q, &one, &a);
	assert_string_equal(a.state, "withdrawn");
	doc_free(&one);
	/* Repeated, it acts once and says the same. */
	send_letter(&q, &one, &a);
	assert_string_equal(a.state, "withdrawn");
	assert_int_equal(a.version, 2);
	doc_free(&one);
	asked_fini(&q);
	expect(pass, "status", 0, "withdrawn", "");
	assert_int_equal(intake_run(office), ST_OK);
	assert_int_equal(scene_blobs("items"), 0);
	/* The bag again does not bring it back. */
	scene_put(office, &up);
	assert_int_equal(intake_run(office), ST_OK);
	assert_string_equal(
	    scene_state(office, &pass->submission, NULL), "withdrawn");
	assert_int_equal(scene_blobs("items"), 0);
	buf_fini(&up);
}

/* Once exported it counts as opened, and stays. */
static void
keeps_what_was_opened(void **state)
{
	struct scene_pass *pass;
	struct diag d = { 0 };
	char path[256];
	struct buf up;

	(void)state;
	pass = scene_good(&up);
	upload(&up, pass);
	(void)snprintf(path, sizeof(path), "%s/opened.zip", scene.w.dir);
	assert_int_equal(agency_package(office, &pass->submission, "court",
			     "order 3", path, &d),
	    ST_OK);
	expect(pass, "withdraw", 1, "received", "stale-version");
	expect(pass, "withdraw", 2, "received", "opened");
	buf_fini(&up);
}

/* Whatever a letter holds, 16,384 bytes come back. */
static void
gives_nothing_away(void **state)
{
	struct scene_pass *pass = scene_pass();
	struct doc *doc = NULL;
	struct answer a;
	struct asked q;

	(void)state;
	write_letter(&q, pass, "status", 0);
	q.sealed.p[300] ^= 1;
	send_letter(&q, &doc, &a);
	assert_null(doc);
	random_bytes(q.sealed.p, q.sealed.n);
	send_letter(&q, &doc, &a);
	assert_null(doc);
	asked_fini(&q);
	/* A key that is not the submission's may ask nothing. */
	write_letter(&q, pass, "status", 0);
	asked_fini(&q);
}

/* -- housekeeping ---------------------------------------------------------- */

static enum status
count_days(struct tx *tx, void *arg)
{
	return store_one_int(tx,
	    "SELECT COUNT(*) FROM custody_day WHERE state = 'logged'", NULL, 0,
	    arg);
}

/* One a day, whatever there is, and each day but once. */
static void
logs_a_day_of_custody(void **state)
{
	int64_t before = 0, n = 0;

	(void)state;
	assert_int_equal(custodian_tend(office), ST_OK);
	assert_int_equal(store_read(office->store, count_days, &before), ST_OK);
	assert_int_equal(before, 1);
	assert_int_equal(custodian_tend(office), ST_OK);
	assert_int_equal(store_read(office->store, count_days, &n), ST_OK);
	assert_int_equal(n, 1);
}

/* A day after its end nobody can open what was sealed to a request. */
static void
forgets_ended_requests(void **state)
{
	struct agency_filed filed;
	struct scene_pass *pass;
	struct diag d = { 0 };
	struct asking row;
	struct buf up;

	(void)state;
	assert_int_equal(agency_request_end(office, &scene.request, "resolved",
			     20, &filed, &d),
	    ST_OK);
	/* A repeat files the same bytes. */
	assert_int_equal(agency_request_end(office, &scene.request, "withdrawn",
			     20, &filed, &d),
	    ST_OK);
	/* What begins now is refused, by name. */
	pass = scene_good(&up);
	scene_put(office, &up);
	buf_fini(&up);
	assert_int_equal(intake_run(office), ST_OK);
	expect(pass, "status", 0, "refused", "request-closed");
	clock_shift(AGENCY_DAY + 60);
	assert_int_equal(asking_tend(office), ST_OK);
	asking_init(&row);
	assert_int_equal(asking_read(office, &scene.request, &row, &d), ST_OK);
	assert_false(row.identity);
	asking_fini(&row);
	clock_shift(-AGENCY_DAY - 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_uploads_by_tus),
		cmocka_unit_test(answers_letters),
		cmocka_unit_test(keeps_what_was_opened),
		cmocka_unit_test(gives_nothing_away),
		cmocka_unit_test(logs_a_day_of_custody),
		cmocka_unit_test(forgets_ended_requests),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
