#include "tlog/tree.h"
