#include "base/id.h"

#include <string.h>

#include "base/enc.h"

void
id_text(const struct id *id, char out[ID_TEXT])
{
	enc_hex(id->b, sizeof(id->b), out);
}

enum status
id_parse(const char *text, struct id *id)
{
	return enc_unhex(text, id->b, sizeof(id->b));
}

int
id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
