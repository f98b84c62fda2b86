/* Lockers that keep one upload in memory; see scene.h. */
#include "scene.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "httpd/call.h"
#include "httpd/reply.h"
#include "scene_inner.h"

pthread_mutex_t scene_lock = PTHREAD_MUTEX_INITIALIZER;

/* inline, before the body: note what should not have come this far. */
static enum status
look(struct call *call)
{
	static const char *const none[] = { "Authorization", "Cookie",
		"User-Agent", "X-Forwarded-For", "Forwarded", "Origin",
		"Referer", "Accept-Language", "Upload-Metadata", "X-Secret" };
	size_t i;

	for (i = 0; i < NELEMS(none); i++)
		if (call_header(call, none[i]) != NULL)
			atomic_store(&scene.told, true);
	if (atomic_load(&scene.lockers_down))
		return ST_FAIL;
	return ST_OK;
}

static enum status
create(struct call *call)
{
	const char *length = call_header(call, "Upload-Length");
	const char *id = call_param(call, "id");
	enum status st = ST_OK;

	if (length == NULL)
		return ST_INVALID;
	(void)pthread_mutex_lock(&scene_lock);
	if (strcmp(scene.id, id) != 0) {
		(void)snprintf(scene.id, sizeof(scene.id), "%s", id);
		scene.n = 0;
		scene.length = (size_t)strtoull(length, NULL, 10);
	} else if (scene.length != (size_t)strtoull(length, NULL, 10)) {
		st = ST_CONFLICT;
	}
	(void)pthread_mutex_unlock(&scene_lock);
	if (st != ST_OK)
		return st;
	atomic_fetch_add(&scene.created, 1);
	httpd_header(call, "Upload-Expires", "Thu, 31 Dec 2026 00:00:00 GMT");
	return httpd_reply_empty(call, 201);
}

static void
put_size(struct call *call, const char *name, size_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", n);
	httpd_header(call, name, text);
}

static enum status
offset(struct call *call)
{
	enum status st = ST_NOTFOUND;

	(void)pthread_mutex_lock(&scene_lock);
	if (strcmp(scene.id, call_param(call, "id")) == 0) {
		put_size(call, "Upload-Offset", scene.n);
		put_size(call, "Upload-Length", scene.length);
		st = ST_OK;
	}
	(void)pthread_mutex_unlock(&scene_lock);
	return st == ST_OK ? httpd_reply_empty(call, 200) : st;
}

/* Nothing moves while the lockers are slow. */
static void
wait_while_slow(void)
{
	while (atomic_load(&scene.locker_slow))
		sched_yield();
}

static enum status
begin(struct call *call)
{
	const char *at = call_header(call, "Upload-Offset");
	enum status st = ST_OK;

	wait_while_slow();
	(void)pthread_mutex_lock(&scene_lock);
	if (strcmp(scene.id, call_param(call, "id")) != 0)
		st = ST_NOTFOUND;
	else if (at == NULL || strtoull(at, NULL, 10) != scene.n)
		st = ST_CONFLICT;
	(void)pthread_mutex_unlock(&scene_lock);
	return st;
}

static enum status
chunk(struct call *call, const void *p, size_t n)
{
	enum status st = ST_OK;

	(void)call;
	wait_while_slow();
	(void)pthread_mutex_lock(&scene_lock);
	if (scene.n + n > scene.length || scene.n + n > SCENE_UPLOAD) {
		st = ST_TOO_LARGE;
	} else {
		memcpy(scene.bytes + scene.n, p, n);
		scene.n += n;
	}
	(void)pthread_mutex_unlock(&scene_lock);
	return st;
}

static enum status
end(struct call *call)
{
	(void)pthread_mutex_lock(&scene_lock);
	put_size(call, "Upload-Offset", scene.n);
	(void)pthread_mutex_unlock(&scene_lock);
	return httpd_reply_empty(call, 204);
}

static const struct httpd_stream stream = {
	.begin = begin, .chunk = chunk, .end = end
};

/* Answers with every byte turned around; 'S' makes a short answer. */
static enum status
letter(struct call *call)
{
	static uint8_t answer[SCENE_LETTER];
	const uint8_t *p;
	size_t n, i;

	p = call_body(call, &n);
	atomic_fetch_add(&scene.letters, 1);
	if (n != SCENE_LETTER)
		return ST_INVALID;
	for (i = 0; i < n; i++)
		answer[i] = (uint8_t)~p[i];
	return httpd_reply(call, 200, "application/octet-stream", answer,
	    p[0] == 'S' ? n - 1 : n);
}

const struct httpd_route scene_locker_routes[] = {
	{ .method = "POST",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_WORKER,
	    .admit = look,
	    .handler = create },
	{ .method = "HEAD",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_WORKER,
	    .admit = look,
	    .handler = offset },
	{ .method = "PATCH",
	    .path = "/v1/uploads/{id}",
	    .kind = HTTPD_STREAM,
	    .body = HTTPD_BYTES,
	    .limit = (uint64_t)1 << 33,
	    .type = "application/offset+octet-stream",
	    .admit = look,
	    .stream = &stream },
	{ .method = "POST",
	    .path = "/v1/letters",
	    .kind = HTTPD_WORKER,
	    .body = HTTPD_BYTES,
	    .limit = 65536,
	    .admit = look,
	    .handler = letter },
};

const size_t scene_locker_count = NELEMS(scene_locker_routes);
