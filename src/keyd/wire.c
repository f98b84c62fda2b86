#include "keyd/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"

#define HEAD 9 /* length, call, code */

static void
store_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

enum status
wire_send(int fd, uint32_t call, uint8_t code, const void *body, size_t n)
{
	uint8_t head[HEAD];
	struct iovec iov[2];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t sent = 0, k;
	ssize_t got;

	if (n > WIRE_MAX - (HEAD - 4))
		return ST_TOO_LARGE;
	store_u32(head, (uint32_t)(n + HEAD - 4));
	store_u32(head + 4, call);
	head[8] = code;
	while (sent < HEAD + n) {
		k = sent < HEAD ? sent : HEAD;
		iov[0] = (struct iovec){ head + k, HEAD - k };
		/* sendmsg takes what it only reads as if it were to write. */
		iov[1] = (struct iovec){ NULL, n - (sent - k) };
		if (iov[1].iov_len > 0)
			iov[1].iov_base = (uint8_t *)(uintptr_t)body +
			    (sent - k);
		/* Not SIGPIPE: that keyd is gone is for the caller to hear. */
		if ((got = sendmsg(fd, &msg, MSG_NOSIGNAL)) < 0) {
			if (errno == EINTR)
				continue;
			return ST_PEER;
		}
		sent += (size_t)got;
	}
	return ST_OK;
}

/* ST_NOTFOUND only if the other end closed before the first byte. */
static enum status
receive(int fd, int timeout_ms, uint8_t *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t have = 0;
	ssize_t got;
	int ready;

	while (have < n) {
		if (timeout_ms >= 0) {
			ready = poll(&pfd, 1, timeout_ms);
			if (ready < 0 && errno == EINTR)
				continue;
			if (ready == 0)
				return ST_BUSY;
		}
		if ((got = read(fd, p + have, n - have)) < 0) {
			if (errno == EINTR)
				continue;
			return ST_PEER;
		}
		if (got == 0)
			return have == 0 ? ST_NOTFOUND : ST_PEER;
		have += (size_t)got;
	}
	return ST_OK;
}

enum status
wire_receive(
    int fd, int timeout_ms, uint32_t *call, uint8_t *code, struct buf *body)
{
	uint8_t head[HEAD], *p;
	enum status st;
	uint32_t n;

	buf_clear(body);
	if ((st = receive(fd, timeout_ms, head, sizeof(head))) != ST_OK)
		return st;
	n = load_u32(head);
	if (n < HEAD - 4 || n > WIRE_MAX)
		return ST_INVALID;
	*call = load_u32(head + 4);
	*code = head[8];
	n -= HEAD - 4;
	if ((p = buf_extend(body, n)) == NULL)
		return buf_status(body);
	st = receive(fd, timeout_ms, p, n);
	return st == ST_NOTFOUND ? ST_PEER : st;
}

static const uint8_t *
take(struct wire_in *in, size_t n)
{
	const uint8_t *p = in->p;

	if (in->bad || n > in->n) {
		in->bad = 1;
		return NULL;
	}
	in->p += n;
	in->n -= n;
	return p;
}

uint8_t
wire_u8(struct wire_in *in)
{
	const uint8_t *p = take(in, 1);

	return p != NULL ? *p : 0;
}

uint32_t
wire_u32(struct wire_in *in)
{
	const uint8_t *p = take(in, 4);

	return p != NULL ? load_u32(p) : 0;
}

uint64_t
wire_u64(struct wire_in *in)
{
	uint64_t high = wire_u32(in);

	return high << 32 | wire_u32(in);
}

const uint8_t *
wire_bytes(struct wire_in *in, size_t *n)
{
	const uint8_t *p;

	*n = wire_u32(in);
	p = take(in, *n);
	if (in->bad)
		*n = 0;
	return p;
}

void
wire_string(struct wire_in *in, char *out, size_t cap)
{
	const uint8_t *p;
	size_t n;

	out[0] = '\0';
	p = wire_bytes(in, &n);
	if (in->bad)
		return;
	if (n >= cap || memchr(p, '\0', n) != NULL) {
		in->bad = 1;
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

int
wire_end(struct wire_in *in)
{
	if (in->n != 0)
		in->bad = 1;
	return !in->bad;
}

void
wire_put_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void
wire_put_u32(struct buf *b, uint32_t v)
{
	uint8_t p[4];

	store_u32(p, v);
	buf_put(b, p, sizeof(p));
}

void
wire_put_u64(struct buf *b, uint64_t v)
{
	wire_put_u32(b, (uint32_t)(v >> 32));
	wire_put_u32(b, (uint32_t)v);
}

void
wire_put_bytes(struct buf *b, const void *p, size_t n)
{
	wire_put_u32(b, (uint32_t)n);
	buf_put(b, p, n);
}

void
wire_put_string(struct buf *b, const char *s)
{
	wire_put_bytes(b, s, strlen(s));
}
