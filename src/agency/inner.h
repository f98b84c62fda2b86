/*
 * inner: what an open agency is made of; for this folder alone.
 *
 * Everything here is set before the first thread starts and then only read,
 * but for what lies below `lock`.
 */
#ifndef AGENCY_INNER_H
#define AGENCY_INNER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "agency/agency.h"
#include "crypto/note.h"
#include "protocol/directory.h"
#include "tlog/trust.h"

#define AGENCY_DAY 86400
#define AGENCY_UPLOAD_S AGENCY_DAY /* how long an upload may take */

struct blob_dir;
struct doc;
struct httpc;
struct httpd;
struct keyd;
struct store;

struct office {
	char *dir, *name, *locker, *origin;
	char *url; /* the platform's; NULL: none */
	struct trust trust;
	struct note_key key, locker_key;
	struct store *store;
	struct keyd *keyd;
	struct blob_dir *uploads, *items;
	struct httpc *http;

	/* Of one that serves. */
	int serving; /* the lock file's descriptor, or -1 */
	struct httpd *relay_side, *officer_side;
	pthread_t intake, house;
	bool intake_runs, house_runs;

	pthread_mutex_t lock;
	pthread_cond_t work; /* for intake */
	pthread_cond_t tick; /* for house */
	bool stop;
	bool complete; /* some upload is: intake looks */
	bool letters;  /* there is a recipient whose identity is ours */

	/* The directory last verified, under directory_lock. */
	pthread_mutex_t directory_lock;
	struct doc *directory_doc;
	struct directory directory;
	char *directory_proof;
	int64_t directory_s; /* when it was fetched; 0: never */
};

/* Where a store function reports: what it needs, and the diag. */
#define AGENCY_PATH 4096

#endif /* !AGENCY_INNER_H */
