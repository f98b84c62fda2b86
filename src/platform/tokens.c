#include "platform/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "crypto/hash.h"
#include "keyd/keyd.h"
#include "protocol/doc.h"
#include "store/store.h"

static enum status
put_account(struct tx *tx, void *arg)
{
	const struct account *a = arg;

	return store_exec(tx,
	    "INSERT INTO account (key) VALUES ($1) ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_BYTES(a->key.pub, 32) }, 1);
}

enum status
tokens_register(const struct tokens_config *c, const char *note, struct diag *d)
{
	struct doc *doc = NULL;
	struct account a;
	enum status st;

	if ((st = doc_open(note, strlen(note), c->origin, &doc, d)) == ST_OK &&
	    (st = account_parse(doc, &a, d)) == ST_OK)
		st = store_run(c->store, put_account, &a);
	doc_free(&doc);
	return st;
}

struct taking {
	struct take take;
	uint8_t hash[HASH_BYTES]; /* of the note */
	uint8_t (*signatures)[BLINDED_BYTES];
	bool there, same; /* taken already; with these bytes */
	bool account;
};

static enum status
found(const struct row *row, void *arg)
{
	struct taking *t = arg;
	uint8_t hash[HASH_BYTES];

	row_fixed(row, 0, hash, sizeof(hash));
	t->there = true;
	t->same = hash_equal(hash, t->hash, sizeof(hash));
	return ST_OK;
}

static enum status
look_up(struct tx *tx, void *arg)
{
	struct taking *t = arg;
	enum status st;

	st = store_one(tx, "SELECT 1 FROM account WHERE key = $1",
	    (struct store_param[]){ P_BYTES(t->take.key.pub, 32) }, 1, NULL,
	    NULL);
	t->account = st == ST_OK;
	if (st != ST_OK)
		return st == ST_NOTFOUND ? ST_OK : st;
	st = store_one(tx,
	    "SELECT hash FROM take "
	    "WHERE key = $1 AND purpose = $2 AND epoch = $3",
	    (struct store_param[]){ P_BYTES(t->take.key.pub, 32),
		P_TEXT(t->take.purpose), P_INT(t->take.epoch) },
	    3, found, t);
	return st == ST_NOTFOUND ? ST_OK : st;
}

/* One attempt: whoever comes second finds what the first one took. */
static enum status
put_take(struct tx *tx, void *arg)
{
	struct taking *t = arg;
	int64_t before = 0;
	enum status st;

	if ((st = look_up(tx, t)) != ST_OK || t->there)
		return st;
	if ((st = store_one_int(tx,
		 "SELECT COUNT(*) FROM take WHERE key = $1 AND epoch = $2",
		 (struct store_param[]){
		     P_BYTES(t->take.key.pub, 32), P_INT(t->take.epoch) },
		 2, &before)) != ST_OK ||
	    (st = store_exec(tx,
		 "INSERT INTO take (key, purpose, epoch, hash) "
		 "VALUES ($1, $2, $3, $4)",
		 (struct store_param[]){ P_BYTES(t->take.key.pub, 32),
		     P_TEXT(t->take.purpose), P_INT(t->take.epoch),
		     P_BYTES(t->hash, sizeof(t->hash)) },
		 4)) != ST_OK ||
	    before > 0)
		return st;
	return store_exec(tx,
	    "INSERT INTO served (epoch, accounts) VALUES ($1, 1) "
	    "ON CONFLICT (epoch) DO UPDATE SET "
	    "accounts = served.accounts + 1",
	    (struct store_param[]){ P_INT(t->take.epoch) }, 1);
}

static enum status
check_epoch(const struct take *t, struct diag *d)
{
	int64_t now = epoch_of(clock_now());
	char limit[32];

	if (t->epoch == now)
		return ST_OK;
	(void)snprintf(limit, sizeof(limit), "%" PRId64, now);
	return diag_problem(d, ST_RULE, "take-epoch", "epoch", limit,
	    "Passes are taken for the current week, which is %s.", limit);
}

static enum status
answer(const struct taking *t, struct diag *d)
{
	if (!t->account)
		return diag_problem(d, ST_FORBIDDEN, "account-unknown", "key",
		    "", "There is no account with this key here.");
	if (t->there && !t->same)
		return diag_problem(d, ST_CONFLICT, "taken", "blinded", "",
		    "This account has taken its passes for this week. They "
		    "are given once.");
	return ST_OK;
}

/*
 * Blind signatures are not kept but made again: the same bytes give the same
 * ones, and rows that large lie on pages of their own, whose numbers would
 * tell in which order accounts took.
 */
static enum status
take(const struct tokens_config *c, struct taking *t, struct diag *d)
{
	enum status st;

	if ((st = store_read(c->store, look_up, t)) != ST_OK ||
	    (st = answer(t, d)) != ST_OK)
		return st;
	if ((!t->there && (st = check_epoch(&t->take, d)) != ST_OK) ||
	    (st = keyd_blind_sign(c->issuing, t->take.purpose, t->take.epoch,
		 t->take.blinded[0], t->take.n, t->signatures[0], d)) !=
		ST_OK ||
	    (st = store_run(c->store, put_take, t)) != ST_OK)
		return st;
	return answer(t, d);
}

enum status
tokens_take(const struct tokens_config *c, const char *note,
    uint8_t signatures[QUOTA_MAX][BLINDED_BYTES], size_t *n, struct diag *d)
{
	struct taking *t = calloc(1, sizeof(*t));
	struct doc *doc = NULL;
	enum status st;

	if (t == NULL)
		return ST_NOMEM;
	t->signatures = signatures;
	hash_sha256(note, strlen(note), t->hash);
	if ((st = doc_open(note, strlen(note), c->origin, &doc, d)) == ST_OK &&
	    (st = take_parse(doc, &t->take, d)) == ST_OK &&
	    (st = take(c, t, d)) == ST_OK)
		*n = t->take.n;
	doc_free(&doc);
	free(t);
	return st;
}
