/* Rounds: sign a checkpoint, have it cosigned, publish; see ledger.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "keyd/keyd.h"
#include "platform/ledger_inner.h"

#define ROUND_MS 3000u /* for k watchers to answer */
#define AGAIN_MS 1000u /* after a round that failed */

/* Append the checkpoint of size, signed by the log, to b. */
static enum status
sign(struct ledger *l, uint64_t size, struct buf *b, struct diag *d)
{
	const char *origin = l->config.trust->origin;
	struct checkpoint cp = { .size = size };
	struct buf text;
	enum status st;

	buf_init(&text, CHECKPOINT_NOTE);
	(void)snprintf(cp.origin, sizeof(cp.origin), "%s", origin);
	(void)pthread_rwlock_rdlock(&l->hashes_lock);
	st = hashes_root(l->hashes, size, &cp.root);
	(void)pthread_rwlock_unlock(&l->hashes_lock);
	if (st == ST_OK) {
		checkpoint_text(&cp, &text);
		buf_put(b, text.p, text.n);
		buf_puts(b, "\n");
		st = keyd_sign(l->config.keyd, origin, text.p, text.n, b, d);
	}
	buf_fini(&text);
	return st;
}

/* Hand the checkpoint to the watchers and wait for k; the lock is held. */
static enum status
gather(struct ledger *l, uint64_t size, const struct buf *signed_note,
    struct buf *out)
{
	int64_t until = clock_monotonic_ms() + ROUND_MS, left;

	buf_clear(&l->round.note);
	buf_put(&l->round.note, signed_note->p, signed_note->n);
	buf_clear(&l->round.lines);
	l->round.count = 0;
	l->round.size = size;
	l->round.number++;
	(void)pthread_cond_broadcast(&l->changed);
	while (!l->stop && l->round.count < l->config.trust->k &&
	    (left = until - clock_monotonic_ms()) > 0)
		ledger_sleep(l, (unsigned)left);
	if (l->round.count < l->config.trust->k)
		return ST_PENDING;
	buf_put(out, signed_note->p, signed_note->n);
	buf_put(out, l->round.lines.p, l->round.lines.n);
	return buf_status(out);
}

static enum status
run_round(struct ledger *l, uint64_t size, struct diag *d)
{
	struct buf signed_note, cosigned;
	struct checkpoint cp;
	uint64_t from = l->published;
	int64_t began = clock_now();
	enum status st;
	int64_t time;

	buf_init(&signed_note, CHECKPOINT_NOTE);
	buf_init(&cosigned, CHECKPOINT_NOTE);
	if ((st = sign(l, size, &signed_note, d)) != ST_OK)
		goto done;
	(void)pthread_mutex_lock(&l->lock);
	st = gather(l, size, &signed_note, &cosigned);
	(void)pthread_mutex_unlock(&l->lock);
	if (st == ST_PENDING)
		st = diag_set(d, st, "", "",
		    "Fewer watchers answered in time than readers need.");
	/* Readers decide by the trust file, so it decides here too. */
	if (st != ST_OK ||
	    (st = trust_checkpoint_verify(l->config.trust, cosigned.p,
		 cosigned.n, clock_now(), &cp, &time, d)) != ST_OK ||
	    (st = ledger_sql_publish(l, from, size, &cosigned)) != ST_OK)
		goto done;
	(void)pthread_mutex_lock(&l->lock);
	buf_clear(&l->checkpoint);
	buf_put(&l->checkpoint, cosigned.p, cosigned.n);
	l->time = time;
	l->renewed = began;
	/* Proofs and tiles are there for whoever is told of the new size. */
	l->published = size;
	(void)pthread_mutex_unlock(&l->lock);
	l->config.published(l->config.arg, from, size);
	(void)pthread_mutex_lock(&l->lock);
	l->announced = size;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
done:
	buf_fini(&signed_note);
	buf_fini(&cosigned);
	return st;
}

/*
 * Whether an idle log is to be cosigned anew.  Counted by this machine's clock
 * alone: where the watchers' differ, each checkpoint would look old at once.
 */
static bool
renewal_due(const struct ledger *l)
{
	int64_t now = clock_now();

	return now - l->renewed >= LEDGER_RENEW_S || now < l->renewed;
}

void *
ledger_run(void *arg)
{
	struct ledger *l = arg;
	struct diag d;
	bool failing = false, stop;
	enum status st;
	uint64_t size;

	for (;;) {
		(void)pthread_mutex_lock(&l->lock);
		while (
		    !l->stop && l->committed == l->published && !renewal_due(l))
			ledger_sleep(l, 1000);
		size = l->committed;
		stop = l->stop;
		(void)pthread_mutex_unlock(&l->lock);
		if (stop)
			return NULL;
		d = (struct diag){ 0 };
		st = run_round(l, size, &d);
		/* Said once when it begins and once when it ends. */
		if ((st != ST_OK) != failing)
			log_line(st != ST_OK ? LOG_WARN : LOG_INFO,
			    "checkpoint",
			    "size=%" PRIu64 " status=%s detail=\"%s\"", size,
			    status_name(st), d.text);
		failing = st != ST_OK;
		if (!failing)
			continue;
		(void)pthread_mutex_lock(&l->lock);
		if (!l->stop)
			ledger_sleep(l, AGAIN_MS);
		(void)pthread_mutex_unlock(&l->lock);
	}
}
