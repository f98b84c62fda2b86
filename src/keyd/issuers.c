#include "keyd/issuers.h"

#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/blindrsa.h"
#include "keyd/key_file.h"

#define KIND "issuer"
#define EPOCH_MAX INT32_MAX

/* Held by the list and by each call that signs with it. */
struct issuer {
	struct issuer *next;
	unsigned holders;
	char name[KEYD_NAME_MAX + 1]; /* "carry-2960" */
	struct blindrsa_key *key;
};

struct issuers {
	const char *dir;
	pthread_mutex_t making; /* one key at a time; taken before lock */
	pthread_mutex_t lock;   /* over the list and its holders */
	struct issuer *first;
};

struct issuers *
issuers_new(const char *dir)
{
	struct issuers *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->dir = dir;
		(void)pthread_mutex_init(&s->making, NULL);
		(void)pthread_mutex_init(&s->lock, NULL);
	}
	return s;
}

/* With the lock held. */
static void
release_locked(struct issuer *i)
{
	if (i == NULL || --i->holders > 0)
		return;
	blindrsa_free(&i->key);
	free(i);
}

static void
release(struct issuers *s, struct issuer *i)
{
	(void)pthread_mutex_lock(&s->lock);
	release_locked(i);
	(void)pthread_mutex_unlock(&s->lock);
}

void
issuers_free(struct issuers **s)
{
	struct issuer *i;

	if (*s == NULL)
		return;
	while ((i = (*s)->first) != NULL) {
		(*s)->first = i->next;
		release_locked(i);
	}
	(void)pthread_mutex_destroy(&(*s)->making);
	(void)pthread_mutex_destroy(&(*s)->lock);
	free(*s);
	*s = NULL;
}

/* Find and hold the issuer of that name, if it is in memory. */
static struct issuer *
hold(struct issuers *s, const char *name)
{
	struct issuer *i;

	(void)pthread_mutex_lock(&s->lock);
	for (i = s->first; i != NULL && strcmp(i->name, name) != 0; i = i->next)
		;
	if (i != NULL)
		i->holders++;
	(void)pthread_mutex_unlock(&s->lock);
	return i;
}

static void
forget(struct issuers *s, const char *name)
{
	struct issuer **at, *i;

	(void)pthread_mutex_lock(&s->lock);
	for (at = &s->first; (i = *at) != NULL; at = &i->next)
		if (strcmp(i->name, name) == 0) {
			*at = i->next;
			release_locked(i);
			break;
		}
	(void)pthread_mutex_unlock(&s->lock);
}

/* Put a key into the list, which takes it, and hold it; NULL: no memory. */
static struct issuer *
add(struct issuers *s, const char *name, struct blindrsa_key **key)
{
	struct issuer *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	(void)snprintf(i->name, sizeof(i->name), "%s", name);
	i->key = *key;
	*key = NULL;
	i->holders = 2;
	(void)pthread_mutex_lock(&s->lock);
	i->next = s->first;
	s->first = i;
	(void)pthread_mutex_unlock(&s->lock);
	return i;
}

static enum status
name_of(const struct issuers *s, const char *purpose, uint64_t epoch,
    char name[KEYD_NAME_MAX + 1], char path[PATH_MAX], struct diag *d)
{
	size_t i;

	for (i = 0; purpose[i] >= 'a' && purpose[i] <= 'z'; i++)
		;
	if (i == 0 || i > KEYD_PURPOSE_MAX || purpose[i] != '\0' ||
	    epoch > EPOCH_MAX)
		return diag_set(d, ST_INVALID, "purpose", "",
		    "A purpose is 1 to 16 letters of a to z, an epoch at most "
		    "2147483647.");
	(void)snprintf(name, KEYD_NAME_MAX + 1, "%s-%" PRIu64, purpose, epoch);
	return key_file_path(s->dir, KIND, name, path, d);
}

/* With making held: read the key's file. */
static enum status
load(struct issuers *s, const char *name, const char *path, struct issuer **out,
    struct diag *d)
{
	struct blindrsa_key *key = NULL;
	struct key_file f;
	enum status st;

	if ((st = key_file_read(path, KIND, &f, d)) != ST_OK)
		return st;
	if (strcmp(f.name, name) != 0 ||
	    blindrsa_private(f.secret, f.secret_n, &key) != ST_OK ||
	    blindrsa_size(key) != KEYD_BLINDED)
		st = diag_set(d, ST_IO, "", "",
		    "The key file %.200s does not hold that issuer's key. "
		    "Bring it back from the backup of the keys.",
		    path);
	else if ((*out = add(s, name, &key)) == NULL)
		st = ST_NOMEM;
	explicit_bzero(&f, sizeof(f));
	blindrsa_free(&key);
	return st;
}

/* With making held: a new key, in its file before it is used. */
static enum status
generate(struct issuers *s, const char *name, const char *path,
    struct issuer **out, struct diag *d)
{
	struct blindrsa_key *key = NULL;
	struct key_file f = { 0 };
	enum status st;
	struct buf der;

	buf_init(&der, sizeof(f.secret));
	if ((st = blindrsa_generate(&key)) != ST_OK ||
	    (st = blindrsa_private_der(key, &der)) != ST_OK)
		goto done;
	(void)snprintf(f.name, sizeof(f.name), "%s", name);
	memcpy(f.secret, der.p, der.n);
	f.secret_n = der.n;
	if ((st = key_file_create(path, KIND, &f, d)) != ST_OK)
		goto done;
	if ((*out = add(s, name, &key)) == NULL)
		st = ST_NOMEM;
done:
	explicit_bzero(&f, sizeof(f));
	buf_wipe(&der);
	blindrsa_free(&key);
	return st;
}

/*
 * Hold the issuer of purpose and epoch, made anew if it is not there and
 * make is set; the caller releases *out.
 */
static enum status
get(struct issuers *s, const char *purpose, uint64_t epoch, int make,
    struct issuer **out, struct diag *d)
{
	char name[KEYD_NAME_MAX + 1], path[PATH_MAX];
	enum status st;

	*out = NULL;
	if ((st = name_of(s, purpose, epoch, name, path, d)) != ST_OK)
		return st;
	/* What another process of this store has erased is gone here too. */
	if (access(path, F_OK) != 0)
		forget(s, name);
	if ((*out = hold(s, name)) != NULL)
		return ST_OK;
	(void)pthread_mutex_lock(&s->making);
	if ((*out = hold(s, name)) == NULL) {
		st = load(s, name, path, out, make ? NULL : d);
		if (st == ST_NOTFOUND && make)
			st = generate(s, name, path, out, NULL);
		/* Another process was faster: its key is the one. */
		if (make && st == ST_CONFLICT)
			st = load(s, name, path, out, NULL);
		if (make && st != ST_OK)
			(void)diag_set(d, st, "", "",
			    "The issuer key %.200s could not be made or read.",
			    path);
	}
	(void)pthread_mutex_unlock(&s->making);
	return st;
}

static enum status
put_public(struct issuers *s, const char *purpose, uint64_t epoch, int make,
    struct buf *spki, struct diag *d)
{
	uint8_t bytes[BLINDRSA_SPKI_MAX];
	struct issuer *i;
	enum status st;
	size_t n;

	if ((st = get(s, purpose, epoch, make, &i, d)) != ST_OK)
		return st;
	blindrsa_spki(i->key, bytes, &n);
	release(s, i);
	buf_put(spki, bytes, n);
	return buf_status(spki);
}

enum status
issuers_create(struct issuers *s, const char *purpose, uint64_t epoch,
    struct buf *spki, struct diag *d)
{
	return put_public(s, purpose, epoch, 1, spki, d);
}

enum status
issuers_public(struct issuers *s, const char *purpose, uint64_t epoch,
    struct buf *spki, struct diag *d)
{
	return put_public(s, purpose, epoch, 0, spki, d);
}

enum status
issuers_erase(
    struct issuers *s, const char *purpose, uint64_t epoch, struct diag *d)
{
	char name[KEYD_NAME_MAX + 1], path[PATH_MAX];
	enum status st;

	if ((st = name_of(s, purpose, epoch, name, path, d)) != ST_OK)
		return st;
	(void)pthread_mutex_lock(&s->making);
	st = key_file_erase(path, d);
	forget(s, name);
	(void)pthread_mutex_unlock(&s->making);
	return st;
}

enum status
issuers_sign(struct issuers *s, const char *purpose, uint64_t epoch,
    const uint8_t *blinded, size_t n, uint8_t *signatures, struct diag *d)
{
	struct issuer *i;
	enum status st;
	size_t at;

	PRE(n % KEYD_BLINDED == 0);
	if ((st = get(s, purpose, epoch, 0, &i, d)) != ST_OK)
		return st;
	for (at = 0; at < n && st == ST_OK; at += KEYD_BLINDED)
		st = blindrsa_sign(i->key, blinded + at, signatures + at);
	if (st == ST_INVALID)
		(void)diag_set(d, st, "blinded", "",
		    "Blinded message %zu is not a number below the issuer's "
		    "modulus.",
		    at / KEYD_BLINDED);
	release(s, i);
	return st;
}
