#include "keyd/serve.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "crypto/note.h"
#include "keyd/identities.h"
#include "keyd/issuers.h"
#include "keyd/notes.h"

struct serve {
	char *dir;
	enum keyd_class class;
	struct notes *notes;
	struct identities *identities[2]; /* by enum keyd_kind */
	struct issuers *issuers;
};

struct call {
	struct serve *s;
	struct wire_in in;
	struct buf *reply;
	struct diag d;
};

static enum status
hello(struct call *c)
{
	(void)wire_end(&c->in);
	return ST_OK;
}

static enum status
put_key(struct call *c, const struct note_key *key)
{
	char text[NOTE_VKEY];

	note_key_text(key, text);
	wire_put_string(c->reply, text);
	return buf_status(c->reply);
}

static enum status
note_create(struct call *c)
{
	char name[KEYD_NAME_MAX + 1];
	char types[KEYD_TYPES_MAX][KEYD_TYPE_MAX + 1] = { { 0 } };
	struct note_key key;
	enum status st;
	uint32_t n, i;

	wire_string(&c->in, name, sizeof(name));
	n = wire_u32(&c->in);
	if (n == 0 || n > KEYD_TYPES_MAX)
		c->in.bad = 1;
	for (i = 0; i < n && !c->in.bad; i++)
		wire_string(&c->in, types[i], sizeof(types[i]));
	if (!wire_end(&c->in))
		return ST_INVALID;
	st = notes_create(c->s->notes, name, types, n, &key, &c->d);
	return st == ST_OK ? put_key(c, &key) : st;
}

static enum status
note_key_of(struct call *c)
{
	char name[KEYD_NAME_MAX + 1];
	struct note_key key;
	enum status st;

	wire_string(&c->in, name, sizeof(name));
	if (!wire_end(&c->in))
		return ST_INVALID;
	st = notes_key(c->s->notes, name, &key, &c->d);
	return st == ST_OK ? put_key(c, &key) : st;
}

/* Reply with what line holds, and free that. */
static enum status
put_buf(struct call *c, enum status st, struct buf *line)
{
	if (st == ST_OK) {
		wire_put_bytes(c->reply, line->p, line->n);
		st = buf_status(c->reply);
	}
	buf_fini(line);
	return st;
}

static enum status
sign(struct call *c)
{
	char name[KEYD_NAME_MAX + 1];
	const uint8_t *text;
	struct buf line;
	size_t n;

	wire_string(&c->in, name, sizeof(name));
	text = wire_bytes(&c->in, &n);
	if (!wire_end(&c->in))
		return ST_INVALID;
	buf_init(&line, 1024);
	return put_buf(
	    c, notes_sign(c->s->notes, name, text, n, &line, &c->d), &line);
}

static enum status
cosign(struct call *c)
{
	char name[KEYD_NAME_MAX + 1];
	const uint8_t *text;
	struct buf line;
	uint64_t time_s;
	size_t n;

	wire_string(&c->in, name, sizeof(name));
	time_s = wire_u64(&c->in);
	text = wire_bytes(&c->in, &n);
	if (time_s > (uint64_t)CLOCK_MAX)
		c->in.bad = 1;
	if (!wire_end(&c->in))
		return ST_INVALID;
	buf_init(&line, 1024);
	return put_buf(c,
	    notes_cosign(
		c->s->notes, name, text, n, (int64_t)time_s, &line, &c->d),
	    &line);
}

static struct identities *
read_kind(struct call *c)
{
	uint8_t kind = wire_u8(&c->in);

	if (kind >= NELEMS(c->s->identities)) {
		c->in.bad = 1;
		kind = 0;
	}
	return c->s->identities[kind];
}

static enum status
identity_create(struct call *c)
{
	struct identities *ids = read_kind(c);
	char name[KEYD_NAME_MAX + 1], recipient[KEYD_RECIPIENT_TEXT];
	enum status st;

	wire_string(&c->in, name, sizeof(name));
	if (!wire_end(&c->in))
		return ST_INVALID;
	if ((st = identities_create(ids, name, recipient, &c->d)) != ST_OK)
		return st;
	wire_put_string(c->reply, recipient);
	return buf_status(c->reply);
}

static enum status
identity_recipient(struct call *c)
{
	struct identities *ids = read_kind(c);
	char name[KEYD_NAME_MAX + 1], recipient[KEYD_RECIPIENT_TEXT];
	enum status st;

	wire_string(&c->in, name, sizeof(name));
	if (!wire_end(&c->in))
		return ST_INVALID;
	if ((st = identities_recipient(ids, name, recipient, &c->d)) != ST_OK)
		return st;
	wire_put_string(c->reply, recipient);
	return buf_status(c->reply);
}

static enum status
identity_erase(struct call *c)
{
	struct identities *ids = read_kind(c);
	char name[KEYD_NAME_MAX + 1];

	wire_string(&c->in, name, sizeof(name));
	if (!wire_end(&c->in))
		return ST_INVALID;
	return identities_erase(ids, name, &c->d);
}

static enum status
unwrap(struct call *c)
{
	struct identities *ids = read_kind(c);
	char name[KEYD_NAME_MAX + 1];
	const uint8_t *header;
	uint8_t file_key[16];
	enum status st;
	size_t n;

	header = wire_bytes(&c->in, &n);
	if (!wire_end(&c->in))
		return ST_INVALID;
	st = identities_unwrap(ids, header, n, name, file_key, &c->d);
	if (st != ST_OK)
		return st;
	wire_put_string(c->reply, name);
	wire_put_bytes(c->reply, file_key, sizeof(file_key));
	explicit_bzero(file_key, sizeof(file_key));
	return buf_status(c->reply);
}

static uint64_t
read_issuer(struct call *c, char purpose[KEYD_PURPOSE_MAX + 1])
{
	wire_string(&c->in, purpose, KEYD_PURPOSE_MAX + 1);
	return wire_u64(&c->in);
}

static enum status
issuer_create(struct call *c)
{
	char purpose[KEYD_PURPOSE_MAX + 1];
	uint64_t epoch = read_issuer(c, purpose);
	struct buf spki;

	if (!wire_end(&c->in))
		return ST_INVALID;
	buf_init(&spki, KEYD_SPKI_MAX);
	return put_buf(c,
	    issuers_create(c->s->issuers, purpose, epoch, &spki, &c->d), &spki);
}

static enum status
issuer_public(struct call *c)
{
	char purpose[KEYD_PURPOSE_MAX + 1];
	uint64_t epoch = read_issuer(c, purpose);
	struct buf spki;

	if (!wire_end(&c->in))
		return ST_INVALID;
	buf_init(&spki, KEYD_SPKI_MAX);
	return put_buf(c,
	    issuers_public(c->s->issuers, purpose, epoch, &spki, &c->d), &spki);
}

static enum status
issuer_erase(struct call *c)
{
	char purpose[KEYD_PURPOSE_MAX + 1];
	uint64_t epoch = read_issuer(c, purpose);

	if (!wire_end(&c->in))
		return ST_INVALID;
	return issuers_erase(c->s->issuers, purpose, epoch, &c->d);
}

static enum status
blind_sign(struct call *c)
{
	char purpose[KEYD_PURPOSE_MAX + 1];
	uint64_t epoch = read_issuer(c, purpose);
	const uint8_t *blinded;
	uint8_t *out;
	size_t n;

	blinded = wire_bytes(&c->in, &n);
	if (n == 0 || n % KEYD_BLINDED != 0 ||
	    n / KEYD_BLINDED > KEYD_BATCH_MAX)
		c->in.bad = 1;
	if (!wire_end(&c->in))
		return ST_INVALID;
	wire_put_u32(c->reply, (uint32_t)n);
	if ((out = buf_extend(c->reply, n)) == NULL)
		return buf_status(c->reply);
	return issuers_sign(
	    c->s->issuers, purpose, epoch, blinded, n, out, &c->d);
}

/* Every operation: the class that has it (-1: both), whether it is quick. */
static const struct {
	enum status (*run)(struct call *c);
	int class, quick;
} ops[] = {
	[WIRE_HELLO] = { hello, -1, 1 },
	[WIRE_NOTE_CREATE] = { note_create, KEYD_SIGNING, 0 },
	[WIRE_NOTE_KEY] = { note_key_of, KEYD_SIGNING, 1 },
	[WIRE_SIGN] = { sign, KEYD_SIGNING, 1 },
	[WIRE_COSIGN] = { cosign, KEYD_SIGNING, 1 },
	[WIRE_IDENTITY_CREATE] = { identity_create, KEYD_SIGNING, 0 },
	[WIRE_IDENTITY_RECIPIENT] = { identity_recipient, KEYD_SIGNING, 0 },
	[WIRE_IDENTITY_ERASE] = { identity_erase, KEYD_SIGNING, 0 },
	[WIRE_UNWRAP] = { unwrap, KEYD_SIGNING, 0 },
	[WIRE_ISSUER_CREATE] = { issuer_create, KEYD_ISSUING, 0 },
	[WIRE_ISSUER_PUBLIC] = { issuer_public, KEYD_ISSUING, 0 },
	[WIRE_ISSUER_ERASE] = { issuer_erase, KEYD_ISSUING, 0 },
	[WIRE_BLIND_SIGN] = { blind_sign, KEYD_ISSUING, 0 },
};

int
serve_is_quick(uint8_t op)
{
	return op < NELEMS(ops) && ops[op].quick;
}

int
serve_call(struct serve *s, uint8_t op, const struct buf *body, uint8_t *code,
    struct buf *reply)
{
	struct call c = { .s = s, .in = { .p = body->p, .n = body->n } };
	enum status st;

	if (op >= NELEMS(ops) || ops[op].run == NULL ||
	    (ops[op].class >= 0 && ops[op].class != (int)s->class))
		return 0;
	c.reply = reply;
	st = ops[op].run(&c);
	if (c.in.bad || c.in.n != 0)
		return 0;
	if (st != ST_OK) {
		/* Half an answer may hold half a secret. */
		buf_wipe(reply);
		wire_put_string(reply, c.d.problem);
		wire_put_string(reply, c.d.field);
		wire_put_string(reply, c.d.limit);
		wire_put_string(reply, c.d.text);
	}
	*code = (uint8_t)st;
	return 1;
}

/*
 * A key that was being made when its process was killed lies beside its
 * place, under a name that ends in ".new".  It was promised to nobody.
 */
static void
sweep(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *file;
	struct stat st;
	size_t n;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return;
	while ((file = readdir(d)) != NULL) {
		n = strlen(file->d_name);
		if (n < 4 || strcmp(file->d_name + n - 4, ".new") != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", dir, file->d_name) >=
			(int)sizeof(path))
			continue;
		/* Not one that another process is just making. */
		if (stat(path, &st) == 0 &&
		    st.st_mtim.tv_sec < clock_now() - 60)
			(void)unlink(path);
	}
	(void)closedir(d);
}

static enum status
open_store(struct serve *s, struct diag *d)
{
	static const char *const kinds[][3] = {
		[KEYD_SIGNING] = { "note", "request", "letter" },
		[KEYD_ISSUING] = { "issuer", NULL, NULL },
	};
	char path[PATH_MAX];
	enum status st;
	size_t i;

	for (i = 0; i < 3 && kinds[s->class][i] != NULL; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", s->dir, kinds[s->class][i]);
		if ((st = file_mkdir(path, d)) != ST_OK)
			return st;
		if (access(path, R_OK | W_OK | X_OK) != 0)
			return diag_set(d, ST_IO, "", "",
			    "The directory %.200s of the key store cannot be "
			    "used by this user.",
			    path);
		sweep(path);
	}
	return ST_OK;
}

enum status
serve_new(
    const char *dir, enum keyd_class class, struct serve **out, struct diag *d)
{
	struct serve *s;
	enum status st = ST_NOMEM;

	*out = NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return ST_NOMEM;
	s->class = class;
	if ((s->dir = strdup(dir)) == NULL ||
	    (s->notes = notes_new(s->dir)) == NULL ||
	    (s->identities[KEYD_REQUEST] = identities_new(s->dir, "request")) ==
		NULL ||
	    (s->identities[KEYD_LETTER] = identities_new(s->dir, "letter")) ==
		NULL ||
	    (s->issuers = issuers_new(s->dir)) == NULL ||
	    (st = open_store(s, d)) != ST_OK)
		serve_free(&s);
	*out = s;
	return s == NULL ? st : ST_OK;
}

void
serve_free(struct serve **s)
{
	size_t i;

	if (*s == NULL)
		return;
	notes_free(&(*s)->notes);
	for (i = 0; i < NELEMS((*s)->identities); i++)
		identities_free(&(*s)->identities[i]);
	issuers_free(&(*s)->issuers);
	free((*s)->dir);
	free(*s);
	*s = NULL;
}
