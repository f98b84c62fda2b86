/*
 * Filing what may not be filed: each refusal names the field and the limit,
 * has a page that explains it, and changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/pre.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "expect.h"
#include "geo/area.h"
#include "protocol/doc.h"

#define MIB (size_t)(1024 * 1024)

static struct world w;
static size_t filed; /* requests that were answered with 201 */

static int
set_up(void **state)
{
	(void)state;
	world_start(&w);
	world_admit(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

/* After each test: the log holds what was answered with 201, and no more. */
static int
nothing_else_is_logged(void **state)
{
	(void)state;
	if (world_logged(&w, REQUEST_TYPE) != filed) {
		print_error("%zu requests are in the log, not %zu\n",
		    world_logged(&w, REQUEST_TYPE), filed);
		return -1;
	}
	return 0;
}

/* -- areas ------------------------------------------------------------------ */

#define A "-81.955,28.035"
#define B "-81.945,28.035"
#define C "-81.945,28.045"
#define D "-81.955,28.045"
#define RING(...) "{\"coordinates\":[[" __VA_ARGS__ "]],\"type\":\"Polygon\"}"
#define P(p) "[" p "]"

static const struct {
	const char *what, *area;
	struct expect e;
} areas[] = {
	{ "crosses itself", RING(P(A) "," P(C) "," P(B) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0]", NULL } },
	{ "concave",
	    RING(P(A) "," P(B) ",[-81.95,28.04]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][2]", "convex" } },
	{ "clockwise", RING(P(A) "," P(D) "," P(C) "," P(B) "," P(A)),
	    { 400, "invalid", "area.coordinates[0]", "counter-clockwise" } },
	{ "a hole",
	    "{\"coordinates\":[[" P(A) "," P(B) "," P(C) "," P(D) "," P(
		A) "],[[-81.951,28.039],[-81.951,28.041],[-81.949,28.041],"
		   "[-81.951,28.039]]],\"type\":\"Polygon\"}",
	    { 400, "invalid", "area.coordinates", "1 ring" } },
	{ "no ring", "{\"coordinates\":[],\"type\":\"Polygon\"}",
	    { 400, "invalid", "area.coordinates", "1 ring" } },
	{ "two points", RING(P(A) "," P(B) "," P(A)),
	    { 400, "invalid", "area.coordinates[0]", "3 to 16 points" } },
	{ "an open ring", RING(P(A) "," P(B) "," P(C) "," P(D)),
	    { 400, "invalid", "area.coordinates[0][3]", NULL } },
	{ "a point twice",
	    RING(P(A) "," P(B) "," P(B) "," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][2]", NULL } },
	{ "a point on an edge",
	    RING(P(A) ",[-81.95,28.035]," P(B) "," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][1]", NULL } },
	{ "seven decimals",
	    RING(P(A) ",[-81.9450001,28.035]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][1][0]", "6 decimals" } },
	{ "three dimensions",
	    RING(P(A) ",[-81.945,28.035,7]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][1]", NULL } },
	{ "text for a number",
	    RING(P(A) ",[\"-81.945\",28.035]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0][1][0]", NULL } },
	{ "latitude 91", RING(P(A) ",[-81.945,91]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", NULL, NULL } },
	{ "longitude 1e300",
	    RING(P(A) ",[1e300,28.035]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", NULL, NULL } },
	{ "over 20 km", RING(P(A) ",[-81.7,28.035]," P(C) "," P(D) "," P(A)),
	    { 400, "invalid", "area.coordinates[0]", "20 km" } },
	{ "across the antimeridian",
	    RING("[179.999,28.035],[-179.999,28.035],[-179.999,28.045],"
		 "[179.999,28.045],[179.999,28.035]"),
	    { 400, "invalid", "area.coordinates[0]", "180 degrees" } },
	{ "no polygon", "{\"coordinates\":[-81.95,28.04],\"type\":\"Point\"}",
	    { 400, "invalid", NULL, NULL } },
	{ "another member",
	    "{\"bbox\":[0,0,1,1],\"coordinates\":[[" P(A) "," P(B) "," P(
		C) "," P(A) "]],\"type\":\"Polygon\"}",
	    { 400, "invalid", NULL, NULL } },
	{ "outside the jurisdiction",
	    RING("[-82.205,28.035],[-82.195,28.035],[-82.195,28.045],"
		 "[-82.205,28.045],[-82.205,28.035]"),
	    { 422, "jurisdiction", "area", "jurisdiction" } },
	{ "a thin strip",
	    RING("[-81.97,28.035],[-81.93,28.035],[-81.93,28.0355],"
		 "[-81.97,28.0355],[-81.97,28.035]"),
	    { 422, "area-width", "area", "60 m" } },
};

/* -- members ---------------------------------------------------------------- */

/* A member of a good request becomes another value, as JSON. */
static const struct {
	const char *what, *name, *value;
	struct expect e;
} members[] = {
	{ "an unknown member", "victim", "\"somebody\"",
	    { 400, "invalid", "victim", NULL } },
	{ "unknown incident", "incident", "\"loitering\"",
	    { 422, "incident", "incident", "list" } },
	{ "empty case", "case", "\"\"",
	    { 400, "invalid", "case", "1 to 64 bytes" } },
	{ "upper-case id", "id", "\"0123456789ABCDEF0123456789ABCDEF\"",
	    { 400, "invalid", "id", NULL } },
	{ "short id", "id", "\"0123\"", { 400, "invalid", "id", NULL } },
	{ "five on behalf", "on_behalf_of", "[\"a\",\"b\",\"c\",\"d\",\"e\"]",
	    { 400, "invalid", "on_behalf_of", "0 to 4 elements" } },
	{ "on behalf of nobody known", "on_behalf_of", "[\"sheriff.example\"]",
	    { 404, "agency-unknown", NULL, NULL } },
	{ "urgent as text", "urgent", "\"yes\"",
	    { 400, "invalid", "urgent", NULL } },
	{ "a short recipient", "recipient", "\"age1\"",
	    { 400, "invalid", "recipient", "62 to 62 bytes" } },
	{ "another agency's name", "agency", "\"sheriff.example\"",
	    { 404, "agency-unknown", "agency", NULL } },
	{ "no area", "area", "null", { 400, "invalid", "area", NULL } },
	{ "a time without a zone", "from", "\"2026-11-30T22:49:52\"",
	    { 400, "invalid", "from", NULL } },
	{ "another zone", "until", "\"2026-11-30T22:49:52+01:00\"",
	    { 400, "invalid", "until", NULL } },
	{ "half a second", "opens", "\"2026-11-30T22:49:52.5Z\"",
	    { 400, "invalid", "opens", NULL } },
	{ "30 February", "from", "\"2026-02-30T22:49:52Z\"",
	    { 400, "invalid", "from", NULL } },
	{ "a time as a number", "expires", "1796000000",
	    { 400, "invalid", "expires", NULL } },
};

static void
refuses_areas(void **state)
{
	struct world_reply reply;
	struct request r;
	json_t *body;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(areas); i++) {
		world_request(&w, &r, "25-0001");
		body = request_json(&r);
		json_object_set_new(
		    body, "area", json_loads(areas[i].area, 0, NULL));
		expect_request(&w, body, &reply);
		expect_problem(&w, areas[i].what, &reply, &areas[i].e);
	}
}

static void
refuses_17_points(void **state)
{
	json_t *ring = json_array(), *body;
	struct world_reply reply;
	struct request r;
	int i;

	(void)state;
	for (i = 0; i <= 17; i++) {
		double t = (i % 17) * 2 * M_PI / 17;

		json_array_append_new(ring,
		    json_pack("[f,f]", round(-81950000 + 5000 * cos(t)) / 1e6,
			round(28040000 + 4500 * sin(t)) / 1e6));
	}
	world_request(&w, &r, "25-0001");
	body = request_json(&r);
	json_object_set_new(body, "area",
	    json_pack("{s:s,s:[o]}", "type", "Polygon", "coordinates", ring));
	expect_request(&w, body, &reply);
	expect_problem(&w, "17 points", &reply,
	    &(struct expect){
		413, "too-large", "area.coordinates[0]", "3 to 16 points" });
}

static void
refuses_members(void **state)
{
	struct world_reply reply;
	struct request r;
	json_t *body;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(members); i++) {
		world_request(&w, &r, "25-0001");
		body = request_json(&r);
		json_object_set_new(body, members[i].name,
		    json_loads(members[i].value, JSON_DECODE_ANY, NULL));
		expect_request(&w, body, &reply);
		expect_problem(&w, members[i].what, &reply, &members[i].e);
	}
}

/* The largest radius whose area is below m2, and the next one that is not. */
static void
around_limit(
    double east_m, double m2, struct request *below, struct request *above)
{
	double low = 50, high = 900, middle;

	while (high - low > 0.02) {
		middle = (low + high) / 2;
		expect_place(below, east_m, 0, middle);
		if (area_m2(&below->area) < m2)
			low = middle;
		else
			high = middle;
	}
	expect_place(below, east_m, 0, low);
	expect_place(above, east_m, 0, high);
	assert_true(area_m2(&below->area) < m2);
	assert_true(area_m2(&above->area) >= m2);
	/* A hair: a thousandth. */
	assert_true(area_m2(&below->area) > m2 * 0.999);
	assert_true(area_m2(&above->area) < m2 * 1.001);
}

static void
holds_areas_to_both_limits(void **state)
{
	static const struct expect e = { 422, "area-size", "area",
		"64,750 to 1,294,994 m" };
	struct request below, above;
	struct world_reply reply;

	(void)state;
	world_request(&w, &below, "25-0010");
	world_request(&w, &above, "25-0010");
	around_limit(-9000, 64750, &below, &above);
	world_publish(&w, &below, &reply);
	expect_problem(&w, "a hair too small", &reply, &e);
	world_publish(&w, &above, &reply);
	expect_filed("just large enough", &reply);
	filed++;
	around_limit(9000, 1294994, &below, &above);
	random_id(&above.id);
	world_publish(&w, &above, &reply);
	expect_problem(&w, "a hair too large", &reply, &e);
	random_id(&below.id);
	world_publish(&w, &below, &reply);
	expect_filed("just small enough", &reply);
	filed++;
}

/* -- times ------------------------------------------------------------------ */

/* Seconds from now. */
static const struct {
	const char *what;
	int64_t from, until, opens, expires;
	struct expect e;
} times[] = {
	{ "a window to come", 3600, 7200, 7200, 86400,
	    { 422, "window", "until", "in the past" } },
	{ "a window not over", -3600, 60, 120, 86400,
	    { 422, "window", "until", "in the past" } },
	{ "a reversed window", -3600, -7200, 0, 86400,
	    { 400, "invalid", "until", NULL } },
	{ "an empty window", -3600, -3600, 0, 86400,
	    { 400, "invalid", "until", NULL } },
	{ "a second too short", -3600 - 899, -3600, 0, 86400,
	    { 422, "window", "until", "15 min to 12 h" } },
	{ "a second too long", -3601 - 43200, -3600, 0, 86400,
	    { 422, "window", "until", "15 min to 12 h" } },
	{ "expires before it opens", -7200, -3600, 0, -1,
	    { 400, "invalid", "expires", NULL } },
	{ "a second too long to be shown", -7200, -3600, 0, 7 * 86400 + 1,
	    { 422, "lifetime", "expires", "7 days" } },
	{ "expired", -5 * 86400, -5 * 86400 + 3600, -4 * 86400, -86400,
	    { 422, "lifetime", "expires", NULL } },
	{ "opens before the window's end", -7200, -3600, -3601, 86400,
	    { 422, "lifetime", "opens", NULL } },
	{ "opens in more than a day", -7200, -3600, 86460, 2 * 86400,
	    { 422, "lifetime", "opens", "24 h ahead" } },
};

static void
refuses_times(void **state)
{
	struct world_reply reply;
	struct request r;
	int64_t now;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(times); i++) {
		now = clock_now();
		world_request(&w, &r, "25-0020");
		r.from = now + times[i].from;
		r.until = now + times[i].until;
		r.opens = now + times[i].opens;
		r.expires = now + times[i].expires;
		world_publish(&w, &r, &reply);
		expect_problem(&w, times[i].what, &reply, &times[i].e);
	}
}

/* -- bytes ------------------------------------------------------------------ */

/* The text of a good request, edited, is signed as it is then. */
static const struct {
	const char *what, *from, *to;
	struct expect e;
} edits[] = {
	{ "NaN", "\"coordinates\":[[[", "\"coordinates\":[[[NaN,28],[",
	    { 400, "invalid", NULL, NULL } },
	{ "a number that overflows", "\"coordinates\":[[[",
	    "\"coordinates\":[[[1e999,28],[", { 400, "invalid", NULL, NULL } },
	{ "a member twice", "{\"agency\":\"police.example\"",
	    "{\"agency\":\"police.example\",\"agency\":\"police.example\"",
	    { 400, "invalid", NULL, NULL } },
	{ "a space",
	    "{\"agency\":", "{ \"agency\":", { 400, "invalid", NULL, NULL } },
	{ "another order", "{\"agency\":\"police.example\"",
	    "{\"urgent\":false,\"agency\":\"police.example\"",
	    { 400, "invalid", NULL, NULL } },
	{ "a number in another form", "\"coordinates\":[[[",
	    "\"coordinates\":[[[-81.950,28],[",
	    { 400, "invalid", NULL, NULL } },
	{ "an escape that need not be", "police.example",
	    "police\\u002eexample", { 400, "invalid", NULL, NULL } },
	{ "U+0000", "hit-and-run", "hit\\u0000run",
	    { 400, "invalid", NULL, NULL } },
	{ "another version", "porchlight/request@v1", "porchlight/request@v2",
	    { 400, "invalid", "type", NULL } },
	{ "no type of ours", "porchlight/request@v1", "request",
	    { 400, "invalid", "type", NULL } },
	{ "another log", WORLD_ORIGIN, "other.example/log",
	    { 400, "invalid", "log", WORLD_ORIGIN } },
	{ "two lines", "{\"agency\":", "{}\n{\"agency\":",
	    { 400, "invalid", NULL, NULL } },
	{ "25 levels deep", "\"area\":",
	    "\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]],"
	    "\"area\":",
	    { 400, "invalid", NULL, NULL } },
	{ "a document of the platform's own", "porchlight/request@v1",
	    "porchlight/directory@v1", { 403, "forbidden", "type", NULL } },
	{ "a type that is not logged", "porchlight/request@v1",
	    "porchlight/account@v1", { 400, "invalid", "type", NULL } },
};

static void
refuses_bytes(void **state)
{
	const struct world_key *signers[] = { &w.agency, &w.locker };
	struct world_reply reply;
	struct buf text, note;
	struct request r;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(edits); i++) {
		world_request(&w, &r, "25-0030");
		buf_init(&text, DOC_MAX);
		buf_init(&note, DOC_MAX);
		assert_int_equal(doc_text(request_json(&r), REQUEST_TYPE,
				     WORLD_ORIGIN, &text),
		    ST_OK);
		expect_replace(&text, edits[i].from, edits[i].to);
		expect_replace(&text, "}\n", "}");
		if (strstr(edits[i].to, "\n") != NULL)
			expect_replace(&text, "{}", "{}\n");
		world_sign(buf_text(&text), signers, 2, &note);
		world_file(&w, buf_text(&note), world_text, NULL, &reply);
		expect_problem(&w, edits[i].what, &reply, &edits[i].e);
		buf_fini(&text);
		buf_fini(&note);
	}
}

static void
refuses_large_notes(void **state)
{
	const struct world_key *signers[80];
	struct world_reply reply;
	struct request r;
	struct buf note;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(signers); i++)
		signers[i] = i % 2 == 0 ? &w.agency : &w.locker;
	world_request(&w, &r, "25-0040");
	buf_init(&note, DOC_MAX);
	world_note(
	    request_json(&r), REQUEST_TYPE, signers, NELEMS(signers), &note);
	assert_true(note.n > DOC_ENTRY_MAX);
	world_file(&w, buf_text(&note), world_text, NULL, &reply);
	expect_problem(&w, "a note over 4,096 bytes", &reply,
	    &(struct expect){ 413, "too-large", "note", "4096 bytes" });
	buf_fini(&note);
}

/* Bodies of POST /v1/notes; n 0: up to the NUL. */
static const struct {
	const char *what, *body;
	size_t n;
	struct expect e;
} bodies[] = {
	{ "nothing", "", 0, { 400, "invalid", NULL, NULL } },
	{ "no JSON", "note", 0, { 400, "invalid", NULL, NULL } },
	{ "a list", "[]", 0, { 400, "invalid", NULL, NULL } },
	{ "no note", "{}", 0, { 400, "invalid", "note", NULL } },
	{ "an empty note", "{\"note\":\"\"}", 0,
	    { 400, "invalid", "note", "1 to" } },
	{ "a number", "{\"note\":7}", 0, { 400, "invalid", "note", NULL } },
	{ "another member", "{\"note\":\"x\",\"notes\":\"x\"}", 0,
	    { 400, "invalid", "notes", NULL } },
	{ "a member twice", "{\"note\":\"x\",\"note\":\"y\"}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "invalid UTF-8", "{\"note\":\"\xc3\x28\"}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "half a surrogate", "{\"note\":\"\\ud800\"}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "a NUL", "{\"note\":\"\0\"}", 12, { 400, "invalid", NULL, NULL } },
	{ "something behind", "{\"note\":\"x\"}{}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "a note that is none", "{\"note\":\"x\"}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "a note without signature", "{\"note\":\"{}\\n\\n\"}", 0,
	    { 400, "invalid", NULL, NULL } },
	{ "a note with a line that is no signature",
	    "{\"note\":\"{}\\n\\nsomething\\n\"}", 0,
	    { 400, "invalid", NULL, NULL } },
};

static void
refuses_bodies(void **state)
{
	struct world_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(bodies); i++) {
		world_post(&w, "/v1/notes", bodies[i].body,
		    bodies[i].n > 0 ? bodies[i].n : strlen(bodies[i].body),
		    &reply);
		expect_problem(&w, bodies[i].what, &reply, &bodies[i].e);
	}
}

static void
refuses_deep_bodies(void **state)
{
	struct world_reply reply;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, MIB);
	buf_puts(&b, "{\"note\":");
	for (i = 0; i < 100000; i++)
		buf_putc(&b, '[');
	world_post(&w, "/v1/notes", b.p, b.n, &reply);
	expect_problem(&w, "100,000 levels", &reply,
	    &(struct expect){ 400, "invalid", NULL, NULL });
	buf_fini(&b);
}

static void
bounds_bodies(void **state)
{
	struct world_reply reply;
	char *p = malloc(MIB + 1);

	(void)state;
	assert_non_null(p);
	memset(p, ' ', MIB + 1);
	memcpy(p, "{\"note\":\"x\"}", 12);
	/* All of the limit is read, and what it holds is judged. */
	world_post(&w, "/v1/notes", p, MIB, &reply);
	expect_problem(&w, "1 MiB", &reply,
	    &(struct expect){ 400, "invalid", NULL, NULL });
	world_post(&w, "/v1/notes", p, MIB + 1, &reply);
	expect_problem(&w, "1 MiB and a byte", &reply,
	    &(struct expect){ 413, "too-large", NULL, "1048576" });
	free(p);
}

/* -- texts ------------------------------------------------------------------ */

/* File a good request, in a place of its own, with details (NULL: the usual). */
static void
file_text(const char *text, const char *named, double east_m, double north_m,
    struct world_reply *reply)
{
	const struct world_key *signers[] = { &w.agency, &w.locker };
	struct request r;
	struct buf note;

	world_request(&w, &r, "25-0050");
	expect_place(&r, east_m, north_m, 400);
	hash_sha256(named, strlen(named), r.text);
	buf_init(&note, DOC_MAX);
	world_note(request_json(&r), REQUEST_TYPE, signers, 2, &note);
	world_file(&w, buf_text(&note), text, NULL, reply);
	buf_fini(&note);
}

static void
text_with(struct buf *b, const char *details)
{
	buf_init(b, 65536);
	buf_puts(b, world_text);
	expect_replace(b, "A parked van was hit.", details);
}

static void
judges_texts(void **state)
{
	static const struct {
		const char *what, *details;
		struct expect e;
	} cases[] = {
		{ "a link", "See www.example.com for more.",
		    { 422, "text", "details", "no links" } },
		{ "a link in other letters", "See HTTPS://example.com/x.",
		    { 422, "text", "details", "no links" } },
		{ "a tab that is not escaped", "a\tb",
		    { 400, "invalid", NULL, NULL } },
	};
	struct world_reply reply;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(cases); i++) {
		text_with(&b, cases[i].details);
		file_text(buf_text(&b), buf_text(&b), 0, 9000, &reply);
		expect_problem(&w, cases[i].what, &reply, &cases[i].e);
		buf_fini(&b);
	}
	file_text(NULL, world_text, 0, 9000, &reply);
	expect_problem(&w, "no text", &reply,
	    &(struct expect){ 400, "invalid", "text", NULL });
	text_with(&b, "A parked bus was hit.");
	file_text(buf_text(&b), world_text, 0, 9000, &reply);
	expect_problem(&w, "another text", &reply,
	    &(struct expect){ 400, "text-hash", "text", NULL });
	buf_fini(&b);
}

static void
holds_a_text_with_a_name(void **state)
{
	struct world_reply reply;
	struct buf b;

	(void)state;
	text_with(&b, "We look for Mr. John Miller.");
	file_text(buf_text(&b), buf_text(&b), 0, 9000, &reply);
	assert_int_equal(reply.code, 202);
	assert_string_equal(reply.state, "held");
	assert_string_equal(reply.rule, "text");
	assert_true(reply.by > clock_now());
	world_reply_fini(&reply);
	buf_fini(&b);
}

/* What does not belong beside a note is not kept and served. */
static void
refuses_what_does_not_belong_beside(void **state)
{
	const struct world_key *signers[] = { &w.agency, &w.locker };
	struct world_reply reply;
	uint8_t hash[HASH_BYTES];
	char path[128];
	struct request r;
	struct buf note, b;
	size_t i;

	(void)state;
	world_request(&w, &r, "25-0060");
	expect_place(&r, 0, -9000, 400);
	buf_init(&note, DOC_MAX);
	world_note(request_json(&r), REQUEST_TYPE, signers, 2, &note);
	world_file(&w, buf_text(&note), world_text, "{\"anything\":1}", &reply);
	expect_problem(&w, "a jurisdiction beside a request", &reply,
	    &(struct expect){ 400, "invalid", "jurisdiction", NULL });
	buf_fini(&note);
	buf_init(&note, DOC_MAX);
	world_note(
	    request_end_json(&(struct request_end){
		.time = clock_now(), .request = r.id, .reason = "resolved" }),
	    REQUEST_END_TYPE, signers, 1, &note);
	world_file(&w, buf_text(&note), "{\"anything\":1}", NULL, &reply);
	expect_problem(&w, "a text beside an end", &reply,
	    &(struct expect){ 400, "invalid", "text", NULL });
	buf_fini(&note);
	hash_sha256("{\"anything\":1}", 14, hash);
	(void)snprintf(path, sizeof(path), "/v1/jurisdictions/");
	for (i = 0; i < HASH_BYTES; i++)
		(void)snprintf(path + strlen(path), 3, "%02x", hash[i]);
	buf_init(&b, 65536);
	assert_int_equal(world_get(&w, path, &b), 404);
	buf_fini(&b);
}

/* After all that, a good one is taken. */
static void
still_takes_a_good_one(void **state)
{
	struct world_reply reply;
	struct request r;

	(void)state;
	world_request(&w, &r, "25-0070");
	world_publish(&w, &r, &reply);
	expect_filed("a good one", &reply);
	filed++;
}

#define TEST(f) cmocka_unit_test_teardown(f, nothing_else_is_logged)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_areas),
		TEST(refuses_17_points),
		TEST(refuses_members),
		TEST(holds_areas_to_both_limits),
		TEST(refuses_times),
		TEST(refuses_bytes),
		TEST(refuses_large_notes),
		TEST(refuses_bodies),
		TEST(refuses_deep_bodies),
		TEST(bounds_bodies),
		TEST(judges_texts),
		TEST(holds_a_text_with_a_name),
		TEST(refuses_what_does_not_belong_beside),
		TEST(still_takes_a_good_one),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
