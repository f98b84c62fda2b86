/* The lists that a person asks for. */
#include <string.h>

#include "agency/agency.h"
#include "agency/inner.h"
#include "base/diag.h"
#include "store/store.h"

struct list {
	agency_request_each *request;
	agency_submission_each *submission;
	void *arg;
};

static enum status
each_request(const struct row *row, void *arg)
{
	struct list *l = arg;
	struct agency_request_row r = { 0 };

	row_id(row, 0, &r.id);
	r.case_number = row_text_borrow(row, 1);
	r.title = row_text_borrow(row, 2);
	r.state = row_text_borrow(row, 3);
	r.opens = row_int(row, 4);
	r.expires = row_int(row, 5);
	r.ended = row_null(row, 6) ? 0 : row_int(row, 6);
	r.log_index = row_null(row, 7) ? -1 : row_int(row, 7);
	r.submissions = row_int(row, 8);
	return l->request(l->arg, &r);
}

static enum status
list_requests(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT id, case_number, title, state, opens, expires, ended, "
	    "log_index, (SELECT COUNT(*) FROM submission "
	    "WHERE submission.request = request.id) "
	    "FROM request ORDER BY opens, id",
	    NULL, 0, each_request, arg);
}

enum status
agency_request_list(
    struct office *a, agency_request_each *each, void *arg, struct diag *d)
{
	struct list l = { .request = each, .arg = arg };

	(void)d;
	return store_read(a->store, list_requests, &l);
}

static enum status
each_submission(const struct row *row, void *arg)
{
	struct list *l = arg;
	struct agency_submission_row s = { 0 };

	row_id(row, 0, &s.id);
	row_id(row, 1, &s.request);
	s.case_number = row_text_borrow(row, 2);
	s.state = row_text_borrow(row, 3);
	s.problem = row_text_borrow(row, 4);
	s.finding = row_text_borrow(row, 5);
	s.opened = row_bool(row, 6);
	s.items = row_int(row, 7);
	s.bytes = row_int(row, 8);
	return l->submission(l->arg, &s);
}

static enum status
list_submissions(struct tx *tx, void *arg)
{
	return store_query(tx,
	    "SELECT submission.id, submission.request, "
	    "COALESCE((SELECT case_number FROM request "
	    "WHERE request.id = submission.request), ''), submission.state, "
	    "submission.problem, submission.finding_kind, submission.opened, "
	    "(SELECT COUNT(*) FROM item WHERE item.submission = "
	    "submission.id), "
	    "COALESCE((SELECT CAST(SUM(item.size) AS BIGINT) FROM item "
	    "WHERE item.submission = submission.id), 0) "
	    "FROM submission ORDER BY submission.id",
	    NULL, 0, each_submission, arg);
}

enum status
agency_submission_list(
    struct office *a, agency_submission_each *each, void *arg, struct diag *d)
{
	struct list l = { .submission = each, .arg = arg };

	(void)d;
	return store_read(a->store, list_submissions, &l);
}
