#include "cli/streets.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pre.h"

#define STEP_LON 0.0024 /* between streets, degrees */
#define STEP_LAT 0.0021
#define BEND 0.0005  /* how far a street strays from straight */
#define EVERY 0.006  /* a point of a street this often */
#define MARGIN 0.022 /* beyond the district's border */
#define MAIN 6       /* each so many is a main street */
#define PLAN_MAX (size_t)(1024 * 1024)

/* A number from 0 to 1 that belongs to two whole numbers, always the same. */
static double
chance(int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a * UINT64_C(0x9e3779b97f4a7c15) ^
	    (uint64_t)b * UINT64_C(0xc2b2ae3d27d4eb4f);

	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 32;
	return (double)(x >> 11) / (double)(UINT64_C(1) << 53);
}

static json_t *
position(double lon, double lat)
{
	return json_pack(
	    "[f,f]", round(lon * 1e6) / 1e6, round(lat * 1e6) / 1e6);
}

static const char *
name_of(bool northward, int64_t number, char out[32])
{
	static const char *const trees[] = { "Alder", "Banyan", "Cedar",
		"Dogwood", "Elm", "Fig", "Guava", "Hickory", "Ironwood",
		"Juniper", "Live Oak", "Magnolia", "Maple", "Olive", "Palm",
		"Pine", "Sabal", "Tupelo", "Walnut", "Willow" };
	int64_t n = number < 0 ? -number : number;

	if (northward)
		(void)snprintf(
		    out, 32, "%s Avenue", trees[(size_t)n % NELEMS(trees)]);
	else
		(void)snprintf(out, 32, "%lld%s Street",
		    (long long)(n % 97 + 1),
		    (n % 97 + 1) % 10 == 1 && n % 97 + 1 != 11       ? "st"
			: (n % 97 + 1) % 10 == 2 && n % 97 + 1 != 12 ? "nd"
			: (n % 97 + 1) % 10 == 3 && n % 97 + 1 != 13 ? "rd"
								     : "th");
	return out;
}

/* Where street number runs at the place along it. */
static double
across(int64_t number, double along, double step, bool main_street)
{
	double bend = main_street ? BEND * 2 : BEND;

	return (double)number * step +
	    bend * sin(along * 190 + (double)(number % 7));
}

/* Append a street from low to high; short ones end where chance has it. */
static enum status
street(json_t *list, bool northward, int64_t number, double low, double high)
{
	bool main_street = number % MAIN == 0, open = false;
	double step = northward ? STEP_LON : STEP_LAT, at;
	json_t *line = json_array(), *p;
	enum status st = ST_OK;
	char name[32];

	for (at = floor(low / EVERY) * EVERY; at < high + EVERY; at += EVERY) {
		double side = across(number, at, step, main_street);

		open = main_street ||
		    chance(number * 2 + northward, (int64_t)floor(at / 0.018)) >
			0.22;
		if (open) {
			p = northward ? position(side, at) : position(at, side);
			if (json_array_append_new(line, p) != 0)
				st = ST_NOMEM;
		}
		if ((!open || at + EVERY >= high + EVERY) &&
		    json_array_size(line) > 1 &&
		    json_array_append_new(list,
			json_pack("{s:s,s:s,s:O}", "class",
			    main_street ? "main" : "street", "name",
			    name_of(northward, number, name), "line", line)) !=
			0)
			st = ST_NOMEM;
		if (!open || at + EVERY >= high + EVERY) {
			json_decref(line);
			line = json_array();
		}
	}
	json_decref(line);
	return line == NULL ? ST_NOMEM : st;
}

/* A rounded patch: a park or a pond. */
static json_t *
patch(double lon, double lat, double size, int64_t seed)
{
	json_t *ring = json_array();
	int i;

	for (i = 0; i < 20; i++) {
		double turn = i * 2 * M_PI / 20;
		double r = size * (0.75 + 0.35 * chance(seed, i % 19));

		if (json_array_append_new(ring,
			position(lon + r * cos(turn) * 1.13,
			    lat + r * sin(turn))) != 0)
			break;
	}
	return ring;
}

static enum status
patches(json_t *parks, json_t *water, const double box[4])
{
	const double cell = 0.017;
	int64_t i, j;

	for (i = (int64_t)floor(box[0] / cell); (double)i * cell < box[2]; i++)
		for (j = (int64_t)floor(box[1] / cell);
		     (double)j * cell < box[3]; j++) {
			double what = chance(i * 31 + 7, j);
			json_t *list = what < 0.16 ? parks
			    : what > 0.91          ? water
						   : NULL;

			if (list != NULL &&
			    json_array_append_new(list,
				patch(((double)i + chance(i, j)) * cell,
				    ((double)j + chance(j, i)) * cell,
				    0.0018 + 0.0035 * chance(i + 5, j),
				    i * 1000 + j)) != 0)
				return ST_NOMEM;
		}
	return ST_OK;
}

static enum status
lay(json_t *streets, const double box[4])
{
	enum status st = ST_OK;
	int64_t i;

	for (i = (int64_t)floor(box[0] / STEP_LON);
	     st == ST_OK && (double)i * STEP_LON < box[2] + BEND; i++)
		st = street(streets, true, i, box[1], box[3]);
	for (i = (int64_t)floor(box[1] / STEP_LAT);
	     st == ST_OK && (double)i * STEP_LAT < box[3] + BEND; i++)
		st = street(streets, false, i, box[0], box[2]);
	return st;
}

enum status
streets_plan(struct geo_district t, struct buf *b)
{
	json_t *streets = json_array(), *parks = json_array();
	json_t *water = json_array(), *v = NULL;
	double box[4];
	enum status st;

	district_bounds(t, box);
	/* A district shows items up to 1 km beyond its border. */
	box[0] -= MARGIN;
	box[1] -= MARGIN;
	box[2] += MARGIN;
	box[3] += MARGIN;
	if ((st = lay(streets, box)) == ST_OK &&
	    (st = patches(parks, water, box)) == ST_OK) {
		v = json_pack("{s:s,s:O,s:O,s:O}", "type", "porchlight/map@v1",
		    "streets", streets, "parks", parks, "water", water);
		st = v == NULL ? ST_NOMEM : json_write(v, b);
	}
	json_decref(v);
	json_decref(streets);
	json_decref(parks);
	json_decref(water);
	return st;
}

enum status
streets_write(const char *dir, struct geo_district t, struct diag *d)
{
	struct geo_district one = t;
	char path[PATH_MAX];
	enum status st;
	struct buf b;

	if ((st = file_mkdir(dir, d)) != ST_OK)
		return st;
	buf_init(&b, PLAN_MAX);
	for (one.y = t.y - 2; st == ST_OK && one.y <= t.y + 2; one.y++)
		for (one.x = t.x - 2; st == ST_OK && one.x <= t.x + 2;
		     one.x++) {
			buf_clear(&b);
			(void)snprintf(path, sizeof(path), "%s/%d-%d.json", dir,
			    one.x, one.y);
			if ((st = streets_plan(one, &b)) == ST_OK)
				st = file_write(path, 0644, b.p, b.n, d);
		}
	buf_fini(&b);
	return st;
}
