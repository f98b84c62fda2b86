/*
 * package_form: the texts and names that package.c writes and its verifier
 * expects.
 */
#ifndef EVIDENCE_PACKAGE_FORM_H
#define EVIDENCE_PACKAGE_FORM_H

#include "evidence/package.h"

#define PACKAGE_FOLDER "package/"
#define PACKAGE_BAGIT_NAME "bagit.txt"
#define PACKAGE_BAGIT          \
	"BagIt-Version: 1.0\n" \
	"Tag-File-Character-Encoding: UTF-8\n"
#define PACKAGE_MANIFEST "manifest-sha256.txt"
#define PACKAGE_TAGS "tagmanifest-sha256.txt"
#define PACKAGE_NOTE "package.note"

#endif /* !EVIDENCE_PACKAGE_FORM_H */
