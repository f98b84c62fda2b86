#include "agency/locker/custodian.h"

#include <stdlib.h>
#include <string.h>

#include "agency/filing.h"
#include "agency/inner.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "crypto/random.h"
#include "evidence/custody.h"
#include "protocol/doc.h"
#include "store/store.h"

#define ITEMS_MAX 25
#define LEAVES_MAX ((size_t)1 << 20)

/* -- entries --------------------------------------------------------------- */

struct last {
	struct custody_entry e; /* the next one */
	int64_t time;
};

static enum status
take_item(const struct row *row, void *arg)
{
	struct last *l = arg;

	row_fixed(row, 0, l->e.prev, CUSTODY_HASH);
	l->e.n = row_int(row, 1);
	return ST_OK;
}

static enum status
take_time(const struct row *row, void *arg)
{
	struct last *l = arg;
	const uint8_t *p;
	json_t *v = NULL;
	const char *time;
	size_t n;

	row_bytes(row, 0, &p, &n);
	if (json_read(p, n, &v, NULL) != ST_OK)
		return ST_FAIL;
	time = json_string_value(json_object_get(v, "time"));
	if (time == NULL || clock_parse(time, &l->time) != ST_OK)
		l->time = 0;
	json_decref(v);
	return ST_OK;
}

static enum status
put_entry(struct tx *tx, const struct custody_entry *e)
{
	uint8_t head[CUSTODY_HASH];
	struct buf line;
	enum status st;

	buf_init(&line, CUSTODY_LINE_MAX);
	if ((st = custody_line(e, &line)) != ST_OK)
		goto done;
	custody_hash(line.p, line.n, head);
	if ((st = store_exec(tx,
		 "INSERT INTO custody (item, n, line) VALUES ($1, $2, $3)",
		 (struct store_param[]){
		     P_ID(&e->item), P_INT(e->n), P_BYTES(line.p, line.n) },
		 3)) != ST_OK)
		goto done;
	st = store_exec(tx,
	    "UPDATE item SET head = $2, entries = $3 WHERE id = $1",
	    (struct store_param[]){
		P_ID(&e->item), P_BYTES(head, CUSTODY_HASH), P_INT(e->n + 1) },
	    3);
done:
	buf_fini(&line);
	return st;
}

enum status
custodian_add(struct tx *tx, const struct office *a, const struct id *item,
    int64_t now_s, const char *event, const char *detail)
{
	struct last l = { .e = { .item = *item } };
	enum status st;

	st = store_one(tx, "SELECT head, entries FROM item WHERE id = $1",
	    (struct store_param[]){ P_ID(item) }, 1, take_item, &l);
	if (st == ST_OK && l.e.n > 0)
		st = store_one(tx,
		    "SELECT line FROM custody WHERE item = $1 AND n = $2",
		    (struct store_param[]){ P_ID(item), P_INT(l.e.n - 1) }, 2,
		    take_time, &l);
	if (st != ST_OK)
		return st == ST_NOTFOUND ? ST_FAIL : st;
	l.e.time = now_s > l.time ? now_s : l.time;
	l.e.event = event;
	l.e.by = a->locker;
	l.e.detail = detail;
	return put_entry(tx, &l.e);
}

struct ids {
	size_t n;
	struct id v[ITEMS_MAX];
};

static enum status
take_id(const struct row *row, void *arg)
{
	struct ids *ids = arg;

	if (ids->n == ITEMS_MAX)
		return ST_FAIL;
	row_id(row, 0, &ids->v[ids->n++]);
	return ST_OK;
}

static enum status
items_of(struct tx *tx, const struct id *submission, struct ids *out)
{
	out->n = 0;
	return store_query(tx,
	    "SELECT id FROM item WHERE submission = $1 ORDER BY n",
	    (struct store_param[]){ P_ID(submission) }, 1, take_id, out);
}

enum status
custodian_add_all(struct tx *tx, const struct office *a,
    const struct id *submission, int64_t now_s, const char *event,
    const char *detail)
{
	struct ids ids;
	enum status st;
	size_t i;

	if ((st = items_of(tx, submission, &ids)) != ST_OK)
		return st;
	for (i = 0; i < ids.n && st == ST_OK; i++)
		st = custodian_add(tx, a, &ids.v[i], now_s, event, detail);
	return st;
}

static enum status
take_line(const struct row *row, void *arg)
{
	struct buf *out = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(out, p, n);
	return buf_status(out);
}

enum status
custodian_lines(struct tx *tx, const struct id *submission, struct buf *out)
{
	struct ids ids;
	enum status st;
	size_t i;

	if ((st = items_of(tx, submission, &ids)) != ST_OK)
		return st;
	for (i = 0; i < ids.n && st == ST_OK; i++)
		st = store_query(tx,
		    "SELECT line FROM custody WHERE item = $1 ORDER BY n",
		    (struct store_param[]){ P_ID(&ids.v[i]) }, 1, take_line,
		    out);
	return st;
}

/* -- the day's root -------------------------------------------------------- */

struct day {
	struct custody_day c;
	struct buf leaves; /* CUSTODY_HASH bytes each */
	struct buf note;
	bool there; /* a row of this day */
};

static enum status
take_leaf(const struct row *row, void *arg)
{
	struct day *x = arg;
	uint8_t salt[32], head[CUSTODY_HASH], leaf[CUSTODY_HASH];

	row_fixed(row, 0, salt, sizeof(salt));
	row_fixed(row, 1, head, sizeof(head));
	custody_leaf(salt, head, leaf);
	buf_put(&x->leaves, leaf, sizeof(leaf));
	return buf_status(&x->leaves);
}

static enum status
read_leaves(struct tx *tx, void *arg)
{
	struct day *x = arg;

	buf_clear(&x->leaves);
	return store_query(
	    tx, "SELECT salt, head FROM item", NULL, 0, take_leaf, x);
}

static enum status
take_day(const struct row *row, void *arg)
{
	struct day *x = arg;
	const uint8_t *p;
	size_t n;

	x->there = true;
	row_bytes(row, 0, &p, &n);
	buf_put(&x->note, p, n);
	return buf_status(&x->note);
}

static enum status
read_day(struct tx *tx, void *arg)
{
	struct day *x = arg;

	buf_clear(&x->note);
	return store_query(tx, "SELECT note FROM custody_day WHERE day = $1",
	    (struct store_param[]){ P_INT(x->c.day) }, 1, take_day, x);
}

static enum status
put_day(struct tx *tx, void *arg)
{
	const struct day *x = arg;

	return store_exec(tx,
	    "INSERT INTO custody_day (day, note, leaves, state) "
	    "VALUES ($1, $2, $3, 'made') ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_INT(x->c.day),
		P_BYTES(x->note.p, x->note.n),
		P_BYTES(x->leaves.p, x->leaves.n) },
	    3);
}

struct logged {
	int64_t day;
	const struct filing *f;
};

static enum status
put_logged(struct tx *tx, void *arg)
{
	const struct logged *l = arg;

	return store_exec(tx,
	    "UPDATE custody_day SET state = 'logged', log_index = $2, "
	    "proof = $3 WHERE day = $1",
	    (struct store_param[]){ P_INT(l->day), P_INT((int64_t)l->f->index),
		P_BYTES(l->f->proof.p, l->f->proof.n) },
	    3);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, CUSTODY_HASH);
}

/* Random leaves up to a power of two; order by value tells nothing. */
static enum status
pad(struct day *x)
{
	size_t n = x->leaves.n / CUSTODY_HASH, want = 1;
	uint8_t *p;

	while (want < n)
		want *= 2;
	if (want > n) {
		p = buf_extend(&x->leaves, (want - n) * CUSTODY_HASH);
		if (p == NULL)
			return buf_status(&x->leaves);
		random_bytes(p, (want - n) * CUSTODY_HASH);
	}
	qsort(x->leaves.p, want, CUSTODY_HASH, by_bytes);
	x->c.leaves = (int64_t)want;
	custody_root(x->leaves.p, want, x->c.root);
	return ST_OK;
}

static enum status
make_day(struct office *a, struct day *x)
{
	const char *keys[1] = { a->locker };
	enum status st;

	x->c.time = clock_now();
	x->c.locker = a->locker;
	if ((st = store_read(a->store, read_leaves, x)) != ST_OK ||
	    (st = pad(x)) != ST_OK ||
	    (st = filing_sign(a, custody_day_json(&x->c), CUSTODY_TYPE, keys, 1,
		 &x->note, NULL)) != ST_OK)
		return st;
	/* Another process may have been first: its bytes count. */
	return store_run(a->store, put_day, x);
}

#define DAYS_MAX 16

struct days {
	size_t n;
	int64_t v[DAYS_MAX];
};

static enum status
take_unlogged(const struct row *row, void *arg)
{
	struct days *days = arg;

	if (days->n < DAYS_MAX)
		days->v[days->n++] = row_int(row, 0);
	return ST_OK;
}

/* Also of days on which the platform did not answer. */
static enum status
list_unlogged(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT day FROM custody_day WHERE state <> 'logged' "
	    "ORDER BY day",
	    NULL, 0, take_unlogged, arg);
}

static enum status
file_day(struct office *a, int64_t day)
{
	struct day x = { .c = { .day = day } };
	struct filing f = { 0 };
	enum status st;

	buf_init(&x.note, DOC_MAX);
	if ((st = store_read(a->store, read_day, &x)) == ST_OK) {
		f.note = x.note.p;
		f.note_n = x.note.n;
		if ((st = filing_send(a, &f, NULL)) == ST_OK)
			st = store_run(
			    a->store, put_logged, &(struct logged){ day, &f });
		buf_fini(&f.proof);
	}
	buf_fini(&x.note);
	return st;
}

enum status
custodian_tend(struct office *a)
{
	struct day x = { 0 };
	struct days days = { 0 };
	enum status st;
	size_t i;

	buf_init(&x.leaves, LEAVES_MAX * CUSTODY_HASH);
	buf_init(&x.note, DOC_MAX);
	x.c.day = clock_now() / AGENCY_DAY * AGENCY_DAY - AGENCY_DAY;
	if ((st = store_read(a->store, read_day, &x)) == ST_OK && !x.there)
		st = make_day(a, &x);
	if (st == ST_OK)
		st = store_read(a->store, list_unlogged, &days);
	for (i = 0; i < days.n && st == ST_OK; i++)
		st = file_day(a, days.v[i]);
	buf_fini(&x.leaves);
	buf_fini(&x.note);
	return st;
}
