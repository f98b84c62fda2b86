#include "evidence/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "evidence/custody.h"
#include "evidence/report_style.h"
#include "geo/area.h"
#include "protocol/admission.h"
#include "protocol/request.h"
#include "protocol/share.h"

/* -- pieces ---------------------------------------------------------------- */

static void
text(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		default:
			buf_putc(b, *s);
		}
	}
}

static void
element(struct buf *b, const char *tag, const char *s)
{
	buf_printf(b, "<%s>", tag);
	text(b, s);
	buf_printf(b, "</%s>\n", tag);
}

static void
row(struct buf *b, const char *what, const char *value)
{
	buf_puts(b, "<dt>");
	text(b, what);
	buf_puts(b, "</dt><dd>");
	text(b, value);
	buf_puts(b, "</dd>\n");
}

static void
row_time(struct buf *b, const char *what, int64_t t)
{
	char s[CLOCK_TEXT];

	clock_text(t, s);
	s[10] = ' ';
	s[19] = '\0';
	buf_puts(b, "<dt>");
	text(b, what);
	buf_printf(b, "</dt><dd>%s UTC</dd>\n", s);
}

static void
code_row(struct buf *b, const char *what, const void *p, size_t n)
{
	char hex[ENC_HEX(32)];

	enc_hex(p, n, hex);
	buf_puts(b, "<dt>");
	text(b, what);
	buf_printf(b, "</dt><dd><code>%s</code></dd>\n", hex);
}

static void
put_size(struct buf *b, uint64_t n)
{
	char digits[32];
	size_t i, len;

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	len = strlen(digits);
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf_puts(b, "&#8239;");
		buf_putc(b, digits[i]);
	}
	buf_puts(b, " bytes");
}

/* The area in figures: its size, and its corners as the request has them. */
static void
row_area(struct buf *b, const struct geo_area *a)
{
	uint32_t i;

	buf_puts(b, "<dt>Area</dt><dd>");
	buf_printf(b, "%.0f m&#178;, with the corners (latitude, longitude)",
	    area_m2(a));
	for (i = 0; i < a->n; i++)
		buf_printf(b, "%s %.6f,&#160;%.6f", i == 0 ? "" : ";",
		    (double)a->v[i].lat / 1e6, (double)a->v[i].lon / 1e6);
	buf_puts(b, "</dd>\n");
}

/* -- sections -------------------------------------------------------------- */

static void
put_head(const struct report_source *s, struct buf *b)
{
	buf_puts(b,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	buf_puts(b, "Case ");
	text(b, s->request->case_number);
	buf_puts(b, ": footage that was shared</title>\n<style>\n");
	buf_puts(b, report_style);
	buf_puts(b, "</style>\n</head>\n<body>\n<main>\n<header>\n");
	buf_puts(b, "<p class=\"quiet\">");
	text(b,
	    s->agency_note != NULL ? s->agency_note->legal_name
				   : s->agency_name);
	buf_puts(b, "</p>\n<h1>Footage shared in case ");
	text(b, s->request->case_number);
	buf_puts(b, "</h1>\n<p class=\"finding\">");
	text(b, finding_sentence(s->finding->finding));
	buf_puts(b, "</p>\n<p>");
	text(b, finding_limits(s->finding->finding));
	buf_puts(b, "</p>\n</header>\n");
}

static void
put_request(const struct report_source *s, struct buf *b)
{
	const struct request *r = s->request;

	buf_puts(b, "<section>\n<h2>What was asked</h2>\n");
	element(b, "h3", s->text->words.title);
	if (s->text->words.details[0] != '\0')
		element(b, "p", s->text->words.details);
	buf_puts(b, "<dl>\n");
	row(b, "Asked by",
	    s->agency_note != NULL ? s->agency_note->legal_name
				   : s->agency_name);
	row(b, "Case number", r->case_number);
	row(b, "Incident", r->incident);
	row_area(b, &r->area);
	row_time(b, "Footage from", r->from);
	row_time(b, "Footage until", r->until);
	row_time(b, "Shown from", r->opens);
	row_time(b, "Shown until", r->expires);
	row(b, "Contact", s->text->unit);
	row(b, "Telephone", s->text->telephone);
	buf_printf(b,
	    "<dt>Publicly recorded</dt><dd>no. %" PRIu64 " in the log ",
	    s->log_index);
	text(b, s->origin);
	buf_puts(b, "</dd>\n");
	row_time(b, "Provably recorded by", s->proof_s);
	code_row(b, "Request", r->id.b, ID_BYTES);
	buf_puts(b, "</dl>\n</section>\n");
}

static void
put_received(const struct report_source *s, struct buf *b)
{
	char hex[ENC_HEX(32)], t[CLOCK_TEXT];
	size_t i;

	buf_puts(b, "<section>\n<h2>What was received</h2>\n<dl>\n");
	row_time(b, "Received", s->receipt->time);
	row(b, "By", s->locker);
	code_row(b, "Submission", s->receipt->submission.b, ID_BYTES);
	buf_puts(b, "<dt>Sealed upload</dt><dd>");
	put_size(b, (uint64_t)s->receipt->size);
	buf_puts(b, "</dd>\n");
	code_row(b, "SHA-256 of the sealed upload", s->receipt->ciphertext, 32);
	buf_puts(b,
	    "</dl>\n<h3>Clips</h3>\n<table>\n<thead><tr><th>Clip</th>"
	    "<th>From and until, as the sharer gave it</th>"
	    "<th>Size and SHA-256</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < s->n_items; i++) {
		buf_printf(b, "<tr><td>%zu</td><td>", i + 1);
		if (i < s->clips->n) {
			clock_text(s->clips->v[i].start, t);
			buf_printf(b, "%s<br>", t);
			clock_text(s->clips->v[i].end, t);
			buf_printf(b,
			    "%s<br><span class=\"quiet\">%s, "
			    "within %" PRId64 " s</span>",
			    t,
			    strcmp(s->clips->v[i].source, "file") == 0
				? "read from the file"
				: "stated by the sharer",
			    s->clips->v[i].error_s);
		}
		buf_puts(b, "</td><td>");
		put_size(b, s->items[i].size);
		enc_hex(s->items[i].sha256, 32, hex);
		buf_printf(b, "<br><code>%s</code></td></tr>\n", hex);
	}
	buf_puts(b, "</tbody>\n</table>\n<h3>What the sharer said</h3>\n");
	element(b, "p",
	    s->statement[0] != '\0' ? s->statement
				    : "Nothing: the statement is empty.");
	buf_puts(b, "</section>\n");
}

static void
put_checks(const struct report_source *s, struct buf *b)
{
	const struct finding_words *w;
	size_t i;

	buf_puts(b, "<section>\n<h2>What was checked</h2>\n");
	for (i = 0; i < s->finding->n; i++) {
		const struct finding_check *c = &s->finding->checks[i];

		w = finding_words(c->name);
		buf_puts(b, "<div class=\"check\">\n<h3><span class=\"");
		buf_printf(b, "%s\">%s</span> ", c->passed ? "ok" : "bad",
		    c->passed ? "&#10003; Passed" : "&#10007; Failed");
		text(b, w->title);
		if (strncmp(c->name, "readable-", 9) == 0) {
			buf_puts(b, ": clip ");
			text(b, c->name + 9);
		}
		buf_puts(b, "</h3>\n");
		element(b, "p", c->detail);
		buf_puts(b, "<dl>\n");
		row(b, "How", w->how);
		row(b, c->passed ? "Had it failed" : "What it means",
		    w->failed);
		buf_puts(b, "</dl>\n</div>\n");
	}
	buf_puts(b, "</section>\n");
}

static void
put_entry(void *arg, const struct custody_entry *e)
{
	struct buf *b = arg;
	char t[CLOCK_TEXT], id[ID_TEXT];

	clock_text(e->time, t);
	id_text(&e->item, id);
	buf_printf(b, "<tr><td><code>%.8s</code></td><td>%s</td><td>", id, t);
	text(b, e->event);
	buf_puts(b, "</td><td>");
	text(b, e->by);
	buf_puts(b, "</td><td>");
	text(b, e->detail);
	buf_puts(b, "</td></tr>\n");
}

static enum status
put_custody(const struct report_source *s, struct buf *b, struct diag *d)
{
	enum status st;

	buf_puts(b,
	    "<section>\n<h2>Who had it when</h2>\n"
	    "<p>Each line names the one before it by its hash, so that none "
	    "can be changed or taken out without all that follow. That the "
	    "last line is the last is proven only once the locker's sum of "
	    "that day is in the public log; in this package it is <em>not yet "
	    "in the log</em>.</p>\n<table>\n<thead><tr><th>Item</th>"
	    "<th>When</th><th>What</th><th>By</th><th>Detail</th></tr>"
	    "</thead>\n<tbody>\n");
	st = custody_read(s->custody.p, s->custody.n, put_entry, b, d);
	buf_puts(b, "</tbody>\n</table>\n</section>\n");
	return st;
}

static void
put_rest(const struct report_source *s, struct buf *b)
{
	buf_puts(b, "<section>\n<h2>This package</h2>\n<dl>\n");
	row_time(b, "Made", s->time);
	row(b, "For", s->receiver);
	row(b, "Legal basis", s->basis);
	row(b, "Signed by", s->locker);
	buf_puts(b,
	    "</dl>\n</section>\n<section>\n<h2>Check it yourself</h2>\n"
	    "<p>You need this package and a trust file that you got from "
	    "somewhere else: never use one that came with the package.</p>\n"
	    "<pre>porchlight verify --trust TRUST.json PACKAGE.zip</pre>\n"
	    "<p>That needs no network. Each check is named with its result. "
	    "Without our program you can check the bytes by hand, in the "
	    "unpacked folder:</p>\n"
	    "<pre>cd package\n"
	    "sha256sum -c manifest-sha256.txt\n"
	    "sha256sum -c tagmanifest-sha256.txt\n"
	    "sha256sum tagmanifest-sha256.txt</pre>\n"
	    "<p>The last hash is the one in <code>package.note</code>, a C2SP "
	    "signed note. The other formats are published too: BagIt 1.0 (RFC "
	    "8493), C2SP tlog-proof, RFC 9578 passes.</p>\n</section>\n"
	    "<section>\n<h2>What it does not prove</h2>\n<ul>\n"
	    "<li>That a camera saw what the clips show. A file can be made up "
	    "before it is shared.</li>\n"
	    "<li>Who shared it. Sharing is anonymous; no key in here leads to "
	    "a person.</li>\n"
	    "<li>That a time that the sharer gave is right.</li>\n"
	    "<li>That nothing else was shared: the list of submissions to "
	    "this case is as the locker states it.</li>\n"
	    "<li>That the upload as it arrived had the hash that the receipt "
	    "gives: the sealed bytes were erased once they were "
	    "opened. The sharer can show it with the copy they kept.</li>\n"
	    "</ul>\n</section>\n</main>\n</body>\n</html>\n");
}

enum status
report_write(const struct report_source *s, struct buf *b, struct diag *d)
{
	enum status st;

	put_head(s, b);
	put_request(s, b);
	put_received(s, b);
	put_checks(s, b);
	st = put_custody(s, b, d);
	put_rest(s, b);
	return st != ST_OK ? st : buf_status(b);
}
