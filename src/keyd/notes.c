#include "keyd/notes.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "crypto/ed25519.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "keyd/key_file.h"
#include "keyd/text.h"

#define KIND "note"

/* One key; it stays where it is, and the same, until notes_free(). */
struct entry {
	struct entry *next;
	struct note_key key;
	uint8_t seed[ED25519_SEED];
	size_t types_n;
	char types[KEYD_TYPES_MAX][KEYD_TYPE_MAX + 1];
};

struct notes {
	const char *dir;
	pthread_mutex_t lock; /* over first, and creating */
	struct entry *first;
};

struct notes *
notes_new(const char *dir)
{
	struct notes *n = calloc(1, sizeof(*n));

	if (n != NULL) {
		n->dir = dir;
		(void)pthread_mutex_init(&n->lock, NULL);
	}
	return n;
}

void
notes_free(struct notes **n)
{
	struct entry *e;

	if (*n == NULL)
		return;
	while ((e = (*n)->first) != NULL) {
		(*n)->first = e->next;
		explicit_bzero(e, sizeof(*e));
		free(e);
	}
	(void)pthread_mutex_destroy(&(*n)->lock);
	free(*n);
	*n = NULL;
}

static int
may_sign(const struct entry *e, const char *type)
{
	size_t i;

	for (i = 0; i < e->types_n; i++)
		if (strcmp(e->types[i], type) == 0)
			return 1;
	return 0;
}

/* With the lock held: keep a key that was made or read. */
static enum status
keep(struct notes *n, const struct key_file *f, struct entry **out,
    struct diag *d)
{
	uint8_t pub[ED25519_PUBLIC];
	struct entry *e;

	if (f->secret_n != ED25519_SEED || f->types_n == 0)
		return diag_set(d, ST_IO, "", "",
		    "The key file of %.127s does not hold a note key.",
		    f->name);
	if ((e = calloc(1, sizeof(*e))) == NULL)
		return ST_NOMEM;
	memcpy(e->seed, f->secret, sizeof(e->seed));
	memcpy(e->types, f->types, sizeof(e->types));
	e->types_n = f->types_n;
	ed25519_public(e->seed, pub);
	if (note_key_make(&e->key, f->name,
		may_sign(e, TEXT_COSIGNATURE) ? NOTE_COSIGN : NOTE_ED25519,
		pub) != ST_OK) {
		explicit_bzero(e, sizeof(*e));
		free(e);
		return diag_set(d, ST_INVALID, "name", "",
		    "A note key cannot have the name %.127s.", f->name);
	}
	e->next = n->first;
	n->first = e;
	*out = e;
	return ST_OK;
}

static enum status
find_locked(
    struct notes *n, const char *name, struct entry **out, struct diag *d)
{
	char path[PATH_MAX];
	struct key_file f;
	enum status st;

	for (*out = n->first; *out != NULL; *out = (*out)->next)
		if (strcmp((*out)->key.name, name) == 0)
			return ST_OK;
	if ((st = key_file_name(name, d)) != ST_OK ||
	    (st = key_file_path(n->dir, KIND, name, path, d)) != ST_OK)
		return st;
	if ((st = key_file_read(path, KIND, &f, d)) == ST_OK) {
		st = strcmp(f.name, name) == 0
		    ? keep(n, &f, out, d)
		    : diag_set(d, ST_IO, "", "",
			  "The key file %.200s holds a key of another name.",
			  path);
		explicit_bzero(&f, sizeof(f));
	}
	return st;
}

static enum status
find(struct notes *n, const char *name, struct entry **out, struct diag *d)
{
	enum status st;

	(void)pthread_mutex_lock(&n->lock);
	st = find_locked(n, name, out, d);
	(void)pthread_mutex_unlock(&n->lock);
	return st;
}

/* A watcher's key signs nothing else: its algorithm is another. */
static enum status
check_types(const struct key_file *f, struct diag *d)
{
	size_t i;

	for (i = 0; i < f->types_n; i++) {
		if (f->types[i][0] == '\0')
			return diag_set(d, ST_INVALID, "types", "",
			    "A type that a key may sign has no name.");
		if (f->types_n > 1 &&
		    strcmp(f->types[i], TEXT_COSIGNATURE) == 0)
			return diag_set(d, ST_INVALID, "types", "",
			    "A key that cosigns may sign nothing else.");
	}
	return ST_OK;
}

enum status
notes_create(struct notes *n, const char *name, char types[][KEYD_TYPE_MAX + 1],
    size_t types_n, struct note_key *out, struct diag *d)
{
	struct key_file f = { .secret_n = ED25519_SEED, .types_n = types_n };
	struct entry *e = NULL;
	char path[PATH_MAX];
	enum status st;

	if ((st = key_file_name(name, d)) != ST_OK ||
	    (st = key_file_path(n->dir, KIND, name, path, d)) != ST_OK)
		return st;
	(void)snprintf(f.name, sizeof(f.name), "%s", name);
	memcpy(f.types, types, types_n * sizeof(f.types[0]));
	if ((st = check_types(&f, d)) != ST_OK)
		return st;
	random_bytes(f.secret, ED25519_SEED);
	(void)pthread_mutex_lock(&n->lock);
	if ((st = key_file_create(path, KIND, &f, d)) == ST_OK)
		st = keep(n, &f, &e, d);
	(void)pthread_mutex_unlock(&n->lock);
	explicit_bzero(&f, sizeof(f));
	if (st == ST_OK)
		*out = e->key;
	return st;
}

enum status
notes_key(
    struct notes *n, const char *name, struct note_key *out, struct diag *d)
{
	struct entry *e;
	enum status st;

	if ((st = find(n, name, &e, d)) == ST_OK)
		*out = e->key;
	return st;
}

static enum status
check_type(const struct entry *e, const char *type, struct diag *d)
{
	if (may_sign(e, type))
		return ST_OK;
	return diag_set(d, ST_FORBIDDEN, "type", "",
	    "The key %.127s may not sign documents of the type %.63s.",
	    e->key.name, type);
}

enum status
notes_sign(struct notes *n, const char *name, const void *text, size_t text_n,
    struct buf *line, struct diag *d)
{
	char type[KEYD_TYPE_MAX + 1];
	struct entry *e;
	enum status st;

	if ((st = find(n, name, &e, d)) != ST_OK ||
	    (st = text_type(text, text_n, e->key.name, type, d)) != ST_OK ||
	    (st = check_type(e, type, d)) != ST_OK)
		return st;
	note_sign(text, text_n, e->key.name, e->seed, line);
	return buf_status(line);
}

enum status
notes_cosign(struct notes *n, const char *name, const void *text, size_t text_n,
    int64_t time_s, struct buf *line, struct diag *d)
{
	struct entry *e;
	enum status st;

	if ((st = find(n, name, &e, d)) != ST_OK ||
	    (st = check_type(e, TEXT_COSIGNATURE, d)) != ST_OK ||
	    (st = text_checkpoint(text, text_n, d)) != ST_OK)
		return st;
	note_cosign(text, text_n, e->key.name, e->seed, time_s, line);
	return buf_status(line);
}
