#include "tlog/trust.h"
