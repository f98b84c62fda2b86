#include "base/pre.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
pre_failed(const char *file, int line, const char *cond)
{
	(void)fprintf(
	    stderr, "porchlight: bug at %s:%d: %s\n", file, line, cond);
	abort();
}
