/*
 * blindrsa_key: what blindrsa.c and blindrsa_key.c share; nobody else
 * includes it.
 */
#ifndef CRYPTO_BLINDRSA_KEY_H
#define CRYPTO_BLINDRSA_KEY_H

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "crypto/blindrsa.h"

struct blindrsa_key {
	EVP_PKEY *pkey; /* of plain RSA, whatever it was read from */
	BIGNUM *n, *e;
	BN_MONT_CTX *mont; /* of n; only read, so threads may share it */
	size_t size;       /* bytes of n */
	bool private;
	uint8_t spki[BLINDRSA_SPKI_MAX];
	size_t spki_n;
	uint8_t key_id[BLINDRSA_KEY_ID];
};

#endif /* !CRYPTO_BLINDRSA_KEY_H */
