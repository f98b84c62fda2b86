/*
 * upload: the locker's side of tus 1.0 (core, creation, expiration), for
 * relays (docs/protocol.md, "Relay").
 *
 * An upload says nothing of what it holds until it is complete and opened.
 * States: receiving -> complete -> decided -> done, never back; intake.h does
 * the rest.  A 2xx means that the bytes up to the offset are durable.
 */
#ifndef AGENCY_LOCKER_UPLOAD_H
#define AGENCY_LOCKER_UPLOAD_H

#include <stdint.h>

#include "base/id.h"
#include "base/status.h"
#include "httpd/httpd.h"

struct office;

/* The largest bag, and what sealing adds to it. */
#define UPLOAD_MAX ((INT64_C(2400) << 20) + (INT64_C(1) << 20))

enum status upload_post(struct call *call) NODISCARD;
enum status upload_head(struct call *call) NODISCARD;
extern const struct httpd_stream upload_patch;

/*
 * Drop what did not get complete in time, and rows that nobody will ask for
 * any more; look for uploads that were complete when a crash came.
 */
enum status upload_tend(struct office *a) NODISCARD;

/* Erase files that no row names; before the first call is taken. */
enum status upload_sweep(struct office *a) NODISCARD;

#endif /* !AGENCY_LOCKER_UPLOAD_H */
