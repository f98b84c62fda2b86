/* Status and withdrawal, with the twelve words alone; see home.h. */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "home/home_inner.h"
#include "protocol/doc.h"
#include "protocol/share.h"

struct mine {
	struct home_net net;
	struct home_locker locker;
	uint8_t secret[ONETIME_SECRET];
};

static enum status
open_mine(struct mine *m, const char *words, const char *locker,
    const char *platform_url, const char *trust_path, struct diag *d)
{
	enum status st;

	_Static_assert(
	    WORDS_BYTES == ONETIME_SECRET, "the words are the secret");
	memset(m, 0, sizeof(*m));
	if ((st = words_read(words, m->secret, d)) != ST_OK ||
	    (st = home_net_open(&m->net, trust_path, platform_url, d)) !=
		ST_OK ||
	    (st = home_net_directory(&m->net, d)) != ST_OK)
		return st;
	return home_find_locker(&m->net, locker, &m->locker, d);
}

static void
close_mine(struct mine *m)
{
	home_net_close(&m->net);
	explicit_bzero(m->secret, sizeof(m->secret));
}

static enum status
ask(struct mine *m, const char *what, int64_t version, struct home_status *out,
    struct diag *d)
{
	struct home_answer a;
	struct receipt receipt;
	struct doc *doc = NULL;
	enum status st;

	*out = (struct home_status){ 0 };
	st = home_letter(&m->net, &m->locker, m->secret, what, version, &a, d);
	if (st != ST_OK)
		return st;
	out->submission = a.answer.submission;
	out->opened = a.answer.opened;
	out->version = a.answer.version;
	(void)snprintf(out->state, sizeof(out->state), "%s", a.answer.state);
	if (a.answer.problem != NULL)
		(void)snprintf(
		    out->problem, sizeof(out->problem), "%s", a.answer.problem);
	if (a.answer.detail != NULL)
		(void)snprintf(out->detail, sizeof(out->detail), "%.299s",
		    a.answer.detail);
	if (a.answer.receipt != NULL &&
	    (st = doc_open(a.answer.receipt, strlen(a.answer.receipt),
		 m->net.trust.origin, &doc, d)) == ST_OK &&
	    (st = receipt_parse(doc, &receipt, d)) == ST_OK &&
	    (st = doc_signed(doc, &m->locker.key, "the locker", d)) == ST_OK)
		out->receipt_s = receipt.time;
	doc_free(&doc);
	home_answer_fini(&a);
	return st;
}

enum status
home_status(const char *words, const char *locker, const char *platform_url,
    const char *trust_path, struct home_status *out, struct diag *d)
{
	struct mine m;
	enum status st;

	st = open_mine(&m, words, locker, platform_url, trust_path, d);
	if (st == ST_OK)
		st = ask(&m, "status", 0, out, d);
	close_mine(&m);
	return st;
}

enum status
home_withdraw(const char *words, const char *locker, const char *platform_url,
    const char *trust_path, struct home_status *out, struct diag *d)
{
	struct mine m;
	enum status st;

	st = open_mine(&m, words, locker, platform_url, trust_path, d);
	if (st == ST_OK)
		st = ask(&m, "status", 0, out, d);
	/* Nothing to withdraw, or done already: the state says so. */
	if (st == ST_OK && strcmp(out->state, "unknown") != 0 &&
	    strcmp(out->state, "withdrawn") != 0)
		st = ask(&m, "withdraw", out->version, out, d);
	close_mine(&m);
	return st;
}
