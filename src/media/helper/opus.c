#include "media/helper/opus.h"

int64_t
opus_duration(const uint8_t *p, size_t n)
{
	static const int silk[4] = { 480, 960, 1920, 2880 };
	unsigned config;
	int64_t frame;

	if (p == NULL || n == 0)
		return 0;
	config = p[0] >> 3;
	if (config < 12)
		frame = silk[config & 3];
	else if (config < 16)
		frame = (config & 1) != 0 ? 960 : 480;
	else
		frame = INT64_C(120) << (config & 3);
	switch (p[0] & 3) {
	case 0:
		return frame;
	case 1:
	case 2:
		return 2 * frame;
	default:
		return n < 2 ? 0 : frame * (p[1] & 0x3f);
	}
}
