#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/age.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "httpc/httpc.h"
#include "platform/platform.h"
#include "protocol/collection.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"
#include "witness/witness.h"

const char world_text[] =
    "{\"contact\":{\"telephone\":\"+1 863 555 0100\",\"unit\":"
    "\"Investigations\"},\"details\":\"A parked van was hit.\",\"language\":"
    "\"en\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
    "\"title\":\"Hit and run\",\"translations\":[],\"type\":"
    "\"porchlight/text@v1\"}";

#define MUST(x) must((x), #x, &d, __LINE__)

static void
must(enum status st, const char *what, const struct diag *d, int line)
{
	if (st == ST_OK)
		return;
	(void)fprintf(stderr, "world.c:%d: %s: %s %s\n", line, what,
	    status_name(st), d->text);
	abort();
}

void
world_key_make(struct world_key *k, const char *name)
{
	uint8_t pub[32];

	random_bytes(k->seed, sizeof(k->seed));
	ed25519_public(k->seed, pub);
	PRE(note_key_make(&k->key, name, NOTE_ED25519, pub) == ST_OK);
}

static void
start_watchers(struct world *w, struct platform_setup *setup, char urls[][64],
    const char **list)
{
	char dir[128], name[64];
	struct diag d = { 0 };
	size_t i;

	for (i = 0; i < WORLD_WATCHERS; i++) {
		(void)snprintf(dir, sizeof(dir), "%s/w%zu", w->dir, i);
		(void)snprintf(name, sizeof(name), "watcher-%zu.example", i);
		MUST(witness_init(dir, name, &setup->watchers[i].key, &d));
		setup->watchers[i].until = clock_now() + 400 * 86400;
		(void)urls;
		list[i] = urls[i];
	}
}

static void
run_watchers(struct world *w, char urls[][64], const char *vkey)
{
	struct diag d = { 0 };
	char dir[128];
	size_t i;

	for (i = 0; i < WORLD_WATCHERS; i++) {
		(void)snprintf(dir, sizeof(dir), "%s/w%zu", w->dir, i);
		MUST(witness_trust_log(dir, WORLD_ORIGIN, vkey, &d));
		world_watcher_start(w, i);
		(void)snprintf(urls[i], 64, "http://127.0.0.1:%u", w->ports[i]);
	}
}

void
world_watcher_start(struct world *w, size_t i)
{
	struct witness_config c = { .port = w->ports[i] };
	struct diag d = { 0 };
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/w%zu", w->dir, i);
	c.dir = dir;
	MUST(witness_start(&c, &w->watchers[i], &d));
	w->ports[i] = witness_port(w->watchers[i]);
}

void
world_watcher_stop(struct world *w, size_t i)
{
	witness_stop(&w->watchers[i]);
}

/* The watchers' ports are known only once they run, and they run only once
 * the log's key is known: the settings are written a second time. */
static void
write_watchers(struct world *w, char urls[][64])
{
	struct diag d = { 0 };
	char path[128], *at;
	struct buf b, out;
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/platform/platform.ini", w->dir);
	buf_init(&b, 16384);
	buf_init(&out, 16384);
	MUST(file_read(path, &b, &d));
	at = strstr(buf_text(&b), "watchers =");
	PRE(at != NULL);
	buf_put(&out, b.p, (size_t)(at - buf_text(&b)));
	buf_puts(&out, "watchers =");
	for (i = 0; i < WORLD_WATCHERS; i++)
		buf_printf(&out, " %s", urls[i]);
	buf_puts(&out, "\n");
	MUST(file_write(path, 0600, out.p, out.n, &d));
	buf_fini(&b);
	buf_fini(&out);
}

static void
start_platform(struct world *w)
{
	struct platform_config c = { 0 };
	struct diag d = { 0 };
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/platform", w->dir);
	c.dir = dir;
	MUST(platform_start(&c, &w->platform, &d));
	(void)snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%u",
	    platform_port(w->platform));
}

static void
wait_for(struct world *w, const char *path)
{
	int64_t until = clock_monotonic_ms() + 20000;
	struct buf b;
	unsigned code;

	do {
		buf_init(&b, 1 << 20);
		code = world_get(w, path, &b);
		buf_fini(&b);
		if (code != 200)
			(void)usleep(10000);
	} while (code != 200 && clock_monotonic_ms() < until);
	PRE(code == 200);
}

void
world_start(struct world *w)
{
	struct platform_setup setup = { .origin = WORLD_ORIGIN,
		.name = "platform.test.example",
		.title = "Test",
		.url = "http://127.0.0.1",
		.watcher_count = WORLD_WATCHERS,
		.k = 2 };
	char urls[WORLD_WATCHERS][64] = { "http://127.0.0.1:1" }, dir[128];
	const char *list[WORLD_WATCHERS];
	char vkey[NOTE_VKEY];
	struct diag d = { 0 };
	struct buf b;

	*w = (struct world){ 0 };
	(void)snprintf(w->dir, sizeof(w->dir), "%.40s/world.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	PRE(mkdtemp(w->dir) != NULL);
	MUST(httpc_new(&w->httpc));
	start_watchers(w, &setup, urls, list);
	setup.watcher_urls = list;
	(void)snprintf(dir, sizeof(dir), "%s/platform", w->dir);
	MUST(platform_init(dir, &setup, &d));
	(void)snprintf(dir, sizeof(dir), "%s/platform/trust.json", w->dir);
	buf_init(&b, TRUST_FILE);
	MUST(file_read(dir, &b, &d));
	MUST(trust_parse(b.p, b.n, &w->trust, &d));
	buf_fini(&b);
	note_key_text(&w->trust.log, vkey);
	run_watchers(w, urls, vkey);
	write_watchers(w, urls);
	start_platform(w);
	wait_for(w, "/v1/directory");
}

void
world_restart(struct world *w)
{
	platform_stop(&w->platform);
	start_platform(w);
	wait_for(w, "/v1/directory");
}

void
world_stop(struct world *w)
{
	char command[128];
	size_t i;

	platform_stop(&w->platform);
	for (i = 0; i < WORLD_WATCHERS; i++)
		witness_stop(&w->watchers[i]);
	httpc_free(&w->httpc);
	free(w->jurisdiction);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", w->dir);
	PRE(system(command) == 0);
}

/* -- notes ----------------------------------------------------------------- */

static void
sign(const struct buf *text, const struct world_key *const *keys, size_t n,
    struct buf *out)
{
	size_t i;

	PRE(buf_status(text) == ST_OK);
	buf_put(out, text->p, text->n);
	buf_putc(out, '\n');
	for (i = 0; i < n; i++)
		note_sign((const char *)text->p, text->n, keys[i]->key.name,
		    keys[i]->seed, out);
}

void
world_note(json_t *body, const char *type, const struct world_key *const *keys,
    size_t n, struct buf *out)
{
	struct buf text;

	buf_init(&text, DOC_MAX);
	PRE(doc_text(body, type, WORLD_ORIGIN, &text) == ST_OK);
	sign(&text, keys, n, out);
	buf_fini(&text);
}

void
world_sign(const char *line, const struct world_key *const *keys, size_t n,
    struct buf *out)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_printf(&text, "%s\n", line);
	sign(&text, keys, n, out);
	buf_fini(&text);
}

void
world_countersign(struct world *w, struct buf *note)
{
	struct diag d = { 0 };
	struct buf out;
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/platform", w->dir);
	buf_init(&out, DOC_MAX);
	MUST(platform_countersign(dir, note->p, note->n, &out, &d));
	buf_fini(note);
	*note = out;
}

void
world_own_note(struct world *w, json_t *body, const char *type, struct buf *out)
{
	struct diag d = { 0 };
	struct buf text;
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/platform", w->dir);
	buf_init(&text, DOC_MAX);
	PRE(doc_text(body, type, WORLD_ORIGIN, &text) == ST_OK);
	MUST(platform_sign(dir, text.p, text.n, out, &d));
	buf_fini(&text);
}

unsigned
world_get(struct world *w, const char *path, struct buf *b)
{
	struct httpc_reply r = { 0 };
	struct diag d = { 0 };
	unsigned code;
	char url[512];

	(void)snprintf(url, sizeof(url), "%s%s", w->url, path);
	MUST(httpc_get(w->httpc, url, NULL, 32 << 20, &r, &d));
	buf_put(b, r.body.p, r.body.n);
	code = r.code;
	httpc_reply_fini(&r);
	return code;
}

void
world_reply_fini(struct world_reply *r)
{
	json_decref(r->body);
	r->body = NULL;
}

static void
copy_member(const json_t *v, const char *name, char *out, size_t n)
{
	const char *s = json_string_value(json_object_get(v, name));

	(void)snprintf(out, n, "%s", s != NULL ? s : "");
}

static void
read_reply(const struct httpc_reply *r, struct world_reply *out)
{
	char type[64], by[CLOCK_TEXT];
	struct diag d = { 0 };

	*out = (struct world_reply){ .code = r->code };
	MUST(json_read(r->body.p, r->body.n, &out->body, &d));
#define COPY(m) copy_member(out->body, #m, out->m, sizeof(out->m))
	COPY(title);
	COPY(field);
	COPY(limit);
	COPY(state);
	COPY(rule);
#undef COPY
	copy_member(out->body, "type", type, sizeof(type));
	if (strncmp(type, "/problems/", 10) == 0)
		(void)snprintf(
		    out->problem, sizeof(out->problem), "%s", type + 10);
	copy_member(out->body, "by", by, sizeof(by));
	if (by[0] != '\0')
		PRE(clock_parse(by, &out->by) == ST_OK);
	out->index = json_integer_value(json_object_get(out->body, "index"));
}

void
world_post(struct world *w, const char *path, const void *p, size_t n,
    struct world_reply *out)
{
	struct httpc_reply r = { 0 };
	struct diag d = { 0 };
	char url[128];

	(void)snprintf(url, sizeof(url), "%s%s", w->url, path);
	MUST(httpc_post(
	    w->httpc, url, "application/json", p, n, NULL, 1 << 20, &r, &d));
	read_reply(&r, out);
	httpc_reply_fini(&r);
}

void
world_file(struct world *w, const char *note, const char *text,
    const char *jurisdiction, struct world_reply *out)
{
	json_t *v = json_pack("{s:s}", "note", note);
	struct buf b;

	if (text != NULL)
		json_object_set_new(v, "text", json_string(text));
	if (jurisdiction != NULL)
		json_object_set_new(
		    v, "jurisdiction", json_string(jurisdiction));
	buf_init(&b, 4 << 20);
	PRE(json_write(v, &b) == ST_OK);
	json_decref(v);
	world_post(w, "/v1/notes", b.p, b.n, out);
	buf_fini(&b);
}

static void
file_ok(struct world *w, const struct buf *note, const char *jurisdiction)
{
	struct world_reply r;

	world_file(w, buf_text(note), NULL, jurisdiction, &r);
	if (r.code != 201)
		(void)json_dumpf(r.body, stderr, 0);
	PRE(r.code == 201);
	world_reply_fini(&r);
}

/* -- admission ------------------------------------------------------------- */

static void
enrol_partner(struct world *w)
{
	struct partner p = { .time = clock_now(),
		.name = "partner.example",
		.legal_name = "The League",
		.url = "https://partner.example" };
	struct buf note;

	world_key_make(&w->partner, p.name);
	p.key = w->partner.key;
	buf_init(&note, DOC_MAX);
	world_own_note(w, partner_json(&p), PARTNER_TYPE, &note);
	file_ok(w, &note, NULL);
	buf_fini(&note);
}

void
world_agency_note(struct world *w, const struct agency *a, struct buf *out)
{
	const struct world_key *signers[] = { &w->partner };

	world_note(agency_json(a), AGENCY_TYPE, signers, 1, out);
	world_countersign(w, out);
}

/* The keys' names are the agency's and its locker's. */
static void
admit(struct world *w, const struct world_key *agency,
    const struct world_key *locker, struct agency *a)
{
	struct buf note;

	*a = (struct agency){ .time = clock_now(),
		.until = clock_now() + 365 * 86400,
		.name = agency->key.name,
		.legal_name = "Lakeland Police",
		.class = "municipal-police",
		.telephone = "+1 863 555 0100",
		.verified = "by visit",
		.partner = "partner.example",
		.key = agency->key };
	a->locker = (struct locker){ .name = locker->key.name,
		.url = "http://127.0.0.1:9",
		.key = locker->key };
	hash_sha256(w->jurisdiction, strlen(w->jurisdiction), a->jurisdiction);
	buf_init(&note, DOC_MAX);
	world_agency_note(w, a, &note);
	file_ok(w, &note, w->jurisdiction);
	buf_fini(&note);
}

static void
publish_recipient(
    struct world *w, const struct world_key *locker, char recipient[63])
{
	const struct world_key *signers[] = { locker };
	struct recipient x = { .time = clock_now(),
		.from = clock_now(),
		.until = clock_now() + 7 * 86400,
		.owner = locker->key.name };
	struct age_identity *id = NULL;
	struct age_recipient to;
	struct diag d = { 0 };
	struct buf note;

	MUST(age_identity_new(&id));
	age_identity_recipient(id, &to);
	age_recipient_text(&to, recipient);
	age_identity_free(&id);
	x.recipient = recipient;
	buf_init(&note, DOC_MAX);
	world_note(recipient_json(&x), RECIPIENT_TYPE, signers, 1, &note);
	file_ok(w, &note, NULL);
	buf_fini(&note);
}

void
world_admit(struct world *w)
{
	enrol_partner(w);
	world_key_make(&w->agency, "police.example");
	world_key_make(&w->locker, "locker.police.example");
	if (w->jurisdiction == NULL)
		w->jurisdiction = strdup(
		    "{\"coordinates\":[[[[-82.2,27.8],[-81.7,27.8],"
		    "[-81.7,28.3],[-82.2,28.3],[-82.2,27.8]]]],\"type\":"
		    "\"MultiPolygon\"}");
	admit(w, &w->agency, &w->locker, &w->admitted);
	publish_recipient(w, &w->locker, w->recipient);
}

void
world_admit_another(struct world *w, struct world_agency *a, const char *name)
{
	(void)snprintf(a->name, sizeof(a->name), "%s", name);
	(void)snprintf(
	    a->locker_name, sizeof(a->locker_name), "locker.%s", a->name);
	world_key_make(&a->agency, a->name);
	world_key_make(&a->locker, a->locker_name);
	admit(w, &a->agency, &a->locker, &a->admitted);
	publish_recipient(w, &a->locker, a->recipient);
}

void
world_decide(
    struct world *w, const char *action, const char *subject, const char *rule)
{
	struct decision x = { .time = clock_now(),
		.action = action,
		.subject = subject,
		.rule = rule,
		.reason = "A test decides." };
	struct buf note;

	random_id(&x.id);
	buf_init(&note, DOC_MAX);
	world_own_note(w, decision_json(&x), DECISION_TYPE, &note);
	file_ok(w, &note, NULL);
	buf_fini(&note);
}

/* -- the log ---------------------------------------------------------------- */

/* Entries of type in the bundle that the n bytes at p are. */
static size_t
count_entries(const uint8_t *p, size_t n, const char *type)
{
	size_t at = 0, entry_n, count = 0;
	const uint8_t *entry;
	char member[80];

	(void)snprintf(member, sizeof(member), "\"type\":\"%s\"", type);
	while (tile_bundle_next(p, n, &at, &entry, &entry_n) == ST_OK)
		count += memmem(entry, entry_n, member, strlen(member)) != NULL;
	return count;
}

size_t
world_logged(struct world *w, const char *type)
{
	struct tile t = { .level = TILE_ENTRIES };
	struct checkpoint cp;
	struct diag d = { 0 };
	char path[TILE_PATH], full[TILE_PATH + 8];
	size_t count = 0;
	struct note note;
	struct buf b;

	buf_init(&b, 64 << 20);
	PRE(world_get(w, "/log/checkpoint", &b) == 200);
	MUST(note_open(b.p, b.n, &note, &d));
	MUST(checkpoint_parse(note.text, note.text_n, &cp, &d));
	for (; t.index * TILE_WIDTH < cp.size; t.index++) {
		t.width = tile_width(TILE_ENTRIES, t.index, cp.size);
		tile_path(&t, path);
		(void)snprintf(full, sizeof(full), "/log/%s", path);
		buf_clear(&b);
		PRE(world_get(w, full, &b) == 200);
		count += count_entries(b.p, b.n, type);
	}
	buf_fini(&b);
	return count;
}

/* -- requests -------------------------------------------------------------- */

void
world_request(struct world *w, struct request *out, const char *case_number)
{
	struct geo_point centre = { WORLD_CENTRE_LON, WORLD_CENTRE_LAT };
	int64_t now = clock_now();
	struct diag d = { 0 };

	*out = (struct request){ .agency = w->agency.key.name,
		.case_number = case_number,
		.incident = "hit-and-run",
		.recipient = w->recipient,
		.from = now - 7200,
		.until = now - 3600,
		.opens = now,
		.expires = now + 6 * 86400 };
	random_id(&out->id);
	MUST(area_around(centre, 500, &out->area, &d));
	hash_sha256(world_text, strlen(world_text), out->text);
}

void
world_move(struct request *r, double east_m)
{
	/* A degree of longitude here is some 98.3 km. */
	int32_t by = (int32_t)(east_m / 98.3e3 * 1e6);
	uint32_t i;

	for (i = 0; i < r->area.n; i++)
		r->area.v[i].lon += by;
}

void
world_publish(struct world *w, struct request *r, struct world_reply *out)
{
	const struct world_key *signers[] = { &w->agency, &w->locker };
	struct buf note;

	buf_init(&note, DOC_MAX);
	world_note(request_json(r), REQUEST_TYPE, signers, 2, &note);
	world_file(w, buf_text(&note), world_text, NULL, out);
	buf_fini(&note);
}

enum status
world_read(struct world *w, struct geo_district t, struct collection **out,
    struct diag *d)
{
	struct doc *doc = NULL;
	struct directory dir;
	char path[64];
	struct buf b;
	enum status st;

	*out = NULL;
	buf_init(&b, 16 << 20);
	PRE(world_get(w, "/v1/directory", &b) == 200);
	st = directory_open(&w->trust, b.p, b.n, clock_now(), &doc, &dir, d);
	buf_clear(&b);
	(void)snprintf(path, sizeof(path), "/v1/feed/%d/%d/%d", t.z, t.x, t.y);
	if (st == ST_OK && world_get(w, path, &b) == 200)
		st = collection_open(
		    &w->trust, &dir, t, b.p, b.n, clock_now(), out, d);
	doc_free(&doc);
	buf_fini(&b);
	return st;
}
