#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "home/home_inner.h"
#include "httpc/httpc.h"

#define TUS "Tus-Resumable: 1.0.0"
#define REPLY_BYTES (size_t)65536
#define ATTEMPTS 6 /* at one relay, without a byte of progress */
#define WAIT_FIRST_MS 200
#define WAIT_MAX_MS 5000
#define DRAW_MS 200 /* between two drawings of the progress */

struct upload {
	struct home_net *net;
	struct home_submission *x;
	const struct home_ui *ui;
	const char *relay; /* base URL of the one that is tried */
	char url[2 * HOME_URL];
	int fd;
	int64_t offset; /* what the locker has, then what was read */
	int64_t stop_after;
	int64_t drawn_ms;
	struct diag *d;
};

static void
pause_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static void
draw(struct upload *u)
{
	int64_t now = clock_monotonic_ms();

	if (u->ui == NULL || u->ui->progress == NULL ||
	    (now - u->drawn_ms < DRAW_MS && u->offset < u->x->size))
		return;
	u->drawn_ms = now;
	u->ui->progress(u->ui->arg, u->offset, u->x->size);
}

static enum status
stopped(struct diag *d)
{
	return diag_problem(d, ST_PEER, "broken-off", "", "",
	    "The upload was broken off here, as you asked. `porchlight share "
	    "--resume` goes on with it.");
}

/* The address that this pass has at the relay; see docs/protocol.md. */
static void
set_url(struct upload *u)
{
	uint8_t token[TOKEN_BYTES], hash[HASH_BYTES];
	char id[ENC_HEX(16)];

	token_encode(&u->x->carry, token);
	hash_sha256(token, sizeof(token), hash);
	enc_hex(hash, 16, id);
	/* Ours, not the Location's: no answer leads to another server. */
	(void)snprintf(u->url, sizeof(u->url), "%s/v1/to/%s/uploads/%s",
	    u->relay, u->x->locker, id);
}

static enum status
create(struct upload *u)
{
	char url[2 * HOME_URL], length[64], pass[TOKEN_HEADER];
	char authorization[TOKEN_HEADER + 32];
	const char *headers[] = { TUS, length, authorization, NULL };
	struct httpc_reply r = { 0 };
	enum status st;

	(void)snprintf(
	    url, sizeof(url), "%s/v1/to/%s/uploads", u->relay, u->x->locker);
	(void)snprintf(length, sizeof(length), "Upload-Length: %lld",
	    (long long)u->x->size);
	token_header(&u->x->carry, pass);
	(void)snprintf(
	    authorization, sizeof(authorization), "Authorization: %s", pass);
	st = httpc_post(
	    u->net->http, url, NULL, NULL, 0, headers, REPLY_BYTES, &r, u->d);
	if (st == ST_OK && r.code != 201)
		st = home_net_refused(&r, "The relay", u->d);
	httpc_reply_fini(&r);
	explicit_bzero(pass, sizeof(pass));
	explicit_bzero(authorization, sizeof(authorization));
	return st;
}

static enum status
ask_offset(struct upload *u)
{
	const char *headers[] = { TUS, NULL };
	struct httpc_call call = { .method = "HEAD",
		.url = u->url,
		.headers = headers,
		.limit = REPLY_BYTES };
	struct httpc_reply r = { 0 };
	enum status st = httpc_call(u->net->http, &call, &r, u->d);

	if (st == ST_OK && r.code / 100 != 2)
		st = home_net_refused(&r, "The relay", u->d);
	else if (st == ST_OK &&
	    (r.upload_offset < 0 || r.upload_offset > u->x->size))
		st = diag_set(u->d, ST_PEER, "", "",
		    "The relay does not say how much has arrived.");
	if (st == ST_OK)
		u->offset = r.upload_offset;
	httpc_reply_fini(&r);
	return st;
}

static enum status
read_file(void *arg, void *p, size_t max, size_t *n)
{
	struct upload *u = arg;
	ssize_t got;

	*n = 0;
	if (u->stop_after > 0) {
		if (u->offset >= u->stop_after)
			return stopped(u->d);
		if ((int64_t)max > u->stop_after - u->offset)
			max = (size_t)(u->stop_after - u->offset);
	}
	while ((got = pread(u->fd, p, max, (off_t)u->offset)) < 0 &&
	    errno == EINTR)
		;
	if (got < 0)
		return ST_IO;
	*n = (size_t)got;
	u->offset += got;
	draw(u);
	return ST_OK;
}

static enum status
patch(struct upload *u)
{
	char offset[64];
	const char *headers[] = { TUS, offset,
		"Content-Type: application/offset+octet-stream", NULL };
	struct httpc_reply r = { 0 };
	enum status st;

	(void)snprintf(offset, sizeof(offset), "Upload-Offset: %lld",
	    (long long)u->offset);
	st = httpc_upload(u->net->http, "PATCH", u->url, headers, read_file, u,
	    u->x->size - u->offset, REPLY_BYTES, &r, u->d);
	if (st == ST_OK && r.code / 100 != 2)
		st = home_net_refused(&r, "The relay", u->d);
	httpc_reply_fini(&r);
	return st;
}

/* What may pass by itself: a broken line, another writer, a busy server. */
static bool
passes(enum status st)
{
	return st == ST_PEER || st == ST_BUSY || st == ST_LOCKED ||
	    st == ST_CONFLICT || st == ST_RATE;
}

static bool
was_stopped(const struct upload *u)
{
	return u->stop_after > 0 && strcmp(u->d->problem, "broken-off") == 0;
}

/* Send what lacks through u's relay. */
static enum status
send_rest(struct upload *u)
{
	unsigned wait_ms = WAIT_FIRST_MS;
	int64_t before = -1;
	enum status st;
	int tries = 0;

	for (;;) {
		*u->d = (struct diag){ 0 };
		st = ask_offset(u);
		if (st == ST_OK && u->offset == u->x->size)
			break;
		if (st == ST_OK) {
			if (u->offset > before) {
				tries = 0;
				wait_ms = WAIT_FIRST_MS;
			}
			before = u->offset;
			if ((st = patch(u)) == ST_OK)
				continue; /* HEAD says whether it is whole */
		}
		if (was_stopped(u) || !passes(st) || ++tries >= ATTEMPTS)
			break;
		pause_ms(wait_ms);
		wait_ms = wait_ms * 2 < WAIT_MAX_MS ? wait_ms * 2 : WAIT_MAX_MS;
	}
	draw(u);
	return st;
}

static enum status
through(struct upload *u, const char *relay)
{
	enum status st;

	*u->d = (struct diag){ 0 };
	u->relay = relay;
	set_url(u);
	/* Repeating the creation with the same pass finds what is there. */
	if ((st = create(u)) == ST_OK)
		st = send_rest(u);
	if (st == ST_OK)
		(void)snprintf(u->x->relay, sizeof(u->x->relay), "%s", relay);
	return st;
}

/* The directory's relays, the one used before first, else by lot. */
static size_t
order(const struct home_net *n, const char *first,
    const char *out[DIRECTORY_RELAYS])
{
	size_t i, k, count = n->dir.relay_count;
	const char *swap;

	for (i = 0; i < count; i++)
		out[i] = n->dir.relays[i].url;
	for (i = 0; i < count; i++) {
		k = i + (size_t)random_below(count - i);
		swap = out[i];
		out[i] = out[k];
		out[k] = swap;
	}
	for (i = 1; i < count; i++)
		if (strcmp(out[i], first) == 0) {
			out[i] = out[0];
			out[0] = first;
		}
	return count;
}

enum status
home_upload(struct home_net *n, struct home_submission *x, const char *path,
    int64_t stop_after, const struct home_ui *ui, struct diag *d)
{
	const char *relays[DIRECTORY_RELAYS];
	char first[HOME_URL];
	struct diag last = { 0 };
	struct upload u = { .net = n,
		.x = x,
		.ui = ui,
		.fd = -1,
		.stop_after = stop_after,
		.d = &last };
	enum status st = ST_PEER;
	size_t i, count;

	memcpy(first, x->relay, sizeof(first));
	count = order(n, first, relays);
	if (count == 0)
		return diag_set(d, ST_PEER, "relays", "",
		    "The platform's directory names no relay now.");
	if ((u.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return diag_set(
		    d, ST_IO, "", "", "%.250s: %s.", path, strerror(errno));
	for (i = 0; i < count; i++) {
		st = through(&u, relays[i]);
		if (st == ST_OK || was_stopped(&u))
			break;
		if (i + 1 < count)
			home_say(ui,
			    "One relay did not take it; trying "
			    "another one.");
	}
	if (st != ST_OK && d != NULL)
		*d = last;
	(void)close(u.fd);
	return st;
}
