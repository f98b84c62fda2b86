/*
 * report: the answer to whoever ran this program, one JSON object on
 * standard output:
 *
 *	container, damaged, decoded, duration_ms, fault, notes, reason, tracks
 *
 * fault is "" or "invalid", "full", "io", "memory" or "internal"; media.c
 * reads it.
 */
#ifndef MEDIA_HELPER_REPORT_H
#define MEDIA_HELPER_REPORT_H

#include <stdint.h>

#include "base/diag.h"
#include "media/helper/clip.h"
#include "media/helper/notes.h"

struct report_track {
	bool video;
	const char *codec;
	int width, height;
	int64_t frames, duration_ms, fps_milli;
};

struct report {
	const char *container;
	int64_t duration_ms;
	uint64_t decoded, damaged;
	struct notes notes;
	size_t n;
	struct report_track t[CLIP_TRACKS];
};

void report_track(struct report *r, const struct track *t, size_t frames,
    int64_t duration_ms);

/* Write the answer.  Returns ST_OK, ST_NOMEM or ST_IO. */
enum status report_write(
    const struct report *r, enum status st, const struct diag *d) NODISCARD;

#endif /* !MEDIA_HELPER_REPORT_H */
