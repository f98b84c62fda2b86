/*
 * clock: the one clock of every process, in whole seconds UTC, and RFC 3339.
 *
 * Tests move it: the environment variable PORCHLIGHT_CLOCK_OFFSET (seconds,
 * read once), or clock_shift() within a process.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/status.h"

#define CLOCK_TEXT 21                   /* "2026-11-30T22:49:52Z" and its NUL */
#define CLOCK_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Now, UTC seconds since 1970. */
int64_t clock_now(void);

/* Milliseconds of a clock that never jumps, for measuring and waiting. */
int64_t clock_monotonic_ms(void);

/* Move this process's clock_now() by seconds, on top of earlier shifts. */
void clock_shift(int64_t seconds);

/* Write t_s (0 to CLOCK_MAX) as RFC 3339 with Z and whole seconds. */
void clock_text(int64_t t_s, char out[CLOCK_TEXT]);

/*
 * Read exactly that form.  Returns ST_OK or ST_INVALID: another zone, a
 * fraction, a leap second or a day that does not exist are refused.
 */
enum status clock_parse(const char *text, int64_t *t_s) NODISCARD;

#endif /* !BASE_CLOCK_H */
