/*
 * key_file: one private key as a file of a key store, JSON of mode 0600:
 *
 * {"kind": note | request | letter | issuer, "class": signing | issuing,
 *  "name": ..., "secret": base64, "types": [...] (of a note key alone)}
 *
 * in the directory of its kind, named after the key.  Created whole or not
 * at all, durably; overwritten before it is unlinked.
 */
#ifndef KEYD_KEY_FILE_H
#define KEYD_KEY_FILE_H

#include <limits.h>

#include "keyd/keyd.h"

#define KEY_FILE_SECRET 4096 /* bytes: an RSA key of 4,096 bits has 2,400 */

/* A secret: its owner wipes it. */
struct key_file {
	char name[KEYD_NAME_MAX + 1];
	uint8_t secret[KEY_FILE_SECRET];
	size_t secret_n;
	char types[KEYD_TYPES_MAX][KEYD_TYPE_MAX + 1];
	size_t types_n;
};

/*
 * Whether name is 1 to KEYD_NAME_MAX characters of A-Z a-z 0-9 . _ - / : @,
 * so that it makes a file name and can be no JSON.  ST_OK or ST_INVALID.
 */
enum status key_file_name(const char *name, struct diag *d) NODISCARD;

/* The path of the key of that kind and (valid) name below dir. */
enum status key_file_path(const char *dir, const char *kind, const char *name,
    char path[PATH_MAX], struct diag *d) NODISCARD;

/*
 * Read the key file at path, which must be of that kind.  Returns ST_OK,
 * ST_NOTFOUND (d names the file and what to do), ST_IO (also: it may be read
 * by others, or is damaged) or ST_NOMEM.
 */
enum status key_file_read(const char *path, const char *kind,
    struct key_file *out, struct diag *d) NODISCARD;

/* Create it.  ST_OK, ST_CONFLICT (there is one), ST_FULL, ST_IO, ST_NOMEM. */
enum status key_file_create(const char *path, const char *kind,
    const struct key_file *key, struct diag *d) NODISCARD;

/* Overwrite and unlink it, durably.  ST_OK, ST_NOTFOUND or ST_IO. */
enum status key_file_erase(const char *path, struct diag *d) NODISCARD;

#endif /* !KEYD_KEY_FILE_H */
