#include "tlog/tile.h"
