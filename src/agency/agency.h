/*
 * agency: the agency's side: what it asks, and the locker that receives,
 * checks, keeps and exports what people share.
 *
 * One agency is one data directory: DIR/agency.db (SQL), DIR/keys (keyd's
 * store), DIR/uploads (ciphertext under way) and DIR/items (what was shared).
 * Several processes may have it open at once, one of them serving: a request
 * that is published on the command line counts in the running locker.
 * struct office is such a directory, open (struct agency is the document,
 * protocol/admission.h).
 *
 * Call agency_open() and agency_start() from the main thread, before other
 * threads are made: the process that holds the keys ends with the thread
 * that started it.  All else may be called from any thread.
 */
#ifndef AGENCY_AGENCY_H
#define AGENCY_AGENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/status.h"

struct office;
struct diag;
struct note_key;

/*
 * Make the data directory: database, key store, the note key of the agency
 * and that of its locker (both names are those of the keys).  origin is the
 * log's.  Repeated with the same names it makes what is missing and gives the
 * same keys; with other names it is ST_CONFLICT.  Returns ST_OK, ST_CONFLICT,
 * ST_INVALID (a name), or what storage and keyd return.
 */
enum status agency_init(const char *dir, const char *agency_name,
    const char *locker_name, const char *origin, struct note_key *agency_key,
    struct note_key *locker_key, struct diag *d) NODISCARD;

/*
 * Open a data directory that was made, for the functions below.  trust_path
 * is the trust file; platform_url ("http://...", no slash at its end) may be
 * NULL where nothing is filed or fetched.
 */
enum status agency_open(const char *dir, const char *trust_path,
    const char *platform_url, struct office **out, struct diag *d) NODISCARD;
void agency_close(struct office **a);

/* -- requests -------------------------------------------------------------- */

/* What the platform said to a note that was filed. */
struct agency_filed {
	struct id request;
	uint64_t index;  /* log number; valid on ST_OK and ST_PENDING */
	char rule[32];   /* ST_HELD: the rule that holds it, or "" */
	int64_t by;      /* ST_HELD: until when the operator decides */
	int64_t proof_s; /* ST_OK: the time of the checkpoint that proves it */
};

/*
 * Make a request out of the n bytes of JSON that a person wrote:
 *
 *	{"case":"24-117","incident":"burglary",
 *	 "area":{GeoJSON Polygon},
 *	 "from":"2026-11-29T22:00:00Z","until":"2026-11-30T02:00:00Z",
 *	 "opens":time (now), "expires":time (opens + 7 days),
 *	 "urgent":bool (false), "on_behalf_of":[names] (none),
 *	 "text":{"language":"en","title":"...","details":"...",
 *	         "translations":[{"language","title","details"}] (none),
 *	         "contact":{"unit":"...","telephone":"..."}}}
 *
 * with the defaults in brackets, and store it: id, salt and the request's own
 * age identity are made here, agency and locker sign.  Nothing is sent yet.
 * The same bytes again give the same request, unless the platform refused it.
 * Returns ST_OK; ST_INVALID, naming the field; or what storage and keyd say.
 */
enum status agency_request_make(struct office *a, const void *json, size_t n,
    struct id *out, struct diag *d) NODISCARD;

/*
 * File the request at the platform, wait up to wait_s seconds for its proof,
 * check that and keep it.  May be repeated at any time: the same bytes are
 * filed, and a request that has its proof is ST_OK at once.  Returns ST_OK;
 * ST_PENDING (logged, not cosigned yet: repeat); ST_HELD; ST_NOTFOUND;
 * ST_PEER; or the status of the platform's refusal with its problem in d.
 */
enum status agency_request_publish(struct office *a, const struct id *id,
    unsigned wait_s, struct agency_filed *out, struct diag *d) NODISCARD;

/*
 * End the request: reason is "resolved" or "withdrawn".  The end is stored,
 * then filed as above; a repeat files the same bytes.  From then on no new
 * upload counts; a day later what was sealed to the request can be read no
 * more.
 */
enum status
agency_request_end(struct office *a, const struct id *id, const char *reason,
    unsigned wait_s, struct agency_filed *out, struct diag *d) NODISCARD;

struct agency_request_row {
	struct id id;
	const char *case_number, *title;
	/* "made", "pending", "held", "refused", "logged" */
	const char *state;
	int64_t opens, expires;
	int64_t ended;     /* 0: not ended */
	int64_t log_index; /* -1: not known */
	int64_t submissions;
};

typedef enum status
agency_request_each(void *arg, const struct agency_request_row *row);

/* Call each for every request, in the order of opens. */
enum status agency_request_list(struct office *a, agency_request_each *each,
    void *arg, struct diag *d) NODISCARD;

/* -- what was shared ------------------------------------------------------- */

struct agency_submission_row {
	struct id id, request;
	const char *case_number;
	const char *state;   /* "received", "refused", "withdrawn" */
	const char *problem; /* why refused, or "" */
	const char *finding; /* "unchanged", ..., or "" while checks run */
	bool opened;
	int64_t items, bytes;
};

typedef enum status
agency_submission_each(void *arg, const struct agency_submission_row *row);

/* Call each for every submission, in no order that tells anything. */
enum status agency_submission_list(struct office *a,
    agency_submission_each *each, void *arg, struct diag *d) NODISCARD;

/*
 * Export a submission as the package file out_path, which must not be there
 * yet (docs/protocol.md, "Package").  receiver is the class of who gets it,
 * one of
 * package_receivers (evidence/package.h); basis the legal basis in a person's words, 1 to 400
 * bytes.  From here on the submission counts as opened, and the export stands
 * in the custody of each item.  Returns ST_OK; ST_NOTFOUND; ST_CONFLICT (the
 * file is there, or the submission is not one that can be exported:
 * "not-received", "not-inspected"); ST_INVALID (receiver, basis); ST_STALE
 * ("notes-missing": the agency's own notes could not be fetched yet); or what
 * storage and keyd say.
 */
enum status agency_package(struct office *a, const struct id *submission,
    const char *receiver, const char *basis, const char *out_path,
    struct diag *d) NODISCARD;

/* -- serving --------------------------------------------------------------- */

struct agency_config {
	const char *dir, *trust_path, *platform_url;
	/* Numeric addresses; NULL: 127.0.0.1.  Port 0: a free one. */
	const char *relay_address; /* the locker's side, for relays */
	uint16_t relay_port;
	const char *officer_address; /* the portal's side, for officers */
	uint16_t officer_port;
};

/*
 * Open the data directory, listen at both, and start the threads that open
 * uploads and keep house.  One process at a time serves a directory: another
 * is ST_CONFLICT.  End it with agency_stop().
 */
enum status agency_start(const struct agency_config *config,
    struct office **out, struct diag *d) NODISCARD;

uint16_t agency_port_relay(const struct office *a);
uint16_t agency_port_officers(const struct office *a);

/* Take no new calls, finish the step in hand, free *a.  NULL is fine. */
void agency_stop(struct office **a);

#endif /* !AGENCY_AGENCY_H */
