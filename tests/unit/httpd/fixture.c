#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

int
fixture_connect(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (const void *)&a, sizeof(a)), 0);
	return fd;
}

void
fixture_send(int fd, const void *p, size_t n)
{
	const char *c = p;
	ssize_t r;

	while (n > 0) {
		r = send(fd, c, n, MSG_NOSIGNAL);
		if (r <= 0)
			return; /* the reply will tell */
		c += r;
		n -= (size_t)r;
	}
}

void
fixture_puts(int fd, const char *s)
{
	fixture_send(fd, s, strlen(s));
}

/* One more piece into b; false at the end. */
static bool
more(int fd, struct buf *b, size_t max)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char piece[65536];
	ssize_t r;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	r = recv(fd, piece, max < sizeof(piece) ? max : sizeof(piece), 0);
	if (r <= 0)
		return false;
	buf_put(b, piece, (size_t)r);
	return true;
}

/* A head byte by byte, so that nothing after it is taken. */
static bool
read_head(int fd, struct answer *a)
{
	buf_clear(&a->head);
	while (strstr(buf_text(&a->head), "\r\n\r\n") == NULL)
		if (!more(fd, &a->head, 1))
			return false;
	a->code = (unsigned)atoi(buf_text(&a->head) + 9);
	return true;
}

void
fixture_read(int fd, bool head, struct answer *a)
{
	size_t n;

	memset(a, 0, sizeof(*a));
	buf_init(&a->head, 65536);
	buf_init(&a->body, (size_t)1 << 30);
	do {
		if (!read_head(fd, a)) {
			a->code = 0;
			return;
		}
	} while (a->code == 100);
	n = (size_t)atoll(fixture_header(a, "Content-Length"));
	while (!head && a->code != 304 && a->body.n < n)
		if (!more(fd, &a->body, n - a->body.n))
			break;
}

bool
fixture_closed(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	return poll(&p, 1, ms) == 1 && recv(fd, &c, 1, 0) <= 0;
}

void
fixture_call(uint16_t port, const char *s, struct answer *a)
{
	int fd = fixture_connect(port);

	fixture_puts(fd, s);
	fixture_read(fd, strncmp(s, "HEAD", 4) == 0, a);
	(void)close(fd);
}

const char *
fixture_header(const struct answer *a, const char *name)
{
	static char value[1024];
	const char *p = buf_text(&a->head);
	size_t n = strlen(name), len;

	value[0] = '\0';
	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		p += n + 1;
		p += strspn(p, " ");
		len = strcspn(p, "\r");
		assert_true(len < sizeof(value));
		memcpy(value, p, len);
		value[len] = '\0';
		break;
	}
	return value;
}

void
fixture_free(struct answer *a)
{
	buf_fini(&a->head);
	buf_fini(&a->body);
}
