#include "crypto/onetime.h"

#include <string.h>

#include "crypto/ed25519.h"
#include "crypto/hash.h"

void
onetime_derive(const uint8_t secret[ONETIME_SECRET], struct onetime *out)
{
	static const char info[] = "porchlight/one-time@v1";

	hash_hkdf(secret, ONETIME_SECRET, NULL, 0, info, strlen(info),
	    out->seed, sizeof(out->seed));
	ed25519_public(out->seed, out->public);
	onetime_nonce(out->public, out->nonce);
}

void
onetime_nonce(const uint8_t public[32], uint8_t nonce[32])
{
	hash_sha256(public, 32, nonce);
}
