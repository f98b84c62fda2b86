/*
 * package_view: a package as its verifier reads it: each document's bytes,
 * and what the checks so far have made of them.  For package_*.c alone.
 *
 * A check may use what an earlier one has set, and only if its flag is set:
 * nothing that has not been verified is believed.
 */
#ifndef EVIDENCE_PACKAGE_VIEW_H
#define EVIDENCE_PACKAGE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "evidence/custody.h"
#include "evidence/finding.h"
#include "evidence/package.h"
#include "protocol/admission.h"
#include "protocol/directory.h"
#include "protocol/proved.h"
#include "protocol/request.h"
#include "protocol/share.h"

struct arena;
struct zip;
struct zip_member;

enum view_doc {
	VIEW_BAGIT,
	VIEW_MANIFEST,
	VIEW_TAGS,
	VIEW_NOTE,
	VIEW_SHARE,
	VIEW_SHARE_MANIFEST,
	VIEW_CLIPS,
	VIEW_STATEMENT,
	VIEW_RECEIPT,
	VIEW_FINDING,
	VIEW_CUSTODY,
	VIEW_SUBMISSIONS,
	VIEW_REQUEST,
	VIEW_TEXT,
	VIEW_REQUEST_PROOF,
	VIEW_REPORT,
	VIEW_DIRECTORY,
	VIEW_DIRECTORY_PROOF,
	VIEW_POLICY,
	VIEW_POLICY_PROOF,
	VIEW_PARTNER,
	VIEW_PARTNER_PROOF,
	VIEW_AGENCY,
	VIEW_AGENCY_PROOF,
	VIEW_DOCS
};

struct package_view {
	const struct trust *trust;
	int64_t now;
	int fd;
	struct zip *zip;
	struct arena *arena;
	struct buf docs[VIEW_DOCS];
	bool have[VIEW_DOCS];
	size_t n_items;
	const struct zip_member *items[PACKAGE_ITEMS_MAX];

	/* What a check says. */
	char said[700];
	struct diag why;

	bool manifest_ok; /* every file is the one that the list names */
	uint8_t item_hash[PACKAGE_ITEMS_MAX][32];
	uint8_t tags_hash[32];

	struct proved directory_note, policy_note, partner_note, agency_note,
	    request_note;
	struct doc *package_doc, *share_doc, *receipt_doc;
	bool directory_ok, partner_ok, agency_ok, request_ok, package_ok,
	    share_ok, pass_ok, items_ok, receipt_ok, text_ok;
	struct directory directory;
	struct partner partner;
	struct agency agency;
	struct request request;
	struct package package;
	struct share share;
	struct receipt receipt;
	struct text text;
	struct finding finding;
	struct custody_item custody[PACKAGE_ITEMS_MAX];
	size_t n_custody;
};

/*
 * Open the package at path.  ST_OK; ST_NOTFOUND or ST_IO where there is no
 * file to read; ST_INVALID, described in d, where it is no package's zip.
 */
enum status package_view_open(
    struct package_view *v, const char *path, struct diag *d) NODISCARD;
void package_view_close(struct package_view *v);

/* The name of a document below package/. */
const char *package_view_name(enum view_doc doc);

/* Set what a check says, and return the verdict. */
enum package_verdict package_view_pass(
    struct package_view *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum package_verdict package_view_fail(
    struct package_view *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum package_verdict package_view_skip(
    struct package_view *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fail with what v->why says. */
enum package_verdict package_view_why(struct package_view *v);

/* The checks, each in words of its own in v->said. */
typedef enum package_verdict package_view_check(struct package_view *v);
package_view_check package_files_whole, package_files_known, package_files_list,
    package_files_tags;
package_view_check package_notes_directory, package_notes_partner,
    package_notes_agency, package_notes_policy, package_notes_request,
    package_notes_text, package_notes_package, package_notes_receipt,
    package_notes_submissions;
package_view_check package_shared_share, package_shared_pass,
    package_shared_items, package_shared_said, package_shared_finding,
    package_shared_custody, package_shared_log;

#endif /* !EVIDENCE_PACKAGE_VIEW_H */
