/*
 * A thread a watcher: brings each round's checkpoint to it (C2SP tlog-witness
 * v1.0.0), so that a slow one holds nobody up; see ledger.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "httpc/httpc.h"
#include "platform/ledger_inner.h"

#define ANSWER_MAX (size_t)16384
#define CALL_MS 5000u

/* Append the body of add-checkpoint for a watcher that knows w->size. */
static enum status
write_call(
    struct watcher *w, uint64_t size, const struct buf *note, struct buf *b)
{
	struct ledger *l = w->ledger;
	char line[ENC_BASE64(TREE_HASH)];
	struct tlog_proof_path path = { 0 };
	enum status st = ST_OK;
	size_t i;

	if (w->size > 0 && w->size < size) {
		(void)pthread_rwlock_rdlock(&l->hashes_lock);
		st = hashes_consistency(l->hashes, w->size, size, &path);
		(void)pthread_rwlock_unlock(&l->hashes_lock);
	}
	if (st != ST_OK)
		return st;
	buf_printf(b, "old %" PRIu64 "\n", w->size);
	for (i = 0; i < path.n; i++) {
		enc_base64(path.v[i].b, TREE_HASH, line);
		buf_printf(b, "%s\n", line);
	}
	buf_puts(b, "\n");
	buf_put(b, note->p, note->n);
	return buf_status(b);
}

static enum status
call(struct watcher *w, uint64_t size, const struct buf *note,
    struct httpc_reply *r, struct diag *d)
{
	struct httpc_call c = { .method = "POST",
		.limit = ANSWER_MAX,
		.total_ms = CALL_MS,
		.content_type = "text/plain" };
	struct buf body, url;
	enum status st;

	buf_init(&body, 2 * CHECKPOINT_NOTE);
	buf_init(&url, 1024);
	buf_printf(&url, "%s/add-checkpoint", w->url);
	if ((st = buf_status(&url)) == ST_OK &&
	    (st = write_call(w, size, note, &body)) == ST_OK) {
		c.url = buf_text(&url);
		c.body = body.p;
		c.n = body.n;
		st = httpc_call(w->ledger->config.httpc, &c, r, d);
	}
	buf_fini(&body);
	buf_fini(&url);
	return st;
}

/*
 * Bring the checkpoint to w.  ST_OK with cosignature lines in r's body; a
 * watcher that knows another size says which, and is asked once more.
 */
static enum status
ask(struct watcher *w, uint64_t size, const struct buf *note,
    struct httpc_reply *r, struct diag *d)
{
	uint64_t known;
	enum status st;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if ((st = call(w, size, note, r, d)) != ST_OK)
			return st;
		if (r->code == 200) {
			w->size = size;
			return ST_OK;
		}
		if (r->code != 409)
			return diag_set(d, ST_PEER, "", "",
			    "The watcher answered %u.", r->code);
		known = strtoull(buf_text(&r->body), NULL, 10);
		if (known > size)
			return diag_set(d, ST_PEER, "", "",
			    "The watcher holds %" PRIu64 " entries of this "
			    "log, more than there are here. Was an old copy "
			    "restored?",
			    known);
		w->size = known;
		httpc_reply_fini(r);
		*r = (struct httpc_reply){ 0 };
	}
	return diag_set(d, ST_PEER, "", "", "The watcher changes its mind.");
}

/*
 * Whether the lines hold a watcher's cosignature, and none that is wrong: one
 * bad line would make readers refuse the whole checkpoint.
 */
static enum status
check_lines(const struct trust *t, const struct buf *signed_note,
    const struct buf *lines, struct diag *d)
{
	enum status st;
	struct note note;
	int64_t time;
	size_t i, good = 0;
	struct buf b;

	buf_init(&b, 2 * CHECKPOINT_NOTE);
	buf_put(&b, signed_note->p, signed_note->n);
	buf_put(&b, lines->p, lines->n);
	if ((st = buf_status(&b)) == ST_OK)
		st = note_open(b.p, b.n, &note, d);
	for (i = 0; st == ST_OK && i < t->watcher_count; i++) {
		st = note_verify_cosig(&note, &t->watchers[i].key, &time);
		/* One that does not count must not end the round. */
		good += st == ST_OK && time <= t->watchers[i].until &&
		    time <= clock_now() + TRUST_AHEAD;
		st = st == ST_NOTFOUND ? ST_OK : st;
	}
	if (st == ST_OK && good == 0)
		st = ST_SIGNATURE;
	buf_fini(&b);
	return st == ST_OK
	    ? st
	    : diag_set(d, ST_PEER, "", "",
		  "The watcher's cosignature does not count: it is not one of "
		  "a watcher that the trust file names, that watcher's time "
		  "has run out, or its clock is ahead of this one.");
}

static void
work(struct watcher *w, uint64_t number, uint64_t size, const struct buf *note)
{
	struct ledger *l = w->ledger;
	struct httpc_reply r = { 0 };
	struct diag d = { 0 };
	enum status st = ask(w, size, note, &r, &d);

	if (st == ST_OK)
		st = check_lines(l->config.trust, note, &r.body, &d);
	(void)pthread_mutex_lock(&l->lock);
	if (st == ST_OK && l->round.number == number) {
		buf_put(&l->round.lines, r.body.p, r.body.n);
		l->round.count++;
		(void)pthread_cond_broadcast(&l->changed);
	}
	(void)pthread_mutex_unlock(&l->lock);
	if ((st != ST_OK) != w->failing)
		log_line(st != ST_OK ? LOG_WARN : LOG_INFO, "watcher",
		    "number=%td status=%s detail=\"%s\"", w - l->watchers + 1,
		    status_name(st), d.text);
	w->failing = st != ST_OK;
	httpc_reply_fini(&r);
}

void *
ledger_watch(void *arg)
{
	struct watcher *w = arg;
	struct ledger *l = w->ledger;
	uint64_t number, size;
	struct buf note;
	bool stop;

	buf_init(&note, CHECKPOINT_NOTE);
	for (;;) {
		(void)pthread_mutex_lock(&l->lock);
		while (!l->stop && w->round == l->round.number)
			ledger_sleep(l, 60000);
		w->round = number = l->round.number;
		size = l->round.size;
		buf_clear(&note);
		buf_put(&note, l->round.note.p, l->round.note.n);
		stop = l->stop;
		(void)pthread_mutex_unlock(&l->lock);
		if (stop)
			break;
		work(w, number, size, &note);
	}
	buf_fini(&note);
	return NULL;
}
