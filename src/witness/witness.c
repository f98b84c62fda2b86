#include "witness/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <witness_sql.h> /* the build makes it: it is not in src/ */

#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/pre.h"
#include "httpd/call.h"
#include "httpd/httpd.h"
#include "httpd/reply.h"
#include "keyd/keyd.h"
#include "store/store.h"
#include "witness/inner.h"

#define CALL_MAX (CHECKPOINT_NOTE + TREE_PROOF * 45 + 64) /* bytes */
#define TEXT "text/plain; charset=utf-8"

static const char *const key_types[] = { "cosignature" };

/* -- the data directory ---------------------------------------------------- */

static enum status
read_name(const char *dir, char name[NOTE_NAME], struct diag *d)
{
	char path[PATH_MAX];
	struct buf b;
	enum status st;

	buf_init(&b, NOTE_NAME);
	if ((st = witness_path(dir, "name", path, d)) == ST_OK)
		st = file_read(path, &b, NULL);
	if (st == ST_OK && b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	if (st == ST_OK && note_name_check(buf_text(&b)) != ST_OK)
		st = ST_INVALID;
	if (st == ST_OK)
		(void)snprintf(name, NOTE_NAME, "%s", buf_text(&b));
	buf_fini(&b);
	return st;
}

static enum status
write_name(const char *dir, const char *name, struct diag *d)
{
	char path[PATH_MAX], line[NOTE_NAME + 1];
	enum status st;
	int n;

	n = snprintf(line, sizeof(line), "%s\n", name);
	if ((st = witness_path(dir, "name", path, d)) != ST_OK)
		return st;
	return file_create(path, 0644, line, (size_t)n, d);
}

/* The name that dir has: name, now or before. */
static enum status
claim(const char *dir, const char *name, struct diag *d)
{
	char is[NOTE_NAME];
	enum status st;

	if ((st = file_mkdir(dir, d)) != ST_OK)
		return st;
	if ((st = read_name(dir, is, d)) == ST_NOTFOUND)
		return write_name(dir, name, d);
	if (st == ST_OK && strcmp(is, name) != 0)
		return diag_set(d, ST_CONFLICT, "name", is,
		    "This data directory belongs to the watcher %.200s.", is);
	return st;
}

static enum status
open_keyd(const char *dir, struct keyd **out, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = witness_path(dir, "keys", path, d)) != ST_OK)
		return st;
	return keyd_start(NULL, path, KEYD_SIGNING, out, d);
}

enum status
witness_init(
    const char *dir, const char *name, struct note_key *out, struct diag *d)
{
	struct keyd *k = NULL;
	enum status st;

	if (note_name_check(name) != ST_OK)
		return diag_set(d, ST_INVALID, "name", "1 to 127 bytes",
		    "A watcher's name has no spaces and no plus.");
	if ((st = claim(dir, name, d)) != ST_OK ||
	    (st = open_keyd(dir, &k, d)) != ST_OK)
		return st;
	if ((st = keyd_note_key(k, name, out, NULL)) == ST_NOTFOUND)
		st = keyd_create_note_key(
		    k, name, key_types, NELEMS(key_types), out, d);
	keyd_stop(&k);
	return st;
}

/* -- calls ----------------------------------------------------------------- */

/* worker: C2SP tlog-witness, add-checkpoint. */
static enum status
add_checkpoint(struct call *call)
{
	struct witness *w = call_env(call);
	struct buf out;
	char text[32];
	uint64_t size = 0;
	const void *p;
	enum status st;
	size_t n;

	buf_init(&out, 1024);
	p = call_body(call, &n);
	st = witness_check(
	    w, p != NULL ? p : "", n, &out, &size, call_diag(call));
	if (st == ST_OK)
		return httpd_reply_buf(call, 200, TEXT, &out);
	buf_fini(&out);
	if (st != ST_CONFLICT)
		return st;
	(void)snprintf(text, sizeof(text), "%" PRIu64 "\n", size);
	return httpd_reply(call, 409, "text/x.tlog.size", text, strlen(text));
}

/* worker: the newest checkpoint that was cosigned. */
static enum status
get_checkpoint(struct call *call)
{
	uint8_t origin[HASH_BYTES];
	struct buf out;
	enum status st;

	if (enc_unhex(call_param(call, "origin"), origin, sizeof(origin)) !=
	    ST_OK)
		return ST_NOTFOUND;
	buf_init(&out, (size_t)4 * CHECKPOINT_NOTE);
	st = witness_newest(call_env(call), origin, &out);
	if (st == ST_OK)
		return httpd_reply_buf(call, 200, TEXT, &out);
	buf_fini(&out);
	return st;
}

static enum status
get_page(struct call *call)
{
	struct witness *w = call_env(call);

	return httpd_reply(call, 200, TEXT, w->page.p, w->page.n);
}

static const struct httpd_route routes[] = {
	{ .method = "POST",
	    .path = "/add-checkpoint",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = CALL_MAX,
	    .handler = add_checkpoint },
	{ .method = "GET",
	    .path = "/{origin}/checkpoint",
	    .kind = HTTPD_WORKER,
	    .handler = get_checkpoint,
	    .public = true },
	{ .method = "GET", .path = "/", .handler = get_page, .public = true },
};

/* -- start and stop -------------------------------------------------------- */

static void
write_page(struct witness *w)
{
	char vkey[NOTE_VKEY];
	size_t i;

	note_key_text(&w->key, vkey);
	buf_init(&w->page, (size_t)64 * 1024);
	buf_printf(&w->page,
	    "This is a watcher of public logs. It signs the state of a log "
	    "only where\nthat still holds everything it signed before (C2SP "
	    "tlog-witness).\n\nIts key:\n%s\n\nThe logs it watches:\n",
	    vkey);
	for (i = 0; i < w->log_count; i++)
		buf_printf(&w->page, "%s\n", w->logs[i].origin);
	if (w->log_count == 0)
		buf_puts(&w->page, "none yet\n");
}

static enum status
open_parts(
    struct witness *w, const struct witness_config *config, struct diag *d)
{
	struct note_key log;
	char path[PATH_MAX];
	enum status st;
	size_t i;

	if ((st = read_name(config->dir, w->name, d)) != ST_OK)
		return diag_set(d, st, "data", "",
		    "This data directory was not set up: run porchlight "
		    "watcher init first.");
	if ((st = open_keyd(config->dir, &w->keyd, d)) != ST_OK ||
	    (st = keyd_note_key(w->keyd, w->name, &w->key, d)) != ST_OK ||
	    (st = witness_read_logs(w, config->dir, d)) != ST_OK)
		return st;
	for (i = 0; i < config->log_count; i++)
		if ((st = note_key_parse(config->logs[i], &log, d)) != ST_OK ||
		    (st = witness_add_log(w, log.name, config->logs[i], d)) !=
			ST_OK)
			return st;
	if ((st = witness_path(config->dir, "witness.db", path, d)) != ST_OK)
		return st;
	return store_open(path, witness_sql, NELEMS(witness_sql), &w->store, d);
}

enum status
witness_start(
    const struct witness_config *config, struct witness **out, struct diag *d)
{
	struct httpd_config http = { .address = config->address,
		.port = config->port };
	struct witness *w;
	enum status st;

	if ((*out = w = calloc(1, sizeof(*w))) == NULL)
		return ST_NOMEM;
	if ((st = open_parts(w, config, d)) != ST_OK)
		goto done;
	write_page(w);
	if ((st = buf_status(&w->page)) != ST_OK)
		goto done;
	st = httpd_start(&http, routes, NELEMS(routes), w, &w->httpd, d);
done:
	if (st != ST_OK)
		witness_stop(out);
	return st;
}

uint16_t
witness_port(const struct witness *w)
{
	return httpd_port(w->httpd);
}

void
witness_stop(struct witness **wp)
{
	struct witness *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	httpd_stop(&w->httpd);
	store_close(&w->store);
	keyd_stop(&w->keyd);
	buf_fini(&w->page);
	free(w);
}
