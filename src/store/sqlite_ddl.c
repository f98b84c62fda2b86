#include "store/sqlite_ddl.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"

static const char mark[] = "-- unordered";

static const char *const foreign[] = { "AUTOINCREMENT", "BIGSERIAL", "BLOB",
	"DATETIME", "INT", "INTEGER", "JSONB", "REAL", "ROWID", "SERIAL",
	"SMALLINT", "STRICT", "TIMESTAMP", "TIMESTAMPTZ", "UUID", "VARCHAR",
	"WITHOUT" };

struct ddl {
	const char *at;
	struct buf *out;
	int words;  /* of this statement so far */
	bool table; /* it is a CREATE TABLE */
	char word[64], before[64];
	struct diag *d;
};

static bool
is(const char *word, const char *what)
{
	return strcasecmp(word, what) == 0;
}

static enum status
take_word(struct ddl *t)
{
	size_t n = 0, i;

	while (isalnum((unsigned char)t->at[n]) || t->at[n] == '_')
		n++;
	(void)memcpy(t->before, t->word, sizeof(t->before));
	if (n >= sizeof(t->word))
		return diag_set(t->d, ST_FAIL, "", "",
		    "The word %.63s in a migration is too long.", t->at);
	(void)memcpy(t->word, t->at, n);
	t->word[n] = '\0';
	t->at += n;
	t->words++;
	for (i = 0; i < NELEMS(foreign); i++)
		if (is(t->word, foreign[i]))
			return diag_set(t->d, ST_FAIL, "", "",
			    "%s in a migration is not common to all engines.",
			    t->word);
	if (t->words == 2)
		t->table = is(t->before, "CREATE") && is(t->word, "TABLE");
	if (is(t->word, "BYTEA"))
		buf_puts(t->out, "BLOB");
	else if (is(t->word, "BIGINT"))
		buf_puts(t->out, "INTEGER");
	else if (is(t->word, "BOOLEAN"))
		buf_printf(
		    t->out, "INTEGER CHECK (%s IN (FALSE, TRUE))", t->before);
	else
		buf_puts(t->out, t->word);
	return ST_OK;
}

/* Copy what stands between quotes; a doubled quote is two such. */
static enum status
take_quoted(struct ddl *t)
{
	const char *end = strchr(t->at + 1, *t->at);

	if (end == NULL)
		return diag_set(t->d, ST_FAIL, "", "",
		    "A quote in a migration does not end.");
	buf_put(t->out, t->at, (size_t)(end + 1 - t->at));
	t->at = end + 1;
	return ST_OK;
}

static enum status
skip_comment(struct ddl *t)
{
	size_t n = strcspn(t->at, "\n");

	if (n == sizeof(mark) - 1 && memcmp(t->at, mark, n) == 0)
		return diag_set(t->d, ST_FAIL, "", "",
		    "\"%s\" in a migration belongs right behind the semicolon "
		    "of a CREATE TABLE.",
		    mark);
	t->at += n;
	return ST_OK;
}

static void
take_end(struct ddl *t)
{
	const char *p = t->at + 1 + strspn(t->at + 1, " \t");
	size_t n = strcspn(p, "\n");

	t->at++;
	if (t->table) {
		buf_puts(t->out, " STRICT");
		if (n == sizeof(mark) - 1 && memcmp(p, mark, n) == 0) {
			buf_puts(t->out, ", WITHOUT ROWID");
			t->at = p + n;
		}
	}
	buf_putc(t->out, ';');
	t->words = 0;
	t->table = false;
}

enum status
sqlite_ddl(const char *sql, struct buf *out, struct diag *d)
{
	struct ddl t = { .at = sql, .out = out, .d = d };
	enum status st = ST_OK;

	while (*t.at != '\0' && st == ST_OK) {
		if (isalpha((unsigned char)*t.at) || *t.at == '_')
			st = take_word(&t);
		else if (*t.at == '\'' || *t.at == '"')
			st = take_quoted(&t);
		else if (t.at[0] == '-' && t.at[1] == '-')
			st = skip_comment(&t);
		else if (*t.at == ';')
			take_end(&t);
		else
			buf_putc(out, *t.at++);
	}
	if (st == ST_OK && t.words > 0)
		st = diag_set(d, ST_FAIL, "", "",
		    "The last statement of a migration lacks its semicolon.");
	return st == ST_OK ? buf_status(out) : st;
}
