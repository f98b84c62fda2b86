#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "geo/district.h"
#include "home/home_inner.h"
#include "httpc/httpc.h"
#include "protocol/collection.h"
#include "protocol/share.h"
#include "rules/client.h"

/* What one sharing has found and made. */
struct sharing {
	const char *dir;
	const struct home_share *what;
	const struct home_ui *ui;
	struct home_net net;
	struct store *store;
	struct collection *feed;
	const struct collection_item *item;
	struct home_locker locker;
	struct home_clips clips;
	struct home_pass share, carry;
	bool reserved[2]; /* share, carry: to be given back */
	struct home_submission x;
	struct diag *d;
};

/* Read the home's one district; nothing that is asked names a request. */
static enum status
fetch(struct sharing *s)
{
	struct geo_district t = district_of(s->what->place);
	char district[DISTRICT_TEXT], path[64];
	struct httpc_reply r = { 0 };
	enum status st;

	if ((st = home_net_directory(&s->net, s->d)) != ST_OK ||
	    (st = home_pool_issuers(s->store, &s->net.dir, s->d)) != ST_OK)
		return st;
	district_text(t, district);
	(void)snprintf(path, sizeof(path), "/v1/feed/%s", district);
	st = home_net_get(&s->net, path, COLLECTION_MAX, &r, s->d);
	if (st == ST_OK)
		st = collection_open(&s->net.trust, &s->net.dir, t, r.body.p,
		    r.body.n, clock_now(), &s->feed, s->d);
	httpc_reply_fini(&r);
	if (st == ST_OK && s->feed->marked)
		home_say(s->ui,
		    "What the platform shows of this district is older than "
		    "3 hours.");
	return st;
}

/* The request of the given id, or the one that the home lies in. */
static enum status
choose(struct sharing *s)
{
	const struct collection_item *item;
	size_t i;

	for (i = 0; i < s->feed->item_count; i++) {
		item = &s->feed->items[i];
		if (s->what->request != NULL
			? !id_equal(&item->request.id, s->what->request)
			: !area_contains(&item->request.area, s->what->place))
			continue;
		if (s->item != NULL)
			return diag_problem(s->d, ST_CONFLICT,
			    "request-several", "request", "",
			    "Several requests ask for footage from here. Say "
			    "with --request which one is meant.");
		s->item = item;
	}
	if (s->item != NULL)
		return ST_OK;
	return diag_problem(s->d, ST_NOTFOUND, "request-missing", "request", "",
	    "The district of this home shows no such request. It may have "
	    "ended, or this home is in another district.");
}

/* All that this home checks by itself before it believes a request. */
static enum status
check(struct sharing *s)
{
	const struct request *r = &s->item->request;
	size_t i = (size_t)(s->item - s->feed->items);
	struct rules_result result;
	int64_t now = clock_now();
	char until[CLOCK_TEXT];
	enum status st;

	st = rules_client_item(s->feed, i, now, &result, s->d);
	if (st != ST_OK)
		return st;
	if (now + TRUST_AHEAD < r->opens || now >= r->expires) {
		clock_text(r->expires, until);
		return diag_problem(s->d, ST_GONE, "request-over", "expires",
		    until, "This request is not open now.");
	}
	if (s->item->letters->until <= now)
		return diag_problem(s->d, ST_STALE, "letters-over", "notes", "",
		    "The locker's key for letters is over; no receipt "
		    "could be had. Try again later.");
	if (area_contains(&r->area, s->what->place))
		return ST_OK;
	if (!s->what->anyway)
		return diag_problem(s->d, ST_RULE, "outside", "area", "",
		    "This home is %.0f m outside of the area that is asked "
		    "about. With --anyway you can share all the same.",
		    area_point_distance_m(&r->area, s->what->place));
	home_say(
	    s->ui, "This home is outside of the area that is asked about.");
	return ST_OK;
}

static void
show_request(const struct sharing *s)
{
	const struct request *r = &s->item->request;
	const struct text *t = &s->item->text;
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	size_t i;

	clock_text(r->from, from);
	clock_text(r->until, until);
	home_say(s->ui, "%s asks (%s): %s", s->item->agency->legal_name,
	    r->case_number, t->words.title);
	home_say(s->ui, "%s", t->words.details);
	home_say(s->ui, "Footage from %s until %s.", from, until);
	home_say(s->ui, "Questions: %s, %s", t->unit, t->telephone);
	for (i = 0; i < r->on_behalf_of.n; i++)
		home_say(s->ui, "Also on behalf of %s.", r->on_behalf_of.v[i]);
	home_say(s->ui,
	    "In the public log as number %llu, cosigned by %u of %zu "
	    "watchers. Checked here: its signatures and the limits; not "
	    "checked here: the agency's jurisdiction.",
	    (unsigned long long)s->item->index, s->net.trust.k,
	    s->net.trust.watcher_count);
}

static enum status
no_pass(struct sharing *s, const char *purpose)
{
	return diag_problem(s->d, ST_NOTFOUND, "no-pass", "", "",
	    "There is no pass for %s here that may be used. `porchlight home "
	    "take` takes them; from the next week on they are good.",
	    strcmp(purpose, PURPOSE_SHARE) == 0 ? "sharing" : "uploading");
}

/* Whether the person agrees to passes of this very week. */
static bool
agree_early(const struct sharing *s)
{
	int64_t epoch = epoch_of(clock_now());
	int64_t served = directory_served(&s->net.dir, epoch);
	char many[64];

	(void)snprintf(many, sizeof(many), "%lld accounts (rounded to ten)",
	    (long long)served);
	home_say(s->ui,
	    "Only passes of this week are here. As the platform says, %s took "
	    "passes this week, and whoever shares with one of these is one of "
	    "them. From next week on there is more to hide among.",
	    served > 0 ? many : "fewer than ten accounts");
	if (s->what->early)
		return true;
	return s->ui != NULL && s->ui->ask != NULL &&
	    s->ui->ask(s->ui->arg, "Share now all the same?");
}

static enum status
reserve(struct sharing *s)
{
	static const char *const names[] = { PURPOSE_SHARE, PURPOSE_CARRY };
	struct home_pass *to[] = { &s->share, &s->carry };
	int64_t now = clock_now();
	bool early = false;
	enum status st;
	size_t i;

	for (i = 0; i < 2; i++) {
		st = home_pool_reserve(
		    s->store, names[i], &s->net.dir, now, early, to[i]);
		if (st == ST_NOTFOUND && !early) {
			st = home_pool_reserve(
			    s->store, names[i], &s->net.dir, now, true, to[i]);
			s->reserved[i] = st == ST_OK;
			if (st == ST_OK && !agree_early(s))
				return diag_problem(s->d, ST_FORBIDDEN,
				    "not-agreed", "", "",
				    "Nothing was shared. --early agrees to "
				    "use a pass of this week.");
			early = true;
		}
		if (st == ST_NOTFOUND)
			return no_pass(s, names[i]);
		if (st != ST_OK)
			return st;
		s->reserved[i] = true;
	}
	return ST_OK;
}

/* A clip of another time is no answer; the person may know better. */
static void
warn_times(const struct sharing *s)
{
	const struct request *r = &s->item->request;
	char start[CLOCK_TEXT], end[CLOCK_TEXT];
	const struct share_clip *c;
	size_t i;

	for (i = 0; i < s->clips.n; i++) {
		c = &s->clips.times->v[i];
		clock_text(c->start, start);
		clock_text(c->end, end);
		home_say(s->ui, "Clip %zu: %s until %s, %s.%s", i + 1, start,
		    end,
		    strcmp(c->source, "stated") == 0
			? "as you state"
			: "as its file says (--start states it better)",
		    c->end < r->from || c->start > r->until
			? " That is outside of what is asked for."
			: "");
	}
}

/* What they get and what they do not get, before anything is sent. */
static enum status
agree(const struct sharing *s)
{
	bool said = s->what->say != NULL && s->what->say[0] != '\0';

	home_say(s->ui,
	    "They get: %zu clip%s (%lld bytes), when each was "
	    "recorded%s.",
	    s->clips.n, s->clips.n == 1 ? "" : "s", (long long)s->clips.bytes,
	    said ? ", and what you say: " : ", and no statement");
	if (said)
		home_say(s->ui, "  \"%s\"", s->what->say);
	home_say(s->ui,
	    "They do not get: your name, your account, your address, your "
	    "network address, the clips' names, or what was removed above.");
	home_say(s->ui,
	    "Picture and sound may show where you live, and where few "
	    "dwellings lie in the area, sharing itself may.");
	if (s->what->yes ||
	    (s->ui != NULL && s->ui->ask != NULL &&
		s->ui->ask(s->ui->arg, "Share this?")))
		return ST_OK;
	return diag_problem(s->d, ST_FORBIDDEN, "not-agreed", "", "",
	    "Nothing was shared. --yes agrees beforehand.");
}

static enum status
seal(struct sharing *s)
{
	struct home_submission *x = &s->x;
	char path[PATH_MAX], id[ID_TEXT], name[ID_TEXT + 16];
	enum status st;

	submission_id(s->share.token.nonce, &x->id);
	x->request = s->item->request.id;
	memcpy(x->secret, s->share.secret, sizeof(x->secret));
	x->carry = s->carry.token;
	memcpy(x->locker, s->locker.name, sizeof(x->locker));
	x->state = HOME_SEALED;
	id_text(&x->id, id);
	(void)snprintf(name, sizeof(name), "outbox/%s.age", id);
	home_path(s->dir, name, path);
	st = home_seal(&s->net, s->item->request.recipient, &s->clips,
	    s->what->say, &s->share, path, x, s->d);
	if (st != ST_OK)
		return st;
	st = home_pool_put_submission(s->store, x, &s->share, &s->carry);
	if (st != ST_OK) {
		(void)unlink(path);
		return st;
	}
	s->reserved[0] = s->reserved[1] = false;
	return ST_OK;
}

static enum status
set_locker(struct sharing *s)
{
	const struct locker *l = &s->item->agency->locker;
	enum status st;

	if ((st = home_locker_name(l->name, s->d)) != ST_OK)
		return st;
	memcpy(s->locker.name, l->name, strlen(l->name) + 1);
	s->locker.key = l->key;
	(void)snprintf(s->locker.letters, sizeof(s->locker.letters), "%s",
	    s->item->letters->recipient);
	return ST_OK;
}

static void
sharing_fini(struct sharing *s, enum status st)
{
	const struct home_pass *pass[] = { &s->share, &s->carry };
	size_t i;

	for (i = 0; i < 2; i++)
		if (s->reserved[i] &&
		    home_pool_release(s->store, pass[i]) != ST_OK &&
		    st != ST_OK)
			home_say(s->ui, "One pass was lost.");
	home_clips_fini(&s->clips);
	collection_free(&s->feed);
	store_close(&s->store);
	home_net_close(&s->net);
	explicit_bzero(&s->share, sizeof(s->share));
	explicit_bzero(&s->carry, sizeof(s->carry));
	explicit_bzero(&s->x, sizeof(s->x));
}

enum status
home_share(const char *dir, const struct home_share *what,
    const struct home_ui *ui, struct home_shared *out, struct diag *d)
{
	struct sharing s = { .dir = dir, .what = what, .ui = ui, .d = d };
	char path[PATH_MAX];
	enum status st;

	*out = (struct home_shared){ 0 };
	home_path(dir, "outbox", path);
	if ((st = home_net_of(dir, &s.net, d)) != ST_OK ||
	    (st = home_pool_open(dir, &s.store, d)) != ST_OK ||
	    (st = fetch(&s)) != ST_OK || (st = choose(&s)) != ST_OK ||
	    (st = check(&s)) != ST_OK || (st = set_locker(&s)) != ST_OK)
		goto done;
	show_request(&s);
	if ((st = home_clips_strip(path, what, ui, &s.clips, d)) != ST_OK ||
	    (st = reserve(&s)) != ST_OK)
		goto done;
	warn_times(&s);
	if ((st = agree(&s)) != ST_OK || (st = seal(&s)) != ST_OK)
		goto done;
	st = home_send(&s.net, s.store, dir, &s.x, &s.locker, what->stop_after,
	    ui, out, d);
done:
	sharing_fini(&s, st);
	return st;
}
