/* Writing signature lines; see note.h. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/pre.h"
#include "crypto/ed25519.h"
#include "crypto/note.h"

void
note_signature_line(struct buf *b, const char *name, const uint8_t id[4],
    const void *sig, size_t sig_n)
{
	uint8_t whole[4 + NOTE_SIGNATURE_MAX];
	char base64[ENC_BASE64(sizeof(whole))];

	PRE(note_name_check(name) == ST_OK);
	PRE(sig_n > 0 && sig_n <= NOTE_SIGNATURE_MAX);
	memcpy(whole, id, 4);
	memcpy(whole + 4, sig, sig_n);
	enc_base64(whole, 4 + sig_n, base64);
	buf_puts(b, "\xe2\x80\x94 ");
	buf_puts(b, name);
	buf_putc(b, ' ');
	buf_puts(b, base64);
	buf_putc(b, '\n');
}

static void
own_key(struct note_key *key, const char *name, enum note_alg alg,
    const uint8_t seed[32])
{
	uint8_t pub[ED25519_PUBLIC];

	ed25519_public(seed, pub);
	PRE(note_key_make(key, name, alg, pub) == ST_OK);
}

void
note_sign(const char *text, size_t n, const char *name, const uint8_t seed[32],
    struct buf *b)
{
	uint8_t sig[ED25519_SIGNATURE];
	struct note_key key;

	PRE(n > 0 && text[n - 1] == '\n');
	own_key(&key, name, NOTE_ED25519, seed);
	ed25519_sign(seed, text, n, sig);
	note_signature_line(b, name, key.id, sig, sizeof(sig));
}

void
note_cosign_message(const char *text, size_t n, int64_t time_s, struct buf *b)
{
	PRE(time_s >= 0);
	buf_printf(b, "cosignature/v1\ntime %" PRId64 "\n", time_s);
	buf_put(b, text, n);
}

void
note_cosign(const char *text, size_t n, const char *name,
    const uint8_t seed[32], int64_t time_s, struct buf *b)
{
	uint8_t sig[8 + ED25519_SIGNATURE];
	struct note_key key;
	struct buf message;
	unsigned i;

	PRE(n > 0 && text[n - 1] == '\n');
	own_key(&key, name, NOTE_COSIGN, seed);
	for (i = 0; i < 8; i++)
		sig[i] = (uint8_t)((uint64_t)time_s >> (56 - 8 * i));
	buf_init(&message, n + 128);
	note_cosign_message(text, n, time_s, &message);
	if (buf_status(&message) != ST_OK) {
		/* A line that was never signed must not be written. */
		b->failed = buf_status(&message);
		goto done;
	}
	ed25519_sign(seed, message.p, message.n, sig + 8);
	note_signature_line(b, name, key.id, sig, sizeof(sig));
done:
	buf_fini(&message);
}
