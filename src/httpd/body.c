#include "httpd/body.h"

#include <brotli/encode.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/pre.h"
#include "httpd/inner.h"

enum form { PLAIN, BR, GZIP, FORMS };

struct bytes {
	uint8_t *p;
	size_t n;
	struct MHD_Response *ok; /* 200; NULL: no such form */
};

struct httpd_body {
	atomic_uint holders;
	atomic_uint memory; /* responses, and 1 for all holders */
	struct bytes form[FORMS];
	struct MHD_Response *same; /* 304 */
	char etag[72];             /* quoted; "" for none */
};

/* The last response, or the last holder, frees the bytes. */
static void
let_go(void *arg)
{
	struct httpd_body *b = arg;
	int i;

	if (atomic_fetch_sub(&b->memory, 1) != 1)
		return;
	for (i = 0; i < FORMS; i++)
		free(b->form[i].p);
	free(b);
}

struct httpd_body *
httpd_body_hold(struct httpd_body *b)
{
	(void)atomic_fetch_add(&b->holders, 1);
	return b;
}

void
httpd_body_free(struct httpd_body **bp)
{
	struct httpd_body *b = *bp;
	int i;

	*bp = NULL;
	if (b == NULL || atomic_fetch_sub(&b->holders, 1) != 1)
		return;
	for (i = 0; i < FORMS; i++)
		if (b->form[i].ok != NULL)
			MHD_destroy_response(b->form[i].ok);
	if (b->same != NULL)
		MHD_destroy_response(b->same);
	let_go(b);
}

const void *
httpd_body_bytes(const struct httpd_body *b, size_t *n)
{
	*n = b->form[PLAIN].n;
	return b->form[PLAIN].p;
}

static void
make_br(struct bytes *to, const struct httpd_body_spec *s)
{
	size_t n = BrotliEncoderMaxCompressedSize(s->n);

	if (n == 0 || (to->p = malloc(n)) == NULL)
		return;
	if (!BrotliEncoderCompress(s->quality, BROTLI_DEFAULT_WINDOW,
		BROTLI_MODE_TEXT, s->n, s->p, &n, to->p))
		n = s->n;
	to->n = n;
}

static void
make_gzip(struct bytes *to, const struct httpd_body_spec *s)
{
	z_stream z = { 0 };
	size_t n;

	/* 16: a gzip header, which says nothing of name and time. */
	if (deflateInit2(&z, s->quality > 9 ? 9 : s->quality, Z_DEFLATED,
		15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	n = deflateBound(&z, s->n);
	if ((to->p = malloc(n)) != NULL) {
		z.next_in = (z_const Bytef *)s->p;
		z.avail_in = (uInt)s->n;
		z.next_out = to->p;
		z.avail_out = (uInt)n;
		to->n = deflate(&z, Z_FINISH) == Z_STREAM_END
		    ? (size_t)z.total_out
		    : s->n;
	}
	(void)deflateEnd(&z);
}

/* A form that is not smaller by a tenth only costs memory. */
static void
keep_if_smaller(struct bytes *b, size_t plain)
{
	uint8_t *p;

	if (b->p == NULL)
		return;
	if (b->n > plain - plain / 10) {
		free(b->p);
		b->p = NULL;
		return;
	}
	if ((p = realloc(b->p, b->n)) != NULL)
		b->p = p;
}

static bool
put(struct MHD_Response *r, const char *name, const char *value)
{
	return MHD_add_response_header(r, name, value) == MHD_YES;
}

/* The headers that 200 and 304 share. */
static bool
put_all(const struct httpd_body *b, struct MHD_Response *r,
    const struct httpd_body_spec *s, const char *weak)
{
	char etag[80];

	(void)snprintf(etag, sizeof(etag), "%s%s", weak, b->etag);
	return (b->etag[0] == '\0' || put(r, "ETag", etag)) &&
	    put(r, "Cache-Control",
		s->cache_control != NULL ? s->cache_control : "no-cache") &&
	    (!s->compress || put(r, "Vary", "Accept-Encoding")) &&
	    put(r, "X-Content-Type-Options", "nosniff") &&
	    put(r, "Referrer-Policy", "no-referrer") &&
	    put(r, "Cross-Origin-Resource-Policy",
		s->public ? "cross-origin" : "same-origin") &&
	    (!s->public || put(r, "Access-Control-Allow-Origin", "*"));
}

static struct MHD_Response *
respond(struct httpd_body *b, enum form f, const struct httpd_body_spec *s)
{
	static const char *const coding[FORMS] = { NULL, "br", "gzip" };
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer_with_free_callback_cls(
	    b->form[f].n, b->form[f].p, let_go, b);
	if (r == NULL)
		return NULL;
	(void)atomic_fetch_add(&b->memory, 1);
	/* A compressed form is equal in meaning, not in bytes: W/. */
	if (put(r, "Content-Type", s->type) &&
	    (f == PLAIN || put(r, "Content-Encoding", coding[f])) &&
	    put_all(b, r, s, f == PLAIN ? "" : "W/") &&
	    (s->csp == NULL ||
		(put(r, "Content-Security-Policy", s->csp) &&
		    put(r, "Cross-Origin-Opener-Policy", "same-origin"))))
		return r;
	MHD_destroy_response(r);
	return NULL;
}

static bool
make_responses(struct httpd_body *b, const struct httpd_body_spec *s)
{
	int f;

	for (f = 0; f < FORMS; f++)
		if (b->form[f].p != NULL &&
		    (b->form[f].ok = respond(b, (enum form)f, s)) == NULL)
			return false;
	if (b->etag[0] == '\0')
		return true;
	b->same = MHD_create_response_from_buffer(
	    0, NULL, MHD_RESPMEM_PERSISTENT);
	return b->same != NULL && put_all(b, b->same, s, "");
}

enum status
httpd_body_new(const struct httpd_body_spec *s, struct httpd_body **out)
{
	struct httpd_body *b;
	struct bytes *plain;

	*out = NULL;
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return ST_NOMEM;
	atomic_init(&b->holders, 1);
	atomic_init(&b->memory, 1);
	plain = &b->form[PLAIN];
	if ((plain->p = malloc(s->n + 1)) == NULL)
		goto fail;
	if (s->n > 0)
		memcpy(plain->p, s->p, s->n);
	plain->n = s->n;
	if (s->etag != NULL) {
		PRE(strlen(s->etag) < sizeof(b->etag) - 2);
		(void)snprintf(b->etag, sizeof(b->etag), "\"%s\"", s->etag);
	}
	if (s->compress && s->n > 200) {
		make_br(&b->form[BR], s);
		keep_if_smaller(&b->form[BR], s->n);
		make_gzip(&b->form[GZIP], s);
		keep_if_smaller(&b->form[GZIP], s->n);
	}
	if (!make_responses(b, s))
		goto fail;
	*out = b;
	return ST_OK;
fail:
	httpd_body_free(&b);
	return ST_NOMEM;
}

/* What the request's headers say, found in one walk. */
struct wish {
	const char *etag; /* of the body */
	bool same, br, gzip;
};

/* Whether the element of Accept-Encoding at s has a q of zero. */
static bool
refused(const char *s)
{
	for (; *s != '\0' && *s != ','; s++)
		if ((s[0] == 'q' || s[0] == 'Q') && s[1] == '=') {
			for (s += 2; *s == '0' || *s == '.'; s++)
				;
			return *s == '\0' || *s == ',' || *s == ' ';
		}
	return false;
}

static void
read_codings(struct wish *w, const char *s)
{
	size_t n;

	while (*s != '\0') {
		s += strspn(s, " \t,");
		n = strcspn(s, " \t,;");
		if (n == 2 && strncasecmp(s, "br", 2) == 0)
			w->br = !refused(s + n);
		else if (n == 4 && strncasecmp(s, "gzip", 4) == 0)
			w->gzip = !refused(s + n);
		s += n;
		s += strcspn(s, ",");
	}
}

static enum MHD_Result
look(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
    const char *value, size_t value_n)
{
	struct wish *w = cls;

	(void)kind;
	if (value == NULL || value_n == 0)
		return MHD_YES;
	if (key_n == 13 && strcasecmp(key, "If-None-Match") == 0)
		w->same = w->etag[0] != '\0' &&
		    (strstr(value, w->etag) != NULL || value[0] == '*');
	else if (key_n == 15 && strcasecmp(key, "Accept-Encoding") == 0)
		read_codings(w, value);
	return MHD_YES;
}

struct MHD_Response *
httpd_body_choose(const struct httpd_body *b, struct MHD_Connection *mhd,
    unsigned *code, uint64_t *n)
{
	struct wish w = { .etag = b->etag };
	enum form f = PLAIN;

	(void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, look, &w);
	if (w.same) {
		*code = 304;
		*n = 0;
		return b->same;
	}
	if (w.br && b->form[BR].ok != NULL)
		f = BR;
	else if (w.gzip && b->form[GZIP].ok != NULL)
		f = GZIP;
	*code = 200;
	*n = b->form[f].n;
	return b->form[f].ok;
}
