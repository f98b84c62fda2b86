#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned
client_call(const char *method, const char *path, const char *headers,
    const void *body, size_t n, struct answer *a)
{
	int fd = fixture_connect(relay_port(scene.relay));
	char head[4096];

	(void)snprintf(head, sizeof(head),
	    "%s %s HTTP/1.1\r\nHost: relay\r\nContent-Length: %zu\r\n%s\r\n",
	    method, path, n, headers);
	fixture_puts(fd, head);
	fixture_send(fd, body, n);
	fixture_read(fd, strcmp(method, "HEAD") == 0, a);
	(void)close(fd);
	return a->code;
}

unsigned
client_code(const char *method, const char *path, const char *headers)
{
	struct answer a;
	unsigned code = client_call(method, path, headers, "", 0, &a);

	fixture_free(&a);
	return code;
}

unsigned
client_create(
    const char *to, const char *authorization, size_t length, struct answer *a)
{
	char headers[1024], path[200];

	(void)snprintf(path, sizeof(path), "%s/uploads", to);
	(void)snprintf(headers, sizeof(headers),
	    TUS "Authorization: %s\r\nUpload-Length: %zu\r\n"
		"User-Agent: secret\r\nCookie: a=b\r\nX-Secret: 1\r\n"
		"Origin: http://me\r\nUpload-Metadata: filename YQ==\r\n"
		"X-Forwarded-For: 1.2.3.4\r\nAccept-Language: de\r\n",
	    authorization, length);
	return client_call("POST", path, headers, "", 0, a);
}

unsigned
client_create_code(
    const char *to, const char *authorization, const char *problem)
{
	struct answer a;
	unsigned code = client_create(to, authorization, 1000, &a);

	if (problem != NULL && strstr(buf_text(&a.body), problem) == NULL)
		fail_msg("%s is not in %s", problem, buf_text(&a.body));
	fixture_free(&a);
	return code;
}

void
client_fresh(size_t length, char path[200])
{
	char auth[TOKEN_HEADER];
	struct answer a;

	scene_empty();
	scene_authorization(SCENE_LAST, auth);
	assert_int_equal(client_create(ONE, auth, length, &a), 201);
	(void)snprintf(path, 200, "%s", fixture_header(&a, "Location"));
	assert_true(
	    strncmp(path, ONE "/uploads/", sizeof(ONE "/uploads/") - 1) == 0);
	fixture_free(&a);
}

unsigned
client_patch(
    const char *path, size_t from, const void *p, size_t n, struct answer *a)
{
	char headers[256];

	(void)snprintf(headers, sizeof(headers),
	    TUS "Upload-Offset: %zu\r\nContent-Type: "
		"application/offset+octet-stream\r\nUser-Agent: secret\r\n",
	    from);
	return client_call("PATCH", path, headers, p, n, a);
}

uint8_t *
client_bytes(size_t n)
{
	uint8_t *p = malloc(n);
	size_t i;

	assert_non_null(p);
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + (i >> 8));
	return p;
}
