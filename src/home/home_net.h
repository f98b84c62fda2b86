/*
 * home_net: the platform as a home reads it: trust file, HTTP client, and the
 * directory, verified.
 */
#ifndef HOME_HOME_NET_H
#define HOME_HOME_NET_H

#include "base/status.h"
#include "crypto/age.h"
#include "protocol/directory.h"
#include "tlog/trust.h"

struct diag;
struct httpc;
struct httpc_reply;

#define HOME_URL 512  /* bytes of an address, with its NUL */
#define HOME_NAME 128 /* bytes of a locker's name, with its NUL */

struct home_net {
	struct trust trust;
	char platform[HOME_URL]; /* no slash at its end */
	struct httpc *http;
	struct doc *doc; /* owns what dir borrows */
	struct directory dir;
};

/* Read the trust file.  ST_OK, ST_NOTFOUND, ST_INVALID, ST_NOMEM, ST_IO. */
enum status home_net_open(struct home_net *n, const char *trust_path,
    const char *platform_url, struct diag *d) NODISCARD;

/* Fine on a zeroed one, and after any failure. */
void home_net_close(struct home_net *n);

/* Fetch the directory and verify it.  As directory_open(), or ST_PEER. */
enum status home_net_directory(struct home_net *n, struct diag *d) NODISCARD;

/* GET path of the platform, which must answer 200. */
enum status home_net_get(struct home_net *n, const char *path, size_t limit,
    struct httpc_reply *r, struct diag *d) NODISCARD;

/* The status and the problem that r, no success, tells; who answered. */
enum status home_net_refused(
    const struct httpc_reply *r, const char *who, struct diag *d) NODISCARD;

/* A locker, as the log knows it. */
struct home_locker {
	char name[HOME_NAME];
	struct note_key key;
	char letters[AGE_RECIPIENT_TEXT]; /* its letter recipient in force */
};

/* Whether name can be a locker's, and stand in an address.  ST_OK/ST_INVALID. */
enum status home_locker_name(const char *name, struct diag *d) NODISCARD;

/*
 * Find the locker of that name in /v1/recipients.json, which is one file for
 * all, so that asking tells nothing.  Each note is checked by proof and
 * signatures.  ST_OK; ST_NOTFOUND ("locker-missing"); or what the checks say.
 */
enum status home_find_locker(struct home_net *n, const char *name,
    struct home_locker *out, struct diag *d) NODISCARD;

#endif /* !HOME_HOME_NET_H */
