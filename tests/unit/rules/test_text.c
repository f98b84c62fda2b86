/*
 * What texts are refused or held for, and what they may say.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pre.h"
#include "protocol/request.h"
#include "rules/terms.h"
#include "rules/text.h"

static void
test_finds(void **state)
{
	static const struct {
		const char *text;
		enum rules_text_kind kind;
		const char *match;
	} t[] = {
		{ "See https://example.org/x now", RULES_TEXT_LINK,
		    "https://example.org/x" },
		{ "go to www.example.org", RULES_TEXT_LINK, "www.example.org" },
		{ "Upload at Example.COM today", RULES_TEXT_LINK,
		    "Example.COM" },
		{ "mail jane@police.example", RULES_TEXT_LINK,
		    "jane@police.example" },
		{ "t.me/watch", RULES_TEXT_LINK, "t.me/watch" },
		{ "gopher://x", RULES_TEXT_LINK, "gopher://x" },
		{ "Footage of Mr. Smith leaving", RULES_TEXT_PERSON,
		    "Mr. Smith" },
		{ "Herr Müller", RULES_TEXT_PERSON, "Herr Müller" },
		{ "a man named John", RULES_TEXT_PERSON, "named John" },
		{ "identified as Émile", RULES_TEXT_PERSON,
		    "identified as Émile" },
		{ "his name is Ali", RULES_TEXT_PERSON, "name is Ali" },
		{ "in front of 12 Main Street", RULES_TEXT_ADDRESS,
		    "12 Main Street" },
		{ "at 4512B North 5th Ave", RULES_TEXT_ADDRESS,
		    "4512B North 5th Ave" },
		{ "house 7, elm road", RULES_TEXT_ADDRESS, "7, elm road" },
		{ "Hauptstraße 12", RULES_TEXT_ADDRESS, "Hauptstraße 12" },
		{ "Hauptstr. 12a", RULES_TEXT_ADDRESS, "Hauptstr. 12a" },
		{ "12 rue Lepic", RULES_TEXT_ADDRESS, "12 rue Lepic" },
		{ "calle Mayor 12", RULES_TEXT_ADDRESS, "calle Mayor 12" },
		{ "apt. 4 upstairs", RULES_TEXT_ADDRESS, "apt. 4" },
		{ "Unit 5B", RULES_TEXT_ADDRESS, "Unit 5B" },
		{ "call +49 30 1234567", RULES_TEXT_TELEPHONE,
		    "+49 30 1234567" },
		{ "(555) 555-0123.", RULES_TEXT_TELEPHONE, "(555) 555-0123" },
		{ "555-0123", RULES_TEXT_TELEPHONE, "555-0123" },
		{ "030 901820 17", RULES_TEXT_TELEPHONE, "030 901820 17" },
		{ "a\u200bb", RULES_TEXT_HIDDEN, "\u200b" },
		{ "x\u202ey", RULES_TEXT_HIDDEN, "\u202e" },
		{ "an illegal  alien was", RULES_TEXT_GUIDELINE,
		    "illegal  alien" },
		{ "ICE asks", RULES_TEXT_GUIDELINE, "ICE" },
		{ "people at the Protest", RULES_TEXT_GUIDELINE, "Protest" },
		{ "DEMONSTRATORS", RULES_TEXT_GUIDELINE, "DEMONSTRATORS" },
		{ "youths loitering", RULES_TEXT_GUIDELINE, "loitering" },
		{ "a suspicious person", RULES_TEXT_GUIDELINE,
		    "suspicious person" },
		{ "a sit-in", RULES_TEXT_GUIDELINE, "sit-in" },
	};
	struct rules_text_result r;
	char got[80];
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		memset(&r, 0, sizeof(r));
		rules_text_scan(t[i].text, "details", &r);
		if (r.n != 1 || r.v[0].kind != t[i].kind)
			fail_msg("\"%s\": %zu hits, kind %d", t[i].text, r.n,
			    r.n == 0 ? -1 : (int)r.v[0].kind);
		snprintf(got, sizeof(got), "%.*s", (int)r.v[0].n,
		    t[i].text + r.v[0].at);
		assert_string_equal(got, t[i].match);
		assert_string_equal(r.v[0].member, "details");
	}
}

static void
test_lets_pass(void **state)
{
	static const char *const t[] = {
		"",
		"Two people broke the window of a shop and left in a dark "
		"van with a roof rack, heading north.",
		"On the 1200 block of Main Street, on 2026-11-30 between "
		"14:00 and 16:00.",
		"Am 30.11.2026 gegen 14.30 Uhr fuhr ein roter Wagen.",
		"It was 2 blocks down the street. Case 2026-001234.",
		"The car drove 500 meters along the road.",
		"A person was hit by a car at the corner of Main Street and "
		"Oak Avenue at 5 pm.",
		"There was ice on the road. He mistook the way.",
		"e.g. a red bicycle, approx. 3.5 m long, i.e. a trailer.",
		"The plate ends in 4-1-7. It was seen at night.At last it "
		"left.",
		"Called at noon. The named street is closed in March.",
		"Zwischen 20 und 22 Uhr am Marktplatz. 12 Personen liefen weg.",
		"A strike of the hammer; the glass littler than sand.",
		"Der Weg war frei.",
	};
	struct rules_text_result r;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		memset(&r, 0, sizeof(r));
		rules_text_scan(t[i], "details", &r);
		if (r.n != 0)
			fail_msg("\"%s\": \"%.*s\" reads as %s", t[i],
			    (int)r.v[0].n, t[i] + r.v[0].at, r.v[0].class);
	}
}

static struct text
plain(void)
{
	return (struct text){
		.words = { "en", "Robbery at the market",
		    "A dark van left northwards." },
		.translation_count = 1,
		.translations = { { "de", "Raub am Markt",
		    "Ein dunkler Wagen fuhr nach Norden." } },
		.unit = "Robbery unit",
		.telephone = "+1 (555) 555-0100",
	};
}

static void
test_whole_text(void **state)
{
	struct rules_text_result r;
	struct text t = plain();
	struct diag d = { 0 };

	(void)state;
	assert_int_equal(rules_text_check(&t, &r, &d), ST_OK);
	assert_int_equal(r.n, 0);
	t.translations[0].details = "Gegen Herrn Meier, Hauptstraße 3.";
	assert_int_equal(rules_text_check(&t, &r, &d), ST_HELD);
	assert_string_equal(d.problem, "text");
	assert_string_equal(d.field, "translations[0].details");
	assert_non_null(strstr(d.text, "an address"));
	/* A link refuses, whatever else there is. */
	t.words.title = "See example.org";
	memset(&d, 0, sizeof(d));
	assert_int_equal(rules_text_check(&t, &r, &d), ST_RULE);
	assert_string_equal(d.field, "title");
	assert_int_equal(r.n, 2);
}

static void
test_contact(void **state)
{
	struct rules_text_result r;
	struct text t = plain();
	struct diag d = { 0 };

	(void)state;
	t.unit = "Unit of Mr. Smith";
	assert_int_equal(rules_text_check(&t, &r, &d), ST_HELD);
	assert_string_equal(d.field, "contact.unit");
	t = plain();
	t.telephone = "ask for Jane";
	memset(&d, 0, sizeof(d));
	assert_int_equal(rules_text_check(&t, &r, &d), ST_HELD);
	assert_string_equal(d.field, "contact.telephone");
	t.telephone = "https://x.example";
	assert_int_equal(rules_text_check(&t, &r, NULL), ST_RULE);
}

static void
test_more_than_fit(void **state)
{
	char text[2001];
	struct rules_text_result r = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i + 10 < sizeof(text); i += 10)
		memcpy(text + i, "Mr. Smith ", 10);
	text[i] = '\0';
	rules_text_scan(text, "details", &r);
	assert_int_equal(r.n, RULES_TEXT_HITS);
	assert_true(r.more);
}

/* Nothing that a person types makes it read beyond the end. */
static void
test_odd_bytes(void **state)
{
	static const char *const t[] = { "\xc3", "\xe2\x80", "\xe2", "12",
		"12 ", "+", "(((((", "Mr", "Mr.", "named", "name is", "www.",
		"a.", "a@", "://", "12 Main", "apt", "Hauptstr.", "0", "5-",
		"-5-", "\xff\xff\xff", ".....",
		"1111111111111111111111111111111111" };
	struct rules_text_result r;
	size_t i;

	(void)state;
	for (i = 0; i < NELEMS(t); i++) {
		char *copy = strdup(t[i]);

		assert_non_null(copy);
		memset(&r, 0, sizeof(r));
		rules_text_scan(copy, "details", &r);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_lets_pass),
		cmocka_unit_test(test_whole_text),
		cmocka_unit_test(test_contact),
		cmocka_unit_test(test_more_than_fit),
		cmocka_unit_test(test_odd_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
