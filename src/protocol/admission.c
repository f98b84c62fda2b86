#include "protocol/admission.h"

#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/doc.h"

#define NAME_MAX 120
#define URL_MAX 200

#define STR(s, m, lo, hi)                                                     \
	{                                                                     \
		.name = #m, .kind = JSON_FIELD_STR, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                          \
	}
#define AS(member, k, s, m, lo, hi)                                  \
	{                                                            \
		.name = member, .kind = k, .offset = offsetof(s, m), \
		.min = lo, .max = hi                                 \
	}
#define TIME(s, m) AS(#m, JSON_FIELD_TIME, s, m, 0, 0)

/* A party's key bears the party's name, so that a signature names its author. */
static enum status
named_key(
    const char *vkey, const char *name, struct note_key *key, struct diag *d)
{
	enum status st;

	if ((st = doc_key(vkey, NOTE_ED25519, "key", key, d)) != ST_OK)
		return st;
	if (strcmp(key->name, name) != 0)
		return diag_set(d, ST_INVALID, "key", name,
		    "The key must bear the name %.120s, not %.120s.", name,
		    key->name);
	return ST_OK;
}

static enum status
web_url(const char *url, struct diag *d)
{
	if (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0)
		return ST_OK;
	return diag_set(d, ST_INVALID, "url", "https:// or http://",
	    "The url must begin with https:// or http://.");
}

struct partner_in {
	struct partner p;
	const char *key;
};

enum status
partner_parse(const struct doc *doc, struct partner *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("time", JSON_FIELD_TIME, struct partner_in, p.time, 0, 0),
		AS("name", JSON_FIELD_STR, struct partner_in, p.name, 1,
		    NAME_MAX),
		AS("legal_name", JSON_FIELD_STR, struct partner_in,
		    p.legal_name, 1, NAME_MAX),
		AS("url", JSON_FIELD_STR, struct partner_in, p.url, 1, URL_MAX),
		AS("key", JSON_FIELD_STR, struct partner_in, key, 1, NOTE_VKEY),
	};
	struct partner_in in = { 0 };
	enum status st;

	if ((st = doc_fields(doc, PARTNER_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = named_key(in.key, in.p.name, &in.p.key, d)) != ST_OK ||
	    (st = web_url(in.p.url, d)) != ST_OK)
		return st;
	*out = in.p;
	return ST_OK;
}

json_t *
partner_json(const struct partner *p)
{
	char key[NOTE_VKEY];

	note_key_text(&p->key, key);
	return json_pack("{s:o,s:s,s:s,s:s,s:s}", "time", json_time(p->time),
	    "name", p->name, "legal_name", p->legal_name, "url", p->url, "key",
	    key);
}

struct locker_in {
	struct locker l;
	const char *key;
};

static enum status
locker_parse(
    const json_t *v, struct locker *out, struct arena *a, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("name", JSON_FIELD_STR, struct locker_in, l.name, 1,
		    NAME_MAX),
		AS("url", JSON_FIELD_STR, struct locker_in, l.url, 1, URL_MAX),
		AS("key", JSON_FIELD_STR, struct locker_in, key, 1, NOTE_VKEY),
	};
	struct locker_in in = { 0 };
	enum status st;

	if ((st = json_fields(v, spec, NELEMS(spec), "locker", &in, a, d)) !=
		ST_OK ||
	    (st = named_key(in.key, in.l.name, &in.l.key, d)) != ST_OK ||
	    (st = web_url(in.l.url, d)) != ST_OK)
		return st;
	/* Relays know it by one segment of a path. */
	if (strpbrk(in.l.name, "/?#%") != NULL)
		return diag_set(d, ST_INVALID, "locker.name", "no / ? # %",
		    "A locker's name stands in addresses, so it holds none of "
		    "/ ? # %%.");
	*out = in.l;
	return ST_OK;
}

struct agency_in {
	struct agency a;
	const char *key;
	json_t *locker;
};

enum status
agency_parse(const struct doc *doc, struct agency *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("time", JSON_FIELD_TIME, struct agency_in, a.time, 0, 0),
		AS("until", JSON_FIELD_TIME, struct agency_in, a.until, 0, 0),
		AS("name", JSON_FIELD_STR, struct agency_in, a.name, 1,
		    NAME_MAX),
		AS("legal_name", JSON_FIELD_STR, struct agency_in, a.legal_name,
		    1, NAME_MAX),
		AS("class", JSON_FIELD_STR, struct agency_in, a.class, 1, 32),
		AS("telephone", JSON_FIELD_STR, struct agency_in, a.telephone,
		    1, 40),
		AS("verified", JSON_FIELD_STR, struct agency_in, a.verified, 1,
		    500),
		AS("partner", JSON_FIELD_STR, struct agency_in, a.partner, 1,
		    NAME_MAX),
		AS("jurisdiction", JSON_FIELD_HASH, struct agency_in,
		    a.jurisdiction, 0, 0),
		AS("task_forces", JSON_FIELD_STRS, struct agency_in,
		    a.task_forces, 0, 16),
		AS("key", JSON_FIELD_STR, struct agency_in, key, 1, NOTE_VKEY),
		AS("locker", JSON_FIELD_OBJ, struct agency_in, locker, 0, 0),
	};
	struct agency_in in = { 0 };
	enum agency_may may;
	enum status st;

	if ((st = doc_fields(doc, AGENCY_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = agency_class(in.a.class, &may, d)) != ST_OK ||
	    (st = named_key(in.key, in.a.name, &in.a.key, d)) != ST_OK ||
	    (st = locker_parse(in.locker, &in.a.locker, doc->arena, d)) !=
		ST_OK)
		return st;
	*out = in.a;
	return ST_OK;
}

json_t *
agency_json(const struct agency *a)
{
	char key[NOTE_VKEY], locker_key[NOTE_VKEY];
	json_t *forces = json_array();
	size_t i;

	for (i = 0; i < a->task_forces.n; i++)
		if (json_array_append_new(
			forces, json_string(a->task_forces.v[i])) != 0)
			break;
	note_key_text(&a->key, key);
	note_key_text(&a->locker.key, locker_key);
	return json_pack(
	    "{s:o,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:{s:s,s:s,s:s}}",
	    "time", json_time(a->time), "until", json_time(a->until), "name",
	    a->name, "legal_name", a->legal_name, "class", a->class,
	    "telephone", a->telephone, "verified", a->verified, "partner",
	    a->partner, "jurisdiction", json_hex(a->jurisdiction, 32),
	    "task_forces", forces, "key", key, "locker", "name", a->locker.name,
	    "url", a->locker.url, "key", locker_key);
}

enum status
agency_class(const char *class, enum agency_may *may, struct diag *d)
{
	static const struct {
		const char *class;
		enum agency_may may;
	} classes[] = {
		{ "municipal-police", AGENCY_ASKS },
		{ "sheriff", AGENCY_ASKS },
		{ "fire", AGENCY_ASKS },
		{ "emergency-management", AGENCY_ASKS },
		{ "local-government", AGENCY_ALERTS },
		{ "federal", AGENCY_REFUSED },
		{ "federal-branch", AGENCY_REFUSED },
		{ "private-security", AGENCY_REFUSED },
		{ "foreign", AGENCY_REFUSED },
	};
	size_t i;

	for (i = 0; i < NELEMS(classes); i++)
		if (strcmp(classes[i].class, class) == 0) {
			*may = classes[i].may;
			return ST_OK;
		}
	return diag_set(d, ST_INVALID, "class", "",
	    "There is no class of agencies %.32s.", class);
}

struct relay_in {
	struct relay r;
	const char *key;
};

enum status
relay_parse(const struct doc *doc, struct relay *out, struct diag *d)
{
	static const struct json_field spec[] = {
		AS("time", JSON_FIELD_TIME, struct relay_in, r.time, 0, 0),
		AS("name", JSON_FIELD_STR, struct relay_in, r.name, 1,
		    NAME_MAX),
		AS("url", JSON_FIELD_STR, struct relay_in, r.url, 1, URL_MAX),
		AS("key", JSON_FIELD_STR, struct relay_in, key, 1, NOTE_VKEY),
	};
	struct relay_in in = { 0 };
	enum status st;

	if ((st = doc_fields(doc, RELAY_TYPE, spec, NELEMS(spec), &in, d)) !=
		ST_OK ||
	    (st = named_key(in.key, in.r.name, &in.r.key, d)) != ST_OK ||
	    (st = web_url(in.r.url, d)) != ST_OK)
		return st;
	*out = in.r;
	return ST_OK;
}

json_t *
relay_json(const struct relay *r)
{
	char key[NOTE_VKEY];

	note_key_text(&r->key, key);
	return json_pack("{s:o,s:s,s:s,s:s}", "time", json_time(r->time),
	    "name", r->name, "url", r->url, "key", key);
}

enum status
recipient_parse(const struct doc *doc, struct recipient *out, struct diag *d)
{
	static const struct json_field spec[] = {
		TIME(struct recipient, time),
		TIME(struct recipient, from),
		TIME(struct recipient, until),
		STR(struct recipient, owner, 1, NAME_MAX),
		STR(struct recipient, recipient, 62, 62),
	};
	struct recipient in = { 0 };
	enum status st;

	if ((st = doc_fields(
		 doc, RECIPIENT_TYPE, spec, NELEMS(spec), &in, d)) != ST_OK)
		return st;
	if (in.until <= in.from ||
	    in.until - in.from > RECIPIENT_DAYS_MAX * 86400)
		return diag_set(d, ST_INVALID, "until", "14 days",
		    "A letter recipient is in force for up to 14 days.");
	*out = in;
	return ST_OK;
}

json_t *
recipient_json(const struct recipient *r)
{
	return json_pack("{s:o,s:o,s:o,s:s,s:s}", "time", json_time(r->time),
	    "from", json_time(r->from), "until", json_time(r->until), "owner",
	    r->owner, "recipient", r->recipient);
}

enum status
decision_parse(const struct doc *doc, struct decision *out, struct diag *d)
{
	static const struct json_field spec[] = {
		TIME(struct decision, time),
		AS("id", JSON_FIELD_ID, struct decision, id, 0, 0),
		STR(struct decision, action, 1, 16),
		STR(struct decision, subject, 1, NAME_MAX),
		STR(struct decision, rule, 0, 32),
		STR(struct decision, reason, 1, 200),
	};
	static const char *const actions[] = { "refuse", "lift", "suspend",
		"restore" };
	struct decision in = { 0 };
	enum status st;
	size_t i;

	if ((st = doc_fields(doc, DECISION_TYPE, spec, NELEMS(spec), &in, d)) !=
	    ST_OK)
		return st;
	for (i = 0; i < NELEMS(actions); i++)
		if (strcmp(in.action, actions[i]) == 0)
			break;
	if (i == NELEMS(actions))
		return diag_set(d, ST_INVALID, "action",
		    "refuse, lift, suspend, restore",
		    "A decision cannot be to %.16s.", in.action);
	*out = in;
	return ST_OK;
}

json_t *
decision_json(const struct decision *x)
{
	return json_pack("{s:o,s:o,s:s,s:s,s:s,s:s}", "time",
	    json_time(x->time), "id", json_hex(x->id.b, ID_BYTES), "action",
	    x->action, "subject", x->subject, "rule", x->rule, "reason",
	    x->reason);
}
