#include "protocol/proved.h"

#include <string.h>

#include "base/diag.h"
#include "protocol/doc.h"
#include "tlog/trust.h"

enum status
proved_check(const struct trust *trust, const char *note, size_t note_n,
    const char *proof, size_t proof_n, int64_t now_s, struct proved *out,
    struct diag *d)
{
	struct diag why = { 0 };
	enum status st;

	*out = (struct proved){ 0 };
	st = trust_proof_verify(trust, proof, proof_n, note, note_n, now_s,
	    &out->index, &out->size, &out->time, &why);
	if (st == ST_NOMEM)
		return st;
	if (st != ST_OK)
		return diag_problem(d, st, "not-in-log", "proof", "",
		    "This is not provably in the public log. %.250s",
		    why.text[0] != '\0' ? why.text : status_text(st));
	return doc_open(note, note_n, trust->origin, &out->doc, d);
}

enum status
proved_open(const struct trust *trust, const json_t *v, int64_t now_s,
    struct proved *out, struct diag *d)
{
	const json_t *note = json_object_get(v, "note");
	const json_t *proof = json_object_get(v, "proof");

	*out = (struct proved){ 0 };
	if (!json_is_string(note) || !json_is_string(proof) ||
	    json_object_size(v) != 2)
		return diag_set(d, ST_INVALID, "note", "",
		    "A logged note travels as an object of `note` and "
		    "`proof`, both strings.");
	return proved_check(trust, json_string_value(note),
	    json_string_length(note), json_string_value(proof),
	    json_string_length(proof), now_s, out, d);
}

void
proved_fini(struct proved *p)
{
	doc_free(&p->doc);
}
