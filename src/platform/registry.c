#include "platform/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "geo/region.h"
#include "platform/registry_inner.h"
#include "protocol/agencies.h"
#include "protocol/directory.h"
#include "protocol/doc.h"

#define STRINGS_MAX (size_t)(256 * 1024 * 1024)

struct registry *
registry_new(const struct registry_config *config)
{
	struct registry *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->config = *config;
	(void)pthread_rwlock_init(&r->lock, NULL);
	if ((r->arena = arena_new(STRINGS_MAX)) == NULL)
		registry_free(&r);
	return r;
}

static void
list_free(struct kept_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		doc_free(&l->v[i]->doc);
		region_free(&l->v[i]->region);
		free(l->v[i]);
	}
	free(l->v);
}

void
registry_free(struct registry **rp)
{
	struct registry *r = *rp;

	if (r == NULL)
		return;
	list_free(&r->partners);
	list_free(&r->agencies);
	list_free(&r->relays);
	list_free(&r->recipients);
	list_free(&r->decisions);
	list_free(&r->policies);
	free(r->asked);
	arena_free(&r->arena);
	(void)pthread_rwlock_destroy(&r->lock);
	free(r);
	*rp = NULL;
}

/* -- looking up, newest first ---------------------------------------------- */

struct kept *
registry_partner(const struct registry *r, const char *name)
{
	size_t i;

	for (i = r->partners.n; i-- > 0;)
		if (strcmp(r->partners.v[i]->as.partner.name, name) == 0)
			return r->partners.v[i];
	return NULL;
}

struct kept *
registry_agency(const struct registry *r, const char *name)
{
	size_t i;

	for (i = r->agencies.n; i-- > 0;)
		if (strcmp(r->agencies.v[i]->as.agency.name, name) == 0)
			return r->agencies.v[i];
	return NULL;
}

struct kept *
registry_locker(const struct registry *r, const char *name)
{
	size_t i;

	for (i = r->agencies.n; i-- > 0;)
		if (strcmp(r->agencies.v[i]->as.agency.locker.name, name) == 0)
			return r->agencies.v[i];
	return NULL;
}

struct kept *
registry_recipient(
    const struct registry *r, const struct kept *agency, int64_t now_s)
{
	const struct locker *l = &agency->as.agency.locker;
	const struct recipient *x;
	size_t i;

	for (i = r->recipients.n; i-- > 0;) {
		x = &r->recipients.v[i]->as.recipient;
		if (x->from <= now_s && now_s < x->until &&
		    strcmp(x->owner, l->name) == 0 &&
		    doc_signed(r->recipients.v[i]->doc, &l->key, "", NULL) ==
			ST_OK)
			return r->recipients.v[i];
	}
	return NULL;
}

bool
registry_attested(const struct registry *r, const struct kept *agency)
{
	const struct kept *p = registry_partner(r, agency->as.agency.partner);

	return p != NULL &&
	    doc_signed(agency->doc, &p->as.partner.key, "", NULL) == ST_OK;
}

struct asked *
registry_asked(const struct registry *r, const struct id *id)
{
	size_t i;

	for (i = r->asked_n; i-- > 0;)
		if (id_equal(&r->asked[i].other.id, id))
			return &r->asked[i];
	return NULL;
}

const struct policy *
registry_policy(const struct registry *r, int64_t now_s)
{
	size_t i;

	for (i = r->policies.n; i-- > 0;)
		if (r->policies.v[i]->as.policy.force_from <= now_s)
			return &r->policies.v[i]->as.policy;
	return NULL;
}

/* -- taking note ----------------------------------------------------------- */

static enum status
keep(struct kept_list *l, struct kept **k)
{
	struct kept **v = realloc(l->v, (l->n + 1) * sizeof(*v));

	if (v == NULL)
		return ST_NOMEM;
	l->v = v;
	l->v[l->n++] = *k;
	*k = NULL;
	return ST_OK;
}

static const char **
copy_strings(struct arena *a, const struct json_strs *from)
{
	const char **v = arena_alloc(a, (from->n + 1) * sizeof(*v));
	size_t i;

	for (i = 0; v != NULL && i < from->n; i++)
		if ((v[i] = arena_strdup(a, from->v[i])) == NULL)
			return NULL;
	return v;
}

static enum status
add_request(struct registry *r, const struct doc *doc)
{
	struct request q;
	struct asked *a;
	enum status st;
	size_t cap;

	if ((st = request_parse(doc, &q, NULL)) != ST_OK)
		return st;
	if (r->asked_n == r->asked_cap) {
		cap = r->asked_cap * 2 + 64;
		if ((a = realloc(r->asked, cap * sizeof(*a))) == NULL)
			return ST_NOMEM;
		r->asked = a;
		r->asked_cap = cap;
	}
	a = &r->asked[r->asked_n];
	*a = (struct asked){ .other = rules_other(&q, true),
		.expires = q.expires };
	/* The note goes; what the rules need of it stays. */
	a->other.agency = arena_strdup(r->arena, q.agency);
	a->other.case_number = arena_strdup(r->arena, q.case_number);
	a->other.on_behalf_of.v = copy_strings(r->arena, &q.on_behalf_of);
	if (a->other.agency == NULL || a->other.case_number == NULL ||
	    a->other.on_behalf_of.v == NULL)
		return ST_NOMEM;
	r->asked_n++;
	return ST_OK;
}

static void
add_end(struct registry *r, const struct doc *doc)
{
	struct request_end e;
	struct asked *a;

	if (request_end_parse(doc, &e, NULL) == ST_OK &&
	    (a = registry_asked(r, &e.request)) != NULL)
		a->ended = true;
	r->version++;
}

/* A decision that suspends, restores or refuses takes effect at once. */
static void
apply(struct registry *r, const struct decision *x)
{
	struct kept *agency = registry_agency(r, x->subject);
	struct asked *a;
	struct id id;

	if (agency != NULL && strcmp(x->action, "suspend") == 0)
		agency->suspended = true;
	if (agency != NULL && strcmp(x->action, "restore") == 0)
		agency->suspended = false;
	if (strcmp(x->action, "refuse") == 0 &&
	    id_parse(x->subject, &id) == ST_OK &&
	    (a = registry_asked(r, &id)) != NULL)
		a->ended = true;
}

static void
add_custody(struct registry *r, const struct doc *doc)
{
	const char *locker = json_string_value(
	    json_object_get(doc->json, "locker"));
	const char *day = json_string_value(json_object_get(doc->json, "day"));
	struct kept *a = locker != NULL ? registry_locker(r, locker) : NULL;
	int64_t t;

	if (a != NULL && day != NULL && clock_parse(day, &t) == ST_OK)
		a->custody_day = t;
}

static enum status
add_kept(struct registry *r, uint64_t index, struct doc **doc)
{
	struct kept *k = calloc(1, sizeof(*k)), *before;
	const char *type = (*doc)->type;
	enum status st = ST_NOMEM;

	if (k == NULL)
		return ST_NOMEM;
	k->index = index;
	k->doc = *doc;
	st = ST_OK;
	if (strcmp(type, PARTNER_TYPE) == 0 &&
	    (st = partner_parse(*doc, &k->as.partner, NULL)) == ST_OK) {
		st = keep(&r->partners, &k);
	} else if (strcmp(type, AGENCY_TYPE) == 0 &&
	    (st = agency_parse(*doc, &k->as.agency, NULL)) == ST_OK) {
		/* A newer note does not end a suspension. */
		before = registry_agency(r, k->as.agency.name);
		if (before != NULL) {
			k->suspended = before->suspended;
			k->custody_day = before->custody_day;
		}
		st = keep(&r->agencies, &k);
	} else if (strcmp(type, RELAY_TYPE) == 0 &&
	    (st = relay_parse(*doc, &k->as.relay, NULL)) == ST_OK) {
		st = keep(&r->relays, &k);
	} else if (strcmp(type, RECIPIENT_TYPE) == 0 &&
	    (st = recipient_parse(*doc, &k->as.recipient, NULL)) == ST_OK) {
		st = keep(&r->recipients, &k);
	} else if (strcmp(type, POLICY_TYPE) == 0 &&
	    (st = policy_parse(*doc, &k->as.policy, NULL)) == ST_OK) {
		st = keep(&r->policies, &k);
	} else if (strcmp(type, DECISION_TYPE) == 0 &&
	    (st = decision_parse(*doc, &k->as.decision, NULL)) == ST_OK) {
		apply(r, &k->as.decision);
		st = keep(&r->decisions, &k);
	}
	if (k == NULL) {
		*doc = NULL;
		if (strcmp(type, RECIPIENT_TYPE) != 0)
			r->version++;
	}
	free(k);
	return st;
}

enum status
registry_add(struct registry *r, uint64_t index, struct doc **doc)
{
	enum status st = ST_OK;

	(void)pthread_rwlock_wrlock(&r->lock);
	if (strcmp((*doc)->type, REQUEST_TYPE) == 0)
		st = add_request(r, *doc);
	else if (strcmp((*doc)->type, REQUEST_END_TYPE) == 0)
		add_end(r, *doc);
	else if (strcmp((*doc)->type, "porchlight/custody@v1") == 0)
		add_custody(r, *doc);
	else
		st = add_kept(r, index, doc);
	(void)pthread_rwlock_unlock(&r->lock);
	doc_free(doc);
	return st;
}

/* -- what the directory states --------------------------------------------- */

uint64_t
registry_version(struct registry *r)
{
	uint64_t v;

	(void)pthread_rwlock_rdlock(&r->lock);
	v = r->version;
	(void)pthread_rwlock_unlock(&r->lock);
	return v;
}

enum status
registry_agencies(struct registry *r, struct buf *b)
{
	json_t *agencies = json_array(), *partners = json_array();
	struct agencies_entry e;
	struct kept *k;
	size_t i;

	(void)pthread_rwlock_rdlock(&r->lock);
	for (i = 0; i < r->agencies.n; i++) {
		k = r->agencies.v[i];
		if (registry_agency(r, k->as.agency.name) != k)
			continue;
		e = (struct agencies_entry){ .agency = k->as.agency,
			.index = k->index,
			.suspended = k->suspended };
		(void)json_array_append_new(agencies, agencies_entry_json(&e));
	}
	for (i = 0; i < r->partners.n; i++) {
		k = r->partners.v[i];
		if (registry_partner(r, k->as.partner.name) == k)
			(void)json_array_append_new(partners,
			    agencies_partner_json(&k->as.partner, k->index));
	}
	(void)pthread_rwlock_unlock(&r->lock);
	return agencies_write(agencies, partners, b);
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

enum status
registry_notes(struct registry *r, int64_t now_s, uint64_t **out, size_t *n)
{
	uint64_t *v;
	struct kept *k;
	size_t i;

	*n = 0;
	(void)pthread_rwlock_rdlock(&r->lock);
	v = calloc(r->partners.n + 2 * r->agencies.n + 1, sizeof(*v));
	for (i = 0; v != NULL && i < r->partners.n; i++) {
		k = r->partners.v[i];
		if (registry_partner(r, k->as.partner.name) == k)
			v[(*n)++] = k->index;
	}
	/* A suspended agency's sharers may still ask about what they sent. */
	for (i = 0; v != NULL && i < r->agencies.n; i++) {
		k = r->agencies.v[i];
		if (registry_agency(r, k->as.agency.name) != k)
			continue;
		v[(*n)++] = k->index;
		if ((k = registry_recipient(r, k, now_s)) != NULL)
			v[(*n)++] = k->index;
	}
	(void)pthread_rwlock_unlock(&r->lock);
	if (v == NULL)
		return ST_NOMEM;
	qsort(v, *n, sizeof(*v), compare_numbers);
	*out = v;
	return ST_OK;
}

void
registry_relays(struct registry *r, struct directory *dir)
{
	struct directory_relay *to;
	struct kept *k, *newer;
	size_t i, j;

	dir->relay_count = 0;
	(void)pthread_rwlock_rdlock(&r->lock);
	for (i = 0; i < r->relays.n; i++) {
		k = r->relays.v[i];
		newer = NULL;
		for (j = i + 1; j < r->relays.n; j++)
			if (strcmp(r->relays.v[j]->as.relay.name,
				k->as.relay.name) == 0)
				newer = r->relays.v[j];
		if (newer != NULL || dir->relay_count == DIRECTORY_RELAYS)
			continue;
		to = &dir->relays[dir->relay_count++];
		to->name = k->as.relay.name;
		to->url = k->as.relay.url;
		to->key = k->as.relay.key;
	}
	(void)pthread_rwlock_unlock(&r->lock);
}

void
registry_lifted(
    struct registry *r, const struct id *request, uint32_t *lifted, bool *text)
{
	const struct decision *x;
	char subject[ID_TEXT];
	size_t i;

	id_text(request, subject);
	for (i = 0; i < r->decisions.n; i++) {
		x = &r->decisions.v[i]->as.decision;
		rules_lift(x, request, lifted);
		if (strcmp(x->action, "lift") == 0 &&
		    strcmp(x->rule, "text") == 0 &&
		    strcmp(x->subject, subject) == 0)
			*text = true;
	}
}

bool
registry_refused(struct registry *r, const struct id *request)
{
	const struct decision *x;
	char subject[ID_TEXT];
	size_t i;

	id_text(request, subject);
	for (i = 0; i < r->decisions.n; i++) {
		x = &r->decisions.v[i]->as.decision;
		if (strcmp(x->action, "refuse") == 0 &&
		    strcmp(x->subject, subject) == 0)
			return true;
	}
	return false;
}
