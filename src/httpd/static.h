/*
 * static: a directory of built web files, in memory from the start.
 *
 * Each file is a shared body with br and gzip forms.  Names that hold a hash
 * of their content (anything below /assets/) are cached for a year, all
 * others are asked for again each time (ETag).  Read-only afterwards, so
 * INLINE handlers of several threads may serve it.
 */
#ifndef HTTPD_STATIC_H
#define HTTPD_STATIC_H

#include <stddef.h>

#include "base/status.h"

struct call;
struct diag;
struct httpd_static;

/*
 * Read every regular file below dir, at most 64 MiB and 4,096 files; hidden
 * files and links are left out.  csp is the Content-Security-Policy of HTML
 * files.  hash writes SHA-256 of n bytes as hex and NUL to out.
 * Returns ST_OK, ST_NOTFOUND, ST_TOO_LARGE, ST_NOMEM or ST_IO.
 */
enum status httpd_static_load(const char *dir, const char *csp,
    void (*hash)(const void *p, size_t n, char out[65]),
    struct httpd_static **out, struct diag *d) NODISCARD;

void httpd_static_free(struct httpd_static **s);

/*
 * Reply with the file at path ("assets/app-1a2b.js", without a leading slash;
 * "" is index.html).  Returns ST_OK or ST_NOTFOUND.
 */
enum status httpd_static_reply(struct call *call, const struct httpd_static *s,
    const char *path) NODISCARD;

/*
 * The same, but where there is no such file, reply with the file fallback
 * ("index.html"), for the paths that a page routes itself.  A path whose last
 * segment holds a dot names a file and does not fall back.
 */
enum status httpd_static_page(struct call *call, const struct httpd_static *s,
    const char *path, const char *fallback) NODISCARD;

#endif /* !HTTPD_STATIC_H */
