#include "media/helper/nal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pre.h"
#include "media/helper/notes.h"

#define AVC_SEI 6
#define HEVC_SEI_PREFIX 39
#define HEVC_SEI_SUFFIX 40

static void
put_unit(struct buf *out, const uint8_t *p, size_t n)
{
	const uint8_t len[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	buf_put(out, len, sizeof(len));
	buf_put(out, p, n);
}

static unsigned
type_of(const struct nal *v, const uint8_t *p)
{
	return v->hevc ? p[0] >> 1 & 0x3fU : p[0] & 0x1fU;
}

static bool
is_sei(const struct nal *v, unsigned type)
{
	return v->hevc ? type == HEVC_SEI_PREFIX || type == HEVC_SEI_SUFFIX
		       : type == AVC_SEI;
}

static bool
is_picture(const struct nal *v, unsigned type)
{
	return v->hevc ? type <= 9 || (type >= 16 && type <= 21)
		       : type >= 1 && type <= 5;
}

/* Parameter sets, delimiters, and the ends of sequence and stream. */
static bool
is_needed(const struct nal *v, unsigned type)
{
	if (v->hevc)
		return type >= 32 && type <= 37;
	return (type >= 7 && type <= 11) || type == 13 || type == 19;
}

/* -- SEI ------------------------------------------------------------------- */

/*
 * Messages that change what is shown: recovery point, frame packing, display
 * orientation, mastering display, light levels, transfer characteristics.
 */
static bool
message_kept(unsigned type)
{
	return type == 6 || type == 45 || type == 47 || type == 137 ||
	    type == 144 || type == 147;
}

static const struct {
	uint8_t uuid[16];
	const char *what;
} known[] = {
	{ { 0x00, 0x5b, 0xc9, 0x3f, 0x2d, 0x71, 0x5e, 0x95, 0xad, 0xa4, 0x79,
	      0x6f, 0x90, 0x87, 0x7a, 0x6f },
	    "the camera's own signature (ONVIF media signing)" },
	{ { 0x53, 0x69, 0x67, 0x6e, 0x65, 0x64, 0x20, 0x56, 0x69, 0x64, 0x65,
	      0x6f, 0x2e, 0x2e, 0x2e, 0x30 },
	    "the camera's own signature (Axis signed video)" },
	{ { 0xdc, 0x45, 0xe9, 0xbd, 0xe6, 0xd9, 0x48, 0xb7, 0x96, 0x2c, 0xd8,
	      0x20, 0xd9, 0x23, 0xee, 0xef },
	    "the encoder's name and settings" },
};

static void
note_message(struct nal *v, unsigned type, const uint8_t *p, size_t n)
{
	char uuid[40];
	size_t i, at = 0;

	if (type == 4) {
		notes_add_data(v->notes, v->where,
		    "registered user data in the video", p, n);
		return;
	}
	if (type != 5 || n < 16) {
		notes_add(v->notes, v->where,
		    "side notes in the video that players do not need", "", 0);
		return;
	}
	for (i = 0; i < NELEMS(known); i++)
		if (memcmp(known[i].uuid, p, 16) == 0) {
			notes_add_data(
			    v->notes, v->where, known[i].what, p + 16, n - 16);
			return;
		}
	for (i = 0; i < 16; i++)
		at += (size_t)snprintf(
		    uuid + at, sizeof(uuid) - at, "%02x", p[i]);
	notes_add(v->notes, v->where, "user data in the video", uuid, at);
}

/* One of a message's two numbers: bytes of 255, and one that is less. */
static bool
number(const uint8_t *p, size_t n, size_t *at, size_t *out)
{
	*out = 0;
	for (; *at < n; (*at)++) {
		*out += p[*at];
		if (p[*at] != 0xff) {
			(*at)++;
			return true;
		}
	}
	return false;
}

/* Take out the bytes that keep start codes from appearing. */
static size_t
unescape(uint8_t *out, const uint8_t *p, size_t n)
{
	size_t i, k = 0, zeros = 0;

	for (i = 0; i < n; i++) {
		if (zeros >= 2 && p[i] == 3) {
			zeros = 0;
			continue;
		}
		zeros = p[i] == 0 ? zeros + 1 : 0;
		out[k++] = p[i];
	}
	return k;
}

static void
escape(struct buf *out, const uint8_t *p, size_t n)
{
	size_t i, zeros = 0;

	for (i = 0; i < n; i++) {
		if (zeros >= 2 && p[i] <= 3) {
			buf_putc(out, 3);
			zeros = 0;
		}
		zeros = p[i] == 0 ? zeros + 1 : 0;
		buf_putc(out, (char)p[i]);
	}
}

/* The messages of an SEI unit that are kept, or nothing. */
static enum status
sei(struct nal *v, const uint8_t *p, size_t n, struct buf *out)
{
	size_t header = v->hevc ? 2 : 1, at = 0, start, type, size, raw_n;
	struct buf kept;
	uint8_t *raw;
	enum status st;

	if (n <= header)
		return ST_OK;
	if ((raw = malloc(n)) == NULL)
		return ST_NOMEM;
	buf_init(&kept, n + 16);
	raw_n = unescape(raw, p + header, n - header);
	/* The last byte is the stop bit, alone. */
	while (at + 2 < raw_n) {
		start = at;
		if (!number(raw, raw_n, &at, &type) ||
		    !number(raw, raw_n, &at, &size) || size > raw_n - at)
			break;
		if (message_kept((unsigned)type))
			buf_put(&kept, raw + start, at + size - start);
		else
			note_message(v, (unsigned)type, raw + at, size);
		at += size;
	}
	st = buf_status(&kept);
	if (st == ST_OK && kept.n > 0) {
		struct buf unit;

		buf_putc(&kept, (char)0x80);
		buf_init(&unit, 2 * n + 64);
		buf_put(&unit, p, header);
		escape(&unit, kept.p, kept.n);
		if ((st = buf_status(&unit)) == ST_OK)
			put_unit(out, unit.p, unit.n);
		buf_fini(&unit);
	}
	buf_fini(&kept);
	free(raw);
	return st;
}

/* -- samples --------------------------------------------------------------- */

enum status
nal_sample(struct nal *v, const uint8_t *p, size_t n, struct buf *out)
{
	size_t before = out->n, at, len, i, header = v->hevc ? 2 : 1;
	bool picture = false;
	unsigned type;
	enum status st = ST_OK;

	for (at = 0; st == ST_OK && at < n; at += len) {
		len = 0;
		for (i = 0; i < v->length_size && at < n; i++)
			len = len << 8 | p[at++];
		if (i < v->length_size || len > n - at) {
			notes_add(v->notes, v->where,
			    "bytes that are no part of a picture", "", 0);
			break;
		}
		if (len < header)
			continue;
		type = type_of(v, p + at);
		if (is_sei(v, type))
			st = sei(v, p + at, len, out);
		else if (is_picture(v, type) || is_needed(v, type)) {
			put_unit(out, p + at, len);
			picture |= is_picture(v, type);
		} else
			notes_add(v->notes, v->where,
			    "units in the video that players do not need", "",
			    0);
	}
	if (st != ST_OK || (st = buf_status(out)) != ST_OK)
		return st;
	if (!picture)
		out->n = before;
	return ST_OK;
}

/* -- avcC and hvcC --------------------------------------------------------- */

struct cursor {
	const uint8_t *p;
	size_t n;
	bool short_of; /* something was to be read that is not there */
};

static const uint8_t *
take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (n > c->n) {
		c->short_of = true;
		return NULL;
	}
	c->p += n;
	c->n -= n;
	return p;
}

static unsigned
take8(struct cursor *c)
{
	const uint8_t *p = take(c, 1);

	return p == NULL ? 0 : p[0];
}

static unsigned
take16(struct cursor *c)
{
	const uint8_t *p = take(c, 2);

	return p == NULL ? 0 : (unsigned)p[0] << 8 | p[1];
}

/* Copy count parameter sets of one type; *kept says how many there were. */
static void
copy_sets(struct nal *v, struct cursor *c, unsigned count, unsigned type,
    struct buf *out, unsigned *kept)
{
	const uint8_t *p;
	unsigned len;

	*kept = 0;
	while (count-- > 0 && !c->short_of) {
		len = take16(c);
		p = take(c, len);
		if (p == NULL || len == 0 || type_of(v, p) != type)
			continue;
		buf_putc(out, (char)(len >> 8));
		buf_putc(out, (char)len);
		buf_put(out, p, len);
		(*kept)++;
	}
}

static void
avc_config(struct nal *v, struct cursor *c, struct buf *out)
{
	const uint8_t *head = take(c, 5), *p;
	unsigned kept, profile;
	size_t at;

	if (head == NULL)
		return;
	profile = head[1];
	v->length_size = (head[4] & 3U) + 1;
	buf_put(out, head, 4);
	buf_putc(out, (char)0xff); /* lengths of 4 bytes */
	at = out->n;
	buf_putc(out, 0);
	copy_sets(v, c, take8(c) & 0x1fU, 7, out, &kept);
	if (buf_status(out) == ST_OK)
		out->p[at] = (uint8_t)(0xe0U | kept);
	at = out->n;
	buf_putc(out, 0);
	copy_sets(v, c, take8(c), 8, out, &kept);
	if (buf_status(out) == ST_OK)
		out->p[at] = (uint8_t)kept;
	/* Profiles with more than 8-bit 4:2:0 say so here (5.3.3.1.2). */
	if ((profile == 100 || profile == 110 || profile == 122 ||
		profile == 144) &&
	    !c->short_of && c->n >= 4) {
		p = take(c, 3);
		buf_put(out, p, 3);
		at = out->n;
		buf_putc(out, 0);
		copy_sets(v, c, take8(c), 13, out, &kept);
		if (buf_status(out) == ST_OK)
			out->p[at] = (uint8_t)kept;
	}
}

static void
hevc_config(struct nal *v, struct cursor *c, struct buf *out)
{
	const uint8_t *head = take(c, 22);
	unsigned arrays, done = 0, kept, flags;
	size_t at, start;

	if (head == NULL)
		return;
	v->length_size = (head[21] & 3U) + 1;
	buf_put(out, head, 21);
	buf_putc(out, (char)(head[21] | 3));
	at = out->n;
	buf_putc(out, 0);
	for (arrays = take8(c); arrays > 0 && !c->short_of; arrays--) {
		start = out->n;
		flags = take8(c);
		buf_putc(out, (char)flags);
		buf_putc(out, 0);
		buf_putc(out, 0);
		copy_sets(v, c, take16(c), flags & 0x3f, out, &kept);
		if (buf_status(out) != ST_OK)
			return;
		if ((flags & 0x3f) < 32 || (flags & 0x3f) > 34 || kept == 0) {
			out->n = start; /* SEI, or nothing */
			if (kept > 0)
				notes_add(v->notes, v->where,
				    "user data beside the video's settings", "",
				    0);
			continue;
		}
		out->p[start + 1] = (uint8_t)(kept >> 8);
		out->p[start + 2] = (uint8_t)kept;
		done++;
	}
	if (buf_status(out) == ST_OK)
		out->p[at] = (uint8_t)done;
}

enum status
nal_config(
    struct nal *v, const uint8_t *p, size_t n, struct buf *out, struct diag *d)
{
	struct cursor c = { p, n, false };

	if (n < 7 || p[0] != 1)
		return diag_set(d, ST_INVALID, "", "",
		    "The video's settings are not stored as they should be.");
	if (v->hevc)
		hevc_config(v, &c, out);
	else
		avc_config(v, &c, out);
	if (c.short_of || v->length_size == 3)
		return diag_set(
		    d, ST_INVALID, "", "", "The video's settings are damaged.");
	return buf_status(out);
}
