/*
 * porchlight-keyd: the process that holds private keys; see keyd.h.
 *
 *	porchlight-keyd signing|issuing DIRECTORY
 *
 * Started by keyd_start() with a socket as file 3, never by hand.  One thread
 * reads frames and does what is done in a moment; the others do the rest.  It
 * ends when the socket does, and on the first frame that is malformed.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "keyd/serve.h"
#include "keyd/wire.h"

#define WORKERS_MAX 8
#define QUEUE_MAX 256

struct job {
	struct job *next;
	uint32_t call;
	uint8_t op;
	struct buf body;
};

static struct {
	struct serve *serve;
	pthread_mutex_t writing; /* one reply after the other */
	pthread_mutex_t lock;    /* over the queue */
	pthread_cond_t filled, emptied;
	struct job *first, **last;
	size_t n;
} state = {
	.writing = PTHREAD_MUTEX_INITIALIZER,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER,
	.emptied = PTHREAD_COND_INITIALIZER,
	.last = &state.first,
};

/* A frame that nobody of this build sends: trust nothing more from there. */
static _Noreturn void
malformed(void)
{
	log_line(LOG_ERROR, "malformed-frame", NULL);
	_exit(1);
}

static void
answer(uint32_t call, uint8_t op, const struct buf *body)
{
	struct buf reply;
	uint8_t code;

	buf_init(&reply, WIRE_MAX - 64);
	if (!serve_call(state.serve, op, body, &code, &reply))
		malformed();
	if (buf_status(&reply) != ST_OK) {
		buf_clear(&reply);
		code = ST_NOMEM;
	}
	(void)pthread_mutex_lock(&state.writing);
	/* If nobody is there to read it, the reading thread hears of it. */
	if (wire_send(WIRE_FD, call, code, reply.p, reply.n) != ST_OK)
		(void)shutdown(WIRE_FD, SHUT_RDWR);
	(void)pthread_mutex_unlock(&state.writing);
	buf_wipe(&reply);
}

static struct job *
take(void)
{
	struct job *j;

	(void)pthread_mutex_lock(&state.lock);
	while (state.first == NULL)
		(void)pthread_cond_wait(&state.filled, &state.lock);
	j = state.first;
	if ((state.first = j->next) == NULL)
		state.last = &state.first;
	state.n--;
	(void)pthread_cond_signal(&state.emptied);
	(void)pthread_mutex_unlock(&state.lock);
	return j;
}

static void *
work(void *arg)
{
	struct job *j;

	(void)arg;
	for (;;) {
		j = take();
		answer(j->call, j->op, &j->body);
		buf_wipe(&j->body);
		free(j);
	}
	return NULL;
}

/* Hand a frame to the workers; waits while they have enough. */
static void
put(uint32_t call, uint8_t op, struct buf *body)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		log_line(LOG_ERROR, "out-of-memory", NULL);
		_exit(1);
	}
	j->call = call;
	j->op = op;
	j->body = *body;
	buf_init(body, WIRE_MAX);
	(void)pthread_mutex_lock(&state.lock);
	while (state.n == QUEUE_MAX)
		(void)pthread_cond_wait(&state.emptied, &state.lock);
	*state.last = j;
	state.last = &j->next;
	state.n++;
	(void)pthread_cond_signal(&state.filled);
	(void)pthread_mutex_unlock(&state.lock);
}

/* Wiped before it is given back: jansson holds secrets while it reads them. */
static void
wiping_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/*
 * Nobody of the same user may look into this process, and it leaves nothing
 * on the disk.  Signals that end the parent are for the parent: what it has
 * begun it may finish, and the socket says when that is done.
 */
static int
harden(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct rlimit none = { 0, 0 };
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (signal(ignored[i], SIG_IGN) == SIG_ERR)
			return 0;
	(void)umask(077);
	json_set_alloc_funcs(malloc, wiping_free);
	return prctl(PR_SET_DUMPABLE, 0) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    setrlimit(RLIMIT_CORE, &none) == 0;
}

static int start_workers(enum keyd_class class)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread;
	int i;

	n = n < 2 ? 2 : n > WORKERS_MAX ? WORKERS_MAX : n;
	/* Those that unwrap are few: a signature wants a processor too. */
	if (class == KEYD_SIGNING)
		n = 2;
	for (i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, work, NULL) != 0)
			return 0;
	return 1;
}

/* Frames until the parent is gone.  Returns the process's exit code. */
static int
read_frames(void)
{
	struct buf body;
	enum status st;
	uint32_t call;
	uint8_t op;

	buf_init(&body, WIRE_MAX);
	while ((st = wire_receive(WIRE_FD, -1, &call, &op, &body)) == ST_OK) {
		if (serve_is_quick(op)) {
			answer(call, op, &body);
			buf_wipe(&body);
		} else {
			put(call, op, &body);
		}
	}
	buf_wipe(&body);
	if (st == ST_INVALID)
		malformed();
	return st == ST_NOTFOUND ? 0 : 1;
}

/* The store cannot be used: say so to the first call, and end. */
static void
refuse(enum status st, const struct diag *d)
{
	struct buf body, reply;
	uint32_t call;
	uint8_t op;

	buf_init(&body, WIRE_MAX);
	buf_init(&reply, WIRE_MAX);
	wire_put_string(&reply, d->problem);
	wire_put_string(&reply, d->field);
	wire_put_string(&reply, d->limit);
	wire_put_string(&reply, d->text);
	if (wire_receive(WIRE_FD, -1, &call, &op, &body) == ST_OK &&
	    wire_send(WIRE_FD, call, (uint8_t)st, reply.p, reply.n) != ST_OK)
		log_line(LOG_ERROR, "store", "status=%s", status_name(st));
	buf_wipe(&body);
	buf_fini(&reply);
}

int
main(int argc, char *argv[])
{
	enum keyd_class class = KEYD_SIGNING;
	struct diag d = { 0 };
	enum status st;
	int type, code;
	socklen_t n = sizeof(type);

	log_role("keyd");
	if (argc == 3 && strcmp(argv[1], "issuing") == 0)
		class = KEYD_ISSUING;
	else if (argc != 3 || strcmp(argv[1], "signing") != 0)
		argc = 0;
	if (argc != 3 ||
	    getsockopt(WIRE_FD, SOL_SOCKET, SO_TYPE, &type, &n) != 0) {
		(void)fputs("porchlight-keyd is started by porchlight, which "
			    "gives it a socket as file 3.\n",
		    stderr);
		return 2;
	}
	if (!harden()) {
		log_line(LOG_ERROR, "harden", "errno=%d", errno);
		return 1;
	}
	(void)fcntl(WIRE_FD, F_SETFD, FD_CLOEXEC);
	if ((st = serve_new(argv[2], class, &state.serve, &d)) != ST_OK) {
		refuse(st, &d);
		return 1;
	}
	code = start_workers(class) ? read_frames() : 1;
	/*
	 * Workers may be in the middle of something, and memory goes back to
	 * the kernel, which gives it to nobody unwiped.
	 */
	_exit(code);
}
