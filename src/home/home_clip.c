#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/diag.h"
#include "home/home_inner.h"
#include "media/media.h"
#include "protocol/share.h"

#define REPORT_BYTES (size_t)(1 << 20)
#define STATED_ERROR_S 60 /* a person read a clock */
#define FILE_ERROR_S 3600 /* a file's time may be when it was copied */

static void
tell(const struct home_ui *ui, size_t number, const struct media_report *r)
{
	size_t i;

	if (r->n_removed == 0)
		home_say(ui,
		    "Clip %zu carried nothing that tells of the camera or its "
		    "owner.",
		    number);
	else
		home_say(ui, "Removed from clip %zu:", number);
	for (i = 0; i < r->n_removed; i++)
		home_say(ui, "  %s (%s)%s%s", r->removed[i].what,
		    r->removed[i].where,
		    r->removed[i].text[0] != '\0' ? ": " : "",
		    r->removed[i].text);
}

/* When the clip was recorded: what the person states, or the file's time. */
static enum status
set_times(const struct home_clip *clip, int fd, int64_t duration_ms,
    struct share_clip *out, struct diag *d)
{
	int64_t length_s = (duration_ms + 999) / 1000;
	struct stat sb;

	if (clip->start != NULL) {
		if (clock_parse(clip->start, &out->start) != ST_OK)
			return diag_set(d, ST_INVALID, "start",
			    "2026-11-30T22:15:00Z",
			    "\"%.40s\" is not a time in UTC as it is written "
			    "here.",
			    clip->start);
		out->source = "stated";
		out->error_s = STATED_ERROR_S;
		out->end = out->start + length_s;
		return ST_OK;
	}
	if (fstat(fd, &sb) != 0)
		return ST_IO;
	/* A recorder closes a file when the recording ends. */
	out->end = (int64_t)sb.st_mtime;
	out->start = out->end - length_s;
	out->source = "file";
	out->error_s = FILE_ERROR_S;
	if (out->start < 0 || out->end > CLOCK_MAX)
		return diag_set(d, ST_INVALID, "start", "",
		    "The file %.200s bears no time that can be used. State "
		    "one with --start.",
		    clip->path);
	return ST_OK;
}

static enum status
strip_one(const char *dir, const struct home_clip *clip,
    const struct home_ui *ui, struct home_clips *out, struct arena *a,
    struct diag *d)
{
	struct media_report report = { 0 };
	struct share_clip *times = &out->times->v[out->n];
	int in = -1, fd = -1;
	struct stat sb;
	enum status st;

	if ((in = open(clip->path, O_RDONLY | O_CLOEXEC)) < 0) {
		st = diag_set(d, errno == ENOENT ? ST_NOTFOUND : ST_IO, "", "",
		    "%.250s: %s.", clip->path, strerror(errno));
		goto done;
	}
	if ((fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) < 0) {
		st = diag_set(d, ST_IO, "", "",
		    "%.250s: no file can be made there: %s.", dir,
		    strerror(errno));
		goto done;
	}
	if ((st = media_strip(in, fd, &report, a, d)) != ST_OK ||
	    (st = set_times(clip, in, report.duration_ms, times, d)) != ST_OK)
		goto done;
	if (fstat(fd, &sb) != 0) {
		st = ST_IO;
		goto done;
	}
	out->bytes += (int64_t)sb.st_size;
	out->fds[out->n] = fd;
	fd = -1;
	(void)snprintf(out->files[out->n], sizeof(out->files[0]), "%u.mp4",
	    (unsigned)(out->n + 1) % 100);
	times->file = out->files[out->n];
	out->n++;
	tell(ui, out->n, &report);
done:
	if (in >= 0)
		(void)close(in);
	if (fd >= 0)
		(void)close(fd);
	return st;
}

enum status
home_clips_strip(const char *dir, const struct home_share *what,
    const struct home_ui *ui, struct home_clips *out, struct diag *d)
{
	struct arena *a = NULL;
	enum status st = ST_OK;
	size_t i;

	*out = (struct home_clips){ 0 };
	if (what->clip_count == 0 || what->clip_count > HOME_CLIPS_MAX)
		return diag_set(d, ST_INVALID, "clips", "1 to 25",
		    "A submission has 1 to 25 clips.");
	if ((out->times = calloc(1, sizeof(*out->times))) == NULL)
		return ST_NOMEM;
	for (i = 0; i < what->clip_count && st == ST_OK; i++) {
		if ((a = arena_new(REPORT_BYTES)) == NULL)
			return ST_NOMEM;
		st = strip_one(dir, &what->clips[i], ui, out, a, d);
		arena_free(&a);
	}
	out->times->n = out->n;
	if (st == ST_OK && out->bytes > SHARE_BYTES_MAX)
		st = diag_set(d, ST_TOO_LARGE, "clips", "2 GiB",
		    "The clips are larger than 2 GiB together.");
	return st;
}

void
home_clips_fini(struct home_clips *c)
{
	while (c->n > 0)
		(void)close(c->fds[--c->n]);
	free(c->times);
	c->times = NULL;
}
