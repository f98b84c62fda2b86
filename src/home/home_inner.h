/* What home's own files share; see home.h. */
#ifndef HOME_HOME_INNER_H
#define HOME_HOME_INNER_H

#include <limits.h>
#include <stdarg.h>

#include "home/home.h"
#include "home/home_net.h"
#include "home/home_pool.h"
#include "protocol/letter.h"
#include "store/store.h"

struct collection_item;
struct httpc_reply;
struct keyd;
struct share_clips;

/* home.c */

/* DIR/name. */
void home_path(const char *dir, const char *name, char out[PATH_MAX]);

/* The network of a home's directory: its trust file, its platform. */
enum status
home_net_of(const char *dir, struct home_net *n, struct diag *d) NODISCARD;

/* POST {"note"} to path of the platform, which must answer 2xx. */
enum status home_post_note(struct home_net *n, const char *path,
    const struct buf *note, struct httpc_reply *r, struct diag *d) NODISCARD;

/* Make a note of text by the account's signature. */
enum status
home_account_sign(struct keyd *k, struct buf *text, struct diag *d) NODISCARD;

/* A line for the person. */
void home_say(const struct home_ui *ui, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* home_clip.c: clips without what tells of camera and owner */

struct home_clips {
	size_t n;
	int fds[HOME_CLIPS_MAX]; /* of unlinked files, -1: none */
	char files[HOME_CLIPS_MAX][8];
	struct share_clips *times;
	int64_t bytes;
};

/*
 * Strip each clip into a file of its own in dir, tell ui what was removed,
 * and note its times.  As media_strip(), ST_NOTFOUND, ST_INVALID (a time).
 */
enum status home_clips_strip(const char *dir, const struct home_share *what,
    const struct home_ui *ui, struct home_clips *out, struct diag *d) NODISCARD;
void home_clips_fini(struct home_clips *c);

/* home_seal.c */

/*
 * Pack and sign by the pass's one-time key, encrypt to recipient and write
 * durably to path; fills x's size and hash.
 */
enum status home_seal(const struct home_net *n, const char *recipient,
    const struct home_clips *clips, const char *say,
    const struct home_pass *pass, const char *path, struct home_submission *x,
    struct diag *d) NODISCARD;

/* home_upload.c */

/*
 * Send what lacks of the file at path through one of the directory's relays,
 * x->relay first, another where that fails; x->relay is set to the one that
 * took it.  ST_OK once it is whole at the locker; ST_PEER to be gone on with
 * later; or why the relay or locker refused it.
 */
enum status
home_upload(struct home_net *n, struct home_submission *x, const char *path,
    int64_t stop_after, const struct home_ui *ui, struct diag *d) NODISCARD;

/* home_letter.c */

struct home_answer {
	struct doc *doc; /* owns what answer borrows */
	struct answer answer;
};

/*
 * Write to the locker about the submission of secret, by one of the
 * directory's relays, and verify its answer.  ask is "status" or "withdraw".
 * ST_OK; ST_PEER ("letter-unopened": the locker could not read it, and what
 * the relays did); ST_SIGNATURE, ST_INVALID.  End with home_answer_fini().
 */
enum status home_letter(struct home_net *n, const struct home_locker *locker,
    const uint8_t secret[ONETIME_SECRET], const char *ask, int64_t version,
    struct home_answer *out, struct diag *d) NODISCARD;
void home_answer_fini(struct home_answer *a);

/* home_send.c */

/*
 * Upload, wait for the receipt, check it, keep it and forget the secret.
 * locker NULL: find it.  As home_share().
 */
enum status home_send(struct home_net *n, struct store *store, const char *dir,
    struct home_submission *x, const struct home_locker *locker,
    int64_t stop_after, const struct home_ui *ui, struct home_shared *out,
    struct diag *d) NODISCARD;

#endif /* !HOME_HOME_INNER_H */
