/* The package as a file and as a bag: is every byte the one that was put? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "crypto/hash.h"
#include "evidence/package_form.h"
#include "evidence/package_view.h"
#include "evidence/zip.h"

#define CHUNK 65536

enum package_verdict
package_files_whole(struct package_view *v)
{
	size_t i;

	for (i = 0; i < zip_count(v->zip); i++)
		if (zip_check(v->zip, zip_member(v->zip, i), &v->why) != ST_OK)
			return package_view_why(v);
	return package_view_pass(v,
	    "%zu files, each with the checksum that the zip gives it.",
	    zip_count(v->zip));
}

/* Whether a name below package/ is one that a package has. */
static bool
known(const struct package_view *v, const char *name)
{
	size_t i, n = strlen(PACKAGE_FOLDER);

	if (strncmp(name, PACKAGE_FOLDER, n) != 0)
		return false;
	for (i = 0; i < VIEW_DOCS; i++)
		if (strcmp(name + n, package_view_name((enum view_doc)i)) == 0)
			return true;
	for (i = 0; i < v->n_items; i++)
		if (strcmp(name, v->items[i]->name) == 0)
			return true;
	return false;
}

enum package_verdict
package_files_known(struct package_view *v)
{
	size_t i;

	for (i = 0; i < VIEW_DOCS; i++)
		if (!v->have[i])
			return package_view_fail(v, "%s is missing.",
			    package_view_name((enum view_doc)i));
	if (v->n_items == 0)
		return package_view_fail(v, "There is no clip in it.");
	for (i = 0; i < zip_count(v->zip); i++)
		if (!known(v, zip_member(v->zip, i)->name))
			return package_view_fail(v, "%s does not belong there.",
			    zip_member(v->zip, i)->name);
	if (v->docs[VIEW_BAGIT].n != strlen(PACKAGE_BAGIT) ||
	    memcmp(v->docs[VIEW_BAGIT].p, PACKAGE_BAGIT,
		strlen(PACKAGE_BAGIT)) != 0)
		return package_view_fail(
		    v, "bagit.txt is not that of BagIt 1.0.");
	return package_view_pass(v, "%zu clip%s and all the documents.",
	    v->n_items, v->n_items == 1 ? "" : "s");
}

static enum status
hash_member(struct package_view *v, const struct zip_member *m, uint8_t out[32])
{
	uint8_t *p = malloc(CHUNK);
	struct hash *h = hash_new();
	enum status st = p == NULL ? ST_NOMEM : ST_OK;
	uint64_t at = 0;

	while (st == ST_OK && at < m->size) {
		size_t n = m->size - at < CHUNK ? (size_t)(m->size - at)
						: CHUNK;

		if ((st = zip_read(v->zip, m, at, p, n)) == ST_OK)
			hash_update(h, p, n);
		at += n;
	}
	hash_final(&h, out);
	free(p);
	return st;
}

/*
 * Go through a list of hashes; every line must name a file of the package
 * that has this hash, in ascending order.  *lines is their number.
 */
static bool
check_list(struct package_view *v, enum view_doc list, size_t *lines)
{
	const char *p = buf_text(&v->docs[list]), *end, *nl, *last = "";
	char hex[ENC_HEX(32)], name[ZIP_NAME_MAX + 1];
	size_t folder = strlen(PACKAGE_FOLDER), n;
	uint8_t said[32], is[32];
	const struct zip_member *m;

	*lines = 0;
	for (end = p + v->docs[list].n; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		n = nl == NULL ? 0 : (size_t)(nl - p);
		if (n < 67 || n - 66 > ZIP_NAME_MAX - folder ||
		    memcmp(p + 64, "  ", 2) != 0)
			goto form;
		memcpy(hex, p, 64);
		hex[64] = '\0';
		memcpy(name, PACKAGE_FOLDER, folder);
		memcpy(name + folder, p + 66, n - 66);
		name[folder + n - 66] = '\0';
		if (enc_unhex(hex, said, 32) != ST_OK ||
		    (m = zip_find(v->zip, name)) == NULL ||
		    strcmp(m->name, last) <= 0)
			goto form;
		last = m->name;
		if (hash_member(v, m, is) != ST_OK) {
			(void)package_view_fail(
			    v, "%s cannot be read.", name + folder);
			return false;
		}
		if (!hash_equal(said, is, 32)) {
			(void)package_view_fail(v,
			    "%s is not the file that %s names.", name + folder,
			    package_view_name(list));
			return false;
		}
		for (n = 0; n < v->n_items; n++)
			if (v->items[n] == m)
				memcpy(v->item_hash[n], is, 32);
		(*lines)++;
	}
	return true;
form:
	(void)package_view_fail(v,
	    "Line %zu of %s is malformed, or names no file here.", *lines + 1,
	    package_view_name(list));
	return false;
}

enum package_verdict
package_files_list(struct package_view *v)
{
	size_t lines;

	if (!check_list(v, VIEW_MANIFEST, &lines))
		return PACKAGE_FAILED;
	/* All but the three tag files and the locker's note. */
	if (lines + 4 != zip_count(v->zip))
		return package_view_fail(
		    v, "The list leaves out a file that is there.");
	v->manifest_ok = true;
	return package_view_pass(v,
	    "%zu files have the SHA-256 that the list "
	    "gives.",
	    lines);
}

enum package_verdict
package_files_tags(struct package_view *v)
{
	size_t lines;

	if (!check_list(v, VIEW_TAGS, &lines))
		return PACKAGE_FAILED;
	if (lines != 2)
		return package_view_fail(
		    v, "The list of lists must name two files.");
	hash_sha256(v->docs[VIEW_TAGS].p, v->docs[VIEW_TAGS].n, v->tags_hash);
	return package_view_pass(
	    v, "The list of files is the one that is signed for.");
}
