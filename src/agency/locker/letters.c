#include "agency/locker/letters.h"

#include <string.h>

#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/locker/custodian.h"
#include "agency/locker/intake.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "evidence/custody.h"
#include "httpd/call.h"
#include "httpd/reply.h"
#include "keyd/keyd.h"
#include "protocol/account.h"
#include "protocol/doc.h"
#include "protocol/letter.h"
#include "store/store.h"

#define TEXTS (256 * 1024)
#define ANSWERS_MAX 500 /* kept of one submission */

/* A letter that was read, and what is answered. */
struct letters {
	struct office *a;
	struct letter letter;
	uint8_t hash[32]; /* of the letter's note */
	struct arena *mem;
	struct answer answer;
	const char *text; /* the answer's text, as it was or will be stored */
	uint8_t said[32]; /* the hash of the letter that it answered */
	bool repeated, erased;
};

/* -- the state ------------------------------------------------------------- */

static enum status
take_state(const struct row *row, void *arg)
{
	struct letters *l = arg;
	const uint8_t *p;
	size_t n;

	l->answer.state = row_text(row, 0, l->mem);
	l->answer.version = row_int(row, 1);
	l->answer.opened = row_bool(row, 2);
	l->answer.problem = row_text(row, 3, l->mem);
	l->answer.detail = row_text(row, 4, l->mem);
	if (l->answer.state == NULL || l->answer.problem == NULL ||
	    l->answer.detail == NULL)
		return ST_NOMEM;
	if (l->answer.problem[0] == '\0')
		l->answer.problem = l->answer.detail = NULL;
	if (row_null(row, 5))
		return ST_OK;
	row_bytes(row, 5, &p, &n);
	l->answer.receipt = arena_strndup(l->mem, (const char *)p, n);
	return l->answer.receipt == NULL ? ST_NOMEM : ST_OK;
}

static enum status
read_state(struct tx *tx, struct letters *l)
{
	enum status st;

	l->answer = (struct answer){ .letter = l->letter.id,
		.submission = l->letter.submission,
		.state = "unknown" };
	st = store_one(tx,
	    "SELECT state, version, opened, problem, detail, receipt "
	    "FROM submission WHERE id = $1",
	    (struct store_param[]){ P_ID(&l->letter.submission) }, 1,
	    take_state, l);
	return st == ST_NOTFOUND ? ST_OK : st;
}

/* Custody keeps that there was something; nothing of what it was stays. */
static enum status
withdraw(struct tx *tx, struct letters *l)
{
	enum status st;

	st = store_exec(tx,
	    "UPDATE submission SET state = 'withdrawn', "
	    "version = version + 1, share_note = NULL, share_manifest = NULL, "
	    "clips = NULL, statement = NULL, receipt = NULL, finding = NULL, "
	    "finding_kind = '' WHERE id = $1",
	    (struct store_param[]){ P_ID(&l->letter.submission) }, 1);
	if (st == ST_OK)
		st = store_exec(tx,
		    "UPDATE item SET detail = '' WHERE submission = $1",
		    (struct store_param[]){ P_ID(&l->letter.submission) }, 1);
	if (st == ST_OK)
		st = custodian_add_all(tx, l->a, &l->letter.submission,
		    clock_now(), CUSTODY_WITHDRAWN,
		    "Withdrawn by whoever shared it, before anybody had "
		    "looked; the clip was erased.");
	l->erased = st == ST_OK;
	return st != ST_OK ? st : read_state(tx, l);
}

static enum status
act(struct tx *tx, struct letters *l)
{
	if (strcmp(l->letter.ask, "withdraw") != 0 ||
	    strcmp(l->answer.state, "received") != 0)
		return ST_OK;
	if (l->letter.version != l->answer.version) {
		l->answer.problem = "stale-version";
		l->answer.detail =
		    "The submission has changed since. Look at its state and "
		    "decide anew.";
		return ST_OK;
	}
	if (l->answer.opened) {
		l->answer.problem = "opened";
		l->answer.detail =
		    "It was opened already, and cannot be withdrawn any more.";
		return ST_OK;
	}
	return withdraw(tx, l);
}

/* -- the same letter gets the same answer ---------------------------------- */

static enum status
take_answer(const struct row *row, void *arg)
{
	struct letters *l = arg;
	const uint8_t *p;
	size_t n;

	row_fixed(row, 0, l->said, sizeof(l->said));
	row_bytes(row, 1, &p, &n);
	l->text = arena_strndup(l->mem, (const char *)p, n);
	l->repeated = true;
	return l->text == NULL ? ST_NOMEM : ST_OK;
}

static enum status
put_answer(struct tx *tx, struct letters *l)
{
	int64_t n = 0;
	enum status st;

	/* Nobody fills the disk by asking; what acts is always kept. */
	st = store_one_int(tx,
	    "SELECT COUNT(*) FROM letter WHERE submission = $1",
	    (struct store_param[]){ P_ID(&l->letter.submission) }, 1, &n);
	if (st != ST_OK || (n >= ANSWERS_MAX && !l->erased))
		return st;
	return store_exec(tx,
	    "INSERT INTO letter (submission, id, hash, answer, week) "
	    "VALUES ($1, $2, $3, $4, $5)",
	    (struct store_param[]){ P_ID(&l->letter.submission),
		P_ID(&l->letter.id), P_BYTES(l->hash, 32),
		P_BYTES(l->text, strlen(l->text)),
		P_INT(epoch_of(clock_now())) },
	    5);
}

static enum status
make_text(struct letters *l)
{
	struct buf b;
	enum status st;

	buf_init(&b, DOC_MAX);
	st = doc_text(answer_json(&l->answer), ANSWER_TYPE, l->a->origin, &b);
	if (st == ST_OK &&
	    (l->text = arena_strndup(l->mem, buf_text(&b), b.n)) == NULL)
		st = ST_NOMEM;
	buf_fini(&b);
	return st;
}

static enum status
handle(struct tx *tx, void *arg)
{
	struct letters *l = arg;
	enum status st;

	l->repeated = l->erased = false;
	st = store_query(tx,
	    "SELECT hash, answer FROM letter WHERE submission = $1 AND "
	    "id = $2",
	    (struct store_param[]){
		P_ID(&l->letter.submission), P_ID(&l->letter.id) },
	    2, take_answer, l);
	if (st != ST_OK ||
	    (l->repeated && hash_equal(l->said, l->hash, sizeof(l->hash))))
		return st;
	if ((st = read_state(tx, l)) != ST_OK)
		return st;
	if (l->repeated) {
		l->answer.problem = "conflict";
		l->answer.detail =
		    "Another letter of that id was answered before.";
		return make_text(l);
	}
	if ((st = act(tx, l)) != ST_OK || (st = make_text(l)) != ST_OK)
		return st;
	/* Of what nobody here knows nothing is kept. */
	return strcmp(l->answer.state, "unknown") == 0 ? ST_OK
						       : put_answer(tx, l);
}

/* -- reading and answering ------------------------------------------------- */

/* Decrypt the letter's note into plain. */
static enum status
open_letter(struct office *a, const void *p, size_t n, struct buf *plain)
{
	char name[KEYD_NAME_MAX + 1];
	uint8_t file_key[AGE_FILE_KEY];
	struct age_header h;
	enum status st;

	if ((st = age_header_parse(p, n, &h, NULL)) != ST_OK)
		return ST_INVALID;
	if ((st = keyd_unwrap(
		 a->keyd, KEYD_LETTER, p, n, name, file_key, NULL)) != ST_OK)
		return st;
	st = age_open(
	    file_key, (const uint8_t *)p + h.length, n - h.length, plain, NULL);
	explicit_bzero(file_key, sizeof(file_key));
	return st;
}

static enum status
sign_and_seal(struct letters *l, struct buf *out)
{
	struct buf note;
	enum status st;

	buf_init(&note, LETTER_BYTES);
	buf_puts(&note, l->text);
	buf_putc(&note, '\n');
	st = keyd_sign(
	    l->a->keyd, l->a->locker, l->text, strlen(l->text), &note, NULL);
	if (st == ST_OK && (st = buf_status(&note)) == ST_OK)
		st = letter_seal(&note, l->letter.reply, out, NULL);
	buf_fini(&note);
	return st;
}

static enum status
answer(struct letters *l, const void *p, size_t n, struct buf *out)
{
	struct doc *doc = NULL;
	struct buf plain;
	size_t note_n;
	enum status st;

	buf_init(&plain, LETTER_BYTES);
	if ((st = open_letter(l->a, p, n, &plain)) != ST_OK)
		goto done;
	note_n = letter_note_length(plain.p, plain.n);
	hash_sha256(plain.p, note_n, l->hash);
	if ((st = doc_open(plain.p, note_n, l->a->origin, &doc, NULL)) !=
		ST_OK ||
	    (st = letter_parse(doc, &l->letter, NULL)) != ST_OK)
		goto done;
	if (strcmp(l->letter.to, l->a->locker) != 0) {
		st = ST_INVALID;
		goto done;
	}
	if ((st = store_run(l->a->store, handle, l)) == ST_OK)
		st = sign_and_seal(l, out);
	if (l->erased)
		intake_wake(l->a);
done:
	doc_free(&doc);
	buf_wipe(&plain);
	return st;
}

enum status
letters_answer(struct office *a, const void *letter, size_t n, struct buf *out)
{
	struct letters l = { .a = a };
	size_t at = out->n;
	uint8_t *p;
	enum status st;

	if (n != LETTER_BYTES)
		return ST_INVALID;
	if ((l.mem = arena_new(TEXTS)) == NULL)
		return ST_NOMEM;
	st = answer(&l, letter, n, out);
	arena_free(&l.mem);
	/* The relay sees the same, whatever became of it. */
	if (st == ST_OK && out->n - at == LETTER_BYTES)
		return ST_OK;
	out->n = at;
	if ((p = buf_extend(out, LETTER_BYTES)) == NULL)
		return ST_NOMEM;
	random_bytes(p, LETTER_BYTES);
	return ST_OK;
}

enum status
letters_post(struct call *call)
{
	struct office *a = call_env(call);
	struct buf out;
	const void *p;
	size_t n;
	enum status st;

	buf_init(&out, 2 * LETTER_BYTES);
	p = call_body(call, &n);
	if (n != LETTER_BYTES)
		st = diag_set(call_diag(call), ST_INVALID, "", "16384 bytes",
		    "A letter is exactly 16,384 bytes.");
	else
		st = letters_answer(a, p, n, &out);
	if (st == ST_OK)
		st = httpd_reply_buf(
		    call, 200, "application/octet-stream", &out);
	buf_fini(&out);
	return st;
}
