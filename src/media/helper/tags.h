/*
 * tags: names and values, chapters and other tracks that libav finds in a
 * file, for the person.  Only telling: the clean copy takes none of them.
 */
#ifndef MEDIA_HELPER_TAGS_H
#define MEDIA_HELPER_TAGS_H

#include <libavformat/avformat.h>

struct notes;

/* Note all of fmt's tags; kept(i) says whether the copy takes stream i. */
void tags_note(
    const AVFormatContext *fmt, const unsigned char *kept, struct notes *notes);

#endif /* !MEDIA_HELPER_TAGS_H */
