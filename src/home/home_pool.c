#include "home/home_pool.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "protocol/directory.h"
#include "store/row.h"
#include "store/store.h"

#include <home_sql.h> /* the build makes it: it is not in src/ */

/* A moment leaves the last day of its epoch for the opening after it. */
#define MOMENT_SPAN_S (EPOCH_SECONDS - 86400)

enum status
home_pool_open(const char *dir, struct store **out, struct diag *d)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/home.db", dir);
	return store_open(path, home_sql, NELEMS(home_sql), out, d);
}

/* -- issuers --------------------------------------------------------------- */

struct issuers {
	const struct directory *dir;
	const struct directory_issuer *now; /* the one that is compared */
	bool seen;
	struct diag *d;
};

static enum status
compare(const struct row *row, void *arg)
{
	struct issuers *x = arg;
	const uint8_t *p;
	size_t n;

	x->seen = true;
	row_bytes(row, 0, &p, &n);
	if (n == x->now->spki.n && hash_equal(p, x->now->spki.p, n))
		return ST_OK;
	return diag_problem(x->d, ST_SIGNATURE, "issuer-changed", "issuers",
	    x->now->purpose,
	    "The platform now shows another key for the passes of epoch %lld "
	    "(%.16s) than it did before. Whoever is shown a key of their own "
	    "could be recognised by it, so nothing is taken or shared.",
	    (long long)x->now->epoch, x->now->purpose);
}

static enum status
see_issuers(struct tx *tx, void *arg)
{
	struct issuers *x = arg;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < x->dir->issuer_count && st == ST_OK; i++) {
		x->now = &x->dir->issuers[i];
		x->seen = false;
		st = store_one(tx,
		    "SELECT spki FROM issuer WHERE purpose = $1 AND "
		    "epoch = $2",
		    (struct store_param[]){
			P_TEXT(x->now->purpose), P_INT(x->now->epoch) },
		    2, compare, x);
		if (st != ST_NOTFOUND)
			continue;
		st = store_exec(tx,
		    "INSERT INTO issuer (purpose, epoch, spki) "
		    "VALUES ($1, $2, $3)",
		    (struct store_param[]){ P_TEXT(x->now->purpose),
			P_INT(x->now->epoch),
			P_BYTES(x->now->spki.p, x->now->spki.n) },
		    3);
	}
	return st;
}

enum status
home_pool_issuers(struct store *s, const struct directory *dir, struct diag *d)
{
	struct issuers x = { .dir = dir, .d = d };

	return store_run(s, see_issuers, &x);
}

/* -- the moment ------------------------------------------------------------ */

struct moment {
	int64_t epoch, at;
};

static enum status
draw_moment(struct tx *tx, void *arg)
{
	struct moment *m = arg;
	enum status st;

	st = store_one_int(tx, "SELECT at FROM moment WHERE epoch = $1",
	    (struct store_param[]){ P_INT(m->epoch) }, 1, &m->at);
	if (st != ST_NOTFOUND)
		return st;
	m->at = m->epoch * EPOCH_SECONDS + (int64_t)random_below(MOMENT_SPAN_S);
	return store_exec(tx, "INSERT INTO moment (epoch, at) VALUES ($1, $2)",
	    (struct store_param[]){ P_INT(m->epoch), P_INT(m->at) }, 2);
}

enum status
home_pool_moment(struct store *s, int64_t epoch, int64_t *at_s)
{
	struct moment m = { .epoch = epoch };
	enum status st = store_run(s, draw_moment, &m);

	*at_s = m.at;
	return st;
}

/* -- passes ---------------------------------------------------------------- */

struct count {
	int64_t now, good, early;
};

static enum status
count_row(const struct row *row, void *arg)
{
	struct count *c = arg;
	bool early;

	if (epoch_good(row_int(row, 0), c->now, &early, NULL) == ST_OK)
		*(early ? &c->early : &c->good) += 1;
	return ST_OK;
}

static enum status
count_all(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT epoch FROM pass WHERE purpose = $1 AND used = $2",
	    (struct store_param[]){ P_TEXT(PURPOSE_SHARE), P_BOOL(false) }, 2,
	    count_row, arg);
}

enum status
home_pool_count(struct store *s, int64_t now_s, int64_t *good, int64_t *early)
{
	struct count c = { .now = now_s };
	enum status st = store_read(s, count_all, &c);

	*good = c.good;
	*early = c.early;
	return st;
}

struct reserve {
	const char *purpose;
	const struct directory *dir;
	int64_t now, served;
	bool early, found;
	struct home_pass *out;
};

static enum status
consider(const struct row *row, void *arg)
{
	struct reserve *r = arg;
	int64_t epoch = row_int(row, 0), served;
	const uint8_t *p;
	bool early;
	size_t n;

	if (epoch_good(epoch, r->now, &early, NULL) != ST_OK ||
	    (early && !r->early))
		return ST_OK;
	served = directory_served(r->dir, epoch);
	/* Among the most people; never early where it need not be. */
	if (r->found &&
	    (early > r->out->early ||
		(early == r->out->early && served <= r->served)))
		return ST_OK;
	row_bytes(row, 1, &p, &n);
	if (token_decode(p, n, &r->out->token) != ST_OK)
		return ST_FAIL;
	row_bytes(row, 2, &p, &n);
	if (n == sizeof(r->out->secret))
		memcpy(r->out->secret, p, n);
	r->out->epoch = epoch;
	r->out->early = early;
	r->served = served;
	r->found = true;
	return ST_OK;
}

static enum status
reserve_one(struct tx *tx, void *arg)
{
	struct reserve *r = arg;
	enum status st;

	r->found = false;
	st = store_query(tx,
	    "SELECT epoch, token, secret FROM pass WHERE purpose = $1 AND "
	    "used = $2 ORDER BY nonce",
	    (struct store_param[]){ P_TEXT(r->purpose), P_BOOL(false) }, 2,
	    consider, r);
	if (st != ST_OK)
		return st;
	if (!r->found)
		return ST_NOTFOUND;
	return store_exec(tx, "UPDATE pass SET used = $1 WHERE nonce = $2",
	    (struct store_param[]){
		P_BOOL(true), P_BYTES(r->out->token.nonce, 32) },
	    2);
}

enum status
home_pool_reserve(struct store *s, const char *purpose,
    const struct directory *dir, int64_t now_s, bool early,
    struct home_pass *out)
{
	struct reserve r = { .purpose = purpose,
		.dir = dir,
		.now = now_s,
		.early = early,
		.out = out };

	*out = (struct home_pass){ 0 };
	return store_run(s, reserve_one, &r);
}

static enum status
release_one(struct tx *tx, void *arg)
{
	const struct home_pass *pass = arg;

	return store_exec(tx, "UPDATE pass SET used = $1 WHERE nonce = $2",
	    (struct store_param[]){
		P_BOOL(false), P_BYTES(pass->token.nonce, 32) },
	    2);
}

enum status
home_pool_release(struct store *s, const struct home_pass *pass)
{
	struct home_pass copy = *pass;
	enum status st = store_run(s, release_one, &copy);

	explicit_bzero(&copy, sizeof(copy));
	return st;
}
