/*
 * boxes: what an MP4 or QuickTime file carries outside pictures and sound,
 * told from its boxes, for the person.  Only telling: the clean copy takes
 * none of them.  See tags.h for names and values that libav knows.
 */
#ifndef MEDIA_HELPER_BOXES_H
#define MEDIA_HELPER_BOXES_H

#include <stdint.h>

struct notes;

/* Walk the size bytes of fd.  What cannot be read is passed over. */
void boxes_note(int fd, int64_t size, struct notes *notes);

#endif /* !MEDIA_HELPER_BOXES_H */
