/*
 * log: a small public log of signed notes for tests; its keys are made from a
 * letter each.
 */
#ifndef TESTS_RULES_LOG_H
#define TESTS_RULES_LOG_H

#include <stdint.h>

#include "base/diag.h"
#include "crypto/note.h"
#include "protocol/admission.h"
#include "protocol/directory.h"
#include "protocol/doc.h"
#include "protocol/policy.h"
#include "protocol/request.h"
#include "rules/feed.h"

#define LOG_ORIGIN "demo.example/log"

struct log {
	struct rules_feed *feed;
	uint64_t next; /* log number of the next entry */
	struct diag d; /* of the last one */
};

/* The key of name and letter. */
struct note_key log_key(const char *name, char letter);

/* An empty log whose operator is "platform.example", letter P. */
void log_init(struct log *l);
void log_fini(struct log *l);

/*
 * Add a note of the body, signed by "name:letter" of each of the n signers.
 * Returns what rules_feed_add() says; its log number is l->next - 1.
 */
enum status log_add(struct log *l, const char *type, json_t *body,
    const char *const *signers, size_t n);

#define LOG_ADD(l, type, body, ...)                                  \
	log_add(l, type, body, (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

#endif /* !TESTS_RULES_LOG_H */
