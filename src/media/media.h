/*
 * media: what a video file holds, and a clean copy of it.
 *
 * Footage is hostile: nothing here parses it.  Each call executes the program
 * porchlight-media with the file's descriptor, a pipe for its answer, an
 * empty environment and nothing else, waits no longer than a limit, and
 * believes only a strictly parsed answer of at most 64 KiB.  That program is
 * the only user of libav; see helper/.
 *
 * The program lies in the directory that the environment variable
 * PORCHLIGHT_LIBEXEC names (if it is set, nowhere else), or beside the running
 * program, or in ../media from there (where a build leaves it), or in the
 * directory that the build installs it to.
 *
 * It does not know what the footage is for, who sent it or how it is stored.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct arena;
struct diag;

#define MEDIA_TRACKS_MAX 8
#define MEDIA_NOTES_MAX 64
#define MEDIA_INSPECT_S 120 /* wall-clock seconds for a look at one file */
#define MEDIA_STRIP_S 600   /* the same for a clean copy */

enum media_kind { MEDIA_VIDEO, MEDIA_AUDIO };

struct media_track {
	enum media_kind kind;
	const char *codec;      /* "h264", "hevc", "vp8", "vp9", "av1", "mjpeg",
	                      "aac", "opus", "pcm" or another short name */
	uint32_t width, height; /* pixels; 0 for sound */
	uint32_t fps_milli;     /* frames in 1,000 s; 0 for sound */
	uint64_t frames;        /* video frames, or packets of sound */
	int64_t duration_ms;
};

/* Something in a file that a decoder does not need. */
struct media_note {
	const char *what;  /* in plain words: "title", "edit list" */
	const char *where; /* "file", "track 1", "video frames of track 1" */
	const char *text;  /* an example, at most 60 characters, or "" */
};

struct media_info {
	bool readable;
	const char *reason;    /* why not, a sentence; "" when readable */
	const char *container; /* "mp4", "matroska"; "" if not known */
	int64_t duration_ms;
	size_t n_tracks;
	struct media_track tracks[MEDIA_TRACKS_MAX];
	uint64_t decoded; /* pictures decoded by way of trial */
	uint64_t damaged; /* pictures that were tried and would not decode */
	size_t n_carries;
	struct media_note
	    carries[MEDIA_NOTES_MAX]; /* what strip would remove */
};

struct media_report {
	const char *container; /* of the source; the copy is always MP4 */
	int64_t duration_ms;   /* of the copy */
	size_t n_tracks;
	struct media_track tracks[MEDIA_TRACKS_MAX]; /* of the copy */
	size_t n_removed;
	struct media_note removed[MEDIA_NOTES_MAX];
};

/*
 * Look at the whole regular file fd (its offset stays): every packet is read,
 * and pictures are decoded up to a budget, all at first, then key pictures
 * only.  Texts lie in a.  A file that cannot be read, and one over which the
 * helper crashed or ran out of time or memory, is ST_OK with readable false
 * and a reason: a finding, not an outage.
 * Returns ST_OK, ST_NOMEM, ST_IO or ST_FAIL (the helper could not be run).
 */
enum status media_inspect(
    int fd, struct media_info *out, struct arena *a, struct diag *d) NODISCARD;

/*
 * Write to out_fd, at its offset, an MP4 with the pictures and the sound of
 * in_fd unchanged (nothing is encoded again) and nothing else: no names,
 * times, places, device or encoder texts, edit lists, chapters, attachments,
 * other tracks, or user data within the video stream (video signatures of a
 * camera among them).  What was removed is listed for the person in *out.
 * Presentation starts at zero; frames that an edit list hid are shown, and
 * the report says so.  On anything but ST_OK what out_fd received is void.
 * Returns ST_OK, ST_INVALID (the file cannot be read or copied; d says why),
 * ST_NOMEM, ST_FULL, ST_IO or ST_FAIL.
 */
enum status media_strip(int in_fd, int out_fd, struct media_report *out,
    struct arena *a, struct diag *d) NODISCARD;

#endif /* !MEDIA_MEDIA_H */
