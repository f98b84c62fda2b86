#include "httpd/static.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "httpd/inner.h"

#define FILES 4096
#define BYTES ((size_t)64 * 1024 * 1024)
#define DEPTH 8

struct file {
	char *path; /* without a leading slash */
	struct httpd_body *body;
};

struct httpd_static {
	struct file *files; /* sorted by path */
	size_t n, bytes;
	const char *csp;
	void (*hash)(const void *p, size_t n, char out[65]);
};

static const char *
type_of(const char *path)
{
	static const char *const types[][2] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".mjs", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".map", "application/json" },
		{ ".geojson", "application/geo+json" },
		{ ".webmanifest", "application/manifest+json" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".webp", "image/webp" },
		{ ".ico", "image/x-icon" },
		{ ".woff2", "font/woff2" },
		{ ".wasm", "application/wasm" },
		{ ".pbf", "application/x-protobuf" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".md", "text/plain; charset=utf-8" },
		{ ".pdf", "application/pdf" },
	};
	const char *dot = strrchr(path, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i][0]) == 0)
			return types[i][1];
	return "application/octet-stream";
}

/* What is compressed already is left alone. */
static bool
packs(const char *type)
{
	return strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL ||
	    strstr(type, "svg") != NULL || strstr(type, "wasm") != NULL ||
	    strstr(type, "protobuf") != NULL;
}

static enum status
add(struct httpd_static *s, const char *from, const char *path, struct diag *d)
{
	struct httpd_body_spec spec = { 0 };
	struct file *f = &s->files[s->n];
	char etag[65];
	enum status st;
	struct buf b;

	if (s->n == FILES)
		return diag_set(d, ST_TOO_LARGE, "", "4096 files",
		    "There are too many files to serve.");
	buf_init(&b, BYTES - s->bytes);
	if ((st = file_read(from, &b, d)) != ST_OK)
		goto done;
	s->hash(b.n > 0 ? b.p : (const uint8_t *)"", b.n, etag);
	spec.type = type_of(path);
	spec.p = b.p;
	spec.n = b.n;
	spec.etag = etag;
	spec.cache_control = strncmp(path, "assets/", 7) == 0
	    ? "public, max-age=31536000, immutable"
	    : "no-cache";
	spec.compress = packs(spec.type);
	spec.quality = 9;
	if (strncmp(spec.type, "text/html", 9) == 0)
		spec.csp = s->csp;
	if ((f->path = strdup(path)) == NULL) {
		st = ST_NOMEM;
		goto done;
	}
	if ((st = httpd_body_new(&spec, &f->body)) != ST_OK) {
		free(f->path);
		goto done;
	}
	s->bytes += b.n;
	s->n++;
done:
	buf_fini(&b);
	return st;
}

/* Read dir, whose files are served below prefix ("" or "assets/"). */
static enum status
walk(struct httpd_static *s, const char *dir, const char *prefix, int depth,
    struct diag *d)
{
	char *from = NULL, *path = NULL;
	enum status st = ST_OK;
	struct dirent *e;
	struct stat sb;
	DIR *dp;

	if ((dp = opendir(dir)) == NULL)
		return diag_set(d, ST_NOTFOUND, "", "",
		    "The directory of web files %s is not there. Build the "
		    "pages first.",
		    dir);
	while (st == ST_OK && (e = readdir(dp)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		from = path = NULL;
		if (asprintf(&from, "%s/%s", dir, e->d_name) < 0 ||
		    asprintf(&path, "%s%s", prefix, e->d_name) < 0) {
			st = ST_NOMEM;
		} else if (lstat(from, &sb) != 0) {
			; /* gone meanwhile */
		} else if (S_ISREG(sb.st_mode)) {
			st = add(s, from, path, d);
		} else if (S_ISDIR(sb.st_mode) && depth < DEPTH) {
			free(path);
			if (asprintf(&path, "%s%s/", prefix, e->d_name) < 0)
				st = ST_NOMEM;
			else
				st = walk(s, from, path, depth + 1, d);
		}
		free(from);
		free(path);
	}
	(void)closedir(dp);
	return st;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(
	    ((const struct file *)a)->path, ((const struct file *)b)->path);
}

enum status
httpd_static_load(const char *dir, const char *csp,
    void (*hash)(const void *p, size_t n, char out[65]),
    struct httpd_static **out, struct diag *d)
{
	struct httpd_static *s;
	enum status st;

	*out = NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return ST_NOMEM;
	s->csp = csp;
	s->hash = hash;
	if ((s->files = calloc(FILES, sizeof(*s->files))) == NULL)
		st = ST_NOMEM;
	else
		st = walk(s, dir, "", 0, d);
	if (st != ST_OK) {
		httpd_static_free(&s);
		return st;
	}
	qsort(s->files, s->n, sizeof(*s->files), by_path);
	*out = s;
	return ST_OK;
}

void
httpd_static_free(struct httpd_static **sp)
{
	struct httpd_static *s = *sp;
	size_t i;

	*sp = NULL;
	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		free(s->files[i].path);
		httpd_body_free(&s->files[i].body);
	}
	free(s->files);
	free(s);
}

enum status
httpd_static_reply(
    struct call *call, const struct httpd_static *s, const char *path)
{
	struct file key = { 0 };
	const struct file *f;

	if (path[0] == '\0')
		path = "index.html";
	if ((key.path = strdup(path)) == NULL)
		return ST_NOMEM;
	f = bsearch(&key, s->files, s->n, sizeof(*s->files), by_path);
	free(key.path);
	return f != NULL ? httpd_reply_shared(call, f->body) : ST_NOTFOUND;
}

enum status
httpd_static_page(struct call *call, const struct httpd_static *s,
    const char *path, const char *fallback)
{
	enum status st = httpd_static_reply(call, s, path);
	const char *last = strrchr(path, '/');

	if (st != ST_NOTFOUND ||
	    strchr(last != NULL ? last : path, '.') != NULL)
		return st;
	return httpd_static_reply(call, s, fallback);
}
