#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "crypto/age.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "home/home_inner.h"
#include "httpc/httpc.h"
#include "protocol/doc.h"
#include "protocol/share.h"

#define LETTER_MEDIA "application/octet-stream"

struct writing {
	struct home_net *net;
	const struct home_locker *locker;
	struct letter letter;
	struct age_identity *reply;
	char reply_text[AGE_RECIPIENT_TEXT];
	struct diag *d;
};

/* The sealed letter, and the identity that its answer is for. */
static enum status
write_letter(
    struct writing *w, const uint8_t secret[ONETIME_SECRET], struct buf *sealed)
{
	struct age_recipient reply;
	struct onetime one;
	struct buf note, line;
	enum status st;

	buf_init(&note, LETTER_BYTES);
	buf_init(&line, NOTE_SIGNATURE_MAX);
	onetime_derive(secret, &one);
	random_id(&w->letter.id);
	submission_id(one.nonce, &w->letter.submission);
	w->letter.to = w->locker->name;
	w->letter.reply = w->reply_text;
	if ((st = note_key_make(&w->letter.key, ONE_TIME_NAME, NOTE_ED25519,
		 one.public)) != ST_OK ||
	    (st = age_identity_new(&w->reply)) != ST_OK)
		goto done;
	age_identity_recipient(w->reply, &reply);
	age_recipient_text(&reply, w->reply_text);
	if ((st = doc_text(letter_json(&w->letter), LETTER_TYPE,
		 w->net->trust.origin, &note)) != ST_OK)
		goto done;
	note_sign(buf_text(&note), note.n, ONE_TIME_NAME, one.seed, &line);
	buf_putc(&note, '\n');
	buf_put(&note, line.p, line.n);
	if ((st = buf_status(&note)) == ST_OK)
		st = letter_seal(&note, w->locker->letters, sealed, w->d);
done:
	explicit_bzero(&one, sizeof(one));
	buf_fini(&note);
	buf_fini(&line);
	return st;
}

static enum status
post(struct writing *w, const char *relay, const struct buf *sealed,
    struct httpc_reply *r)
{
	char url[2 * HOME_URL];
	enum status st;

	(void)snprintf(
	    url, sizeof(url), "%s/v1/to/%s/letters", relay, w->locker->name);
	st = httpc_post(w->net->http, url, LETTER_MEDIA, sealed->p, sealed->n,
	    NULL, LETTER_BYTES, r, w->d);
	if (st == ST_OK && r->code != 200)
		st = home_net_refused(r, "The relay", w->d);
	if (st == ST_OK && r->body.n != LETTER_BYTES)
		st = diag_set(w->d, ST_PEER, "", "16,384 bytes",
		    "The relay's answer is no letter.");
	return st;
}

/* By one relay, by lot; where it fails by the next. */
static enum status
deliver(struct writing *w, const struct buf *sealed, struct httpc_reply *r)
{
	size_t i, count = w->net->dir.relay_count, first;
	struct diag *d = w->d, last = { 0 };
	enum status st = ST_PEER;

	if (count == 0)
		return diag_set(d, ST_PEER, "relays", "",
		    "The platform's directory names no relay now.");
	first = (size_t)random_below(count);
	w->d = &last;
	for (i = 0; i < count && st != ST_OK; i++) {
		httpc_reply_fini(r);
		*r = (struct httpc_reply){ 0 };
		last = (struct diag){ 0 };
		st = post(
		    w, w->net->dir.relays[(first + i) % count].url, sealed, r);
	}
	w->d = d;
	if (st != ST_OK && d != NULL)
		*d = last;
	return st;
}

static enum status
read_answer(
    struct writing *w, const struct httpc_reply *r, struct home_answer *out)
{
	struct buf plain;
	enum status st;

	buf_init(&plain, LETTER_BYTES);
	st = age_open_file(w->reply, r->body.p, r->body.n, &plain, NULL);
	if (st == ST_INVALID || st == ST_NOTFOUND) {
		st = diag_problem(w->d, ST_PEER, "letter-unopened", "", "",
		    "The locker could not open the letter. It may have "
		    "changed its key just now: try again.");
		goto done;
	}
	if (st != ST_OK ||
	    (st = doc_open(plain.p, letter_note_length(plain.p, plain.n),
		 w->net->trust.origin, &out->doc, w->d)) != ST_OK ||
	    (st = answer_parse(out->doc, &out->answer, w->d)) != ST_OK ||
	    (st = doc_signed(out->doc, &w->locker->key, "the locker", w->d)) !=
		ST_OK)
		goto done;
	if (!id_equal(&out->answer.letter, &w->letter.id) ||
	    !id_equal(&out->answer.submission, &w->letter.submission))
		st = diag_set(w->d, ST_SIGNATURE, "letter", "",
		    "The answer belongs to another letter.");
done:
	buf_wipe(&plain);
	return st;
}

enum status
home_letter(struct home_net *n, const struct home_locker *locker,
    const uint8_t secret[ONETIME_SECRET], const char *ask, int64_t version,
    struct home_answer *out, struct diag *d)
{
	struct writing w = { .net = n,
		.locker = locker,
		.letter = { .ask = ask, .version = version },
		.d = d };
	struct httpc_reply r = { 0 };
	struct buf sealed;
	enum status st;

	*out = (struct home_answer){ 0 };
	buf_init(&sealed, LETTER_BYTES);
	if ((st = write_letter(&w, secret, &sealed)) == ST_OK &&
	    (st = deliver(&w, &sealed, &r)) == ST_OK)
		st = read_answer(&w, &r, out);
	if (st != ST_OK)
		home_answer_fini(out);
	age_identity_free(&w.reply);
	httpc_reply_fini(&r);
	buf_fini(&sealed);
	return st;
}

void
home_answer_fini(struct home_answer *a)
{
	doc_free(&a->doc);
	*a = (struct home_answer){ 0 };
}
