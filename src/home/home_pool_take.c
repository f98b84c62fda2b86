/* Calls for passes, and the passes that come of them; see home_pool.h. */
#include <string.h>

#include "home/home_pool.h"
#include "store/row.h"
#include "store/store.h"

#define NOTE_BYTES (size_t)65536
#define BLIND_BYTES (size_t)8192

void
home_pool_begin_take(struct home_take *t, const char *purpose, int64_t epoch)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	t->purpose = purpose;
	t->epoch = epoch;
	buf_init(&t->note, NOTE_BYTES);
	buf_init(&t->spki, BLIND_BYTES);
	for (i = 0; i < QUOTA_MAX; i++)
		buf_init(&t->v[i].blind, BLIND_BYTES);
}

void
home_pool_drop_take(struct home_take *t)
{
	size_t i;

	for (i = 0; i < QUOTA_MAX; i++)
		buf_wipe(&t->v[i].blind);
	buf_fini(&t->note);
	buf_fini(&t->spki);
	explicit_bzero(t, sizeof(*t));
}

struct put {
	const struct home_take *t;
};

static enum status
put_take(struct tx *tx, void *arg)
{
	const struct home_take *t = ((const struct put *)arg)->t;
	enum status st;
	size_t i;

	st = store_exec(tx,
	    "INSERT INTO take (purpose, epoch, note, spki, done) "
	    "VALUES ($1, $2, $3, $4, $5)",
	    (struct store_param[]){ P_TEXT(t->purpose), P_INT(t->epoch),
		P_BYTES(t->note.p, t->note.n), P_BYTES(t->spki.p, t->spki.n),
		P_BOOL(false) },
	    5);
	for (i = 0; i < t->n && st == ST_OK; i++)
		st = store_exec(tx,
		    "INSERT INTO blinding (purpose, epoch, n, nonce, secret, "
		    "blind) VALUES ($1, $2, $3, $4, $5, $6)",
		    (struct store_param[]){ P_TEXT(t->purpose), P_INT(t->epoch),
			P_INT((int64_t)i), P_BYTES(t->v[i].nonce, 32),
			P_BYTES(t->v[i].secret, ONETIME_SECRET),
			P_BYTES(t->v[i].blind.p, t->v[i].blind.n) },
		    6);
	return st;
}

enum status
home_pool_put_take(struct store *s, const struct home_take *t)
{
	struct put p = { .t = t };

	return store_run(s, put_take, &p);
}

static enum status
read_head(const struct row *row, void *arg)
{
	struct home_take *t = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(&t->note, p, n);
	row_bytes(row, 1, &p, &n);
	buf_put(&t->spki, p, n);
	t->done = row_bool(row, 2);
	return ST_OK;
}

static enum status
read_blinding(const struct row *row, void *arg)
{
	struct home_take *t = arg;
	const uint8_t *p;
	size_t n;

	if (t->n >= QUOTA_MAX)
		return ST_FAIL;
	row_fixed(row, 0, t->v[t->n].nonce, 32);
	row_fixed(row, 1, t->v[t->n].secret, ONETIME_SECRET);
	row_bytes(row, 2, &p, &n);
	buf_put(&t->v[t->n++].blind, p, n);
	return ST_OK;
}

static enum status
get_take(struct tx *tx, void *arg)
{
	struct home_take *t = arg;
	struct store_param key[] = { P_TEXT(t->purpose), P_INT(t->epoch) };
	enum status st;

	st = store_one(tx,
	    "SELECT note, spki, done FROM take WHERE purpose = $1 AND "
	    "epoch = $2",
	    key, 2, read_head, t);
	if (st != ST_OK)
		return st;
	return store_query(tx,
	    "SELECT nonce, secret, blind FROM blinding WHERE purpose = $1 "
	    "AND epoch = $2 ORDER BY n",
	    key, 2, read_blinding, t);
}

enum status
home_pool_get_take(struct store *s, struct home_take *t)
{
	return store_read(s, get_take, t);
}

struct end {
	const struct home_take *t;
	const struct token *tokens;
};

static enum status
put_pass(struct tx *tx, const struct home_take *t, size_t i,
    const struct token *token)
{
	bool share = strcmp(t->purpose, PURPOSE_SHARE) == 0;
	uint8_t bytes[TOKEN_BYTES];

	token_encode(token, bytes);
	return store_exec(tx,
	    "INSERT INTO pass (nonce, purpose, epoch, token, secret, used) "
	    "VALUES ($1, $2, $3, $4, $5, $6)",
	    (struct store_param[]){ P_BYTES(t->v[i].nonce, 32),
		P_TEXT(t->purpose), P_INT(t->epoch),
		P_BYTES(bytes, sizeof(bytes)),
		P_BYTES(t->v[i].secret, share ? ONETIME_SECRET : 0),
		P_BOOL(false) },
	    6);
}

static enum status
end_take(struct tx *tx, void *arg)
{
	const struct end *e = arg;
	struct store_param key[] = { P_TEXT(e->t->purpose),
		P_INT(e->t->epoch) };
	enum status st;
	size_t i;

	st = store_exec(tx,
	    "DELETE FROM blinding WHERE purpose = $1 AND epoch = $2", key, 2);
	if (st == ST_OK)
		st = store_exec(tx,
		    "UPDATE take SET done = $3 WHERE purpose = $1 AND "
		    "epoch = $2",
		    (struct store_param[]){ key[0], key[1], P_BOOL(true) }, 3);
	/* What has lapsed tells only when there was somebody here. */
	if (st == ST_OK)
		st = store_exec(tx, "DELETE FROM pass WHERE epoch < $1",
		    (struct store_param[]){
			P_INT(e->t->epoch - EPOCH_GOOD_FOR) },
		    1);
	for (i = 0; i < e->t->n && st == ST_OK; i++)
		st = put_pass(tx, e->t, i, &e->tokens[i]);
	return st;
}

enum status
home_pool_end_take(
    struct store *s, const struct home_take *t, const struct token *tokens)
{
	struct end e = { .t = t, .tokens = tokens };

	return store_run(s, end_take, &e);
}
