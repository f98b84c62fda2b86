/*
 * request: the public call for footage of one place and one span of time, its
 * text, and its end (docs/protocol.md, "Request").
 *
 * This is the form of the documents; what may be asked is rules/.
 */
#ifndef PROTOCOL_REQUEST_H
#define PROTOCOL_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/json.h"
#include "base/status.h"
#include "geo/area.h"

struct arena;
struct buf;
struct diag;
struct doc;

#define REQUEST_TYPE "porchlight/request@v1"
#define REQUEST_END_TYPE "porchlight/request-end@v1"
#define TEXT_TYPE "porchlight/text@v1"

#define REQUEST_BEHALF_MAX 4
#define TEXT_MAX 32768 /* bytes of a text document */
#define TEXT_TRANSLATIONS 8

/* Strings live as long as the doc. */
struct request {
	struct id id;
	const char *agency, *case_number, *incident, *recipient;
	struct json_strs on_behalf_of;
	struct geo_area area;
	int64_t from, until;    /* the window, UTC seconds */
	int64_t opens, expires; /* when it is shown */
	bool urgent;
	uint8_t text[32]; /* SHA-256 of the text's bytes */
};

struct request_end {
	int64_t time;
	struct id request;
	const char *reason; /* "resolved" or "withdrawn" */
};

struct text_words {
	const char *language, *title, *details;
};

/* Strings live in the arena that it was parsed into. */
struct text {
	struct text_words words;
	size_t translation_count;
	struct text_words translations[TEXT_TRANSLATIONS];
	const char *unit, *telephone;
	struct json_bytes salt;
};

/* Each returns ST_OK, ST_INVALID, ST_TOO_LARGE or ST_NOMEM. */
enum status request_parse(
    const struct doc *doc, struct request *out, struct diag *d) NODISCARD;
enum status request_end_parse(
    const struct doc *doc, struct request_end *out, struct diag *d) NODISCARD;

/*
 * Parse the n bytes of a text document, which must have the given SHA-256
 * (NULL: any).
 */
enum status text_parse(const void *p, size_t n, const uint8_t hash[32],
    struct text *out, struct arena *a, struct diag *d) NODISCARD;

/* The bodies for doc_text(); NULL if out of memory. */
json_t *request_json(const struct request *r);
json_t *request_end_json(const struct request_end *e);

/* Append the text's bytes to b. */
enum status text_write(const struct text *t, struct buf *b) NODISCARD;

#endif /* !PROTOCOL_REQUEST_H */
