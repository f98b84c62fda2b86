/*
 * serve: small things that the platform's documents have in common: notes by
 * the platform's key, bodies that are ready to be sent.
 */
#ifndef PLATFORM_SERVE_H
#define PLATFORM_SERVE_H

#include <jansson.h>
#include <stdint.h>

#include "base/status.h"

struct buf;
struct diag;
struct httpd_body;
struct keyd;
struct ledger;

/*
 * Append the note of body (taken; NULL is ST_NOMEM), of that type and log,
 * signed by the key name, to out.
 */
enum status
serve_sign(struct keyd *k, const char *name, json_t *body, const char *type,
    const char *log, struct buf *out, struct diag *d) NODISCARD;

/* A public, compressed body of b's bytes with their SHA-256 as ETag. */
enum status serve_body(
    const char *type, const struct buf *b, struct httpd_body **out) NODISCARD;

/* A new {"note","proof"} of a published entry; NULL where it fails. */
json_t *serve_proved(struct ledger *l, uint64_t index);

/* SHA-256 of n bytes as hex with NUL. */
void serve_hash(const void *p, size_t n, char out[65]);

#endif /* !PLATFORM_SERVE_H */
