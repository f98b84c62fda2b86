/*
 * wire: the frames that keyd and its client exchange over a socket pair.
 *
 * A frame is a length of 4 bytes (of what follows, at most WIRE_MAX), a
 * call's number of 4, a code of 1 (an operation; in a reply, a status), and
 * the body.  Numbers are big-endian; bytes and strings have their length in
 * front.  Both sides are of one build.  Reading is strict: a body that holds
 * too little or too much is malformed, and nobody goes on from there.
 *
 * Bodies may hold file keys, so they are wiped by whoever owns them.
 */
#ifndef KEYD_WIRE_H
#define KEYD_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct buf;

#define WIRE_MAX ((size_t)1 << 20)
#define WIRE_FD 3 /* where keyd finds its end */

enum wire_op {
	WIRE_HELLO = 1,
	WIRE_NOTE_CREATE,
	WIRE_NOTE_KEY,
	WIRE_SIGN,
	WIRE_COSIGN,
	WIRE_IDENTITY_CREATE,
	WIRE_IDENTITY_RECIPIENT,
	WIRE_IDENTITY_ERASE,
	WIRE_UNWRAP,
	WIRE_ISSUER_CREATE,
	WIRE_ISSUER_PUBLIC,
	WIRE_ISSUER_ERASE,
	WIRE_BLIND_SIGN,
};

/* Send a frame.  ST_OK, ST_TOO_LARGE, or ST_PEER: the other end is gone. */
enum status wire_send(
    int fd, uint32_t call, uint8_t code, const void *body, size_t n) NODISCARD;

/*
 * Receive a frame; body is emptied first and has WIRE_MAX as its limit.
 * timeout_ms -1 waits for ever.  Returns ST_OK, ST_NOTFOUND (the other end
 * has closed, between frames), ST_INVALID (malformed), ST_BUSY (nothing came
 * in time), ST_PEER or ST_NOMEM.
 */
enum status wire_receive(int fd, int timeout_ms, uint32_t *call, uint8_t *code,
    struct buf *body) NODISCARD;

/* What is left of a body that is read; bad once it held too little. */
struct wire_in {
	const uint8_t *p;
	size_t n;
	int bad;
};

/* Zero, once in is bad. */
uint8_t wire_u8(struct wire_in *in);
uint32_t wire_u32(struct wire_in *in);
uint64_t wire_u64(struct wire_in *in);

/* *n bytes, in the body; none once in is bad. */
const uint8_t *wire_bytes(struct wire_in *in, size_t *n);

/* A string without NUL into out of cap bytes; longer ones are bad. */
void wire_string(struct wire_in *in, char *out, size_t cap);

/* Whether all was there, and nothing more; in is bad if not. */
int wire_end(struct wire_in *in);

void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);
void wire_put_bytes(struct buf *b, const void *p, size_t n);
void wire_put_string(struct buf *b, const char *s);

#endif /* !KEYD_WIRE_H */
