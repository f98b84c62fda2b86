/* A directory for one test, and commands run in it. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
	char dir[64];
};

static inline void
scratch_make(struct scratch *s)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/evidence-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
}

static inline void
scratch_path(const struct scratch *s, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", s->dir, name);
}

static inline void
scratch_write(
    const struct scratch *s, const char *name, const void *p, size_t n)
{
	char path[128];
	FILE *f;

	scratch_path(s, name, path);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* The exit code of a shell command in the directory. */
static inline int
scratch_run(const struct scratch *s, const char *command)
{
	char line[512];
	int rc;

	snprintf(line, sizeof(line), "cd %s && { %s; } >/dev/null 2>&1", s->dir,
	    command);
	rc = system(line);
	return rc;
}

static inline void
scratch_drop(const struct scratch *s)
{
	char line[128];

	snprintf(line, sizeof(line), "rm -r %s", s->dir);
	assert_int_equal(system(line), 0);
}

#endif /* !TEST_SCRATCH_H */
