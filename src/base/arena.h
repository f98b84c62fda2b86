/*
 * arena: memory that is freed all at once, when its owner ends.
 *
 * A call's or a document's text goes here.  Secrets never do: they live in
 * fixed buffers that are wiped.  An arena has a limit, so that input from
 * outside cannot make it grow without bound.  Not for use by two threads.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"

struct arena;

/* A new arena that gives at most limit bytes in all; NULL if out of memory. */
struct arena *arena_new(size_t limit);

/* Free all that *a gave, and *a; sets it to NULL.  NULL is fine. */
void arena_free(struct arena **a);

/* n zeroed bytes, aligned for anything; NULL if over the limit. */
void *arena_alloc(struct arena *a, size_t n);

/* A NUL-terminated copy of the n bytes at s; NULL if over the limit. */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* A NUL-terminated copy of s; NULL if over the limit. */
char *arena_strdup(struct arena *a, const char *s);

/* printf into the arena; NULL if over the limit. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif /* !BASE_ARENA_H */
