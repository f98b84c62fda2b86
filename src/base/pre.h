/*
 * pre: our own bugs abort.  PRE() is for what a caller of ours must have made
 * true; bytes from outside are checked and reported, never asserted.
 */
#ifndef BASE_PRE_H
#define BASE_PRE_H

#define PRE(cond) ((cond) ? (void)0 : pre_failed(__FILE__, __LINE__, #cond))

#define NELEMS(a) (sizeof(a) / sizeof((a)[0]))

_Noreturn void pre_failed(const char *file, int line, const char *cond);

#endif /* !BASE_PRE_H */
