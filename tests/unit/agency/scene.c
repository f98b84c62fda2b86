#include "scene.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agency/inner.h"
#include "agency/locker/letters.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"
#include "blob/blob.h"
#include "crypto/age.h"
#include "crypto/blindrsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/onetime.h"
#include "crypto/random.h"
#include "evidence/tar.h"
#include "httpc/httpc.h"
#include "protocol/account.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/share.h"
#include "store/store.h"

struct scene scene;

#define MUST(x) must((x), #x, &d, __LINE__)

static void
must(enum status st, const char *what, const struct diag *d, int line)
{
	if (st == ST_OK)
		return;
	(void)fprintf(stderr, "scene.c:%d: %s: %s %s %s\n", line, what,
	    status_name(st), d->field, d->text);
	abort();
}

/* -- passes ---------------------------------------------------------------- */

static struct world_key account;

static void
post(const char *path, json_t *body, const char *type, struct httpc_reply *r)
{
	const struct world_key *keys[] = { &account };
	struct diag d = { 0 };
	struct buf note, b;
	char url[128];
	json_t *v;

	buf_init(&note, DOC_MAX);
	buf_init(&b, 1 << 20);
	world_note(body, type, keys, 1, &note);
	v = json_pack("{s:s}", "note", buf_text(&note));
	PRE(json_write(v, &b) == ST_OK);
	json_decref(v);
	(void)snprintf(url, sizeof(url), "%s%s", scene.w.url, path);
	MUST(httpc_post(scene.w.httpc, url, "application/json", b.p, b.n, NULL,
	    1 << 20, r, &d));
	if (r->code >= 300)
		(void)fprintf(stderr, "%s\n", buf_text(&r->body));
	PRE(r->code < 300);
	buf_fini(&note);
	buf_fini(&b);
}

static void
join(void)
{
	struct account a = { .kind = "recorder" };
	struct httpc_reply r = { 0 };

	world_key_make(&account, ACCOUNT_NAME);
	a.key = account.key;
	post("/v1/accounts", account_json(&a), ACCOUNT_TYPE, &r);
	httpc_reply_fini(&r);
}

static void
begin_pass(struct scene_pass *p, const struct blindrsa_key *key)
{
	uint8_t secret[ONETIME_SECRET];
	struct onetime o;

	random_bytes(secret, sizeof(secret));
	onetime_derive(secret, &o);
	memcpy(p->seed, o.seed, 32);
	PRE(note_key_make(&p->key, ONE_TIME_NAME, NOTE_ED25519, o.public) ==
	    ST_OK);
	token_begin(&p->token, o.nonce, WORLD_ORIGIN, key);
	submission_id(o.nonce, &p->submission);
}

/* Take the whole quota of a purpose; the first n passes are kept. */
static void
take_passes(const char *purpose, struct scene_pass *out, size_t n)
{
	struct take *t = calloc(1, sizeof(*t));
	struct blindrsa_blind *blinds[QUOTA_MAX] = { NULL };
	struct scene_pass spare[QUOTA_MAX];
	struct httpc_reply r = { 0 };
	struct blindrsa_key *key = NULL;
	struct doc *doc = NULL;
	struct directory dir;
	struct diag d = { 0 };
	json_t *v = NULL;
	struct buf b;
	size_t i, got;

	buf_init(&b, 1 << 20);
	PRE(t != NULL && world_get(&scene.w, "/v1/directory", &b) == 200);
	MUST(directory_open(
	    &scene.w.trust, b.p, b.n, clock_now(), &doc, &dir, &d));
	t->key = account.key;
	t->purpose = purpose;
	t->epoch = epoch_of(clock_now());
	t->n = purpose_quota(purpose);
	MUST(blindrsa_public(directory_issuer(&dir, purpose, t->epoch)->spki.p,
	    directory_issuer(&dir, purpose, t->epoch)->spki.n, &key));
	for (i = 0; i < t->n; i++) {
		begin_pass(&spare[i], key);
		MUST(token_blind(
		    &spare[i].token, key, t->blinded[i], &blinds[i]));
	}
	post("/v1/tokens", take_json(t), TAKE_TYPE, &r);
	MUST(json_read(r.body.p, r.body.n, &v, &d));
	for (i = 0; i < t->n; i++) {
		const char *s = json_string_value(
		    json_array_get(json_object_get(v, "signatures"), i));
		uint8_t sig[256];

		MUST(enc_unbase64(s, strlen(s), sig, sizeof(sig), &got));
		MUST(token_finish(&spare[i].token, key, blinds[i], sig));
		blindrsa_blind_free(&blinds[i]);
		if (i < n)
			out[i] = spare[i];
	}
	json_decref(v);
	httpc_reply_fini(&r);
	doc_free(&doc);
	blindrsa_free(&key);
	buf_fini(&b);
	free(t);
}

struct scene_pass *
scene_pass(void)
{
	PRE(scene.next < SCENE_PASSES);
	return &scene.passes[scene.next++];
}

void
scene_carry_pass(struct scene_pass *out)
{
	take_passes(PURPOSE_CARRY, out, 1);
}

/* -- setting up ------------------------------------------------------------ */

/* Both helpers in one directory, unless whoever runs the test names one. */
static void
link_helpers(bool given)
{
	char dir[128], path[256];

	if (given)
		return;
	(void)snprintf(dir, sizeof(dir), "%s/libexec", scene.w.dir);
	PRE(file_mkdir(dir, NULL) == ST_OK);
	(void)snprintf(path, sizeof(path), "%s/porchlight-keyd", dir);
	PRE(symlink(KEYD_BUILT, path) == 0);
	(void)snprintf(path, sizeof(path), "%s/porchlight-media", dir);
	PRE(symlink(MEDIA_BUILT, path) == 0);
	(void)setenv("PORCHLIGHT_LIBEXEC", dir, 1);
}

static void
admit(const struct note_key *agency, const struct note_key *locker)
{
	const struct world_key *signers[] = { &scene.w.partner };
	struct agency a = scene.w.admitted;
	struct world_reply r;
	struct buf note;

	a.name = agency->name;
	a.key = *agency;
	a.locker = (struct locker){ .name = locker->name,
		.url = "http://127.0.0.1:9",
		.key = *locker };
	buf_init(&note, DOC_MAX);
	world_note(agency_json(&a), AGENCY_TYPE, signers, 1, &note);
	world_countersign(&scene.w, &note);
	world_file(&scene.w, buf_text(&note), NULL, scene.w.jurisdiction, &r);
	PRE(r.code == 201);
	world_reply_fini(&r);
	buf_fini(&note);
}

static void
publish(struct office *a)
{
	static const char file[] =
	    "{\"case\":\"24-117\",\"incident\":\"hit-and-run\",\"area\":"
	    "{\"type\":\"Polygon\",\"coordinates\":[[[-81.955,28.036],"
	    "[-81.947,28.036],[-81.947,28.044],[-81.955,28.044],"
	    "[-81.955,28.036]]]},\"from\":\"%s\",\"until\":\"%s\",\"text\":{"
	    "\"language\":\"en\",\"title\":\"A parked van was hit\","
	    "\"details\":\"On Saturday evening.\",\"contact\":{\"unit\":"
	    "\"Investigations\",\"telephone\":\"+1 863 555 0100\"}}}";
	char from[CLOCK_TEXT], until[CLOCK_TEXT], json[1024];
	struct agency_filed filed;
	struct diag d = { 0 };
	struct id again;

	clock_text(clock_now() - 7200, from);
	clock_text(clock_now() - 3600, until);
	(void)snprintf(json, sizeof(json), file, from, until);
	MUST(agency_request_make(a, json, strlen(json), &scene.request, &d));
	MUST(agency_request_make(a, json, strlen(json), &again, &d));
	PRE(id_equal(&again, &scene.request));
	MUST(agency_request_publish(a, &scene.request, 20, &filed, &d));
	MUST(agency_request_publish(a, &scene.request, 20, &filed, &d));
}

/* What the request itself says it is to be sealed to. */
static enum status
take_recipient(const struct row *row, void *arg)
{
	const uint8_t *p;
	const char *at;
	size_t n;

	(void)arg;
	row_bytes(row, 0, &p, &n);
	at = memmem(p, n, "\"recipient\":\"", 13);
	PRE(at != NULL);
	memcpy(scene.recipient, at + 13, 62);
	scene.recipient[62] = '\0';
	return ST_OK;
}

static enum status
read_recipient(struct tx *tx, void *arg)
{
	return store_one(tx, "SELECT note FROM request WHERE id = $1",
	    (struct store_param[]){ P_ID(&scene.request) }, 1, take_recipient,
	    arg);
}

struct office *
scene_open(void)
{
	struct office *a = NULL;
	struct diag d = { 0 };

	MUST(agency_open(scene.dir, scene.trust, scene.w.url, &a, &d));
	return a;
}

int
scene_setup(void **state)
{
	struct note_key agency, locker;
	struct diag d = { 0 };
	struct office *a;
	bool given;

	(void)state;
	given = getenv("PORCHLIGHT_LIBEXEC") != NULL;
	(void)setenv("PORCHLIGHT_LIBEXEC", KEYD_DIR, 0);
	world_start(&scene.w);
	world_admit(&scene.w);
	link_helpers(given);
	(void)snprintf(scene.dir, sizeof(scene.dir), "%s/agency", scene.w.dir);
	(void)snprintf(scene.trust, sizeof(scene.trust),
	    "%s/platform/trust.json", scene.w.dir);
	(void)snprintf(
	    scene.locker, sizeof(scene.locker), "locker.lakeland.example");
	MUST(agency_init(scene.dir, "lakeland.example", scene.locker,
	    WORLD_ORIGIN, &agency, &locker, &d));
	admit(&agency, &locker);
	join();
	take_passes(PURPOSE_SHARE, scene.passes, SCENE_PASSES);
	a = scene_open();
	MUST(letters_tend(a));
	publish(a);
	MUST(store_read(a->store, read_recipient, NULL));
	agency_close(&a);
	return 0;
}

int
scene_teardown(void **state)
{
	(void)state;
	world_stop(&scene.w);
	return 0;
}

/* -- bags ------------------------------------------------------------------ */

static enum status
to_buf(void *arg, const void *p, size_t n)
{
	buf_put(arg, p, n);
	return buf_status(arg);
}

static void
member(struct tar_writer *w, const char *name, const void *p, size_t n)
{
	PRE(tar_begin(w, name, n) == ST_OK && tar_data(w, p, n) == ST_OK);
}

static void
list_line(struct buf *b, const char *name, const void *p, size_t n)
{
	uint8_t hash[32];
	char hex[ENC_HEX(32)];

	hash_sha256(p, n, hash);
	enc_hex(hash, 32, hex);
	buf_printf(b, "%s  data/%s\n", hex, name);
}

static void
sign_share(
    const struct scene_bag *s, const struct buf *manifest, struct buf *note)
{
	struct share share = { .request = scene.request,
		.locker = scene.locker,
		.key = s->pass->key,
		.token = s->pass->token };
	struct buf text;

	hash_sha256(manifest->p, manifest->n, share.manifest);
	if (s->other_request)
		share.request.b[0] ^= 1;
	if (s->other_manifest)
		share.manifest[0] ^= 1;
	buf_init(&text, DOC_MAX);
	PRE(doc_text(share_json(&share), SHARE_TYPE, WORLD_ORIGIN, &text) ==
	    ST_OK);
	buf_put(note, text.p, text.n);
	buf_putc(note, '\n');
	note_sign(buf_text(&text), text.n, ONE_TIME_NAME, s->pass->seed, note);
	buf_fini(&text);
}

/* Write another name into a member's header, and its sum. */
static void
rename_member(struct buf *tar, const char *from, const char *to)
{
	uint8_t *h = tar->p;
	unsigned sum = 0;
	size_t i;

	while (strcmp((char *)h, from) != 0)
		h += 512;
	memset(h, 0, 100);
	memcpy(h, to, strlen(to));
	memset(h + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += h[i];
	(void)snprintf((char *)h + 148, 8, "%06o", sum);
	h[155] = ' ';
}

static void
pack(const struct scene_bag *s, struct buf *tar)
{
	static const char bagit[] = "BagIt-Version: 1.0\n"
				    "Tag-File-Character-Encoding: UTF-8\n";
	struct share_clips times = { 0 };
	struct buf clips, statement, list, note;
	char name[64], names[32][32];
	struct tar_writer *w;
	size_t i, n = s->clips;
	const char *other = "no clip at all";

	buf_init(&clips, 65536);
	buf_init(&statement, 65536);
	buf_init(&list, 65536);
	buf_init(&note, 65536);
	for (i = 0; i < n; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%zu.mp4", i + 1);
		if (i < SHARE_CLIPS)
			times.v[times.n++] =
			    (struct share_clip){ .file = names[i],
				    .source = "file",
				    .start = clock_now() - 7000,
				    .end = clock_now() - 6900,
				    .error_s = 2 };
	}
	PRE(share_clips_write(&times, &clips) == ST_OK);
	PRE(share_statement_write(
		s->statement == NULL ? "" : s->statement, &statement) == ST_OK);
	list_line(&list, "clips.json", clips.p, clips.n);
	list_line(&list, "statement.json", statement.p, statement.n);
	for (i = 0; i < n; i++)
		list_line(&list, names[i],
		    i == 0 && s->clip != NULL ? s->clip : other,
		    i == 0 && s->clip != NULL ? s->clip_n : strlen(other));
	sign_share(s, &list, &note);
	w = tar_writer_new(to_buf, tar);
	member(w, "bagit.txt", bagit, sizeof(bagit) - 1);
	member(w, "tags/share.note", note.p, note.n);
	member(w, "manifest-sha256.txt", list.p, list.n);
	member(w, "data/clips.json", clips.p, clips.n);
	member(w, "data/statement.json", statement.p, statement.n);
	for (i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "data/%s", names[i]);
		member(w, name, i == 0 && s->clip != NULL ? s->clip : other,
		    i == 0 && s->clip != NULL ? s->clip_n : strlen(other));
	}
	PRE(tar_finish(w) == ST_OK);
	tar_writer_free(&w);
	if (s->first_name != NULL)
		rename_member(tar, "data/1.mp4", s->first_name);
	buf_fini(&clips);
	buf_fini(&statement);
	buf_fini(&list);
	buf_fini(&note);
}

void
scene_seal(const struct scene_bag *b, struct buf *out)
{
	struct age_recipient to;
	struct age_writer *w = NULL;
	struct diag d = { 0 };
	struct buf tar;

	buf_init(out, 8 << 20);
	buf_init(&tar, 8 << 20);
	pack(b, &tar);
	MUST(age_recipient_parse(scene.recipient, &to, &d));
	MUST(age_writer_new(&to, 1, to_buf, out, &w, &d));
	MUST(age_writer_feed(w, tar.p, tar.n));
	MUST(age_writer_end(w));
	age_writer_free(&w);
	buf_fini(&tar);
}

bool
scene_footage(const char *name, struct buf *out)
{
	const char *dir = getenv("PORCHLIGHT_SHARED");
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/footage/%s",
	    dir != NULL ? dir : SHARED_DEFAULT, name);
	return file_read(path, out, NULL) == ST_OK;
}

struct scene_pass *
scene_good(struct buf *out)
{
	struct scene_pass *pass = scene_pass();
	struct scene_bag b = { .pass = pass,
		.clips = 1,
		.statement = "It came from the <north> & left." };
	struct buf clip;

	buf_init(&clip, 4 << 20);
	if (scene_footage("test_h264.mp4", &clip)) {
		b.clip = clip.p;
		b.clip_n = clip.n;
	}
	scene_seal(&b, out);
	buf_fini(&clip);
	return pass;
}

/* -- the locker's side ----------------------------------------------------- */

struct arrival {
	struct id id;
	int64_t size;
};

static enum status
insert_upload(struct tx *tx, void *arg)
{
	const struct arrival *x = arg;

	return store_exec(tx,
	    "INSERT INTO upload (id, size, created, state) VALUES "
	    "($1, $2, $3, 'complete')",
	    (struct store_param[]){
		P_ID(&x->id), P_INT(x->size), P_INT(clock_now()) },
	    3);
}

void
scene_put(struct office *a, const struct buf *upload)
{
	struct arrival x = { .size = (int64_t)upload->n };
	struct blob_append *to = NULL;
	struct diag d = { 0 };
	int64_t offset;

	random_id(&x.id);
	MUST(blob_append_create(a->uploads, &x.id));
	MUST(blob_append_open(a->uploads, &x.id, 0, &to));
	MUST(blob_append_write(to, upload->p, upload->n));
	MUST(blob_append_flush(to, &offset));
	blob_append_close(&to);
	MUST(store_run(a->store, insert_upload, &x));
}

struct wanted {
	const struct id *id;
	char state[32], problem[32], finding[32];
};

static enum status
match(void *arg, const struct agency_submission_row *row)
{
	struct wanted *w = arg;

	if (!id_equal(w->id, &row->id))
		return ST_OK;
	(void)snprintf(w->state, sizeof(w->state), "%s", row->state);
	(void)snprintf(w->problem, sizeof(w->problem), "%s", row->problem);
	(void)snprintf(w->finding, sizeof(w->finding), "%s", row->finding);
	return ST_OK;
}

static struct wanted wanted;

const char *
scene_state(struct office *a, const struct id *submission, char problem[32])
{
	struct diag d = { 0 };

	wanted = (struct wanted){ .id = submission };
	MUST(agency_submission_list(a, match, &wanted, &d));
	if (problem != NULL)
		memcpy(problem, wanted.problem, 32);
	return wanted.state;
}

const char *
scene_finding(struct office *a, const struct id *submission)
{
	(void)scene_state(a, submission, NULL);
	return wanted.finding;
}

static size_t counted;

static int
count_file(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)st;
	(void)f;
	counted += type == FTW_F;
	return 0;
}

size_t
scene_blobs(const char *what)
{
	char path[256];

	counted = 0;
	(void)snprintf(path, sizeof(path), "%s/%s", scene.dir, what);
	(void)nftw(path, count_file, 16, FTW_PHYS);
	return counted;
}
