/*
 * media, through porchlight-media: what it says about good, bad and foreign
 * files, and what is left in the clean copy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/pre.h"
#include "clips.h"
#include "media/media.h"

#define PICTURES "-f lavfi -i testsrc=size=320x240:rate=25:duration=2"
#define SOUND "-f lavfi -i sine=frequency=440:duration=2"
#define SECRETS                                                        \
	"-metadata title=SecretTitle -metadata comment=SecretComment " \
	"-metadata location=+40.7128-074.0060/ "                       \
	"-metadata creation_time=2024-05-06T07:08:09Z "                \
	"-metadata:s:v handler_name=SecretHandler"
#define USUAL     \
	PICTURES  \
	" " SOUND \
	" -c:v libx264 -preset ultrafast -bf 2 -g 25 -c:a aac " SECRETS

/* What must not be left of a file that ffmpeg made with SECRETS. */
static const char *const traces[] = { "Secret", "40.7128", "074.0060", "Lavf",
	"Lavc", "x264", "x265", "libvpx", "SoundHandler", "VideoHandler",
	"udta", "edts", "elst", "meta", "ilst", "uuid" };

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void
inspect(int fd, struct media_info *info)
{
	struct diag d = { 0 };
	enum status st = media_inspect(fd, info, arena, &d);

	if (st != ST_OK)
		fail_msg("%s: %s", status_name(st), d.text);
}

/* Strip fd into a new file in memory. */
static int
strip(int fd, struct media_report *r)
{
	int out = memfd_create("copy", MFD_CLOEXEC);
	struct diag d = { 0 };
	enum status st;

	assert_true(out >= 0);
	st = media_strip(fd, out, r, arena, &d);
	if (st != ST_OK)
		fail_msg("%s: %s", status_name(st), d.text);
	return out;
}

static const struct media_note *
note(const struct media_note *v, size_t n, const char *what)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].what, what) == 0)
			return &v[i];
	return NULL;
}

static void
assert_clean(int fd, const char *const *texts, size_t n_texts)
{
	size_t n, i;
	unsigned char *p = clips_read(fd, &n);

	assert_non_null(p);
	for (i = 0; i < n_texts; i++)
		if (clips_has_text(p, n, texts[i]))
			fail_msg("\"%s\" is in the copy", texts[i]);
	free(p);
}

/* The copy shows the same pictures, and carries nothing any more. */
static void
assert_same(int copy, const struct media_info *before)
{
	struct media_info after;
	size_t i;

	inspect(copy, &after);
	assert_true(after.readable);
	assert_string_equal(after.container, "mp4");
	assert_int_equal(after.decoded, before->decoded);
	assert_int_equal(after.damaged, 0);
	assert_int_equal(after.n_carries, 0);
	assert_int_equal(after.n_tracks, before->n_tracks);
	for (i = 0; i < after.n_tracks; i++) {
		const struct media_track *x = &after.tracks[i];
		const struct media_track *y = &before->tracks[i];
		int64_t apart = x->duration_ms - y->duration_ms;

		assert_string_equal(x->codec, y->codec);
		assert_int_equal(x->width, y->width);
		assert_true(apart > -100 && apart < 100);
	}
}

/* Whether decoded pictures of two files are the same, by ffmpeg's hashes. */
static void
assert_same_pictures(int a, int b)
{
	char line[512];

	snprintf(line, sizeof(line),
	    "h() { ffmpeg -nostdin -v quiet -i /proc/%d/fd/$1 -map 0:v -f "
	    "framemd5 - | grep -v '^#' | sed 's/.*,//'; }; a=$(h %d); b=$(h "
	    "%d); test -n \"$a\" && test \"$a\" = \"$b\"",
	    getpid(), a, b);
	assert_int_equal(system(line), 0);
}

/* -- the shared recordings ------------------------------------------------- */

static void
test_shared_recording(void **state)
{
	static const char *const texts[] = { "GStreamer", "rtsp-server", "Lavf",
		"VideoHandler", "udta", "edts", "elst" };
	struct media_report r;
	struct media_info info;
	int fd = clips_shared("test_h264.mp4"), copy;

	(void)state;
	if (fd < 0) {
		print_message("skipped: no shared recordings\n");
		skip();
	}
	inspect(fd, &info);
	assert_true(info.readable);
	assert_string_equal(info.reason, "");
	assert_string_equal(info.container, "mp4");
	assert_int_equal(info.n_tracks, 1);
	assert_string_equal(info.tracks[0].codec, "h264");
	assert_int_equal(info.tracks[0].width, 480);
	assert_int_equal(info.tracks[0].height, 640);
	assert_int_equal(info.tracks[0].frames, 256);
	assert_int_equal(info.tracks[0].duration_ms / 100, 100);
	assert_int_equal(info.decoded, 256);
	assert_string_equal(note(info.carries, info.n_carries, "title")->text,
	    "Session streamed with GStreamer");
	copy = strip(fd, &r);
	assert_string_equal(
	    note(r.removed, r.n_removed, "comment")->text, "rtsp-server");
	assert_non_null(note(r.removed, r.n_removed, "handler name"));
	assert_non_null(note(r.removed, r.n_removed, "edit list"));
	assert_clean(copy, texts, NELEMS(texts));
	assert_same(copy, &info);
	assert_same_pictures(fd, copy);
	close(copy);
	close(fd);
}

static void
test_signed_recording(void **state)
{
	static const unsigned char uuid[16] = { 0x00, 0x5b, 0xc9, 0x3f, 0x2d,
		0x71, 0x5e, 0x95, 0xad, 0xa4, 0x79, 0x6f, 0x90, 0x87, 0x7a,
		0x6f };
	static const char *const texts[] = { "GStreamer", "rtsp-server", "Lavf",
		"VideoHandler", "mhlr", "mdir", "udta", "edts", "uuid", "xmp",
		"xpacket", "MIIB", "CERTIFICATE", "mp42" };
	struct media_report r;
	struct media_info info;
	int fd = clips_shared("test_signed_h264.mp4"), copy;
	unsigned char *p;
	size_t n;

	(void)state;
	if (fd < 0) {
		print_message("skipped: no shared recordings\n");
		skip();
	}
	p = clips_read(fd, &n);
	assert_true(clips_has(p, n, uuid + 1, 15));
	assert_true(clips_has_text(p, n, "MIIB"));
	free(p);
	inspect(fd, &info);
	assert_true(info.readable);
	assert_non_null(note(info.carries, info.n_carries,
	    "the camera's own signature (ONVIF media signing)"));
	copy = strip(fd, &r);
	assert_non_null(note(r.removed, r.n_removed,
	    "the camera's own signature (ONVIF media signing)"));
	assert_string_equal(
	    note(r.removed, r.n_removed, "time of recording")->text,
	    "2024-11-13T16:39:10.000000Z");
	assert_non_null(note(r.removed, r.n_removed, "an XMP document"));
	assert_clean(copy, texts, NELEMS(texts));
	p = clips_read(copy, &n);
	assert_false(clips_has(p, n, uuid + 1, 15));
	free(p);
	inspect(copy, &info);
	assert_true(info.readable);
	assert_int_equal(info.n_carries, 0);
	close(copy);
	close(fd);
}

/* -- clips made by ffmpeg -------------------------------------------------- */

static void
strip_and_compare(const char *args, const char *ending, const char *codec)
{
	struct media_report r;
	struct media_info info;
	int fd = clips_make(args, ending), copy;

	if (fd < 0) {
		print_message("skipped: ffmpeg cannot make %s\n", codec);
		return;
	}
	inspect(fd, &info);
	assert_true(info.readable);
	assert_string_equal(info.tracks[0].codec, codec);
	assert_int_equal(info.tracks[0].fps_milli, 25000);
	copy = strip(fd, &r);
	assert_non_null(note(r.removed, r.n_removed, "title"));
	assert_string_equal(note(r.removed, r.n_removed, "place (GPS)")->text,
	    "+40.7128-074.0060/");
	assert_clean(copy, traces, NELEMS(traces));
	assert_same(copy, &info);
	assert_same_pictures(fd, copy);
	close(copy);
	close(fd);
}

static void
test_kinds(void **state)
{
	(void)state;
	strip_and_compare(USUAL, "mp4", "h264");
	strip_and_compare(
	    USUAL " -movflags frag_keyframe+empty_moov", "mp4", "h264");
	strip_and_compare(USUAL, "mkv", "h264");
	strip_and_compare(PICTURES
	    " " SOUND " -c:v libx264 -preset ultrafast -c:a pcm_alaw " SECRETS,
	    "mov", "h264");
	strip_and_compare(PICTURES " -c:v mjpeg " SECRETS, "mov", "mjpeg");
	strip_and_compare(PICTURES
	    " -t 1 -s 160x120 -c:v libx265 -preset ultrafast -tag:v hvc1 "
	    "-x265-params log-level=none " SECRETS,
	    "mp4", "hevc");
	strip_and_compare(PICTURES
	    " " SOUND " -t 1 -s 160x120 -c:v libvpx-vp9 -deadline realtime "
	    "-cpu-used 8 -c:a libopus " SECRETS,
	    "webm", "vp9");
}

/* Sound and pictures stay together though the edit lists are gone. */
static void
test_sync(void **state)
{
	struct media_report r;
	int fd = clips_make(USUAL, "mp4"), copy;
	char line[256];
	int64_t apart;

	(void)state;
	if (fd < 0)
		skip();
	copy = strip(fd, &r);
	assert_int_equal(r.n_tracks, 2);
	apart = r.tracks[0].duration_ms - r.tracks[1].duration_ms;
	assert_true(apart > -50 && apart < 50);
	snprintf(line, sizeof(line),
	    "ffprobe -v quiet -show_entries stream=start_time -of csv=p=0 "
	    "/proc/%d/fd/%d | sort -u | tr '\\n' ' ' | grep -q "
	    "'^0.000000[, ]*$'",
	    getpid(), copy);
	assert_int_equal(system(line), 0);
	close(copy);
	close(fd);
}

/* What an edit list hid comes to light; the person is told. */
static void
test_hidden_pictures(void **state)
{
	struct media_report r;
	char args[512];
	int whole = clips_make(USUAL, "mp4"), fd, copy;

	(void)state;
	if (whole < 0)
		skip();
	snprintf(args, sizeof(args), "-ss 1.3 -i /proc/%d/fd/%d -c copy",
	    getpid(), whole);
	fd = clips_make(args, "mp4");
	assert_true(fd >= 0);
	copy = strip(fd, &r);
	assert_non_null(note(r.removed, r.n_removed,
	    "a cut that only hid pictures; the copy shows them"));
	close(copy);
	close(fd);
	close(whole);
}

static void
test_rotation_is_kept(void **state)
{
	struct media_report r;
	char args[512], line[256];
	int whole = clips_make(USUAL, "mp4"), fd, copy;

	(void)state;
	if (whole < 0)
		skip();
	snprintf(args, sizeof(args),
	    "-i /proc/%d/fd/%d -c copy -metadata:s:v rotate=90", getpid(),
	    whole);
	fd = clips_make(args, "mp4");
	assert_true(fd >= 0);
	copy = strip(fd, &r);
	snprintf(line, sizeof(line),
	    "ffprobe -v quiet -show_streams /proc/%d/fd/%d | grep -q "
	    "rotation=90",
	    getpid(), copy);
	assert_int_equal(system(line), 0);
	close(copy);
	close(fd);
	close(whole);
}

static void
test_other_tracks_are_gone(void **state)
{
	static const char *const texts[] = { "SecretWords", "text", "tx3g" };
	struct media_report r;
	char dir[] = "/tmp/media-XXXXXX", args[1024], path[64];
	FILE *f;
	int fd, copy;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.srt", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("1\n00:00:00,000 --> 00:00:02,000\nSecretWords\n\n", f);
	fclose(f);
	snprintf(args, sizeof(args),
	    PICTURES " -i %s -c:v libx264 -preset ultrafast -c:s mov_text",
	    path);
	fd = clips_make(args, "mp4");
	unlink(path);
	rmdir(dir);
	if (fd < 0)
		skip();
	copy = strip(fd, &r);
	assert_non_null(note(r.removed, r.n_removed, "a track of texts"));
	assert_int_equal(r.n_tracks, 1);
	assert_clean(copy, texts, NELEMS(texts));
	close(copy);
	close(fd);
}

/* -- what is no footage ---------------------------------------------------- */

static void
unreadable(int fd, const char *reason)
{
	struct media_report r;
	struct media_info info;
	struct diag d = { 0 };
	int out = memfd_create("copy", MFD_CLOEXEC);

	assert_true(fd >= 0 && out >= 0);
	inspect(fd, &info);
	assert_false(info.readable);
	assert_non_null(strstr(info.reason, reason));
	assert_int_equal(media_strip(fd, out, &r, arena, &d), ST_INVALID);
	assert_true(strlen(d.text) > 0);
	close(out);
	close(fd);
}

static void
test_foreign_files(void **state)
{
	(void)state;
	unreadable(clips_bytes("", 0), "empty");
	unreadable(clips_bytes("Dear neighbours,\nhello.\n", 24), "a text");
	unreadable(clips_bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16), "PNG");
	unreadable(open("/bin/true", O_RDONLY | O_CLOEXEC), "a program");
	unreadable(clips_bytes("\0\1\2\3\4\5\6\7\x8\x9", 10), "no MP4");
	unreadable(clips_bytes("\0\0\0\x18"
			       "ftypisom\0\0\0\0isommp42",
		       24),
	    "damaged or was cut off");
	unreadable(clips_bytes("\x1a\x45\xdf\xa3\x80", 5), "damaged");
}

static void
test_sound_alone(void **state)
{
	int fd = clips_make(SOUND " -c:a aac", "mp4");

	(void)state;
	if (fd < 0)
		skip();
	unreadable(fd, "no video");
}

static void
test_other_codecs(void **state)
{
	int fd = clips_make(PICTURES " -c:v mpeg4", "mp4");

	(void)state;
	if (fd < 0)
		skip();
	unreadable(fd, "mpeg4");
}

/* The index at the end is gone; or it is there, and pictures are not. */
static void
test_cut_off(void **state)
{
	size_t n;
	unsigned char *p;
	int fd = clips_make(USUAL, "mp4");

	(void)state;
	if (fd < 0)
		skip();
	p = clips_read(fd, &n);
	unreadable(clips_bytes(p, n / 2), "cut off");
	free(p);
	close(fd);
	fd = clips_make(USUAL " -movflags +faststart", "mp4");
	assert_true(fd >= 0);
	p = clips_read(fd, &n);
	unreadable(clips_bytes(p, n * 2 / 3), "cut off");
	free(p);
	close(fd);
}

/* Pictures overwritten with noise: a finding, whatever the decoder says. */
static void
test_noise(void **state)
{
	struct media_info info;
	size_t n, i;
	unsigned char *p;
	unsigned seed = 1;
	int fd = clips_make(USUAL " -movflags +faststart", "mp4"), bad;

	(void)state;
	if (fd < 0)
		skip();
	p = clips_read(fd, &n);
	for (i = n / 4; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		p[i] = (unsigned char)(seed >> 16);
	}
	bad = clips_bytes(p, n);
	inspect(bad, &info);
	assert_false(info.readable);
	free(p);
	close(bad);
	close(fd);
}

/* Whatever a byte here or there becomes, there is an answer. */
static void
test_flips(void **state)
{
	struct media_info info;
	struct media_report r;
	struct diag d;
	size_t n, i, k;
	unsigned char *p, *q;
	unsigned seed = 7;
	int fd = clips_make(PICTURES
		" -t 1 -c:v libx264 -preset ultrafast " SECRETS
		" -movflags +faststart",
		"mp4"),
	    bad, out;
	enum status st;

	(void)state;
	if (fd < 0)
		skip();
	p = clips_read(fd, &n);
	q = malloc(n);
	assert_non_null(q);
	for (i = 0; i < 6; i++) {
		memcpy(q, p, n);
		for (k = 0; k < 10; k++) {
			seed = seed * 1103515245 + 12345;
			q[(seed >> 8) % (n / 4)] = (unsigned char)(seed >> 3);
		}
		bad = clips_bytes(q, n);
		inspect(bad, &info);
		out = memfd_create("copy", MFD_CLOEXEC);
		memset(&d, 0, sizeof(d));
		st = media_strip(bad, out, &r, arena, &d);
		assert_true(st == ST_OK || st == ST_INVALID);
		close(out);
		close(bad);
	}
	free(p);
	free(q);
	close(fd);
}

static void
test_full_disk(void **state)
{
	struct media_report r;
	struct diag d = { 0 };
	int fd = clips_make(USUAL, "mp4");
	int out = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0 || out < 0)
		skip();
	assert_int_equal(media_strip(fd, out, &r, arena, &d), ST_FULL);
	close(out);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_recording),
		cmocka_unit_test(test_signed_recording),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_hidden_pictures),
		cmocka_unit_test(test_rotation_is_kept),
		cmocka_unit_test(test_other_tracks_are_gone),
		cmocka_unit_test(test_foreign_files),
		cmocka_unit_test(test_sound_alone),
		cmocka_unit_test(test_other_codecs),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
