/*
 * lines: the small pieces that checkpoints and proofs are written in: lines,
 * decimal numbers in their one form, hashes in base64.
 */
#ifndef TLOG_LINES_H
#define TLOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlog/tree.h"

/* What is still to be read. */
struct lines {
	const char *at, *end;
};

/*
 * The next line, len characters without its newline; false at the end or
 * where the newline is missing.
 */
bool lines_next(struct lines *in, const char **line, size_t *len);

/* Decimal digits without leading zeros, below TREE_SIZE_MAX. */
bool lines_number(const char *line, size_t len, uint64_t *out);

/* The base64 of 32 bytes. */
bool lines_hash(const char *line, size_t len, struct tlog_hash *out);

#endif /* !TLOG_LINES_H */
