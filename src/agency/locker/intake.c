#include "agency/locker/intake.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agency/inner.h"
#include "agency/locker/custodian.h"
#include "agency/locker/decision.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "blob/blob.h"
#include "evidence/custody.h"
#include "evidence/finding.h"
#include "store/store.h"

#define SOME 64
#define TEXTS (256 * 1024)

/* -- lists of ids ---------------------------------------------------------- */

struct some {
	size_t n;
	struct {
		struct id id, other;
		int64_t a, b;
	} v[SOME];
};

static enum status
take_upload(const struct row *row, void *arg)
{
	struct some *s = arg;

	if (s->n == SOME)
		return ST_OK;
	row_id(row, 0, &s->v[s->n].id);
	s->v[s->n].a = row_int(row, 1);
	s->v[s->n].b = row_int(row, 2);
	s->n++;
	return ST_OK;
}

static enum status
take_item(const struct row *row, void *arg)
{
	struct some *s = arg;

	if (s->n == SOME)
		return ST_OK;
	row_id(row, 0, &s->v[s->n].id);
	row_id(row, 1, &s->v[s->n].other);
	s->n++;
	return ST_OK;
}

static enum status
list_complete(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, size, created FROM upload WHERE state = 'complete'",
	    NULL, 0, take_upload, arg);
}

static enum status
list_decided(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, size, created FROM upload WHERE state = 'decided'",
	    NULL, 0, take_upload, arg);
}

static enum status
list_uninspected(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, submission FROM item WHERE present AND NOT inspected "
	    "AND submission IN (SELECT id FROM submission WHERE "
	    "state = 'received')",
	    NULL, 0, take_item, arg);
}

static enum status
list_unfound(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, request FROM submission WHERE state = 'received' AND "
	    "finding_kind = '' AND NOT EXISTS (SELECT 1 FROM item WHERE "
	    "item.submission = submission.id AND NOT inspected)",
	    NULL, 0, take_item, arg);
}

static enum status
list_withdrawn(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, submission FROM item WHERE present AND submission IN "
	    "(SELECT id FROM submission WHERE state = 'withdrawn')",
	    NULL, 0, take_item, arg);
}

/* -- an item is looked at -------------------------------------------------- */

struct look {
	struct office *a;
	struct id item;
	bool readable;
	const char *detail;
};

static enum status
put_look(struct tx *tx, void *arg)
{
	struct look *l = arg;
	int64_t changes = 0;
	enum status st;

	/* It may have been withdrawn meanwhile. */
	st = store_exec_changes(tx,
	    "UPDATE item SET inspected = TRUE, readable = $2, detail = $3 "
	    "WHERE id = $1 AND NOT inspected AND submission IN "
	    "(SELECT id FROM submission WHERE state = 'received')",
	    (struct store_param[]){
		P_ID(&l->item), P_BOOL(l->readable), P_TEXT(l->detail) },
	    3, &changes);
	if (st != ST_OK || changes == 0)
		return st;
	return custodian_add(tx, l->a, &l->item, clock_now(), CUSTODY_INSPECTED,
	    l->readable ? "It can be read." : "It cannot be read.");
}

static enum status
inspect(struct office *a, const struct id *item)
{
	struct look l = { .a = a, .item = *item };
	struct arena *mem = arena_new(TEXTS);
	struct diag d = { 0 };
	int64_t size;
	enum status st;
	int fd = -1;

	if (mem == NULL)
		return ST_NOMEM;
	if ((st = blob_open(a->items, item, &fd, &size)) == ST_OK)
		st = finding_inspect(fd, &l.readable, &l.detail, mem, &d);
	if (st == ST_OK)
		st = store_run(a->store, put_look, &l);
	else if (d.text[0] != '\0')
		log_line(LOG_ERROR, "inspect", "why=\"%.200s\"", d.text);
	if (fd >= 0)
		(void)close(fd);
	arena_free(&mem);
	return st;
}

/* -- the finding ----------------------------------------------------------- */

struct find {
	struct office *a;
	struct id submission;
	struct arena *mem;
};

static enum status
take_fact(const struct row *row, void *arg)
{
	struct finding_facts *f = ((void **)arg)[0];
	struct arena *mem = ((void **)arg)[1];

	if (f->n == FINDING_ITEMS)
		return ST_FAIL;
	f->items[f->n].same = true; /* or it had not been admitted */
	f->items[f->n].readable = row_bool(row, 0);
	f->items[f->n].detail = row_text(row, 1, mem);
	return f->items[f->n++].detail == NULL ? ST_NOMEM : ST_OK;
}

static enum status
put_finding(struct tx *tx, void *arg)
{
	struct find *x = arg;
	struct finding_facts f = { .submission = x->submission,
		.signature = true,
		.pass = true,
		.list = true,
		.request = true };
	struct finding found;
	struct buf b;
	enum status st;

	buf_init(&b, TEXTS);
	if ((st = store_query(tx,
		 "SELECT readable, detail FROM item WHERE submission = $1 "
		 "ORDER BY n",
		 (struct store_param[]){ P_ID(&x->submission) }, 1, take_fact,
		 (void *[]){ &f, x->mem })) != ST_OK ||
	    (st = finding_make(&f, &found, x->mem)) != ST_OK ||
	    (st = finding_write(&found, &b)) != ST_OK ||
	    (st = store_exec(tx,
		 "UPDATE submission SET finding = $2, finding_kind = $3 "
		 "WHERE id = $1",
		 (struct store_param[]){ P_ID(&x->submission),
		     P_BYTES(b.p, b.n), P_TEXT(found.finding) },
		 3)) != ST_OK)
		goto done;
	st = custodian_add_all(tx, x->a, &x->submission, clock_now(),
	    CUSTODY_FOUND, finding_sentence(found.finding));
done:
	buf_fini(&b);
	return st;
}

static enum status
find(struct office *a, const struct id *submission)
{
	struct find x = { .a = a, .submission = *submission };
	enum status st;

	if ((x.mem = arena_new(4 * TEXTS)) == NULL)
		return ST_NOMEM;
	st = store_run(a->store, put_finding, &x);
	arena_free(&x.mem);
	return st;
}

/* -- what was withdrawn is erased ------------------------------------------ */

static enum status
set_absent(struct tx *tx, void *arg)
{
	return store_exec(tx, "UPDATE item SET present = FALSE WHERE id = $1",
	    (struct store_param[]){ P_ID((struct id *)arg) }, 1);
}

static enum status
erase(struct office *a, struct id *item)
{
	enum status st = blob_erase(a->items, item);

	return st != ST_OK ? st : store_run(a->store, set_absent, item);
}

/* -- one step -------------------------------------------------------------- */

enum stage { WITHDRAWN, DECIDED, COMPLETE, LOOK, FIND, STAGES };

static store_fn *const lists[STAGES] = {
	[WITHDRAWN] = list_withdrawn,
	[DECIDED] = list_decided,
	[COMPLETE] = list_complete,
	[LOOK] = list_uninspected,
	[FIND] = list_unfound,
};

static enum status
do_one(struct office *a, enum stage stage, struct some *s, size_t i)
{
	switch (stage) {
	case WITHDRAWN:
		return erase(a, &s->v[i].id);
	case DECIDED:
		return decision_close(a, &s->v[i].id);
	case COMPLETE:
		return decision_make(a, &s->v[i].id, s->v[i].a, s->v[i].b);
	case LOOK:
		return inspect(a, &s->v[i].id);
	default:
		return find(a, &s->v[i].id);
	}
}

enum status
intake_step(struct office *a, bool *worked)
{
	struct some *s = malloc(sizeof(*s));
	enum status st = s == NULL ? ST_NOMEM : ST_OK;
	int stage;
	size_t i;

	*worked = false;
	for (stage = 0; stage < STAGES && st == ST_OK && !*worked; stage++) {
		s->n = 0;
		st = store_read(a->store, lists[stage], s);
		for (i = 0; st == ST_OK && i < s->n && !*worked; i++) {
			enum status one = do_one(a, (enum stage)stage, s, i);

			if (one == ST_OK)
				*worked = true;
			else
				log_line(LOG_WARN, "intake",
				    "stage=%d status=%s", stage,
				    status_name(one));
		}
	}
	free(s);
	return st;
}

enum status
intake_run(struct office *a)
{
	bool worked = true, stop = false;
	enum status st = ST_OK;

	while (st == ST_OK && worked && !stop) {
		st = intake_step(a, &worked);
		(void)pthread_mutex_lock(&a->lock);
		stop = a->stop;
		(void)pthread_mutex_unlock(&a->lock);
	}
	return st;
}

/* -- the thread ------------------------------------------------------------ */

void
intake_wake(struct office *a)
{
	(void)pthread_mutex_lock(&a->lock);
	a->complete = true;
	(void)pthread_cond_signal(&a->work);
	(void)pthread_mutex_unlock(&a->lock);
}

void *
intake_thread(void *arg)
{
	struct office *a = arg;
	enum status st;

	(void)pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (!a->complete) {
			(void)pthread_cond_wait(&a->work, &a->lock);
			continue;
		}
		a->complete = false;
		(void)pthread_mutex_unlock(&a->lock);
		if ((st = intake_run(a)) != ST_OK)
			log_line(
			    LOG_ERROR, "intake", "status=%s", status_name(st));
		(void)pthread_mutex_lock(&a->lock);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return NULL;
}

static enum status
find_item(struct tx *tx, void *arg)
{
	return store_one(tx, "SELECT id FROM item WHERE id = $1 AND present",
	    (struct store_param[]){ P_ID((const struct id *)arg) }, 1, NULL,
	    NULL);
}

static enum status
sweep_one(const struct id *name, int64_t size, void *arg)
{
	struct office *a = arg;
	struct id id = *name;
	enum status st = store_read(a->store, find_item, &id);

	(void)size;
	return st == ST_NOTFOUND ? blob_erase(a->items, name) : st;
}

enum status
intake_sweep(struct office *a)
{
	return blob_list(a->items, sweep_one, a);
}
