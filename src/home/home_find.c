/*
 * A locker by its name, out of the one file that holds all: whoever asks
 * about a submission later need not tell the platform which agency it went
 * to.  The checks are those of a feed's notes (protocol/collection.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "home/home_net.h"
#include "httpc/httpc.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "protocol/proved.h"

#define RECIPIENTS_FILE "porchlight/recipients@v1"
#define RECIPIENTS_BODY (size_t)(64 << 20)
#define RECIPIENTS_NOTES 65536

struct found {
	struct home_net *net;
	const json_t *notes;
	int64_t now;
	struct diag *d;
	/* The newest agency note that names the locker; the newest recipient
	   of the locker that is in force. */
	struct proved agency_note, letters_note;
	struct agency agency;
	struct recipient letters;
};

/*
 * The bytes are not verified yet here: this only chooses which notes are
 * worth the work, and what it chose is verified by keep().
 */
static bool
mentions(const json_t *entry, const char *type, const char *name)
{
	const char *note = json_string_value(json_object_get(entry, "note"));

	return note != NULL && strstr(note, type) != NULL &&
	    strstr(note, name) != NULL;
}

/* Whether the partner that attests f's agency signed it and is enrolled. */
static enum status
check_partner(struct found *f)
{
	enum status st = ST_NOTFOUND;
	struct partner partner;
	struct proved p = { 0 };
	size_t i;

	for (i = 0; i < json_array_size(f->notes); i++) {
		const json_t *entry = json_array_get(f->notes, i);

		if (!mentions(entry, PARTNER_TYPE, f->agency.partner))
			continue;
		proved_fini(&p);
		if (proved_open(&f->net->trust, entry, f->now, &p, NULL) !=
			ST_OK ||
		    partner_parse(p.doc, &partner, NULL) != ST_OK ||
		    strcmp(partner.name, f->agency.partner) != 0 ||
		    directory_has_ended(&f->net->dir, p.index) ||
		    doc_signed(p.doc, &f->net->dir.platform, "the platform",
			NULL) != ST_OK)
			continue;
		st = doc_signed(f->agency_note.doc, &partner.key,
		    "the partner that attests it", NULL);
		if (st == ST_OK)
			break;
	}
	proved_fini(&p);
	if (st == ST_OK)
		return st;
	return diag_problem(f->d, ST_SIGNATURE, "agency-key", "notes",
	    f->agency.partner,
	    "No enrolled partner has signed the note of the agency whose "
	    "locker this is.");
}

static enum status
find_agency(struct found *f, const char *locker)
{
	enum status st = ST_OK;
	struct proved p = { 0 };
	struct agency a;
	size_t i;

	for (i = 0; i < json_array_size(f->notes) && st == ST_OK; i++) {
		const json_t *entry = json_array_get(f->notes, i);

		if (!mentions(entry, AGENCY_TYPE, locker))
			continue;
		st = proved_open(&f->net->trust, entry, f->now, &p, f->d);
		if (st == ST_OK && strcmp(p.doc->type, AGENCY_TYPE) == 0 &&
		    (st = agency_parse(p.doc, &a, f->d)) == ST_OK &&
		    (st = doc_signed(p.doc, &f->net->dir.platform,
			 "the platform", f->d)) == ST_OK &&
		    strcmp(a.locker.name, locker) == 0 && a.until > f->now &&
		    (f->agency_note.doc == NULL ||
			p.index > f->agency_note.index)) {
			proved_fini(&f->agency_note);
			f->agency_note = p;
			f->agency = a;
			p = (struct proved){ 0 };
		}
		proved_fini(&p);
	}
	if (st == ST_OK && f->agency_note.doc == NULL)
		return diag_problem(f->d, ST_NOTFOUND, "locker-missing",
		    "locker", locker,
		    "No agency that is admitted has a locker named %.100s.",
		    locker);
	return st;
}

static enum status
find_letters(struct found *f, const char *locker)
{
	enum status st = ST_OK;
	struct proved p = { 0 };
	struct recipient r;
	size_t i;

	for (i = 0; i < json_array_size(f->notes) && st == ST_OK; i++) {
		const json_t *entry = json_array_get(f->notes, i);

		if (!mentions(entry, RECIPIENT_TYPE, locker))
			continue;
		st = proved_open(&f->net->trust, entry, f->now, &p, f->d);
		if (st == ST_OK && strcmp(p.doc->type, RECIPIENT_TYPE) == 0 &&
		    (st = recipient_parse(p.doc, &r, f->d)) == ST_OK &&
		    strcmp(r.owner, locker) == 0 &&
		    r.from <= f->now + TRUST_AHEAD && r.until > f->now &&
		    (f->letters_note.doc == NULL ||
			p.index > f->letters_note.index)) {
			proved_fini(&f->letters_note);
			f->letters_note = p;
			f->letters = r;
			p = (struct proved){ 0 };
		}
		proved_fini(&p);
	}
	if (st != ST_OK)
		return st;
	if (f->letters_note.doc == NULL)
		return diag_problem(f->d, ST_NOTFOUND, "locker-missing",
		    "locker", locker,
		    "The locker %.100s has published no key for letters that "
		    "is in force now. Try again later.",
		    locker);
	return doc_signed(
	    f->letters_note.doc, &f->agency.locker.key, "the locker", f->d);
}

static enum status
read_file(const struct httpc_reply *r, json_t **body, const json_t **notes,
    struct diag *d)
{
	const char *type;
	enum status st;

	st = json_read_canonical(r->body.p, r->body.n, body, d);
	if (st != ST_OK)
		return st;
	type = json_string_value(json_object_get(*body, "type"));
	*notes = json_object_get(*body, "notes");
	if (type == NULL || strcmp(type, RECIPIENTS_FILE) != 0 ||
	    !json_is_array(*notes) ||
	    json_array_size(*notes) > RECIPIENTS_NOTES)
		return diag_set(d, ST_INVALID, "notes", "",
		    "The platform's file of lockers cannot be read.");
	return ST_OK;
}

enum status
home_locker_name(const char *name, struct diag *d)
{
	size_t n = strlen(name);

	/* It becomes part of an address at a relay, as it is. */
	if (n > 0 && n < HOME_NAME && name[0] != '.' &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-") == n)
		return ST_OK;
	return diag_set(d, ST_INVALID, "locker", "",
	    "\"%.60s\" cannot be the name of a locker.", name);
}

enum status
home_find_locker(struct home_net *n, const char *name, struct home_locker *out,
    struct diag *d)
{
	struct found f = { .net = n, .now = clock_now(), .d = d };
	struct httpc_reply r = { 0 };
	json_t *body = NULL;
	enum status st;

	*out = (struct home_locker){ 0 };
	if ((st = home_locker_name(name, d)) != ST_OK)
		return st;
	if ((st = home_net_get(
		 n, "/v1/recipients.json", RECIPIENTS_BODY, &r, d)) != ST_OK ||
	    (st = read_file(&r, &body, &f.notes, d)) != ST_OK ||
	    (st = find_agency(&f, name)) != ST_OK ||
	    (st = check_partner(&f)) != ST_OK ||
	    (st = find_letters(&f, name)) != ST_OK)
		goto done;
	memcpy(out->name, name, strlen(name) + 1);
	out->key = f.agency.locker.key;
	(void)strncpy(
	    out->letters, f.letters.recipient, sizeof(out->letters) - 1);
done:
	proved_fini(&f.agency_note);
	proved_fini(&f.letters_note);
	if (body != NULL)
		json_decref(body);
	httpc_reply_fini(&r);
	return st;
}
