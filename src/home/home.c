#include "home/home.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "home/home_inner.h"
#include "httpc/httpc.h"
#include "keyd/keyd.h"
#include "protocol/account.h"
#include "protocol/doc.h"

#define NOTE_BYTES (size_t)65536

void
home_path(const char *dir, const char *name, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/%s", dir, name);
}

enum status
home_net_of(const char *dir, struct home_net *n, struct diag *d)
{
	char trust[PATH_MAX], path[PATH_MAX];
	struct buf url;
	enum status st;

	*n = (struct home_net){ 0 };
	home_path(dir, "trust.json", trust);
	home_path(dir, "platform", path);
	buf_init(&url, HOME_URL);
	if ((st = file_read(path, &url, NULL)) != ST_OK)
		st = diag_set(d, st, "", "",
		    "%s is not a home's directory. Make it with `porchlight "
		    "home init`.",
		    dir);
	else
		st = home_net_open(n, trust, buf_text(&url), d);
	buf_fini(&url);
	return st;
}

enum status
home_post_note(struct home_net *n, const char *path, const struct buf *note,
    struct httpc_reply *r, struct diag *d)
{
	json_t *body = json_pack("{s:s#}", "note", note->p, (int)note->n);
	char url[HOME_URL + 64];
	struct buf b;
	enum status st;

	buf_init(&b, 2 * NOTE_BYTES);
	if ((st = body == NULL ? ST_NOMEM : json_write(body, &b)) == ST_OK) {
		(void)snprintf(url, sizeof(url), "%s%s", n->platform, path);
		st = httpc_post(n->http, url, "application/json", b.p, b.n,
		    NULL, NOTE_BYTES, r, d);
	}
	if (st == ST_OK && r->code / 100 != 2)
		st = home_net_refused(r, "The platform", d);
	if (body != NULL)
		json_decref(body);
	buf_fini(&b);
	return st;
}

enum status
home_account_sign(struct keyd *k, struct buf *text, struct diag *d)
{
	struct buf line;
	enum status st;

	buf_init(&line, NOTE_BYTES);
	st = keyd_sign(k, ACCOUNT_NAME, text->p, text->n, &line, d);
	if (st == ST_OK) {
		buf_putc(text, '\n');
		buf_put(text, line.p, line.n);
		st = buf_status(text);
	}
	buf_fini(&line);
	return st;
}

static enum status
register_account(struct home_net *n, struct keyd *k, struct diag *d)
{
	static const char *const types[] = { ACCOUNT_TYPE, TAKE_TYPE };
	struct httpc_reply r = { 0 };
	struct account account = { .kind = "recorder" };
	struct buf note;
	enum status st;

	buf_init(&note, NOTE_BYTES);
	st = keyd_note_key(k, ACCOUNT_NAME, &account.key, NULL);
	if (st == ST_NOTFOUND)
		st = keyd_create_note_key(
		    k, ACCOUNT_NAME, types, 2, &account.key, d);
	if (st == ST_OK)
		st = doc_text(account_json(&account), ACCOUNT_TYPE,
		    n->trust.origin, &note);
	if (st == ST_OK)
		st = home_account_sign(k, &note, d);
	if (st == ST_OK)
		st = home_post_note(n, "/v1/accounts", &note, &r, d);
	httpc_reply_fini(&r);
	buf_fini(&note);
	return st;
}

/* Make path hold the n bytes; another content is another home. */
static enum status
keep(const char *dir, const char *name, const void *p, size_t n, struct diag *d)
{
	char path[PATH_MAX];
	struct buf old;
	enum status st;

	home_path(dir, name, path);
	buf_init(&old, TRUST_FILE);
	st = file_read(path, &old, NULL);
	if (st == ST_NOTFOUND)
		st = file_create(path, 0600, p, n, d);
	else if (st == ST_OK && (old.n != n || memcmp(old.p, p, n) != 0))
		st = diag_set(d, ST_CONFLICT, name, "",
		    "%s is already the home of another platform or trust "
		    "file. Use another directory.",
		    dir);
	buf_fini(&old);
	return st;
}

static enum status
keep_both(const char *dir, const struct home_net *n, struct diag *d)
{
	struct buf trust;
	enum status st;

	buf_init(&trust, TRUST_FILE);
	if ((st = trust_write(&n->trust, &trust)) == ST_OK &&
	    (st = keep(dir, "trust.json", trust.p, trust.n, d)) == ST_OK)
		st = keep(dir, "platform", n->platform, strlen(n->platform), d);
	buf_fini(&trust);
	return st;
}

enum status
home_init(const char *dir, const char *trust_path, const char *platform_url,
    struct diag *d)
{
	char path[PATH_MAX];
	struct store *store = NULL;
	struct keyd *keyd = NULL;
	struct home_net n = { 0 };
	enum status st;

	home_path(dir, "outbox", path);
	if ((st = home_net_open(&n, trust_path, platform_url, d)) != ST_OK ||
	    (st = file_mkdir(path, d)) != ST_OK ||
	    (st = keep_both(dir, &n, d)) != ST_OK)
		goto done;
	home_path(dir, "keys", path);
	if ((st = keyd_start(NULL, path, KEYD_SIGNING, &keyd, d)) != ST_OK ||
	    (st = home_pool_open(dir, &store, d)) != ST_OK)
		goto done;
	st = register_account(&n, keyd, d);
done:
	store_close(&store);
	keyd_stop(&keyd);
	home_net_close(&n);
	return st;
}

void
home_say(const struct home_ui *ui, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (ui == NULL || ui->line == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ui->line(ui->arg, text);
}
