/*
 * zip_form: the records of a zip file as this project writes them, shared by
 * zip.c and zip_read.c: the reader makes them anew and compares.
 */
#ifndef EVIDENCE_ZIP_FORM_H
#define EVIDENCE_ZIP_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "evidence/zip.h"

struct buf;

#define ZIP_ALL_ONES UINT64_C(0xffffffff)
/* Central directory and end records, at most. */
#define ZIP_TAIL_MAX ((size_t)ZIP_MEMBERS_MAX * (46 + ZIP_NAME_MAX + 28) + 98)

struct zip_entry {
	char *name;
	uint64_t size;
	uint64_t at; /* of its local header */
	uint32_t crc;
};

void zip_form_local(struct buf *b, const struct zip_entry *e);
void zip_form_central(struct buf *b, const struct zip_entry *e);

/* The end of n members whose directory of size bytes stands at at. */
void zip_form_end(struct buf *b, size_t n, uint64_t at, uint64_t size);

#endif /* !EVIDENCE_ZIP_FORM_H */
