/* Writing a directory, and the issuer keys that it lists; see house.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "keyd/keyd.h"
#include "platform/districts.h"
#include "platform/house_inner.h"
#include "platform/registry.h"
#include "platform/serve.h"
#include "protocol/account.h"
#include "protocol/directory.h"
#include "store/store.h"

enum status
house_issuers(struct house *h, struct diag *d)
{
	int64_t now = epoch_of(clock_now()), epoch;
	struct buf spki;
	enum status st;
	size_t i;

	buf_init(&spki, KEYD_SPKI_MAX);
	for (i = 0; i < PURPOSE_COUNT; i++) {
		for (epoch = now; epoch <= now + 1; epoch++) {
			buf_clear(&spki);
			st = keyd_create_issuer(
			    h->config.issuing, purposes[i], epoch, &spki, d);
			if (st != ST_OK)
				goto done;
		}
		/* Whose passes nobody takes any more. */
		st = keyd_erase_issuer(h->config.issuing, purposes[i],
		    now - EPOCH_GOOD_FOR - 1, NULL);
		if (st != ST_OK && st != ST_NOTFOUND)
			goto done;
	}
	st = ST_OK;
done:
	buf_fini(&spki);
	return st;
}

static enum status
forget(struct tx *tx, void *arg)
{
	const int64_t *now = arg;
	enum status st;

	/* Last week's answers stay for whoever has not got one yet. */
	if ((st = store_exec(tx, "DELETE FROM take WHERE epoch < $1",
		 (struct store_param[]){ P_INT(*now - 1) }, 1)) != ST_OK)
		return st;
	return store_exec(tx, "DELETE FROM served WHERE epoch < $1",
	    (struct store_param[]){ P_INT(*now - EPOCH_GOOD_FOR) }, 1);
}

enum status
house_forget(struct house *h)
{
	int64_t now = epoch_of(clock_now());

	return store_run(h->config.store, forget, &now);
}

static enum status
list_issuers(struct house *h, struct directory *dir, struct buf *keys)
{
	int64_t now = epoch_of(clock_now()), epoch;
	struct directory_issuer *x;
	enum status st;
	size_t i;

	for (i = 0; i < PURPOSE_COUNT; i++)
		for (epoch = now - EPOCH_GOOD_FOR; epoch <= now + 1; epoch++) {
			PRE(dir->issuer_count < DIRECTORY_ISSUERS);
			x = &dir->issuers[dir->issuer_count];
			buf_init(&keys[dir->issuer_count], KEYD_SPKI_MAX);
			st = keyd_issuer_public(h->config.issuing, purposes[i],
			    epoch, &keys[dir->issuer_count], NULL);
			if (st == ST_NOTFOUND)
				continue;
			if (st != ST_OK)
				return st;
			x->purpose = purposes[i];
			x->epoch = epoch;
			x->spki.p = keys[dir->issuer_count].p;
			x->spki.n = keys[dir->issuer_count].n;
			dir->issuer_count++;
		}
	return ST_OK;
}

struct counting {
	struct directory *dir;
	int64_t since;
};

/* Accounts that took passes, a row an epoch. */
static enum status
count_row(const struct row *row, void *arg)
{
	struct directory *dir = ((struct counting *)arg)->dir;

	if (dir->served_count < DIRECTORY_EPOCHS)
		dir->served[dir->served_count++] = (struct directory_served){
			.epoch = row_int(row, 0),
			/* Rounded, so that one more says nothing of one. */
			.served = (row_int(row, 1) + 5) / 10 * 10,
		};
	return ST_OK;
}

static enum status
count(struct tx *tx, void *arg)
{
	struct counting *c = arg;

	return store_query(tx,
	    "SELECT epoch, accounts FROM served WHERE epoch >= $1 "
	    "ORDER BY epoch",
	    (struct store_param[]){ P_INT(c->since) }, 1, count_row, c);
}

static enum status
gather(struct house *h, struct directory *dir, struct buf *keys,
    uint64_t **ended, struct buf *agencies)
{
	struct counting c = { .dir = dir,
		.since = epoch_of(dir->time) - EPOCH_GOOD_FOR };
	uint64_t policy;
	enum status st;

	if ((st = districts_policy(h->config.districts, dir->time, &policy)) !=
		ST_OK ||
	    (st = districts_ended(h->config.districts, dir->time, ended,
		 &dir->ended_count)) != ST_OK ||
	    (st = list_issuers(h, dir, keys)) != ST_OK ||
	    (st = store_read(h->config.store, count, &c)) != ST_OK ||
	    (st = registry_agencies(h->config.registry, agencies)) != ST_OK)
		return st;
	if (dir->ended_count > DIRECTORY_ENDED)
		dir->ended_count = DIRECTORY_ENDED;
	dir->ended = *ended;
	dir->policy = (int64_t)policy;
	registry_relays(h->config.registry, dir);
	hash_sha256(agencies->p, agencies->n, dir->agencies);
	return ST_OK;
}

enum status
house_write_directory(struct house *h, int64_t time_s, struct buf *note,
    struct buf *agencies, struct diag *d)
{
	struct buf keys[DIRECTORY_ISSUERS + 1] = { 0 };
	struct directory dir = { .time = time_s,
		.url = h->config.url,
		.platform = h->config.platform };
	uint64_t *ended = NULL;
	enum status st;
	size_t i;

	if ((st = gather(h, &dir, keys, &ended, agencies)) == ST_OK)
		st = serve_sign(h->config.signing, h->config.platform.name,
		    directory_json(&dir), DIRECTORY_TYPE, h->config.origin,
		    note, d);
	for (i = 0; i < NELEMS(keys); i++)
		buf_fini(&keys[i]);
	free(ended);
	return st;
}
