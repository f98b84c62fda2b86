#include "agency/locker/decision.h"

#include <stdlib.h>
#include <string.h>

#include "agency/filing.h"
#include "agency/inner.h"
#include "agency/locker/custodian.h"
#include "agency/locker/opening.h"
#include "base/buf.h"
#include "base/clock.h"
#include "blob/blob.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "evidence/custody.h"
#include "protocol/doc.h"
#include "store/store.h"

/* -- an upload is opened --------------------------------------------------- */

struct decision {
	struct office *a;
	struct opening *o;
	struct id submission;
	struct buf receipt;
	int64_t now;
	uint8_t directory[32];
	bool first; /* out: this upload brought the submission */
};

static enum status
set_state(struct tx *tx, const struct id *upload, const char *state)
{
	return store_exec(tx, "UPDATE upload SET state = $2 WHERE id = $1",
	    (struct store_param[]){ P_ID(upload), P_TEXT(state) }, 2);
}

/* The pass is spent with what it admits; *first: it was not spent before. */
static enum status
spend(struct tx *tx, struct decision *x)
{
	int64_t changes = 0;
	enum status st;

	st = store_exec_changes(tx,
	    "INSERT INTO spent (nonce, epoch) VALUES ($1, $2) "
	    "ON CONFLICT DO NOTHING",
	    (struct store_param[]){
		P_BYTES(x->o->share.token.nonce, 32), P_INT(x->o->epoch) },
	    2, &changes);
	x->first = changes == 1;
	return st;
}

static enum status
put_submission(struct tx *tx, const struct decision *x)
{
	const struct opening *o = x->o;
	bool ok = o->outcome == OPENING_ADMIT;

	return store_exec(tx,
	    "INSERT INTO submission (id, request, one_time, manifest, state, "
	    "version, problem, detail, opened, share_note, share_manifest, "
	    "clips, statement, receipt, directory, finding_kind) VALUES "
	    "($1, $2, $3, $4, $5, 1, $6, $7, FALSE, $8, $9, $10, $11, $12, "
	    "$13, '')",
	    (struct store_param[]){ P_ID(&x->submission), P_ID(&o->request),
		P_BYTES(o->share.key.pub, 32), P_BYTES(o->share.manifest, 32),
		P_TEXT(ok ? "received" : "refused"),
		P_TEXT(ok ? "" : o->why.problem), P_TEXT(ok ? "" : o->why.text),
		ok ? P_BYTES(o->share_note.p, o->share_note.n) : P_NULL,
		ok ? P_BYTES(o->manifest.p, o->manifest.n) : P_NULL,
		ok ? P_BYTES(o->clips.p, o->clips.n) : P_NULL,
		ok ? P_BYTES(o->statement.p, o->statement.n) : P_NULL,
		ok ? P_BYTES(x->receipt.p, x->receipt.n) : P_NULL,
		ok ? P_BYTES(x->directory, 32) : P_NULL },
	    13);
}

static enum status
put_item(struct tx *tx, const struct decision *x, size_t k)
{
	const struct opening_item *i = &x->o->items[k];
	uint8_t salt[32], head[CUSTODY_HASH] = { 0 };
	char detail[CUSTODY_DETAIL];
	enum status st;

	random_bytes(salt, sizeof(salt));
	st = store_exec(tx,
	    "INSERT INTO item (submission, n, id, size, sha256, salt, head, "
	    "entries, present, inspected, readable, detail) VALUES "
	    "($1, $2, $3, $4, $5, $6, $7, 0, TRUE, FALSE, FALSE, '')",
	    (struct store_param[]){ P_ID(&x->submission), P_INT((int64_t)k + 1),
		P_ID(&i->blob), P_INT(i->size), P_BYTES(i->sha256, 32),
		P_BYTES(salt, 32), P_BYTES(head, CUSTODY_HASH) },
	    7);
	if (st != ST_OK)
		return st;
	custody_received(k + 1, (uint64_t)i->size, i->sha256, detail);
	return custodian_add(
	    tx, x->a, &i->blob, x->now, CUSTODY_RECEIVED, detail);
}

static enum status
decide(struct tx *tx, void *arg)
{
	struct decision *x = arg;
	struct opening *o = x->o;
	enum status st;
	size_t i;

	x->first = false;
	if ((st = set_state(tx, &o->upload, "decided")) != ST_OK ||
	    o->outcome == OPENING_DROP)
		return st;
	/* With the same bag it is a repeat; with another the first stays. */
	if ((st = spend(tx, x)) != ST_OK || !x->first)
		return st;
	if ((st = put_submission(tx, x)) != ST_OK ||
	    o->outcome != OPENING_ADMIT)
		return st;
	if ((st = store_exec(tx,
		 "INSERT INTO directory (hash, note, proof) VALUES "
		 "($1, $2, $3) ON CONFLICT DO NOTHING",
		 (struct store_param[]){ P_BYTES(x->directory, 32),
		     P_BYTES(o->directory_note.p, o->directory_note.n),
		     P_BYTES(o->directory_proof.p, o->directory_proof.n) },
		 3)) != ST_OK)
		return st;
	for (i = 0; i < o->n && st == ST_OK; i++)
		st = put_item(tx, x, i);
	return st;
}

static enum status
sign_receipt(struct decision *x)
{
	struct receipt r = { .submission = x->submission,
		.request = x->o->request,
		.key = x->o->share.key,
		.time = x->now,
		.size = x->o->size };
	const char *keys[1] = { x->a->locker };

	memcpy(r.ciphertext, x->o->ciphertext, sizeof(r.ciphertext));
	return filing_sign(
	    x->a, receipt_json(&r), RECEIPT_TYPE, keys, 1, &x->receipt, NULL);
}

enum status
decision_make(
    struct office *a, const struct id *id, int64_t size, int64_t created)
{
	struct opening *o = malloc(sizeof(*o));
	struct decision x = { .a = a, .o = o, .now = clock_now() };
	enum status st;

	if (o == NULL)
		return ST_NOMEM;
	buf_init(&x.receipt, DOC_MAX);
	opening_init(o);
	o->upload = *id;
	o->size = size;
	o->created = created;
	if ((st = opening_run(a, o)) != ST_OK)
		goto done;
	if (o->share_ok) {
		submission_id(o->share.token.nonce, &x.submission);
		hash_sha256(
		    o->directory_note.p, o->directory_note.n, x.directory);
	}
	if (o->outcome == OPENING_ADMIT)
		st = sign_receipt(&x);
	if (st == ST_OK)
		st = store_run(a->store, decide, &x);
	if (st != ST_OK || !x.first)
		opening_discard(a, o);
done:
	buf_fini(&x.receipt);
	opening_fini(o);
	free(o);
	return st;
}

static enum status
set_done(struct tx *tx, void *arg)
{
	return set_state(tx, arg, "done");
}

enum status
decision_close(struct office *a, const struct id *id)
{
	struct id mine = *id;
	enum status st = blob_erase(a->uploads, id);

	return st != ST_OK ? st : store_run(a->store, set_done, &mine);
}
