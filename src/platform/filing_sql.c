/* What was filed, as rows; see filing.h. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "platform/filing_inner.h"
#include "store/store.h"

static enum status
found(const struct row *row, void *arg)
{
	*(uint64_t *)arg = (uint64_t)row_int(row, 0);
	return ST_OK;
}

static enum status
find(struct tx *tx, void *arg)
{
	struct filed *x = arg;

	return store_one(tx, "SELECT idx FROM entry WHERE hash = $1",
	    (struct store_param[]){ P_BYTES(x->hash, 32) }, 1, found,
	    &x->item.index);
}

enum status
filing_sql_find(struct filing *f, struct filed *x)
{
	return store_read(f->config.store, find, x);
}

/* An id that is held stands for the bytes that it came with. */
static enum status
same_note(const struct row *row, void *arg)
{
	const struct filed *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	return n == x->item.n && memcmp(p, x->item.note, n) == 0 ? ST_OK
								 : ST_CONFLICT;
}

static enum status
take_held(struct tx *tx, struct filed *x)
{
	enum status st;

	st = store_one(tx, "SELECT note FROM held WHERE id = $1",
	    (struct store_param[]){ P_ID(&x->id) }, 1, same_note, x);
	if (st != ST_OK)
		return st == ST_NOTFOUND ? ST_OK : st;
	return store_exec(tx, "DELETE FROM held WHERE id = $1",
	    (struct store_param[]){ P_ID(&x->id) }, 1);
}

static enum status
put(struct tx *tx, void *arg)
{
	struct filed *x = arg;
	enum status st;

	if (x->is_request && (st = take_held(tx, x)) != ST_OK)
		return st;
	if (x->beside != NULL &&
	    (st = store_exec(tx,
		 "INSERT INTO document (hash, body) VALUES ($1, $2) "
		 "ON CONFLICT DO NOTHING",
		 (struct store_param[]){ P_BYTES(x->beside_hash, 32),
		     P_BYTES(x->beside, strlen(x->beside)) },
		 2)) != ST_OK)
		return st;
	return ledger_queue(tx, &x->item);
}

enum status
filing_sql_put(struct filing *f, struct filed *x)
{
	return store_run(f->config.store, put, x);
}

struct holding {
	const struct id *id;
	struct filed *x;
	struct filing_result *out;
	struct buf *b;
};

static enum status
held_by(const struct row *row, void *arg)
{
	struct holding *h = arg;

	h->out->by = row_int(row, 1);
	(void)snprintf(
	    h->out->rule, sizeof(h->out->rule), "%s", row_text_borrow(row, 2));
	return same_note(row, h->x);
}

static enum status
hold(struct tx *tx, void *arg)
{
	struct holding *h = arg;
	enum status st;

	st = store_exec(tx,
	    "INSERT INTO held (id, note, text, rule, decide_by) "
	    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_ID(h->id),
		P_BYTES(h->x->item.note, h->x->item.n),
		P_BYTES(h->x->beside, strlen(h->x->beside)),
		P_TEXT(h->out->rule), P_INT(h->out->by) },
	    5);
	if (st != ST_OK)
		return st;
	return store_one(tx,
	    "SELECT note, decide_by, rule FROM held WHERE id = $1",
	    (struct store_param[]){ P_ID(h->id) }, 1, held_by, h);
}

enum status
filing_sql_hold(struct filing *f, const struct id *id, struct filed *x,
    struct filing_result *out)
{
	struct holding h = { .id = id, .x = x, .out = out };

	return store_run(f->config.store, hold, &h);
}

static enum status
held_row(const struct row *row, void *arg)
{
	struct buf *b = ((struct holding *)arg)->b;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(b, p, n);
	buf_putc(b, '\0');
	row_bytes(row, 1, &p, &n);
	buf_put(b, p, n);
	return buf_status(b);
}

static enum status
read_held(struct tx *tx, void *arg)
{
	struct holding *h = arg;

	return store_one(tx, "SELECT note, text FROM held WHERE id = $1",
	    (struct store_param[]){ P_ID(h->id) }, 1, held_row, h);
}

enum status
filing_sql_held(struct filing *f, const struct id *id, struct buf *b)
{
	struct holding h = { .id = id, .b = b };

	return store_read(f->config.store, read_held, &h);
}

static enum status
unhold(struct tx *tx, void *arg)
{
	struct holding *h = arg;

	return store_exec(tx, "DELETE FROM held WHERE id = $1",
	    (struct store_param[]){ P_ID(h->id) }, 1);
}

enum status
filing_sql_unhold(struct filing *f, const struct id *id)
{
	struct holding h = { .id = id };

	return store_run(f->config.store, unhold, &h);
}

struct document {
	const uint8_t *hash;
	struct buf *b;
};

static enum status
document_row(const struct row *row, void *arg)
{
	struct document *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(x->b, p, n);
	return buf_status(x->b);
}

static enum status
read_document(struct tx *tx, void *arg)
{
	struct document *x = arg;

	return store_one(tx, "SELECT body FROM document WHERE hash = $1",
	    (struct store_param[]){ P_BYTES(x->hash, 32) }, 1, document_row, x);
}

enum status
filing_document(struct store *s, const uint8_t hash[32], struct buf *b)
{
	struct document x = { .hash = hash, .b = b };

	return store_read(s, read_document, &x);
}
