/* inner: the scene's lockers.  Private to scene. */
#ifndef TESTS_RELAY_SCENE_INNER_H
#define TESTS_RELAY_SCENE_INNER_H

#include <pthread.h>
#include <stddef.h>

#include "httpd/httpd.h"

/* Guards what the scene holds. */
extern pthread_mutex_t scene_lock;

extern const struct httpd_route scene_locker_routes[];
extern const size_t scene_locker_count;

#endif /* !TESTS_RELAY_SCENE_INNER_H */
