/*
 * tokens: accounts, and the passes that they take (docs/protocol.md,
 * "Accounts and passes").
 *
 * An account is a public key.  It takes its whole quota of a purpose once an
 * epoch; what it will do with the passes cannot be seen here, since the
 * messages are blinded.
 */
#ifndef PLATFORM_TOKENS_H
#define PLATFORM_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "protocol/account.h"

struct diag;
struct keyd;
struct store;

struct tokens_config {
	struct store *store;
	struct keyd *issuing;
	const char *origin;
};

/*
 * Register the account that the note is by.  Returns ST_OK, also where it is
 * there already; ST_INVALID, ST_SIGNATURE.
 */
enum status tokens_register(
    const struct tokens_config *c, const char *note, struct diag *d) NODISCARD;

/*
 * Sign what the take note asks for: *n signatures of BLINDED_BYTES each.  The
 * same bytes get the same answer.  Returns ST_OK; ST_INVALID, ST_SIGNATURE;
 * ST_FORBIDDEN (no such account); ST_RULE (another epoch than the current
 * one); ST_CONFLICT (taken already, with other bytes); ST_PEER.
 */
enum status tokens_take(const struct tokens_config *c, const char *note,
    uint8_t signatures[QUOTA_MAX][BLINDED_BYTES], size_t *n,
    struct diag *d) NODISCARD;

#endif /* !PLATFORM_TOKENS_H */
