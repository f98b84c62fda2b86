#include "keyd/link.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "keyd/spawn.h"

/* No operation takes as long; a process that is stuck counts as gone. */
#define TIMEOUT_MS 60000

/* A call that waits for its reply. */
struct waiting {
	uint32_t call;
	uint8_t code;
	int done;
	struct buf *reply;
	pthread_cond_t woken;
	struct waiting *next;
};

struct link {
	int fd;
	pid_t pid;
	pthread_mutex_t writing; /* one frame after the other */
	pthread_mutex_t lock;    /* over the rest */
	struct waiting *first;
	uint32_t calls;
	int reading; /* a thread is in wire_receive() */
	int gone;
};

static enum status
gone(struct diag *d)
{
	return diag_set(d, ST_PEER, "", "",
	    "The key process is gone. Start this program again; the log says "
	    "why it ended.");
}

/* With the lock held: nobody gets a reply any more. */
static void
give_up(struct link *l)
{
	struct waiting *w;

	l->gone = 1;
	for (w = l->first; w != NULL; w = w->next)
		(void)pthread_cond_signal(&w->woken);
}

/* With the lock held: give a reply that was read to whom it is for. */
static void
deliver(struct link *l, uint32_t call, uint8_t code, struct buf *body)
{
	struct waiting *w;

	for (w = l->first; w != NULL && w->call != call; w = w->next)
		;
	if (w == NULL || w->done || code >= ST_COUNT) {
		give_up(l);
		return;
	}
	w->code = code;
	w->done = 1;
	*w->reply = *body;
	buf_init(body, WIRE_MAX);
	(void)pthread_cond_signal(&w->woken);
}

/* With the lock held, which is released while waiting: one more reply. */
static void
read_one(struct link *l)
{
	struct buf body;
	enum status st;
	uint32_t call;
	uint8_t code;

	buf_init(&body, WIRE_MAX);
	l->reading = 1;
	(void)pthread_mutex_unlock(&l->lock);
	st = wire_receive(l->fd, TIMEOUT_MS, &call, &code, &body);
	(void)pthread_mutex_lock(&l->lock);
	l->reading = 0;
	if (st == ST_OK)
		deliver(l, call, code, &body);
	else
		give_up(l);
	buf_wipe(&body);
}

static void
leave(struct link *l, struct waiting *me)
{
	struct waiting **at = &l->first;

	while (*at != me)
		at = &(*at)->next;
	*at = me->next;
	/* Somebody else must read now. */
	if (!l->reading && l->first != NULL)
		(void)pthread_cond_signal(&l->first->woken);
}

/* Send and wait.  ST_OK once *code is there, or ST_PEER or ST_TOO_LARGE. */
static enum status
exchange(struct link *l, enum wire_op op, const struct buf *body,
    struct buf *reply, uint8_t *code)
{
	struct waiting me = { .reply = reply };
	enum status st = ST_OK;

	(void)pthread_cond_init(&me.woken, NULL);
	(void)pthread_mutex_lock(&l->lock);
	me.call = l->calls++;
	me.next = l->first;
	l->first = &me;
	(void)pthread_mutex_unlock(&l->lock);

	(void)pthread_mutex_lock(&l->writing);
	st = wire_send(l->fd, me.call, (uint8_t)op, body->p, body->n);
	(void)pthread_mutex_unlock(&l->writing);

	(void)pthread_mutex_lock(&l->lock);
	if (st == ST_PEER)
		give_up(l);
	while (st == ST_OK && !me.done && !l->gone) {
		if (l->reading)
			(void)pthread_cond_wait(&me.woken, &l->lock);
		else
			read_one(l);
	}
	leave(l, &me);
	(void)pthread_mutex_unlock(&l->lock);
	(void)pthread_cond_destroy(&me.woken);
	*code = me.code;
	return st != ST_OK || me.done ? st : ST_PEER;
}

/* A reply that is no success holds its description. */
static enum status
described(enum status st, const struct buf *reply, struct diag *d)
{
	struct wire_in in = { .p = reply->p, .n = reply->n };
	struct diag read = { 0 };

	wire_string(&in, read.problem, sizeof(read.problem));
	wire_string(&in, read.field, sizeof(read.field));
	wire_string(&in, read.limit, sizeof(read.limit));
	wire_string(&in, read.text, sizeof(read.text));
	if (wire_end(&in) && d != NULL && d->text[0] == '\0')
		*d = read;
	return st;
}

enum status
link_call(struct link *l, enum wire_op op, const struct buf *body,
    struct buf *reply, struct diag *d)
{
	enum status st;
	uint8_t code;

	if ((st = buf_status(body)) == ST_OK)
		st = exchange(l, op, body, reply, &code);
	if (st == ST_PEER)
		return gone(d);
	if (st != ST_OK)
		return diag_set(d, st, "", "1 MiB",
		    "This is more than one call to the key process holds.");
	return code == ST_OK ? ST_OK : described(code, reply, d);
}

enum status
link_start(const char *exe, const char *store_dir, enum keyd_class class,
    struct link **out, struct diag *d)
{
	struct buf nothing, reply;
	struct link *l;
	enum status st;

	*out = NULL;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return ST_NOMEM;
	st = spawn_keyd(exe, store_dir, class, &l->pid, &l->fd, d);
	if (st != ST_OK) {
		free(l);
		return st;
	}
	(void)pthread_mutex_init(&l->writing, NULL);
	(void)pthread_mutex_init(&l->lock, NULL);
	buf_init(&nothing, 0);
	buf_init(&reply, WIRE_MAX);
	st = link_call(l, WIRE_HELLO, &nothing, &reply, d);
	buf_wipe(&reply);
	if (st == ST_OK)
		*out = l;
	else
		link_stop(&l);
	return st;
}

void
link_stop(struct link **l)
{
	if (*l == NULL)
		return;
	if ((*l)->gone)
		(void)kill((*l)->pid, SIGKILL);
	/* Not close alone: a process forked since may hold the socket too. */
	(void)shutdown((*l)->fd, SHUT_RDWR);
	(void)close((*l)->fd);
	while (waitpid((*l)->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)pthread_mutex_destroy(&(*l)->writing);
	(void)pthread_mutex_destroy(&(*l)->lock);
	free(*l);
	*l = NULL;
}

int
link_pid(const struct link *l)
{
	return (int)l->pid;
}
