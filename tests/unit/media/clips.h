/* Files for the media tests: shared recordings, and clips made by ffmpeg. */
#ifndef TEST_CLIPS_H
#define TEST_CLIPS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An open shared recording, or -1 where the folder is absent. */
static inline int
clips_shared(const char *name)
{
	const char *dir = getenv("PORCHLIGHT_SHARED");
	const char *source = getenv("PORCHLIGHT_SOURCE");
	char path[512];

	if (dir != NULL)
		snprintf(path, sizeof(path), "%s/footage/%s", dir, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/footage/%s",
		    source == NULL ? "." : source, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* What ffmpeg makes of args in a file called x.ending; -1 without ffmpeg. */
static inline int
clips_make(const char *args, const char *ending)
{
	char dir[] = "/tmp/media-XXXXXX", path[64], line[2048];
	int fd;

	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/x.%s", dir, ending);
	snprintf(line, sizeof(line),
	    "ffmpeg -nostdin -v quiet -y %s %s </dev/null >/dev/null 2>&1",
	    args, path);
	fd = system(line) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
	(void)unlink(path);
	(void)rmdir(dir);
	return fd;
}

/* A file in memory that holds n bytes. */
static inline int
clips_bytes(const void *p, size_t n)
{
	int fd = memfd_create("clip", MFD_CLOEXEC);

	if (fd >= 0 && n > 0 && write(fd, p, n) != (ssize_t)n) {
		close(fd);
		return -1;
	}
	return fd;
}

/* All of fd, to be freed. */
static inline unsigned char *
clips_read(int fd, size_t *n)
{
	struct stat sb;
	unsigned char *p;

	*n = 0;
	if (fstat(fd, &sb) != 0 || (p = malloc((size_t)sb.st_size + 1)) == NULL)
		return NULL;
	*n = (size_t)sb.st_size;
	if (pread(fd, p, *n, 0) != (ssize_t)*n) {
		free(p);
		return NULL;
	}
	return p;
}

static inline bool
clips_has(const unsigned char *p, size_t n, const void *what, size_t k)
{
	return memmem(p, n, what, k) != NULL;
}

static inline bool
clips_has_text(const unsigned char *p, size_t n, const char *text)
{
	return clips_has(p, n, text, strlen(text));
}

#endif /* !TEST_CLIPS_H */
