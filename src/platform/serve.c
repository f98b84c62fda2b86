#include "platform/serve.h"

#include "base/buf.h"
#include "base/enc.h"
#include "crypto/hash.h"
#include "httpd/body.h"
#include "keyd/keyd.h"
#include "platform/ledger.h"
#include "protocol/doc.h"
#include "tlog/proof.h"

enum status
serve_sign(struct keyd *k, const char *name, json_t *body, const char *type,
    const char *log, struct buf *out, struct diag *d)
{
	struct buf text;
	enum status st;

	buf_init(&text, DOC_MAX);
	if ((st = doc_text(body, type, log, &text)) == ST_OK) {
		buf_put(out, text.p, text.n);
		buf_putc(out, '\n');
		st = keyd_sign(k, name, text.p, text.n, out, d);
	}
	buf_fini(&text);
	return st != ST_OK ? st : buf_status(out);
}

void
serve_hash(const void *p, size_t n, char out[65])
{
	uint8_t hash[HASH_BYTES];

	hash_sha256(p, n, hash);
	enc_hex(hash, sizeof(hash), out);
}

enum status
serve_body(const char *type, const struct buf *b, struct httpd_body **out)
{
	char etag[65];

	serve_hash(b->p, b->n, etag);
	return httpd_body_new(
	    &(struct httpd_body_spec){
		.type = type,
		.p = b->p,
		.n = b->n,
		.etag = etag,
		.cache_control = "public, max-age=10",
		.compress = true,
		.quality = 5,
		.public = true,
	    },
	    out);
}

json_t *
serve_proved(struct ledger *l, uint64_t index)
{
	json_t *v = NULL;
	struct buf note, proof;

	buf_init(&note, DOC_MAX);
	buf_init(&proof, PROOF_MAX);
	if (ledger_entry(l, index, &note) == ST_OK &&
	    ledger_proof(l, index, &proof) == ST_OK)
		v = json_pack("{s:s,s:s}", "note", buf_text(&note), "proof",
		    buf_text(&proof));
	buf_fini(&note);
	buf_fini(&proof);
	return v;
}
