#include "keyd/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"

#define FILE_MAX 16384
#define FILE_NAME_MAX 200 /* and room for a suffix while it is written */

static int
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

enum status
key_file_name(const char *name, struct diag *d)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (!plain(name[i]) && strchr("/:@", name[i]) == NULL)
			break;
	if (i > 0 && i <= KEYD_NAME_MAX && name[i] == '\0')
		return ST_OK;
	return diag_set(d, ST_INVALID, "name", "1 to 127 characters",
	    "A key's name has letters of A to Z, digits and . _ - / : @ only.");
}

enum status
key_file_path(const char *dir, const char *kind, const char *name,
    char path[PATH_MAX], struct diag *d)
{
	char file[FILE_NAME_MAX + 4];
	size_t n = 0;
	int all;

	for (; *name != '\0' && n < FILE_NAME_MAX; name++) {
		/* A leading dot would hide the file, or be the directory. */
		if (plain(*name) && (n > 0 || *name != '.'))
			file[n++] = *name;
		else
			n += (size_t)snprintf(file + n, sizeof(file) - n,
			    "%%%02X", (unsigned)(unsigned char)*name);
	}
	file[n] = '\0';
	all = *name == '\0' &&
	    snprintf(path, PATH_MAX, "%s/%s/%s.json", dir, kind, file) <
		PATH_MAX;
	return all ? ST_OK
		   : diag_set(d, ST_INVALID, "name", "",
			 "The key's name makes too long a file name.");
}

static enum status
damaged(const char *path, const char *why, struct diag *d)
{
	return diag_set(d, ST_IO, "", "",
	    "The key file %.200s cannot be used: %s. Bring it back from the "
	    "backup of the keys.",
	    path, why);
}

static enum status
read_types(const json_t *types, struct key_file *out)
{
	const json_t *type;

	for (; out->types_n < json_array_size(types); out->types_n++) {
		type = json_array_get(types, out->types_n);
		if (out->types_n == KEYD_TYPES_MAX || !json_is_string(type) ||
		    json_string_length(type) > KEYD_TYPE_MAX)
			return ST_INVALID;
		(void)snprintf(out->types[out->types_n], sizeof(out->types[0]),
		    "%s", json_string_value(type));
	}
	return ST_OK;
}

/* jansson's unpack declares the members here: an arena is not for secrets. */
static enum status
parse(const struct buf *b, const char *kind, struct key_file *out)
{
	const char *kind_is, *class, *name, *secret;
	json_t *doc = NULL, *types = NULL;
	enum status st;

	if ((st = json_read(b->p, b->n, &doc, NULL)) != ST_OK)
		return st;
	st = ST_INVALID;
	if (json_unpack_ex(doc, NULL, JSON_STRICT, "{s:s,s:s,s:s,s:s,s?o}",
		"kind", &kind_is, "class", &class, "name", &name, "secret",
		&secret, "types", &types) == 0 &&
	    strcmp(kind_is, kind) == 0 && key_file_name(name, NULL) == ST_OK &&
	    enc_unbase64(secret, strlen(secret), out->secret,
		sizeof(out->secret), &out->secret_n) == ST_OK) {
		(void)snprintf(out->name, sizeof(out->name), "%s", name);
		st = read_types(types, out);
	}
	json_decref(doc);
	return st;
}

enum status
key_file_read(
    const char *path, const char *kind, struct key_file *out, struct diag *d)
{
	enum status st;
	struct stat s;
	struct buf b;

	memset(out, 0, sizeof(*out));
	if (stat(path, &s) != 0 && errno == ENOENT)
		return diag_set(d, ST_NOTFOUND, "", "",
		    "There is no key file %.200s. Bring it back from the "
		    "backup "
		    "of the keys, or make the key anew.",
		    path);
	if ((s.st_mode & 077) != 0)
		return diag_set(d, ST_IO, "", "mode 0600",
		    "The key file %.200s may be used by others than its owner. "
		    "Make that chmod 600, and find out who read it.",
		    path);
	buf_init(&b, FILE_MAX);
	st = file_read(path, &b, d);
	if (st == ST_OK && (st = parse(&b, kind, out)) == ST_INVALID)
		st = damaged(path, "it does not hold such a key", d);
	buf_wipe(&b);
	if (st != ST_OK)
		explicit_bzero(out, sizeof(*out));
	return st;
}

enum status
key_file_create(const char *path, const char *kind, const struct key_file *key,
    struct diag *d)
{
	json_t *doc, *types;
	enum status st = ST_NOMEM;
	struct buf b;
	size_t i;

	buf_init(&b, FILE_MAX);
	doc = json_pack("{s:s,s:s,s:s,s:o*}", "kind", kind, "class",
	    strcmp(kind, "issuer") == 0 ? "issuing" : "signing", "name",
	    key->name, "secret", json_base64(key->secret, key->secret_n));
	if (doc == NULL || json_object_get(doc, "secret") == NULL)
		goto done;
	if (key->types_n > 0) {
		types = json_array();
		for (i = 0; i < key->types_n; i++)
			if (json_array_append_new(
				types, json_string(key->types[i])) != 0)
				goto done;
		if (json_object_set_new(doc, "types", types) != 0)
			goto done;
	}
	if ((st = json_write(doc, &b)) == ST_OK) {
		buf_putc(&b, '\n');
		st = buf_status(&b);
	}
	if (st == ST_OK)
		st = file_create(path, 0600, b.p, b.n, d);
done:
	json_decref(doc);
	buf_wipe(&b);
	return st;
}

/* Zeros over all of it, on the disk. */
static int
overwrite(const char *path)
{
	static const char zeros[FILE_MAX];
	struct stat s;
	int fd, ok;

	if ((fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return 0;
	ok = fstat(fd, &s) == 0 && s.st_size <= FILE_MAX &&
	    pwrite(fd, zeros, (size_t)s.st_size, 0) == s.st_size &&
	    fsync(fd) == 0;
	(void)close(fd);
	return ok;
}

enum status
key_file_erase(const char *path, struct diag *d)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return diag_set(d, ST_NOTFOUND, "", "",
		    "There is no key file %.200s; it was erased before, or "
		    "never made.",
		    path);
	if (!overwrite(path) || unlink(path) != 0 ||
	    file_sync_parent(path) != ST_OK)
		return diag_set(d, ST_IO, "", "",
		    "Erasing the key file %.200s failed: %s.", path,
		    strerror(errno));
	return ST_OK;
}
