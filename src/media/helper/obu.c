#include "media/helper/obu.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"
#include "media/helper/notes.h"

enum {
	OBU_SEQUENCE = 1,
	OBU_DELIMITER = 2,
	OBU_FRAME_HEADER = 3,
	OBU_METADATA = 5,
	OBU_TILE_LIST = 8
};

struct obu {
	unsigned type;
	const uint8_t *p; /* the whole unit */
	size_t n;
	const uint8_t *body;
	size_t body_n;
};

static bool
leb128(const uint8_t *p, size_t n, size_t *at, size_t *out)
{
	unsigned shift = 0;

	for (*out = 0; *at < n && shift < 35; shift += 7) {
		*out |= (size_t)(p[*at] & 0x7f) << shift;
		if ((p[(*at)++] & 0x80) == 0)
			return true;
	}
	return false;
}

static bool
next(const uint8_t **p, size_t *n, struct obu *u)
{
	size_t at = 1, len;

	if (*n == 0 || ((*p)[0] & 0x80) != 0)
		return false;
	u->type = (*p)[0] >> 3 & 0xfU;
	if (((*p)[0] & 4) != 0)
		at++; /* extension header */
	len = *n - (at < *n ? at : *n);
	if (((*p)[0] & 2) != 0 && !leb128(*p, *n, &at, &len))
		return false;
	if (at > *n || len > *n - at)
		return false;
	u->p = *p;
	u->n = at + len;
	u->body = *p + at;
	u->body_n = len;
	*p += u->n;
	*n -= u->n;
	return true;
}

/* Content light level and mastering display are of type 1 and 2. */
static bool
kept(const struct obu *u)
{
	if (u->type == OBU_METADATA)
		return u->body_n > 0 && (u->body[0] == 1 || u->body[0] == 2);
	return u->type == OBU_SEQUENCE ||
	    (u->type >= OBU_FRAME_HEADER && u->type <= OBU_TILE_LIST);
}

enum status
obu_config(const uint8_t *p, size_t n, struct buf *out, struct diag *d)
{
	struct obu u;

	if (n < 4 || p[0] != 0x81)
		return diag_set(
		    d, ST_INVALID, "", "", "The video's settings are damaged.");
	buf_put(out, p, 4);
	for (p += 4, n -= 4; next(&p, &n, &u);)
		if (u.type == OBU_SEQUENCE)
			buf_put(out, u.p, u.n);
	return buf_status(out);
}

enum status
obu_sample(const uint8_t *p, size_t n, struct buf *out, const char *where,
    struct notes *notes)
{
	bool picture = false;
	size_t before = out->n;
	struct obu u;

	while (next(&p, &n, &u)) {
		if (kept(&u)) {
			buf_put(out, u.p, u.n);
			picture |= u.type != OBU_SEQUENCE &&
			    u.type != OBU_METADATA;
		} else if (u.type != OBU_DELIMITER)
			notes_add_data(notes, where, "user data in the video",
			    u.body, u.body_n);
	}
	if (!picture && buf_status(out) == ST_OK)
		out->n = before;
	return buf_status(out);
}
