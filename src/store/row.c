#include "store/row.h"

#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/pre.h"
#include "store/engine.h"

static struct store_param
column(const struct row *row, int col, enum store_kind kind)
{
	struct store_param v = row->engine->column(row, col);

	PRE(v.kind == kind);
	return v;
}

bool
row_null(const struct row *row, int col)
{
	return row->engine->column(row, col).kind == STORE_NULL;
}

int64_t
row_int(const struct row *row, int col)
{
	return column(row, col, STORE_INT).i;
}

bool
row_bool(const struct row *row, int col)
{
	struct store_param v = row->engine->column(row, col);

	/* SQLite knows no booleans of its own. */
	PRE(v.kind == STORE_BOOL || v.kind == STORE_INT);
	PRE(v.i == 0 || v.i == 1);
	return v.i == 1;
}

char *
row_text(const struct row *row, int col, struct arena *a)
{
	struct store_param v = column(row, col, STORE_TEXT);

	return arena_strndup(a, v.p, v.n);
}

const char *
row_text_borrow(const struct row *row, int col)
{
	return column(row, col, STORE_TEXT).p;
}

void
row_bytes(const struct row *row, int col, const uint8_t **p, size_t *n)
{
	struct store_param v = column(row, col, STORE_BYTES);

	*p = v.p;
	*n = v.n;
}

void
row_fixed(const struct row *row, int col, void *out, size_t n)
{
	struct store_param v = column(row, col, STORE_BYTES);

	PRE(v.n == n);
	if (n > 0)
		(void)memcpy(out, v.p, n);
}

void
row_id(const struct row *row, int col, struct id *out)
{
	row_fixed(row, col, out->b, sizeof(out->b));
}
