#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/ed25519.h"
#include "log.h"

static void
seed_of(char letter, uint8_t seed[32])
{
	memset(seed, letter, 32);
}

struct note_key
log_key(const char *name, char letter)
{
	struct note_key key;
	uint8_t seed[32], pub[32];

	seed_of(letter, seed);
	ed25519_public(seed, pub);
	assert_int_equal(note_key_make(&key, name, NOTE_ED25519, pub), ST_OK);
	return key;
}

void
log_init(struct log *l)
{
	struct note_key platform = log_key("platform.example", 'P');

	memset(l, 0, sizeof(*l));
	l->feed = rules_feed_new(&platform);
	assert_non_null(l->feed);
}

void
log_fini(struct log *l)
{
	rules_feed_free(&l->feed);
}

enum status
log_add(struct log *l, const char *type, json_t *body,
    const char *const *signers, size_t n)
{
	struct doc *doc = NULL;
	struct buf text, note;
	enum status st;
	size_t i;

	assert_non_null(body);
	buf_init(&text, DOC_MAX);
	buf_init(&note, DOC_MAX);
	assert_int_equal(doc_text(body, type, LOG_ORIGIN, &text), ST_OK);
	buf_put(&note, text.p, text.n);
	buf_putc(&note, '\n');
	for (i = 0; i < n; i++) {
		const char *colon = strrchr(signers[i], ':');
		uint8_t seed[32];
		char name[100];

		assert_non_null(colon);
		snprintf(name, sizeof(name), "%.*s", (int)(colon - signers[i]),
		    signers[i]);
		seed_of(colon[1], seed);
		note_sign((const char *)text.p, text.n, name, seed, &note);
	}
	memset(&l->d, 0, sizeof(l->d));
	if (doc_open(note.p, note.n, LOG_ORIGIN, &doc, &l->d) != ST_OK)
		fail_msg("%s", l->d.text);
	st = rules_feed_add(l->feed, l->next++, doc, &l->d);
	doc_free(&doc);
	buf_fini(&text);
	buf_fini(&note);
	return st;
}
