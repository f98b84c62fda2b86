#include "agency/agency.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <agency_sql.h> /* the build makes it: it is not in src/ */

#include "agency/inner.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "blob/blob.h"
#include "httpc/httpc.h"
#include "keyd/keyd.h"
#include "protocol/doc.h"
#include "store/store.h"

static const char *const agency_types[] = {
	"porchlight/request@v1",
	"porchlight/request-end@v1",
};

static const char *const locker_types[] = {
	"porchlight/request@v1",
	"porchlight/recipient@v1",
	"porchlight/receipt@v1",
	"porchlight/answer@v1",
	"porchlight/custody@v1",
	"porchlight/package@v1",
};

/* -- settings -------------------------------------------------------------- */

struct settings {
	const char *name, *locker, *origin; /* to set, or NULL */
	char got[3][NOTE_NAME];
	struct diag *d;
};

static const char *const setting_names[3] = { "agency", "locker", "origin" };

static enum status
take_value(const struct row *row, void *arg)
{
	(void)snprintf((char *)arg, NOTE_NAME, "%s", row_text_borrow(row, 0));
	return ST_OK;
}

static enum status
read_settings(struct tx *tx, void *arg)
{
	struct settings *s = arg;
	enum status st;
	size_t i;

	for (i = 0; i < NELEMS(setting_names); i++) {
		st = store_one(tx, "SELECT value FROM setting WHERE name = $1",
		    (struct store_param[]){ P_TEXT(setting_names[i]) }, 1,
		    take_value, s->got[i]);
		if (st == ST_NOTFOUND)
			return diag_set(s->d, ST_NOTFOUND, "data", "",
			    "This data directory was not set up: run "
			    "porchlight agency init first.");
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
write_settings(struct tx *tx, void *arg)
{
	struct settings *s = arg;
	const char *values[3] = { s->name, s->locker, s->origin };
	enum status st;
	size_t i;

	for (i = 0; i < NELEMS(setting_names); i++) {
		st = store_exec(tx,
		    "INSERT INTO setting (name, value) VALUES ($1, $2) "
		    "ON CONFLICT DO NOTHING",
		    (struct store_param[]){
			P_TEXT(setting_names[i]), P_TEXT(values[i]) },
		    2);
		if (st != ST_OK)
			return st;
	}
	if ((st = read_settings(tx, s)) != ST_OK)
		return st;
	for (i = 0; i < NELEMS(setting_names); i++)
		if (strcmp(s->got[i], values[i]) != 0)
			return diag_set(s->d, ST_CONFLICT, setting_names[i],
			    s->got[i],
			    "This data directory belongs to %s %.120s.",
			    setting_names[i], s->got[i]);
	return ST_OK;
}

/* -- parts ----------------------------------------------------------------- */

static enum status
open_store(const char *dir, struct store **out, struct diag *d)
{
	char path[AGENCY_PATH];

	(void)snprintf(path, sizeof(path), "%s/agency.db", dir);
	return store_open(path, agency_sql, NELEMS(agency_sql), out, d);
}

static enum status
open_keyd(const char *dir, struct keyd **out, struct diag *d)
{
	char path[AGENCY_PATH];

	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	return keyd_start(NULL, path, KEYD_SIGNING, out, d);
}

/* The key of name, made if it is not there. */
static enum status
make_key(struct keyd *k, const char *name, const char *const *types, size_t n,
    struct note_key *out, struct diag *d)
{
	enum status st = keyd_note_key(k, name, out, NULL);

	if (st == ST_NOTFOUND)
		st = keyd_create_note_key(k, name, types, n, out, d);
	return st;
}

static enum status
check_dir(const char *dir, struct diag *d)
{
	if (dir[0] != '\0' && strlen(dir) < AGENCY_PATH - 64)
		return ST_OK;
	return diag_set(d, ST_INVALID, "data", "",
	    "The data directory's name is empty or too long.");
}

enum status
agency_init(const char *dir, const char *agency_name, const char *locker_name,
    const char *origin, struct note_key *agency_key,
    struct note_key *locker_key, struct diag *d)
{
	struct settings s = { .name = agency_name,
		.locker = locker_name,
		.origin = origin,
		.d = d };
	struct store *store = NULL;
	struct keyd *k = NULL;
	enum status st;

	if (note_name_check(agency_name) != ST_OK ||
	    note_name_check(locker_name) != ST_OK ||
	    strcmp(agency_name, locker_name) == 0 || origin[0] == '\0' ||
	    strlen(agency_name) > 120 || strlen(locker_name) > 120 ||
	    strlen(origin) >= NOTE_NAME)
		return diag_set(d, ST_INVALID, "name", "120 bytes",
		    "Agency and locker need two different names, each without "
		    "spaces, such as lakeland.example/police.");
	if ((st = check_dir(dir, d)) != ST_OK ||
	    (st = file_mkdir(dir, d)) != ST_OK ||
	    (st = open_keyd(dir, &k, d)) != ST_OK ||
	    (st = open_store(dir, &store, d)) != ST_OK ||
	    (st = store_run(store, write_settings, &s)) != ST_OK ||
	    (st = make_key(k, agency_name, agency_types, NELEMS(agency_types),
		 agency_key, d)) != ST_OK)
		goto done;
	st = make_key(
	    k, locker_name, locker_types, NELEMS(locker_types), locker_key, d);
done:
	store_close(&store);
	keyd_stop(&k);
	return st;
}

/* -- opening --------------------------------------------------------------- */

static enum status
read_trust(
    const char *path, const char *origin, struct trust *t, struct diag *d)
{
	struct buf b;
	enum status st;

	buf_init(&b, TRUST_FILE);
	if ((st = file_read(path, &b, d)) == ST_OK &&
	    (st = trust_parse(b.p, b.n, t, d)) == ST_OK &&
	    strcmp(t->origin, origin) != 0)
		st = diag_set(d, ST_INVALID, "origin", origin,
		    "The trust file is for the log %.120s, this agency for "
		    "%.120s.",
		    t->origin, origin);
	buf_fini(&b);
	return st;
}

static enum status
open_blobs(struct office *a, struct diag *d)
{
	char path[AGENCY_PATH];
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/uploads", a->dir);
	if ((st = blob_open_dir(path, &a->uploads, d)) != ST_OK)
		return st;
	(void)snprintf(path, sizeof(path), "%s/items", a->dir);
	return blob_open_dir(path, &a->items, d);
}

static enum status
open_parts(struct office *a, const char *trust_path, struct diag *d)
{
	struct settings s = { .d = d };
	enum status st;

	if ((st = open_keyd(a->dir, &a->keyd, d)) != ST_OK ||
	    (st = open_store(a->dir, &a->store, d)) != ST_OK ||
	    (st = store_read(a->store, read_settings, &s)) != ST_OK)
		return st;
	if ((a->name = strdup(s.got[0])) == NULL ||
	    (a->locker = strdup(s.got[1])) == NULL ||
	    (a->origin = strdup(s.got[2])) == NULL)
		return ST_NOMEM;
	if ((st = read_trust(trust_path, a->origin, &a->trust, d)) != ST_OK ||
	    (st = keyd_note_key(a->keyd, a->name, &a->key, d)) != ST_OK ||
	    (st = keyd_note_key(a->keyd, a->locker, &a->locker_key, d)) !=
		ST_OK ||
	    (st = httpc_new(&a->http)) != ST_OK)
		return st;
	return open_blobs(a, d);
}

static enum status
init_locks(struct office *a)
{
	pthread_condattr_t attr;

	/* These do not fail on Linux but for want of memory. */
	if (pthread_condattr_init(&attr) != 0)
		return ST_NOMEM;
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_mutex_init(&a->directory_lock, NULL);
	(void)pthread_cond_init(&a->work, &attr);
	(void)pthread_cond_init(&a->tick, &attr);
	(void)pthread_condattr_destroy(&attr);
	return ST_OK;
}

enum status
agency_open(const char *dir, const char *trust_path, const char *platform_url,
    struct office **out, struct diag *d)
{
	struct office *a;
	enum status st;

	*out = NULL;
	if ((st = check_dir(dir, d)) != ST_OK)
		return st;
	if (access(dir, F_OK) != 0)
		return diag_set(d, ST_NOTFOUND, "data", "",
		    "There is no data directory %.200s: run porchlight agency "
		    "init first.",
		    dir);
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return ST_NOMEM;
	a->serving = -1;
	if ((st = init_locks(a)) != ST_OK) {
		free(a);
		return st;
	}
	if ((a->dir = strdup(dir)) == NULL ||
	    (platform_url != NULL && (a->url = strdup(platform_url)) == NULL))
		st = ST_NOMEM;
	else
		st = open_parts(a, trust_path, d);
	if (st != ST_OK)
		agency_close(&a);
	*out = a;
	return st;
}

void
agency_close(struct office **p)
{
	struct office *a = *p;

	if (a == NULL)
		return;
	*p = NULL;
	blob_close_dir(&a->uploads);
	blob_close_dir(&a->items);
	store_close(&a->store);
	keyd_stop(&a->keyd);
	httpc_free(&a->http);
	doc_free(&a->directory_doc);
	free(a->directory_proof);
	(void)pthread_cond_destroy(&a->work);
	(void)pthread_cond_destroy(&a->tick);
	(void)pthread_mutex_destroy(&a->lock);
	(void)pthread_mutex_destroy(&a->directory_lock);
	free(a->dir);
	free(a->name);
	free(a->locker);
	free(a->origin);
	free(a->url);
	free(a);
}
