/*
 * The weekly recipients that letters are sealed to (letters.h).  Each week's
 * is filed once; its identity goes two weeks after the recipient's end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/locker/letters.h"
#include "base/buf.h"
#include "base/clock.h"
#include "keyd/keyd.h"
#include "protocol/account.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "store/store.h"

#define LASTS (RECIPIENT_DAYS_MAX * AGENCY_DAY)
#define KEPT (14 * AGENCY_DAY)
#define ANSWERS_WEEKS 8

struct week {
	char name[32];
	int64_t now, starts, ends;
	struct buf note;
	bool there, logged;
	size_t old_n;
	char old[8][32];
	const struct filing *f;
};

static enum status
take_week(const struct row *row, void *arg)
{
	struct week *w = arg;
	const uint8_t *p;
	size_t n;

	w->there = true;
	w->logged = strcmp(row_text_borrow(row, 0), "logged") == 0;
	w->starts = row_int(row, 1);
	row_bytes(row, 2, &p, &n);
	buf_clear(&w->note);
	buf_put(&w->note, p, n);
	return buf_status(&w->note);
}

static enum status
take_old(const struct row *row, void *arg)
{
	struct week *w = arg;

	if (w->old_n < 8)
		(void)snprintf(w->old[w->old_n++], sizeof(w->old[0]), "%s",
		    row_text_borrow(row, 0));
	return ST_OK;
}

static enum status
read_week(struct tx *tx, void *arg)
{
	struct week *w = arg;
	enum status st;

	w->old_n = 0;
	w->there = false;
	st = store_query(tx,
	    "SELECT state, starts, note FROM recipient WHERE name = $1",
	    (struct store_param[]){ P_TEXT(w->name) }, 1, take_week, w);
	if (st != ST_OK)
		return st;
	return store_query(tx,
	    "SELECT name FROM recipient WHERE identity AND ends <= $1",
	    (struct store_param[]){ P_INT(w->now - KEPT) }, 1, take_old, w);
}

/* What was never logged may be made anew; what was, stays. */
static enum status
put_week(struct tx *tx, void *arg)
{
	const struct week *w = arg;

	return store_exec(tx,
	    "INSERT INTO recipient (name, note, starts, ends, state, "
	    "identity) VALUES ($1, $2, $3, $4, 'made', TRUE) "
	    "ON CONFLICT (name) DO UPDATE SET note = EXCLUDED.note, "
	    "starts = EXCLUDED.starts, ends = EXCLUDED.ends "
	    "WHERE recipient.state = 'made'",
	    (struct store_param[]){ P_TEXT(w->name),
		P_BYTES(w->note.p, w->note.n), P_INT(w->starts),
		P_INT(w->ends) },
	    4);
}

static enum status
put_logged(struct tx *tx, void *arg)
{
	const struct week *w = arg;

	return store_exec(tx,
	    "UPDATE recipient SET state = 'logged', log_index = $2, "
	    "proof = $3 WHERE name = $1",
	    (struct store_param[]){ P_TEXT(w->name),
		P_INT((int64_t)w->f->index),
		P_BYTES(w->f->proof.p, w->f->proof.n) },
	    3);
}

static enum status
put_pending(struct tx *tx, void *arg)
{
	const struct week *w = arg;

	return store_exec(tx,
	    "UPDATE recipient SET state = 'pending' WHERE name = $1",
	    (struct store_param[]){ P_TEXT(w->name) }, 1);
}

static enum status
put_gone(struct tx *tx, void *arg)
{
	return store_exec(tx,
	    "UPDATE recipient SET identity = FALSE WHERE name = $1",
	    (struct store_param[]){ P_TEXT((const char *)arg) }, 1);
}

static enum status
forget_answers(struct tx *tx, void *arg)
{
	const struct week *w = arg;

	return store_exec(tx, "DELETE FROM letter WHERE week < $1",
	    (struct store_param[]){ P_INT(epoch_of(w->now) - ANSWERS_WEEKS) },
	    1);
}

static enum status
make(struct office *a, struct week *w)
{
	const char *keys[1] = { a->locker };
	char text[KEYD_RECIPIENT_TEXT];
	struct recipient r;
	enum status st;

	st = keyd_create_identity(a->keyd, KEYD_LETTER, w->name, text, NULL);
	if (st == ST_CONFLICT)
		st = keyd_recipient(a->keyd, KEYD_LETTER, w->name, text, NULL);
	if (st != ST_OK)
		return st;
	w->starts = w->now;
	w->ends = w->now + LASTS;
	r = (struct recipient){ .time = w->now,
		.from = w->starts,
		.until = w->ends,
		.owner = a->locker,
		.recipient = text };
	buf_clear(&w->note);
	if ((st = filing_sign(a, recipient_json(&r), RECIPIENT_TYPE, keys, 1,
		 &w->note, NULL)) != ST_OK ||
	    (st = store_run(a->store, put_week, w)) != ST_OK)
		return st;
	return store_read(a->store, read_week, w);
}

static enum status
file(struct office *a, struct week *w)
{
	struct filing f = { .note = w->note.p, .note_n = w->note.n };
	enum status st = filing_send(a, &f, NULL);

	w->f = &f;
	if (st == ST_OK)
		st = store_run(a->store, put_logged, w);
	else if (st == ST_PENDING)
		st = store_run(a->store, put_pending, w);
	buf_fini(&f.proof);
	return st;
}

enum status
letters_tend(struct office *a)
{
	struct week w = { .now = clock_now() };
	enum status st;
	size_t i;

	buf_init(&w.note, DOC_MAX);
	(void)snprintf(
	    w.name, sizeof(w.name), "week-%" PRId64, epoch_of(w.now));
	if ((st = store_read(a->store, read_week, &w)) != ST_OK)
		goto done;
	for (i = 0; i < w.old_n; i++) {
		st = keyd_erase_identity(a->keyd, KEYD_LETTER, w.old[i], NULL);
		if (st != ST_OK && st != ST_NOTFOUND)
			goto done;
		if ((st = store_run(a->store, put_gone, w.old[i])) != ST_OK)
			goto done;
	}
	if ((st = store_run(a->store, forget_answers, &w)) != ST_OK)
		goto done;
	/* An agency may be admitted long after its locker was set up. */
	if (!w.there || (!w.logged && w.now - w.starts > AGENCY_DAY))
		st = make(a, &w);
	if (st == ST_OK && !w.logged && a->url != NULL)
		st = file(a, &w);
done:
	buf_fini(&w.note);
	return st;
}
