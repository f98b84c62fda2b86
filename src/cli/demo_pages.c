#include "cli/demo_pages.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
there(const char *base, const char *rest, char path[PATH_MAX])
{
	if (base == NULL ||
	    snprintf(path, PATH_MAX, "%s/%s", base, rest) >= PATH_MAX ||
	    access(path, R_OK | X_OK) != 0)
		return NULL;
	return path;
}

/* PREFIX/share/porchlight, of a program that is PREFIX/bin/porchlight. */
static const char *
installed(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;
	int i;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	for (i = 0; i < 2; i++) {
		if ((slash = strrchr(path, '/')) == NULL)
			return NULL;
		*slash = '\0';
	}
	if (strlen(path) + sizeof("/share/porchlight") > PATH_MAX)
		return NULL;
	(void)strcat(path, "/share/porchlight");
	return path;
}

const char *
demo_pages(void)
{
	static char path[PATH_MAX];
	char share[PATH_MAX];
	const char *web;

	web = there(getenv("PORCHLIGHT_SOURCE"), "web/dist", path);
	return web != NULL ? web : there(installed(share), "web", path);
}
