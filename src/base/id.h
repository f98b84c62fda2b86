/*
 * id: 128 bits that name a thing, lower-case hex in documents and addresses.
 *
 * Made by the author of the thing from random bytes (crypto/random.h), never
 * a counter or a time that would tell volume.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdint.h>

#include "base/status.h"

#define ID_BYTES 16
#define ID_TEXT 33 /* hex and NUL */

struct id {
	uint8_t b[ID_BYTES];
};

void id_text(const struct id *id, char out[ID_TEXT]);

/* Returns ST_OK or ST_INVALID. */
enum status id_parse(const char *text, struct id *id) NODISCARD;

/* Not constant time: ids are not secrets. */
int id_equal(const struct id *a, const struct id *b);

#endif /* !BASE_ID_H */
