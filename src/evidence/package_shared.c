/* What the sharer sent and what the locker made of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/enc.h"
#include "base/file.h"
#include "crypto/blindrsa.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "evidence/package_view.h"
#include "evidence/zip.h"
#include "protocol/account.h"
#include "protocol/doc.h"
#include "tlog/trust.h"

#define CHUNK 65536

enum package_verdict
package_shared_share(struct package_view *v)
{
	const struct buf *list = &v->docs[VIEW_SHARE_MANIFEST];
	uint8_t hash[32];
	struct id id;

	if (doc_open(v->docs[VIEW_SHARE].p, v->docs[VIEW_SHARE].n,
		v->trust->origin, &v->share_doc, &v->why) != ST_OK ||
	    share_parse(v->share_doc, &v->share, &v->why) != ST_OK)
		return package_view_why(v);
	hash_sha256(list->p, list->n, hash);
	if (!hash_equal(hash, v->share.manifest, 32))
		return package_view_fail(
		    v, "The sharer signed another list of files.");
	if (v->request_ok &&
	    (!id_equal(&v->share.request, &v->request.id) ||
		strcmp(v->share.locker, v->agency.locker.name) != 0))
		return package_view_fail(v,
		    "The sharer sent this for another request or to another "
		    "locker.");
	submission_id(v->share.token.nonce, &id);
	if (v->package_ok && !id_equal(&id, &v->package.submission))
		return package_view_fail(
		    v, "The sharer's statement is of another submission.");
	v->share_ok = true;
	return package_view_pass(v,
	    "Signed by the sharer's one-time key, for this request, this "
	    "locker and this list of files.");
}

enum package_verdict
package_shared_pass(struct package_view *v)
{
	uint8_t id[BLINDRSA_KEY_ID];
	struct blindrsa_key *key = NULL;
	enum status st = ST_TOKEN;
	size_t i;

	if (!v->share_ok || !v->directory_ok)
		return package_view_skip(v,
		    "The sharer's statement or the directory could not be "
		    "verified.");
	for (i = 0; i < v->directory.issuer_count; i++) {
		const struct directory_issuer *x = &v->directory.issuers[i];

		hash_sha256(x->spki.p, x->spki.n, id);
		if (strcmp(x->purpose, PURPOSE_SHARE) != 0 ||
		    !hash_equal(id, v->share.token.key_id, sizeof(id)))
			continue;
		if (blindrsa_public(x->spki.p, x->spki.n, &key) == ST_OK)
			st = token_verify(
			    &v->share.token, key, v->trust->origin, &v->why);
		blindrsa_free(&key);
		break;
	}
	if (st != ST_OK)
		return package_view_fail(
		    v, "No key of the platform for sharing made this pass.");
	v->pass_ok = true;
	return package_view_pass(v,
	    "The platform signed this pass blindly in week %" PRId64
	    ": somebody with an account, nobody knows who.",
	    v->directory.issuers[i].epoch);
}

/* The hash that the sharer's list gives for data/NAME. */
static bool
listed(const struct package_view *v, const char *name, uint8_t out[32])
{
	const char *p = buf_text(&v->docs[VIEW_SHARE_MANIFEST]), *nl;
	const char *end = p + v->docs[VIEW_SHARE_MANIFEST].n;
	char hex[ENC_HEX(32)];
	size_t n = strlen(name);

	for (; p < end; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return false;
		if ((size_t)(nl - p) != 71 + n || memcmp(p + 66, "data/", 5) ||
		    memcmp(p + 71, name, n) != 0)
			continue;
		memcpy(hex, p, 64);
		hex[64] = '\0';
		return enc_unhex(hex, out, 32) == ST_OK;
	}
	return false;
}

static size_t
count_lines(const struct buf *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->n; i++)
		n += b->p[i] == '\n';
	return n;
}

/* Whether the k-th clip is the one of the sharer's list. */
static bool
item_same(const struct package_view *v, size_t k)
{
	char name[32];
	uint8_t hash[32];

	(void)snprintf(name, sizeof(name), "%zu.mp4", k + 1);
	return listed(v, name, hash) && hash_equal(hash, v->item_hash[k], 32);
}

enum package_verdict
package_shared_items(struct package_view *v)
{
	size_t i;

	if (!v->share_ok || !v->manifest_ok)
		return package_view_skip(
		    v, "The sharer's list or the files could not be verified.");
	for (i = 0; i < v->n_items; i++)
		if (!item_same(v, i))
			return package_view_fail(v,
			    "Clip %zu is not the one that the sharer sent.",
			    i + 1);
	/* Beside the clips: clips.json and statement.json, maybe seals.json. */
	i = count_lines(&v->docs[VIEW_SHARE_MANIFEST]);
	if (i < v->n_items + 2 || i > v->n_items + 3)
		return package_view_fail(
		    v, "The sharer sent another number of clips.");
	v->items_ok = true;
	return package_view_pass(v,
	    "%zu clip%s, byte for byte as the sharer sent %s.", v->n_items,
	    v->n_items == 1 ? "" : "s", v->n_items == 1 ? "it" : "them");
}

static bool
same_as_listed(struct package_view *v, enum view_doc doc, const char *name)
{
	uint8_t want[32], is[32];

	hash_sha256(v->docs[doc].p, v->docs[doc].n, is);
	return listed(v, name, want) && hash_equal(want, is, 32);
}

enum package_verdict
package_shared_said(struct package_view *v)
{
	struct share_clips *clips = arena_alloc(v->arena, sizeof(*clips));
	const char *text;

	if (!v->share_ok)
		return package_view_skip(
		    v, "The sharer's list could not be verified.");
	if (!same_as_listed(v, VIEW_CLIPS, "clips.json") ||
	    !same_as_listed(v, VIEW_STATEMENT, "statement.json"))
		return package_view_fail(v,
		    "The times or the statement are not what the sharer "
		    "sent.");
	if (clips == NULL ||
	    share_clips_parse(v->docs[VIEW_CLIPS].p, v->docs[VIEW_CLIPS].n,
		clips, v->arena, &v->why) != ST_OK ||
	    share_statement_parse(v->docs[VIEW_STATEMENT].p,
		v->docs[VIEW_STATEMENT].n, &text, v->arena, &v->why) != ST_OK)
		return package_view_why(v);
	return package_view_pass(v,
	    "Times and statement are those that the sharer signed for; "
	    "whether the times are right cannot be checked.");
}

/* -- the finding ----------------------------------------------------------- */

/* Look at a clip anew: a copy, since the helper reads a whole file. */
static enum status
inspect(struct package_view *v, size_t k, struct finding_item *out)
{
	FILE *f = tmpfile();
	uint8_t *p = malloc(CHUNK);
	const struct zip_member *m = v->items[k];
	enum status st = f == NULL || p == NULL ? ST_FAIL : ST_OK;
	uint64_t at = 0;

	while (st == ST_OK && at < m->size) {
		size_t n = m->size - at < CHUNK ? (size_t)(m->size - at)
						: CHUNK;

		if ((st = zip_read(v->zip, m, at, p, n)) == ST_OK)
			st = file_put(fileno(f), p, n);
		at += n;
	}
	if (st == ST_OK)
		st = finding_inspect(
		    fileno(f), &out->readable, &out->detail, v->arena, &v->why);
	free(p);
	if (f != NULL)
		(void)fclose(f);
	return st;
}

static enum package_verdict
compare(struct package_view *v, const struct finding *is, bool looked)
{
	const struct finding *said = &v->finding;
	size_t i;

	if (strcmp(said->finding, is->finding) != 0 || said->n != is->n)
		return package_view_fail(v,
		    "The locker says \"%s\", which does not follow from what "
		    "is here.",
		    finding_sentence(said->finding));
	for (i = 0; i < is->n; i++)
		if (strcmp(said->checks[i].name, is->checks[i].name) != 0 ||
		    said->checks[i].passed != is->checks[i].passed)
			return package_view_fail(v,
			    "The locker's check \"%s\" gives another result "
			    "here.",
			    said->checks[i].name);
	if (!looked)
		return package_view_skip(v,
		    "%s All of it was recomputed but for whether the clips "
		    "can be played: the program for that could not be run "
		    "here.",
		    finding_sentence(said->finding));
	return package_view_pass(
	    v, "Recomputed, the same: %s", finding_sentence(said->finding));
}

/* Whether the locker's own check of the k-th clip passed. */
static bool
said_readable(const struct package_view *v, size_t k)
{
	char name[32];
	size_t i;

	(void)snprintf(name, sizeof(name), "readable-%zu", k + 1);
	for (i = 0; i < v->finding.n; i++)
		if (strcmp(v->finding.checks[i].name, name) == 0)
			return v->finding.checks[i].passed;
	return false;
}

enum package_verdict
package_shared_finding(struct package_view *v)
{
	struct finding_facts f = { 0 };
	struct finding *is = arena_alloc(v->arena, sizeof(*is));
	bool looked = true;
	size_t i;

	if (finding_parse(v->docs[VIEW_FINDING].p, v->docs[VIEW_FINDING].n,
		&v->finding, v->arena, &v->why) != ST_OK)
		return package_view_why(v);
	if (!v->share_ok || !v->manifest_ok)
		return package_view_skip(
		    v, "What it would follow from could not be verified.");
	submission_id(v->share.token.nonce, &f.submission);
	if (!id_equal(&f.submission, &v->finding.submission))
		return package_view_fail(
		    v, "The finding is on another submission.");
	f.signature = f.list = v->share_ok;
	f.request = v->share_ok && v->request_ok;
	f.pass = v->pass_ok;
	f.n = v->n_items;
	for (i = 0; i < f.n; i++) {
		f.items[i].same = item_same(v, i);
		f.items[i].detail = "";
		if (!looked || inspect(v, i, &f.items[i]) != ST_OK) {
			looked = false;
			f.items[i].readable = said_readable(v, i);
		}
	}
	if (is == NULL || finding_make(&f, is, v->arena) != ST_OK)
		return package_view_skip(v, "There is too little memory.");
	return compare(v, is, looked);
}

/* -- custody --------------------------------------------------------------- */

enum package_verdict
package_shared_custody(struct package_view *v)
{
	char want[CUSTODY_DETAIL];
	size_t i;

	if (custody_check(v->docs[VIEW_CUSTODY].p, v->docs[VIEW_CUSTODY].n,
		v->custody, PACKAGE_ITEMS_MAX, &v->n_custody, &v->why) != ST_OK)
		return package_view_why(v);
	if (v->n_custody != v->n_items)
		return package_view_fail(v,
		    "It is the list of %zu items, and %zu are here.",
		    v->n_custody, v->n_items);
	for (i = 0; i < v->n_items; i++) {
		const struct custody_item *c = &v->custody[i];

		custody_received(
		    i + 1, v->items[i]->size, v->item_hash[i], want);
		if (strcmp(c->received, want) != 0)
			return package_view_fail(v,
			    "What was received as clip %zu is not what is "
			    "here.",
			    i + 1);
		if (!c->inspected || !c->found || !c->exported ||
		    c->withdrawn ||
		    (v->package_ok && c->last_s > v->package.time))
			return package_view_fail(v,
			    "Clip %zu was not received, looked at and "
			    "exported in this order before the package was "
			    "made, or was withdrawn.",
			    i + 1);
	}
	return package_view_pass(
	    v, "Each line names the one before it, from receipt to export.");
}

enum package_verdict
package_shared_log(struct package_view *v)
{
	return package_view_skip(v,
	    "Not yet in the log: the locker logs a daily sum over its custody "
	    "lists, and none that covers this package is in it.");
}
