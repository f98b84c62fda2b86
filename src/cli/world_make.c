/* Setting a world up, by the commands that a person would type. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "cli/child.h"
#include "cli/streets.h"
#include "cli/world_inner.h"
#include "geo/district.h"
#include "geo/point.h"

#define ORIGIN "lakeland.example/log"
#define PLATFORM_NAME "platform.lakeland.example"
#define PARTNER_NAME "county.lakeland.example"
#define WATCHERS 3
#define RELAYS 2
#define KEY_TEXT 400
#define REQUESTS 2

/* The streets around the example requests. */
static enum status
write_map(const struct world *w, struct diag *d)
{
	struct geo_point place;
	enum status st;

	if (!w->demo)
		return ST_OK;
	if ((st = point_from_text(WORLD_PLACE, &place, d)) != ST_OK ||
	    (st = file_mkdir(w->map, d)) != ST_OK)
		return st;
	return streets_write(w->map, district_of(place), d);
}

/* A run of the program whose arguments end with NULL. */
#define RUN(w, out, d, ...) \
	child_run((const char *[]){ __VA_ARGS__, NULL }, NULL, (out), (d))

static enum status
write_files(const struct world *w, struct diag *d)
{
	static const char region[] =
	    "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[-88.2,42.95],"
	    "[-87.9,42.95],[-87.9,43.15],[-88.2,43.15],[-88.2,42.95]]]]}";
	char path[PATH_MAX], until[CLOCK_TEXT];
	struct buf b;
	enum status st;

	world_path(w, "files", path);
	if ((st = file_mkdir(path, d)) != ST_OK)
		return st;
	world_path(w, "files/city.json", path);
	if ((st = file_write(path, 0600, region, strlen(region), d)) != ST_OK)
		return st;
	clock_text(clock_now() + 365 * INT64_C(86400), until);
	buf_init(&b, 4096);
	buf_printf(&b,
	    "{\"class\":\"municipal-police\",\"legal_name\":\"Lakeland Police "
	    "Department\",\"telephone\":\"+1 262 555 0143\",\"until\":\"%s\","
	    "\"verified\":\"For the demo: nobody was verified.\"}",
	    until);
	world_path(w, "files/police.json", path);
	st = file_write(path, 0600, b.p, b.n, d);
	buf_fini(&b);
	return st;
}

static enum status
make_watchers(
    const struct world *w, char entry[WATCHERS][KEY_TEXT], struct diag *d)
{
	char dir[PATH_MAX], name[32], key_name[64];
	struct buf key;
	enum status st = ST_OK;
	int i;

	for (i = 0; i < WATCHERS && st == ST_OK; i++) {
		(void)snprintf(name, sizeof(name), "watcher-%d", i + 1);
		(void)snprintf(key_name, sizeof(key_name),
		    "watcher-%d.lakeland.example", i + 1);
		world_path(w, name, dir);
		buf_init(&key, KEY_TEXT);
		st = RUN(w, &key, d, "watcher", "init", "--data", dir, "--name",
		    key_name);
		(void)snprintf(entry[i], KEY_TEXT, "%.*s,http://127.0.0.1:%u",
		    (int)strcspn(buf_text(&key), "\n"), buf_text(&key),
		    (unsigned)w->ports[WORLD_WATCHER + i]);
		buf_fini(&key);
	}
	return st;
}

static enum status
make_platform(const struct world *w, struct diag *d)
{
	char entry[WATCHERS][KEY_TEXT], dir[PATH_MAX], name[32];
	enum status st;
	int i;

	if ((st = make_watchers(w, entry, d)) != ST_OK)
		return st;
	world_path(w, "platform", dir);
	st = RUN(w, NULL, d, "init", "--demo", "--data", dir, "--origin",
	    ORIGIN, "--name", PLATFORM_NAME, "--title",
	    "Porchlight in Lakeland", "--url", w->platform_url, entry[0],
	    entry[1], entry[2]);
	for (i = 0; i < WATCHERS && st == ST_OK; i++) {
		(void)snprintf(name, sizeof(name), "watcher-%d", i + 1);
		world_path(w, name, dir);
		st = RUN(w, NULL, d, "watcher", "add", "--data", dir, "--trust",
		    w->trust);
	}
	return st;
}

/* The value after "word " at the beginning of a line of text. */
static void
value_of(const char *text, const char *word, char out[KEY_TEXT])
{
	const char *at = strstr(text, word);

	out[0] = '\0';
	if (at == NULL)
		return;
	at += strlen(word);
	(void)snprintf(out, KEY_TEXT, "%.*s", (int)strcspn(at, "\n"), at);
}

static enum status
make_agency(const struct world *w, struct diag *d)
{
	char dir[PATH_MAX], partner[PATH_MAX], out[PATH_MAX], city[PATH_MAX];
	char file[PATH_MAX], key[KEY_TEXT], locker[KEY_TEXT], url[64];
	struct buf keys;
	enum status st;

	buf_init(&keys, 4 * KEY_TEXT);
	world_path(w, "partner", partner);
	world_path(w, "files/partner.json", out);
	if ((st = RUN(w, NULL, d, "partner", "init", "--data", partner,
		 "--name", PARTNER_NAME, "--legal-name", "Lakeland County",
		 "--url", "https://county.lakeland.example", "--trust",
		 w->trust, "--out", out)) != ST_OK)
		goto done;
	world_path(w, "police", dir);
	if ((st = RUN(w, &keys, d, "agency", "init", "--data", dir, "--name",
		 WORLD_AGENCY_NAME, "--locker", WORLD_LOCKER_NAME, "--trust",
		 w->trust)) != ST_OK)
		goto done;
	value_of(buf_text(&keys), "agency ", key);
	value_of(buf_text(&keys), "locker ", locker);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    (unsigned)w->ports[WORLD_LOCKER]);
	world_path(w, "files/police.note", out);
	world_path(w, "files/city.json", city);
	world_path(w, "files/police.json", file);
	st = RUN(w, NULL, d, "partner", "attest", "--data", partner, "--name",
	    PARTNER_NAME, "--trust", w->trust, "--jurisdiction", city,
	    "--agency-key", key, "--locker-key", locker, "--locker-url", url,
	    "--out", out, file);
done:
	buf_fini(&keys);
	return st;
}

static enum status
make_relays(const struct world *w, struct diag *d)
{
	char dir[PATH_MAX], out[PATH_MAX], name[32], key_name[64], url[64];
	enum status st = ST_OK;
	int i;

	for (i = 0; i < RELAYS && st == ST_OK; i++) {
		(void)snprintf(name, sizeof(name), "relay-%d", i + 1);
		world_path(w, name, dir);
		(void)snprintf(
		    name, sizeof(name), "files/relay-%d.note", i + 1);
		world_path(w, name, out);
		(void)snprintf(key_name, sizeof(key_name),
		    "relay-%d.lakeland.example", i + 1);
		(void)snprintf(url, sizeof(url), "http://localhost:%u",
		    (unsigned)w->ports[WORLD_RELAY + i]);
		st = RUN(w, NULL, d, "relay", "init", "--data", dir, "--name",
		    key_name, "--url", url, "--trust", w->trust, "--out", out);
	}
	return st;
}

enum status
world_make_roles(struct world *w, struct diag *d)
{
	enum status st;

	world_say(w, "Making three watchers and the platform.");
	if ((st = write_files(w, d)) != ST_OK ||
	    (st = write_map(w, d)) != ST_OK ||
	    (st = make_platform(w, d)) != ST_OK)
		return st;
	world_say(w,
	    "Making a partner, the Lakeland Police Department (there is no "
	    "such place) and two relays.");
	if ((st = make_agency(w, d)) != ST_OK)
		return st;
	return make_relays(w, d);
}

static enum status
admit(const struct world *w, const char *name, const char *jurisdiction,
    struct diag *d)
{
	char dir[PATH_MAX], file[PATH_MAX], region[PATH_MAX];

	world_path(w, "platform", dir);
	world_path(w, name, file);
	if (jurisdiction == NULL)
		return RUN(w, NULL, d, "admit", "--data", dir, "--platform",
		    w->platform_url, file);
	world_path(w, jurisdiction, region);
	return RUN(w, NULL, d, "admit", "--data", dir, "--platform",
	    w->platform_url, "--jurisdiction", region, file);
}

enum status
world_make_admit(struct world *w, struct diag *d)
{
	enum status st;

	world_say(w, "Admitting partner, agency and relays in the public log.");
	if ((st = admit(w, "files/partner.json", NULL, d)) != ST_OK ||
	    (st = admit(w, "files/police.note",
		 "files/police.note.jurisdiction.json", d)) != ST_OK ||
	    (st = admit(w, "files/relay-1.note", NULL, d)) != ST_OK)
		return st;
	return admit(w, "files/relay-2.note", NULL, d);
}

enum status
world_make_requests(struct world *w, struct diag *d)
{
	char dir[PATH_MAX], path[PATH_MAX], name[32];
	enum status st = ST_OK;
	int i;

	world_say(w, "Publishing two example requests.");
	world_path(w, "police", dir);
	for (i = 0; i < REQUESTS && st == ST_OK; i++) {
		(void)snprintf(
		    name, sizeof(name), "files/request-%d.json", i + 1);
		world_path(w, name, path);
		if ((st = world_request(path, i, clock_now(), d)) == ST_OK)
			st = RUN(w, NULL, d, "request", "publish", "--data",
			    dir, "--trust", w->trust, "--platform",
			    w->platform_url, path);
	}
	return st;
}
