#include "evidence/padme.h"

#include "base/pre.h"

static unsigned
log2_floor(uint64_t n)
{
	return 63U - (unsigned)__builtin_clzll(n);
}

uint64_t
padme_size(uint64_t n)
{
	unsigned e, s;
	uint64_t mask;

	PRE(n <= PADME_MAX);
	if (n < 2)
		return n;
	e = log2_floor(n);
	s = e == 0 ? 1 : log2_floor(e) + 1;
	if (e <= s)
		return n;
	mask = (UINT64_C(1) << (e - s)) - 1;
	return (n + mask) & ~mask;
}
