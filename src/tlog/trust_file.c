/* The trust file: reading, checking and writing; see trust.h. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "tlog/trust.h"

struct file {
	const char *type, *origin, *log;
	json_t *watchers;
	int64_t k;
};

struct watcher {
	const char *key;
	int64_t until;
};

static const struct json_field file_spec[] = {
	{ .name = "type",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct file, type),
	    .only = TRUST_TYPE },
	{ .name = "origin",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct file, origin),
	    .min = 1,
	    .max = CHECKPOINT_ORIGIN - 1 },
	{ .name = "log",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct file, log),
	    .min = 1,
	    .max = NOTE_VKEY - 1 },
	{ .name = "watchers",
	    .kind = JSON_FIELD_ARR,
	    .offset = offsetof(struct file, watchers),
	    .min = 1,
	    .max = TRUST_WATCHERS },
	{ .name = "k",
	    .kind = JSON_FIELD_INT,
	    .offset = offsetof(struct file, k),
	    .min = 1,
	    .max = TRUST_WATCHERS },
};

static const struct json_field watcher_spec[] = {
	{ .name = "key",
	    .kind = JSON_FIELD_STR,
	    .offset = offsetof(struct watcher, key),
	    .min = 1,
	    .max = NOTE_VKEY - 1 },
	{ .name = "until",
	    .kind = JSON_FIELD_TIME,
	    .offset = offsetof(struct watcher, until),
	    .min = 0,
	    .max = CLOCK_MAX },
};

static enum status
bad(struct diag *d, const char *field, const char *what)
{
	return diag_set(d, ST_INVALID, field, "", "The trust file's %s.", what);
}

/* Whether watcher i is another one than those before it and the log. */
static enum status
check_watcher(const struct trust *t, size_t i, struct diag *d)
{
	const struct note_key *key = &t->watchers[i].key, *other;
	size_t j;

	if (key->alg != NOTE_COSIGN)
		return bad(d, "watchers",
		    "watchers have keys of algorithm 4 (cosignatures)");
	/*
	 * A cosignature does not cover its signer's name, so one key under
	 * two names would count twice.
	 */
	if (memcmp(key->pub, t->log.pub, sizeof(key->pub)) == 0)
		return bad(d, "watchers", "log is none of its watchers");
	for (j = 0; j < i; j++) {
		other = &t->watchers[j].key;
		if (memcmp(key->pub, other->pub, sizeof(key->pub)) == 0 ||
		    strcmp(key->name, other->name) == 0)
			return bad(
			    d, "watchers", "watchers are there once each");
	}
	if (t->watchers[i].until < 0 || t->watchers[i].until > CLOCK_MAX)
		return bad(d, "watchers", "watchers have a time until");
	return ST_OK;
}

enum status
trust_check(const struct trust *t, struct diag *d)
{
	enum status st;
	size_t i;

	if (t->origin[0] == '\0' || strpbrk(t->origin, "\n") != NULL)
		return bad(d, "origin", "origin is one line");
	if (t->log.alg != NOTE_ED25519)
		return bad(d, "log", "log has a key of algorithm 1 (Ed25519)");
	if (t->watcher_count > TRUST_WATCHERS)
		return bad(d, "watchers", "watchers are 16 at most");
	if (t->k < 1 || t->k > t->watcher_count ||
	    2 * (size_t)t->k <= t->watcher_count)
		return bad(d, "k",
		    "k is more than half of its watchers, and no more than "
		    "all");
	for (i = 0; i < t->watcher_count; i++)
		if ((st = check_watcher(t, i, d)) != ST_OK)
			return st;
	return ST_OK;
}

static enum status
read_watchers(
    const json_t *list, struct arena *a, struct trust *out, struct diag *d)
{
	struct watcher w;
	enum status st;
	size_t i;

	out->watcher_count = json_array_size(list);
	for (i = 0; i < out->watcher_count; i++) {
		st = json_fields(json_array_get(list, i), watcher_spec,
		    NELEMS(watcher_spec), "watchers", &w, a, d);
		if (st != ST_OK)
			return st;
		out->watchers[i].until = w.until;
		st = note_key_parse(w.key, &out->watchers[i].key, d);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
trust_parse(const void *p, size_t n, struct trust *out, struct diag *d)
{
	struct file f = { 0 };
	struct arena *a = NULL;
	json_t *doc = NULL;
	enum status st;

	*out = (struct trust){ 0 };
	if (n > TRUST_FILE)
		return diag_set(d, ST_INVALID, "", "16384 bytes",
		    "The trust file is too long.");
	/* An editor's newline at the end does no harm. */
	if (n > 0 && ((const char *)p)[n - 1] == '\n')
		n--;
	if ((a = arena_new(4 * TRUST_FILE)) == NULL)
		return ST_NOMEM;
	if ((st = json_read_canonical(p, n, &doc, d)) != ST_OK ||
	    (st = json_fields(
		 doc, file_spec, NELEMS(file_spec), NULL, &f, a, d)) != ST_OK ||
	    (st = note_key_parse(f.log, &out->log, d)) != ST_OK ||
	    (st = read_watchers(f.watchers, a, out, d)) != ST_OK)
		goto done;
	memcpy(out->origin, f.origin, strlen(f.origin) + 1);
	out->k = (unsigned)f.k;
	st = trust_check(out, d);
done:
	json_decref(doc);
	arena_free(&a);
	return st;
}

/* NULL for want of memory, which json_pack() passes on. */
static json_t *
watchers_json(const struct trust *t)
{
	json_t *list = json_array();
	char key[NOTE_VKEY];
	size_t i;

	for (i = 0; i < t->watcher_count; i++) {
		note_key_text(&t->watchers[i].key, key);
		if (json_array_append_new(list,
			json_pack("{s:s, s:o}", "key", key, "until",
			    json_time(t->watchers[i].until))) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

enum status
trust_write(const struct trust *t, struct buf *b)
{
	char log[NOTE_VKEY];
	enum status st;
	json_t *doc;

	if ((st = trust_check(t, NULL)) != ST_OK)
		return st;
	note_key_text(&t->log, log);
	doc = json_pack("{s:s, s:s, s:s, s:o, s:i}", "type", TRUST_TYPE,
	    "origin", t->origin, "log", log, "watchers", watchers_json(t), "k",
	    (int)t->k);
	if (doc == NULL)
		return ST_NOMEM;
	st = json_write(doc, b);
	json_decref(doc);
	return st;
}
