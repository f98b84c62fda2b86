#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"

void
buf_init(struct buf *b, size_t limit)
{
	PRE(limit < SIZE_MAX / 4);
	*b = (struct buf){ .limit = limit };
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	buf_init(b, b->limit);
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_fini(b);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = ST_OK;
	if (b->p != NULL)
		b->p[0] = '\0';
}

uint8_t *
buf_extend(struct buf *b, size_t n)
{
	uint8_t *p, *at;
	size_t cap;

	if (b->failed != ST_OK)
		return NULL;
	if (n > b->limit - b->n) {
		b->failed = ST_TOO_LARGE;
		return NULL;
	}
	if (b->p == NULL || b->n + n + 1 > b->cap) {
		cap = b->cap * 2 > b->n + n + 1 ? b->cap * 2 : b->n + n + 1;
		cap = cap < 64 ? 64 : cap;
		/*
		 * Not realloc: it may leave a copy behind, and a buf that is
		 * wiped at its end must have been one wherever it lived.
		 */
		if ((p = malloc(cap)) == NULL) {
			b->failed = ST_NOMEM;
			return NULL;
		}
		if (b->p != NULL) {
			memcpy(p, b->p, b->n);
			explicit_bzero(b->p, b->cap);
			free(b->p);
		}
		b->p = p;
		b->cap = cap;
	}
	at = b->p + b->n;
	b->n += n;
	b->p[b->n] = '\0';
	return at;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *at = buf_extend(b, n);

	if (at != NULL && n > 0)
		memcpy(at, p, n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	uint8_t *at;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	PRE(n >= 0);
	if ((at = buf_extend(b, (size_t)n)) == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf((char *)at, (size_t)n + 1, fmt, ap);
	va_end(ap);
}

const char *
buf_text(const struct buf *b)
{
	return b->p == NULL ? "" : (const char *)b->p;
}

enum status
buf_status(const struct buf *b)
{
	return b->failed;
}
