/* What is being shared, from its sealing to its receipt; see home_pool.h. */
#include <stdio.h>
#include <string.h>

#include "base/pre.h"
#include "home/home_pool.h"
#include "store/row.h"
#include "store/store.h"

static const char *const states[] = { "sealed", "uploaded", "received",
	"refused" };

struct put {
	const struct home_submission *x;
	const struct home_pass *share, *carry;
};

static enum status
put_submission(struct tx *tx, void *arg)
{
	const struct put *p = arg;
	const struct home_submission *x = p->x;
	uint8_t carry[TOKEN_BYTES];
	enum status st;

	token_encode(&x->carry, carry);
	st = store_exec(tx,
	    "INSERT INTO submission (id, request, secret, carry, locker, "
	    "relay, size, hash, state, receipt) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	    (struct store_param[]){ P_ID(&x->id), P_ID(&x->request),
		P_BYTES(x->secret, ONETIME_SECRET),
		P_BYTES(carry, sizeof(carry)), P_TEXT(x->locker),
		P_TEXT(x->relay), P_INT(x->size), P_BYTES(x->hash, 32),
		P_TEXT(states[x->state]), P_TEXT("") },
	    10);
	if (st == ST_OK)
		st = store_exec(tx, "DELETE FROM pass WHERE nonce IN ($1, $2)",
		    (struct store_param[]){ P_BYTES(p->share->token.nonce, 32),
			P_BYTES(p->carry->token.nonce, 32) },
		    2);
	return st;
}

enum status
home_pool_put_submission(struct store *s, const struct home_submission *x,
    const struct home_pass *share, const struct home_pass *carry)
{
	struct put p = { .x = x, .share = share, .carry = carry };

	return store_run(s, put_submission, &p);
}

static enum status
read_submission(const struct row *row, void *arg)
{
	struct home_submission *x = arg;
	const uint8_t *p;
	size_t n;

	row_id(row, 0, &x->id);
	row_id(row, 1, &x->request);
	row_fixed(row, 2, x->secret, ONETIME_SECRET);
	row_bytes(row, 3, &p, &n);
	if (token_decode(p, n, &x->carry) != ST_OK)
		return ST_FAIL;
	(void)snprintf(
	    x->locker, sizeof(x->locker), "%s", row_text_borrow(row, 4));
	(void)snprintf(
	    x->relay, sizeof(x->relay), "%s", row_text_borrow(row, 5));
	x->size = row_int(row, 6);
	row_fixed(row, 7, x->hash, 32);
	x->state = strcmp(row_text_borrow(row, 8), states[HOME_UPLOADED]) == 0
	    ? HOME_UPLOADED
	    : HOME_SEALED;
	return ST_OK;
}

static enum status
get_submission(struct tx *tx, void *arg)
{
	return store_one(tx,
	    "SELECT id, request, secret, carry, locker, relay, size, hash, "
	    "state FROM submission WHERE state IN ($1, $2) "
	    "ORDER BY id LIMIT 1",
	    (struct store_param[]){
		P_TEXT(states[HOME_SEALED]), P_TEXT(states[HOME_UPLOADED]) },
	    2, read_submission, arg);
}

enum status
home_pool_get_submission(struct store *s, struct home_submission *out)
{
	*out = (struct home_submission){ 0 };
	return store_read(s, get_submission, out);
}

struct set {
	const struct home_submission *x;
	const char *receipt;
};

static enum status
set_submission(struct tx *tx, void *arg)
{
	const struct set *p = arg;
	const struct home_submission *x = p->x;
	enum status st;

	st = store_exec(tx,
	    "UPDATE submission SET state = $2, relay = $3, receipt = $4 "
	    "WHERE id = $1",
	    (struct store_param[]){ P_ID(&x->id), P_TEXT(states[x->state]),
		P_TEXT(x->relay),
		P_TEXT(p->receipt != NULL ? p->receipt : "") },
	    4);
	if (st == ST_OK && x->state >= HOME_RECEIVED)
		st = store_exec(tx,
		    "UPDATE submission SET secret = $2, carry = $2 "
		    "WHERE id = $1",
		    (struct store_param[]){ P_ID(&x->id), P_BYTES("", 0) }, 2);
	return st;
}

enum status
home_pool_set_submission(
    struct store *s, const struct home_submission *x, const char *receipt)
{
	struct set p = { .x = x, .receipt = receipt };

	PRE(x->state < NELEMS(states));
	return store_run(s, set_submission, &p);
}
