/* Making an instance, and signing by its keys; see platform.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "keyd/keyd.h"
#include "platform/platform.h"
#include "platform/settings.h"
#include "protocol/doc.h"

static enum status
path_of(const char *dir, const char *name, char out[PATH_MAX], struct diag *d)
{
	if (snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return ST_OK;
	return diag_set(d, ST_INVALID, "data", "", "The path is too long.");
}

static enum status
make_keys(struct keyd *k, const struct platform_setup *s, struct trust *trust,
    struct diag *d)
{
	static const char *const log_types[] = { "checkpoint" };
	static const char *const types[] = {
		"porchlight/directory@v1",
		"porchlight/policy@v1",
		"porchlight/partner@v1",
		"porchlight/agency@v1",
		"porchlight/relay@v1",
		"porchlight/decision@v1",
		"porchlight/district@v1",
	};
	struct note_key platform;
	enum status st;

	if ((st = keyd_create_note_key(
		 k, s->origin, log_types, 1, &trust->log, d)) != ST_OK)
		return st;
	return keyd_create_note_key(
	    k, s->name, types, NELEMS(types), &platform, d);
}

static enum status
write_trust(const char *dir, const struct platform_setup *s,
    struct trust *trust, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;
	struct buf b;

	(void)snprintf(trust->origin, sizeof(trust->origin), "%s", s->origin);
	trust->k = s->k;
	trust->watcher_count = s->watcher_count;
	memcpy(trust->watchers, s->watchers, sizeof(trust->watchers));
	buf_init(&b, TRUST_FILE);
	if ((st = trust_check(trust, d)) == ST_OK &&
	    (st = trust_write(trust, &b)) == ST_OK &&
	    (st = path_of(dir, "trust.json", path, d)) == ST_OK) {
		buf_putc(&b, '\n');
		st = file_create(path, 0644, b.p, b.n, d);
	}
	buf_fini(&b);
	return st;
}

static enum status
write_settings(const char *dir, const struct platform_setup *s, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;
	struct buf b;
	size_t i;

	buf_init(&b, 16384);
	buf_printf(&b,
	    "[platform]\norigin = %s\nname = %s\ntitle = %s\nurl = %s\n"
	    "demo = %s\n\n[log]\nwatchers =",
	    s->origin, s->name, s->title, s->url, s->demo ? "yes" : "no");
	for (i = 0; i < s->watcher_count; i++)
		buf_printf(&b, " %s", s->watcher_urls[i]);
	buf_puts(&b, "\n");
	if ((st = buf_status(&b)) == ST_OK &&
	    (st = path_of(dir, "platform.ini", path, d)) == ST_OK)
		st = file_create(path, 0600, b.p, b.n, d);
	buf_fini(&b);
	return st;
}

enum status
platform_init(
    const char *dir, const struct platform_setup *setup, struct diag *d)
{
	struct trust trust = { 0 };
	struct keyd *k = NULL;
	char keys[PATH_MAX];
	enum status st;

	PRE(setup->watcher_count <= TRUST_WATCHERS);
	if ((st = file_mkdir(dir, d)) == ST_OK &&
	    (st = path_of(dir, "keys", keys, d)) == ST_OK &&
	    (st = keyd_start(NULL, keys, KEYD_SIGNING, &k, d)) == ST_OK &&
	    (st = make_keys(k, setup, &trust, d)) == ST_OK &&
	    (st = write_trust(dir, setup, &trust, d)) == ST_OK)
		/* Last, since it says that there is an instance. */
		st = write_settings(dir, setup, d);
	keyd_stop(&k);
	return st;
}

/* Open the key store of the instance in dir; *name is the platform's key. */
static enum status
open_hand(const char *dir, struct arena *a, struct keyd **k, const char **name,
    struct diag *d)
{
	struct settings s;
	char keys[PATH_MAX];
	enum status st;

	if ((st = settings_read(dir, &s, a, d)) != ST_OK ||
	    (st = path_of(dir, "keys", keys, d)) != ST_OK)
		return st;
	*name = s.name;
	return keyd_start(NULL, keys, KEYD_SIGNING, k, d);
}

enum status
platform_sign(const char *dir, const void *text, size_t n, struct buf *out,
    struct diag *d)
{
	struct arena *a = arena_new(65536);
	struct keyd *k = NULL;
	const char *name;
	enum status st;

	if (a == NULL)
		return ST_NOMEM;
	if ((st = open_hand(dir, a, &k, &name, d)) == ST_OK) {
		buf_put(out, text, n);
		buf_putc(out, '\n');
		st = keyd_sign(k, name, text, n, out, d);
	}
	keyd_stop(&k);
	arena_free(&a);
	return st != ST_OK ? st : buf_status(out);
}

enum status
platform_countersign(const char *dir, const void *note, size_t n,
    struct buf *out, struct diag *d)
{
	struct arena *a = arena_new(65536);
	struct note opened;
	struct keyd *k = NULL;
	const char *name;
	enum status st;

	if (a == NULL)
		return ST_NOMEM;
	if ((st = note_open(note, n, &opened, d)) == ST_OK &&
	    (st = open_hand(dir, a, &k, &name, d)) == ST_OK) {
		buf_put(out, note, n);
		st = keyd_sign(k, name, opened.text, opened.text_n, out, d);
	}
	keyd_stop(&k);
	arena_free(&a);
	return st != ST_OK ? st : buf_status(out);
}
