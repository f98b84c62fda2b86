#include "tlog/hashes.h"
