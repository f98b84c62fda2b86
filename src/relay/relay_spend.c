/* Passes: whether one is good, and that it is used once; see inner.h. */
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/account.h"
#include "relay/inner.h"
#include "store/store.h"

/* The issuer key that t names, or NULL. */
static const struct relay_issuer *
issuer_of(const struct relay_view *v, const struct token *t)
{
	size_t i;

	for (i = 0; i < v->issuer_count; i++)
		if (hash_equal(
			v->issuers[i].key_id, t->key_id, sizeof(t->key_id)))
			return &v->issuers[i];
	return NULL;
}

static enum status
check(struct relay_server *r, const struct token *t, int64_t *epoch,
    struct diag *d)
{
	const struct relay_issuer *issuer;
	struct relay_view *v = NULL;
	enum status st;
	bool early;

	if ((st = relay_hold(r, &v, d)) != ST_OK)
		return st;
	if ((issuer = issuer_of(v, t)) == NULL && relay_refresh(r)) {
		relay_let_go(r, &v);
		if ((st = relay_hold(r, &v, d)) != ST_OK)
			return st;
		issuer = issuer_of(v, t);
	}
	if (issuer == NULL) {
		st = diag_set(d, ST_TOKEN, "Authorization", "",
		    "This pass is not one for uploads that the directory "
		    "names a key for.");
	} else if ((st = epoch_good(issuer->epoch, clock_now(), &early, d)) ==
	    ST_OK) {
		*epoch = issuer->epoch;
		st = token_verify(t, issuer->key, r->trust.origin, d);
	}
	relay_let_go(r, &v);
	return st;
}

struct spend {
	const struct token *t;
	uint8_t tag[HASH_BYTES];
	int64_t epoch;
	uint8_t was[HASH_BYTES];
};

static enum status
take_tag(const struct row *row, void *arg)
{
	struct spend *s = arg;

	row_fixed(row, 0, s->was, sizeof(s->was));
	return ST_OK;
}

static enum status
put(struct tx *tx, void *arg)
{
	struct spend *s = arg;
	int64_t changes = 0;
	enum status st;

	st = store_exec_changes(tx,
	    "INSERT INTO spent (nonce, tag, epoch) VALUES ($1, $2, $3) "
	    "ON CONFLICT DO NOTHING",
	    (struct store_param[]){ P_BYTES(s->t->nonce, sizeof(s->t->nonce)),
		P_BYTES(s->tag, sizeof(s->tag)), P_INT(s->epoch) },
	    3, &changes);
	if (st != ST_OK || changes == 1)
		return st;
	st = store_one(tx, "SELECT tag FROM spent WHERE nonce = $1",
	    (struct store_param[]){ P_BYTES(s->t->nonce, sizeof(s->t->nonce)) },
	    1, take_tag, s);
	if (st != ST_OK)
		return st == ST_NOTFOUND ? ST_RETRY : st;
	return hash_equal(s->was, s->tag, sizeof(s->tag)) ? ST_OK : ST_SPENT;
}

enum status
relay_spend(struct relay_server *r, const char *authorization, const char *name,
    struct id *upload, struct diag *d)
{
	uint8_t bytes[TOKEN_BYTES], hash[HASH_BYTES];
	struct token t = { 0 };
	struct spend s = { .t = &t };
	enum status st;

	if (authorization == NULL)
		return diag_set(d, ST_TOKEN, "Authorization", "",
		    "An upload costs a pass, which is missing.");
	if ((st = token_header_parse(authorization, &t, d)) != ST_OK ||
	    (st = check(r, &t, &s.epoch, d)) != ST_OK)
		goto done;
	token_encode(&t, bytes);
	hash_sha256(bytes, sizeof(bytes), hash);
	memcpy(upload->b, hash, sizeof(upload->b));
	hash_hmac(t.authenticator, sizeof(t.authenticator), name, strlen(name),
	    s.tag);
	st = store_run(r->store, put, &s);
done:
	/* It still opens the one door that it was spent for. */
	explicit_bzero(&t, sizeof(t));
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}

static enum status
purge(struct tx *tx, void *arg)
{
	int64_t *oldest = arg;

	return store_exec(tx, "DELETE FROM spent WHERE epoch < $1",
	    (struct store_param[]){ P_INT(*oldest) }, 1);
}

enum status
relay_purge(struct relay_server *r, int64_t now_s)
{
	int64_t oldest = epoch_of(now_s) - EPOCH_GOOD_FOR;

	return store_run(r->store, purge, &oldest);
}
