#include "keyd/keyd.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "crypto/note.h"
#include "keyd/link.h"

/*
 * struct keyd is the link to its process: what crosses it is here, how in
 * link.c.
 */

/* A call that is written, made, and its reply read. */
struct call {
	struct link *link;
	struct diag *d;
	struct buf body, reply;
	struct wire_in in; /* what is left of the reply */
	enum status unfit; /* what was put is nothing to send */
};

static void
begin(struct call *c, struct keyd *k, struct diag *d)
{
	*c = (struct call){ .link = (struct link *)k, .d = d };
	buf_init(&c->body, WIRE_MAX);
	buf_init(&c->reply, WIRE_MAX);
}

static enum status
make(struct call *c, enum wire_op op)
{
	enum status st = c->unfit;

	if (st == ST_OK)
		st = link_call(c->link, op, &c->body, &c->reply, c->d);
	c->in = (struct wire_in){ .p = c->reply.p, .n = c->reply.n };
	return st;
}

/*
 * keyd ends over a frame that is malformed, and a name that is too long must
 * not be one.
 */
static void
put_string(struct call *c, const char *what, const char *s, size_t max)
{
	if (strlen(s) <= max)
		wire_put_string(&c->body, s);
	else
		c->unfit = diag_set(c->d, ST_INVALID, what, "",
		    "A %s for the key process may have at most %zu characters.",
		    what, max);
}

static void
put_name(struct call *c, const char *name)
{
	put_string(c, "name", name, KEYD_NAME_MAX);
}

static void
put_text(struct call *c, const void *text, size_t n)
{
	if (n <= KEYD_TEXT_MAX)
		wire_put_bytes(&c->body, text, n);
	else
		c->unfit = diag_set(c->d, ST_INVALID, "", "131072 bytes",
		    "The text to be signed is too long.");
}

/* Check that the reply was read to its end, and wipe it. */
static enum status
end(struct call *c, enum status st)
{
	if (st == ST_OK && !wire_end(&c->in))
		st = diag_set(c->d, ST_PEER, "", "",
		    "The key process is of another version.");
	buf_wipe(&c->body);
	buf_wipe(&c->reply);
	return st;
}

/* A reply that is bytes to append to out. */
static enum status
end_append(struct call *c, enum status st, struct buf *out)
{
	const uint8_t *p;
	size_t n;

	if (st == ST_OK) {
		p = wire_bytes(&c->in, &n);
		buf_put(out, p, n);
		st = buf_status(out);
	}
	return end(c, st);
}

/* A reply that is a note key as text. */
static enum status
end_key(struct call *c, enum status st, struct note_key *out)
{
	char text[NOTE_VKEY];

	if (st == ST_OK) {
		wire_string(&c->in, text, sizeof(text));
		if (!c->in.bad)
			st = note_key_parse(text, out, c->d);
	}
	return end(c, st);
}

enum status
keyd_start(const char *exe, const char *store_dir, enum keyd_class class,
    struct keyd **out, struct diag *d)
{
	struct link *l;
	enum status st = link_start(exe, store_dir, class, &l, d);

	*out = (struct keyd *)l;
	return st;
}

void
keyd_stop(struct keyd **k)
{
	struct link *l = (struct link *)*k;

	link_stop(&l);
	*k = NULL;
}

int
keyd_pid(const struct keyd *k)
{
	return link_pid((const struct link *)k);
}

enum status
keyd_create_note_key(struct keyd *k, const char *name, const char *const *types,
    size_t n, struct note_key *out, struct diag *d)
{
	struct call c;
	size_t i;

	PRE(n >= 1 && n <= KEYD_TYPES_MAX);
	begin(&c, k, d);
	put_name(&c, name);
	wire_put_u32(&c.body, (uint32_t)n);
	for (i = 0; i < n; i++)
		put_string(&c, "type", types[i], KEYD_TYPE_MAX);
	return end_key(&c, make(&c, WIRE_NOTE_CREATE), out);
}

enum status
keyd_note_key(
    struct keyd *k, const char *name, struct note_key *out, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_name(&c, name);
	return end_key(&c, make(&c, WIRE_NOTE_KEY), out);
}

enum status
keyd_sign(struct keyd *k, const char *name, const void *text, size_t n,
    struct buf *line, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_name(&c, name);
	put_text(&c, text, n);
	return end_append(&c, make(&c, WIRE_SIGN), line);
}

enum status
keyd_cosign(struct keyd *k, const char *name, const void *checkpoint, size_t n,
    int64_t time_s, struct buf *line, struct diag *d)
{
	struct call c;

	PRE(time_s >= 0);
	begin(&c, k, d);
	put_name(&c, name);
	wire_put_u64(&c.body, (uint64_t)time_s);
	put_text(&c, checkpoint, n);
	return end_append(&c, make(&c, WIRE_COSIGN), line);
}

static void
put_identity(struct call *c, enum keyd_kind kind, const char *name)
{
	wire_put_u8(&c->body, (uint8_t)kind);
	put_name(c, name);
}

enum status
keyd_create_identity(struct keyd *k, enum keyd_kind kind, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d)
{
	struct call c;
	enum status st;

	begin(&c, k, d);
	put_identity(&c, kind, name);
	if ((st = make(&c, WIRE_IDENTITY_CREATE)) == ST_OK)
		wire_string(&c.in, recipient, KEYD_RECIPIENT_TEXT);
	return end(&c, st);
}

enum status
keyd_recipient(struct keyd *k, enum keyd_kind kind, const char *name,
    char recipient[KEYD_RECIPIENT_TEXT], struct diag *d)
{
	struct call c;
	enum status st;

	begin(&c, k, d);
	put_identity(&c, kind, name);
	if ((st = make(&c, WIRE_IDENTITY_RECIPIENT)) == ST_OK)
		wire_string(&c.in, recipient, KEYD_RECIPIENT_TEXT);
	return end(&c, st);
}

enum status
keyd_erase_identity(
    struct keyd *k, enum keyd_kind kind, const char *name, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_identity(&c, kind, name);
	return end(&c, make(&c, WIRE_IDENTITY_ERASE));
}

enum status
keyd_unwrap(struct keyd *k, enum keyd_kind kind, const void *header, size_t n,
    char name[KEYD_NAME_MAX + 1], uint8_t file_key[16], struct diag *d)
{
	const uint8_t *p;
	struct call c;
	enum status st;
	size_t got;

	begin(&c, k, d);
	wire_put_u8(&c.body, (uint8_t)kind);
	/* A header ends before this many; the payload stays here. */
	wire_put_bytes(&c.body, header, n < 16384 ? n : 16384);
	if ((st = make(&c, WIRE_UNWRAP)) == ST_OK) {
		wire_string(&c.in, name, KEYD_NAME_MAX + 1);
		p = wire_bytes(&c.in, &got);
		if (got == 16)
			memcpy(file_key, p, 16);
		else
			c.in.bad = 1;
	}
	return end(&c, st);
}

static void
put_issuer(struct call *c, const char *purpose, int64_t epoch)
{
	PRE(epoch >= 0);
	put_string(c, "purpose", purpose, KEYD_PURPOSE_MAX);
	wire_put_u64(&c->body, (uint64_t)epoch);
}

enum status
keyd_create_issuer(struct keyd *k, const char *purpose, int64_t epoch,
    struct buf *spki, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_issuer(&c, purpose, epoch);
	return end_append(&c, make(&c, WIRE_ISSUER_CREATE), spki);
}

enum status
keyd_issuer_public(struct keyd *k, const char *purpose, int64_t epoch,
    struct buf *spki, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_issuer(&c, purpose, epoch);
	return end_append(&c, make(&c, WIRE_ISSUER_PUBLIC), spki);
}

enum status
keyd_erase_issuer(
    struct keyd *k, const char *purpose, int64_t epoch, struct diag *d)
{
	struct call c;

	begin(&c, k, d);
	put_issuer(&c, purpose, epoch);
	return end(&c, make(&c, WIRE_ISSUER_ERASE));
}

enum status
keyd_blind_sign(struct keyd *k, const char *purpose, int64_t epoch,
    const uint8_t *blinded, size_t n, uint8_t *signatures, struct diag *d)
{
	const uint8_t *p;
	struct call c;
	enum status st;
	size_t got;

	PRE(n >= 1 && n <= KEYD_BATCH_MAX);
	begin(&c, k, d);
	put_issuer(&c, purpose, epoch);
	wire_put_bytes(&c.body, blinded, n * KEYD_BLINDED);
	if ((st = make(&c, WIRE_BLIND_SIGN)) == ST_OK) {
		p = wire_bytes(&c.in, &got);
		if (got == n * KEYD_BLINDED)
			memcpy(signatures, p, got);
		else
			c.in.bad = 1;
	}
	return end(&c, st);
}
