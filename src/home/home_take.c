#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/json.h"
#include "crypto/blindrsa.h"
#include "crypto/random.h"
#include "home/home_inner.h"
#include "httpc/httpc.h"
#include "keyd/keyd.h"
#include "protocol/account.h"
#include "protocol/directory.h"
#include "protocol/doc.h"

/* What the taking of one purpose needs. */
struct taking {
	struct home_net *net;
	struct store *store;
	struct keyd *keyd;
	struct note_key account;
	struct diag *d;
};

/* Draw what the i-th pass stands for, and blind it. */
static enum status
blind_one(struct taking *k, struct home_take *t, const struct blindrsa_key *key,
    size_t i, uint8_t blinded[BLINDED_BYTES])
{
	struct blindrsa_blind *blind = NULL;
	struct home_blinding *b = &t->v[i];
	struct onetime one = { 0 };
	struct token token;
	enum status st;

	if (strcmp(t->purpose, PURPOSE_SHARE) == 0) {
		random_bytes(b->secret, sizeof(b->secret));
		onetime_derive(b->secret, &one);
		memcpy(b->nonce, one.nonce, sizeof(b->nonce));
	} else {
		random_bytes(b->nonce, sizeof(b->nonce));
	}
	token_begin(&token, b->nonce, k->net->trust.origin, key);
	if ((st = token_blind(&token, key, blinded, &blind)) == ST_OK) {
		blindrsa_blind_save(blind, &b->blind);
		st = buf_status(&b->blind);
	}
	blindrsa_blind_free(&blind);
	explicit_bzero(&one, sizeof(one));
	return st;
}

/* Draw and blind the whole quota, and store it before anything is sent. */
static enum status
prepare(struct taking *k, struct home_take *t)
{
	const struct directory_issuer *issuer = directory_issuer(
	    &k->net->dir, t->purpose, t->epoch);
	struct take take = { .key = k->account,
		.purpose = t->purpose,
		.epoch = t->epoch,
		.n = purpose_quota(t->purpose) };
	struct blindrsa_key *key = NULL;
	enum status st;

	if (issuer == NULL)
		return diag_problem(k->d, ST_NOTFOUND, "issuer-missing",
		    "issuers", t->purpose,
		    "The platform's directory has no key for the passes of "
		    "this week yet. Try again later.");
	buf_put(&t->spki, issuer->spki.p, issuer->spki.n);
	st = blindrsa_public(issuer->spki.p, issuer->spki.n, &key);
	for (t->n = 0; t->n < take.n && st == ST_OK; t->n++)
		st = blind_one(k, t, key, t->n, take.blinded[t->n]);
	if (st == ST_OK)
		st = doc_text(take_json(&take), TAKE_TYPE, k->net->trust.origin,
		    &t->note);
	if (st == ST_OK)
		st = home_account_sign(k->keyd, &t->note, k->d);
	if (st == ST_OK)
		st = home_pool_put_take(k->store, t);
	blindrsa_free(&key);
	return st;
}

static enum status
finish_one(const struct home_take *t, const char *origin,
    const struct blindrsa_key *key, size_t i, const json_t *v,
    struct token *out)
{
	struct blindrsa_blind *blind = NULL;
	const char *text = json_string_value(v);
	uint8_t sig[BLINDED_BYTES];
	enum status st;
	size_t n = 0;

	if (text == NULL ||
	    enc_unbase64(text, strlen(text), sig, sizeof(sig), &n) != ST_OK ||
	    n != sizeof(sig))
		return ST_INVALID;
	token_begin(out, t->v[i].nonce, origin, key);
	st = blindrsa_blind_load(key, t->v[i].blind.p, t->v[i].blind.n, &blind);
	if (st == ST_OK)
		st = token_finish(out, key, blind, sig);
	blindrsa_blind_free(&blind);
	return st;
}

/* Make tokens of the platform's answer. */
static enum status
finish(struct taking *k, struct home_take *t, const struct httpc_reply *r)
{
	struct token tokens[QUOTA_MAX];
	struct blindrsa_key *key = NULL;
	const json_t *list;
	json_t *v = NULL;
	enum status st;
	size_t i;

	if ((st = json_read(r->body.p, r->body.n, &v, k->d)) != ST_OK ||
	    (st = blindrsa_public(t->spki.p, t->spki.n, &key)) != ST_OK)
		goto done;
	list = json_object_get(v, "signatures");
	if (json_array_size(list) != t->n)
		st = ST_INVALID;
	for (i = 0; i < t->n && st == ST_OK; i++)
		st = finish_one(t, k->net->trust.origin, key, i,
		    json_array_get(list, i), &tokens[i]);
	if (st == ST_OK)
		st = home_pool_end_take(k->store, t, tokens);
	else
		st = diag_set(k->d, st, "signatures", "",
		    "The platform's answer is not made of passes signed by "
		    "the key that its directory shows.");
done:
	if (v != NULL)
		json_decref(v);
	blindrsa_free(&key);
	return st;
}

static enum status
take_purpose(struct taking *k, const char *purpose, int64_t epoch)
{
	struct httpc_reply r = { 0 };
	struct home_take t;
	enum status st;

	home_pool_begin_take(&t, purpose, epoch);
	st = home_pool_get_take(k->store, &t);
	if (st == ST_NOTFOUND)
		st = prepare(k, &t);
	if (st == ST_OK && !t.done &&
	    (st = home_post_note(k->net, "/v1/tokens", &t.note, &r, k->d)) ==
		ST_OK)
		st = finish(k, &t, &r);
	httpc_reply_fini(&r);
	home_pool_drop_take(&t);
	return st;
}

/* Take what the moment allows. */
static enum status
take_all(struct taking *k, bool now, const struct home_ui *ui)
{
	int64_t epoch = epoch_of(clock_now()), at_s = 0;
	enum status st = ST_OK;
	char when[CLOCK_TEXT];
	size_t i;

	if ((st = home_pool_moment(k->store, epoch, &at_s)) != ST_OK)
		return st;
	if (!now && clock_now() < at_s) {
		clock_text(at_s, when);
		home_say(ui,
		    "This week's passes are taken at the first opening after "
		    "%s. The moment is random, so that taking them tells "
		    "nothing.",
		    when);
		return ST_OK;
	}
	for (i = 0; i < PURPOSE_COUNT && st == ST_OK; i++)
		st = take_purpose(k, purposes[i], epoch);
	return st;
}

enum status
home_take(const char *dir, bool now, const struct home_ui *ui, int64_t *good,
    int64_t *early, struct diag *d)
{
	struct home_net net = { 0 };
	struct taking k = { .net = &net, .d = d };
	char path[PATH_MAX];
	enum status st;

	*good = *early = 0;
	home_path(dir, "keys", path);
	if ((st = home_net_of(dir, &net, d)) != ST_OK ||
	    (st = keyd_start(NULL, path, KEYD_SIGNING, &k.keyd, d)) != ST_OK ||
	    (st = keyd_note_key(k.keyd, ACCOUNT_NAME, &k.account, d)) !=
		ST_OK ||
	    (st = home_pool_open(dir, &k.store, d)) != ST_OK ||
	    (st = home_net_directory(&net, d)) != ST_OK ||
	    (st = home_pool_issuers(k.store, &net.dir, d)) != ST_OK)
		goto done;
	home_say(ui,
	    "No mirror is configured, so the platform's keys for passes can "
	    "be compared with those seen here before, and with nobody "
	    "else's.");
	if ((st = take_all(&k, now, ui)) == ST_OK)
		st = home_pool_count(k.store, clock_now(), good, early);
done:
	store_close(&k.store);
	keyd_stop(&k.keyd);
	home_net_close(&net);
	return st;
}
