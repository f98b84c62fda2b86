/* porchlight partner: attest agencies. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "cli/cli.h"
#include "crypto/hash.h"
#include "geo/region.h"
#include "keyd/keyd.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "tlog/trust.h"

#define FILE_BYTES (size_t)(1 << 20)

static enum status
read_json(const char *path, json_t **out, struct diag *d)
{
	struct buf b;
	enum status st;

	buf_init(&b, FILE_BYTES);
	if ((st = file_read(path, &b, d)) == ST_OK)
		st = json_read(b.p, b.n, out, d);
	buf_fini(&b);
	return st;
}

static enum status
open_keys(const char *dir, struct keyd **k, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;

	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	if ((st = file_mkdir(path, d)) != ST_OK)
		return st;
	return keyd_start(NULL, path, KEYD_SIGNING, k, d);
}

/* -- init ------------------------------------------------------------------ */

static enum status
make_partner(const char *dir, const char *trust_path, struct partner *p,
    const char *out, struct diag *d)
{
	static const char *const types[] = { AGENCY_TYPE };
	struct keyd *k = NULL;
	struct trust trust;
	struct buf b;
	enum status st;

	buf_init(&b, DOC_ENTRY_MAX);
	p->time = clock_now();
	if ((st = cli_trust(trust_path, &trust, d)) != ST_OK ||
	    (st = open_keys(dir, &k, d)) != ST_OK)
		goto done;
	st = keyd_note_key(k, p->name, &p->key, NULL);
	if (st == ST_NOTFOUND)
		st = keyd_create_note_key(k, p->name, types, 1, &p->key, d);
	if (st == ST_OK)
		st = doc_text(partner_json(p), PARTNER_TYPE, trust.origin, &b);
	if (st == ST_OK)
		st = file_create(out, 0644, b.p, b.n, d);
done:
	keyd_stop(&k);
	buf_fini(&b);
	return st;
}

static int
make(int argc, char **argv)
{
	const char *dir = NULL, *trust_path = NULL, *out = NULL;
	struct partner p = { 0 };
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &dir, "DIR", "the partner's directory", 0,
		    0, 1 },
		{ "name", OPT_TEXT, &p.name, "NAME", "the name of its key", 0,
		    0, 1 },
		{ "legal-name", OPT_TEXT, &p.legal_name, "TEXT",
		    "its name for people", 0, 0, 1 },
		{ "url", OPT_TEXT, &p.url, "URL", "its own pages", 0, 0, 1 },
		{ "trust", OPT_TEXT, &trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "out", OPT_TEXT, &out, "FILE",
		    "the document to be admitted; must not be there", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight partner init --data DIR --name NAME --legal-name "
		"TEXT --url URL\n    --trust FILE --out FILE",
		"Make a partner's key, and the document by which the operator "
		"enrols it.",
		"porchlight partner init --data county --name county.example "
		"--legal-name \\\n    \"Example County\" --url "
		"https://county.example --trust trust.json --out county.json",
		opts, NELEMS(opts), 0, 0
	};
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	st = make_partner(dir, trust_path, &p, out, &d);
	if (st == ST_OK)
		(void)printf("Made %s. The operator enrols it: porchlight "
			     "admit %s\n",
		    dir, out);
	return cli_end(st, &d);
}

/* -- attest ---------------------------------------------------------------- */

struct attesting {
	const char *dir, *trust_path, *name, *out, *jurisdiction;
	const char *agency_key, *locker_key, *locker_url;
	struct agency a;
	struct arena *arena;
	struct buf region; /* the jurisdiction's canonical bytes */
	struct diag *d;
};

/* What the partner's file says of the agency. */
static enum status
read_agency(struct attesting *x, const char *path)
{
#define AS(n, k, m, lo, hi)                                                 \
	{                                                                   \
		.name = n, .kind = k, .offset = offsetof(struct agency, m), \
		.min = lo, .max = hi                                        \
	}
	static const struct json_field spec[] = {
		AS("class", JSON_FIELD_STR, class, 1, 64),
		AS("legal_name", JSON_FIELD_STR, legal_name, 1, 200),
		AS("telephone", JSON_FIELD_STR, telephone, 1, 40),
		AS("verified", JSON_FIELD_STR, verified, 1, 400),
		AS("until", JSON_FIELD_TIME, until, 0, 0),
		{ .name = "task_forces",
		    .kind = JSON_FIELD_STRS,
		    .offset = offsetof(struct agency, task_forces),
		    .max = 16,
		    .optional = 1 },
	};
#undef AS
	json_t *v = NULL;
	enum status st;

	if ((st = read_json(path, &v, x->d)) != ST_OK)
		return st;
	st = json_fields(v, spec, NELEMS(spec), NULL, &x->a, x->arena, x->d);
	json_decref(v);
	return st;
}

static enum status
read_jurisdiction(struct attesting *x)
{
	struct geo_region *region = NULL;
	json_t *v = NULL;
	enum status st;

	if ((st = read_json(x->jurisdiction, &v, x->d)) == ST_OK &&
	    (st = region_parse(v, &region, x->d)) == ST_OK &&
	    (st = json_write(v, &x->region)) == ST_OK)
		hash_sha256(x->region.p, x->region.n, x->a.jurisdiction);
	region_free(&region);
	if (v != NULL)
		json_decref(v);
	return st;
}

static enum status
read_keys(struct attesting *x)
{
	enum status st;

	if ((st = note_key_parse(x->agency_key, &x->a.key, x->d)) != ST_OK ||
	    (st = note_key_parse(x->locker_key, &x->a.locker.key, x->d)) !=
		ST_OK)
		return st;
	x->a.name = x->a.key.name;
	x->a.locker.name = x->a.locker.key.name;
	x->a.locker.url = x->locker_url;
	x->a.partner = x->name;
	x->a.time = clock_now();
	return ST_OK;
}

static enum status
write_note(struct attesting *x)
{
	char beside[PATH_MAX];
	struct keyd *k = NULL;
	struct buf b, line;
	struct trust trust;
	enum status st;

	buf_init(&b, DOC_MAX);
	buf_init(&line, DOC_MAX);
	if ((st = cli_trust(x->trust_path, &trust, x->d)) != ST_OK ||
	    (st = open_keys(x->dir, &k, x->d)) != ST_OK ||
	    (st = doc_text(
		 agency_json(&x->a), AGENCY_TYPE, trust.origin, &b)) != ST_OK ||
	    (st = keyd_sign(k, x->name, b.p, b.n, &line, x->d)) != ST_OK)
		goto done;
	buf_putc(&b, '\n');
	buf_put(&b, line.p, line.n);
	(void)snprintf(beside, sizeof(beside), "%s.jurisdiction.json", x->out);
	if ((st = buf_status(&b)) == ST_OK &&
	    (st = file_write(beside, 0644, x->region.p, x->region.n, x->d)) ==
		ST_OK)
		st = file_create(x->out, 0644, b.p, b.n, x->d);
done:
	keyd_stop(&k);
	buf_fini(&b);
	buf_fini(&line);
	return st;
}

static int
attest(int argc, char **argv)
{
	struct attesting x = { 0 };
	const struct opt opts[] = {
		{ "data", OPT_TEXT, &x.dir, "DIR", "the partner's directory", 0,
		    0, 1 },
		{ "name", OPT_TEXT, &x.name, "NAME", "the partner's name", 0, 0,
		    1 },
		{ "trust", OPT_TEXT, &x.trust_path, "FILE",
		    "the instance's trust file", 0, 0, 1 },
		{ "jurisdiction", OPT_TEXT, &x.jurisdiction, "FILE",
		    "a GeoJSON MultiPolygon", 0, 0, 1 },
		{ "agency-key", OPT_TEXT, &x.agency_key, "KEY",
		    "what agency init printed", 0, 0, 1 },
		{ "locker-key", OPT_TEXT, &x.locker_key, "KEY", "likewise", 0,
		    0, 1 },
		{ "locker-url", OPT_TEXT, &x.locker_url, "URL",
		    "where relays reach the locker", 0, 0, 1 },
		{ "out", OPT_TEXT, &x.out, "FILE",
		    "the note; must not be there", 0, 0, 1 },
	};
	const struct opt_command c = {
		"porchlight partner attest [OPTION]... FILE",
		"Say that an agency is what it claims. FILE is JSON: class, "
		"legal_name, telephone,\nverified (how), until, task_forces. "
		"Beside the note its jurisdiction is written.",
		"porchlight partner attest --data county --name "
		"county.example --trust trust.json \\\n    --jurisdiction "
		"city.json --agency-key ... --locker-key ... --locker-url "
		"\\\n    https://locker.lakeland.example --out police.note "
		"police.json",
		opts, NELEMS(opts), 1, 1
	};
	struct diag d = { 0 };
	enum status st;
	char **args;
	int n, code;

	if (!cli_options(&c, argc, argv, &args, &n, &code))
		return code;
	x.d = &d;
	buf_init(&x.region, FILE_BYTES);
	if ((x.arena = arena_new(FILE_BYTES)) == NULL)
		st = ST_NOMEM;
	else if ((st = read_agency(&x, args[0])) == ST_OK &&
	    (st = read_jurisdiction(&x)) == ST_OK &&
	    (st = read_keys(&x)) == ST_OK)
		st = write_note(&x);
	if (st == ST_OK)
		(void)printf("Wrote %s. The operator admits it: porchlight "
			     "admit --jurisdiction\n%s.jurisdiction.json %s\n",
		    x.out, x.out, x.out);
	arena_free(&x.arena);
	buf_fini(&x.region);
	return cli_end(st, &d);
}

int
cmd_partner(int argc, char **argv)
{
	static const struct cli_command v[] = {
		{ "init", "make a partner's key", make },
		{ "attest", "say that an agency is what it claims", attest },
	};

	return cli_group("porchlight partner COMMAND",
	    "A partner attests agencies: a county, a league, a vendor. It is "
	    "another than the\noperator, who admits them.",
	    v, NELEMS(v), argc, argv);
}
