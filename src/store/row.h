/*
 * row: one row of a statement's result, by column index from 0.
 *
 * A row lives while the callback that was given it runs.  A getter of another
 * type than the column's, or of a column that is NULL, is a bug of ours and
 * aborts: tables hold declared types only, so ask row_null() where a column
 * may be NULL.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct id;
struct row;

bool row_null(const struct row *row, int col);

int64_t row_int(const struct row *row, int col);

bool row_bool(const struct row *row, int col);

/* The text in a; NULL only if it does not fit there (ST_NOMEM). */
char *row_text(const struct row *row, int col, struct arena *a);

/* The text itself, borrowed until the callback returns. */
const char *row_text_borrow(const struct row *row, int col);

/* Bytes, borrowed until the callback returns; *p may be NULL if *n is 0. */
void row_bytes(const struct row *row, int col, const uint8_t **p, size_t *n);

/* Copy bytes that are exactly n: a hash, a key.  Other lengths abort. */
void row_fixed(const struct row *row, int col, void *out, size_t n);

/* The same for an id. */
void row_id(const struct row *row, int col, struct id *out);

#endif /* !STORE_ROW_H */
