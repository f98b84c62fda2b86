#include "home/home_net.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/json.h"
#include "httpc/httpc.h"
#include "protocol/doc.h"

#define DIRECTORY_BODY (size_t)(4 << 20)

static enum status
read_trust(const char *path, struct trust *out, struct diag *d)
{
	struct buf b;
	enum status st;

	buf_init(&b, TRUST_FILE);
	if ((st = file_read(path, &b, d)) == ST_OK)
		st = trust_parse(b.p, b.n, out, d);
	buf_fini(&b);
	return st;
}

enum status
home_net_open(struct home_net *n, const char *trust_path,
    const char *platform_url, struct diag *d)
{
	size_t len = strlen(platform_url);
	enum status st;

	*n = (struct home_net){ 0 };
	while (len > 0 && platform_url[len - 1] == '/')
		len--;
	if (len >= sizeof(n->platform) || len == 0)
		return diag_set(d, ST_INVALID, "platform", "511 bytes",
		    "That is no address of a platform.");
	memcpy(n->platform, platform_url, len);
	if ((st = read_trust(trust_path, &n->trust, d)) != ST_OK)
		return st;
	return httpc_new(&n->http);
}

void
home_net_close(struct home_net *n)
{
	httpc_free(&n->http);
	doc_free(&n->doc);
}

struct problem {
	const char *type, *detail;
};

/* A problem document's name and sentence; what it lacks stays empty. */
static void
read_problem(const json_t *v, struct problem *out)
{
	const char *type = json_string_value(json_object_get(v, "type"));
	const char *detail = json_string_value(json_object_get(v, "detail"));
	const char *slash;

	*out = (struct problem){ "", "" };
	if (type != NULL)
		out->type = (slash = strrchr(type, '/')) != NULL ? slash + 1
								 : type;
	if (detail != NULL)
		out->detail = detail;
}

static enum status
code_status(unsigned code)
{
	switch (code) {
	case 401:
		return ST_TOKEN;
	case 403:
		return ST_FORBIDDEN;
	case 404:
		return ST_NOTFOUND;
	case 409:
		return ST_CONFLICT;
	case 410:
		return ST_GONE;
	case 413:
		return ST_TOO_LARGE;
	case 423:
		return ST_LOCKED;
	case 429:
		return ST_RATE;
	default:
		return code >= 500 ? ST_PEER : ST_INVALID;
	}
}

enum status
home_net_refused(const struct httpc_reply *r, const char *who, struct diag *d)
{
	struct problem p;
	json_t *v = NULL;
	enum status st = code_status(r->code);

	if (json_read(r->body.p, r->body.n, &v, NULL) != ST_OK)
		v = NULL;
	read_problem(v, &p);
	st = diag_problem(d, st, p.type[0] != '\0' ? p.type : NULL, "", "",
	    "%.100s answered %u. %.250s", who, r->code, p.detail);
	if (v != NULL)
		json_decref(v);
	return st;
}

enum status
home_net_get(struct home_net *n, const char *path, size_t limit,
    struct httpc_reply *r, struct diag *d)
{
	char url[HOME_URL + 128];
	enum status st;

	(void)snprintf(url, sizeof(url), "%s%s", n->platform, path);
	st = httpc_get(n->http, url, NULL, limit, r, d);
	if (st == ST_OK && r->code != 200)
		st = home_net_refused(r, "The platform", d);
	return st;
}

enum status
home_net_directory(struct home_net *n, struct diag *d)
{
	struct httpc_reply r = { 0 };
	enum status st;

	doc_free(&n->doc);
	st = home_net_get(n, "/v1/directory", DIRECTORY_BODY, &r, d);
	if (st == ST_OK)
		st = directory_open(&n->trust, r.body.p, r.body.n, clock_now(),
		    &n->doc, &n->dir, d);
	httpc_reply_fini(&r);
	return st;
}
