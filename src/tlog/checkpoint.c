#include "tlog/checkpoint.h"
