/* The relay's data directory, its name and its key; see relay.h. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/pre.h"
#include "keyd/keyd.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "relay/inner.h"

static const char *const key_types[] = { RELAY_TYPE };

enum status
relay_path(
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
read_name(const char *dir, char name[NOTE_NAME], struct diag *d)
{
	char path[PATH_MAX];
	struct buf b;
	enum status st;

	buf_init(&b, NOTE_NAME);
	if ((st = relay_path(dir, "name", path, d)) == ST_OK)
		st = file_read(path, &b, NULL);
	if (st == ST_OK && b.n > 0 && b.p[b.n - 1] == '\n')
		b.p[--b.n] = '\0';
	if (st == ST_OK && note_name_check(buf_text(&b)) != ST_OK)
		st = ST_INVALID;
	if (st == ST_OK)
		(void)snprintf(name, NOTE_NAME, "%s", buf_text(&b));
	buf_fini(&b);
	return st;
}

enum status
relay_name(const char *dir, char name[NOTE_NAME], struct diag *d)
{
	enum status st = read_name(dir, name, d);

	if (st == ST_OK)
		return st;
	return diag_set(d, st, "data", "",
	    "This data directory was not set up: run porchlight relay init "
	    "first.");
}

static enum status
write_name(const char *dir, const char *name, struct diag *d)
{
	char path[PATH_MAX], line[NOTE_NAME + 1];
	enum status st;
	int n;

	n = snprintf(line, sizeof(line), "%s\n", name);
	if ((st = relay_path(dir, "name", path, d)) != ST_OK)
		return st;
	return file_create(path, 0644, line, (size_t)n, d);
}

/* The name that dir has: name, now or before. */
static enum status
claim(const char *dir, const char *name, struct diag *d)
{
	char is[NOTE_NAME];
	enum status st;

	if ((st = file_mkdir(dir, d)) != ST_OK)
		return st;
	if ((st = read_name(dir, is, d)) == ST_NOTFOUND)
		return write_name(dir, name, d);
	if (st == ST_OK && strcmp(is, name) != 0)
		return diag_set(d, ST_CONFLICT, "name", is,
		    "This data directory belongs to the relay %.200s.", is);
	return st;
}

static enum status
open_keyd(const char *dir, struct keyd **out, struct diag *d)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = relay_path(dir, "keys", path, d)) != ST_OK)
		return st;
	return keyd_start(NULL, path, KEYD_SIGNING, out, d);
}

enum status
relay_init(
    const char *dir, const char *name, struct note_key *out, struct diag *d)
{
	struct keyd *k = NULL;
	enum status st;

	if (note_name_check(name) != ST_OK || strlen(name) > KEYD_NAME_MAX)
		return diag_set(d, ST_INVALID, "name", "1 to 127 bytes",
		    "A relay's name has no spaces and no plus.");
	if ((st = claim(dir, name, d)) != ST_OK ||
	    (st = open_keyd(dir, &k, d)) != ST_OK)
		return st;
	if ((st = keyd_note_key(k, name, out, NULL)) == ST_NOTFOUND)
		st = keyd_create_note_key(
		    k, name, key_types, NELEMS(key_types), out, d);
	keyd_stop(&k);
	return st;
}

enum status
relay_note(const char *dir, const char *origin, const char *url, struct buf *b,
    struct diag *d)
{
	struct relay body = { .time = clock_now(), .url = url };
	char name[NOTE_NAME];
	struct keyd *k = NULL;
	struct buf text, line;
	enum status st;

	buf_init(&text, DOC_ENTRY_MAX);
	buf_init(&line, DOC_ENTRY_MAX);
	body.name = name;
	if ((st = relay_name(dir, name, d)) != ST_OK ||
	    (st = open_keyd(dir, &k, d)) != ST_OK ||
	    (st = keyd_note_key(k, name, &body.key, d)) != ST_OK ||
	    (st = doc_text(relay_json(&body), RELAY_TYPE, origin, &text)) !=
		ST_OK ||
	    (st = keyd_sign(k, name, text.p, text.n, &line, d)) != ST_OK)
		goto done;
	buf_put(b, text.p, text.n);
	buf_putc(b, '\n');
	buf_put(b, line.p, line.n);
	st = buf_status(b);
done:
	keyd_stop(&k);
	buf_fini(&text);
	buf_fini(&line);
	return st;
}
