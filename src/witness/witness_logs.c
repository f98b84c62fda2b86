/* The logs that a watcher trusts: a file each; see witness.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "witness/inner.h"

#define FILE_MAX (NOTE_NAME + NOTE_VKEY + 2)

enum status
witness_path(
    const char *dir, const char *file, char path[PATH_MAX], struct diag *d)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, file);

	/* Room is left for what others put behind it. */
	if (dir[0] != '\0' && n > 0 && n < PATH_MAX - 256)
		return ST_OK;
	return diag_set(d, ST_INVALID, "data", "",
	    "The data directory's name is empty or too long.");
}

static enum status
read_log(const char *origin, const char *vkey, struct witness_log *out,
    struct diag *d)
{
	enum status st;

	memset(out, 0, sizeof(*out));
	if (note_name_check(origin) != ST_OK)
		return diag_set(d, ST_INVALID, "origin", "1 to 255 bytes",
		    "A log's origin is a name without spaces.");
	if ((st = note_key_parse(vkey, &out->key, d)) != ST_OK)
		return st;
	if (out->key.alg != NOTE_ED25519)
		return diag_set(d, ST_INVALID, "log", "algorithm 1",
		    "That is not a log's key.");
	(void)snprintf(out->origin, sizeof(out->origin), "%s", origin);
	hash_sha256(origin, strlen(origin), out->hash);
	return ST_OK;
}

static enum status
other_key(const char *origin, struct diag *d)
{
	return diag_set(d, ST_CONFLICT, "log", "",
	    "Another key is already trusted for the log %.200s.", origin);
}

enum status
witness_add_log(
    struct witness *w, const char *origin, const char *vkey, struct diag *d)
{
	struct witness_log log;
	enum status st;
	size_t i;

	if ((st = read_log(origin, vkey, &log, d)) != ST_OK)
		return st;
	for (i = 0; i < w->log_count; i++)
		if (strcmp(w->logs[i].origin, origin) == 0)
			return note_key_equal(&w->logs[i].key, &log.key)
			    ? ST_OK
			    : other_key(origin, d);
	if (w->log_count == WITNESS_LOGS)
		return diag_set(d, ST_INVALID, "logs", "64",
		    "A watcher trusts 64 logs at most.");
	w->logs[w->log_count++] = log;
	return ST_OK;
}

/* Add the log of the file at path: two lines. */
static enum status
read_file(struct witness *w, const char *path, struct diag *d)
{
	struct buf b;
	char *first, *second, *end;
	enum status st;

	buf_init(&b, FILE_MAX);
	if ((st = file_read(path, &b, d)) != ST_OK)
		goto done;
	buf_putc(&b, '\0');
	if ((st = buf_status(&b)) != ST_OK)
		goto done;
	first = (char *)b.p;
	if ((second = strchr(first, '\n')) == NULL ||
	    (end = strchr(second + 1, '\n')) == NULL || end[1] != '\0') {
		st = diag_set(d, ST_INVALID, "logs", "",
		    "%.200s does not hold a log's origin and its key, a line "
		    "each.",
		    path);
		goto done;
	}
	*second++ = *end = '\0';
	st = witness_add_log(w, first, second, d);
done:
	buf_fini(&b);
	return st;
}

enum status
witness_read_logs(struct witness *w, const char *dir, struct diag *d)
{
	char path[PATH_MAX], file[PATH_MAX];
	enum status st;
	struct dirent *e;
	DIR *logs;

	if ((st = witness_path(dir, "logs", path, d)) != ST_OK)
		return st;
	if ((logs = opendir(path)) == NULL)
		return errno == ENOENT
		    ? ST_OK
		    : diag_set(d, ST_IO, "logs", "",
			  "%.200s cannot be read: %s.", path, strerror(errno));
	while (st == ST_OK && (e = readdir(logs)) != NULL) {
		/* What a crash left half written has another form of name. */
		if (strspn(e->d_name, "0123456789abcdef") != 64 ||
		    e->d_name[64] != '\0')
			continue;
		(void)snprintf(file, sizeof(file), "%.*s/%.64s", PATH_MAX - 256,
		    path, e->d_name);
		st = read_file(w, file, d);
	}
	(void)closedir(logs);
	return st;
}

enum status
witness_trust_log(
    const char *dir, const char *origin, const char *vkey, struct diag *d)
{
	char hex[ENC_HEX(HASH_BYTES)], name[80], path[PATH_MAX];
	struct witness_log log;
	struct buf b, old;
	enum status st;

	buf_init(&b, FILE_MAX);
	buf_init(&old, FILE_MAX);
	if ((st = read_log(origin, vkey, &log, d)) != ST_OK ||
	    (st = witness_path(dir, "logs", path, d)) != ST_OK ||
	    (st = file_mkdir(path, d)) != ST_OK)
		goto done;
	enc_hex(log.hash, sizeof(log.hash), hex);
	(void)snprintf(name, sizeof(name), "logs/%s", hex);
	buf_printf(&b, "%s\n%s\n", origin, vkey);
	if ((st = witness_path(dir, name, path, d)) != ST_OK ||
	    (st = buf_status(&b)) != ST_OK)
		goto done;
	/* A key that was trusted is never replaced silently. */
	if ((st = file_read(path, &old, NULL)) == ST_OK) {
		if (old.n != b.n || memcmp(old.p, b.p, b.n) != 0)
			st = other_key(origin, d);
	} else if (st == ST_NOTFOUND) {
		st = file_create(path, 0644, b.p, b.n, d);
	}
done:
	buf_fini(&b);
	buf_fini(&old);
	return st;
}
