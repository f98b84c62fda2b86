#include "evidence/custody.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "protocol/doc.h"
#include "tlog/tree.h"

#define AT(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}

static const char *const events[] = {
	CUSTODY_RECEIVED,
	CUSTODY_INSPECTED,
	CUSTODY_FOUND,
	CUSTODY_EXPORTED,
	CUSTODY_WITHDRAWN,
};

/* -- lines ----------------------------------------------------------------- */

enum status
custody_line(const struct custody_entry *e, struct buf *b)
{
	json_t *v = json_pack("{s:s,s:o,s:I,s:o,s:o,s:s,s:s,s:s}", "type",
	    CUSTODY_ENTRY_TYPE, "item", json_hex(e->item.b, ID_BYTES), "n",
	    (json_int_t)e->n, "prev", json_hex(e->prev, CUSTODY_HASH), "time",
	    json_time(e->time), "event", e->event, "by", e->by, "detail",
	    e->detail);
	enum status st = v == NULL ? ST_NOMEM : json_write(v, b);

	json_decref(v);
	buf_putc(b, '\n');
	return st != ST_OK ? st : buf_status(b);
}

void
custody_hash(const void *line, size_t n, uint8_t out[CUSTODY_HASH])
{
	const char *p = line;

	if (n > 0 && p[n - 1] == '\n')
		n--;
	hash_sha256(p, n, out);
}

void
custody_received(
    size_t k, uint64_t size, const uint8_t sha256[32], char out[CUSTODY_DETAIL])
{
	char hex[ENC_HEX(32)];

	enc_hex(sha256, 32, hex);
	(void)snprintf(out, CUSTODY_DETAIL,
	    "Clip %zu: %" PRIu64 " bytes, SHA-256 %s.", k, size, hex);
}

/* -- reading --------------------------------------------------------------- */

static enum status
parse_line(const char *p, size_t n, struct custody_entry *e, struct arena *a,
    struct diag *d)
{
	struct in {
		struct custody_entry e;
		const char *type;
	} in = { 0 };
	static const struct json_field spec[] = {
		{ .name = "type",
		    .kind = JSON_FIELD_STR,
		    .offset = offsetof(struct in, type),
		    .only = CUSTODY_ENTRY_TYPE },
		AT("item", JSON_FIELD_ID, struct in, e.item, 0, 0),
		AT("n", JSON_FIELD_INT, struct in, e.n, 0, INT64_C(1) << 40),
		AT("prev", JSON_FIELD_HASH, struct in, e.prev, 0, 0),
		AT("time", JSON_FIELD_TIME, struct in, e.time, 0, 0),
		AT("event", JSON_FIELD_STR, struct in, e.event, 1, 16),
		AT("by", JSON_FIELD_STR, struct in, e.by, 1, 160),
		AT("detail", JSON_FIELD_STR, struct in, e.detail, 0, 1000),
	};
	json_t *v = NULL;
	enum status st;
	size_t i;

	if ((st = json_read_canonical(p, n, &v, d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &in, a, d);
	json_decref(v);
	if (st != ST_OK)
		return st;
	for (i = 0; i < NELEMS(events); i++)
		if (strcmp(in.e.event, events[i]) == 0)
			break;
	if (i == NELEMS(events))
		return diag_set(d, ST_INVALID, "event", "",
		    "A custody line says %.16s, which is no event.",
		    in.e.event);
	*e = in.e;
	return ST_OK;
}

/* Called for every line, with its hash. */
typedef enum status line_fn(void *arg, const struct custody_entry *e,
    const uint8_t hash[CUSTODY_HASH], size_t line);

static enum status
each_line(const void *p, size_t n, line_fn *fn, void *arg, struct diag *d)
{
	const char *at = p, *end = at + n, *nl;
	uint8_t hash[CUSTODY_HASH];
	struct custody_entry e;
	struct arena *a = NULL;
	enum status st = ST_OK;
	size_t line = 0;

	for (; at < end && st == ST_OK; at = nl + 1) {
		line++;
		nl = memchr(at, '\n', (size_t)(end - at));
		if (nl == NULL || nl - at > CUSTODY_LINE_MAX) {
			st = diag_set(d, ST_INVALID, "custody", "",
			    "Line %zu of the custody list is cut short or "
			    "too long.",
			    line);
			break;
		}
		arena_free(&a);
		if ((a = arena_new(16384)) == NULL) {
			st = ST_NOMEM;
			break;
		}
		hash_sha256(at, (size_t)(nl - at), hash);
		st = parse_line(at, (size_t)(nl - at), &e, a, d);
		if (st == ST_OK)
			st = fn(arg, &e, hash, line);
	}
	arena_free(&a);
	return st;
}

struct check {
	struct custody_item *v;
	size_t n, max;
	struct diag *d;
};

static enum status
broken(struct check *c, size_t line, const char *what)
{
	return diag_problem(c->d, ST_SIGNATURE, "custody", "custody", "",
	    "Line %zu of the custody list %s.", line, what);
}

static enum status
begin_item(struct check *c, const struct custody_entry *e, size_t line)
{
	static const uint8_t zero[CUSTODY_HASH];
	struct custody_item *x;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (id_equal(&c->v[i].item, &e->item))
			return broken(
			    c, line, "returns to an item that was done");
	if (c->n == c->max)
		return broken(c, line, "is of one item too many");
	if (e->n != 0 || memcmp(e->prev, zero, sizeof(zero)) != 0 ||
	    strcmp(e->event, CUSTODY_RECEIVED) != 0)
		return broken(c, line,
		    "begins an item, but is not the first of its list");
	x = &c->v[c->n++];
	*x = (struct custody_item){
		.item = e->item, .first_s = e->time, .last_s = e->time
	};
	(void)snprintf(x->received, sizeof(x->received), "%s", e->detail);
	return ST_OK;
}

static enum status
check_line(void *arg, const struct custody_entry *e,
    const uint8_t hash[CUSTODY_HASH], size_t line)
{
	struct check *c = arg;
	struct custody_item *x = c->n == 0 ? NULL : &c->v[c->n - 1];
	enum status st;

	if (x == NULL || !id_equal(&x->item, &e->item)) {
		if ((st = begin_item(c, e, line)) != ST_OK)
			return st;
		x = &c->v[c->n - 1];
	} else {
		if (e->n != x->entries)
			return broken(c, line, "is out of its number");
		if (memcmp(e->prev, x->head, CUSTODY_HASH) != 0)
			return broken(c, line,
			    "does not name the line before it: something was "
			    "changed, left out or put in");
		if (e->time < x->last_s)
			return broken(c, line, "is older than the one before");
		if (strcmp(e->event, CUSTODY_RECEIVED) == 0)
			return broken(c, line, "receives an item again");
	}
	x->entries++;
	x->last_s = e->time;
	memcpy(x->head, hash, CUSTODY_HASH);
	x->inspected |= strcmp(e->event, CUSTODY_INSPECTED) == 0;
	x->found |= strcmp(e->event, CUSTODY_FOUND) == 0;
	x->exported |= strcmp(e->event, CUSTODY_EXPORTED) == 0;
	x->withdrawn |= strcmp(e->event, CUSTODY_WITHDRAWN) == 0;
	return ST_OK;
}

enum status
custody_check(const void *p, size_t n, struct custody_item *out, size_t max,
    size_t *count, struct diag *d)
{
	struct check c = { .v = out, .max = max, .d = d };
	enum status st = each_line(p, n, check_line, &c, d);

	*count = c.n;
	return st;
}

struct reader {
	custody_each *each;
	void *arg;
};

static enum status
read_line(void *arg, const struct custody_entry *e,
    const uint8_t hash[CUSTODY_HASH], size_t line)
{
	struct reader *r = arg;

	(void)hash;
	(void)line;
	r->each(r->arg, e);
	return ST_OK;
}

enum status
custody_read(
    const void *p, size_t n, custody_each *each, void *arg, struct diag *d)
{
	return each_line(p, n, read_line, &(struct reader){ each, arg }, d);
}

/* -- the day --------------------------------------------------------------- */

enum status
custody_day_parse(
    const struct doc *doc, struct custody_day *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AT("time", JSON_FIELD_TIME, struct custody_day, time, 0, 0),
		AT("day", JSON_FIELD_TIME, struct custody_day, day, 0, 0),
		AT("locker", JSON_FIELD_STR, struct custody_day, locker, 1,
		    120),
		AT("root", JSON_FIELD_HASH, struct custody_day, root, 0, 0),
		AT("leaves", JSON_FIELD_INT, struct custody_day, leaves, 1,
		    INT64_C(1) << 40),
	};
	struct custody_day in = { 0 };
	enum status st = doc_fields(
	    doc, CUSTODY_TYPE, spec, NELEMS(spec), &in, d);

	if (st != ST_OK)
		return st;
	if (in.day % 86400 != 0)
		return diag_set(d, ST_INVALID, "day", "midnight",
		    "The day is not named by its midnight.");
	if ((in.leaves & (in.leaves - 1)) != 0)
		return diag_set(d, ST_INVALID, "leaves", "a power of two",
		    "The number of leaves is no power of two.");
	*out = in;
	return ST_OK;
}

json_t *
custody_day_json(const struct custody_day *c)
{
	return json_pack("{s:o,s:o,s:s,s:o,s:I}", "time", json_time(c->time),
	    "day", json_time(c->day), "locker", c->locker, "root",
	    json_hex(c->root, CUSTODY_HASH), "leaves", (json_int_t)c->leaves);
}

void
custody_leaf(const uint8_t salt[32], const uint8_t head[CUSTODY_HASH],
    uint8_t out[CUSTODY_HASH])
{
	struct hash *h = hash_new();

	hash_update(h, salt, 32);
	hash_update(h, head, CUSTODY_HASH);
	hash_final(&h, out);
}

void
custody_root(const uint8_t *entries, size_t n, uint8_t out[CUSTODY_HASH])
{
	struct tlog_tree tree = { 0 };
	struct tlog_hash h;
	size_t i;

	PRE(n > 0 && (n & (n - 1)) == 0);
	for (i = 0; i < n; i++) {
		tree_leaf(entries + i * CUSTODY_HASH, CUSTODY_HASH, &h);
		tree_append(&tree, &h);
	}
	tree_root(&tree, &h);
	memcpy(out, h.b, CUSTODY_HASH);
}
