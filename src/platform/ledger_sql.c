/* The log's rows; see ledger.h. */
#include <string.h>

#include "base/diag.h"
#include "crypto/hash.h"
#include "platform/ledger_inner.h"
#include "store/store.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

enum status
ledger_sql_number(struct tx *tx, uint64_t index, const struct ledger_item *item)
{
	uint8_t hash[HASH_BYTES];

	hash_sha256(item->note, item->n, hash);
	return store_exec(tx,
	    "INSERT INTO entry (idx, hash, note) VALUES ($1, $2, $3)",
	    (struct store_param[]){ P_INT((int64_t)index),
		P_BYTES(hash, sizeof(hash)), P_BYTES(item->note, item->n) },
	    3);
}

struct loading {
	struct ledger *l;
	struct diag *d;
};

static enum status
load_entry(const struct row *row, void *arg)
{
	struct loading *x = arg;
	struct tlog_hash leaf;
	const uint8_t *p;
	size_t n;

	if ((uint64_t)row_int(row, 0) != x->l->committed)
		return diag_set(x->d, ST_INVALID, "", "",
		    "The database lacks the entry with log number %llu.",
		    (unsigned long long)x->l->committed);
	row_bytes(row, 1, &p, &n);
	tree_leaf(p, n, &leaf);
	x->l->committed++;
	return hashes_append(x->l->hashes, &leaf);
}

static enum status
load_checkpoint(const struct row *row, void *arg)
{
	struct loading *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(&x->l->checkpoint, p, n);
	return buf_status(&x->l->checkpoint);
}

static enum status
load(struct tx *tx, void *arg)
{
	enum status st;

	if ((st = store_query(tx, "SELECT idx, note FROM entry ORDER BY idx",
		 NULL, 0, load_entry, arg)) != ST_OK)
		return st;
	st = store_one(
	    tx, "SELECT note FROM checkpoint", NULL, 0, load_checkpoint, arg);
	return st == ST_NOTFOUND ? ST_OK : st;
}

enum status
ledger_sql_load(struct ledger *l, struct diag *d)
{
	struct loading x = { .l = l, .d = d };

	return store_read(l->config.store, load, &x);
}

struct publishing {
	struct ledger *l;
	uint64_t from, to;
	const struct buf *checkpoint;
};

static enum status
put_proof(struct tx *tx, struct publishing *x, uint64_t index)
{
	struct tlog_proof_path path;
	struct buf b;
	enum status st;

	buf_init(&b, PROOF_MAX);
	(void)pthread_rwlock_rdlock(&x->l->hashes_lock);
	st = hashes_inclusion(x->l->hashes, index, x->to, &path);
	(void)pthread_rwlock_unlock(&x->l->hashes_lock);
	if (st == ST_OK) {
		proof_text(
		    index, &path, x->checkpoint->p, x->checkpoint->n, &b);
		st = buf_status(&b);
	}
	if (st == ST_OK)
		st = store_exec(tx,
		    "INSERT INTO proof (idx, proof) VALUES ($1, $2) "
		    "ON CONFLICT DO NOTHING",
		    (struct store_param[]){
			P_INT((int64_t)index), P_BYTES(b.p, b.n) },
		    2);
	buf_fini(&b);
	return st;
}

static enum status
publish(struct tx *tx, void *arg)
{
	struct publishing *x = arg;
	enum status st;
	uint64_t i;

	for (i = x->from; i < x->to; i++)
		if ((st = put_proof(tx, x, i)) != ST_OK)
			return st;
	return store_exec(tx,
	    "INSERT INTO checkpoint (one, size, note) VALUES (1, $1, $2) "
	    "ON CONFLICT (one) DO UPDATE SET size = excluded.size, "
	    "note = excluded.note",
	    (struct store_param[]){ P_INT((int64_t)x->to),
		P_BYTES(x->checkpoint->p, x->checkpoint->n) },
	    2);
}

enum status
ledger_sql_publish(
    struct ledger *l, uint64_t from, uint64_t to, const struct buf *checkpoint)
{
	struct publishing x = {
		.l = l, .from = from, .to = to, .checkpoint = checkpoint
	};

	return store_run(l->config.store, publish, &x);
}

/* -- reading --------------------------------------------------------------- */

struct reading {
	const char *sql;
	uint64_t from, to;
	struct buf *b;
	enum status (*each)(
	    uint64_t index, const void *note, size_t n, void *arg);
	void *arg;
};

static enum status
append(const struct row *row, void *arg)
{
	struct reading *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(x->b, p, n);
	return buf_status(x->b);
}

static enum status
read_entry(struct tx *tx, void *arg)
{
	struct reading *x = arg;

	return store_one(tx, "SELECT note FROM entry WHERE idx = $1",
	    (struct store_param[]){ P_INT((int64_t)x->from) }, 1, append, x);
}

static enum status
read_proof(struct tx *tx, void *arg)
{
	struct reading *x = arg;

	return store_one(tx, "SELECT proof FROM proof WHERE idx = $1",
	    (struct store_param[]){ P_INT((int64_t)x->from) }, 1, append, x);
}

enum status
ledger_entry(struct ledger *l, uint64_t index, struct buf *b)
{
	struct reading x = { .from = index, .b = b };

	return store_read(l->config.store, read_entry, &x);
}

enum status
ledger_proof(struct ledger *l, uint64_t index, struct buf *b)
{
	struct reading x = { .from = index, .b = b };

	return store_read(l->config.store, read_proof, &x);
}

static enum status
each_row(const struct row *row, void *arg)
{
	struct reading *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 1, &p, &n);
	if (x->each != NULL)
		return x->each((uint64_t)row_int(row, 0), p, n, x->arg);
	tile_bundle_put(x->b, p, n);
	return buf_status(x->b);
}

static enum status
read_range(struct tx *tx, void *arg)
{
	struct reading *x = arg;

	return store_query(tx,
	    "SELECT idx, note FROM entry WHERE idx >= $1 AND idx < $2 "
	    "ORDER BY idx",
	    (struct store_param[]){
		P_INT((int64_t)x->from), P_INT((int64_t)x->to) },
	    2, each_row, x);
}

enum status
ledger_bundle(struct ledger *l, const struct tile *t, struct buf *b)
{
	struct reading x = { .from = t->index * TILE_WIDTH,
		.to = t->index * TILE_WIDTH + t->width,
		.b = b };

	if (t->level != TILE_ENTRIES ||
	    t->width > tile_width(TILE_ENTRIES, t->index, ledger_published(l)))
		return ST_NOTFOUND;
	return store_read(l->config.store, read_range, &x);
}

enum status
ledger_each(struct ledger *l, uint64_t from,
    enum status (*each)(uint64_t index, const void *note, size_t n, void *arg),
    void *arg)
{
	struct reading x = {
		.from = from, .to = TREE_SIZE_MAX, .each = each, .arg = arg
	};

	return store_read(l->config.store, read_range, &x);
}
