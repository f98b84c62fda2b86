/* Held requests after the operator's decision; see filing.h. */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "platform/filing_inner.h"
#include "protocol/admission.h"
#include "protocol/doc.h"
#include "protocol/request.h"

/*
 * A request that is held is logged on release.  If it fails a rule by then
 * (its time has passed, say) it stays held and a repeated call says why.
 */
static void
release(struct filing *f, const struct id *id)
{
	struct filing_result out;
	struct diag d = { 0 };
	const char *note;
	enum status st;
	struct buf b;

	buf_init(&b, DOC_MAX + TEXT_MAX + 2);
	if (filing_sql_held(f, id, &b) == ST_OK) {
		note = buf_text(&b);
		st = filing_file(
		    f, note, note + strlen(note) + 1, NULL, 0, &out, &d);
		if (st != ST_OK && st != ST_PENDING)
			log_line(LOG_WARN, "release", "status=%s detail=\"%s\"",
			    status_name(st), d.text);
	}
	buf_fini(&b);
}

void
filing_released(struct filing *f, const char *note)
{
	struct doc *doc = NULL;
	struct decision x;
	struct id id;

	if (doc_open(note, strlen(note), f->config.origin, &doc, NULL) != ST_OK)
		return;
	if (strcmp(doc->type, DECISION_TYPE) == 0 &&
	    decision_parse(doc, &x, NULL) == ST_OK &&
	    id_parse(x.subject, &id) == ST_OK) {
		if (strcmp(x.action, "lift") == 0)
			release(f, &id);
		else if (strcmp(x.action, "refuse") == 0 &&
		    filing_sql_unhold(f, &id) != ST_OK)
			log_line(LOG_WARN, "refuse", NULL);
	}
	doc_free(&doc);
}
