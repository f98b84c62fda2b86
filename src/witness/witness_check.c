/*
 * One checkpoint: read, checked against what was cosigned before, cosigned
 * and recorded, in the order that C2SP tlog-witness v1.0.0 gives.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/pre.h"
#include "keyd/keyd.h"
#include "store/store.h"
#include "tlog/lines.h"
#include "witness/inner.h"

struct job {
	struct witness *w;
	const struct witness_log *log;
	uint64_t old;
	struct tlog_proof_path path;
	struct note note;
	struct checkpoint cp;
	/* What was cosigned before; the empty tree at first. */
	uint64_t known_size;
	struct tlog_hash known_root;
	struct buf *out;
	struct diag *d;
};

static enum status
malformed(struct diag *d, const char *what)
{
	return diag_set(d, ST_INVALID, "", "", "%s", what);
}

/* "old N", the proof's lines, an empty line, the checkpoint. */
static enum status
read_call(struct job *j, const char *p, size_t n)
{
	struct lines in = { p, p + n };
	const char *line;
	enum status st;
	size_t len;

	if (!lines_next(&in, &line, &len) || len < 5 ||
	    memcmp(line, "old ", 4) != 0 ||
	    !lines_number(line + 4, len - 4, &j->old))
		return malformed(j->d,
		    "The first line must be \"old\" and the size of the tree "
		    "that was cosigned before.");
	for (;;) {
		if (!lines_next(&in, &line, &len))
			return malformed(j->d,
			    "An empty line must stand before the checkpoint.");
		if (len == 0)
			break;
		if (j->path.n == TREE_PROOF)
			return diag_set(j->d, ST_INVALID, "", "63 hashes",
			    "The proof is too long.");
		if (!lines_hash(line, len, &j->path.v[j->path.n++]))
			return malformed(j->d,
			    "A line of the proof is not a hash in base64.");
	}
	st = note_open(in.at, (size_t)(in.end - in.at), &j->note, j->d);
	return st != ST_OK
	    ? st
	    : checkpoint_parse(j->note.text, j->note.text_n, &j->cp, j->d);
}

/* Whether it is of a log that is trusted, and signed by it. */
static enum status
check_log(struct job *j)
{
	const struct witness *w = j->w;
	size_t i;

	for (i = 0; i < w->log_count && j->log == NULL; i++)
		if (strcmp(w->logs[i].origin, j->cp.origin) == 0)
			j->log = &w->logs[i];
	if (j->log == NULL)
		return diag_set(j->d, ST_NOTFOUND, "", "",
		    "This watcher does not watch the log of that origin.");
	if (note_verify(&j->note, &j->log->key) != ST_OK)
		return diag_set(j->d, ST_SIGNATURE, "", "",
		    "The log's signature is missing or wrong.");
	if (j->old > j->cp.size)
		return malformed(
		    j->d, "The old size is larger than the checkpoint's.");
	return ST_OK;
}

/* The checkpoint follows what is known; old is known_size. */
static enum status
check_consistent(const struct job *j)
{
	struct tlog_hash empty;

	tree_empty(&empty);
	if (j->cp.size == 0 && !tree_hash_equal(&j->cp.root, &empty))
		return diag_problem(j->d, ST_RULE, "inconsistent", "", "",
		    "The root of a log without entries is another one.");
	if (tree_verify_consistency(j->old, j->cp.size, &j->known_root,
		&j->cp.root, j->path.v, j->path.n) != ST_OK)
		return diag_problem(j->d, ST_RULE, "inconsistent", "", "",
		    "The proof does not show that this checkpoint holds all "
		    "that was cosigned before.");
	return ST_OK;
}

static enum status
take_known(const struct row *row, void *arg)
{
	struct job *j = arg;

	j->known_size = (uint64_t)row_int(row, 0);
	row_fixed(row, 1, j->known_root.b, TREE_HASH);
	return ST_OK;
}

static enum status
record(struct tx *tx, const struct job *j, bool first, const struct buf *note)
{
	const struct store_param p[] = {
		P_BYTES(j->log->hash, HASH_BYTES),
		P_INT((int64_t)j->cp.size),
		P_BYTES(j->cp.root.b, TREE_HASH),
		P_BYTES(note->p, note->n),
	};

	if (first)
		return store_exec(tx,
		    "INSERT INTO checkpoint (origin, size, root, note) "
		    "VALUES ($1, $2, $3, $4)",
		    p, NELEMS(p));
	return store_exec(tx,
	    "UPDATE checkpoint SET size = $2, root = $3, note = $4 "
	    "WHERE origin = $1",
	    p, NELEMS(p));
}

/* Append the checkpoint with the log's own signatures and the new line. */
static void
put_note(const struct job *j, struct buf *b)
{
	const struct note_signature *s;
	size_t i;

	buf_put(b, j->note.text, j->note.text_n);
	buf_putc(b, '\n');
	for (i = 0; i < j->note.signature_count; i++) {
		s = &j->note.signatures[i];
		if (s->name_n != strlen(j->log->key.name) ||
		    memcmp(s->name, j->log->key.name, s->name_n) != 0 ||
		    memcmp(s->id, j->log->key.id, sizeof(s->id)) != 0)
			continue;
		buf_puts(b, "\xe2\x80\x94 ");
		buf_put(b, s->name, s->name_n);
		buf_putc(b, ' ');
		buf_put(b, s->base64, s->base64_n);
		buf_putc(b, '\n');
	}
	buf_put(b, j->out->p, j->out->n);
}

/*
 * All writing functions run one after another, so between what is read here
 * and what is written nothing else is cosigned; and the line is handed out
 * only once the commit is durable.
 */
static enum status
advance(struct tx *tx, void *arg)
{
	struct job *j = arg;
	struct buf note;
	enum status st;
	bool first;

	buf_init(&note, (size_t)4 * CHECKPOINT_NOTE);
	buf_clear(j->out);
	j->known_size = 0;
	tree_empty(&j->known_root);
	st = store_one(tx,
	    "SELECT size, root FROM checkpoint WHERE origin = $1",
	    (struct store_param[]){ P_BYTES(j->log->hash, HASH_BYTES) }, 1,
	    take_known, j);
	first = st == ST_NOTFOUND;
	if (st != ST_OK && !first)
		goto done;
	if (j->known_size != j->old) {
		st = ST_CONFLICT;
		goto done;
	}
	if ((st = check_consistent(j)) != ST_OK ||
	    (st = keyd_cosign(j->w->keyd, j->w->name, j->note.text,
		 j->note.text_n, clock_now(), j->out, j->d)) != ST_OK)
		goto done;
	put_note(j, &note);
	if ((st = buf_status(&note)) == ST_OK)
		st = record(tx, j, first, &note);
done:
	buf_fini(&note);
	return st;
}

enum status
witness_check(struct witness *w, const void *p, size_t n, struct buf *out,
    uint64_t *size, struct diag *d)
{
	struct job j = { .w = w, .out = out, .d = d };
	enum status st;

	if ((st = read_call(&j, p, n)) != ST_OK ||
	    (st = check_log(&j)) != ST_OK)
		return st;
	st = store_run(w->store, advance, &j);
	*size = j.known_size;
	return st;
}

/* -- for those who watch the watchers -------------------------------------- */

struct newest {
	const uint8_t *origin;
	struct buf *out;
};

static enum status
take_note(const struct row *row, void *arg)
{
	struct newest *x = arg;
	const uint8_t *p;
	size_t n;

	row_bytes(row, 0, &p, &n);
	buf_put(x->out, p, n);
	return buf_status(x->out);
}

static enum status
read_newest(struct tx *tx, void *arg)
{
	struct newest *x = arg;

	return store_one(tx, "SELECT note FROM checkpoint WHERE origin = $1",
	    (struct store_param[]){ P_BYTES(x->origin, HASH_BYTES) }, 1,
	    take_note, x);
}

enum status
witness_newest(
    struct witness *w, const uint8_t origin[HASH_BYTES], struct buf *out)
{
	struct newest x = { origin, out };

	return store_read(w->store, read_newest, &x);
}
