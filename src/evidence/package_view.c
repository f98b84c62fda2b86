#include "evidence/package_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/pre.h"
#include "evidence/package_form.h"
#include "evidence/zip.h"
#include "protocol/doc.h"

#define ARENA_MAX ((size_t)8 << 20)

static const char *const names[VIEW_DOCS] = {
	[VIEW_BAGIT] = PACKAGE_BAGIT_NAME,
	[VIEW_MANIFEST] = PACKAGE_MANIFEST,
	[VIEW_TAGS] = PACKAGE_TAGS,
	[VIEW_NOTE] = PACKAGE_NOTE,
	[VIEW_SHARE] = "data/share.note",
	[VIEW_SHARE_MANIFEST] = "data/share-manifest-sha256.txt",
	[VIEW_CLIPS] = "data/clips.json",
	[VIEW_STATEMENT] = "data/statement.json",
	[VIEW_RECEIPT] = "data/receipt.note",
	[VIEW_FINDING] = "data/finding.json",
	[VIEW_CUSTODY] = "data/custody.jsonl",
	[VIEW_SUBMISSIONS] = "data/submissions.json",
	[VIEW_REQUEST] = "data/request.note",
	[VIEW_TEXT] = "data/request.text.json",
	[VIEW_REQUEST_PROOF] = "data/request.proof",
	[VIEW_REPORT] = "data/report.html",
	[VIEW_DIRECTORY] = "data/notes/directory.note",
	[VIEW_DIRECTORY_PROOF] = "data/notes/directory.proof",
	[VIEW_POLICY] = "data/notes/policy.note",
	[VIEW_POLICY_PROOF] = "data/notes/policy.proof",
	[VIEW_PARTNER] = "data/notes/partner.note",
	[VIEW_PARTNER_PROOF] = "data/notes/partner.proof",
	[VIEW_AGENCY] = "data/notes/agency.note",
	[VIEW_AGENCY_PROOF] = "data/notes/agency.proof",
};

const char *
package_view_name(enum view_doc doc)
{
	return names[doc];
}

/* Read a document; what is absent or too large stays without `have`. */
static enum status
load(struct package_view *v, enum view_doc doc)
{
	char name[ZIP_NAME_MAX + 1];
	const struct zip_member *m;
	uint8_t *p;

	buf_init(&v->docs[doc], PACKAGE_DOCUMENT_MAX);
	(void)snprintf(name, sizeof(name), PACKAGE_FOLDER "%s", names[doc]);
	m = zip_find(v->zip, name);
	if (m == NULL || m->size > PACKAGE_DOCUMENT_MAX)
		return ST_OK;
	if (m->size > 0) {
		p = buf_extend(&v->docs[doc], (size_t)m->size);
		if (p == NULL)
			return ST_NOMEM;
		if (zip_read(v->zip, m, 0, p, (size_t)m->size) != ST_OK)
			return ST_IO;
	}
	v->have[doc] = true;
	return ST_OK;
}

enum status
package_view_open(struct package_view *v, const char *path, struct diag *d)
{
	char name[64];
	enum status st;
	int i;

	if ((v->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return diag_set(d, errno == ENOENT ? ST_NOTFOUND : ST_IO,
		    "package", "", "%.200s cannot be read: %s.", path,
		    strerror(errno));
	if ((v->arena = arena_new(ARENA_MAX)) == NULL)
		return ST_NOMEM;
	if ((st = zip_open_fd(v->fd, &v->zip, d)) != ST_OK)
		return st;
	for (i = 0; i < VIEW_DOCS; i++)
		if ((st = load(v, (enum view_doc)i)) != ST_OK)
			return st;
	for (i = 0; i < PACKAGE_ITEMS_MAX; i++) {
		(void)snprintf(name, sizeof(name),
		    PACKAGE_FOLDER "data/items/%d.mp4", i + 1);
		if ((v->items[i] = zip_find(v->zip, name)) == NULL)
			break;
	}
	v->n_items = (size_t)i;
	return ST_OK;
}

void
package_view_close(struct package_view *v)
{
	int i;

	for (i = 0; i < VIEW_DOCS; i++)
		buf_fini(&v->docs[i]);
	proved_fini(&v->directory_note);
	proved_fini(&v->policy_note);
	proved_fini(&v->partner_note);
	proved_fini(&v->agency_note);
	proved_fini(&v->request_note);
	doc_free(&v->package_doc);
	doc_free(&v->share_doc);
	doc_free(&v->receipt_doc);
	arena_free(&v->arena);
	zip_close(&v->zip);
	if (v->fd >= 0)
		(void)close(v->fd);
	v->fd = -1;
}

/* -- what a check says ----------------------------------------------------- */

#define SAY(verdict)                                        \
	va_list ap;                                         \
	va_start(ap, fmt);                                  \
	(void)vsnprintf(v->said, sizeof(v->said), fmt, ap); \
	va_end(ap);                                         \
	return verdict

enum package_verdict
package_view_pass(struct package_view *v, const char *fmt, ...)
{
	SAY(PACKAGE_PASSED);
}

enum package_verdict
package_view_fail(struct package_view *v, const char *fmt, ...)
{
	SAY(PACKAGE_FAILED);
}

enum package_verdict
package_view_skip(struct package_view *v, const char *fmt, ...)
{
	SAY(PACKAGE_UNCHECKED);
}

enum package_verdict
package_view_why(struct package_view *v)
{
	return package_view_fail(v, "%s",
	    v->why.text[0] != '\0' ? v->why.text
				   : "It is not in the form it must have.");
}
