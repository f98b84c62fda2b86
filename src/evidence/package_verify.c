#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pre.h"
#include "evidence/package_view.h"

static const struct {
	const char *name, *title;
	package_view_check *check;
} checks[] = {
	{ "whole", "The file is whole", package_files_whole },
	{ "contents", "It holds what a package holds, and nothing else",
	    package_files_known },
	{ "list", "Every file is the one that the list names",
	    package_files_list },
	{ "list-of-lists", "The list is the one that is signed for",
	    package_files_tags },
	{ "directory", "The platform's directory is in the public log",
	    package_notes_directory },
	{ "partner", "The partner that attests the agency is in the log",
	    package_notes_partner },
	{ "agency", "The agency is in the log", package_notes_agency },
	{ "policy", "The policy is in the log", package_notes_policy },
	{ "request", "The request is in the log", package_notes_request },
	{ "text", "The request's text is the signed one", package_notes_text },
	{ "package", "The locker signed for this package",
	    package_notes_package },
	{ "share", "The sharer signed what was sent", package_shared_share },
	{ "pass", "The sharer has an account", package_shared_pass },
	{ "items", "The clips are those that were sent", package_shared_items },
	{ "said", "Times and statement are the sharer's", package_shared_said },
	{ "receipt", "The locker signed a receipt", package_notes_receipt },
	{ "finding", "The finding follows from what is here",
	    package_shared_finding },
	{ "custody", "The custody list is unbroken", package_shared_custody },
	{ "custody-log", "The custody list is covered by the public log",
	    package_shared_log },
	{ "submissions", "All submissions to the case are listed",
	    package_notes_submissions },
};

static void
tell(struct package_view *v, struct package_summary *sum, size_t i,
    enum package_verdict verdict, package_check *check, void *arg)
{
	sum->passed += verdict == PACKAGE_PASSED;
	sum->failed += verdict == PACKAGE_FAILED;
	sum->unchecked += verdict == PACKAGE_UNCHECKED;
	if (check != NULL)
		check(arg, checks[i].name, checks[i].title, verdict, v->said);
}

static void
sum_up(const struct package_view *v, struct package_summary *s)
{
	if (v->package_ok) {
		s->submission = v->package.submission;
		s->request = v->package.request;
		s->time = v->package.time;
	}
	if (v->agency_ok) {
		(void)snprintf(
		    s->agency, sizeof(s->agency), "%s", v->agency.name);
		(void)snprintf(
		    s->locker, sizeof(s->locker), "%s", v->agency.locker.name);
	}
	if (v->request_ok)
		(void)snprintf(s->case_number, sizeof(s->case_number), "%s",
		    v->request.case_number);
	if (v->finding.finding != NULL)
		(void)snprintf(
		    s->finding, sizeof(s->finding), "%s", v->finding.finding);
}

enum status
package_verify(const char *path, const struct trust *trust,
    package_check *check, void *arg, int64_t now_s, struct package_summary *out,
    struct diag *d)
{
	struct package_view *v = calloc(1, sizeof(*v));
	struct package_summary sum = { 0 };
	enum status st;
	size_t i;

	if (v == NULL)
		return ST_NOMEM;
	v->trust = trust;
	v->now = now_s;
	v->fd = -1;
	st = package_view_open(v, path, &v->why);
	if (st == ST_INVALID) {
		tell(v, &sum, 0, package_view_why(v), check, arg);
		goto done;
	}
	if (st != ST_OK) {
		if (d != NULL)
			*d = v->why;
		goto done;
	}
	for (i = 0; i < NELEMS(checks); i++) {
		v->why = (struct diag){ 0 };
		v->said[0] = '\0';
		tell(v, &sum, i, checks[i].check(v), check, arg);
	}
	sum_up(v, &sum);
done:
	if (sum.failed > 0)
		st = diag_set(d, ST_SIGNATURE, "package", "",
		    "%zu of the checks failed: this package is not what it "
		    "says it is.",
		    sum.failed);
	if (out != NULL)
		*out = sum;
	package_view_close(v);
	free(v);
	return st;
}
