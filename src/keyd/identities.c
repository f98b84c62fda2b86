#include "keyd/identities.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "crypto/age.h"
#include "keyd/key_file.h"

#define IDENTITIES_MAX 100000
/*
 * Each stanza is tried with each identity, so what a stranger sends may not
 * have many.  Ours have one.
 */
#define STANZAS 4

struct entry {
	char *name;
	struct age_identity *id;
	int seen; /* in the scan that is going on */
};

struct identities {
	const char *dir, *kind;
	/* Trying reads; scanning, and erasing, writes. */
	pthread_rwlock_t lock;
	struct entry *v; /* sorted by name */
	size_t n, cap;
	struct timespec changed; /* of the directory, when it was scanned */
};

struct identities *
identities_new(const char *dir, const char *kind)
{
	struct identities *s = calloc(1, sizeof(*s));
	pthread_rwlockattr_t attr;

	if (s == NULL)
		return NULL;
	s->dir = dir;
	s->kind = kind;
	/* Readers that follow each other must not keep an erasure waiting. */
	(void)pthread_rwlockattr_init(&attr);
	(void)pthread_rwlockattr_setkind_np(
	    &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(&s->lock, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
	return s;
}

static void
entry_fini(struct entry *e)
{
	age_identity_free(&e->id);
	free(e->name);
}

void
identities_free(struct identities **s)
{
	size_t i;

	if (*s == NULL)
		return;
	for (i = 0; i < (*s)->n; i++)
		entry_fini(&(*s)->v[i]);
	free((*s)->v);
	(void)pthread_rwlock_destroy(&(*s)->lock);
	free(*s);
	*s = NULL;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Among the first n, which are sorted; others were added behind them. */
static struct entry *
lookup(const struct identities *s, size_t n, const char *name)
{
	struct entry key = { .name = (char *)(uintptr_t)name };

	return n == 0 ? NULL : bsearch(&key, s->v, n, sizeof(*s->v), compare);
}

static enum status
path_of(const struct identities *s, const char *name, char path[PATH_MAX],
    struct diag *d)
{
	enum status st;

	if ((st = key_file_name(name, d)) != ST_OK)
		return st;
	return key_file_path(s->dir, s->kind, name, path, d);
}

/* Read the identity at path and put it behind the others. */
static enum status
load(struct identities *s, const char *path)
{
	struct key_file f;
	struct entry e = { .seen = 1 }, *v;
	enum status st;

	if ((st = key_file_read(path, s->kind, &f, NULL)) != ST_OK)
		return st;
	/* The file ends the text: secret is larger, and was zeroed. */
	st = f.secret_n == AGE_SECRET_TEXT - 1
	    ? age_identity_parse((const char *)f.secret, &e.id, NULL)
	    : ST_INVALID;
	if (st == ST_OK && (e.name = strdup(f.name)) == NULL)
		st = ST_NOMEM;
	explicit_bzero(&f, sizeof(f));
	if (st == ST_OK && s->n == s->cap) {
		size_t cap = s->cap == 0 ? 64 : s->cap * 2;

		if (cap > IDENTITIES_MAX * 2 ||
		    (v = realloc(s->v, cap * sizeof(*v))) == NULL) {
			st = ST_NOMEM;
		} else {
			s->v = v;
			s->cap = cap;
		}
	}
	if (st == ST_OK)
		s->v[s->n++] = e;
	else
		entry_fini(&e);
	return st;
}

/* The name that a file of this store was made from; 0 if it is none. */
static int
name_of(const char *file, char name[KEYD_NAME_MAX + 1])
{
	static const char suffix[] = ".json";
	size_t n = strlen(file), at = 0, i;
	unsigned c;

	if (n <= strlen(suffix) || strcmp(file + n - 5, suffix) != 0)
		return 0;
	for (i = 0; i < n - 5; i++, at++) {
		if (at == KEYD_NAME_MAX)
			return 0;
		if (file[i] != '%') {
			name[at] = file[i];
		} else if (sscanf(file + i, "%%%2X", &c) == 1 && c > 0) {
			name[at] = (char)c;
			i += 2;
		} else {
			return 0;
		}
	}
	name[at] = '\0';
	return 1;
}

/* Forget those that the scan has not seen. */
static void
drop_unseen(struct identities *s)
{
	size_t i, kept = 0;

	for (i = 0; i < s->n; i++) {
		if (s->v[i].seen)
			s->v[kept++] = s->v[i];
		else
			entry_fini(&s->v[i]);
	}
	s->n = kept;
}

/*
 * With the lock held for writing: make memory what the directory is.  *added
 * is how many are new.  A file that is damaged, or is just being erased by
 * another process, is left out, and does not keep the others from working.
 */
static enum status
scan(struct identities *s, size_t *added, struct diag *d)
{
	char path[PATH_MAX], name[KEYD_NAME_MAX + 1];
	size_t known = s->n, i;
	struct dirent *file;
	struct entry *e;
	struct stat st;
	DIR *dir;

	*added = 0;
	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, s->kind);
	if (stat(path, &st) != 0 || (dir = opendir(path)) == NULL)
		return diag_set(d, ST_IO, "", "",
		    "The directory %.200s of the key store cannot be read.",
		    path);
	for (i = 0; i < s->n; i++)
		s->v[i].seen = 0;
	while ((file = readdir(dir)) != NULL) {
		if (!name_of(file->d_name, name))
			continue;
		if ((e = lookup(s, known, name)) != NULL)
			e->seen = 1;
		else if (path_of(s, name, path, NULL) != ST_OK ||
		    load(s, path) != ST_OK)
			log_line(LOG_WARN, "identity-skipped",
			    "kind=%s name=%s", s->kind, name);
	}
	(void)closedir(dir);
	*added = s->n - known;
	drop_unseen(s);
	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), compare);
	s->changed = st.st_mtim;
	return ST_OK;
}

static int
is_current(struct identities *s)
{
	char path[PATH_MAX];
	struct stat st;
	int same;

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, s->kind);
	if (stat(path, &st) != 0)
		return 0;
	(void)pthread_rwlock_rdlock(&s->lock);
	same = st.st_mtim.tv_sec == s->changed.tv_sec &&
	    st.st_mtim.tv_nsec == s->changed.tv_nsec;
	(void)pthread_rwlock_unlock(&s->lock);
	return same;
}

static enum status
rescan(struct identities *s, size_t *added, struct diag *d)
{
	enum status st;

	(void)pthread_rwlock_wrlock(&s->lock);
	st = scan(s, added, d);
	(void)pthread_rwlock_unlock(&s->lock);
	return st;
}

static enum status
refresh(struct identities *s, struct diag *d)
{
	size_t added;

	return is_current(s) ? ST_OK : rescan(s, &added, d);
}

enum status
identities_create(struct identities *s, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d)
{
	struct age_identity *id = NULL;
	char path[PATH_MAX], text[AGE_SECRET_TEXT];
	struct key_file f = { .secret_n = AGE_SECRET_TEXT - 1 };
	struct age_recipient to;
	enum status st;

	if ((st = path_of(s, name, path, d)) != ST_OK ||
	    (st = age_identity_new(&id)) != ST_OK)
		return st;
	age_identity_text(id, text);
	age_identity_recipient(id, &to);
	age_recipient_text(&to, recipient);
	age_identity_free(&id);
	memcpy(f.secret, text, f.secret_n);
	(void)snprintf(f.name, sizeof(f.name), "%s", name);
	/* One at a time: a file that is written has its process's number. */
	(void)pthread_rwlock_wrlock(&s->lock);
	st = key_file_create(path, s->kind, &f, d);
	(void)pthread_rwlock_unlock(&s->lock);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&f, sizeof(f));
	return st;
}

enum status
identities_recipient(struct identities *s, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d)
{
	struct age_recipient to;
	char path[PATH_MAX];
	struct entry *e;
	enum status st;
	size_t added;

	if ((st = path_of(s, name, path, d)) != ST_OK ||
	    (st = rescan(s, &added, d)) != ST_OK)
		return st;
	(void)pthread_rwlock_rdlock(&s->lock);
	if ((e = lookup(s, s->n, name)) != NULL) {
		age_identity_recipient(e->id, &to);
		age_recipient_text(&to, recipient);
	} else {
		st = diag_set(d, ST_NOTFOUND, "", "",
		    "There is no key file %.200s. It was erased, or never "
		    "made.",
		    path);
	}
	(void)pthread_rwlock_unlock(&s->lock);
	return st;
}

enum status
identities_erase(struct identities *s, const char *name, struct diag *d)
{
	char path[PATH_MAX];
	struct entry *e;
	enum status st;

	if ((st = path_of(s, name, path, d)) != ST_OK)
		return st;
	(void)pthread_rwlock_wrlock(&s->lock);
	st = key_file_erase(path, d);
	/* From memory in any case: better a key too few than one too many. */
	if ((e = lookup(s, s->n, name)) != NULL) {
		entry_fini(e);
		memmove(e, e + 1, (size_t)(s->v + --s->n - e) * sizeof(*e));
	}
	(void)pthread_rwlock_unlock(&s->lock);
	return st;
}

/* With the lock held for reading: whether another process erased it. */
static int
is_erased(const struct identities *s, const char *name)
{
	char path[PATH_MAX];

	return path_of(s, name, path, NULL) != ST_OK || access(path, F_OK) != 0;
}

static enum status
try_all(struct identities *s, const struct age_header *h, const void *p,
    char name[KEYD_NAME_MAX + 1], uint8_t file_key[16], struct diag *d)
{
	enum status st = ST_NOTFOUND;
	size_t i;

	(void)pthread_rwlock_rdlock(&s->lock);
	for (i = 0; i < s->n && st == ST_NOTFOUND; i++) {
		st = age_unwrap(h, p, s->v[i].id, file_key, d);
		if (st != ST_OK)
			continue;
		(void)snprintf(name, KEYD_NAME_MAX + 1, "%s", s->v[i].name);
		if (is_erased(s, name)) {
			explicit_bzero(file_key, 16);
			st = ST_NOTFOUND;
			break;
		}
	}
	(void)pthread_rwlock_unlock(&s->lock);
	return st;
}

enum status
identities_unwrap(struct identities *s, const void *header, size_t n,
    char name[KEYD_NAME_MAX + 1], uint8_t file_key[16], struct diag *d)
{
	struct age_header h;
	enum status st;
	size_t added;

	st = age_header_parse(header, n, &h, d);
	if (st == ST_PENDING)
		return diag_set(d, ST_INVALID, "", "",
		    "The header of the age file is cut off.");
	if (st == ST_OK && h.n > STANZAS)
		st = diag_set(d, ST_INVALID, "", "4 recipients",
		    "The age file has more recipients than are tried here.");
	if (st != ST_OK || (st = refresh(s, d)) != ST_OK)
		return st;
	st = try_all(s, &h, header, name, file_key, d);
	/* A directory's time is coarse, so a new file may have been missed. */
	if (st == ST_NOTFOUND && rescan(s, &added, d) == ST_OK && added > 0)
		st = try_all(s, &h, header, name, file_key, d);
	if (st == ST_NOTFOUND)
		return diag_set(d, st, "", "",
		    "No live key opens this: it was sealed to another "
		    "receiver, or the key was erased.");
	return st;
}
