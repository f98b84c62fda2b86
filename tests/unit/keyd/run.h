/* run: a real porchlight-keyd over a key store that is removed afterwards. */
#ifndef TESTS_KEYD_RUN_H
#define TESTS_KEYD_RUN_H

#include "keyd/keyd.h"

/* cmocka's: a new directory, and PORCHLIGHT_LIBEXEC; and its removal. */
int run_setup(void **state);
int run_teardown(void **state);

/* That directory. */
const char *run_dir(void);

/* Start one, or fail. */
struct keyd *run_start(enum keyd_class class);

/* The path of the file below the store; valid for some calls. */
const char *run_path(const char *file);

/* Call fn in n threads at once, each with its number, and wait. */
void run_threads(int n, void (*fn)(int number));

#endif /* !TESTS_KEYD_RUN_H */
