/*
 * input: footage behind a descriptor, opened by libav's MP4 or Matroska
 * demuxer and by nothing else.
 *
 * What the file is, is told from its first bytes here; libav never guesses,
 * never opens anything by name, parses no elementary stream and fills in no
 * times.
 */
#ifndef MEDIA_HELPER_INPUT_H
#define MEDIA_HELPER_INPUT_H

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct diag;

struct input {
	int fd;
	int64_t size, at;
	bool failed; /* the storage, not the file */
	bool mp4;
	AVIOContext *io;
	AVFormatContext *fmt;
};

/*
 * Open the size bytes of fd.  Returns ST_OK, ST_INVALID (d says in plain
 * words what is wrong), ST_NOMEM or ST_IO.
 */
enum status
input_open(struct input *in, int fd, int64_t size, struct diag *d) NODISCARD;
void input_close(struct input *in);

/*
 * The next packet, into pkt; *more is false behind the last one.  Returns
 * ST_OK, ST_INVALID, ST_NOMEM or ST_IO.
 */
enum status input_next(
    struct input *in, AVPacket *pkt, bool *more, struct diag *d) NODISCARD;

/* "mp4" or "matroska". */
const char *input_container(const struct input *in);

#endif /* !MEDIA_HELPER_INPUT_H */
