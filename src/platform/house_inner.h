/* What the house's own files share; see house.h. */
#ifndef PLATFORM_HOUSE_INNER_H
#define PLATFORM_HOUSE_INNER_H

#include <pthread.h>
#include <stdbool.h>

#include "platform/house.h"

struct httpd_body;

struct house {
	struct house_config config;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* stop, woken */
	pthread_cond_t changed;
	bool stop, woken;

	/* The thread's own. */
	bool filed;          /* there is a directory in the log */
	uint64_t index;      /* its log number */
	uint64_t served;     /* of the one that is served, if bodies are */
	int64_t time, epoch; /* when it was made; the week it was for */
	uint64_t version;    /* of the registry that it was made for */
	uint64_t policy;     /* the one that it names */
	uint64_t seen, size; /* a newer one, and the log's size by then */
	bool failing;

	/* What /v1/recipients.json was made of, and when. */
	uint64_t recipients_size;
	int64_t recipients_time;

	pthread_rwlock_t bodies_lock;
	struct httpd_body *directory, *agencies, *recipients;
};

/*
 * house_directory.c: append the note of a directory made at time_s to note,
 * and the agencies.json that it names to agencies.
 */
struct buf;
enum status house_write_directory(struct house *h, int64_t time_s,
    struct buf *note, struct buf *agencies, struct diag *d) NODISCARD;

/* house_serve.c: make the bodies of the directory at log number h->index. */
enum status house_publish(struct house *h) NODISCARD;

/* The same file: forget what passes were taken in weeks that are over. */
enum status house_forget(struct house *h) NODISCARD;

/* The same file: make this and the next week's issuer keys, erase old ones. */
enum status house_issuers(struct house *h, struct diag *d) NODISCARD;

#endif /* !PLATFORM_HOUSE_INNER_H */
