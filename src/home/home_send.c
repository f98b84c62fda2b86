#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "home/home_inner.h"
#include "protocol/doc.h"
#include "protocol/share.h"

#define POLL_FIRST_MS 100
#define POLL_MAX_MS 8000
#define POLL_ALL_MS 120000

static void
pause_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

/* The receipt must be the locker's, and about what was sent. */
static enum status
check_receipt(const struct home_net *n, const struct home_submission *x,
    const struct home_locker *locker, const char *note, int64_t *time_s,
    struct diag *d)
{
	struct doc *doc = NULL;
	struct receipt r;
	struct onetime one;
	enum status st;

	onetime_derive(x->secret, &one);
	if ((st = doc_open(note, strlen(note), n->trust.origin, &doc, d)) !=
		ST_OK ||
	    (st = receipt_parse(doc, &r, d)) != ST_OK ||
	    (st = doc_signed(doc, &locker->key, "the locker", d)) != ST_OK)
		goto done;
	*time_s = r.time;
	if (!id_equal(&r.submission, &x->id) ||
	    !id_equal(&r.request, &x->request) || r.size != x->size ||
	    memcmp(r.ciphertext, x->hash, sizeof(x->hash)) != 0 ||
	    memcmp(r.key.pub, one.public, sizeof(one.public)) != 0)
		st = diag_problem(d, ST_SIGNATURE, "receipt-false", "receipt",
		    "",
		    "The locker's receipt is about something else than what "
		    "was sent. Nothing is taken to be received; the sealed "
		    "file is kept.");
done:
	explicit_bzero(&one, sizeof(one));
	doc_free(&doc);
	return st;
}

static enum status
end_refused(struct store *store, const char *path, struct home_submission *x,
    const struct answer *a, struct diag *d)
{
	enum status st;

	x->state = HOME_REFUSED;
	if ((st = home_pool_set_submission(store, x, NULL)) != ST_OK)
		return st;
	(void)unlink(path);
	return diag_problem(d, ST_FORBIDDEN,
	    a->problem != NULL ? a->problem : "refused", "", "",
	    "The locker refused what was sent: %.300s",
	    a->detail != NULL ? a->detail : "it says no more.");
}

/* Ask until there is a receipt or a refusal; it is verified. */
static enum status
await_receipt(struct home_net *n, struct store *store, const char *path,
    struct home_submission *x, const struct home_locker *locker,
    const struct home_ui *ui, struct home_shared *out, struct diag *d)
{
	struct home_answer a = { 0 };
	struct diag last = { 0 };
	unsigned wait_ms = POLL_FIRST_MS, waited_ms = 0;
	enum status st;

	for (;;) {
		last = (struct diag){ 0 };
		st = home_letter(n, locker, x->secret, "status", 0, &a, &last);
		if (st == ST_OK && a.answer.receipt != NULL)
			break;
		if (st == ST_OK && strcmp(a.answer.state, "refused") == 0) {
			st = end_refused(store, path, x, &a.answer, d);
			goto done;
		}
		if (st != ST_OK && st != ST_PEER && st != ST_BUSY &&
		    st != ST_RATE)
			break;
		home_answer_fini(&a);
		if (waited_ms >= POLL_ALL_MS) {
			st = diag_problem(d, ST_PENDING, "no-receipt", "", "",
			    "All was sent, but the locker has given no "
			    "receipt yet. `porchlight share --resume` asks "
			    "again.");
			goto done;
		}
		pause_ms(wait_ms);
		waited_ms += wait_ms;
		wait_ms = wait_ms * 2 < POLL_MAX_MS ? wait_ms * 2 : POLL_MAX_MS;
	}
	if (st == ST_OK)
		st = check_receipt(
		    n, x, locker, a.answer.receipt, &out->receipt_s, &last);
	if (st != ST_OK) {
		if (d != NULL)
			*d = last;
		goto done;
	}
	/* Shown before they are forgotten: a crash between shows them twice. */
	words_write(x->secret, out->words);
	if (ui != NULL && ui->received != NULL)
		ui->received(ui->arg, out);
	x->state = HOME_RECEIVED;
	st = home_pool_set_submission(store, x, a.answer.receipt);
	if (st == ST_OK)
		(void)unlink(path);
done:
	home_answer_fini(&a);
	return st;
}

enum status
home_send(struct home_net *n, struct store *store, const char *dir,
    struct home_submission *x, const struct home_locker *locker,
    int64_t stop_after, const struct home_ui *ui, struct home_shared *out,
    struct diag *d)
{
	char path[PATH_MAX], id[ID_TEXT], name[ID_TEXT + 16];
	struct home_locker found;
	enum status st;

	id_text(&x->id, id);
	(void)snprintf(name, sizeof(name), "outbox/%s.age", id);
	home_path(dir, name, path);
	out->request = x->request;
	out->submission = x->id;
	out->size = x->size;
	memcpy(out->locker, x->locker, sizeof(x->locker));
	if (x->state == HOME_SEALED) {
		st = home_upload(n, x, path, stop_after, ui, d);
		/* What can never succeed must not stand before the others. */
		if (st == ST_GONE || st == ST_TOO_LARGE) {
			x->state = HOME_REFUSED;
			if (home_pool_set_submission(store, x, NULL) == ST_OK)
				(void)unlink(path);
		}
		if (st != ST_OK)
			return st;
		x->state = HOME_UPLOADED;
		if ((st = home_pool_set_submission(store, x, NULL)) != ST_OK)
			return st;
	}
	home_say(ui, "All of it was sent. Waiting for the locker's receipt.");
	if (locker == NULL) {
		if ((st = home_find_locker(n, x->locker, &found, d)) != ST_OK)
			return st;
		locker = &found;
	}
	return await_receipt(n, store, path, x, locker, ui, out, d);
}

enum status
home_resume(const char *dir, int64_t stop_after, const struct home_ui *ui,
    struct home_shared *out, struct diag *d)
{
	struct home_net n = { 0 };
	struct home_submission x = { 0 };
	struct store *store = NULL;
	enum status st;

	*out = (struct home_shared){ 0 };
	if ((st = home_net_of(dir, &n, d)) != ST_OK ||
	    (st = home_pool_open(dir, &store, d)) != ST_OK)
		goto done;
	st = home_pool_get_submission(store, &x);
	if (st == ST_NOTFOUND)
		st = diag_set(d, st, "", "",
		    "Nothing is under way: all that was shared has its "
		    "receipt.");
	if (st == ST_OK)
		st = home_net_directory(&n, d);
	if (st == ST_OK)
		st = home_send(
		    &n, store, dir, &x, NULL, stop_after, ui, out, d);
done:
	explicit_bzero(&x, sizeof(x));
	store_close(&store);
	home_net_close(&n);
	return st;
}
