#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "crypto/age.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "evidence/bag.h"
#include "home/home_inner.h"
#include "protocol/doc.h"
#include "protocol/share.h"

struct sealing {
	const struct home_net *net;
	const struct home_pass *pass;
	const struct home_submission *x;
	struct age_writer *writer;
	struct hash *hash;
	int fd;
	int64_t size;
	struct buf note;
	struct diag *d;
};

/* Bytes of the ciphertext. */
static enum status
sink(void *arg, const void *p, size_t n)
{
	struct sealing *s = arg;

	hash_update(s->hash, p, n);
	s->size += (int64_t)n;
	return file_put(s->fd, p, n);
}

static enum status
put(void *arg, const void *p, size_t n)
{
	struct sealing *s = arg;

	return age_writer_feed(s->writer, p, n);
}

/* tags/share.note: the one-time key's word on what is in the bag. */
static enum status
sign(void *arg, const uint8_t manifest[BAG_HASH], struct bag_bytes *note)
{
	struct sealing *s = arg;
	struct share share = { .request = s->x->request,
		.locker = s->x->locker,
		.token = s->pass->token };
	struct onetime one;
	size_t text_n;
	enum status st;

	onetime_derive(s->pass->secret, &one);
	memcpy(share.manifest, manifest, sizeof(share.manifest));
	st = note_key_make(&share.key, ONE_TIME_NAME, NOTE_ED25519, one.public);
	if (st == ST_OK)
		st = doc_text(share_json(&share), SHARE_TYPE,
		    s->net->trust.origin, &s->note);
	if (st == ST_OK) {
		struct buf line;

		text_n = s->note.n;
		buf_init(&line, NOTE_SIGNATURE_MAX);
		note_sign(
		    buf_text(&s->note), text_n, ONE_TIME_NAME, one.seed, &line);
		buf_putc(&s->note, '\n');
		buf_put(&s->note, line.p, line.n);
		buf_fini(&line);
		st = buf_status(&s->note);
	}
	explicit_bzero(&one, sizeof(one));
	*note = (struct bag_bytes){ .p = s->note.p, .n = s->note.n };
	return st;
}

static enum status
pack(struct sealing *s, const struct home_clips *clips, const char *say)
{
	struct bag_source bag = { .n_clips = clips->n,
		.clip_fds = clips->fds,
		.sign = sign,
		.put = put,
		.arg = s };
	struct buf times, statement;
	enum status st;

	buf_init(&times, BAG_JSON_MAX);
	buf_init(&statement, BAG_JSON_MAX);
	if ((st = share_clips_write(clips->times, &times)) == ST_OK &&
	    (st = share_statement_write(say != NULL ? say : "", &statement)) ==
		ST_OK) {
		bag.clips = (struct bag_bytes){ times.p, times.n };
		bag.statement = (struct bag_bytes){ statement.p, statement.n };
		st = bag_write(&bag, s->d);
	}
	if (st == ST_OK)
		st = age_writer_end(s->writer);
	buf_fini(&times);
	buf_fini(&statement);
	return st;
}

enum status
home_seal(const struct home_net *n, const char *recipient,
    const struct home_clips *clips, const char *say,
    const struct home_pass *pass, const char *path, struct home_submission *x,
    struct diag *d)
{
	struct sealing s = { .net = n, .pass = pass, .x = x, .fd = -1, .d = d };
	struct age_recipient to;
	enum status st;

	buf_init(&s.note, BAG_NOTE_MAX);
	s.hash = hash_new();
	if ((st = age_recipient_parse(recipient, &to, d)) != ST_OK)
		goto done;
	s.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s.fd < 0) {
		st = diag_set(
		    d, ST_IO, "", "", "%.250s: %s.", path, strerror(errno));
		goto done;
	}
	if ((st = age_writer_new(&to, 1, sink, &s, &s.writer, d)) != ST_OK ||
	    (st = pack(&s, clips, say)) != ST_OK)
		goto done;
	if (fsync(s.fd) != 0)
		st = ST_IO;
	else
		st = file_sync_parent(path);
	x->size = s.size;
	hash_peek(s.hash, x->hash);
done:
	if (s.fd >= 0)
		(void)close(s.fd);
	if (st != ST_OK && s.fd >= 0)
		(void)unlink(path);
	age_writer_free(&s.writer);
	hash_free(&s.hash);
	buf_fini(&s.note);
	return st;
}
